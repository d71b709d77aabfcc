//! Parts of a period: how many days of how many, and what of an amount falls on them.
//!
//! The factor stays a fraction of two whole numbers until the one rounding, half-up, at the end.

use super::Period;
use crate::money::{Money, MoneyError};
use rust_decimal::Decimal;

/// So many days of so many: the part of a period that is charged. Never more than the whole. In tables it is the text
/// `16/30`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(try_from = "Fraction")]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct Share {
    /// Days charged.
    days: u32,
    /// Days of the whole.
    #[schema(minimum = 1)]
    of: u32,
}

/// What someone says is a share.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Fraction {
    days: u32,
    of: u32,
}

/// The text is not a share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a share such as 16/30: not more days than the whole has, which has at least one")]
pub struct InvalidShare;

impl Share {
    /// The whole of something that has no days, such as a set-up fee.
    pub const WHOLE: Share = Share { days: 1, of: 1 };

    /// The part of `whole` that `part` covers. A whole without days has no parts: all of it.
    pub fn of_period(part: Period, whole: Period) -> Self {
        if whole.is_empty() {
            return Self::WHOLE;
        }
        Self { days: part.within(whole).days(), of: whole.days() }
    }

    /// Days charged.
    pub const fn days(self) -> u32 {
        self.days
    }

    /// Days of the whole period.
    pub const fn of(self) -> u32 {
        self.of
    }

    /// Whether nothing is missing.
    pub const fn is_whole(self) -> bool {
        self.days == self.of
    }

    /// The share of an exact value: multiplied first, divided last, not rounded to a currency.
    pub fn apply(self, value: Decimal) -> Result<Decimal, MoneyError> {
        if self.is_whole() {
            return Ok(value);
        }
        let product = value.checked_mul(Decimal::from(self.days)).ok_or(MoneyError::Overflow)?;
        product.checked_div(Decimal::from(self.of)).ok_or(MoneyError::Malformed)
    }
}

impl Default for Share {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl TryFrom<Fraction> for Share {
    type Error = InvalidShare;
    fn try_from(Fraction { days, of }: Fraction) -> Result<Self, InvalidShare> {
        if of > 0 && days <= of { Ok(Self { days, of }) } else { Err(InvalidShare) }
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", self.days, self.of)
    }
}

impl std::str::FromStr for Share {
    type Err = InvalidShare;
    fn from_str(text: &str) -> Result<Self, InvalidShare> {
        let (days, of) = text.split_once('/').ok_or(InvalidShare)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| InvalidShare);
        Fraction { days: number(days)?, of: number(of)? }.try_into()
    }
}

#[cfg(feature = "sql")]
crate::decimal_column!(Share);

/// What falls on `days` of `of` days, rounded half-up once. `of` must not be zero, `days` not more than `of`.
pub fn prorate(amount: Money, days: u32, of: u32) -> Result<Money, MoneyError> {
    if of == 0 || days > of {
        return Err(MoneyError::Malformed);
    }
    Money::round(Share { days, of }.apply(amount.decimal())?, amount.currency())
}

/// Cuts an amount over consecutive parts of a period, given in days. Every part is rounded for itself but never takes
/// more than what is left; the last one takes the rest, so the parts always add up.
pub fn split_in_time(amount: Money, parts: &[u32]) -> Result<Vec<Money>, MoneyError> {
    let of = parts.iter().try_fold(0_u32, |sum, days| sum.checked_add(*days)).ok_or(MoneyError::Overflow)?;
    let mut left = amount;
    let mut amounts = Vec::with_capacity(parts.len());
    for (at, days) in parts.iter().enumerate() {
        let rounded = prorate(amount, *days, of)?;
        let too_much = left.minor().unsigned_abs() < rounded.minor().unsigned_abs();
        let part = if at + 1 == parts.len() || too_much { left } else { rounded };
        left = left.minus(part)?;
        amounts.push(part);
    }
    if left.is_zero() { Ok(amounts) } else { Err(MoneyError::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::day;
    use super::*;
    use proptest::prelude::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::from_minor(minor, code.parse().unwrap())
    }

    /// 9.90 × 16 / 30 = 5.28; 1000 × 16 / 30 = 533.33; 1.000 × 16 / 30 = 0.5333; 0.05 × 15 / 30 = 0.025.
    #[test]
    fn rounds_once() {
        for (minor, code, days, of, want) in
            [(990, "EUR", 16, 30, 528), (1000, "JPY", 16, 30, 533), (1000, "KWD", 16, 30, 533), (5, "EUR", 15, 30, 3)]
        {
            assert_eq!(prorate(money(minor, code), days, of), Ok(money(want, code)));
        }
        assert_eq!(prorate(money(990, "EUR"), 30, 30), Ok(money(990, "EUR")));
        assert_eq!(prorate(money(990, "EUR"), 0, 30), Ok(money(0, "EUR")));
        assert!(prorate(money(990, "EUR"), 31, 30).is_err() && prorate(money(990, "EUR"), 0, 0).is_err());
    }

    #[test]
    fn counts_the_days_that_both_have() {
        let june = Period { from: day("2008-06-01"), to: day("2008-07-01") };
        let share = Share::of_period(Period { from: day("2008-06-15"), to: day("2008-08-01") }, june);
        assert_eq!((share.days(), share.of()), (16, 30));
        let february = Period { from: day("2008-02-01"), to: day("2008-03-01") };
        assert_eq!(Share::of_period(february, february).of(), 29);
        assert_eq!(Share::of_period(june, february).days(), 0);
    }

    #[test]
    fn a_share_is_never_more_than_the_whole() {
        let share: Share = "16/30".parse().unwrap();
        assert_eq!((share.days(), share.of(), share.to_string()), (16, 30, "16/30".to_string()));
        let json = r#"{"days":16,"of":30}"#;
        assert_eq!(
            (serde_json::to_string(&share).unwrap().as_str(), serde_json::from_str(json).unwrap()),
            (json, share)
        );
        for text in ["", "16", "31/30", "0/0", "-1/30", "16/30/1"] {
            assert_eq!(text.parse::<Share>(), Err(InvalidShare), "{text}");
        }
        assert!(serde_json::from_str::<Share>(r#"{"days":31,"of":30}"#).is_err());
    }

    /// 100.00 in three: 33.33, 33.33 and the rest. 0.20 over 31 days: rounding up each day would give 0.30.
    #[test]
    fn the_last_part_takes_the_rest() {
        let minors = |amount, parts: &[u32]| -> Vec<i64> {
            split_in_time(amount, parts).unwrap().iter().map(|part| part.minor()).collect()
        };
        assert_eq!(minors(money(10_000, "EUR"), &[1, 1, 1]), [3333, 3333, 3334]);
        assert_eq!(minors(money(-10_000, "EUR"), &[1, 1, 1]), [-3333, -3333, -3334]);
        let mut days = vec![1; 20];
        days.extend([0; 11]);
        assert_eq!(minors(money(20, "EUR"), &[1; 31]), days);
        assert!(split_in_time(money(1, "EUR"), &[]).is_err() && split_in_time(money(1, "EUR"), &[0, 0]).is_err());
    }

    proptest! {
        #[test]
        fn parts_add_up_and_keep_the_sign(
            minor in -1_000_000_i64..1_000_000, code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
            parts in prop::collection::vec(1_u32..40, 1..40),
        ) {
            let amounts = split_in_time(money(minor, code), &parts).unwrap();
            prop_assert_eq!(amounts.iter().map(|part| part.minor()).sum::<i64>(), minor);
            prop_assert!(amounts.iter().all(|part| part.minor() * minor.signum() >= 0));
        }
    }
}
