//! What an entry does to a transaction, by where that stands.

use super::{BankEntryKind, DebitVerdict, ReplyContradiction, ReplyEntry};
use crate::payments::TransactionState::{self, Approved, Declined, Refunded};

/// What follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// This verdict, and then it stands there.
    To(DebitVerdict, TransactionState),
    /// It stands there already.
    Known,
    /// It cannot be.
    Against(ReplyContradiction),
    /// No consequence.
    Nothing,
}

/// Banks whose codes we do not know: money out that names a debit of ours is a return, money in is its payment.
pub(super) fn effective_kind(entry: &ReplyEntry) -> BankEntryKind {
    match (entry.kind, entry.amount) {
        (BankEntryKind::Other, Some(amount)) if amount.is_negative() => BankEntryKind::Returned,
        (BankEntryKind::MoneyIn, _) => BankEntryKind::Credited,
        (kind, _) => kind,
    }
}

/// The table: what is under way, what was paid, what was refused, what came back.
pub(super) fn step(kind: BankEntryKind, state: TransactionState) -> Step {
    use ReplyContradiction::*;
    let (under_way, taken, back) = (state.is_under_way(), state.is_taken(), state == Refunded);
    match kind {
        BankEntryKind::Accepted if under_way => Step::To(DebitVerdict::Accept, state),
        BankEntryKind::Accepted if taken || back => Step::Known,
        BankEntryKind::Accepted => Step::Against(AcceptedAfterRefusal),
        BankEntryKind::Credited if under_way => Step::To(DebitVerdict::Approve, Approved),
        BankEntryKind::Credited if taken => Step::Known,
        BankEntryKind::Credited if back => Step::Against(CreditedAfterReturn),
        BankEntryKind::Credited => Step::Against(CreditedAfterRefusal),
        BankEntryKind::Rejected if taken || back => Step::Against(RefusedAfterCredit),
        BankEntryKind::Rejected | BankEntryKind::Returned | BankEntryKind::Reversed if under_way => {
            Step::To(DebitVerdict::Decline, Declined)
        }
        BankEntryKind::Returned | BankEntryKind::Reversed if taken => Step::To(DebitVerdict::GiveBack, Refunded),
        BankEntryKind::Rejected | BankEntryKind::Returned | BankEntryKind::Reversed => Step::Known,
        _ => Step::Nothing,
    }
}
