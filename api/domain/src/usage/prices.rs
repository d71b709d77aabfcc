//! The price of a unit above the limit (CAT-06).

use crate::hosting::MOST;
use crate::plans::PlanType;
use crate::{Check, UnitPrice};

/// Notes what is wrong with a price for overuse of a plan.
pub fn check_overuse_price(check: &mut Check, plan: PlanType, unit_size: u64, unit_price: UnitPrice) {
    check.ensure(plan.has_hosting_properties(), "/resource", "not_here", "only hosting has limits to go beyond");
    check.ensure((1..=MOST).contains(&unit_size), "/unit_size", "out_of_range", "at least one byte");
    check.ensure(
        !unit_price.get().is_sign_negative(),
        "/unit_price",
        "negative",
        "not below zero; zero ends the charge",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_place_is_named() {
        let faults = |plan, size, price: &str| {
            let mut check = Check::new();
            check_overuse_price(&mut check, plan, size, price.parse().unwrap());
            let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
            fields.into_iter().map(|field| field.pointer).collect::<Vec<_>>()
        };
        assert_eq!(faults(PlanType::Hosting, 1, "0"), [""; 0]);
        assert_eq!(faults(PlanType::Domain, 0, "-0.01"), ["/resource", "/unit_size", "/unit_price"]);
        assert_eq!(faults(PlanType::ResellerHosting, MOST + 1, "1"), ["/unit_size"]);
    }
}
