//! What the pipeline refuses, all findings at once, with pointers into the request.

use super::{CouponApplication, PriceRequest};
use crate::{Check, Percent, Rate, Result};
use rust_decimal::Decimal;
use std::collections::HashSet;

/// Refuses mixed currencies, negative quantities and prices, percentages that are no share, and names that do not
/// exist or are not unique.
pub(super) fn check(request: &PriceRequest) -> Result<()> {
    let mut check = Check::new();
    lines(request, &mut check);
    share(&mut check, "/group/guaranteed", request.group.guaranteed);
    if let Some(maximum) = request.group.maximum {
        share(&mut check, "/group/maximum", maximum);
    }
    let mut policies = HashSet::new();
    for (index, policy) in request.tax.policies.iter().enumerate() {
        check.ensure(
            policies.insert(policy.id),
            &format!("/tax/policies/{index}/id"),
            "duplicate",
            "policies once each",
        );
    }
    let mut covered = HashSet::new();
    for (index, coupon) in request.coupons.iter().enumerate() {
        value(request, coupon, &format!("/coupons/{index}/value"), &mut check);
        for (line, key) in coupon.lines.iter().enumerate() {
            let pointer = format!("/coupons/{index}/lines/{line}");
            let known = request.lines.iter().any(|line| line.key == *key);
            check.ensure(known, &pointer, "unknown", "no line has this key");
            check.ensure(covered.insert(key.as_str()), &pointer, "duplicate", "a line has at most one coupon");
        }
    }
    check.done()
}

fn lines(request: &PriceRequest, check: &mut Check) {
    let mut keys = HashSet::new();
    for (index, line) in request.lines.iter().enumerate() {
        let at = |field: &str| format!("/lines/{index}/{field}");
        check.ensure(keys.insert(line.key.as_str()), &at("key"), "duplicate", "keys have to be unique");
        check.ensure(line.quantity.get() >= Decimal::ZERO, &at("quantity"), "negative", "nothing or more");
        check.ensure(line.unit_price.get() >= Decimal::ZERO, &at("unit_price"), "negative", "nothing or more");
        if line.currency != request.currency {
            check.refuse(&at("currency"), "mixed_currency", format!("expected {}", request.currency));
        }
        share(check, &at("offered"), line.offered);
        let known = |id| request.tax.policies.iter().any(|policy| policy.id == id);
        check.ensure(line.tax_policy.is_none_or(known), &at("tax_policy"), "unknown", "no policy has this id");
    }
}

fn value(request: &PriceRequest, coupon: &CouponApplication, pointer: &str, check: &mut Check) {
    match coupon.value {
        Rate::Percent(percent) => share(check, &format!("{pointer}/percent"), percent),
        Rate::Fixed(amount) => {
            check.ensure(!amount.is_negative(), &format!("{pointer}/fixed/amount"), "negative", "nothing or more");
            if amount.currency() != request.currency {
                let pointer = format!("{pointer}/fixed/currency");
                check.refuse(&pointer, "mixed_currency", format!("expected {}", request.currency));
            }
        }
    }
}

fn share(check: &mut Check, pointer: &str, percent: Percent) {
    check.ensure(percent.is_share(), pointer, "out_of_range", "from 0 to 100");
}
