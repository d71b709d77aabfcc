//! Payments: the states of a transaction and which may follow which (PAY-10), and the ways to pay by hand (INV-09).

use crate::ledger::Method;
use crate::problem::{Code, Problem, Result};

text_enum! {
    /// Which way the money goes.
    pub enum TransactionKind {
        /// To the seller.
        Payment = "payment",
        /// Back to the client.
        Refund = "refund",
        /// Back to the payer without being asked for: a bank has returned a payment, or the payer has disputed it.
        Chargeback = "chargeback",
    }
}

text_enum! {
    /// Where a transaction stands.
    pub enum TransactionState {
        /// Written down; the gateway may or may not have been called.
        New = "new",
        /// The money was taken, or given back.
        Approved = "approved",
        /// Refused by the bank or the gateway.
        Declined = "declined",
        /// The gateway failed; nothing moved.
        Error = "error",
        /// The gateway, the bank or the client has yet to decide.
        Pending = "pending",
        /// Reserved.
        Authorised = "authorised",
        /// Taken after it was reserved.
        Captured = "captured",
        /// All of it was given back.
        Refunded = "refunded",
        /// Reserved and released.
        Voided = "voided",
        /// Sent, but no answer came: the gateway has to be asked.
        Unknown = "unknown",
    }
}

impl TransactionState {
    /// The states that may follow. What was taken can only be given back; what was refused stays refused.
    pub const fn next(self) -> &'static [TransactionState] {
        use TransactionState::*;
        match self {
            New | Unknown => &[Approved, Declined, Error, Pending, Authorised, Captured, Voided, Unknown],
            Pending => &[Approved, Declined, Error, Authorised, Captured, Voided],
            Authorised => &[Captured, Voided, Declined, Error],
            Approved | Captured => &[Refunded],
            Declined | Error | Refunded | Voided => &[],
        }
    }

    /// Whether it may yet turn out that money moves: nothing else may be charged for the same meanwhile (PAY-11).
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::New | Self::Unknown | Self::Pending | Self::Authorised)
    }

    /// Whether the money was taken and not all given back.
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::Approved | Self::Captured)
    }
}

text_enum! {
    /// Where a transaction stood when it was taken over from a gateway that is gone.
    pub enum ImportedState {
        /// Not decided.
        Pending = "pending",
        /// Reserved.
        Authorised = "authorised",
        /// Taken, and may have to be given back.
        Captured = "captured",
    }
}

text_enum! {
    /// What becomes of a transaction's money in the books.
    pub enum Books {
        /// A client's: it pays invoices, and what is left is the client's credit.
        Client = "client",
        /// Income that no invoice asks for (PAY-03).
        Income = "income",
        /// Nothing is booked: a gateway was tried out.
        Nothing = "nothing",
        /// It was booked in another house before; only what is given back of it is booked here.
        Elsewhere = "elsewhere",
    }
}

impl Books {
    /// Whether taking the money, or else giving it back, is in the books.
    pub const fn has(self, kind: TransactionKind) -> bool {
        match self {
            Self::Client | Self::Income => true,
            Self::Nothing => false,
            Self::Elsewhere => !matches!(kind, TransactionKind::Payment),
        }
    }
}

text_enum! {
    /// What a person says became of a transaction that nobody answers for.
    pub enum Decision {
        /// The money moved.
        Approved = "approved",
        /// It was refused.
        Declined = "declined",
        /// It never happened.
        Error = "error",
    }
}

impl Decision {
    /// The state that follows.
    pub const fn state(self) -> TransactionState {
        match self {
            Decision::Approved => TransactionState::Approved,
            Decision::Declined => TransactionState::Declined,
            Decision::Error => TransactionState::Error,
        }
    }
}

/// Whether a state may follow another; `wrong_state` if not.
pub fn transition(from: TransactionState, to: TransactionState) -> Result<()> {
    if from.next().contains(&to) {
        return Ok(());
    }
    Err(Problem::new(Code::WrongState, format!("a transaction that is {from} cannot become {to}")))
}

text_enum! {
    /// How money was received by hand.
    pub enum ManualMethod {
        /// Coins and notes.
        Cash = "cash",
        /// A cheque.
        Cheque = "cheque",
        /// A bank transfer.
        Transfer = "transfer",
    }
}

impl ManualMethod {
    /// The account where it arrives.
    pub const fn arrives(self) -> Method {
        match self {
            Self::Cash => Method::Cash,
            Self::Cheque | Self::Transfer => Method::Bank,
        }
    }
}

text_enum! {
    /// By which way money without an invoice came or went, as told by a person.
    pub enum MoneyWay {
        /// Coins and notes.
        Cash = "cash",
        /// A cheque.
        Cheque = "cheque",
        /// A bank transfer.
        Transfer = "transfer",
        /// A payment gateway, at its own desk.
        Gateway = "gateway",
    }
}

impl MoneyWay {
    /// The account where it arrives, and which it leaves.
    pub fn arrives(self) -> Method {
        arrival(self.as_str(), false)
    }
}

/// Where the money of a gateway arrives: by hand in cash or at the bank, what is debited from accounts at the bank, all other
/// money at the gateway.
pub fn arrival(gateway: &str, is_debit: bool) -> Method {
    let elsewhere = if is_debit { Method::Bank } else { Method::Gateway };
    gateway.parse::<ManualMethod>().map_or(elsewhere, ManualMethod::arrives)
}

text_enum! {
    /// Why a client's credit changed (CLI-09).
    pub enum CreditKind {
        /// Given by the seller, as goodwill.
        Granted = "granted",
        /// Paid in advance.
        Deposit = "deposit",
        /// Paid more than was open.
        OverPayment = "over_payment",
        /// A credit note on what was paid.
        CreditNote = "credit_note",
        /// Used to pay an invoice.
        Applied = "applied",
        /// Paid out.
        Refunded = "refunded",
        /// A payout failed: it is back.
        RefundFailed = "refund_failed",
        /// The payment that it was made of has come back.
        Returned = "returned",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TransactionState::*;

    /// Money that was taken is never forgotten, and a refusal is final: a new attempt is a new transaction.
    #[test]
    fn what_is_decided_stays_decided() {
        for closed in [Declined, Error, Refunded, Voided] {
            assert!(TransactionState::ALL.iter().all(|to| transition(closed, *to).is_err()), "{closed}");
        }
        for taken in [Approved, Captured] {
            let open: Vec<_> = TransactionState::ALL.iter().filter(|to| transition(taken, **to).is_ok()).collect();
            assert_eq!(open, [&Refunded]);
        }
        assert_eq!(transition(Declined, Approved).unwrap_err().code, Code::WrongState);
    }

    /// Every state that may still move money is under way, and no state returns to `new`.
    #[test]
    fn under_way_until_decided() {
        for state in TransactionState::ALL {
            assert!(!state.next().contains(&New), "{state}");
            let may_take = state.next().iter().any(|to| to.is_taken());
            assert_eq!(state.is_under_way(), may_take, "{state}");
        }
    }

    #[test]
    fn money_arrives_where_it_was_paid() {
        let arrivals = ["cash", "cheque", "transfer", "fake"].map(|gateway| arrival(gateway, false));
        assert_eq!(arrivals, [Method::Cash, Method::Bank, Method::Bank, Method::Gateway]);
        assert_eq!(arrival("sepa", true), Method::Bank);
    }
}
