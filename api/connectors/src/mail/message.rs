//! A mail, before it is put into letters and bytes.

use comptoir_domain::Instant;

/// The stable name of a message: `mai_…@shop.example`, without angle brackets.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct MessageId(String);

/// The text cannot name a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a message id such as mai_1@shop.example")]
pub struct InvalidMessageId;

impl MessageId {
    /// Letters, digits, `.`, `-`, `_` on both sides of one `@`; up to 200 in all, so that it can be a file's name.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidMessageId> {
        let text = text.into();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
        let good = text.len() <= 200 && text.split_once('@').is_some_and(|(left, right)| part(left) && part(right));
        if good { Ok(Self(text)) } else { Err(InvalidMessageId) }
    }

    /// The text without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Someone who sends or receives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mailbox {
    /// What people read.
    pub name: Option<String>,
    /// `anna@example.com`.
    pub address: String,
}

/// A file that goes along.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attachment {
    /// What it is called.
    pub file_name: String,
    /// Its media type, such as `application/pdf`.
    pub content_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// One mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// Its name, the same at every attempt.
    pub id: MessageId,
    /// When it was written, the same at every attempt.
    pub date: Instant,
    /// Who writes.
    pub from: Mailbox,
    /// To whom; at least one here or below.
    pub to: Vec<Mailbox>,
    /// Copies for all to see.
    pub cc: Vec<Mailbox>,
    /// Copies that the others do not see.
    pub bcc: Vec<Mailbox>,
    /// One line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain() {
        assert!(MessageId::new("mai_0phg.1@shop.example").is_ok());
        let long = format!("{}@x", "a".repeat(199));
        for bad in ["", "a", "@", "a@", "@b", "a@b@c", "../a@b", ".a@b", "a b@c", "a@b\r\n", "<a@b>", "é@b", &long] {
            assert_eq!(MessageId::new(bad), Err(InvalidMessageId), "{bad:?}");
        }
    }
}
