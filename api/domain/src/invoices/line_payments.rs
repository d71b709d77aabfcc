//! What is paid of each line of an invoice (INV-09). Payments and credits belong to an invoice; whoever makes one may say
//! for which lines. Of what was paid without saying so, the lines take from the top what they still lack.

use crate::money::MoneyError;
use crate::{InvoiceLineId, Money};

/// A line, and what was paid for it by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineCharge {
    /// What it asks for, with tax.
    pub gross: Money,
    /// What was paid for this line.
    pub named: Money,
}

/// What is paid of each line, in their order, when `paid` was paid of them together.
pub fn paid_by_line(paid: Money, lines: &[LineCharge]) -> Result<Vec<Money>, MoneyError> {
    let named = Money::sum(paid.currency(), lines.iter().map(|line| line.named))?;
    let mut rest = paid.minus(named)?;
    let mut all = Vec::with_capacity(lines.len());
    for line in lines {
        let lacks = line.gross.minus(line.named)?;
        let part = Money::from_minor(lacks.minor().min(rest.minor()).max(0), paid.currency());
        rest = rest.minus(part)?;
        all.push(line.named.plus(part)?);
    }
    Ok(all)
}

/// For which lines an amount is, when it was meant for these and not all of it was needed: the first ones come first.
pub fn cut_to(amount: Money, meant: &[(InvoiceLineId, Money)]) -> Result<Vec<(InvoiceLineId, Money)>, MoneyError> {
    let mut rest = amount;
    let mut parts = Vec::with_capacity(meant.len());
    for (line, wanted) in meant {
        let part = Money::from_minor(wanted.minor().min(rest.minor()), amount.currency());
        if part.minor() > 0 {
            parts.push((*line, part));
            rest = rest.minus(part)?;
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;
    use proptest::prelude::*;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    fn paid(sum: i64, lines: &[(i64, i64)]) -> Vec<i64> {
        let lines: Vec<_> =
            lines.iter().map(|(gross, named)| LineCharge { gross: eur(*gross), named: eur(*named) }).collect();
        paid_by_line(eur(sum), &lines).unwrap().into_iter().map(Money::minor).collect()
    }

    /// 50.00 of 30.00, 30.00 and 40.00: without names from the top; with 20.00 named for the last, 30.00 are left for the top.
    #[test]
    fn named_first_then_from_the_top() {
        assert_eq!(paid(5000, &[(3000, 0), (3000, 0), (4000, 0)]), [3000, 2000, 0]);
        assert_eq!(paid(5000, &[(3000, 0), (3000, 0), (4000, 2000)]), [3000, 0, 2000]);
        assert_eq!(paid(0, &[(3000, 0)]), [0]);
        // what takes back is not paid for
        assert_eq!(paid(2000, &[(-1000, 0), (3000, 0)]), [0, 2000]);
    }

    #[test]
    fn what_is_not_needed_is_taken_off_the_last() {
        let id = |n| InvoiceLineId::from_uuid(uuid::Uuid::from_bytes([n; 16]));
        let meant = [(id(1), eur(1000)), (id(2), eur(500)), (id(3), eur(700))];
        assert_eq!(cut_to(eur(2200), &meant).unwrap(), meant);
        assert_eq!(cut_to(eur(1200), &meant).unwrap(), [(id(1), eur(1000)), (id(2), eur(200))]);
        assert_eq!(cut_to(eur(0), &meant).unwrap(), []);
    }

    proptest! {
        /// Whatever was paid and named: every cent is on one line, and no line has more than it asks for.
        #[test]
        fn every_cent_is_somewhere(grosses in prop::collection::vec((0_i64..5000, 0_i64..=100), 1..8), share in 0_i64..=100) {
            let lines: Vec<_> = grosses.iter().map(|(gross, named)| (*gross, gross * named / 100)).collect();
            let (named, gross): (i64, i64) = lines.iter().fold((0, 0), |sum, line| (sum.0 + line.1, sum.1 + line.0));
            let sum = named + (gross - named) * share / 100;
            let all = paid(sum, &lines);
            prop_assert_eq!(all.iter().sum::<i64>(), sum);
            for (part, (gross, named)) in all.iter().zip(&lines) {
                prop_assert!(part >= named && part <= gross);
            }
        }
    }
}
