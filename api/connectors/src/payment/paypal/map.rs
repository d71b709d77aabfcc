//! What PayPal answers, in our words. Pure.

use super::wire::{
    Amount, Attributes, Card, Failure, Link, Order, OrderStatus, SetupStatus, SetupToken, Source, Step, StepStatus,
    Unit,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Answer;
use crate::payment::{self, ClientAction, Decline, Kept, Outcome, Payment, Reference, RefundRequest, SavedMethod, raw};
use comptoir_domain::{Currency, Money};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// What stays out of the raw answer: links act on a payment, the rest is the client's own.
const SECRETS: &[&str] = &["links", "payer", "shipping", "address", "name", "phone_number", "birth_date"];

/// What PayPal takes.
const CURRENCIES: &[&str] = &[
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "JPY", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD",
];

/// Of these without decimals, though two of them have some.
const WHOLE: &[&str] = &["HUF", "JPY", "TWD"];

/// What an issue means, if it is not just wrong.
const ISSUES: &[(&str, Kind)] = &[
    ("INSTRUMENT_DECLINED", Kind::Declined),
    ("TRANSACTION_REFUSED", Kind::Declined),
    ("PAYER_CANNOT_PAY", Kind::Declined),
    ("CARD_EXPIRED", Kind::Declined),
    ("REFUND_AMOUNT_EXCEEDED", Kind::Declined),
    ("MAX_NUMBER_OF_REFUNDS_EXCEEDED", Kind::Declined),
    ("REFUND_TIME_LIMIT_EXCEEDED", Kind::Declined),
    ("CAPTURE_FULLY_REFUNDED", Kind::Declined),
    ("MAX_CAPTURE_AMOUNT_EXCEEDED", Kind::Declined),
    ("DUPLICATE_INVOICE_ID", Kind::Conflict),
    ("ORDER_ALREADY_CAPTURED", Kind::Conflict),
    ("ORDER_ALREADY_AUTHORIZED", Kind::Conflict),
    ("AUTHORIZATION_ALREADY_CAPTURED", Kind::Conflict),
    ("AUTHORIZATION_VOIDED", Kind::Conflict),
    ("ORDER_NOT_APPROVED", Kind::Conflict),
    ("PAYER_ACTION_REQUIRED", Kind::Conflict),
    ("PREVIOUS_REQUEST_IN_PROGRESS", Kind::Unknown),
];

/// These methods will never work again.
const HARD: &[&str] = &["CARD_EXPIRED", "PAYER_CANNOT_PAY"];

/// What a status means where no issue says more.
const STATUSES: &[(u16, Kind)] = &[
    (401, Kind::Auth),
    (403, Kind::Auth),
    (404, Kind::NotFound),
    (409, Kind::Conflict),
    (429, Kind::RateLimited(None)),
];

/// Whether it takes a currency.
pub(super) fn is_taken(currency: Currency) -> bool {
    CURRENCIES.contains(&currency.as_str())
}

/// An amount as PayPal writes it.
pub(super) fn to_paypal(money: Money) -> Result<String> {
    let invalid = |why: &str| ConnectorError::invalid("amount", format!("{money}: {why}"));
    if !is_taken(money.currency()) {
        return Err(invalid("PayPal does not take this currency"));
    }
    let value = money.decimal();
    if !WHOLE.contains(&money.currency().as_str()) {
        return Ok(value.to_string());
    }
    if value.is_integer() { Ok(value.normalize().to_string()) } else { Err(invalid("PayPal takes whole units only")) }
}

pub(super) fn from_paypal(amount: &Amount) -> Result<Money> {
    let read = amount.currency_code.parse().ok().and_then(|currency| Money::parse(&amount.value, currency).ok());
    read.ok_or_else(|| unreadable(format!("an amount of {} {}", amount.value, amount.currency_code)))
}

fn unreadable(message: String) -> ConnectorError {
    ConnectorError::new(Kind::Unknown, "unreadable", message)
}

/// Reads JSON of a shape that was agreed; what cannot be read leaves the outcome open.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T> {
    serde::Deserialize::deserialize(value).map_err(|error| unreadable(format!("an answer of another shape: {error}")))
}

/// What was asked for, or the error. Some answers are empty.
pub(super) fn answered(answer: &Answer) -> Result<Value> {
    if answer.status == 204 {
        return Ok(Value::Null);
    }
    if (200..300).contains(&answer.status) {
        return serde_json::from_slice(&answer.body).map_err(|error| unreadable(format!("no JSON: {error}")));
    }
    Err(error(answer, serde_json::from_slice(&answer.body).unwrap_or_default()))
}

fn error(answer: &Answer, failure: Failure) -> ConnectorError {
    let detail = failure.details.into_iter().next().unwrap_or_default();
    let issue = ISSUES.iter().find(|(issue, _)| *issue == detail.issue).map(|(_, kind)| *kind);
    let status = STATUSES.iter().find(|(status, _)| *status == answer.status).map(|(_, kind)| *kind);
    let usual = if answer.status < 500 { Kind::InvalidRequest } else { Kind::Unknown };
    let kind = match issue.or(status).unwrap_or(usual) {
        Kind::RateLimited(_) => {
            let pause = answer.header("retry-after").and_then(|text| text.parse().ok());
            Kind::RateLimited(pause.map(Duration::from_secs))
        }
        kind => kind,
    };
    let first = |texts: [String; 3]| texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let code = first([detail.issue, failure.name, format!("http_{}", answer.status)]);
    let message = first([detail.description, failure.message, format!("PayPal answered {}", answer.status)]);
    let named = failure.debug_id.map(|id| format!(" ({id})")).unwrap_or_default();
    ConnectorError::new(kind, code, format!("{message}{named}"))
}

/// A refusal that came as an error.
pub(super) fn declined(error: &ConnectorError) -> Outcome {
    let (code, message) = (error.code.to_string(), error.message.clone());
    Outcome::Declined(Decline { hard: HARD.contains(&error.code.as_ref()), code, message })
}

fn unit(order: &Order) -> Result<&Unit> {
    order.purchase_units.first().ok_or_else(|| unreadable(format!("the order {} is for nothing", order.id)))
}

/// What was taken, if anything.
pub(super) fn captured(order: &Order) -> Option<&Step> {
    unit(order).ok().and_then(|unit| unit.payments.captures.last())
}

/// What was reserved, if anything.
pub(super) fn reserved(order: &Order) -> Option<&Step> {
    unit(order).ok().and_then(|unit| unit.payments.authorizations.last())
}

/// An order as a payment.
pub(super) fn payment(value: &Value) -> Result<Payment> {
    let order: Order = read(value)?;
    let unit = unit(&order)?;
    let reference = unit.custom_id.as_deref().and_then(|text| Reference::new(text).ok());
    let steps = captured(&order).or(reserved(&order));
    let amount = steps.and_then(|step| step.amount.as_ref()).or(unit.amount.as_ref());
    let amount = from_paypal(amount.ok_or_else(|| unreadable(format!("the order {} has no amount", order.id)))?)?;
    Ok(Payment {
        reference: reference.ok_or_else(|| ConnectorError::not_found("an order that is not of ours"))?,
        amount,
        outcome: outcome(&order),
        refunded: refunded(unit, amount)?,
        saved: saved_with(&order),
        card_country: None,
        raw: raw::kept(value, SECRETS),
        gateway_id: Some(order.id),
    })
}

/// Refunds on their way count: what is left can be given back only once.
fn refunded(unit: &Unit, taken: Money) -> Result<Money> {
    let made = unit.payments.refunds.iter().filter(|refund| !has_failed(refund));
    let amounts = made.filter_map(|refund| refund.amount.as_ref()).map(from_paypal).collect::<Result<Vec<_>>>()?;
    Ok(Money::sum(taken.currency(), amounts)?)
}

fn has_failed(refund: &Step) -> bool {
    matches!(refund.status, StepStatus::Failed | StepStatus::Cancelled)
}

fn outcome(order: &Order) -> Outcome {
    let pending = Outcome::Pending { instructions: None };
    match order.status {
        OrderStatus::Created | OrderStatus::Saved | OrderStatus::PayerActionRequired => page(order).unwrap_or(pending),
        OrderStatus::Approved | OrderStatus::New => pending,
        OrderStatus::Voided => Outcome::Voided,
        // an order may be completed while what it takes is not
        OrderStatus::Completed => match (captured(order), reserved(order)) {
            (Some(capture), _) => of_capture(capture, order.intent == "AUTHORIZE"),
            (None, Some(authorisation)) => of_authorisation(authorisation),
            (None, None) => pending,
        },
    }
}

/// The page to which the client has to go.
pub(super) fn page(order: &Order) -> Option<Outcome> {
    to_page(&order.links).map(Outcome::ActionNeeded)
}

fn to_page(links: &[Link]) -> Option<ClientAction> {
    let link = links.iter().find(|link| link.rel == "payer-action" || link.rel == "approve")?;
    Some(ClientAction { redirect_to: link.href.clone(), fields: Vec::new() })
}

/// What the client still has to agree to; nothing if he has.
pub(super) fn waits(setup: SetupToken) -> Result<Option<Kept>> {
    if setup.status == SetupStatus::Agreed {
        return Ok(None);
    }
    let action = to_page(&setup.links).ok_or_else(|| unreadable("an agreement that leads to no page".into()))?;
    Ok(Some(Kept::ActionNeeded { handle: setup.id, action }))
}

fn of_capture(capture: &Step, was_reserved: bool) -> Outcome {
    match capture.status {
        StepStatus::Completed | StepStatus::PartiallyRefunded | StepStatus::Refunded if was_reserved => {
            Outcome::Captured
        }
        StepStatus::Completed | StepStatus::PartiallyRefunded | StepStatus::Refunded => Outcome::Approved,
        StepStatus::Declined | StepStatus::Failed | StepStatus::Denied => refusal(capture),
        _ => Outcome::Pending { instructions: None },
    }
}

fn of_authorisation(authorisation: &Step) -> Outcome {
    match authorisation.status {
        StepStatus::Created => Outcome::Authorised,
        StepStatus::Denied | StepStatus::Declined | StepStatus::Failed => refusal(authorisation),
        StepStatus::Voided | StepStatus::Expired => Outcome::Voided,
        _ => Outcome::Pending { instructions: None },
    }
}

fn refusal(step: &Step) -> Outcome {
    let reason = step.status_details.as_ref().and_then(|details| details.reason.clone());
    let bank = step.processor_response.as_ref().and_then(|response| response.response_code.clone());
    let code = reason.or(bank).unwrap_or_else(|| "declined".into());
    Outcome::Declined(Decline { hard: false, code, message: "PayPal or the bank has refused it".into() })
}

fn saved_with(order: &Order) -> Option<SavedMethod> {
    let source = order.payment_source.as_ref()?;
    let wallet = source.paypal.as_ref().and_then(|wallet| wallet.attributes.as_ref());
    let attributes: &Attributes = wallet.or_else(|| source.card.as_ref()?.attributes.as_ref())?;
    saved(source, attributes.vault.as_ref()?.id.as_deref()?)
}

/// A kept method. Its token says what it is, because charging it does.
pub(super) fn saved(source: &Source, id: &str) -> Option<SavedMethod> {
    if let Some(wallet) = &source.paypal {
        let label = format!("paypal {}", wallet.email_address.as_deref().unwrap_or_default()).trim().to_string();
        return Some(SavedMethod::agreement(format!("paypal/{id}"), label));
    }
    let card = source.card.as_ref()?;
    let (brand, four) = (card.brand.as_deref().unwrap_or_default(), card.last_digits.as_deref().unwrap_or_default());
    Some(SavedMethod { expires: expiry(card), ..SavedMethod::card(format!("card/{id}"), brand, four) })
}

fn expiry(card: &Card) -> Option<(u8, u16)> {
    let (year, month) = card.expiry.as_deref()?.split_once('-')?;
    Some((month.parse().ok()?, year.parse().ok()?))
}

/// The refund of an order that was made under our reference, whatever became of it.
pub(super) fn refund_in(request: &RefundRequest, order: &Value) -> Result<Option<payment::Refund>> {
    let read: Order = read(order)?;
    let mut made = unit(&read)?.payments.refunds.iter();
    let found = made.find(|refund| refund.invoice_id.as_deref() == Some(request.reference.as_str()));
    found.map(|found| as_refund(request, found, order)).transpose()
}

/// A refund that was made, or that has failed.
pub(super) fn refund(request: &RefundRequest, value: &Value) -> Result<payment::Refund> {
    as_refund(request, &read::<Step>(value)?, value)
}

fn as_refund(request: &RefundRequest, refund: &Step, value: &Value) -> Result<payment::Refund> {
    if has_failed(refund) {
        let message = format!("the refund {} did not reach the client", refund.id);
        return Err(ConnectorError::new(Kind::Declined, "refund_failed", message));
    }
    let amount = refund.amount.as_ref().ok_or_else(|| unreadable(format!("the refund {} has no amount", refund.id)))?;
    let amount = from_paypal(amount)?;
    if amount != request.amount {
        let message = format!("the reference was used for {amount}, now for {}", request.amount);
        return Err(ConnectorError::new(Kind::Conflict, "reference_reused", message));
    }
    Ok(payment::Refund {
        reference: request.reference.clone(),
        payment: request.payment.reference.clone(),
        gateway_id: Some(refund.id.clone()),
        amount,
        is_pending: refund.status == StepStatus::Pending,
        raw: raw::kept(value, SECRETS),
    })
}
