//! Several payment methods for one subscription (SUB-08, PAY-04): each is charged its share of an invoice by itself, so
//! that one that is declined leaves only its own part open.

use crate::{Check, Money, Percent};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// So many methods at most.
const MOST: usize = 10;

/// Notes what is wrong with shares at `{at}/{index}/share`: nothing at all, or parts of a hundred that add up.
pub fn check_shares(check: &mut Check, at: &str, shares: &[Percent]) {
    check.ensure(shares.len() <= MOST, at, "too_many", "at most ten");
    for (index, share) in shares.iter().enumerate() {
        let fits = *share > Percent::from(0) && share.get().scale() <= 2;
        let place = format!("{at}/{index}/share");
        check.ensure(fits, &place, "out_of_range", "more than 0, with at most two decimal places");
    }
    let sum: Decimal = shares.iter().map(|share| share.get()).sum();
    check.ensure(shares.is_empty() || sum == Decimal::ONE_HUNDRED, at, "not_whole", "they add up to 100");
}

/// How an invoice is weighed: what its lines charge of each subscription, by the shares of that. What no method is named
/// for is the default one's, or nobody's.
pub fn weigh<M: Ord + Copy>(
    charged: &[(Decimal, &[(M, Percent)])],
    default: Option<M>,
) -> BTreeMap<Option<M>, Decimal> {
    let mut weights: BTreeMap<Option<M>, Decimal> = BTreeMap::new();
    for (amount, shares) in charged.iter().filter(|(amount, _)| *amount > Decimal::ZERO) {
        let mut rest = Decimal::ONE_HUNDRED;
        for (method, share) in *shares {
            *weights.entry(Some(*method)).or_default() += amount * share.get();
            rest -= share.get();
        }
        *weights.entry(default).or_default() += amount * rest.max(Decimal::ZERO);
    }
    weights.retain(|_, weight| !weight.is_zero());
    if weights.is_empty() {
        weights.insert(default, Decimal::ONE);
    }
    weights
}

/// What is to be charged to each method now: its part of everything, by the largest remainder, less what it has paid;
/// together never more than what is payable.
///
/// # Errors
/// Amounts out of range.
pub fn parts<M: Ord + Copy>(
    payable: Money,
    paid: &BTreeMap<M, Money>,
    weights: &BTreeMap<Option<M>, Decimal>,
) -> crate::problem::Result<BTreeMap<M, Money>> {
    let currency = payable.currency();
    let has_paid = |method: &Option<M>| method.and_then(|one| paid.get(&one)).copied().unwrap_or(Money::zero(currency));
    let whole = payable.plus(Money::sum(currency, weights.keys().map(has_paid))?)?;
    let split = whole.split(&weights.values().copied().collect::<Vec<_>>())?;
    let (mut parts, mut left) = (BTreeMap::new(), payable.minor());
    for (method, part) in weights.keys().zip(split) {
        let due = part.minus(has_paid(method))?.minor().clamp(0, left);
        left -= due;
        if let Some(method) = method.filter(|_| due > 0) {
            parts.insert(method, Money::from_minor(due, currency));
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    fn shares(all: &[(u8, &str)]) -> Vec<(u8, Percent)> {
        all.iter().map(|(method, share)| (*method, share.parse().unwrap())).collect()
    }

    fn minors(parts: &BTreeMap<u8, Money>) -> Vec<(u8, i64)> {
        parts.iter().map(|(method, part)| (*method, part.minor())).collect()
    }

    /// 75 %, 20 % and 5 % of 10.01 are 7.5075, 2.002 and 0.5005: 7.51, 2.00 and 0.50.
    #[test]
    fn the_shares_of_the_guide() {
        let three = shares(&[(1, "75"), (2, "20"), (3, "5")]);
        let weights = weigh(&[(Decimal::from(1001), three.as_slice())], Some(1));
        assert_eq!(minors(&parts(eur(1001), &BTreeMap::new(), &weights).unwrap()), [(1, 751), (2, 200), (3, 50)]);
        // the first and the last are paid, the second was declined: it is asked for its own part only
        let paid = [(1, eur(751)), (3, eur(50))].into();
        assert_eq!(minors(&parts(eur(200), &paid, &weights).unwrap()), [(2, 200)]);
    }

    /// 10.00 by halves of methods 1 and 2, 20.00 without shares to method 3: 5.00, 5.00 and 20.00.
    #[test]
    fn subscriptions_weigh_by_what_they_charge() {
        let halves = shares(&[(1, "50"), (2, "50")]);
        let lines = [(Decimal::from(1000), halves.as_slice()), (Decimal::from(2000), &[])];
        let weights = weigh(&lines, Some(3));
        assert_eq!(minors(&parts(eur(3000), &BTreeMap::new(), &weights).unwrap()), [(1, 500), (2, 500), (3, 2000)]);
        // nobody is there for the rest: it stays open
        let nobody = weigh(&lines, None);
        assert_eq!(minors(&parts(eur(3000), &BTreeMap::new(), &nobody).unwrap()), [(1, 500), (2, 500)]);
        // one method was forgotten: its share goes to the default one
        let left = weigh(&[(Decimal::from(1000), &halves[..1])], Some(3));
        assert_eq!(minors(&parts(eur(1000), &BTreeMap::new(), &left).unwrap()), [(1, 500), (3, 500)]);
    }

    #[test]
    fn shares_are_parts_of_a_hundred() {
        let faults = |all: &[&str]| {
            let mut check = Check::new();
            check_shares(&mut check, "/m", &all.iter().map(|share| share.parse().unwrap()).collect::<Vec<_>>());
            let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
            fields.into_iter().map(|field| (field.pointer, field.code)).collect::<Vec<_>>()
        };
        assert_eq!(faults(&[]), []);
        assert_eq!(faults(&["75", "20", "5"]), []);
        assert_eq!(faults(&["33.33", "66.67"]), []);
        assert_eq!(faults(&["75", "20"]), [("/m".to_string(), "not_whole")]);
        assert_eq!(faults(&["0", "100"]), [("/m/0/share".to_string(), "out_of_range")]);
        assert_eq!(faults(&["0.001", "99.999"]).len(), 2);
        assert_eq!(faults(&["9"; 11])[0].1, "too_many");
    }

    proptest! {
        /// Whatever was paid before: never more than what is payable, and all of it if someone is there for everything.
        #[test]
        fn never_too_much(payable in 1_i64..1_000_000, cuts in prop::collection::vec(1_u32..10_000, 1..6), paid in prop::collection::vec(0_i64..500_000, 6)) {
            let weights: BTreeMap<Option<u8>, Decimal> = (0..).zip(&cuts).map(|(at, cut)| (Some(at), Decimal::from(*cut))).collect();
            let paid: BTreeMap<u8, Money> = (0..).zip(&paid).map(|(at, minor)| (at, eur(*minor))).collect();
            let sum = |parts: &BTreeMap<u8, Money>| parts.values().map(|part| part.minor()).sum::<i64>();
            let due = parts(eur(payable), &paid, &weights).unwrap();
            prop_assert_eq!(sum(&due), payable);
            let fresh = parts(eur(payable), &BTreeMap::new(), &weights).unwrap();
            prop_assert_eq!(sum(&fresh), payable);
            // once all have paid their parts nothing is left for anyone
            let done = parts(eur(0), &fresh, &weights).unwrap();
            prop_assert!(done.is_empty());
        }
    }
}
