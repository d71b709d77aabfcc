//! Sending what is due (MAI-04). A mail is claimed by a small transaction that moves its next try into the future,
//! handed over without any transaction, and recorded. After a crash between handing over and recording nobody knows
//! whether it went out: a setting says whether to send again — under the same Message-ID, so that receivers can drop
//! the second one — or to leave it to a person.

use crate::kernel::AppState;
use crate::kernel::clock::fresh;
use crate::mails::compose::{Sender, compose};
use crate::mails::render::Rendered;
use crate::webhooks;
use chrono::TimeDelta;
use comptoir_connectors::mail::{Mailbox, Message, MessageId};
use comptoir_connectors::{ConnectorError, Retry};
use comptoir_db::activities::ActivityRow;
use comptoir_db::mails::{self, Addressee, MailRow};
use comptoir_db::sellers::SellerRow;
use comptoir_db::{Db, Json, Outcome, Scope};
use comptoir_domain::mails::pause_after;
use comptoir_domain::people::MailState;
use comptoir_domain::{Instant, SellerId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// What to do about a mail of which nobody knows whether it went out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AfterCrash {
    /// Send it again under the same Message-ID.
    #[default]
    Resend,
    /// Give up and say so: a person decides whether to send it again.
    Ask,
}

/// How long a claim lasts: longer than any mail server takes.
const LEASE: TimeDelta = TimeDelta::minutes(10);

/// What stands with a mail while it is being handed over; whoever finds it there knows of a crash.
const UNDER_WAY: &str = "handed over, but no outcome was recorded";

/// Sends up to `limit` mails that are due, and says how many it took up. Call it again while it is not 0.
pub async fn send_due(state: &AppState, limit: i64) -> Outcome<usize> {
    let now = state.work_now();
    let claimed = state.store.write_batch(move |tx| mails::claim(tx, now, now.plus(LEASE), UNDER_WAY, limit)).await?;
    let count = claimed.len();
    let wanted = addresses(&claimed);
    let known = state.store.read(move |db| senders(db, &wanted)).await?;
    for mail in claimed {
        let unsettled = mail.last_error == UNDER_WAY && state.settings.mail_after_crash == AfterCrash::Ask;
        let outcome = match known.get(&mail.seller_id) {
            _ if unsettled => Err(ConnectorError::invalid("unsettled", UNDER_WAY)),
            Some((sender, people)) => hand_over(state, &mail, sender, people.get(&mail.recipient)).await,
            None => Err(ConnectorError::not_found("its seller is gone")),
        };
        record(state, mail, outcome).await?;
    }
    Ok(count)
}

type Senders = HashMap<SellerId, (Sender, HashMap<String, Addressee>)>;

fn addresses(claimed: &[MailRow]) -> BTreeMap<SellerId, Vec<String>> {
    let mut wanted: BTreeMap<SellerId, Vec<String>> = BTreeMap::new();
    for mail in claimed {
        wanted.entry(mail.seller_id).or_default().push(mail.recipient.clone());
    }
    wanted
}

/// The sellers that write, and those of their people who are written to.
fn senders(db: &mut Db, wanted: &BTreeMap<SellerId, Vec<String>>) -> Outcome<Senders> {
    let mut known = Senders::new();
    for (seller, addresses) in wanted {
        let scope = Scope::of(*seller);
        let people = mails::addressees(db, scope, addresses)?;
        let people = people.into_iter().map(|person| (person.email.clone(), person)).collect();
        known.insert(*seller, (Sender::load(db, scope)?, people));
    }
    Ok(known)
}

async fn hand_over(
    state: &AppState,
    mail: &MailRow,
    sender: &Sender,
    addressee: Option<&Addressee>,
) -> Result<(), ConnectorError> {
    let words = compose(mail, sender, addressee, &state.settings.public_url);
    let words = words.map_err(|error| ConnectorError::invalid("template", error.to_string()))?;
    state.mailer.send(&message(&state.settings.public_url, mail, &sender.seller, addressee, words)?).await
}

fn message(
    public_url: &str,
    mail: &MailRow,
    seller: &SellerRow,
    addressee: Option<&Addressee>,
    words: Rendered,
) -> Result<Message, ConnectorError> {
    let url = url::Url::parse(public_url).ok();
    let host = url.as_ref().and_then(url::Url::host_str).filter(|host| !host.starts_with('['));
    let id = MessageId::new(format!("{}@{}", mail.id, host.unwrap_or("localhost")));
    let name = addressee.map(|person| format!("{} {}", person.first_name, person.last_name).trim().to_string());
    Ok(Message {
        id: id.map_err(|error| ConnectorError::invalid("message_id", error.to_string()))?,
        date: mail.created_at,
        from: Mailbox { name: Some(seller.company.clone()), address: seller.email.clone() },
        to: vec![Mailbox { name: name.filter(|name| !name.is_empty()), address: mail.recipient.clone() }],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: words.subject,
        text: words.text,
        html: words.html,
        attachments: Vec::new(),
    })
}

/// Writes down what became of a mail. A claim that has lapsed meanwhile records nothing: its successor will.
async fn record(state: &AppState, mut mail: MailRow, outcome: Result<(), ConnectorError>) -> Outcome<()> {
    let now = state.work_now();
    settle(&mut mail, outcome, state.settings.mail_after_crash, now);
    state
        .store
        .write(move |tx| {
            if mails::settle(tx, &mail)? && mail.state == MailState::Failed {
                webhooks::append(tx, &[given_up(&mail, now)])?;
            }
            Ok(())
        })
        .await
}

fn settle(mail: &mut MailRow, outcome: Result<(), ConnectorError>, after_crash: AfterCrash, now: Instant) {
    let error = match outcome {
        Ok(()) => {
            (mail.state, mail.sent_at, mail.last_error) = (MailState::Sent, Some(now), String::new());
            return blank(mail);
        }
        Err(error) => error,
    };
    tracing::warn!(mail = %mail.id, %error, attempts = mail.attempts, "a mail was not sent");
    let again = match error.retry {
        Retry::Never => None,
        Retry::CheckFirst if after_crash == AfterCrash::Ask => None,
        Retry::Safe | Retry::CheckFirst => pause_after(mail.attempts),
    };
    mail.last_error = error.to_string();
    match again {
        Some(pause) => mail.run_at = now.plus(pause),
        None => mail.state = MailState::Failed,
    }
}

/// Forgets the secrets of a mail.
pub fn blank(mail: &mut MailRow) {
    if let Value::Object(variables) = &mut mail.variables.0 {
        for name in mail.kind.secrets() {
            if let Some(value) = variables.get_mut(name) {
                *value = Value::String(String::new());
            }
        }
    }
}

fn given_up(mail: &MailRow, now: Instant) -> ActivityRow {
    ActivityRow {
        seller_id: mail.seller_id,
        id: fresh(),
        happened_at: now,
        actor_kind: "system".into(),
        actor_id: String::new(),
        actor_name: String::new(),
        ip: String::new(),
        request_id: String::new(),
        kind: "mail.failed".into(),
        subject_id: mail.id.to_string(),
        payload: Json(json!({ "kind": mail.kind, "error": mail.last_error })),
    }
}
