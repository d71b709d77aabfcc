//! Ours to theirs and back: order numbers, parameters, and what the operations of an order add up to.

use super::codes::{self, Meaning};
use super::wire::Fields;
use super::{Account, PAGE};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Begun, Card, ClientAction, Decline, Outcome, Payer, Payment, PaymentRequest, PaymentSource, Presence, Reference,
    SavedMethod, Take, numbers,
};
use comptoir_domain::{Country, Money};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// What an operation does with money: `DS_MERCHANT_TRANSACTIONTYPE`.
pub(super) mod kind {
    /// Takes it.
    pub(in crate::payment::redsys) const SALE: &str = "0";
    /// Reserves it.
    pub(in crate::payment::redsys) const RESERVATION: &str = "1";
    /// Takes what is reserved.
    pub(in crate::payment::redsys) const CONFIRMATION: &str = "2";
    /// Gives it back.
    pub(in crate::payment::redsys) const REFUND: &str = "3";
    /// Only looks at the card.
    pub(in crate::payment::redsys) const VERIFICATION: &str = "7";
    /// Releases what is reserved.
    pub(in crate::payment::redsys) const CANCELLATION: &str = "9";
}

/// The two ways of a payment. Each has an order number of its own: what was tried directly has used the first one up when the
/// bank then wants to see the client.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// From server to server.
    Direct,
    /// On their page.
    Page,
}

/// The order number of a payment: four digits, then eight characters of 36, which can be computed again from the reference. Of a
/// million payments with two numbers each, two meet with a chance of 1 in 14,000 (4·10^12 / 2 / 2.8·10^16). Then nothing is taken
/// for the second: Redsys refuses a number that it has seen, and what it holds under it has another amount or reference.
pub(super) fn order(reference: &Reference, way: Way) -> String {
    let way = match way {
        Way::Direct => "direct",
        Way::Page => "page",
    };
    number_of(&format!("{way} {reference}"))
}

/// The order number of a text.
pub(super) fn number_of(text: &str) -> String {
    let digest = Sha256::digest(text);
    let mut rest = digest.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes));
    let mut number = format!("{:04}", rest % 10_000);
    rest /= 10_000;
    for _ in 0..8 {
        number.extend(u32::try_from(rest % 36).ok().and_then(|digit| char::from_digit(digit, 36)));
        rest /= 36;
    }
    number
}

/// What every operation says.
pub(super) fn operation(account: &Account, kind: &str, order: &str, amount: Money) -> Result<Fields> {
    let currency = numbers::number(amount.currency())
        .filter(|_| account.currencies.contains(&amount.currency()))
        .ok_or_else(|| ConnectorError::invalid("currency", "the terminal does not take this currency"))?;
    let mut fields = Fields::default();
    fields.put("DS_MERCHANT_AMOUNT", amount.minor().to_string());
    fields.put("DS_MERCHANT_CURRENCY", currency);
    fields.put("DS_MERCHANT_ORDER", order);
    fields.put("DS_MERCHANT_MERCHANTCODE", account.merchant.as_str());
    fields.put("DS_MERCHANT_TERMINAL", account.terminal.as_str());
    fields.put("DS_MERCHANT_TRANSACTIONTYPE", kind);
    Ok(fields)
}

/// A payment that begins.
fn beginning(account: &Account, request: &PaymentRequest, way: Way) -> Result<Fields> {
    let kind = match request.take {
        Take::Now => kind::SALE,
        Take::Reserve => kind::RESERVATION,
    };
    let mut fields = operation(account, kind, &order(&request.reference, way), request.amount)?;
    fields.put("DS_MERCHANT_MERCHANTDATA", request.reference.as_str());
    fields.put("DS_MERCHANT_MERCHANTURL", account.callback_url.as_str());
    fields.put("DS_MERCHANT_PRODUCTDESCRIPTION", cut(&request.description, 125));
    fields.put("DS_MERCHANT_TITULAR", cut(&name(&request.payer), 60));
    if request.save {
        keep(&mut fields);
    }
    Ok(fields)
}

/// Asks for a token that is charged again and again.
fn keep(fields: &mut Fields) {
    fields.put("DS_MERCHANT_IDENTIFIER", "REQUIRED");
    fields.put("DS_MERCHANT_COF_INI", "S");
    fields.put("DS_MERCHANT_COF_TYPE", "R");
}

/// A payment by a card or a token, without a page.
pub(super) fn direct(account: &Account, request: &PaymentRequest) -> Result<Fields> {
    let mut fields = beginning(account, request, Way::Direct)?;
    match &request.source {
        PaymentSource::Card(card) => {
            put_card(&mut fields, card);
            fields.put("DS_MERCHANT_DIRECTPAYMENT", if request.presence == Presence::Desk { "MOTO" } else { "" });
        }
        PaymentSource::Saved(token) => {
            let (identifier, network) = parts(token);
            fields.put("DS_MERCHANT_IDENTIFIER", identifier);
            fields.put("DS_MERCHANT_DIRECTPAYMENT", "true");
            fields.put("DS_MERCHANT_COF_INI", "N");
            fields.put("DS_MERCHANT_COF_TXNID", network);
            let (kind, exemption) = stored_use(request.presence);
            fields.put("DS_MERCHANT_COF_TYPE", kind);
            fields.put("DS_MERCHANT_EXCEP_SCA", exemption);
        }
        _ => return Err(ConnectorError::invalid("source", "this gateway does not take what is offered")),
    }
    Ok(fields)
}

/// For what a stored card is used, and why the client is not asked. One charge that he has asked for at the telephone is none
/// of a series.
const fn stored_use(presence: Presence) -> (&'static str, &'static str) {
    match presence {
        Presence::Client => ("C", ""),
        Presence::Desk => ("C", "MIT"),
        Presence::Nobody => ("R", "MIT"),
    }
}

/// A card that is kept without a payment.
pub(super) fn verification(account: &Account, card: &Card, order: &str, nothing: Money) -> Result<Fields> {
    let mut fields = operation(account, kind::VERIFICATION, order, nothing)?;
    put_card(&mut fields, card);
    keep(&mut fields);
    Ok(fields)
}

fn put_card(fields: &mut Fields, card: &Card) {
    fields.put("DS_MERCHANT_PAN", card.number.expose_secret());
    fields.put("DS_MERCHANT_EXPIRYDATE", format!("{:02}{:02}", card.expiry_year % 100, card.expiry_month));
    fields.put("DS_MERCHANT_CVV2", card.code.expose_secret());
}

/// The form that takes the client to their page.
fn page(account: &Account, request: &PaymentRequest) -> Result<ClientAction> {
    let mut fields = beginning(account, request, Way::Page)?;
    if let PaymentSource::Saved(token) = &request.source {
        fields.put("DS_MERCHANT_IDENTIFIER", parts(token).0);
    }
    fields.put("DS_MERCHANT_URLOK", request.return_to.as_str());
    fields.put("DS_MERCHANT_URLKO", request.return_to.as_str());
    fields.put("DS_MERCHANT_CONSUMERLANGUAGE", language(&request.payer.language));
    fields.put("DS_MERCHANT_PAYMETHODS", account.methods.as_str());
    let sealed = account.seal(&fields)?;
    Ok(ClientAction { redirect_to: format!("{}{PAGE}", account.address), fields: sealed.into_form() })
}

/// A payment that waits for the client at the page.
pub(super) fn at_page(account: &Account, request: &PaymentRequest) -> Result<Payment> {
    let order = order(&request.reference, Way::Page);
    Ok(undecided(&request.begun(None), &order, Outcome::ActionNeeded(page(account, request)?)))
}

/// The same for a payment of which we only know what it was to be: the client is sent without a way back.
pub(super) fn at_page_again(account: &Account, begun: &Begun, operations: &[Fields]) -> Result<Payment> {
    let is_reserved = operations.iter().any(|fields| fields.text("DS_TRANSACTIONTYPE") == kind::RESERVATION);
    let request = PaymentRequest {
        reference: begun.reference.clone(),
        amount: begun.amount,
        description: String::new(),
        source: PaymentSource::HostedPage,
        take: if is_reserved { Take::Reserve } else { Take::Now },
        save: false,
        presence: Presence::Client,
        payer: Payer::default(),
        return_to: String::new(),
        at: begun.at,
    };
    at_page(account, &request)
}

/// A payment whose form is out: whether the client has gone there, nobody can know.
pub(super) fn waiting(begun: &Begun) -> Payment {
    let order = order(&begun.reference, Way::Page);
    undecided(begun, &order, Outcome::Pending { instructions: None })
}

/// A payment with a number that no card can have.
pub(super) fn no_card(request: &PaymentRequest, order: &str, error: &ConnectorError) -> Payment {
    undecided(&request.begun(None), order, declined(true, &error.code, &error.message))
}

fn undecided(begun: &Begun, order: &str, outcome: Outcome) -> Payment {
    Payment {
        reference: begun.reference.clone(),
        gateway_id: Some(order.into()),
        amount: begun.amount,
        outcome,
        refunded: Money::zero(begun.amount.currency()),
        saved: None,
        card_country: None,
        raw: String::new(),
    }
}

/// Their languages; the rest reads Spanish.
const LANGUAGES: &[(&str, &str)] =
    &[("es", "001"), ("en", "002"), ("ca", "003"), ("fr", "004"), ("de", "005"), ("it", "007"), ("pt", "009")];

fn language(code: &str) -> &'static str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or("", |(_, theirs)| theirs)
}

fn name(payer: &Payer) -> String {
    format!("{} {}", payer.first_name, payer.last_name).trim().to_string()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(most).collect()
}

/// A token of ours is theirs and the network's name for the first charge, which they want to see again.
fn parts(token: &SecretString) -> (&str, &str) {
    token.expose_secret().split_once(':').unwrap_or((token.expose_secret(), ""))
}

/// The method that an answer keeps for later.
fn saved(fields: &Fields) -> Option<SavedMethod> {
    let identifier = Some(fields.text("DS_MERCHANT_IDENTIFIER")).filter(|text| !text.is_empty())?;
    let expires = fields.text("DS_EXPIRYDATE");
    let part = |from, to| expires.get(from..to).and_then(|text: &str| text.parse::<u8>().ok());
    let month = part(2, 4).filter(|month| (1..=12).contains(month) && expires.len() == 4);
    let token = format!("{identifier}:{}", fields.text("DS_MERCHANT_COF_TXNID"));
    Some(SavedMethod {
        expires: month.zip(part(0, 2)).map(|(month, year)| (month, 2000 + u16::from(year))),
        country: card_country(fields),
        // the last digits are told only where the bank has allowed it
        ..SavedMethod::card(token, "", tail(fields.text("DS_CARD_NUMBER")))
    })
}

/// Where the card is from, by a number of ISO 3166-1.
fn card_country(fields: &Fields) -> Option<Country> {
    fields.text("DS_CARD_COUNTRY").parse().ok().and_then(Country::of_number)
}

/// What may be shown of a card's number.
fn tail(number: &str) -> &str {
    number.get(number.len().saturating_sub(4)..).unwrap_or_default()
}

/// The method of a payment, if it was asked for; of a card that we have seen, we know the last digits.
pub(super) fn with_method(payment: Payment, request: &PaymentRequest) -> Payment {
    let saved = payment.saved.filter(|_| request.save).map(|saved| match &request.source {
        PaymentSource::Card(card) => of_card(saved, card),
        _ => saved,
    });
    Payment { saved, ..payment }
}

/// The same method, shown as the card that we have seen.
fn of_card(saved: SavedMethod, card: &Card) -> SavedMethod {
    let SavedMethod { token, expires, country, .. } = saved;
    SavedMethod { expires, country, ..SavedMethod::card(token, "", tail(card.number.expose_secret())) }
}

/// What a verification keeps of a card.
pub(super) fn kept(fields: &Fields, card: &Card) -> Result<SavedMethod> {
    if meaning(fields).0 != Meaning::Done {
        return Err(refusal(fields));
    }
    let none = || ConnectorError::new(Kind::Declined, "no_token", "the terminal keeps no cards");
    saved(fields).map(|saved| of_card(saved, card)).ok_or_else(none)
}

/// What may be kept of an answer: no token, no name of the network, no card number.
const KEPT: &[&str] = &[
    "DS_DATE",
    "DS_HOUR",
    "DS_AMOUNT",
    "DS_CURRENCY",
    "DS_ORDER",
    "DS_MERCHANTCODE",
    "DS_TERMINAL",
    "DS_RESPONSE",
    "DS_AUTHORISATIONCODE",
    "DS_TRANSACTIONTYPE",
    "DS_SECUREPAYMENT",
    "DS_CARD_COUNTRY",
    "DS_CARD_BRAND",
    "DS_CARD_TYPE",
    "DS_MERCHANTDATA",
    "DS_ERRORCODE",
    "DS_PROCESSEDPAYMETHOD",
    "DS_STATE",
];

/// Answers are kept up to that length.
const LONGEST_RAW: usize = 4000;

/// What may be kept of the operations of an order.
pub(super) fn raw(operations: &[Fields]) -> String {
    let all: Vec<_> = operations.iter().map(|fields| fields.only(KEPT)).collect();
    cut(&serde_json::json!(all).to_string(), LONGEST_RAW)
}

/// A value as it is meant: it may be written as in an address.
pub(super) fn written(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The amount that Redsys names.
pub(super) fn amount(fields: &Fields) -> Result<Money> {
    let odd = || ConnectorError::new(Kind::Unknown, "bad_answer", "the answer names no amount");
    let currency = numbers::currency(fields.text("DS_CURRENCY")).ok_or_else(odd)?;
    Ok(Money::from_minor(fields.text("DS_AMOUNT").parse().map_err(|_| odd())?, currency))
}

/// What an operation has come to. One that is not finished says nothing yet; answers to calls name no state, they are finished.
pub(super) fn meaning(fields: &Fields) -> (Meaning, &'static str) {
    match fields.text("DS_STATE") {
        "" | "F" => codes::response(fields.text("DS_RESPONSE")),
        _ => (Meaning::Pending, "the bank has not answered yet"),
    }
}

pub(super) fn is_done(fields: &Fields, kind: &str) -> bool {
    fields.text("DS_TRANSACTIONTYPE") == kind && meaning(fields).0 == Meaning::Done
}

/// What the operations of one order add up to, as they are told in one answer or in many.
pub(super) fn payment(reference: &Reference, order: &str, operations: &[Fields]) -> Result<Payment> {
    let is_other = |data: String| !data.is_empty() && data != reference.as_str();
    if operations.iter().any(|fields| is_other(written(fields.text("DS_MERCHANTDATA")))) {
        return Err(ConnectorError::new(Kind::Conflict, "order_number", "the order number is that of another payment"));
    }
    let done = |kind| operations.iter().rev().find(|fields| is_done(fields, kind));
    let ends = [
        (done(kind::CANCELLATION), Outcome::Voided),
        (done(kind::CONFIRMATION), Outcome::Captured),
        (done(kind::SALE), Outcome::Approved),
        (done(kind::RESERVATION), Outcome::Authorised),
    ];
    let (deciding, outcome) = match ends.into_iter().find_map(|(fields, outcome)| Some((fields?, outcome))) {
        Some(found) => found,
        None => {
            let last = operations.last().ok_or_else(|| ConnectorError::not_found(format!("no payment {reference}")))?;
            (last, undone(last))
        }
    };
    let amount = amount(deciding)?;
    let back = operations.iter().filter(|fields| is_done(fields, kind::REFUND));
    let back: Vec<Money> = back.map(self::amount).collect::<Result<_>>()?;
    Ok(Payment {
        reference: reference.clone(),
        gateway_id: Some(order.into()),
        amount,
        outcome,
        refunded: Money::sum(amount.currency(), back)?,
        saved: saved(deciding).filter(|_| meaning(deciding).0 == Meaning::Done),
        card_country: card_country(deciding),
        raw: raw(operations),
    })
}

/// Whether the bank wants to see the client before it decides.
pub(super) fn needs_client(operations: &[Fields]) -> bool {
    let is_done = operations.iter().any(|fields| meaning(fields).0 == Meaning::Done);
    !is_done && operations.last().is_some_and(|fields| meaning(fields).0 == Meaning::NeedsClient)
}

/// The outcome of an operation that was not done. Where the client is needed, the caller knows the page.
fn undone(fields: &Fields) -> Outcome {
    let (meaning, words) = meaning(fields);
    let code = fields.text("DS_RESPONSE").to_string();
    match meaning {
        Meaning::Failed => Outcome::Error { code, message: words.into() },
        Meaning::Soft | Meaning::Hard => declined(meaning == Meaning::Hard, &code, words),
        _ => Outcome::Pending { instructions: None },
    }
}

/// A refusal.
fn declined(hard: bool, code: &str, words: &str) -> Outcome {
    Outcome::Declined(Decline { hard, code: code.into(), message: words.into() })
}

/// What a code says that is not that of something done.
pub(super) fn refusal(fields: &Fields) -> ConnectorError {
    let (meaning, words) = meaning(fields);
    let kind = match meaning {
        Meaning::Failed => Kind::Unavailable,
        Meaning::Pending | Meaning::Done => Kind::Unknown,
        Meaning::Repeated => Kind::Conflict,
        Meaning::Soft | Meaning::Hard | Meaning::NeedsClient => Kind::Declined,
    };
    ConnectorError::new(kind, fields.text("DS_RESPONSE").to_string(), words)
}
