//! What people see of an invoice (INV-10), computed from the little that is stored.

use crate::Money;
use chrono::NaiveDate;

text_enum! {
    /// What kind of document it is.
    pub enum InvoiceKind {
        /// An invoice.
        Invoice = "invoice",
        /// A credit note: its amounts are below nothing.
        CreditNote = "credit_note",
    }
}

impl InvoiceKind {
    /// The document type of UNTDID 1001, as it stands in the chain.
    pub const fn type_code(self) -> &'static str {
        match self {
            Self::Invoice => "380",
            Self::CreditNote => "381",
        }
    }
}

text_enum! {
    /// What is stored.
    pub enum InvoiceState {
        /// Without number, may change.
        Draft = "draft",
        /// Numbered and frozen.
        Issued = "issued",
        /// Reversed as a whole by a credit note; a draft that was dropped.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// What is shown and filtered by.
    pub enum InvoiceStatus {
        /// Not issued yet.
        Draft = "draft",
        /// To be paid, and there is time.
        Due = "due",
        /// Something is open after the day it was due.
        Overdue = "overdue",
        /// A part is paid, and there is time for the rest.
        PartlyPaid = "partly_paid",
        /// Nothing is open.
        Paid = "paid",
        /// Reversed.
        Cancelled = "cancelled",
        /// All that it asked for was given back.
        Refunded = "refunded",
        /// What is open was written off.
        Uncollectible = "uncollectible",
    }
}

/// Where an invoice stands. All amounts are in its currency; those of a credit note are negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Stored.
    pub state: InvoiceState,
    /// With tax.
    pub total: Money,
    /// Not yet paid, credited or written off against.
    pub open: Money,
    /// Paid and given back.
    pub refunded: Money,
    /// The last day to pay in time.
    pub due_on: NaiveDate,
    /// The seller has given up on what is open.
    pub written_off: bool,
}

impl Standing {
    /// The status on a day. Being late weighs more than having paid a part.
    pub fn status(&self, today: NaiveDate) -> InvoiceStatus {
        match self.state {
            InvoiceState::Draft => InvoiceStatus::Draft,
            InvoiceState::Cancelled => InvoiceStatus::Cancelled,
            InvoiceState::Issued if self.open.is_zero() => self.settled(),
            InvoiceState::Issued if self.written_off => InvoiceStatus::Uncollectible,
            InvoiceState::Issued if today > self.due_on => InvoiceStatus::Overdue,
            InvoiceState::Issued if self.open != self.total => InvoiceStatus::PartlyPaid,
            InvoiceState::Issued => InvoiceStatus::Due,
        }
    }

    fn settled(&self) -> InvoiceStatus {
        let given_back = !self.refunded.is_zero() && self.refunded.minor() >= self.total.minor();
        if given_back { InvoiceStatus::Refunded } else { InvoiceStatus::Paid }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::day;

    /// Every status once, and the edges: the due day itself, a total of nothing, a part given back.
    #[test]
    fn table() {
        use InvoiceState::*;
        let eur = |minor| Money::from_minor(minor, "EUR".parse().unwrap());
        for (state, total, open, refunded, written_off, today, want) in [
            (Draft, 1000, 1000, 0, false, "2027-03-20", InvoiceStatus::Draft),
            (Cancelled, 1000, 0, 0, false, "2027-03-20", InvoiceStatus::Cancelled),
            (Issued, 1000, 1000, 0, false, "2027-03-01", InvoiceStatus::Due),
            (Issued, 1000, 1000, 0, false, "2027-03-15", InvoiceStatus::Due),
            (Issued, 1000, 1000, 0, false, "2027-03-16", InvoiceStatus::Overdue),
            (Issued, 1000, 400, 0, false, "2027-03-15", InvoiceStatus::PartlyPaid),
            (Issued, 1000, 400, 0, false, "2027-03-16", InvoiceStatus::Overdue),
            (Issued, 1000, 0, 0, false, "2027-03-16", InvoiceStatus::Paid),
            (Issued, 0, 0, 0, false, "2027-03-16", InvoiceStatus::Paid),
            (Issued, 1000, 0, 400, false, "2027-03-16", InvoiceStatus::Paid),
            (Issued, 1000, 0, 1000, false, "2027-03-16", InvoiceStatus::Refunded),
            (Issued, 1000, 1000, 0, true, "2027-03-16", InvoiceStatus::Uncollectible),
            (Issued, 1000, 400, 0, true, "2027-03-01", InvoiceStatus::Uncollectible),
            (Issued, 1000, 0, 0, true, "2027-03-16", InvoiceStatus::Paid),
            (Issued, -1000, -1000, 0, false, "2027-03-01", InvoiceStatus::Due),
            (Issued, -1000, 0, 0, false, "2027-03-01", InvoiceStatus::Paid),
        ] {
            let standing = Standing {
                state,
                total: eur(total),
                open: eur(open),
                refunded: eur(refunded),
                due_on: day("2027-03-15"),
                written_off,
            };
            assert_eq!(standing.status(day(today)), want, "{standing:?} on {today}");
        }
    }
}
