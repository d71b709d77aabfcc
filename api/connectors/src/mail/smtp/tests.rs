//! Against a small mail server that notes what it gets and misbehaves on demand.

use super::*;
use crate::error::Retry;
use crate::mail::map::tests::message;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Where the server misbehaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    RefusesRecipient,
    BusyAtRecipient,
    RefusesLogin,
    SilentAfterData,
    HangsUpAfterData,
    SilentAtOnce,
}

#[derive(Default, Debug)]
struct Received {
    commands: Vec<String>,
    mails: Vec<String>,
}

struct Sink {
    port: u16,
    received: Arc<Mutex<Received>>,
}

impl Sink {
    async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let received = Arc::<Mutex<Received>>::default();
        let kept = received.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, mood, kept.clone()));
            }
        });
        Self { port, received }
    }

    fn settings(&self) -> SmtpSettings {
        SmtpSettings {
            host: "127.0.0.1".into(),
            port: self.port,
            tls: TlsMode::Off,
            authority: None,
            login: None,
            greeting: "shop.example".into(),
            timeout: Duration::from_millis(500),
        }
    }

    async fn send(&self) -> Result<()> {
        Smtp::new(self.settings()).unwrap().send(&message()).await
    }

    fn commands(&self, verb: &str) -> Vec<String> {
        let all = self.received.lock().unwrap();
        all.commands.iter().filter(|command| command.starts_with(verb)).cloned().collect()
    }
}

async fn forever() {
    std::future::pending().await
}

async fn talk(stream: TcpStream, mood: Mood, received: Arc<Mutex<Received>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    if mood == Mood::SilentAtOnce {
        forever().await;
    }
    write.write_all(b"220 sink ready\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        received.lock().unwrap().commands.push(line.clone());
        let answer = match line.split(' ').next().unwrap() {
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN",
            "AUTH" if mood == Mood::RefusesLogin => "535 5.7.8 wrong",
            "AUTH" => "235 welcome",
            "RCPT" if mood == Mood::RefusesRecipient => "550 5.1.1 nobody here",
            "RCPT" if mood == Mood::BusyAtRecipient => "451 4.3.0 later please",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        if line != "DATA" {
            continue;
        }
        let mut mail = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            if line == "." {
                break;
            }
            mail.push_str(line.strip_prefix('.').unwrap_or(&line)); // RFC 5321, 4.5.2
            mail.push('\n');
        }
        received.lock().unwrap().mails.push(mail);
        match mood {
            Mood::SilentAfterData => forever().await,
            Mood::HangsUpAfterData => return,
            _ => write.write_all(b"250 queued\r\n").await.unwrap(),
        }
    }
}

#[tokio::test]
async fn the_mail_arrives_whole() {
    let sink = Sink::start(Mood::Good).await;
    sink.send().await.unwrap();
    let want: Vec<_> = ["anna@client.example", "copy@client.example", "archive@shop.example"]
        .map(|address| format!("RCPT TO:<{address}>"))
        .into();
    assert_eq!(sink.commands("RCPT"), want);
    assert!(sink.commands("MAIL")[0].starts_with("MAIL FROM:<shop@shop.example>"));
    assert_eq!(sink.commands("EHLO"), ["EHLO shop.example"], "one connection");
    let received = sink.received.lock().unwrap();
    let [mail] = received.mails.as_slice() else { panic!("{received:?}") };
    let sent = String::from_utf8(build(&message(), Hidden::Dropped).unwrap().formatted()).unwrap();
    assert_eq!(mail.trim_end(), sent.replace("\r\n", "\n").trim_end());
    assert!(!mail.contains("archive@") && mail.contains("\n.\n"), "the lone dot has survived");
}

#[tokio::test]
async fn the_login_is_sent_and_never_shown() {
    let sink = Sink::start(Mood::Good).await;
    let login = Some(Login { user: "anna".into(), password: "geheim".into() });
    let settings = SmtpSettings { login, ..sink.settings() };
    assert!(!format!("{settings:?}").contains("geheim"));
    Smtp::new(settings).unwrap().send(&message()).await.unwrap();
    // RFC 4616: NUL user NUL password; base64 of it made with coreutils
    assert_eq!(sink.commands("AUTH"), ["AUTH PLAIN AGFubmEAZ2VoZWlt"]);
}

#[tokio::test]
async fn each_failure_says_what_may_be_done_next() {
    let cases = [
        (Mood::RefusesRecipient, Kind::Declined, Retry::Never, "smtp_550"),
        (Mood::BusyAtRecipient, Kind::Unavailable, Retry::Safe, "smtp_451"),
        (Mood::SilentAtOnce, Kind::Unavailable, Retry::Safe, "smtp_connect"),
        (Mood::SilentAfterData, Kind::Unknown, Retry::CheckFirst, "smtp_no_answer"),
        (Mood::HangsUpAfterData, Kind::Unknown, Retry::CheckFirst, "smtp_no_answer"),
    ];
    for (mood, kind, retry, code) in cases {
        let error = Sink::start(mood).await.send().await.unwrap_err();
        assert_eq!((error.kind, error.retry, error.code.as_ref()), (kind, retry, code), "{error}");
    }
    let sink = Sink::start(Mood::RefusesLogin).await;
    let login = Some(Login { user: "anna".into(), password: "geheim".into() });
    let error = Smtp::new(SmtpSettings { login, ..sink.settings() }).unwrap().send(&message()).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Auth, Retry::Never));
    let nobody = SmtpSettings { port: 1, ..sink.settings() };
    assert_eq!(Smtp::new(nobody).unwrap().send(&message()).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test]
async fn nothing_is_sent_in_the_open_when_tls_is_wanted() {
    for tls in [TlsMode::StartTls, TlsMode::Implicit] {
        let sink = Sink::start(Mood::Good).await;
        let login = Some(Login { user: "anna".into(), password: "geheim".into() });
        let error =
            Smtp::new(SmtpSettings { tls, login, ..sink.settings() }).unwrap().send(&message()).await.unwrap_err();
        assert_eq!((error.kind, error.retry), (Kind::Unavailable, Retry::Safe), "{error}");
        assert!(sink.commands("AUTH").is_empty() && sink.commands("MAIL").is_empty());
    }
}

#[tokio::test]
async fn a_smuggled_header_reaches_no_server() {
    let sink = Sink::start(Mood::Good).await;
    let evil = Message { subject: "x\r\nBcc: victim@example.net".into(), ..message() };
    let error = Smtp::new(sink.settings()).unwrap().send(&evil).await.unwrap_err();
    assert_eq!(error.kind, Kind::InvalidRequest);
    assert!(sink.received.lock().unwrap().commands.is_empty());
}
