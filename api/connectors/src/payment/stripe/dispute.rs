//! Disputes at Stripe, in our words. Pure.

use super::amount::from_stripe;
use super::wire;
use crate::error::Result;
use crate::payment::{Dispute, DisputeState};
use comptoir_domain::Instant;

/// The words that end one; all others, also new ones, leave it open. A `warning` is a question of the bank before money moves.
const ENDS: &[(&str, DisputeState)] =
    &[("won", DisputeState::Won), ("warning_closed", DisputeState::Won), ("lost", DisputeState::Lost)];

/// A dispute as it stands.
pub(super) fn read(told: wire::Dispute) -> Result<Dispute> {
    let end = ENDS.iter().find(|(status, _)| *status == told.status).map(|(_, end)| *end);
    let due = told.evidence_details.and_then(|details| details.due_by).filter(|_| end.is_none());
    Ok(Dispute {
        state: end.unwrap_or(DisputeState::Opened),
        amount: from_stripe(told.amount, &told.currency)?,
        answer_by: due.and_then(|seconds| Instant::from_micros(seconds.checked_mul(1_000_000)?)),
        id: told.id,
        reason: told.reason,
        status: told.status,
    })
}
