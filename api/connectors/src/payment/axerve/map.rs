//! Ours to theirs and back: names of payments, arguments of operations, outcomes.

use super::codes::{self, Meaning};
use super::wire::{Said, around, texts};
use super::{Account, Way};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Begun, Card, Decline, Outcome, Payer, Payment, PaymentRequest, PaymentSource, Presence, Reference, SavedMethod,
    Take,
};
use comptoir_domain::Money;
use secrecy::ExposeSecret;

/// What a payment is called there: our reference, and on the page with an ending that no reference has, since what was tried
/// directly has used the first name up when the bank then wants to see the client.
pub(super) fn id(reference: &Reference, way: Way) -> String {
    match way {
        Way::Direct => reference.to_string(),
        Way::Page => format!("{reference}.p"),
    }
}

/// The reference of a payment's name.
pub(super) fn reference(id: &str) -> Option<Reference> {
    Reference::new(id.strip_suffix(".p").unwrap_or(id)).ok()
}

/// The amount as they write it, and the number of its currency.
pub(super) fn written(amount: Money) -> Result<(String, &'static str)> {
    let none = || ConnectorError::invalid("currency", "the gateway does not take this currency");
    Ok((amount.decimal().to_string(), codes::number(amount.currency()).ok_or_else(none)?))
}

/// The amount that they name, if they do.
pub(super) fn amount(said: &Said) -> Result<Option<Money>> {
    match said.text("amount") {
        "" => Ok(None),
        text => money(said, text).map(Some),
    }
}

fn money(said: &Said, text: &str) -> Result<Money> {
    let odd = || ConnectorError::new(Kind::Unknown, "bad_answer", "the answer names no amount");
    let currency = codes::currency(said.text("currency")).ok_or_else(odd)?;
    Money::parse(text, currency).map_err(|_| odd())
}

/// What must not stand in a value, nor two hyphens in a row.
const FORBIDDEN: &str = "& §()*<>,;:/[]?=%~";

/// A text without what must not stand in it, cut to a length.
fn plain(text: &str, most: usize) -> String {
    let letter = |letter: char| if FORBIDDEN.contains(letter) || letter.is_control() { '_' } else { letter };
    let mut plain: String = text.chars().map(letter).take(most).collect();
    while plain.contains("--") {
        plain = plain.replace("--", "-");
    }
    plain
}

/// An address for mail, if it can stand there as it is.
fn email(payer: &Payer) -> &str {
    if plain(&payer.email, 50) == payer.email { &payer.email } else { "" }
}

fn buyer(payer: &Payer) -> String {
    plain(format!("{} {}", payer.first_name, payer.last_name).trim(), 50)
}

/// The arguments that both ways of a payment begin with.
fn beginning(account: &Account, request: &PaymentRequest, way: Way) -> Result<String> {
    if request.reference.as_str().contains("--") {
        return Err(ConnectorError::invalid("reference", "two hyphens in a row cannot be sent"));
    }
    let (amount, currency) = written(request.amount)?;
    Ok(texts(&[
        ("shopLogin", &account.shop),
        ("uicCode", currency),
        ("amount", &amount),
        ("shopTransactionId", &id(&request.reference, way)),
    ]))
}

const fn token_wanted(request: &PaymentRequest) -> &'static str {
    if request.save { "MASKEDPAN" } else { "" }
}

/// The arguments of `callPagamS2S`, in the order of its definition.
pub(super) fn pagam(account: &Account, request: &PaymentRequest) -> Result<String> {
    let (card, token) = match &request.source {
        PaymentSource::Card(card) => (Some(card), ""),
        PaymentSource::Saved(token) => (None, token.expose_secret()),
        _ => return Err(ConnectorError::invalid("source", "this gateway does not take what is offered")),
    };
    let (month, year) = card.map(expiry).unwrap_or_default();
    // where nobody can be asked, not to ask is asked for
    let exemption = if request.presence == Presence::Client { "" } else { "FORCE" };
    let exempt = around("transDetails", &around("threeDsContainer", &texts(&[("exemption", exemption)])));
    let rest = texts(&[
        ("cardNumber", card.map_or("", |card| card.number.expose_secret())),
        ("expiryMonth", &month),
        ("expiryYear", &year),
        ("buyerName", &buyer(&request.payer)),
        ("buyerEmail", email(&request.payer)),
        ("languageId", codes::language(&request.payer.language)),
        ("cvv", card.map_or("", |card| card.code.expose_secret())),
        ("requestToken", token_wanted(request)),
        ("tokenValue", token),
        ("apikey", account.key.expose_secret()),
    ]);
    Ok(beginning(account, request, Way::Direct)? + &rest + &exempt)
}

fn expiry(card: &Card) -> (String, String) {
    (format!("{:02}", card.expiry_month), format!("{:02}", card.expiry_year % 100))
}

/// The arguments of `Encrypt`.
pub(super) fn encrypt(account: &Account, request: &PaymentRequest) -> Result<String> {
    let rest = texts(&[
        ("buyerName", &buyer(&request.payer)),
        ("buyerEmail", email(&request.payer)),
        ("languageId", codes::language(&request.payer.language)),
        ("requestToken", token_wanted(request)),
        ("apikey", account.key.expose_secret()),
    ]);
    Ok(beginning(account, request, Way::Page)? + &rest)
}

/// The arguments that keep a card; the issuer is asked whether it is good.
pub(super) fn token(account: &Account, card: &Card) -> String {
    let (month, year) = expiry(card);
    texts(&[
        ("shopLogin", &account.shop),
        ("requestToken", "MASKEDPAN"),
        ("cardNumber", card.number.expose_secret()),
        ("expiryMonth", &month),
        ("expiryYear", &year),
        ("cvv", card.code.expose_secret()),
        ("withAuth", "Y"),
        ("apikey", account.key.expose_secret()),
    ])
}

/// The method that an answer keeps for later; of a card that we have seen, we know the last digits.
pub(super) fn saved(said: &Said, card: Option<&Card>) -> Option<SavedMethod> {
    let token = Some(said.text("token")).filter(|token| !token.is_empty())?;
    let number = card.map_or(said.text("maskedpan"), |card| card.number.expose_secret());
    let four = number.get(number.len().saturating_sub(4)..).unwrap_or_default();
    let month = said.text("tokenexpirymonth").parse().ok().filter(|month| (1..=12).contains(month));
    let year = said.text("tokenexpiryyear").parse::<u16>().ok();
    let expires = month.zip(year.map(|year| if year < 100 { 2000 + year } else { year }));
    Some(SavedMethod { expires, ..SavedMethod::card(token, "", four) })
}

/// Where a payment stands of which all is told at once: the answer to a charge, or a decrypted message. `asked` is what stands
/// for the amount where a refusal names none.
pub(super) fn told(account: &Account, reference: Reference, said: &Said, asked: Option<Money>) -> Result<Payment> {
    let none = || ConnectorError::new(Kind::Unknown, "bad_answer", "the answer names no amount");
    let outcome = match said.text("transactionresult") {
        "OK" => account.done(),
        "XX" => Outcome::Pending { instructions: None },
        "KO" => refused(said),
        _ => return Err(ConnectorError::new(Kind::Unknown, "bad_answer", "the answer names no result")),
    };
    let amount = amount(said)?.or(asked).ok_or_else(none)?;
    Ok(Payment {
        reference,
        gateway_id: Some(said.text("banktransactionid").to_string()).filter(|id| !id.is_empty()),
        amount,
        saved: saved(said, None).filter(|_| !matches!(outcome, Outcome::Declined(_) | Outcome::Error { .. })),
        outcome,
        refunded: Money::zero(amount.currency()),
        card_country: None,
        raw: said.raw(),
    })
}

fn refused(said: &Said) -> Outcome {
    let (code, message) = (said.code().to_string(), said.words());
    match codes::meaning(&code) {
        Meaning::Failed | Meaning::Call(Kind::Unknown) => Outcome::Error { code, message },
        meaning => Outcome::Declined(Decline { hard: meaning == Meaning::Hard, code, message }),
    }
}

/// Where a payment stands by what has happened to it.
pub(super) fn stands(account: &Account, begun: &Begun, said: &Said) -> Result<Payment> {
    let sum = |what: &str| -> Result<Option<Money>> {
        let some = said.events.iter().filter(|event| event.what == what).map(|event| money(said, &event.amount));
        let some: Vec<Money> = some.collect::<Result<_>>()?;
        let Some(first) = some.first() else { return Ok(None) };
        Ok(Some(Money::sum(first.currency(), some.iter().copied())?))
    };
    let (reserved, taken, back, cancelled) = (sum("AUT")?, sum("MOV")?, sum("STO")?, sum("CAN")?);
    let outcome = match said.text("transactionresult") {
        "KO" => refused(said),
        _ if taken.is_some() && account.deferred => Outcome::Captured,
        _ if taken.is_some() => Outcome::Approved,
        _ if cancelled.is_some() || (account.deferred && back.is_some()) => Outcome::Voided,
        _ if reserved.is_some() => account.done(),
        _ => Outcome::Pending { instructions: None },
    };
    let amount = taken.or(reserved).or(amount(said)?).unwrap_or(begun.amount);
    let refunded = back.filter(|_| outcome != Outcome::Voided).unwrap_or(Money::zero(amount.currency()));
    Ok(Payment {
        reference: begun.reference.clone(),
        gateway_id: Some(said.text("banktransactionid").to_string()).filter(|id| !id.is_empty()),
        amount,
        outcome,
        refunded,
        saved: None,
        card_country: None,
        raw: said.raw(),
    })
}

/// What is asked again of a payment of which we only know what it was to be.
pub(super) fn again(begun: &Begun) -> PaymentRequest {
    PaymentRequest {
        reference: begun.reference.clone(),
        amount: begun.amount,
        description: String::new(),
        source: PaymentSource::HostedPage,
        take: Take::Now,
        save: false,
        presence: Presence::Client,
        payer: Payer::default(),
        return_to: String::new(),
        at: begun.at,
    }
}

/// A payment that waits for the client, whose amount only we can name yet.
pub(super) fn waiting(begun: &Begun, outcome: Outcome) -> Payment {
    Payment {
        reference: begun.reference.clone(),
        gateway_id: Some(id(&begun.reference, Way::Page)),
        amount: begun.amount,
        outcome,
        refunded: Money::zero(begun.amount.currency()),
        saved: None,
        card_country: None,
        raw: String::new(),
    }
}
