//! Batches of direct debits (PAY-08): when one is closed, what it is called after its bank has answered, and what can be said
//! of a mandate.

use super::Mandate;
use crate::payments::TransactionState;
use crate::problem::Result;
use crate::{AdministratorId, Check};
use chrono::{Days, NaiveDate};

text_enum! {
    /// Where a batch stands.
    pub enum BatchState {
        /// Debits still join it.
        Open = "open",
        /// Its file is made; the bank has it, or is about to get it.
        InProgress = "in_progress",
        /// At least one of its debits was paid.
        Completed = "completed",
        /// None was paid, and none will be.
        Declined = "declined",
    }
}

text_enum! {
    /// Whether a mandate can be used.
    pub enum MandateState {
        /// It can.
        Active = "active",
        /// Its payer has to register it with its bank first (B2B).
        Unregistered = "unregistered",
        /// It rests until the client was asked.
        Suspended = "suspended",
        /// It was not used for 36 months.
        Lapsed = "lapsed",
        /// It was revoked, or used for the only time.
        Ended = "ended",
    }
}

text_enum! {
    /// What followed from an entry of a bank's answer.
    pub enum EntryOutcome {
        /// A debit stands where the bank says.
        Applied = "applied",
        /// It stood there before.
        Known = "known",
        /// It contradicts what is known: a person has to look.
        Contradiction = "contradiction",
        /// It seems to be for an invoice: a person may confirm that.
        Proposed = "proposed",
        /// It belongs to nothing that is known.
        Unmatched = "unmatched",
        /// Nothing followed.
        Nothing = "nothing",
        /// A person has booked it for an invoice.
        Confirmed = "confirmed",
        /// A person has looked, and nothing follows.
        Dismissed = "dismissed",
    }
}

impl EntryOutcome {
    /// Whether a person has to look.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Contradiction | Self::Proposed | Self::Unmatched)
    }
}

/// When batches are closed by themselves, and whose account they are for if the plug-in does not say.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BankFileSettings {
    /// So many days after it was opened; never by its age if 0.
    #[schema(maximum = 365)]
    pub process_after_days: u16,
    /// As soon as it has so many debits; never by their number if 0.
    #[schema(maximum = 100_000)]
    pub process_after_transactions: u32,
    /// The administrator whose bank account the money goes to, where a plug-in names none.
    pub responsible_administrator: Option<AdministratorId>,
}

impl BankFileSettings {
    /// Refuses what makes no sense, each place by its name.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        check.ensure(self.process_after_days <= 365, "/process_after_days", "out_of_range", "0 to 365 days");
        let few = self.process_after_transactions <= 100_000;
        check.ensure(few, "/process_after_transactions", "out_of_range", "0 to 100000 debits");
        check.done()
    }

    /// Whether a batch that was opened on this day and holds so many debits is closed today. An empty one never is.
    pub fn closes(&self, opened_on: NaiveDate, debits: usize, today: NaiveDate) -> bool {
        let most = usize::try_from(self.process_after_transactions).unwrap_or(usize::MAX);
        let by_number = most > 0 && debits >= most;
        let old = opened_on.checked_add_days(Days::new(self.process_after_days.into()));
        let by_age = self.process_after_days > 0 && old.is_some_and(|old| old <= today);
        debits > 0 && (by_number || by_age)
    }
}

/// What a closed batch is called, by where its debits stand: completed as soon as one was paid, declined once all were
/// refused. What was paid and came back was paid.
pub fn batch_state(debits: &[TransactionState]) -> BatchState {
    let paid = |state: &TransactionState| state.is_taken() || *state == TransactionState::Refunded;
    if debits.iter().any(paid) {
        return BatchState::Completed;
    }
    if debits.iter().any(|state| state.is_under_way()) { BatchState::InProgress } else { BatchState::Declined }
}

impl MandateState {
    /// Of a mandate on a day; `suspended` until the client was asked.
    pub fn of(mandate: &Mandate, suspended: bool, today: NaiveDate) -> Self {
        let used = mandate.kind == super::MandateKind::OneOff && mandate.last_collected_on.is_some();
        let unregistered = mandate.scheme == super::SddScheme::B2b && !mandate.registered;
        let found = [
            (mandate.ended_on.is_some() || used, Self::Ended),
            (today > mandate.lapses_on(), Self::Lapsed),
            (suspended, Self::Suspended),
            (unregistered, Self::Unregistered),
        ];
        found.into_iter().find(|(is, _)| *is).map_or(Self::Active, |(_, state)| state)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MandateKind, SddScheme};
    use super::*;
    use TransactionState::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn closed_by_age_or_by_number() {
        let settings = |days, transactions| BankFileSettings {
            process_after_days: days,
            process_after_transactions: transactions,
            responsible_administrator: None,
        };
        let closes = |days, transactions, debits, today: &str| {
            settings(days, transactions).closes(day("2026-11-30"), debits, day(today))
        };
        assert!(!closes(0, 0, 1_000, "2030-01-01"));
        assert!(!closes(3, 0, 1, "2026-12-02") && closes(3, 0, 1, "2026-12-03"));
        assert!(!closes(0, 2, 1, "2030-01-01") && closes(0, 2, 2, "2026-11-30"));
        assert!(!closes(1, 1, 0, "2030-01-01"));
    }

    #[test]
    fn one_payment_completes() {
        assert_eq!(batch_state(&[Pending, Declined]), BatchState::InProgress);
        assert_eq!(batch_state(&[Pending, Approved]), BatchState::Completed);
        assert_eq!(batch_state(&[Refunded, Declined]), BatchState::Completed);
        assert_eq!(batch_state(&[Declined, Error, Voided]), BatchState::Declined);
    }

    #[test]
    fn mandates_by_their_worst() {
        let good = Mandate {
            scheme: SddScheme::Core,
            kind: MandateKind::Recurrent,
            signed_on: day("2026-11-30"),
            last_collected_on: None,
            ended_on: None,
            consumer: true,
            registered: false,
        };
        let of = |mandate: &Mandate, suspended, today: &str| MandateState::of(mandate, suspended, day(today));
        assert_eq!(of(&good, false, "2026-12-01"), MandateState::Active);
        assert_eq!(of(&good, true, "2026-12-01"), MandateState::Suspended);
        // 36 months after it was signed, without use
        assert_eq!(of(&good, true, "2029-11-30"), MandateState::Suspended);
        assert_eq!(of(&good, true, "2029-12-01"), MandateState::Lapsed);
        let b2b = Mandate { scheme: SddScheme::B2b, consumer: false, ..good };
        assert_eq!(of(&b2b, false, "2026-12-01"), MandateState::Unregistered);
        let once = Mandate { kind: MandateKind::OneOff, last_collected_on: Some(day("2026-12-01")), ..good };
        assert_eq!(of(&once, false, "2026-12-01"), MandateState::Ended);
        assert_eq!(of(&Mandate { ended_on: Some(day("2026-12-01")), ..b2b }, true, "2030-01-01"), MandateState::Ended);
    }
}
