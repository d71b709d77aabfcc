//! Disputes at PayPal, in our words. Pure.

use super::bodies::is_plain;
use super::map;
use super::wire;
use crate::error::Result;
use crate::payment::{Dispute, DisputeState};

/// What a resolved one has come to. PayPal's own payout leaves the seller his money.
const OUTCOMES: &[(&str, DisputeState)] = &[
    ("RESOLVED_BUYER_FAVOUR", DisputeState::Lost),
    ("ACCEPTED", DisputeState::Lost),
    ("RESOLVED_SELLER_FAVOUR", DisputeState::Won),
    ("RESOLVED_WITH_PAYOUT", DisputeState::Won),
    ("CANCELED_BY_BUYER", DisputeState::Won),
    ("DENIED", DisputeState::Won),
];

/// A dispute as it stands; one whose outcome has a word that we do not know stays open, so that a person looks at it.
pub(super) fn read(told: &wire::Dispute) -> Result<Dispute> {
    let code = told.dispute_outcome.as_ref().map_or("", |outcome| outcome.outcome_code.as_str());
    let end = OUTCOMES.iter().find(|(known, _)| *known == code && told.status == "RESOLVED").map(|(_, end)| *end);
    let status = if code.is_empty() { told.status.clone() } else { format!("{} {code}", told.status) };
    let due = told.seller_response_due_date.as_deref().filter(|_| end.is_none());
    Ok(Dispute {
        id: told.dispute_id.clone(),
        state: end.unwrap_or(DisputeState::Opened),
        amount: map::from_paypal(&told.dispute_amount)?,
        reason: told.reason.clone(),
        status,
        answer_by: due.and_then(|text| text.parse().ok()),
    })
}

/// Where the captures that it is about are found.
pub(super) fn steps(told: &wire::Dispute) -> impl Iterator<Item = String> {
    let ids = told.disputed_transactions.iter().filter_map(|disputed| disputed.seller_transaction_id.as_deref());
    ids.filter(|id| is_plain(id)).map(|id| format!("/v2/payments/captures/{id}"))
}
