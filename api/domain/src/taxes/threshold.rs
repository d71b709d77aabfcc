//! The threshold of the one-stop shop (directive 2006/112/EC, art. 59c): sales to private buyers of other members are taxed
//! where the seller is as long as they come to no more than 10 000 EUR in this calendar year and in the one before. The very
//! sale that exceeds it is taxed where the buyer is, and so is all that follows in both years, whatever is credited later.

use crate::{Country, Currency, Money};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// In euro, without VAT.
const LIMIT: i64 = 10_000;

/// From so many per cent of it a seller is warned.
const WARN_AT: i64 = 80;

text_enum! {
    /// On which side of the threshold a sale was made.
    pub enum ThresholdSide {
        /// Taxed where the seller is.
        Below = "below_threshold",
        /// Taxed where the buyer is: this sale exceeds the threshold, or it was exceeded before.
        Above = "above_threshold",
    }
}

/// A sale to a private buyer of another member.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PrivateSale {
    /// Where the buyer is.
    pub country: Country,
    /// Where the seller goes by the threshold, on which side of it.
    pub threshold: Option<ThresholdSide>,
}

/// The threshold.
pub fn threshold_limit() -> Money {
    Money::from_minor(LIMIT * 100, Currency::EUR)
}

/// What was sold to private buyers of other members on a day, in euro, not rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayTurnover {
    /// The day.
    pub on: NaiveDate,
    /// Credit notes subtracted.
    pub net: Decimal,
    /// Without them: the highest that the sum can have been within the day.
    pub sold: Decimal,
}

/// What was sold to private buyers of other members in a calendar year, in euro.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turnover<D> {
    /// Credit notes subtracted, not rounded.
    pub sum: Decimal,
    /// With which document the threshold was exceeded.
    pub exceeded: Option<D>,
}

impl<D> Turnover<D> {
    /// Adds up the days of a year, in order. `documents` reads those of one day in the order in which they were made, each with
    /// its net: it is asked for days only on which the threshold may have been exceeded.
    pub fn of<E>(
        days: &[DayTurnover],
        mut documents: impl FnMut(NaiveDate) -> Result<Vec<(D, Decimal)>, E>,
    ) -> Result<Self, E> {
        let mut turnover = Self { sum: Decimal::ZERO, exceeded: None };
        for day in days {
            if turnover.exceeded.is_none() && turnover.sum + day.sold > Decimal::from(LIMIT) {
                let mut sum = turnover.sum;
                turnover.exceeded = documents(day.on)?.into_iter().find_map(|(document, net)| {
                    sum += net;
                    (sum > Decimal::from(LIMIT)).then_some(document)
                });
            }
            turnover.sum += day.net;
        }
        Ok(turnover)
    }

    /// The part of the threshold in per cent.
    pub fn percent(&self) -> Decimal {
        self.sum * Decimal::ONE_HUNDRED / Decimal::from(LIMIT)
    }

    /// Whether the seller should know that the threshold is near, or was exceeded.
    pub fn is_warning(&self) -> bool {
        self.exceeded.is_some() || self.percent() >= Decimal::from(WARN_AT)
    }
}

/// Where a seller stands who goes by the threshold, while its sales are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Headroom {
    /// What was sold this year, in euro.
    pub sum: Decimal,
    /// Whether the threshold was exceeded in this year or the one before.
    pub is_exceeded: bool,
}

impl Headroom {
    /// With a sale of so much more.
    pub fn with(self, net: Decimal) -> Self {
        let sum = self.sum + net;
        Self { sum, is_exceeded: self.is_exceeded || sum > Decimal::from(LIMIT) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(on: u32, net: i64, sold: i64) -> DayTurnover {
        let on = NaiveDate::from_ymd_opt(2026, 1, on).unwrap();
        DayTurnover { on, net: net.into(), sold: sold.into() }
    }

    /// 6 000 + 4 000 is the threshold itself, which is not exceeded; one more is.
    #[test]
    fn the_document_that_exceeds_it() {
        let mut asked = Vec::new();
        let days = [day(1, 6000, 6000), day(2, 4000, 4000), day(3, 2, 2)];
        let found = Turnover::of::<()>(&days, |on| {
            asked.push(on);
            Ok(vec![("first", 1.into()), ("second", 1.into())])
        });
        let found = found.unwrap();
        assert_eq!((found.sum, found.exceeded), (10_002.into(), Some("first")));
        assert_eq!(asked, [days[2].on]);
        let below = Turnover::<()>::of::<()>(&days[..2], |_| Err(())).unwrap();
        assert_eq!((below.percent(), below.exceeded, below.is_warning()), (Decimal::ONE_HUNDRED, None, true));
    }

    /// What is credited does not undo it; within a day the order decides: 9 000 - 3 000 + 3 000 stays below.
    #[test]
    fn credit_notes_make_room_before_but_not_after() {
        let documents = |nets: [i64; 3]| move |_| Ok::<_, ()>(nets.into_iter().map(|net| (net, net.into())).collect());
        let days = [day(1, 9000, 12_000)];
        assert_eq!(Turnover::of(&days, documents([9000, -3000, 3000])).unwrap().exceeded, None);
        assert_eq!(Turnover::of(&days, documents([9000, 3000, -3000])).unwrap().exceeded, Some(3000));
        let days = [day(1, 12_000, 12_000), day(2, -11_000, 0)];
        let found = Turnover::of(&days, documents([6000, 5000, 1000])).unwrap();
        assert_eq!((found.sum, found.exceeded, found.is_warning()), (1000.into(), Some(5000), true));
    }

    /// 8 000 are 80 per cent.
    #[test]
    fn warns_at_four_fifths() {
        for (sold, want) in [(7999, false), (8000, true)] {
            assert_eq!(Turnover::<()>::of::<()>(&[day(1, sold, sold)], |_| Err(())).unwrap().is_warning(), want);
        }
    }

    #[test]
    fn a_sale_takes_what_is_left() {
        let room = Headroom { sum: 9900.into(), is_exceeded: false };
        assert!(!room.with(100.into()).is_exceeded && room.with(101.into()).is_exceeded);
        assert!(room.with(101.into()).with(Decimal::from(-5000)).is_exceeded);
        assert!(Headroom { sum: Decimal::ZERO, is_exceeded: true }.with(1.into()).is_exceeded);
    }
}
