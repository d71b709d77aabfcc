//! Pure: a message put into the form of RFC 5322 and MIME. The same message gives the same bytes each time.

use super::{Attachment, Mailbox, Message};
use crate::error::{ConnectorError, Result};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox as Address, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

/// Whether the hidden recipients stand in the headers: only where nobody else reads them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hidden {
    Kept,
    Dropped,
}

fn invalid(error: impl std::fmt::Display) -> ConnectorError {
    ConnectorError::invalid("message", error.to_string())
}

/// A text for a header: line breaks and other control characters could smuggle headers and are refused.
fn line(text: &str) -> Result<&str> {
    if text.chars().any(char::is_control) { Err(invalid("control characters in a header")) } else { Ok(text) }
}

fn address(mailbox: &Mailbox) -> Result<Address> {
    let name = mailbox.name.as_deref().map(line).transpose()?;
    Ok(Address::new(name.map(str::to_owned), line(&mailbox.address)?.parse().map_err(invalid)?))
}

/// The mail in its final form, with its envelope.
pub(super) fn build(message: &Message, hidden: Hidden) -> Result<lettre::Message> {
    let mut builder = lettre::Message::builder()
        .message_id(Some(format!("<{}>", message.id.as_str())))
        .date(message.date.utc().into())
        .from(address(&message.from)?)
        .subject(line(&message.subject)?);
    for to in &message.to {
        builder = builder.to(address(to)?);
    }
    for cc in &message.cc {
        builder = builder.cc(address(cc)?);
    }
    for bcc in &message.bcc {
        builder = builder.bcc(address(bcc)?);
    }
    if hidden == Hidden::Kept {
        builder = builder.keep_bcc();
    }
    let boundary = |part: &str| format!("{part}-{}", seal(message.id.as_str()));
    let plain = SinglePart::plain(message.text.clone());
    let alternative = message.html.as_ref().map(|html| {
        let both = MultiPart::alternative().boundary(boundary("body"));
        both.singlepart(plain.clone()).singlepart(SinglePart::html(html.clone()))
    });
    if message.attachments.is_empty() {
        return match alternative {
            Some(both) => builder.multipart(both),
            None => builder.singlepart(plain),
        }
        .map_err(invalid);
    }
    let mixed = MultiPart::mixed().boundary(boundary("all"));
    let body = match alternative {
        Some(both) => mixed.multipart(both),
        None => mixed.singlepart(plain),
    };
    let all =
        message.attachments.iter().try_fold(body, |all, file| Ok::<_, ConnectorError>(all.singlepart(part(file)?)))?;
    builder.multipart(all).map_err(invalid)
}

fn part(file: &Attachment) -> Result<SinglePart> {
    let kind = ContentType::parse(line(&file.content_type)?).map_err(invalid)?;
    let name = line(&file.file_name)?.to_owned();
    Ok(lettre::message::Attachment::new(name).body(file.content.clone(), kind))
}

/// Half a hash of the id: a boundary that is the same each time and that no text contains by chance.
fn seal(id: &str) -> String {
    Sha256::digest(id.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::mail::MessageId;

    fn mailbox(name: &str, address: &str) -> Mailbox {
        Mailbox { name: (!name.is_empty()).then(|| name.into()), address: address.into() }
    }

    pub fn message() -> Message {
        Message {
            id: MessageId::new("mai_1@shop.example").unwrap(),
            date: "2028-02-29T12:00:00Z".parse().unwrap(),
            from: mailbox("Boutique Élan", "shop@shop.example"),
            to: vec![mailbox("Anna \"Nana\" Ünal, Ltd", "anna@client.example")],
            cc: vec![mailbox("", "copy@client.example")],
            bcc: vec![mailbox("", "archive@shop.example")],
            subject: "Invoice 2028-17: 12,10 €".into(),
            text: "Hello Anna,\n.\nthe line above is one dot.\n".into(),
            html: Some("<p>Hello Anna</p>".into()),
            attachments: vec![Attachment {
                file_name: "Rechnung März.pdf".into(),
                content_type: "application/pdf".into(),
                content: b"%PDF-1.7".to_vec(),
            }],
        }
    }

    fn bytes(message: &Message, hidden: Hidden) -> String {
        String::from_utf8(build(message, hidden).unwrap().formatted()).unwrap()
    }

    /// The headers up to the empty line, with folded lines joined (RFC 5322, 2.2.3).
    fn headers(mail: &str) -> Vec<String> {
        let head = mail.split_once("\r\n\r\n").unwrap().0.replace("\r\n ", " ");
        head.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn headers_and_parts_are_as_they_should_be() {
        let mail = bytes(&message(), Hidden::Dropped);
        assert!(mail.is_ascii());
        let headers = headers(&mail);
        for want in [
            "Message-ID: <mai_1@shop.example>",
            "Date: Tue, 29 Feb 2028 12:00:00 +0000",
            "Cc: copy@client.example",
            "MIME-Version: 1.0",
        ] {
            assert!(headers.iter().any(|header| header == want), "{want}\n{headers:#?}");
        }
        assert!(!headers.iter().any(|header| header.starts_with("Bcc")) && !mail.contains("archive@"));
        for part in ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"] {
            assert!(mail.contains(part), "{part}");
        }
        assert!(bytes(&message(), Hidden::Kept).contains("Bcc: archive@shop.example"));
    }

    #[test]
    fn everybody_is_in_the_envelope() {
        let built = build(&message(), Hidden::Dropped).unwrap();
        let to: Vec<_> = built.envelope().to().iter().map(ToString::to_string).collect();
        assert_eq!(to, ["anna@client.example", "copy@client.example", "archive@shop.example"]);
    }

    #[test]
    fn the_same_message_is_the_same_bytes() {
        assert_eq!(bytes(&message(), Hidden::Kept), bytes(&message(), Hidden::Kept));
    }

    #[test]
    fn headers_cannot_be_smuggled() {
        let evil = "x\r\nBcc: victim@example.net";
        let changes: [fn(&mut Message, &str); 8] = [
            |mail, evil| mail.subject = evil.into(),
            |mail, evil| mail.from.name = Some(evil.into()),
            |mail, evil| mail.from.address = evil.into(),
            |mail, evil| mail.to[0].name = Some(evil.into()),
            |mail, evil| mail.to[0].address = format!("a@b.example{evil}"),
            |mail, evil| mail.cc[0].address = format!("a@b.example,{evil}"),
            |mail, evil| mail.attachments[0].file_name = evil.into(),
            |mail, evil| mail.attachments[0].content_type = format!("text/plain; {evil}"),
        ];
        for change in changes {
            for evil in [evil, "x\nBcc: victim@example.net", "x\rBcc: victim@example.net", "x\0"] {
                let mut mail = message();
                change(&mut mail, evil);
                let error = build(&mail, Hidden::Dropped).unwrap_err();
                assert_eq!(error.kind, Kind::InvalidRequest, "{evil:?}");
            }
        }
        let mut nobody = message();
        (nobody.to, nobody.cc, nobody.bcc) = (vec![], vec![], vec![]);
        assert_eq!(build(&nobody, Hidden::Dropped).unwrap_err().kind, Kind::InvalidRequest);
    }
}
