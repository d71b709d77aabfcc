//! What Stripe answers, in our words. Pure.

use super::amount::from_stripe;
use super::forms::PAGE;
use super::wire::{
    Expandable, Failure, Intent, IntentStatus, Method, Refund, RefundStatus, Refused, Session, SessionStatus, Setup,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Answer;
use crate::payment::{self, ClientAction, Decline, Kept, Outcome, Payment, Reference, RefundRequest, SavedMethod, raw};
use comptoir_domain::{Country, Money};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// What stays out of the raw answer: keys to a payment, and the client's own data.
const SECRETS: &[&str] = &[
    "client_secret",
    "billing_details",
    "shipping",
    "receipt_email",
    "customer_email",
    "customer_details",
    "fingerprint",
];

/// These methods will never work again. All other refusals may be gone the next time.
const HARD: &[&str] = &[
    "lost_card",
    "stolen_card",
    "pickup_card",
    "expired_card",
    "invalid_account",
    "stop_payment_order",
    "revocation_of_authorization",
    "revocation_of_all_authorizations",
    "fraudulent",
];

/// What is meant when a bank wants to see the client.
const WANTS_CLIENT: &str = "authentication_required";

/// Status and type of an error, and what it means. The first row that fits counts; an empty type fits all.
const ERRORS: &[(u16, &str, Kind)] = &[
    (400, "idempotency_error", Kind::Conflict),
    (400, "", Kind::InvalidRequest),
    (401, "", Kind::Auth),
    (402, "", Kind::Declined),
    (403, "", Kind::Auth),
    (404, "", Kind::NotFound),
    // the same call is under way, or something that Stripe depends on has failed
    (409, "", Kind::Unknown),
    (424, "", Kind::Unknown),
    (429, "", Kind::RateLimited(None)),
];

/// Reads JSON of a shape that was agreed; what cannot be read leaves the outcome open.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<T> {
    serde::Deserialize::deserialize(value).map_err(|error| {
        ConnectorError::new(Kind::Unknown, "unreadable", format!("an answer of another shape: {error}"))
    })
}

/// What was asked for, or the error.
pub(super) fn answered(answer: &Answer) -> Result<Value> {
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if (200..300).contains(&answer.status) {
        return value.ok_or_else(|| ConnectorError::new(Kind::Unknown, "unreadable", "the answer is no JSON"));
    }
    let failure = value.and_then(|value| read::<Refused>(&value).ok()).map(|refused| refused.error);
    Err(error(answer, &failure.unwrap_or_default()))
}

/// The same; of a card that is declined the intent, which holds the truth.
pub(super) fn answered_intent(answer: &Answer) -> Result<Value> {
    let failure = serde_json::from_slice::<Refused>(&answer.body).ok().map(|refused| refused.error);
    match failure {
        Some(Failure { payment_intent: Some(intent), .. }) if answer.status == 402 => Ok(intent),
        _ => answered(answer),
    }
}

fn error(answer: &Answer, failure: &Failure) -> ConnectorError {
    let row =
        ERRORS.iter().find(|(status, kind, _)| *status == answer.status && (kind.is_empty() || *kind == failure.kind));
    let kind = match row {
        Some((_, _, Kind::RateLimited(_))) => {
            let pause = answer.header("retry-after").and_then(|text| text.parse().ok());
            Kind::RateLimited(pause.map(Duration::from_secs))
        }
        Some((_, _, kind)) => *kind,
        None if answer.status < 500 => Kind::InvalidRequest,
        None => Kind::Unknown,
    };
    let code = code(failure).unwrap_or_else(|| format!("http_{}", answer.status));
    let message = failure.message.clone().unwrap_or_else(|| format!("Stripe answered {}", answer.status));
    let named = answer.header("request-id").map(|id| format!(" ({id})")).unwrap_or_default();
    ConnectorError::new(kind, code, format!("{message}{named}"))
}

/// The most precise word for it.
fn code(failure: &Failure) -> Option<String> {
    let kind = Some(failure.kind.clone()).filter(|kind| !kind.is_empty());
    failure.decline_code.clone().or_else(|| failure.code.clone()).or(kind)
}

fn decline(failure: &Failure) -> Decline {
    let words = [failure.decline_code.as_deref(), failure.code.as_deref()];
    let is_hard = match failure.advice_code.as_deref() {
        Some("do_not_try_again") => true,
        Some("try_again_later") => false,
        _ => words.into_iter().flatten().any(|word| HARD.contains(&word)),
    };
    Decline {
        hard: is_hard,
        code: code(failure).unwrap_or_else(|| "declined".into()),
        message: failure.message.clone().unwrap_or_default(),
    }
}

/// Whether the bank has refused a payment for the one reason that the client is not there.
pub(super) fn wants_client(intent: &Intent) -> bool {
    intent.status == IntentStatus::RequiresPaymentMethod
        && intent.last_payment_error.as_ref().is_some_and(|failure| {
            [&failure.code, &failure.decline_code].into_iter().flatten().any(|word| word == WANTS_CLIENT)
        })
}

/// Whether it is still the hosted page that says what becomes of an intent: there the client may try another card.
pub(super) fn is_at_page(intent: &Intent) -> bool {
    let undecided = matches!(
        intent.status,
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation | IntentStatus::RequiresAction
    );
    undecided && intent.metadata.get("entry").is_some_and(|entry| entry == PAGE)
}

/// Our key in an intent; none if it is not of ours.
pub(super) fn reference(intent: &Intent) -> Option<Reference> {
    intent.metadata.get("reference").and_then(|text| Reference::new(text.as_str()).ok())
}

/// An intent, or a stay at the hosted page, as a payment.
pub(super) fn payment(value: &Value) -> Result<Payment> {
    match value.get("object").and_then(Value::as_str) {
        Some("checkout.session") => session(value),
        _ => of_intent(value),
    }
}

fn of_intent(value: &Value) -> Result<Payment> {
    let intent: Intent = read(value)?;
    let reference = reference(&intent).ok_or_else(|| ConnectorError::not_found("a payment that is not of ours"))?;
    let is_taken = intent.status == IntentStatus::Succeeded;
    let received = intent.amount_received.filter(|_| is_taken);
    let refunded = intent.latest_charge.as_ref().and_then(Expandable::whole).map_or(0, |charge| charge.amount_refunded);
    Ok(Payment {
        reference,
        amount: from_stripe(received.unwrap_or(intent.amount), &intent.currency)?,
        outcome: outcome(&intent),
        refunded: from_stripe(if is_taken { refunded } else { 0 }, &intent.currency)?,
        saved: saved_with(&intent),
        card_country: intent.payment_method.as_ref().and_then(Expandable::whole).and_then(card_country),
        raw: raw::kept(value, SECRETS),
        gateway_id: Some(intent.id),
    })
}

fn outcome(intent: &Intent) -> Outcome {
    let pending = Outcome::Pending { instructions: None };
    match intent.status {
        IntentStatus::RequiresPaymentMethod => {
            intent.last_payment_error.as_ref().map_or(pending, |failure| Outcome::Declined(decline(failure)))
        }
        IntentStatus::RequiresAction => {
            let page = intent.next_action.as_ref().and_then(|action| action.redirect_to_url.as_ref());
            page.map_or(pending, |page| to_page(&page.url))
        }
        IntentStatus::RequiresConfirmation | IntentStatus::Processing | IntentStatus::New => pending,
        IntentStatus::RequiresCapture => Outcome::Authorised,
        IntentStatus::Succeeded if intent.capture_method == "manual" => Outcome::Captured,
        IntentStatus::Succeeded => Outcome::Approved,
        IntentStatus::Canceled => Outcome::Voided,
    }
}

fn to_page(url: &str) -> Outcome {
    Outcome::ActionNeeded(ClientAction { redirect_to: url.into(), fields: Vec::new() })
}

/// What was kept with a payment that asked for it and was not refused.
fn saved_with(intent: &Intent) -> Option<SavedMethod> {
    let agreed =
        matches!(intent.status, IntentStatus::Succeeded | IntentStatus::RequiresCapture | IntentStatus::Processing);
    intent.setup_future_usage.as_ref().filter(|_| agreed)?;
    let method = intent.payment_method.as_ref()?.whole()?;
    Some(saved(intent.customer.as_ref()?.id(), method))
}

/// A kept method. Its token names the customer, too.
fn saved(customer: &str, method: &Method) -> SavedMethod {
    let token = format!("{customer}/{}", method.id);
    match (&method.card, &method.sepa_debit) {
        (Some(card), _) => SavedMethod {
            expires: Some((card.exp_month, card.exp_year)),
            country: card_country(method),
            fingerprint: card.fingerprint.clone(),
            ..SavedMethod::card(token, &card.brand, &card.last4)
        },
        (None, Some(account)) => SavedMethod {
            fingerprint: account.fingerprint.clone(),
            ..SavedMethod::account(token, format!("{} •••• {}", method.kind, account.last4), &account.last4)
        },
        (None, None) => SavedMethod::agreement(token, method.kind.clone()),
    }
}

/// What became of a method that is to be kept. An intent without a method has had one that was refused.
pub(super) fn kept(setup: &Setup) -> Result<Kept> {
    let page = setup.next_action.as_ref().and_then(|action| action.redirect_to_url.as_ref());
    let method = setup.payment_method.as_ref().and_then(Expandable::whole);
    match (setup.status, method, &setup.customer, page) {
        (IntentStatus::Succeeded, Some(method), Some(customer), _) => Ok(Kept::Saved(saved(customer.id(), method))),
        (IntentStatus::RequiresAction, _, _, Some(page)) => {
            let action = ClientAction { redirect_to: page.url.clone(), fields: Vec::new() };
            Ok(Kept::ActionNeeded { handle: setup.id.clone(), action })
        }
        (IntentStatus::RequiresAction, ..) => Err(not_kept("the bank wants to see the client, who cannot go there")),
        (IntentStatus::Processing | IntentStatus::New, ..) => {
            Err(ConnectorError::new(Kind::Unavailable, "processing", "it is not decided yet: ask again later"))
        }
        _ => {
            let refused = setup.last_setup_error.as_ref().and_then(|failure| failure.message.as_deref());
            Err(not_kept(refused.unwrap_or("it cannot be charged without the client")))
        }
    }
}

fn not_kept(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Declined, "not_kept", message)
}

/// Where the bank of a card is.
fn card_country(method: &Method) -> Option<Country> {
    method.card.as_ref()?.country.as_ref()?.parse().ok()
}

/// While the client is at the page the stay is the payment; when he has paid, its intent is.
fn session(value: &Value) -> Result<Payment> {
    let session: Session = read(value)?;
    let outcome = match session.status {
        SessionStatus::Complete => match session.payment_intent.as_ref().filter(|intent| intent.is_object()) {
            Some(intent) => return of_intent(intent),
            None => Outcome::Pending { instructions: None },
        },
        SessionStatus::Open => match &session.url {
            Some(url) => to_page(url),
            None => Outcome::Pending { instructions: None },
        },
        SessionStatus::Expired => Outcome::Declined(Decline {
            hard: false,
            code: "session_expired".into(),
            message: "nothing was paid at the page".into(),
        }),
        SessionStatus::New => Outcome::Pending { instructions: None },
    };
    let reference = session.client_reference_id.and_then(|text| Reference::new(text).ok());
    let (Some(units), Some(currency)) = (session.amount_total, session.currency) else {
        return Err(ConnectorError::new(Kind::Unknown, "unreadable", "a session without an amount"));
    };
    let amount = from_stripe(units, &currency)?;
    Ok(Payment {
        reference: reference.ok_or_else(|| ConnectorError::not_found("a session that is not of ours"))?,
        gateway_id: Some(session.id),
        amount,
        outcome,
        refunded: Money::zero(amount.currency()),
        saved: None,
        card_country: None,
        raw: raw::kept(value, SECRETS),
    })
}

/// A refund that was made, or that failed after all.
pub(super) fn refund(request: &RefundRequest, value: &Value) -> Result<payment::Refund> {
    let refund: Refund = read(value)?;
    if matches!(refund.status, RefundStatus::Failed | RefundStatus::Canceled) {
        let message = format!("the refund {} did not reach the client", refund.id);
        return Err(ConnectorError::new(Kind::Declined, "refund_failed", message));
    }
    let amount = from_stripe(refund.amount, &refund.currency)?;
    if amount != request.amount {
        let message = format!("the reference was used for {amount}, now for {}", request.amount);
        return Err(ConnectorError::new(Kind::Conflict, "reference_reused", message));
    }
    Ok(payment::Refund {
        reference: request.reference.clone(),
        payment: request.payment.reference.clone(),
        gateway_id: Some(refund.id),
        amount,
        is_pending: matches!(refund.status, RefundStatus::Pending | RefundStatus::RequiresAction),
        raw: raw::kept(value, SECRETS),
    })
}

/// Too much, or what is given back already, is a refusal.
pub(super) fn refund_answered(answer: &Answer) -> Result<Value> {
    let failure = serde_json::from_slice::<Refused>(&answer.body).map(|refused| refused.error).unwrap_or_default();
    let is_too_much = failure.param.as_deref() == Some("amount")
        || matches!(failure.code.as_deref(), Some("charge_already_refunded" | "amount_too_large"));
    match answered(answer) {
        Err(error) if error.kind == Kind::InvalidRequest && is_too_much => {
            Err(ConnectorError::new(Kind::Declined, error.code, error.message))
        }
        other => other,
    }
}
