//! What is granted for so many cycles (PRO-01, PRO-02): which lines got it, and for how many cycles it is to be had again
//! because their lines are gone or their time is charged anew.

use crate::problem::Result;
use crate::quotes::{TraceRule, TraceStep};
use crate::schedule::{Cycle, Period, Share};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// What a line got. Its trace says it: the amount does not, because of the rules of the client's group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Granted {
    /// A coupon.
    pub coupon: bool,
    /// A discount.
    pub discount: bool,
}

impl Granted {
    /// Reads it from the steps of a line.
    pub fn of(trace: &[TraceStep]) -> Self {
        let offers = |step: &TraceStep| {
            let percent = step.inputs.get("offered").and_then(|text| text.parse::<Decimal>().ok());
            step.rule == TraceRule::PercentDiscount && percent.is_some_and(|percent| !percent.is_zero())
        };
        Self {
            coupon: trace.iter().any(|step| step.inputs.contains_key("coupon_id")),
            discount: trace.iter().any(offers),
        }
    }
}

/// What a coupon of a fixed amount took off a line that stays charged, in the prices of the store: with or without tax.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FixedPart {
    /// What the line pays for.
    pub period: Period,
    /// The day from which on it was given back, if its item ended.
    pub until: Option<NaiveDate>,
    /// What was taken off.
    pub amount: Decimal,
}

impl FixedPart {
    /// Reads it from the steps of a line, if a fixed coupon was on it.
    pub fn of(period: Period, until: Option<NaiveDate>, trace: &[TraceStep]) -> Option<Self> {
        let step = trace.iter().find(|step| step.rule == TraceRule::FixedCoupon)?;
        let amount = step.inputs.get("share")?.parse().ok()?;
        Some(Self { period, until, amount })
    }

    /// How much of it is for some days.
    ///
    /// # Errors
    /// Amounts beyond reason.
    pub fn within(&self, days: Period) -> Result<Decimal> {
        let to = self.until.map_or(self.period.to, |until| until.min(self.period.to));
        let common = self.period.within(days).within(Period { from: self.period.from, to });
        Ok(Share::of_period(common, self.period).apply(self.amount)?)
    }
}

/// For how many cycles more coupon and discount are to be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CyclesAgain {
    /// The coupon.
    pub coupon: u32,
    /// The discount.
    pub discount: u32,
}

/// Counts the cycles in which lines begin that got something: each of them once, however many lines it has.
///
/// # Errors
/// A cycle that leads out of the calendar.
pub fn cycles_again(cycle: Cycle, anchor: NaiveDate, lines: &[(NaiveDate, Granted)]) -> Result<CyclesAgain> {
    let (mut coupon, mut discount) = (BTreeSet::new(), BTreeSet::new());
    for (from, granted) in lines {
        let n = cycle.index_at(anchor, *from)?;
        coupon.extend(granted.coupon.then_some(n));
        discount.extend(granted.discount.then_some(n));
    }
    let count = |cycles: BTreeSet<i32>| u32::try_from(cycles.len()).unwrap_or(u32::MAX);
    Ok(CyclesAgain { coupon: count(coupon), discount: count(discount) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Money;
    use crate::schedule::testing::day;

    fn percent(offered: i64, coupon: i64) -> TraceStep {
        let inputs = [("offered", offered.into()), ("coupon", coupon.into()), ("guaranteed", 5.into())];
        TraceStep::new(TraceRule::PercentDiscount, &inputs, Money::from_minor(950, "EUR".parse().unwrap()))
    }

    #[test]
    fn a_line_says_what_it_got() {
        let got = |trace: &[TraceStep]| (Granted::of(trace).coupon, Granted::of(trace).discount);
        assert_eq!(got(&[]), (false, false));
        // what the client's group guarantees was not granted for so many cycles
        assert_eq!(got(&[percent(0, 0)]), (false, false));
        assert_eq!(got(&[percent(10, 0)]), (false, true));
        assert_eq!(got(&[percent(10, 3).with("coupon_id", "cou_1")]), (true, true));
        let fixed = TraceStep { rule: TraceRule::FixedCoupon, ..percent(0, 3) };
        assert_eq!(got(&[percent(0, 0), fixed.with("coupon_id", "cou_1")]), (true, false));
    }

    /// Plan and add-on of May, the plan of June and half of it again: two cycles of the coupon, one of the discount.
    #[test]
    fn each_cycle_counts_once() {
        let (both, coupon) = (Granted { coupon: true, discount: true }, Granted { coupon: true, discount: false });
        let lines = [("2027-05-01", both), ("2027-05-01", both), ("2027-06-01", coupon), ("2027-06-15", coupon)];
        let lines = lines.map(|(from, granted)| (day(from), granted));
        let again = cycles_again("1-month".parse().unwrap(), day("2027-05-01"), &lines).unwrap();
        assert_eq!(again, CyclesAgain { coupon: 2, discount: 1 });
    }
}
