//! Our words and Commerce Hub's, both ways; pure.

use super::wire::{
    Amount, CardData, Interaction, Merchant, Referred, Reply, Request, Source, StoredCredentials, Token,
    TransactionDetails,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Card, Decline, Outcome, Payment, PaymentRequest, PaymentSource, Presence, Reference, SavedMethod, Take,
};
use comptoir_domain::Money;
use secrecy::{ExposeSecret, SecretString};

/// Where a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Reserved,
    Taken,
    Released,
    Declined,
    Waits,
}

const STANDINGS: &[(&str, Standing)] = &[
    ("AUTHORIZED", Standing::Reserved),
    ("CAPTURED", Standing::Taken),
    ("SUCCEEDED", Standing::Taken),
    ("VOIDED", Standing::Released),
    ("DECLINED", Standing::Declined),
    ("FAILED", Standing::Declined),
    ("PROCESSING", Standing::Waits),
    ("PENDING", Standing::Waits),
    ("WAITING", Standing::Waits),
];

/// What a state means; one that is not known has to be looked at again.
pub(super) fn standing(reply: &Reply) -> Standing {
    let state = reply.gateway_response.transaction_state.as_str();
    STANDINGS.iter().find(|(known, _)| *known == state).map_or(Standing::Waits, |(_, standing)| *standing)
}

/// What the bank's reason (ISO 8583) means for the card: refused for ever.
const FOR_EVER: &[&str] = &["4", "7", "14", "15", "41", "43", "46", "54"];

/// Each thing done to a payment has a transaction id of ours, made of the payment's, so that it is found again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Payment,
    Capture,
    Void,
    /// The refunds one after another, from 1.
    Refund(u32),
}

/// Our transaction id of a part.
pub(super) fn name(reference: &Reference, part: Part) -> String {
    match part {
        Part::Payment => reference.to_string(),
        Part::Capture => format!("{reference}.capture"),
        Part::Void => format!("{reference}.void"),
        Part::Refund(number) => format!("{reference}.refund{number}"),
    }
}

/// One line of at most so many letters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(most).collect()
}

/// An amount as a JSON number.
pub(super) fn amount(money: Money) -> Result<Amount> {
    let total = serde_json::from_str(&money.decimal().to_string())
        .map_err(|error| ConnectorError::invalid("amount", error.to_string()))?;
    Ok(Amount { total, currency: money.currency().as_str().into() })
}

/// Reads an amount.
pub(super) fn money(amount: &Amount) -> Result<Money> {
    let unclear = || ConnectorError::new(Kind::Unknown, "amount", "the gateway names an amount that is none");
    let currency = amount.currency.parse().map_err(|_| unclear())?;
    Money::parse(&amount.total.to_string(), currency).map_err(|_| unclear())
}

/// A card, or one that is kept.
pub(super) fn source(source: &PaymentSource) -> Result<Source> {
    match source {
        PaymentSource::Card(card) => Ok(Source::PaymentCard { card: card_data(card) }),
        PaymentSource::Saved(token) => {
            let (source, data) = ids(token)?;
            Ok(Source::PaymentToken { token_data: data.into(), token_source: source.into() })
        }
        _ => Err(ConnectorError::invalid("source", "this gateway takes cards")),
    }
}

fn card_data(card: &Card) -> CardData {
    CardData {
        card_data: card.number.expose_secret().into(),
        expiration_month: format!("{:02}", card.expiry_month),
        expiration_year: card.expiry_year.to_string(),
        security_code: Some(card.code.expose_secret().to_string()).filter(|code| !code.is_empty()),
    }
}

/// Who made a token, and the token.
fn ids(token: &SecretString) -> Result<(&str, &str)> {
    let parts = token.expose_secret().split_once('/');
    parts.ok_or_else(|| ConnectorError::invalid("token", "this is no token of this gateway"))
}

/// A charge.
pub(super) fn charge<'a>(request: &PaymentRequest, merchant: Merchant<'a>) -> Result<Request<'a>> {
    let is_saved = matches!(request.source, PaymentSource::Saved(_));
    let (scheduled, initiator, origin) = match request.presence {
        Presence::Client => (false, "CARD_HOLDER", "ECOM"),
        Presence::Desk => (false, "CARD_HOLDER", "MOTO"),
        Presence::Nobody => (true, "MERCHANT", "ECOM"),
    };
    let stored = StoredCredentials { scheduled, initiator, sequence: if is_saved { "SUBSEQUENT" } else { "FIRST" } };
    Ok(Request {
        amount: Some(amount(request.amount)?),
        source: Some(source(&request.source)?),
        transaction_details: Some(TransactionDetails {
            capture_flag: Some(request.take == Take::Now),
            merchant_transaction_id: name(&request.reference, Part::Payment),
            merchant_order_id: request.reference.to_string(),
            create_token: request.save.then_some(true),
        }),
        transaction_interaction: Some(Interaction { origin }),
        stored_credentials: (is_saved || request.save).then_some(stored),
        merchant_details: merchant,
        ..Request::default()
    })
}

/// Something done to a payment.
pub(super) fn follow<'a>(
    transaction: &str,
    name: String,
    order: &Reference,
    money: Option<Money>,
    merchant: Merchant<'a>,
) -> Result<Request<'a>> {
    Ok(Request {
        amount: money.map(amount).transpose()?,
        transaction_details: Some(TransactionDetails {
            merchant_transaction_id: name,
            merchant_order_id: order.to_string(),
            ..TransactionDetails::default()
        }),
        reference_transaction_details: Some(Referred {
            reference_transaction_id: Some(transaction.into()),
            reference_merchant_transaction_id: None,
        }),
        merchant_details: merchant,
        ..Request::default()
    })
}

/// A question about a transaction id of ours.
pub(super) fn inquiry<'a>(name: String, merchant: Merchant<'a>) -> Request<'a> {
    Request {
        reference_transaction_details: Some(Referred {
            reference_transaction_id: None,
            reference_merchant_transaction_id: Some(name),
        }),
        merchant_details: merchant,
        ..Request::default()
    }
}

/// Their id of a transaction.
pub(super) fn id(reply: &Reply) -> &str {
    &reply.gateway_response.transaction_processing_details.transaction_id
}

/// Why it was refused.
pub(super) fn decline(reply: &Reply) -> Decline {
    let said = &reply.payment_receipt.processor_response_details;
    let fault = reply.error.first();
    let first = |texts: [&str; 3]| texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_string();
    let code = first([&said.host_response_code, &said.response_code, fault.map_or("", |fault| &fault.code)]);
    let message = first([&said.response_message, fault.map_or("", |fault| &fault.message), "declined"]);
    Decline { hard: FOR_EVER.contains(&code.trim_start_matches('0')), code, message: cut(&message, 300) }
}

/// What a transaction is over, by the word of the gateway; a refused one is over what was asked.
fn approved(reply: &Reply, asked: Money) -> Result<Money> {
    match &reply.payment_receipt.approved_amount {
        Some(amount) => money(amount),
        None if standing(reply) == Standing::Declined => Ok(asked),
        None => Err(ConnectorError::new(Kind::Unknown, "amount", "the gateway names no amount")),
    }
}

/// A payment as it stands, by what was done to it.
pub(super) fn payment(reference: &Reference, asked: Money, paid: &Reply, then: Option<&Reply>) -> Result<Payment> {
    let then = then.map(|reply| (standing(reply), reply));
    let (outcome, of) = match (standing(paid), then) {
        (Standing::Declined, _) => (Outcome::Declined(decline(paid)), paid),
        (Standing::Waits, _) => (Outcome::Pending { instructions: None }, paid),
        (Standing::Taken, _) => (Outcome::Approved, paid),
        (Standing::Released, _) | (Standing::Reserved, Some((Standing::Released, _))) => (Outcome::Voided, paid),
        (Standing::Reserved, Some((Standing::Taken, capture))) => (Outcome::Captured, capture),
        (Standing::Reserved, _) => (Outcome::Authorised, paid),
    };
    let amount = if matches!(outcome, Outcome::Declined(_)) { asked } else { approved(of, asked)? };
    Ok(Payment {
        reference: reference.clone(),
        gateway_id: Some(id(paid).to_string()).filter(|id| !id.is_empty()),
        amount,
        outcome,
        refunded: Money::zero(amount.currency()),
        saved: None,
        card_country: None,
        raw: raw(of),
    })
}

/// What we keep of an answer: the fields we know, none of which is secret.
pub(super) fn raw(reply: &Reply) -> String {
    cut(&serde_json::to_string(reply).unwrap_or_default(), 4000)
}

/// A method that was kept.
pub(super) fn saved(tokens: &[Token], source: &PaymentSource) -> Option<SavedMethod> {
    let token = tokens.iter().find(|token| !token.token_data.is_empty())?;
    let PaymentSource::Card(card) = source else { return None };
    let number = card.number.expose_secret();
    let four: String = number.chars().skip(number.chars().count().saturating_sub(4)).collect();
    let (expires, token) =
        (Some((card.expiry_month, card.expiry_year)), format!("{}/{}", token.token_source, token.token_data));
    Some(SavedMethod { expires, ..SavedMethod::card(token, "", &four) })
}
