//! What a renewal costs: lines that are due (see [`super::due`]) become a price request, with the coupons that are
//! still on their subscriptions.

use super::due::{DueInvoice, DueKind, DueLine, LineKey, Subscription};
use super::granted::FixedPart;
use crate::coupons::{Coupon, GroupDiscount};
use crate::discounts::{Discount, PlanCycle};
use crate::orders::first_invoice::{describe, line_kind};
use crate::plans::PlanType;
use crate::problem::Result;
use crate::quotes::{CartLine, CouponApplication, Description, PriceBasis, PriceRequest, Priced, TaxFacts};
use crate::{Money, PlanId, Rate, SubscriptionId, SubscriptionItemId, TaxPolicyId};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What an invoice says about a subscription, beyond days and prices.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The domain name, or the plan's name.
    pub name: String,
    /// Its plans, each from the day on which it is charged: coupons and discounts are for some plans only.
    pub plans: BTreeMap<NaiveDate, PlanId>,
    /// What kind of plan it is.
    pub kind: PlanType,
    /// The coupon it was ordered with.
    pub coupon: Option<Coupon>,
    /// For so many cycles more; for ever if absent.
    pub coupon_cycles: Option<u32>,
    /// What the coupon, if it is a fixed amount, took off lines that stay charged.
    pub fixed_parts: Vec<FixedPart>,
    /// The discount it was ordered with.
    pub discount: Option<Discount>,
    /// For so many cycles more; for ever if absent.
    pub discount_cycles: Option<u32>,
    /// What each item is called and how it is taxed.
    pub items: BTreeMap<SubscriptionItemId, ItemTerms>,
}

impl Terms {
    /// The plan that is charged on a day, whenever that is asked: a change that waits says already what holds then.
    fn plan_on(&self, day: NaiveDate) -> Option<PlanId> {
        let begun = self.plans.range(..=day).next_back();
        begun.or_else(|| self.plans.first_key_value()).map(|(_, plan)| *plan)
    }
}

/// What an invoice says about an item.
#[derive(Clone, Debug)]
pub struct ItemTerms {
    /// For people.
    pub description: String,
    /// How it is taxed; not at all if absent.
    pub tax_policy: Option<TaxPolicyId>,
}

/// The lines that a subscription's coupon and discount cover, and for how many cycles these are there afterwards.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Covered {
    /// Keys of lines that the coupon covers, and the cycle each belongs to.
    pub lines: BTreeMap<LineKey, i32>,
    /// What is left of [`Terms::coupon_cycles`].
    pub cycles_left: Option<u32>,
    /// Keys of lines that the discount covers.
    pub discounted: BTreeSet<LineKey>,
    /// What is left of [`Terms::discount_cycles`].
    pub discount_cycles_left: Option<u32>,
    /// What a fixed coupon took off lines that are priced now, besides [`Terms::fixed_parts`].
    pub fixed_parts: Vec<FixedPart>,
}

/// Lets later invoices know what a fixed coupon took off this one, whose lines were priced.
pub fn remember(covered: &mut BTreeMap<SubscriptionId, Covered>, invoice: &DueInvoice, priced: &Priced) {
    for line in invoice.lines.iter().filter(|line| !matches!(line.kind, DueKind::Setup | DueKind::Fee)) {
        let Some(covered) = covered.get_mut(&line.subscription).filter(|covered| !covered.lines.is_empty()) else {
            continue;
        };
        let key = key(line);
        let trace = priced.lines.iter().find(|priced| priced.key == key).map(|priced| priced.trace.as_slice());
        covered.fixed_parts.extend(trace.and_then(|trace| FixedPart::of(line.period, None, trace)));
    }
}

/// Spreads what is left of coupon and discount over the cycles that begin with these lines, the earliest first. A line for
/// a cycle that has begun to be billed already shares what that cycle has without using up another.
pub fn covered(of: &Subscription, terms: &Terms, lines: &[&DueLine]) -> Result<Covered> {
    let mut cycles = BTreeMap::new();
    for line in lines {
        cycles.insert(line.key(), of.cycle.index_at(of.anchor, line.period.from)?);
    }
    let billed = of.cycle.index_at(of.anchor, of.billed_through)?;
    let mut covered =
        Covered { cycles_left: terms.coupon_cycles, discount_cycles_left: terms.discount_cycles, ..Covered::default() };
    let those = |covers: &dyn Fn(Option<PlanId>) -> bool| {
        let lines = cycles.iter().filter(|((.., from), _)| covers(terms.plan_on(*from)));
        lines.map(|(key, cycle)| (*key, *cycle)).collect::<BTreeMap<_, _>>()
    };
    if let Some(coupon) = &terms.coupon {
        let lines = those(&|plan| coupon.covers(plan));
        (covered.lines, covered.cycles_left) = lasting(&lines, billed, terms.coupon_cycles);
    }
    if let Some(discount) = &terms.discount {
        let of_plan = |plan_id| discount.covers(PlanCycle { plan_id, cycle: of.cycle });
        let (lines, left) = lasting(&those(&|plan| plan.is_some_and(of_plan)), billed, terms.discount_cycles);
        (covered.discounted, covered.discount_cycles_left) = (lines.into_keys().collect(), left);
    }
    Ok(covered)
}

/// The lines of the cycles that are still within so many, and how many are left then.
fn lasting(cycles: &BTreeMap<LineKey, i32>, billed: i32, left: Option<u32>) -> (BTreeMap<LineKey, i32>, Option<u32>) {
    let new: BTreeSet<i32> = cycles.values().copied().filter(|cycle| *cycle >= billed).collect();
    let (last, left) = match left {
        None => (Some(i32::MAX), None),
        Some(0) => (None, Some(0)),
        Some(left) => {
            let used = new.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let last = new.iter().nth(used.saturating_sub(1)).copied().unwrap_or(billed);
            (Some(last), Some(left - u32::try_from(used).unwrap_or(left)))
        }
    };
    let within = cycles.iter().filter(|(_, cycle)| last.is_some_and(|last| **cycle <= last));
    (within.map(|(key, cycle)| (*key, *cycle)).collect(), left)
}

/// The name of a line in the price request.
pub fn key(line: &DueLine) -> String {
    format!("{}.{}.{}", line.item, line.kind, line.period.from)
}

/// Everything that the amounts of an invoice depend on.
pub fn price_request(
    invoice: &DueInvoice,
    terms: &BTreeMap<SubscriptionId, Terms>,
    covered: &BTreeMap<SubscriptionId, Covered>,
    prices: PriceBasis,
    group: GroupDiscount,
    tax: TaxFacts,
) -> Result<PriceRequest> {
    let lines = invoice.lines.iter().filter_map(|line| Some((line, terms.get(&line.subscription)?)));
    let lines = lines.map(|(line, terms)| cart_line(invoice, line, terms, covered.get(&line.subscription)));
    Ok(PriceRequest {
        currency: invoice.currency,
        prices,
        lines: lines.collect(),
        group,
        coupons: applications(invoice, terms, covered)?,
        tax,
    })
}

fn cart_line(invoice: &DueInvoice, line: &DueLine, terms: &Terms, covered: Option<&Covered>) -> CartLine {
    let discounted = covered.is_some_and(|covered| covered.discounted.contains(&line.key()));
    let item = terms.items.get(&line.item);
    let what = item.map_or("", |item| &item.description);
    CartLine {
        key: key(line),
        kind: line_kind(terms.kind, line.kind),
        description: Description::Text(describe(&terms.name, what, line.period)),
        quantity: line.quantity,
        unit_price: line.unit_price,
        share: line.share,
        currency: invoice.currency,
        tax_policy: item.and_then(|item| item.tax_policy),
        discountable: line.kind != DueKind::Fee,
        offered: terms.discount.as_ref().filter(|_| discounted).map(|discount| discount.percent).unwrap_or_default(),
    }
}

/// A percentage touches each line by itself. A fixed amount is taken off once for each cycle of each subscription; where
/// only a part of a cycle is charged, as after a change in the middle of it, it is that part of the amount, less what other
/// lines had of it for these days.
fn applications(
    invoice: &DueInvoice,
    terms: &BTreeMap<SubscriptionId, Terms>,
    covered: &BTreeMap<SubscriptionId, Covered>,
) -> Result<Vec<CouponApplication>> {
    let mut by_cycle: BTreeMap<(SubscriptionId, i32), Vec<&DueLine>> = BTreeMap::new();
    for line in &invoice.lines {
        if let Some(cycle) = covered.get(&line.subscription).and_then(|covered| covered.lines.get(&line.key())) {
            by_cycle.entry((line.subscription, *cycle)).or_default().push(line);
        }
    }
    let applied = by_cycle.into_iter().filter_map(|((subscription, _), lines)| {
        let (terms, covered) = (terms.get(&subscription)?, covered.get(&subscription)?);
        let had: Vec<_> = terms.fixed_parts.iter().chain(&covered.fixed_parts).collect();
        Some((terms.coupon.as_ref()?, had, lines))
    });
    let application = |(coupon, had, lines): (&Coupon, Vec<&FixedPart>, Vec<&DueLine>)| {
        Ok(CouponApplication {
            coupon: coupon.id,
            value: part_of_cycle(coupon.value, &lines, &had)?,
            free_setup: coupon.free_setup,
            lines: lines.into_iter().map(key).collect(),
        })
    };
    applied.map(application).collect()
}

/// A fixed amount for the longest part of the cycle that is charged.
fn part_of_cycle(value: Rate, lines: &[&DueLine], had: &[&FixedPart]) -> Result<Rate> {
    let Rate::Fixed(amount) = value else { return Ok(value) };
    let periods = lines.iter().filter(|line| !matches!(line.kind, DueKind::Setup | DueKind::Fee));
    let Some(longest) = periods.max_by_key(|line| line.share.days()) else { return Ok(value) };
    let mut part = longest.share.apply(amount.decimal())?;
    for had in had {
        part -= had.within(longest.period)?;
    }
    Ok(Rate::Fixed(Money::round(part.max(Decimal::ZERO), amount.currency())?))
}

/// What a line of an invoice was derived as, if it was derived from an item.
pub fn due_kind(kind: crate::quotes::LineKind) -> Option<DueKind> {
    use crate::quotes::LineKind::*;
    match kind {
        Setup => Some(DueKind::Setup),
        Recurring | Domain | Certificate => Some(DueKind::Recurring),
        AddOn => Some(DueKind::AddOn),
        Fee => Some(DueKind::Fee),
        Overuse | Proration | OneOff => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::invoices::due::{Horizon, Item, ItemKind, Snapshot, due};
    use crate::quotes::{LineKind, price};
    use crate::schedule::testing::day;
    use crate::taxes::Place;

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(uuid::Uuid::from_u128(number))
    }

    /// 10.00 a month, anchored on 31 January, billed through the first month.
    fn subscription() -> Subscription {
        let item = |number, kind, price: &str| Item {
            id: id(number),
            kind,
            unit_price: price.parse().unwrap(),
            setup_fee: "0".parse().unwrap(),
            change_fee: "0".parse().unwrap(),
            quantity: "1".parse().unwrap(),
            from: day("2027-01-31"),
            to: None,
            known_on: day("2027-01-31"),
        };
        Subscription {
            id: id(1),
            client: id(1),
            currency: "EUR".parse().unwrap(),
            invoiced: true,
            anchor: day("2027-01-31"),
            cycle: "1-month".parse().unwrap(),
            lead_days: 10,
            cycle_limit: None,
            trial_until: None,
            ends_on: None,
            billed_through: day("2027-02-28"),
            items: vec![item(1, ItemKind::Plan, "10"), item(2, ItemKind::AddOn, "2.50")],
            holds: Vec::new(),
        }
    }

    fn terms(value: &str, coupon_cycles: Option<u32>) -> Terms {
        let value = if value.ends_with('%') {
            Rate::Percent(value.trim_end_matches('%').parse().unwrap())
        } else {
            Rate::Fixed(Money::parse(value, "EUR".parse().unwrap()).unwrap())
        };
        let coupon = Coupon {
            id: id(9),
            code: None,
            value,
            stores: Vec::new(),
            plans: Vec::new(),
            valid_from: None,
            valid_to: None,
            max_uses: None,
            max_uses_per_client: None,
            cycles: None,
            free_setup: false,
        };
        let named = |name: &str| ItemTerms { description: name.into(), tax_policy: None };
        Terms {
            name: "example.com".into(),
            plans: BTreeMap::new(),
            kind: PlanType::Hosting,
            coupon: Some(coupon),
            coupon_cycles,
            fixed_parts: Vec::new(),
            discount: None,
            discount_cycles: None,
            items: BTreeMap::from([(id(1), named("Web S")), (id(2), named("Backups"))]),
        }
    }

    /// The nets of the invoices that a run of this day makes, and how long the coupon stays.
    fn nets(value: &str, cycles: Option<u32>, as_of: &str) -> (Vec<String>, Option<u32>) {
        let (nets, covered) = billed(terms(value, cycles), as_of);
        (nets, covered.cycles_left)
    }

    fn billed(terms: Terms, as_of: &str) -> (Vec<String>, Covered) {
        let of = subscription();
        let snapshot = Snapshot { subscriptions: vec![of.clone()], ..Snapshot::default() };
        let found = due(&snapshot, Horizon::AsOf(day(as_of))).unwrap();
        let lines: Vec<_> = found.invoices.iter().flat_map(|invoice| &invoice.lines).collect();
        let covered = covered(&of, &terms, &lines).unwrap();
        let left = covered.clone();
        let (terms, covered) = (BTreeMap::from([(of.id, terms)]), BTreeMap::from([(of.id, covered)]));
        let place = Place { country: "FR".parse().unwrap(), state: None, city: None, county: None };
        let tax = TaxFacts { policies: Vec::new(), place, date: day(as_of), note: None, private_sale: None };
        let one = |invoice: &DueInvoice| {
            let request =
                price_request(invoice, &terms, &covered, PriceBasis::Net, GroupDiscount::default(), tax.clone());
            price(&request.unwrap()).unwrap().totals.net.decimal().to_string()
        };
        (found.invoices.iter().map(one).collect(), left)
    }

    /// Three renewals of 12.50 (28 February, 31 March, 30 April), ten days ahead: 18 February, 21 March, 20 April.
    #[test]
    fn a_coupon_lasts_as_long_as_it_was_promised() {
        // two cycles at 20 % off: 12.50 − 2.00 − 0.50 = 10.00, then the whole price
        assert_eq!(nets("20%", Some(2), "2027-04-20"), (vec!["10.00".into(), "10.00".into(), "12.50".into()], Some(0)));
        assert_eq!(nets("20%", Some(5), "2027-03-21"), (vec!["10.00".into(), "10.00".into()], Some(3)));
        assert_eq!(nets("20%", None, "2027-03-21"), (vec!["10.00".into(), "10.00".into()], None));
        assert_eq!(nets("20%", Some(0), "2027-02-18"), (vec!["12.50".into()], Some(0)));
    }

    /// 5.00 off once a cycle, not once a line: 12.50 − 5.00.
    #[test]
    fn a_fixed_coupon_is_taken_off_once_a_cycle() {
        assert_eq!(nets("5", Some(2), "2027-03-21"), (vec!["7.50".into(), "7.50".into()], Some(0)));
    }

    /// 12.50 a month; 10 % for two cycles more takes 1.00 and 0.25 off, then nothing. With a coupon of 20 % that ends a
    /// cycle earlier the two add up: 30 % of 12.50 is 3.75.
    #[test]
    fn a_discount_lasts_as_long_as_it_was_promised() {
        let month = |plan| PlanCycle { plan_id: id(plan), cycle: "1-month".parse().unwrap() };
        let discount = Discount {
            id: id(5),
            percent: "10".parse().unwrap(),
            plans: vec![month(7)],
            valid_from: None,
            valid_to: None,
            cycles: None,
            property: None,
        };
        let on_plan = |terms: Terms, plan, discount_cycles| Terms {
            plans: BTreeMap::from([(day("2027-01-31"), id(plan))]),
            discount: Some(discount.clone()),
            discount_cycles,
            ..terms
        };
        let discounted = |terms, cycles| on_plan(terms, 7, cycles);
        let plain = || Terms { coupon: None, ..terms("0", None) };
        // another plan from 31 March on has no part in it, whether the run comes before that day or after
        let mut changes = discounted(plain(), None);
        changes.plans.insert(day("2027-03-31"), id(8));
        for (as_of, want) in [("2027-03-21", &["11.25", "12.50"][..]), ("2027-04-20", &["11.25", "12.50", "12.50"])] {
            assert_eq!(billed(changes.clone(), as_of).0, want);
        }
        let (nets, covered) = billed(discounted(plain(), Some(2)), "2027-04-20");
        assert_eq!(
            (nets, covered.discount_cycles_left),
            (vec!["11.25".into(), "11.25".into(), "12.50".into()], Some(0))
        );
        let (nets, covered) = billed(discounted(plain(), None), "2027-03-21");
        assert_eq!((nets, covered.discount_cycles_left), (vec!["11.25".into(), "11.25".into()], None));
        let (nets, covered) = billed(discounted(terms("20%", Some(1)), Some(2)), "2027-04-20");
        assert_eq!(nets, ["8.75", "11.25", "12.50"]);
        assert_eq!((covered.cycles_left, covered.discount_cycles_left), (Some(0), Some(0)));
        // on another plan it takes nothing off, and is not used up
        let (nets, covered) = billed(on_plan(plain(), 8, Some(2)), "2027-02-18");
        assert_eq!((nets, covered.discount_cycles_left), (vec!["12.50".into()], Some(2)));
    }

    #[test]
    fn derived_lines_are_recognised() {
        assert_eq!(due_kind(LineKind::Domain), Some(DueKind::Recurring));
        assert_eq!(due_kind(LineKind::Overuse), None);
        for plan in [PlanType::Hosting, PlanType::Domain, PlanType::Certificate, PlanType::Generic] {
            for &kind in DueKind::ALL {
                assert_eq!(due_kind(line_kind(plan, kind)), Some(kind));
            }
        }
    }
}
