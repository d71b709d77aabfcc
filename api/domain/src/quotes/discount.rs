//! From quantity × unit price × share of the cycle to what is left after percentages and fixed coupons.

use super::tax::Taxed;
use super::{CartLine, CouponApplication, LineKind, PriceRequest, TraceRule, TraceStep};
use crate::coupons::effective_percent;
use crate::money::MoneyError;
use crate::schedule::Share;
use crate::{Money, Percent, Problem, Rate, Result};
use rust_decimal::Decimal;

/// A line under way. Amounts are in the terms of the prices, with or without tax.
pub(super) struct Draft<'a> {
    /// Its place in the request.
    pub index: usize,
    pub line: &'a CartLine,
    /// Quantity × unit price × share.
    pub listed: Money,
    /// What would be left without the coupon.
    pub uncouponed: Money,
    /// What is left.
    pub rest: Money,
    /// What it comes to, once the taxes of its policy are known.
    pub taxed: Option<Taxed>,
    pub trace: Vec<TraceStep>,
}

impl Draft<'_> {
    /// The order in which lines share an amount. It depends on the amounts alone, so the cent of a tie falls on a line
    /// of the same policy and price in whatever order the lines came; the stable sort leaves equal lines in theirs.
    pub fn rank(&self) -> impl Ord + use<> {
        (self.line.tax_policy, self.rest.minor(), self.listed.minor(), self.uncouponed.minor())
    }
}

/// Takes percentages off each line, then spreads the fixed coupons.
pub(super) fn reduce(request: &PriceRequest) -> Result<Vec<Draft<'_>>> {
    let mut lines = Vec::with_capacity(request.lines.len());
    for (index, line) in request.lines.iter().enumerate() {
        let too_much = |error: MoneyError| Problem::field(format!("/lines/{index}"), "overflow", error.to_string());
        lines.push(after_percent(request, index, line).map_err(too_much)?);
    }
    for coupon in &request.coupons {
        if let Rate::Fixed(amount) = coupon.value {
            spread(coupon, amount, &mut lines)?;
        }
    }
    Ok(lines)
}

fn after_percent<'a>(request: &PriceRequest, index: usize, line: &'a CartLine) -> Result<Draft<'a>, MoneyError> {
    let (quantity, unit_price) = (line.quantity.get(), line.unit_price.get());
    let exact = quantity.checked_mul(unit_price).ok_or(MoneyError::Overflow)?;
    let listed = Money::round(line.share.apply(exact)?, request.currency)?;
    let mut inputs = vec![("quantity", quantity), ("unit_price", unit_price)];
    inputs.extend(days(line.share));
    let mut trace = vec![TraceStep::new(TraceRule::Listed, &inputs, listed)];
    if !line.discountable {
        return Ok(Draft { index, line, listed, uncouponed: listed, rest: listed, taxed: None, trace });
    }
    let coupon = request.coupons.iter().find(|coupon| coupon.lines.contains(&line.key));
    let by_coupon = coupon.map(|coupon| coupon.percent_on(line.kind)).unwrap_or_default();
    let both = Percent::new(line.offered.get() + by_coupon.get()).unwrap_or(Percent::hundred());
    let (maximum, guaranteed) = (request.group.maximum, request.group.guaranteed);
    let effective = effective_percent(both, maximum, guaranteed);
    let less = |percent: Percent| {
        // multiplied first, divided last, rounded once
        Money::round(line.share.apply(exact * (Decimal::ONE - percent.fraction()))?, request.currency)
    };
    let uncouponed = less(effective_percent(line.offered, maximum, guaranteed))?;
    let rest = less(effective)?;
    if !both.get().is_zero() || !guaranteed.get().is_zero() {
        let mut inputs = vec![
            ("value", exact),
            ("offered", line.offered.get()),
            ("coupon", by_coupon.get()),
            ("guaranteed", guaranteed.get()),
            ("maximum", maximum.unwrap_or(Percent::hundred()).get()),
            ("effective", effective.get()),
        ];
        inputs.extend(days(line.share));
        let step = TraceStep::new(TraceRule::PercentDiscount, &inputs, rest);
        trace.push(match coupon.filter(|_| !by_coupon.get().is_zero()) {
            Some(coupon) => step.with("coupon_id", coupon.coupon),
            None => step,
        });
    }
    Ok(Draft { index, line, listed, uncouponed, rest, taxed: None, trace })
}

/// What a step says of a part of a cycle.
fn days(share: Share) -> Vec<(&'static str, Decimal)> {
    if share.is_whole() { Vec::new() } else { vec![("days", share.days().into()), ("of", share.of().into())] }
}

/// Takes a fixed coupon off its lines in proportion to what is left of them, and at most all of it.
fn spread(coupon: &CouponApplication, amount: Money, lines: &mut [Draft<'_>]) -> Result<()> {
    let touched = |draft: &&mut Draft<'_>| {
        draft.line.discountable && !draft.rest.is_zero() && coupon.lines.contains(&draft.line.key)
    };
    let mut touched: Vec<_> = lines.iter_mut().filter(touched).collect();
    touched.sort_by_key(|draft| draft.rank());
    let base = Money::sum(amount.currency(), touched.iter().map(|draft| draft.rest))?;
    if base.is_zero() {
        return Ok(());
    }
    let taken = if amount.minor() < base.minor() { amount } else { base };
    let weights: Vec<_> = touched.iter().map(|draft| draft.rest.decimal()).collect();
    for (draft, share) in touched.into_iter().zip(taken.split(&weights)?) {
        let before = draft.rest;
        draft.rest = before.minus(share)?;
        let inputs = [("value", before), ("coupon", taken), ("base", base), ("share", share)];
        let inputs = inputs.map(|(name, amount)| (name, amount.decimal()));
        let step = TraceStep::new(TraceRule::FixedCoupon, &inputs, draft.rest);
        draft.trace.push(step.with("coupon_id", coupon.coupon));
    }
    Ok(())
}

impl CouponApplication {
    /// The percentage it offers on a line of this kind.
    fn percent_on(&self, kind: LineKind) -> Percent {
        match self.value {
            _ if self.free_setup && kind == LineKind::Setup => Percent::hundred(),
            Rate::Percent(percent) => percent,
            Rate::Fixed(_) => Percent::default(),
        }
    }
}
