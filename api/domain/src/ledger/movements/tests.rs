//! Postings by hand, and random lives of invoices.

use super::*;
use crate::Currency;
use crate::ledger::balances;
use proptest::prelude::*;

fn money(minor: i64) -> Money {
    Money::from_minor(minor, eur())
}

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn charge(net: i64, deferred: i64, discount: i64, coupon: i64) -> Charge {
    Charge {
        revenue: RevenueRecurring,
        net: money(net),
        deferred: money(deferred),
        discount: money(discount),
        coupon: money(coupon),
    }
}

fn told(postings: Vec<Posting>) -> Vec<(AccountCode, AccountCode, i64)> {
    postings.into_iter().map(|one| (one.debit(), one.credit(), one.amount().minor())).collect()
}

/// List price 100.00, coupon 20.00, 19 % on 80.00: net, tax and receivable of the guide, and the coupon as a cost.
#[test]
fn an_invoice_with_a_coupon() {
    let postings = invoice_issued(&[charge(8000, 0, 0, 2000)], money(1520)).unwrap();
    let want =
        [(Receivable, RevenueRecurring, 8000), (CouponCost, RevenueRecurring, 2000), (Receivable, TaxPayable, 1520)];
    assert_eq!(told(postings), want);
}

/// With 100 % off nothing is owed; list price and discount still show.
#[test]
fn a_free_invoice() {
    assert_eq!(
        told(invoice_issued(&[charge(0, 0, 5000, 0)], money(0)).unwrap()),
        [(Discounts, RevenueRecurring, 5000)]
    );
    assert_eq!(told(invoice_issued(&[charge(0, 0, 0, 0)], money(0)).unwrap()), []);
}

#[test]
fn each_movement() {
    let gateway = Method::Gateway;
    let paid = Settlement { allocated: money(900), over: money(100), fee: money(30) };
    let want = [(Gateway, Receivable, 900), (Gateway, ClientCredit, 100), (PaymentFees, Gateway, 30)];
    assert_eq!(told(payment_received(gateway, paid).unwrap()), want);
    let deferred = invoice_issued(&[charge(1200, 1100, 0, 0)], money(0)).unwrap();
    assert_eq!(told(deferred), [(Receivable, DeferredRevenue, 1100), (Receivable, RevenueRecurring, 100)]);
    let back = credit_note(&[charge(-1200, -1100, 0, 0)], money(-228)).unwrap();
    let want =
        [(DeferredRevenue, Receivable, 1100), (RevenueRecurring, Receivable, 100), (TaxPayable, Receivable, 228)];
    assert_eq!(told(back), want);
    assert_eq!(told(over_credited(money(1428)).unwrap()), [(Receivable, ClientCredit, 1428)]);
    assert_eq!(told(income(gateway, money(5)).unwrap()), [(Gateway, RevenueOther, 5)]);
    assert_eq!(told(income(gateway, money(-5)).unwrap()), [(RevenueOther, Gateway, 5)]);
    assert_eq!(told(refund_of_elsewhere(Method::Bank, money(5)).unwrap()), [(Refunds, Bank, 5)]);
    assert_eq!(told(credit_granted(money(5)).unwrap()), [(Refunds, ClientCredit, 5)]);
    assert_eq!(told(credit_applied(money(5)).unwrap()), [(ClientCredit, Receivable, 5)]);
    assert_eq!(told(refund(Method::Cash, money(5)).unwrap()), [(ClientCredit, Cash, 5)]);
    assert_eq!(told(write_off(money(5)).unwrap()), [(BadDebt, Receivable, 5)]);
    // of 950 that were paid, 900 went to an invoice of which 100 were credited since, and 50 were too much, 10 of them spent
    let (allocated, withdrawn, over, lost, fee) = (money(900), money(100), money(40), money(10), money(15));
    let back = payment_returned(Method::Bank, Returned { allocated, withdrawn, over, lost, fee }).unwrap();
    let want = [
        (Receivable, Bank, 900),
        (ClientCredit, Receivable, 100),
        (ClientCredit, Bank, 40),
        (BadDebt, Bank, 10),
        (PaymentFees, Bank, 15),
    ];
    assert_eq!(told(back), want);
    assert_eq!(told(revenue_recognised(RevenueAddOn, money(7)).unwrap()), [(DeferredRevenue, RevenueAddOn, 7)]);
}

#[test]
fn an_exchange_is_balanced_in_both_currencies() {
    let yen = Money::from_minor(1650, "JPY".parse().unwrap());
    let books = balances(&exchange(money(1000), yen).unwrap()).unwrap();
    assert_eq!(books.natural(ClientCredit, eur()).unwrap(), money(-1000));
    assert_eq!(books.natural(ClientCredit, yen.currency()), Ok(yen));
    assert_eq!(books.debit(Conversion, eur()), money(-1000));
    assert!(books.trial(eur()).unwrap().is_zero() && books.trial(yen.currency()).unwrap().is_zero());
}

fn any_charge() -> impl Strategy<Value = Charge> {
    let account = prop::sample::select(vec![RevenueRecurring, RevenueAddOn, RevenueSetup, RevenueOther]);
    (account, 0_i64..10_000, 0_i64..=100, 0_i64..3000, 0_i64..3000).prop_map(
        |(revenue, net, later, discount, coupon)| Charge {
            revenue,
            ..charge(net, net * later / 100, discount, coupon)
        },
    )
}

fn mirrored(charge: &Charge) -> Charge {
    let back = |amount: Money| amount.negated().unwrap();
    Charge {
        revenue: charge.revenue,
        net: back(charge.net),
        deferred: back(charge.deferred),
        discount: back(charge.discount),
        coupon: back(charge.coupon),
    }
}

proptest! {
    /// An invoice and the credit note of all of it leave every account at zero.
    #[test]
    fn a_credit_note_undoes_the_invoice(charges in prop::collection::vec(any_charge(), 0..5), tax in 0_i64..2000) {
        let mut postings = invoice_issued(&charges, money(tax)).unwrap();
        let back: Vec<_> = charges.iter().map(mirrored).collect();
        postings.extend(credit_note(&back, money(-tax)).unwrap());
        prop_assert_eq!(balances(&postings).unwrap().open().collect::<Vec<_>>(), []);
    }

    /// Paid by credit and money in any mixture, an invoice leaves nothing receivable; revenue is what the client paid
    /// and what was taken off; the trial balance stays zero after every single posting.
    #[test]
    fn a_paid_invoice_owes_nothing(
        charges in prop::collection::vec(any_charge(), 1..5), tax in 0_i64..2000, percent in 0_i64..=100, over in 0_i64..500,
        method in prop::sample::select(Method::ALL.to_vec()),
    ) {
        let total = charges.iter().map(|one| one.net.minor()).sum::<i64>() + tax;
        let credit = total * percent / 100;
        let mut postings = credit_granted(money(credit)).unwrap();
        postings.extend(invoice_issued(&charges, money(tax)).unwrap());
        postings.extend(credit_applied(money(credit)).unwrap());
        let settlement = Settlement { allocated: money(total - credit), over: money(over), fee: money(0) };
        postings.extend(payment_received(method, settlement).unwrap());
        for charge in &charges {
            postings.extend(revenue_recognised(charge.revenue, charge.deferred).unwrap());
        }
        for count in 0..=postings.len() {
            prop_assert!(balances(&postings[..count]).unwrap().trial(eur()).unwrap().is_zero());
        }
        let books = balances(&postings).unwrap();
        let natural = |account| books.natural(account, eur()).unwrap().minor();
        prop_assert_eq!((natural(Receivable), natural(DeferredRevenue), natural(ClientCredit)), (0, 0, over));
        prop_assert_eq!((natural(method.account()), natural(TaxPayable)), (total - credit + over, tax));
        let revenue: i64 = [RevenueRecurring, RevenueAddOn, RevenueSetup, RevenueOther].into_iter().map(natural).sum();
        prop_assert_eq!(revenue - natural(Discounts) - natural(CouponCost), total - tax);
    }
}
