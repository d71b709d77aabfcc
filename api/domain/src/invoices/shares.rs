//! Each line's share of each tax: what a credit note on the line takes back.

use crate::money::MoneyError;
use crate::quotes::Priced;
use crate::{Money, TaxRuleId};

/// What a line bears of one tax.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct TaxShare {
    /// The line's part of it.
    pub amount: Money,
    /// The tax.
    pub rule: TaxRuleId,
}

/// The shares of every line, in the order of the lines. They add up both ways: over the taxes to the tax of the line,
/// over the lines to the amount of the tax. The last tax of a policy takes what rounding leaves.
pub fn tax_shares(priced: &Priced) -> Result<Vec<Vec<TaxShare>>, MoneyError> {
    let mut shares: Vec<Vec<TaxShare>> = priced.lines.iter().map(|_| Vec::new()).collect();
    let mut left: Vec<Money> = priced.lines.iter().map(|line| line.tax).collect();
    for (at, tax) in priced.taxes.iter().enumerate() {
        let Some(rule) = tax.rule else { continue };
        let is_last = !priced.taxes.iter().skip(at + 1).any(|other| other.policy == tax.policy && other.rule.is_some());
        let of_policy: Vec<_> =
            priced.lines.iter().map(|line| line.tax_policy == Some(tax.policy) && !line.tax.is_zero()).collect();
        let weights: Vec<_> = priced
            .lines
            .iter()
            .zip(&of_policy)
            .map(|(line, bears)| if *bears { line.tax.decimal() } else { Default::default() })
            .collect();
        if of_policy.iter().all(|bears| !bears) {
            continue;
        }
        let parts = tax.amount.split(&weights)?;
        for (((share, left), part), bears) in shares.iter_mut().zip(&mut left).zip(parts).zip(of_policy) {
            if bears {
                let amount = if is_last { *left } else { part };
                *left = left.minus(amount)?;
                share.push(TaxShare { rule, amount });
            }
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;
    use crate::quotes::{Description, LineKind, PriceBasis, PricedLine, PricedTotals};
    use crate::schedule::Share;
    use crate::taxes::TaxAmount;
    use crate::{Currency, Percent, Quantity, Rate, TaxPolicyId, UnitPrice};
    use uuid::Uuid;

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    fn rule(n: u8) -> TaxRuleId {
        TaxRuleId::from_uuid(Uuid::from_bytes([n; 16]))
    }

    fn priced(taxes: &[(u8, i64)], lines: &[i64]) -> Priced {
        let policy = TaxPolicyId::from_uuid(Uuid::from_bytes([9; 16]));
        let line = |tax: &i64| PricedLine {
            key: String::new(),
            kind: LineKind::OneOff,
            description: Description::Text(String::new()),
            quantity: Quantity::from(1),
            unit_price: UnitPrice::from(1),
            share: Share::WHOLE,
            tax_policy: Some(policy),
            listed: eur(0),
            before_discount: eur(0),
            discount: eur(0),
            coupon_discount: eur(0),
            net: eur(0),
            tax: eur(*tax),
            gross: eur(0),
            trace: Vec::new(),
        };
        let tax = |(n, minor): &(u8, i64)| TaxAmount {
            policy,
            rule: Some(rule(*n)),
            name: "T".into(),
            rate: Rate::Percent(Percent::from(1)),
            base: eur(0),
            amount: eur(*minor),
            note: None,
        };
        let zero = eur(0);
        let totals = PricedTotals {
            before_discount: zero,
            discount: zero,
            coupon_discount: zero,
            net: zero,
            tax: zero,
            gross: zero,
        };
        let currency: Currency = "EUR".parse().unwrap();
        Priced {
            currency,
            prices: PriceBasis::Net,
            lines: lines.iter().map(line).collect(),
            taxes: taxes.iter().map(tax).collect(),
            totals,
            taxed_in: None,
            private_in: None,
        }
    }

    /// 7 and 8 cents of two taxes on three lines that bear 5 each: 3 + 2 + 2 of the first, the rest of the second.
    #[test]
    fn shares_add_up_both_ways() {
        let shares = tax_shares(&priced(&[(1, 7), (2, 8)], &[5, 5, 5])).unwrap();
        let amounts: Vec<Vec<i64>> =
            shares.iter().map(|line| line.iter().map(|share| share.amount.minor()).collect()).collect();
        assert_eq!(amounts, [vec![3, 2], vec![2, 3], vec![2, 3]]);
    }

    #[test]
    fn a_line_without_tax_bears_none() {
        let shares = tax_shares(&priced(&[(1, 10)], &[0, 10])).unwrap();
        assert_eq!(shares, [vec![], vec![TaxShare { rule: rule(1), amount: eur(10) }]]);
        assert_eq!(tax_shares(&priced(&[], &[0])).unwrap(), [vec![]]);
    }
}
