//! Outgoing mail: put into words, handed over, never lost, seen by its seller only.

use crate::support::database::Database;
use crate::support::server::{epoch, settings};
use crate::support::{Actor, World};
use chrono::TimeDelta;
use comptoir_app::kernel::clock::fresh;
use comptoir_app::kernel::keys::MasterKey;
use comptoir_app::mails::send::{AfterCrash, send_due};
use comptoir_app::{AppState, Settings};
use comptoir_connectors::mail::{Mailer, Message, Outbox};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::mails::{MailRow, enqueue};
use comptoir_db::schema::{mails, sellers};
use comptoir_db::{Json, Store};
use comptoir_domain::mails::{MailKind, pause_after};
use comptoir_domain::people::{MailFormat, MailState};
use comptoir_domain::{MailId, SellerId};
use diesel::prelude::*;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// A mail that was given up, for each seller; what the furnishing of the world announced has gone out.
pub fn furnish(database: &Database) {
    let mut db = database.connect();
    diesel::update(mails::table).set(mails::state.eq(MailState::Sent)).execute(&mut db).unwrap();
    let all: Vec<(SellerId, String)> = sellers::table.select((sellers::id, sellers::code)).load(&mut db).unwrap();
    for (seller, code) in all {
        let mut row = row(seller, MailKind::ClientWelcome, &format!("alice@{code}-client.example"), json!({}));
        (row.state, row.attempts, row.last_error) = (MailState::Failed, 10, "the mail server was down".into());
        enqueue(&mut db, std::slice::from_ref(&row)).unwrap();
    }
}

fn row(seller: SellerId, kind: MailKind, recipient: &str, variables: Value) -> MailRow {
    let id: MailId = fresh();
    MailRow {
        seller_id: seller,
        id,
        unique_key: format!("test:{id}"),
        kind,
        locale: "fr-FR".parse().unwrap(),
        format: MailFormat::Html,
        recipient: recipient.into(),
        variables: Json(variables),
        state: MailState::Queued,
        attempts: 0,
        run_at: epoch(),
        last_error: String::new(),
        created_at: epoch(),
        sent_at: None,
        client_id: None,
        invoice_id: None,
    }
}

/// Puts a mail of a seller into the outbox.
fn write(world: &World, owner: &Actor, kind: MailKind, variables: Value) -> MailId {
    let seller = owner.get("/v1/seller").text("/id").parse().unwrap();
    let row = row(seller, kind, "alice@north-client.example", variables);
    enqueue(&mut world.database.connect(), std::slice::from_ref(&row)).unwrap();
    row.id
}

/// A second process on the same database, with this way to send.
pub fn house(world: &World, mailer: Arc<dyn Mailer>, settings: Settings) -> AppState {
    let store = Store::open(&world.database.address, 2).unwrap();
    let clocks = (world.server.business.clone(), world.server.machine.clone());
    AppState::new(store, &MasterKey::new([7; 32]), settings)
        .unwrap()
        .with_clocks(clocks.0, clocks.1)
        .with_mailer(mailer)
}

fn send(state: &AppState) -> usize {
    tokio::runtime::Runtime::new().unwrap().block_on(send_due(state, 50)).unwrap()
}

fn stored(world: &World, id: MailId) -> MailRow {
    let found = mails::table.filter(mails::id.eq(id)).select(MailRow::as_select());
    found.first(&mut world.database.connect()).unwrap()
}

fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

/// Hands over to the outbox after a while of refusing, or dies right after handing over.
struct Moody {
    outbox: Outbox,
    moods: Mutex<Vec<Mood>>,
}

#[derive(Clone, Copy)]
enum Mood {
    Down,
    Silent,
    Refusing,
    Deadly,
}

#[async_trait::async_trait]
impl Mailer for Moody {
    async fn send(&self, message: &Message) -> Result<(), ConnectorError> {
        let mood = self.moods.lock().unwrap().pop();
        let error = |kind| Err(ConnectorError::new(kind, "test", "as told"));
        match mood {
            Some(Mood::Down) => return error(Kind::Unavailable),
            Some(Mood::Refusing) => return error(Kind::Declined),
            _ => self.outbox.send(message).await?,
        }
        match mood {
            Some(Mood::Silent) => error(Kind::Unknown),
            Some(Mood::Deadly) => std::future::pending().await,
            _ => Ok(()),
        }
    }
}

/// The outbox folder and a mailer with these moods, the first one first.
fn moody(moods: &[Mood]) -> (tempfile::TempDir, Arc<Moody>) {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::new(&folder.path().join("mail"));
    let moods = Mutex::new(moods.iter().rev().copied().collect());
    (folder, Arc::new(Moody { outbox, moods }))
}

fn advance(world: &World, by: TimeDelta) {
    world.server.machine.advance_to(world.server.machine.now().plus(by));
}

both! {
    fn a_mail_is_put_into_words_and_handed_over(world) {
        let owner = world.owner("north");
        let reminder = json!({"invoiceNumber": "2026-17", "invoiceAmount": {"amount": "1234.50", "currency": "EUR"}, "invoiceDateDue": "2026-01-31", "reminderNumber": 1});
        let id = write(world, &owner, MailKind::InvoiceReminder, reminder);
        let (folder, mailer) = moody(&[]);
        let state = house(world, mailer, settings());
        assert_eq!((send(&state), send(&state)), (1, 0));
        let files = files(&folder.path().join("mail"));
        assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [format!("{id}@127.0.0.1.eml")]);
        let mail = MessageParser::default().parse(&files[0].1).unwrap();
        assert_eq!(mail.message_id(), Some(format!("{id}@127.0.0.1").as_str()));
        assert_eq!(mail.subject(), Some("Rappel\u{a0}: facture 2026-17, 1\u{202f}234,50\u{a0}€"));
        let from = mail.from().unwrap().first().unwrap();
        assert_eq!((from.name(), from.address()), (Some("north Hosting"), Some("hello@north.example")));
        let to = mail.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some("Alice Martin"), Some("alice@north-client.example")));
        let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
        assert!(text.starts_with("Bonjour Alice,") && text.contains("31 janvier 2026") && text.contains("1 Main Street"), "{text}");
        assert!(html.contains("Bonjour Alice,") && html.contains("<strong>31 janvier 2026</strong>"), "{html}");
        let sent = owner.get(&format!("/v1/mails/{id}")).expect(200);
        assert_eq!((sent.text("/mail/state"), sent.text("/mail/sent_at"), sent.json()["mail"]["attempts"].clone()), ("sent".into(), epoch().to_string(), json!(1)));
        assert_eq!(sent.text("/subject"), mail.subject().unwrap());
    }

    fn a_server_that_is_down_is_tried_again_later(world) {
        let owner = world.owner("north");
        let id = write(world, &owner, MailKind::ClientWelcome, json!({}));
        let (folder, mailer) = moody(&[Mood::Down, Mood::Down]);
        let state = house(world, mailer, settings());
        for attempt in 1..=2 {
            assert_eq!(send(&state), 1);
            let now = state.work_now();
            let mail = stored(world, id);
            assert_eq!((mail.state, mail.attempts, mail.run_at), (MailState::Queued, attempt, now.plus(pause_after(attempt).unwrap())));
            assert_eq!(mail.last_error, "test: as told");
            assert_eq!(send(&state), 0);
            advance(world, pause_after(attempt).unwrap());
        }
        assert_eq!(send(&state), 1);
        assert_eq!((stored(world, id).state, files(&folder.path().join("mail")).len()), (MailState::Sent, 1));
    }

    fn what_is_refused_for_good_fails_and_can_be_sent_again(world) {
        let owner = world.owner("north");
        let id = write(world, &owner, MailKind::ClientWelcome, json!({}));
        owner.act(&format!("/v1/mails/{id}/resend")).refused(409, "wrong_state");
        let (folder, mailer) = moody(&[Mood::Refusing]);
        let state = house(world, mailer, settings());
        assert_eq!((send(&state), send(&state)), (1, 0));
        assert_eq!(stored(world, id).state, MailState::Failed);
        let told = owner.get("/v1/activities?kind=mail.failed").expect(200).json();
        assert_eq!(told["data"][0]["subject_id"], json!(id));
        let again = owner.act(&format!("/v1/mails/{id}/resend")).expect(201);
        assert_ne!(again.text("/id"), id.to_string());
        assert_eq!(send(&state), 1);
        assert_eq!(owner.get(again.header("location").unwrap()).text("/mail/state"), "sent");
        assert_eq!(files(&folder.path().join("mail")).len(), 1);
    }

    fn a_crash_between_handing_over_and_recording_leaves_one_mail(world) {
        let owner = world.owner("north");
        let id = write(world, &owner, MailKind::ClientWelcome, json!({}));
        let (folder, mailer) = moody(&[Mood::Deadly]);
        let state = house(world, mailer, settings());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let cut = runtime.block_on(async { tokio::time::timeout(std::time::Duration::from_secs(3), send_due(&state, 50)).await });
        assert!(cut.is_err(), "the sender was to die");
        assert_eq!(files(&folder.path().join("mail")).len(), 1);
        assert_eq!(stored(world, id).state, MailState::Queued);
        // nobody takes it up while the claim lasts
        assert_eq!(send(&state), 0);
        advance(world, TimeDelta::minutes(10));
        assert_eq!(send(&state), 1);
        assert_eq!((stored(world, id).state, files(&folder.path().join("mail")).len()), (MailState::Sent, 1));
    }

    fn a_person_may_be_asked_instead(world) {
        let owner = world.owner("north");
        let id = write(world, &owner, MailKind::ClientWelcome, json!({}));
        let (_folder, mailer) = moody(&[Mood::Silent]);
        let state = house(world, mailer, Settings { mail_after_crash: AfterCrash::Ask, ..settings() });
        assert_eq!(send(&state), 1);
        assert_eq!(stored(world, id).state, MailState::Failed);
    }

    fn secrets_are_forgotten(world) {
        let owner = world.owner("north");
        world.stranger.post("/v1/password-resets", json!({"audience": "client", "seller": "north", "email": "alice@north-client.example"})).expect(202);
        let id: MailId = owner.get("/v1/mails?kind=lost_password&state=queued").json()["data"][0]["id"].as_str().unwrap().parse().unwrap();
        let link = stored(world, id).variables.0["link"].as_str().unwrap().to_string();
        assert!(link.contains("/account/new-password/?token=cp_"));
        // whoever may read mail may not take over accounts
        assert!(!owner.get(&format!("/v1/mails/{id}")).text.contains("cp_"));
        let (folder, mailer) = moody(&[]);
        assert_eq!(send(&house(world, mailer, settings())), 1);
        let raw = files(&folder.path().join("mail")).remove(0).1;
        let mail = MessageParser::default().parse(&raw).unwrap();
        assert!(mail.body_text(0).unwrap().contains(&link));
        let kept = stored(world, id).variables.0;
        assert_eq!((&kept["link"], &kept["token"]), (&json!(""), &json!("")));
        owner.act(&format!("/v1/mails/{id}/resend")).refused(409, "wrong_state");
    }

    fn previews_and_gaps_are_shown(world) {
        let owner = world.owner("north");
        let preview = |kind: &str, variables: Value| owner.post("/v1/mail-templates/preview", json!({"kind": kind, "locale": "en-GB", "format": "text", "variables": variables}));
        let before = world.database.digest();
        let note = preview("credit_note", json!({"creditNoteNumber": "C-1", "invoiceNumber": "2026-1", "creditNoteAmount": {"amount": "3.005", "currency": "KWD"}})).expect(200).json();
        assert_eq!((&note["subject"], &note["html"], &note["undefined"]), (&json!("Credit note C-1: KWD\u{a0}3.005"), &json!(null), &json!(null)));
        assert!(note["text"].as_str().unwrap().contains("north Hosting"));
        assert!(preview("credit_note", json!({})).expect(200).json()["undefined"].is_string());
        preview("report", json!({})).refused(422, "validation_failed").names("/kind");
        assert_eq!(world.database.digest(), before);
        let south = world.owner("south").get("/v1/mail-templates").expect(200).json();
        assert_eq!(south["locales"], json!(["en", "fr", "de"]));
        let of = |kind: &str| south["kinds"].as_array().unwrap().iter().find(|row| row["kind"] == kind).unwrap().clone();
        assert_eq!(of("invoice")["missing"], json!([{"locale": "de", "forms": ["subject.txt", "txt", "html"]}]));
        assert_eq!(of("report")["missing"].as_array().unwrap().len(), 3);
    }
}
