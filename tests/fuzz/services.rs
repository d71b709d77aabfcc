//! What tax offices and mail servers answer.

use crate::change::{JSON, MAIL, Soil, changed};
use crate::garbled::Parrot;
use crate::hold::{Said, alone, hold};
use comptoir_connectors::mail::{Mailbox, Mailer, Message, MessageId, Smtp, SmtpSettings, TlsMode};
use comptoir_connectors::vat::VatCheck;
use comptoir_connectors::vat::vies::Vies;
use comptoir_domain::taxes::{VatNumber, VatOutcome};
use comptoir_simulators::shell::{Running, Said as Answer};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Answers of the service's page: a number that is in use, one that is not, a fault with status 200.
const VIES: &[&str] = &[
    r#"{"countryCode":"AT","vatNumber":"U13585627","requestDate":"2026-11-23+01:00","valid":true,"requestIdentifier":"WAPIAAAAY","name":"Muster GmbH","address":"Ring 1\n1010 Wien"}"#,
    r#"{"countryCode":"DE","vatNumber":"136695976","requestDate":"2026-11-23+01:00","valid":false,"requestIdentifier":"","name":"---","address":"---"}"#,
    r#"{"actionSucceed":false,"errorWrappers":[{"error":"MS_UNAVAILABLE","message":"later"}]}"#,
    r#"{"actionSucceed":false,"errorWrappers":[{"error":"INVALID_INPUT"}]}"#,
];

#[test]
fn vies() {
    let _turn = alone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let there = Running::start(Parrot::default());
    let service = Vies::new(&there.url).unwrap();
    let number = VatNumber::parse("ATU13585627").unwrap();
    let seeds: Vec<Vec<u8>> = VIES.iter().map(|text| text.as_bytes().to_vec()).collect();
    let soil = Soil { seeds: &seeds, marks: JSON };
    let make = |chance: &mut fastrand::Rng| ([200, 200, 400, 500][chance.usize(..4)], changed(chance, &soil));
    hold(
        "vies",
        150,
        make,
        |(_, body)| body.clone(),
        |(status, body)| {
            there.with(|parrot| parrot.0 = Answer { status: *status, headers: Vec::new(), body: body.clone() });
            let reply = runtime.block_on(service.check(&number, Some(&number)));
            match reply.outcome {
                VatOutcome::Unavailable => Said::Refused(reply.reason),
                _ => Said::Accepted(format!("{reply:?}")),
            }
        },
    );
}

/// The answers to a whole conversation (RFC 5321): greeting, EHLO, MAIL, RCPT, DATA, the message, QUIT.
const MAIL_SERVER: &str = "220 mail.example ESMTP\r\n250-mail.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 1000000\r\n\
    250 sender ok\r\n250 recipient ok\r\n354 go ahead\r\n250 queued as 7\r\n221 bye\r\n";

/// A mail server that says everything at once, whatever it hears.
struct Talker {
    port: u16,
    words: Arc<Mutex<Vec<u8>>>,
}

impl Talker {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let words = Arc::<Mutex<Vec<u8>>>::default();
        let said = words.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, said) = (stream.unwrap(), said.lock().unwrap().clone());
                // who is not listened to any more may go away
                drop(stream.write_all(&said));
                drop(stream.shutdown(Shutdown::Write));
                drop(stream.read_to_end(&mut Vec::new()));
            }
        });
        Self { port, words }
    }
}

#[test]
fn mail_server() {
    let _turn = alone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let there = Talker::start();
    let server = Smtp::new(SmtpSettings {
        host: "127.0.0.1".into(),
        port: there.port,
        tls: TlsMode::Off,
        authority: None,
        login: None,
        greeting: "shop.example".into(),
        timeout: Duration::from_secs(20),
    });
    let (server, message) = (server.unwrap(), message());
    let seeds = vec![
        MAIL_SERVER.as_bytes().to_vec(),
        MAIL_SERVER.replace("250 recipient ok", "550 5.1.1 unknown").into_bytes(),
    ];
    let soil = Soil { seeds: &seeds, marks: MAIL };
    hold(
        "mail_server",
        100,
        |chance| changed(chance, &soil),
        Vec::clone,
        |words| {
            *there.words.lock().unwrap() = words.clone();
            match runtime.block_on(server.send(&message)) {
                // whether the server was still there when it was written to is chance
                Err(error) => Said::Refused(format!("{:?}", error.retry)),
                sent => Said::of(sent),
            }
        },
    );
}

fn message() -> Message {
    let address = |address: &str| Mailbox { name: None, address: address.into() };
    Message {
        id: MessageId::new("7@shop.example").unwrap(),
        date: "2026-03-31T12:00:00Z".parse().unwrap(),
        from: address("billing@shop.example"),
        to: vec![address("anna@example.org")],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: "Your invoice".into(),
        text: "It is due.".into(),
        html: None,
        attachments: Vec::new(),
    }
}
