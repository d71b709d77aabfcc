//! What a payment or a credit pays: open invoices, oldest due first. Nothing vanishes: the rest is the client's credit.

use crate::money::MoneyError;
use crate::{InvoiceId, Money};
use chrono::NaiveDate;

/// An invoice that waits for money.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenInvoice {
    /// Its id; breaks ties, since id order is creation order.
    pub id: InvoiceId,
    /// When it is due.
    pub due_on: NaiveDate,
    /// What it waits for.
    pub open: Money,
}

/// Where the money goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allocation {
    /// Amounts above nothing, in the order of payment.
    pub parts: Vec<(InvoiceId, Money)>,
    /// What no invoice needed.
    pub rest: Money,
}

/// Spreads an amount over invoices of its currency. An amount of nothing, or below, pays nothing and stays the rest.
pub fn allocate(amount: Money, invoices: &[OpenInvoice]) -> Result<Allocation, MoneyError> {
    let mut waiting: Vec<_> = invoices.iter().collect();
    waiting.sort_by_key(|invoice| (invoice.due_on, invoice.id));
    let mut allocation = Allocation { parts: Vec::new(), rest: amount };
    for invoice in waiting {
        let left = allocation.rest.minus(invoice.open)?;
        let part = if left.is_negative() { allocation.rest } else { invoice.open };
        if part.minor() > 0 {
            allocation.parts.push((invoice.id, part));
            allocation.rest = allocation.rest.minus(part)?;
        }
    }
    Ok(allocation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;
    use crate::schedule::testing::day;
    use proptest::prelude::*;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    fn open(n: u8, due_on: &str, minor: i64) -> OpenInvoice {
        OpenInvoice { id: id(n), due_on: day(due_on), open: eur(minor) }
    }

    fn id(n: u8) -> InvoiceId {
        InvoiceId::from_uuid(uuid::Uuid::from_bytes([n; 16]))
    }

    /// 25.00 over 10.00 due 1 March, 8.00 due 1 March (made later) and 12.00 due 5 March: 10 + 8 + 7 of 12.
    #[test]
    fn oldest_due_first() {
        let invoices = [open(1, "2027-03-05", 1200), open(3, "2027-03-01", 800), open(2, "2027-03-01", 1000)];
        let paid = allocate(eur(2500), &invoices).unwrap();
        assert_eq!(paid.parts, [(id(2), eur(1000)), (id(3), eur(800)), (id(1), eur(700))]);
        assert!(paid.rest.is_zero());
    }

    #[test]
    fn too_much_becomes_credit_and_nothing_pays_nothing() {
        let paid = allocate(eur(4000), &[open(1, "2027-03-05", 500), open(2, "2027-03-06", 0)]).unwrap();
        assert_eq!((paid.parts, paid.rest), (vec![(id(1), eur(500))], eur(3500)));
        assert_eq!(allocate(eur(0), &[open(1, "2027-03-05", 500)]).unwrap().parts, []);
        let yen = Money::from_minor(500, "JPY".parse().unwrap());
        assert!(allocate(yen, &[open(1, "2027-03-05", 500)]).is_err());
    }

    proptest! {
        /// Every cent is on an invoice or in the rest; no invoice gets more than it needs; no gap before the rest.
        #[test]
        fn nothing_vanishes(amount in 0_i64..10_000, opens in prop::collection::vec(0_i64..3000, 0..8)) {
            let invoices: Vec<_> = (0_u8..).zip(&opens).map(|(n, minor)| open(n, "2027-03-05", *minor)).collect();
            let paid = allocate(eur(amount), &invoices).unwrap();
            let parts: i64 = paid.parts.iter().map(|(_, part)| part.minor()).sum();
            prop_assert_eq!(parts + paid.rest.minor(), amount);
            prop_assert_eq!(parts, amount.min(opens.iter().sum()));
            for (of, part) in &paid.parts {
                let invoice = invoices.iter().find(|invoice| invoice.id == *of).unwrap();
                prop_assert!(part.minor() <= invoice.open.minor());
            }
        }
    }
}
