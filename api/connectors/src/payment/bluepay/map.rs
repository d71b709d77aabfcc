//! Our words and BluePay's, both ways; pure.

use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Card, Decline, Outcome, Payment, PaymentRequest, PaymentSource, Reference, SavedMethod, Take};
use comptoir_domain::{Currency, Instant, Money};
use secrecy::ExposeSecret;
use serde_json::json;

/// Names and values of a form.
pub(super) type Form = Vec<(&'static str, String)>;

/// What a seal over a transaction holds, in this order.
const SEALED: [&str; 10] = [
    "MERCHANT",
    "TRANSACTION_TYPE",
    "AMOUNT",
    "REBILLING",
    "REB_FIRST_DATE",
    "REB_EXPR",
    "REB_CYCLES",
    "REB_AMOUNT",
    "RRNO",
    "MODE",
];

/// The values that a seal holds; what is not sent is nothing.
pub(super) fn sealed(form: &Form) -> String {
    SEALED
        .iter()
        .map(|name| form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str()))
        .collect()
}

/// Words of a refusal after which the card will never work.
const FOR_EVER: &[&str] = &["LOST", "STOLEN", "PICK UP", "PICKUP", "EXPIRED", "INVALID CARD", "CLOSED"];

/// One line of at most so many letters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(most).collect()
}

/// What is done to a payment has an order id of its own, made of the payment's, so that it is found again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Payment,
    Capture,
    Void,
    /// The refunds one after another, from 1.
    Refund(u32),
}

/// The order id of a part.
pub(super) fn order(reference: &Reference, part: Part) -> String {
    match part {
        Part::Payment => reference.to_string(),
        Part::Capture => format!("{reference}.capture"),
        Part::Void => format!("{reference}.void"),
        Part::Refund(number) => format!("{reference}.refund{number}"),
    }
}

/// The payment that an order id belongs to.
pub(super) fn named(order: &str) -> Option<Reference> {
    Reference::new(order.split('.').next()?).ok()
}

fn card_fields(card: &Card) -> Form {
    let year = card.expiry_year % 100;
    vec![
        ("CC_NUM", card.number.expose_secret().into()),
        ("CC_EXPIRES", format!("{:02}{year:02}", card.expiry_month)),
        ("CVCCVV2", card.code.expose_secret().into()),
    ]
}

/// How it is paid.
pub(super) fn means(source: &PaymentSource) -> Result<Form> {
    match source {
        PaymentSource::Card(card) => Ok(card_fields(card)),
        PaymentSource::Saved(token) => Ok(vec![("RRNO", token.expose_secret().into())]),
        _ => Err(ConnectorError::invalid("source", "this gateway takes cards")),
    }
}

/// A charge, but for account, mode and seal.
pub(super) fn charge(request: &PaymentRequest) -> Result<Form> {
    let payer = &request.payer;
    let mut form = vec![
        ("TRANSACTION_TYPE", if request.take == Take::Now { "SALE" } else { "AUTH" }.to_string()),
        ("AMOUNT", request.amount.decimal().to_string()),
        ("ORDER_ID", order(&request.reference, Part::Payment)),
        ("COMMENT", cut(&request.description, 128)),
        ("NAME", cut(format!("{} {}", payer.first_name, payer.last_name).trim(), 64)),
        ("ADDR1", cut(&payer.street, 64)),
        ("CITY", cut(&payer.city, 32)),
        ("STATE", cut(&payer.region, 16)),
        ("ZIPCODE", cut(&payer.postcode, 16)),
        ("COUNTRY", cut(&payer.country, 64)),
        ("PHONE", cut(&payer.phone, 16)),
        ("EMAIL", cut(&payer.email, 64)),
        ("REMOTE_IP", cut(request.client_ip(), 45)),
    ];
    form.extend(means(&request.source)?);
    form.retain(|(_, value)| !value.is_empty());
    Ok(form)
}

/// What came of a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// Done under this id of theirs.
    Done(String),
    /// Nothing was done, as the same card and amount were charged a moment ago.
    Twice,
    Declined(Decline),
    Failed(ConnectorError),
}

/// An answer in names and values.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Told(pub(super) Vec<(String, String)>);

impl Told {
    /// Reads a form.
    pub(super) fn read(form: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(form).into_owned().collect())
    }

    /// The first value of a name, however it is written; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.as_str())
    }
}

/// What an answer says.
pub(super) fn verdict(told: &Told) -> Verdict {
    let message = cut(told.text("MESSAGE"), 300);
    let loud = message.to_uppercase();
    let failed = |kind, code: &'static str| Verdict::Failed(ConnectorError::new(kind, code, message.clone()));
    match told.text("Result") {
        "APPROVED" if loud.contains("DUPLICATE") => Verdict::Twice,
        "APPROVED" if !told.text("RRNO").is_empty() => Verdict::Done(told.text("RRNO").into()),
        "DECLINED" => {
            let hard = FOR_EVER.iter().any(|word| loud.contains(word));
            Verdict::Declined(Decline { hard, code: "declined".into(), message })
        }
        "ERROR" if loud.contains("SECURITY") => failed(Kind::Auth, "security"),
        "ERROR" => failed(Kind::InvalidRequest, "error"),
        "MISSING" => failed(Kind::InvalidRequest, "missing"),
        _ => {
            Verdict::Failed(ConnectorError::new(Kind::Unknown, "answer", "the answer says nothing of the transaction"))
        }
    }
}

/// A transaction as their query tells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) amount: Money,
    pub(super) custom: String,
    pub(super) message: String,
}

impl Row {
    /// Whether it was approved.
    pub(super) fn is_good(&self) -> bool {
        self.status == "1"
    }
}

/// Reads the answer of a query; nothing if there is no such transaction.
pub(super) fn row(told: &Told, currency: Currency) -> Result<Option<Row>> {
    let text = |name: &str| cut(told.text(name), 200);
    if text("id").is_empty() {
        let message = text("message");
        let kind = if message.to_uppercase().contains("SECURITY") { Kind::Auth } else { Kind::Unavailable };
        return if message.is_empty() { Ok(None) } else { Err(ConnectorError::new(kind, "query", message)) };
    }
    let amount = Money::parse(told.text("amount"), currency)
        .map_err(|error| ConnectorError::new(Kind::Unavailable, "amount", error.to_string()))?;
    let (id, kind, status) = (text("id"), text("trans_type"), text("status"));
    Ok(Some(Row { id, kind, status, amount, custom: text("custom_id"), message: text("message") }))
}

/// The days between which a query looks: a day more on each side, whatever zone theirs are in.
pub(super) fn days(from: Instant, to: Instant) -> (String, String) {
    let day = chrono::TimeDelta::days(1);
    let text = |at: Instant| at.utc().format("%Y-%m-%d").to_string();
    (text(from.plus(-day)), text(to.plus(day)))
}

/// Where a payment stands, by what was done to it.
pub(super) fn payment(reference: &Reference, paid: &Row, then: Option<&Row>, back: Money) -> Payment {
    let then = then.filter(|row| row.is_good());
    let (outcome, amount) = match (paid.status.as_str(), paid.kind.as_str(), then) {
        ("1", "AUTH", Some(void)) if void.kind == "VOID" => (Outcome::Voided, paid.amount),
        ("1", "AUTH", Some(capture)) => (Outcome::Captured, capture.amount),
        ("1", "AUTH", None) => (Outcome::Authorised, paid.amount),
        ("1", ..) => (Outcome::Approved, paid.amount),
        ("0", ..) => (Outcome::Declined(decline(&paid.message)), paid.amount),
        ("E", ..) => (Outcome::Error { code: "error".into(), message: paid.message.clone() }, paid.amount),
        _ => (Outcome::Pending { instructions: None }, paid.amount),
    };
    let raw = json!({"id": paid.id, "status": paid.status, "type": paid.kind, "amount": amount, "message": paid.message,
        "then": then.map(|row| (&row.id, &row.kind))});
    Payment {
        reference: reference.clone(),
        gateway_id: Some(paid.id.clone()),
        amount,
        outcome,
        refunded: back,
        saved: None,
        card_country: None,
        raw: raw.to_string(),
    }
}

pub(super) fn decline(message: &str) -> Decline {
    let hard = FOR_EVER.iter().any(|word| message.to_uppercase().contains(word));
    Decline { hard, code: "declined".into(), message: message.into() }
}

/// A method: their id of the transaction in which the card was seen.
pub(super) fn saved(told: &Told, source: &PaymentSource) -> SavedMethod {
    let masked: Vec<char> = told.text("PAYMENT_ACCOUNT").chars().collect();
    let four: String = masked.iter().skip(masked.len().saturating_sub(4)).collect();
    let expires = match source {
        PaymentSource::Card(card) => Some((card.expiry_month, card.expiry_year)),
        _ => None,
    };
    SavedMethod { expires, ..SavedMethod::card(told.text("RRNO"), told.text("CARD_TYPE"), &four) }
}
