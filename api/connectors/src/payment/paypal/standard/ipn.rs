//! PayPal's notifications (IPN): a form, read after PayPal has said that it sent it. Pure.

use super::super::map::is_taken;
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Decline, Dispute, DisputeState, Outcome, Payment, PaymentEvent, Reference};
use chrono::{FixedOffset, NaiveDateTime, TimeZone, Utc};
use comptoir_domain::{Currency, Instant, Money};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Who may be paid, and in which world.
pub(super) struct Receiver {
    /// Addresses in small letters.
    pub(super) addresses: Vec<String>,
    pub(super) live: bool,
}

/// What a status means. Refunds are none of these: they name an amount that was given back and not the one that was taken, so a
/// person books them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Means {
    Taken,
    Waits,
    Refused,
    Released,
    /// The payer, or his bank, has got it back.
    TakenBack,
    /// What was taken back is here again.
    Regained,
}

const STATUSES: &[(&str, Means)] = &[
    ("Completed", Means::Taken),
    ("Processed", Means::Taken),
    ("Pending", Means::Waits),
    ("In-Progress", Means::Waits),
    ("Denied", Means::Refused),
    ("Failed", Means::Refused),
    ("Expired", Means::Refused),
    ("Voided", Means::Released),
    ("Reversed", Means::TakenBack),
    ("Canceled_Reversal", Means::Regained),
];

/// Single payments. Those of old subscriptions repeat the invoice of the first one, so they are booked by hand, too.
const KINDS: &[&str] = &["web_accept", "cart", "express_checkout"];

/// What is kept for inquiries.
const KEPT: &[&str] = &[
    "txn_id",
    "parent_txn_id",
    "case_id",
    "txn_type",
    "payment_status",
    "pending_reason",
    "reason_code",
    "payment_type",
    "mc_gross",
    "mc_fee",
    "mc_currency",
    "payment_date",
    "receiver_id",
    "payer_id",
    "invoice",
    "test_ipn",
    "ipn_track_id",
];

/// PayPal's clock is that of California.
const ZONES: &[(&str, i32)] = &[("PST", -8 * 3600), ("PDT", -7 * 3600)];

fn forged(message: String) -> ConnectorError {
    ConnectorError::new(Kind::Auth, "forged_callback", message)
}

/// Reads a genuine notification; nothing if it is about no payment of ours.
pub(super) fn read(body: &[u8], receiver: &Receiver) -> Result<Option<PaymentEvent>> {
    let fields: BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let text = |name: &str| fields.get(name).map_or("", String::as_str);
    let paid = [text("receiver_email"), text("business")].map(str::to_lowercase);
    if !paid.iter().any(|address| receiver.addresses.contains(address)) {
        return Err(forged("it was paid to somebody else".into()));
    }
    if (text("test_ipn") == "1") == receiver.live {
        return Err(forged("it is of another world: test or live".into()));
    }
    let means = STATUSES.iter().find(|(status, _)| *status == text("payment_status")).map(|(_, means)| *means);
    let reference = Reference::new(text("invoice")).ok();
    let is_known = |means| KINDS.contains(&text("txn_type")) || (is_disputed(means) && text("txn_type").is_empty());
    let (Some(means), Some(reference)) = (means.filter(|means| is_known(*means)), reference) else {
        return Ok(None);
    };
    let amount = amount(text("mc_gross"), text("mc_currency"), means)?;
    let payment = Payment {
        reference,
        gateway_id: Some(first(&[text("parent_txn_id"), text("txn_id")])),
        amount,
        outcome: outcome(means, text("reason_code"), text("payment_status")),
        refunded: if means == Means::TakenBack { amount } else { Money::zero(amount.currency()) },
        saved: None,
        card_country: None,
        raw: kept(&fields),
    };
    let id = format!("{}-{}", text("txn_id"), text("payment_status"));
    let dispute = is_disputed(means).then(|| Dispute {
        id: first(&[text("case_id"), text("parent_txn_id"), text("txn_id")]),
        state: if means == Means::TakenBack { DisputeState::Lost } else { DisputeState::Won },
        amount,
        reason: text("reason_code").into(),
        status: text("payment_status").into(),
        answer_by: None,
    });
    Ok(Some(PaymentEvent { id, at: date(text("payment_date"))?, payment, dispute }))
}

fn invalid(message: String) -> ConnectorError {
    ConnectorError::invalid("callback_body", message)
}

fn is_disputed(means: Means) -> bool {
    matches!(means, Means::TakenBack | Means::Regained)
}

/// The first text that says something.
fn first(texts: &[&str]) -> String {
    texts.iter().find(|text| !text.is_empty()).map_or_else(String::new, |text| (*text).to_string())
}

/// What was taken; what was taken back is told below zero.
fn amount(value: &str, currency: &str, means: Means) -> Result<Money> {
    let value = if means == Means::TakenBack { value.strip_prefix('-').unwrap_or(value) } else { value };
    let known: Option<Currency> = currency.parse().ok().filter(|currency| is_taken(*currency));
    let read = known.and_then(|currency| Money::parse(value, currency).ok());
    read.ok_or_else(|| invalid(format!("an amount of {value} {currency}")))
}

fn outcome(means: Means, reason: &str, status: &str) -> Outcome {
    match means {
        Means::Taken | Means::TakenBack | Means::Regained => Outcome::Approved,
        Means::Waits => Outcome::Pending { instructions: None },
        Means::Released => Outcome::Voided,
        Means::Refused => Outcome::Declined(Decline {
            hard: false,
            code: if reason.is_empty() { status } else { reason }.to_string(),
            message: "PayPal or the bank has refused it".into(),
        }),
    }
}

/// `05:00:00 Mar 31, 2026 PDT`
fn date(text: &str) -> Result<Instant> {
    let unreadable = || invalid(format!("the date {text:?}"));
    let (local, zone) = text.rsplit_once(' ').ok_or_else(unreadable)?;
    let offset = ZONES.iter().find(|(name, _)| *name == zone).and_then(|(_, seconds)| FixedOffset::east_opt(*seconds));
    let local = NaiveDateTime::parse_from_str(local, "%H:%M:%S %b %d, %Y").map_err(|_| unreadable())?;
    let at = offset.and_then(|offset| offset.from_local_datetime(&local).single()).ok_or_else(unreadable)?;
    Ok(Instant::from_utc(at.with_timezone(&Utc)))
}

fn kept(fields: &BTreeMap<String, String>) -> String {
    let line = |text: &str| Value::String(text.chars().take(200).collect());
    let kept = KEPT.iter().filter_map(|name| Some(((*name).to_string(), line(fields.get(*name)?))));
    Value::Object(kept.collect::<Map<_, _>>()).to_string()
}
