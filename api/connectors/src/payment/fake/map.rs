//! The fake's decisions, pure: the book and a request in, the facts to write and the answer out.

use super::ledger::{Decision, Fact, Held, Ledger};
use super::magic::{ALWAYS_GOOD, Behaviour, behaviour, country, last_four, of_card};
use super::{AtPage, ENTRIES, Settings};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    CaptureRequest, Card, ClientAction, Decline, Dispute, DisputeState, KeepRequest, Kept, Outcome, Payment,
    PaymentRequest, PaymentSource, Reference, Refund, RefundRequest, SavedMethod, Take,
};
use chrono::TimeDelta;
use comptoir_domain::{Instant, Money};
use secrecy::ExposeSecret;
use serde_json::json;

/// What to write, and what to answer.
pub(super) type Decided<T> = (Vec<Fact>, Result<T>);

/// For so many days a dispute can be answered.
const ANSWER_DAYS: i64 = 7;

fn refuse<T>(kind: Kind, code: &'static str, message: impl Into<String>) -> Decided<T> {
    (Vec::new(), Err(ConnectorError::new(kind, code, message)))
}

fn unknown_payment<T>(reference: &Reference) -> Decided<T> {
    (Vec::new(), Err(ConnectorError::not_found(format!("no payment {reference}"))))
}

fn same_or_conflict<T: Clone>(known: &T, held: Money, asked: Money) -> Result<T> {
    if held == asked {
        return Ok(known.clone());
    }
    let message = format!("the reference was used for {held}, now for {asked}");
    Err(ConnectorError::new(Kind::Conflict, "reference_reused", message))
}

/// Begins a payment.
pub(super) fn start(ledger: &Ledger, settings: &Settings, request: &PaymentRequest) -> Decided<Payment> {
    if let Some(held) = ledger.payment(&request.reference) {
        return (Vec::new(), same_or_conflict(&held.payment, held.asked, request.amount));
    }
    if let Err(error) = request.check(ENTRIES) {
        return (Vec::new(), Err(error));
    }
    let taken = agreed_outcome(request.take);
    let later = |outcome, copies| Decision { at: request.at.plus(settings.callback_delay), outcome, copies };
    let begin = |outcome, decision| {
        let payment = payment(ledger, request, outcome);
        let return_to = request.return_to.clone();
        (vec![Fact::Started { payment: payment.clone(), take: request.take, decision, return_to }], Ok(payment))
    };
    let pending = Outcome::Pending { instructions: None };
    let Some(behaviour) = behaviour(&request.source, request.amount) else {
        return begin(decline("unknown_card", "only the cards of the table work here", true), None);
    };
    match behaviour {
        Behaviour::Approve | Behaviour::ActionToKeep => begin(taken, None),
        Behaviour::DeclineSaved if matches!(request.source, PaymentSource::Saved(_)) => begin(short_of_funds(), None),
        Behaviour::DeclineSaved => begin(taken, None),
        Behaviour::DeclineSoft => begin(short_of_funds(), None),
        Behaviour::DeclineHard => begin(decline("stolen_card", "the card was reported stolen", true), None),
        Behaviour::Error => begin(failure(), None),
        Behaviour::Outage => refuse(Kind::Unavailable, "outage", "the gateway cannot be reached"),
        Behaviour::LostBefore if ledger.was_lost(&request.reference) => begin(taken, None),
        Behaviour::LostBefore => (vec![Fact::Lost { reference: request.reference.clone() }], Err(no_answer())),
        Behaviour::LostAfter => (begin(taken, None).0, Err(no_answer())),
        Behaviour::Later => begin(pending, Some(later(taken, 1))),
        Behaviour::LaterTwice => begin(pending, Some(later(taken, 2))),
        Behaviour::LaterDecline => begin(pending, Some(later(short_of_funds(), 1))),
        Behaviour::Never => begin(pending, None),
        Behaviour::Action => begin(action(ledger, settings), None),
    }
}

const fn agreed_outcome(take: Take) -> Outcome {
    match take {
        Take::Now => Outcome::Approved,
        Take::Reserve => Outcome::Authorised,
    }
}

fn no_answer() -> ConnectorError {
    ConnectorError::new(Kind::Unknown, "timeout", "the gateway did not answer in time")
}

fn decline(code: &str, message: &str, hard: bool) -> Outcome {
    Outcome::Declined(Decline { hard, code: code.into(), message: message.into() })
}

fn short_of_funds() -> Outcome {
    decline("insufficient_funds", "the account does not cover it", false)
}

fn failure() -> Outcome {
    Outcome::Error { code: "processing_error".into(), message: "the gateway failed; nothing was taken".into() }
}

fn action(ledger: &Ledger, settings: &Settings) -> Outcome {
    Outcome::ActionNeeded(to_page(settings, &ledger.next_id()))
}

fn to_page(settings: &Settings, id: &str) -> ClientAction {
    ClientAction { redirect_to: format!("{}?payment={id}", settings.page), fields: Vec::new() }
}

fn payment(ledger: &Ledger, request: &PaymentRequest, outcome: Outcome) -> Payment {
    let id = ledger.next_id();
    let card = match &request.source {
        PaymentSource::Card(card) => Some(card),
        _ => None,
    };
    let refused = matches!(outcome, Outcome::Declined(_) | Outcome::Error { .. });
    let saved = card.filter(|_| request.save && !refused).map(saved);
    let raw = json!({ "id": id, "card": card.and(four(&request.source)), "amount": request.amount });
    Payment {
        reference: request.reference.clone(),
        gateway_id: Some(id),
        amount: request.amount,
        outcome,
        refunded: Money::zero(request.amount.currency()),
        saved,
        card_country: four(&request.source).and_then(country),
        raw: raw.to_string(),
    }
}

/// The last digits of the card that is charged.
fn four(source: &PaymentSource) -> Option<&str> {
    match source {
        PaymentSource::Card(card) => Some(last_four(card.number.expose_secret())),
        PaymentSource::Saved(token) => Some(last_four(token.expose_secret())),
        _ => None,
    }
}

fn saved(card: &Card) -> SavedMethod {
    let four = last_four(card.number.expose_secret());
    SavedMethod { expires: Some((card.expiry_month, card.expiry_year)), ..of_four(four) }
}

fn of_four(four: &str) -> SavedMethod {
    SavedMethod { country: country(four), ..SavedMethod::card(format!("fake_tok_{four}"), "fake", four) }
}

/// Keeps a card without a payment. One that is refused for ever is refused here; any other shows when it is charged. At the page
/// it is always the same card.
pub(super) fn keep(ledger: &Ledger, settings: &Settings, request: &KeepRequest) -> Decided<Kept> {
    let saved = match &request.source {
        PaymentSource::HostedPage => return ask(ledger, settings, request, of_four(last_four(ALWAYS_GOOD))),
        PaymentSource::Card(card) => match of_card(card) {
            None => return refuse(Kind::Declined, "unknown_card", "only the cards of the table work here"),
            Some(Behaviour::DeclineHard) => {
                return refuse(Kind::Declined, "stolen_card", "the card was reported stolen");
            }
            Some(Behaviour::Outage) => return refuse(Kind::Unavailable, "outage", "the gateway cannot be reached"),
            Some(Behaviour::ActionToKeep) => return ask(ledger, settings, request, saved(card)),
            Some(_) => saved(card),
        },
        _ => return refuse(Kind::InvalidRequest, "source", "this gateway keeps cards"),
    };
    (Vec::new(), Ok(Kept::Saved(saved)))
}

/// Has the client confirm that a card is kept.
fn ask(ledger: &Ledger, settings: &Settings, request: &KeepRequest, saved: SavedMethod) -> Decided<Kept> {
    if request.return_to.is_empty() {
        return refuse(Kind::Declined, "confirmation", "the bank wants to see the client, who cannot go there");
    }
    if let Some(id) = ledger.keeping_of(&request.reference) {
        return (Vec::new(), asked(ledger, settings, id));
    }
    let (id, return_to) = (ledger.next_id(), request.return_to.clone());
    let handle = id.clone();
    let fact = Fact::KeepAsked { id, reference: request.reference.clone(), saved, return_to };
    (vec![fact], Ok(Kept::ActionNeeded { action: to_page(settings, &handle), handle }))
}

/// What became of a card whose client had to confirm it.
pub(super) fn asked(ledger: &Ledger, settings: &Settings, id: &str) -> Result<Kept> {
    let declined = |code: &'static str, message: &str| Err(ConnectorError::new(Kind::Declined, code, message));
    let Some(keeping) = ledger.keeping(id) else { return declined("unknown", "nothing is to be kept") };
    match keeping.agreed {
        None => Ok(Kept::ActionNeeded { handle: id.into(), action: to_page(settings, id) }),
        Some(true) => Ok(Kept::Saved(keeping.saved.clone())),
        Some(false) => declined("refused_by_client", "the client refused"),
    }
}

/// Gives money back.
pub(super) fn refund(ledger: &Ledger, request: &RefundRequest) -> Decided<Refund> {
    if let Some(known) = ledger.refund(&request.reference) {
        return (Vec::new(), same_or_conflict(known, known.amount, request.amount));
    }
    let Some(Held { payment, .. }) = ledger.payment(&request.payment.reference) else {
        return unknown_payment(&request.payment.reference);
    };
    if !payment.is_taken() || request.amount.minor() <= 0 {
        return refuse(Kind::InvalidRequest, "not_refundable", "nothing was taken, or the amount is not positive");
    }
    let refunded = match payment.refunded.plus(request.amount) {
        Ok(sum) => sum,
        Err(error) => return (Vec::new(), Err(error.into())),
    };
    if refunded.minor() > payment.amount.minor() {
        return refuse(Kind::Declined, "refund_too_high", format!("{refunded} of {} paid", payment.amount));
    }
    let id = ledger.next_id();
    let refund = Refund {
        reference: request.reference.clone(),
        payment: request.payment.reference.clone(),
        amount: request.amount,
        is_pending: false,
        raw: json!({ "id": id, "refunded": request.amount }).to_string(),
        gateway_id: Some(id),
    };
    let payment = Payment { refunded, ..payment.clone() };
    (vec![Fact::Refunded { refund: refund.clone(), payment }], Ok(refund))
}

/// Takes a reserved amount.
pub(super) fn capture(ledger: &Ledger, request: &CaptureRequest) -> Decided<Payment> {
    let Some(Held { payment, .. }) = ledger.payment(&request.payment.reference) else {
        return unknown_payment(&request.payment.reference);
    };
    let (asked, reserved) = (request.amount, payment.amount);
    match payment.outcome {
        Outcome::Captured => (Vec::new(), same_or_conflict(payment, reserved, asked)),
        Outcome::Authorised if asked.currency() != reserved.currency() || asked.minor() <= 0 => {
            refuse(Kind::InvalidRequest, "amount", "more than nothing, in the currency of the payment")
        }
        Outcome::Authorised if asked.minor() > reserved.minor() => {
            refuse(Kind::Declined, "capture_too_high", format!("only {reserved} is reserved"))
        }
        Outcome::Authorised => {
            change(Payment { amount: request.amount, outcome: Outcome::Captured, ..payment.clone() })
        }
        _ => refuse(Kind::Conflict, "wrong_state", "nothing is reserved"),
    }
}

/// Releases a reserved amount.
pub(super) fn void(ledger: &Ledger, reference: &Reference) -> Decided<Payment> {
    let Some(Held { payment, .. }) = ledger.payment(reference) else {
        return unknown_payment(reference);
    };
    match payment.outcome {
        Outcome::Voided => (Vec::new(), Ok(payment.clone())),
        Outcome::Authorised | Outcome::ActionNeeded(_) => {
            change(Payment { outcome: Outcome::Voided, ..payment.clone() })
        }
        _ => refuse(Kind::Conflict, "wrong_state", "nothing is reserved"),
    }
}

/// A payer disputes a payment of which nothing was given back, or that is decided.
pub(super) fn dispute(ledger: &Ledger, reference: &Reference, state: DisputeState, at: Instant) -> Decided<()> {
    let Some(Held { payment, .. }) = ledger.payment(reference) else {
        return unknown_payment(reference);
    };
    if !payment.is_taken() || (state == DisputeState::Opened && !payment.refunded.is_zero()) {
        return refuse(Kind::Conflict, "wrong_state", "there is nothing to dispute");
    }
    let (status, answer_by) = match state {
        DisputeState::Opened => ("opened", Some(at.plus(TimeDelta::days(ANSWER_DAYS)))),
        DisputeState::Won => ("won", None),
        DisputeState::Lost => ("lost", None),
    };
    let dispute = Dispute {
        id: format!("dispute_{}", payment.gateway_id.as_deref().unwrap_or_default()),
        state,
        amount: payment.amount,
        reason: "fraudulent".into(),
        status: status.into(),
        answer_by,
    };
    (vec![Fact::Disputed { reference: reference.clone(), at, dispute }], Ok(()))
}

fn change(payment: Payment) -> Decided<Payment> {
    (vec![Fact::Changed { payment: payment.clone() }], Ok(payment))
}

/// What the fake's page shows.
pub(super) fn at_page(ledger: &Ledger, gateway_id: &str) -> Result<AtPage> {
    if let Some(keeping) = ledger.keeping(gateway_id) {
        let waits = keeping.agreed.is_none();
        return Ok(AtPage { amount: None, waits, return_to: keeping.return_to.clone() });
    }
    let held = ledger.by_id(gateway_id);
    let held = held.ok_or_else(|| ConnectorError::not_found(format!("no payment {gateway_id}")))?;
    let waits = matches!(held.payment.outcome, Outcome::ActionNeeded(_));
    Ok(AtPage { amount: Some(held.asked), waits, return_to: held.return_to.clone() })
}

/// What the client does on the fake's page.
pub(super) fn confirm(ledger: &Ledger, gateway_id: &str, agreed: bool, at: Instant) -> Decided<Reference> {
    if let Some(keeping) = ledger.keeping(gateway_id) {
        let fact = Fact::KeepDecided { id: gateway_id.into(), agreed };
        let facts = if keeping.agreed.is_none() { vec![fact] } else { Vec::new() };
        return (facts, Ok(keeping.reference.clone()));
    }
    let Some(Held { payment, take, .. }) = ledger.by_id(gateway_id) else {
        return (Vec::new(), Err(ConnectorError::not_found(format!("no payment {gateway_id}"))));
    };
    let reference = payment.reference.clone();
    if !matches!(payment.outcome, Outcome::ActionNeeded(_)) {
        return (Vec::new(), Ok(reference)); // the second click changes nothing
    }
    let outcome =
        if agreed { agreed_outcome(*take) } else { decline("refused_by_client", "the client refused", false) };
    let decision = Decision { at, outcome, copies: 1 };
    (vec![Fact::Settled { reference: reference.clone(), decision }], Ok(reference))
}
