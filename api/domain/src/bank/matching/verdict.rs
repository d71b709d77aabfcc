//! What an entry does to a transaction, by where that stands.

use super::{Contradiction, EntryKind, ReplyEntry, Verdict};
use crate::payments::TransactionState::{self, Approved, Declined, Refunded};

/// What follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// This verdict, and then it stands there.
    To(Verdict, TransactionState),
    /// It stands there already.
    Known,
    /// It cannot be.
    Against(Contradiction),
    /// No consequence.
    Nothing,
}

/// Banks whose codes we do not know: money out that names a debit of ours is a return, money in is its payment.
pub(super) fn effective_kind(entry: &ReplyEntry) -> EntryKind {
    match (entry.kind, entry.amount) {
        (EntryKind::Other, Some(amount)) if amount.is_negative() => EntryKind::Returned,
        (EntryKind::MoneyIn, _) => EntryKind::Credited,
        (kind, _) => kind,
    }
}

/// The table: what is under way, what was paid, what was refused, what came back.
pub(super) fn step(kind: EntryKind, state: TransactionState) -> Step {
    use Contradiction::*;
    let (under_way, taken, back) = (state.is_under_way(), state.is_taken(), state == Refunded);
    match kind {
        EntryKind::Accepted if under_way => Step::To(Verdict::Accept, state),
        EntryKind::Accepted if taken || back => Step::Known,
        EntryKind::Accepted => Step::Against(AcceptedAfterRefusal),
        EntryKind::Credited if under_way => Step::To(Verdict::Approve, Approved),
        EntryKind::Credited if taken => Step::Known,
        EntryKind::Credited if back => Step::Against(CreditedAfterReturn),
        EntryKind::Credited => Step::Against(CreditedAfterRefusal),
        EntryKind::Rejected if taken || back => Step::Against(RefusedAfterCredit),
        EntryKind::Rejected | EntryKind::Returned | EntryKind::Reversed if under_way => {
            Step::To(Verdict::Decline, Declined)
        }
        EntryKind::Returned | EntryKind::Reversed if taken => Step::To(Verdict::GiveBack, Refunded),
        EntryKind::Rejected | EntryKind::Returned | EntryKind::Reversed => Step::Known,
        _ => Step::Nothing,
    }
}
