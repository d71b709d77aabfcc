//! What stands between a seller and a client (CLI-08), read out of the books.
//!
//! Receivable and credit are what the books say today, refunds and expenses what they have added up to. A refund leaves the
//! credit when it is begun, so that it is not spent twice; until it has left the seller it is payable, and no refund yet.

use crate::ledger::{AccountCode, AccountKind, EntryKind, Posting, balances};
use crate::money::MoneyError;
use crate::problem::Result;
use crate::{Currency, Money};
use std::collections::{BTreeMap, BTreeSet};

/// What an entry of a client's moved from one account to another, or the sum of what such entries did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Flow {
    /// What happened.
    pub kind: EntryKind,
    /// From where to where.
    pub posting: Posting,
}

/// What stands between a seller and a client in one currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AccountTotals {
    /// What the client owes.
    pub receivable: Money,
    /// What the client has to its credit.
    pub credit: Money,
    /// What the client is to be given back and has not got yet.
    pub payable: Money,
    /// What the client has been given back, all together.
    pub refunds: Money,
    /// What the client has cost, all together: discounts, coupons, goodwill, fees, bad debt.
    pub expenses: Money,
}

/// The totals by currency, from everything that was booked about a client and what is under way to it.
pub fn totals(flows: &[Flow], under_way: &[Money]) -> Result<BTreeMap<Currency, AccountTotals>> {
    let all: Vec<Posting> = flows.iter().map(|flow| flow.posting).collect();
    let is_refund = |flow: &&Flow| matches!(flow.kind, EntryKind::Refund | EntryKind::RefundFailed);
    let refunds: Vec<Posting> = flows.iter().filter(is_refund).map(|flow| flow.posting).collect();
    let (all, refunds) = (balances(&all)?, balances(&refunds)?);
    let booked = flows.iter().map(|flow| flow.posting.amount().currency());
    let currencies: BTreeSet<Currency> = booked.chain(under_way.iter().map(|amount| amount.currency())).collect();
    let expenses = |currency| {
        let accounts = AccountCode::ALL.iter().filter(|account| account.kind() == AccountKind::Expense);
        let each = accounts.map(|account| all.natural(*account, currency)).collect::<Result<Vec<_>, _>>()?;
        Money::sum(currency, each)
    };
    let one = |currency: Currency| {
        let payable = under_way.iter().copied().filter(|amount| amount.currency() == currency);
        let payable = Money::sum(currency, payable)?;
        let totals = AccountTotals {
            receivable: all.natural(AccountCode::Receivable, currency)?,
            credit: all.natural(AccountCode::ClientCredit, currency)?,
            payable,
            // what is given back leaves the client's credit
            refunds: refunds.debit(AccountCode::ClientCredit, currency).minus(payable)?,
            expenses: expenses(currency)?,
        };
        Ok((currency, totals))
    };
    Ok(currencies.into_iter().map(one).collect::<Result<_, MoneyError>>()?)
}

/// How postings of one entry change the accounts that a client sees: what it owes and what it has to its credit.
pub fn changes(postings: &[Posting]) -> Result<Vec<(AccountCode, Money)>> {
    let balances = balances(postings)?;
    let seen = |(account, change): (AccountCode, Money)| match account {
        AccountCode::Receivable => Some(Ok((account, change))),
        AccountCode::ClientCredit => Some(change.negated().map(|change| (account, change))),
        _ => None,
    };
    Ok(balances.open().filter_map(seen).collect::<Result<_, MoneyError>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{
        Charge, Method, Settlement, credit_applied, credit_granted, invoice_issued, payment_received, refund, write_off,
    };
    use proptest::prelude::*;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    fn flows(kind: EntryKind, postings: Vec<Posting>) -> impl Iterator<Item = Flow> {
        postings.into_iter().map(move |posting| Flow { kind, posting })
    }

    fn invoice(net: i64, discount: i64, tax: i64) -> Vec<Posting> {
        let revenue = AccountCode::RevenueRecurring;
        let charge = Charge { revenue, net: eur(net), deferred: eur(0), discount: eur(discount), coupon: eur(0) };
        invoice_issued(&[charge], eur(tax)).unwrap()
    }

    /// 100.00 less 10.00 and 18.00 of tax are 108.00; 5.00 of goodwill pay a part; 110.00 come by bank, 7.00 too much, of
    /// which 3.00 go back, 2.00 more are on their way. Owed 0.00, credit 7.00 − 3.00 − 2.00, cost 10.00 + 5.00.
    #[test]
    fn a_client_in_numbers() {
        let settled = Settlement { allocated: eur(10_300), over: eur(700), fee: eur(0) };
        let booked: Vec<Flow> = flows(EntryKind::InvoiceIssued, invoice(9_000, 1_000, 1_800))
            .chain(flows(EntryKind::CreditGranted, credit_granted(eur(500)).unwrap()))
            .chain(flows(EntryKind::CreditApplied, credit_applied(eur(500)).unwrap()))
            .chain(flows(EntryKind::PaymentReceived, payment_received(Method::Bank, settled).unwrap()))
            .chain(flows(EntryKind::Refund, refund(Method::Bank, eur(300)).unwrap()))
            .chain(flows(EntryKind::Refund, refund(Method::Gateway, eur(200)).unwrap()))
            .collect();
        let want = AccountTotals {
            receivable: eur(0),
            credit: eur(200),
            payable: eur(200),
            refunds: eur(300),
            expenses: eur(1_500),
        };
        let found = totals(&booked, &[eur(200)]).unwrap();
        assert_eq!(found, BTreeMap::from([("EUR".parse().unwrap(), want)]));
        assert_eq!(totals(&[], &[]), Ok(BTreeMap::new()));
    }

    /// What could not be given back was not given back.
    #[test]
    fn a_failed_refund_is_none() {
        let back: Vec<Posting> = refund(Method::Gateway, eur(-300)).unwrap();
        let booked: Vec<Flow> = flows(EntryKind::Refund, refund(Method::Gateway, eur(300)).unwrap())
            .chain(flows(EntryKind::RefundFailed, back))
            .collect();
        let found = totals(&booked, &[]).unwrap();
        let one = found.values().next().unwrap();
        assert_eq!((one.refunds, one.credit), (eur(0), eur(0)));
    }

    #[test]
    fn a_client_sees_what_it_owes_and_has() {
        let owed = changes(&invoice(9_000, 1_000, 1_800)).unwrap();
        assert_eq!(owed, [(AccountCode::Receivable, eur(10_800))]);
        let paid = changes(&credit_applied(eur(500)).unwrap()).unwrap();
        assert_eq!(paid, [(AccountCode::Receivable, eur(-500)), (AccountCode::ClientCredit, eur(-500))]);
        assert_eq!(changes(&write_off(eur(1)).unwrap()).unwrap(), [(AccountCode::Receivable, eur(-1))]);
    }

    proptest! {
        /// However invoices, goodwill and payments come: what is owed is what was charged less what was paid, the credit is
        /// what was given and paid too much less what was used, and the changes of all entries add up to both.
        #[test]
        fn changes_add_up_to_the_totals(
            events in prop::collection::vec((0_u8..4, 1_i64..100_000, 0_i64..5_000), 0..30),
        ) {
            let (mut booked, mut owed, mut credit, mut cost) = (Vec::new(), 0, 0, 0);
            let mut seen = BTreeMap::<AccountCode, i64>::new();
            for (what, amount, more) in events {
                let (kind, postings) = match what {
                    0 => (EntryKind::InvoiceIssued, invoice(amount, more, more)),
                    1 => (EntryKind::CreditGranted, credit_granted(eur(amount)).unwrap()),
                    2 => (EntryKind::CreditApplied, credit_applied(eur(amount)).unwrap()),
                    _ => {
                        let settled = Settlement { allocated: eur(amount), over: eur(more), fee: eur(0) };
                        (EntryKind::PaymentReceived, payment_received(Method::Cash, settled).unwrap())
                    }
                };
                match what {
                    0 => { owed += amount + more; cost += more; }
                    1 => { credit += amount; cost += amount; }
                    2 => { owed -= amount; credit -= amount; }
                    _ => { owed -= amount; credit += more; }
                }
                for (account, change) in changes(&postings).unwrap() {
                    *seen.entry(account).or_default() += change.minor();
                }
                booked.extend(flows(kind, postings));
            }
            let found = totals(&booked, &[]).unwrap();
            let of = found.get(&"EUR".parse().unwrap());
            let (receivable, to_credit, expenses) = of.map_or((0, 0, 0), |of| (of.receivable.minor(), of.credit.minor(), of.expenses.minor()));
            prop_assert_eq!((receivable, to_credit, expenses), (owed, credit, cost));
            let sum = |account| seen.get(&account).copied().unwrap_or(0);
            prop_assert_eq!((sum(AccountCode::Receivable), sum(AccountCode::ClientCredit)), (owed, credit));
        }
    }
}
