//! What an order costs now: the first periods of its contracts, derived by the same code as every renewal and priced by
//! the same pipeline as every invoice.

use super::trial::past_trial;
use super::{Contract, Lasts};
use crate::coupons::{Coupon, GroupDiscount};
use crate::invoices::due::{Due, DueKind, DueLine, Horizon, Item, Snapshot, Subscription, due};
use crate::plans::PlanType;
use crate::quotes::{CartLine, CouponApplication, Description, LineKind, PriceBasis, PriceRequest, TaxFacts};
use crate::schedule::{BillingRule, Period, Start};
use crate::{ClientId, Currency, Problem, Result, SubscriptionId, SubscriptionItemId, UnitPrice};
use chrono::{Days, NaiveDate};

/// The ids that a contract's subscription and items have, or will have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContractIds {
    pub subscription: SubscriptionId,
    /// In the order of the contract's items.
    pub items: Vec<SubscriptionItemId>,
}

/// A contract with its dates, as the billing run will see it.
#[derive(Clone, Debug)]
pub struct Dated {
    pub subscription: Subscription,
    pub start: Start,
    /// When free days end that are to come: nothing is due before.
    pub trial_ends_on: Option<NaiveDate>,
}

/// Whose a contract is, and from when.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    pub client: ClientId,
    pub currency: Currency,
    /// The day it was agreed on: nothing can have been invoiced before.
    pub today: NaiveDate,
    /// The day it was agreed for, mostly the same.
    pub starts_on: NaiveDate,
}

/// Gives a contract its dates and ids.
pub fn dated(contract: &Contract, ids: &ContractIds, signed: Signed, rule: &BillingRule) -> Result<Dated> {
    let start = rule.start(signed.starts_on, contract.cycle, contract.prorates)?;
    let subscription = subscription(contract, ids, signed, start);
    let trial_ends_on = subscription.trial_until.filter(|until| *until > signed.today);
    Ok(Dated { subscription, start, trial_ends_on })
}

/// A contract that someone has served and billed up to a day: periods are counted from its anchor and what lies before
/// the renewal is not charged again (SUB-01).
pub fn imported(
    contract: &Contract,
    ids: &ContractIds,
    signed: Signed,
    anchor: NaiveDate,
    renews_on: NaiveDate,
) -> Result<Dated> {
    let n = contract.cycle.index_at(anchor, renews_on)?;
    if contract.cycle.start(anchor, n)? != renews_on {
        let detail = "no cycle that is counted from anchor_on begins on next_renewal_on";
        return Err(Problem::field("/anchor_on", "out_of_step", detail));
    }
    if signed.starts_on > renews_on {
        return Err(Problem::field("/starts_on", "out_of_range", "not after next_renewal_on"));
    }
    let start = Start { anchor, first: Period { from: signed.starts_on, to: renews_on } };
    let mut subscription = subscription(contract, ids, signed, start);
    subscription.billed_through = renews_on;
    subscription.trial_until = None;
    Ok(Dated { subscription, start, trial_ends_on: None })
}

fn subscription(contract: &Contract, ids: &ContractIds, signed: Signed, start: Start) -> Subscription {
    let begins = start.first.from;
    let trial_until =
        (contract.trial_days > 0).then(|| begins.checked_add_days(Days::new(contract.trial_days.into()))).flatten();
    let days = |lasts: Lasts| match lasts {
        Lasts::Always => (begins, None),
        Lasts::First => (begins, Some(start.first.to)),
        Lasts::Later => (start.first.to, None),
    };
    let items = contract.items.iter().zip(&ids.items).map(|(item, id)| Item {
        id: *id,
        kind: item.kind,
        unit_price: item.unit_price,
        setup_fee: item.setup_fee,
        change_fee: UnitPrice::default(),
        quantity: item.quantity,
        from: days(item.lasts).0,
        to: days(item.lasts).1,
        known_on: signed.today,
    });
    Subscription {
        id: ids.subscription,
        client: signed.client,
        currency: signed.currency,
        invoiced: true,
        anchor: start.anchor,
        cycle: contract.cycle,
        lead_days: contract.lead_days,
        cycle_limit: contract.cycle_limit,
        trial_until,
        ends_on: None,
        billed_through: begins,
        items: items.collect(),
        holds: Vec::new(),
    }
}

/// A line of the first invoice, and which item of which contract it charges.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FirstLine {
    pub contract: usize,
    pub item: usize,
    pub line: DueLine,
}

impl FirstLine {
    /// The name of the line in the price request: the same whatever ids the items have.
    pub fn key(&self) -> String {
        format!("{}.{}.{}.{}", self.contract, self.item, self.line.kind, self.line.period.from)
    }
}

/// The lines of the first invoice of each contract, in the order of the cart, and where each subscription stands then. A
/// contract with free days has none yet.
pub fn first_lines(dated: &[Dated]) -> Result<(Vec<FirstLine>, Vec<Due>)> {
    let (mut lines, mut derived) = (Vec::new(), Vec::new());
    for (contract, one) in dated.iter().enumerate() {
        let snapshot = Snapshot { subscriptions: vec![one.subscription.clone()], ..Snapshot::default() };
        let horizon = one.trial_ends_on.map_or(one.start.first.to, |ends| ends.min(one.start.first.to));
        let found = due(&snapshot, Horizon::Before(horizon))?;
        for line in found.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let item = one.subscription.items.iter().position(|item| item.id == line.item).unwrap_or_default();
            lines.push(FirstLine { contract, item, line: line.clone() });
        }
        derived.push(found);
    }
    Ok((lines, derived))
}

/// The lines of the period that follows the first invoice of each contract, or what is due when its free days are over: what
/// is charged again.
pub fn next_lines(dated: &[Dated], derived: &[Due]) -> Result<Vec<FirstLine>> {
    let mut lines = Vec::new();
    for (contract, (one, before)) in dated.iter().zip(derived).enumerate() {
        let paid = past_trial(one, before)?.map(|(_, paid)| paid);
        let Some(progress) = paid.as_ref().unwrap_or(before).progress.first() else { continue };
        let (billed_through, subscription) = (progress.billed_through, &one.subscription);
        let index = subscription.cycle.index_at(subscription.anchor, billed_through)?;
        let end = subscription.cycle.period(subscription.anchor, index)?.to;
        let then = Subscription { billed_through, ..subscription.clone() };
        let snapshot = Snapshot { subscriptions: vec![then], ..Snapshot::default() };
        let found = due(&snapshot, Horizon::Before(end))?;
        for line in found.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let item = subscription.items.iter().position(|item| item.id == line.item).unwrap_or_default();
            lines.push(FirstLine { contract, item, line: line.clone() });
        }
    }
    Ok(lines)
}

/// Everything that amounts of the first invoice depend on.
pub fn price_request(
    contracts: &[Contract],
    lines: &[FirstLine],
    currency: Currency,
    prices: PriceBasis,
    coupons: &[Coupon],
    group: GroupDiscount,
    tax: TaxFacts,
) -> PriceRequest {
    let applications = coupons.iter().map(|coupon| {
        let covered =
            |line: &&FirstLine| contracts.get(line.contract).is_some_and(|contract| coupon.covers(Some(contract.plan)));
        let keys = lines.iter().filter(covered).map(FirstLine::key).collect();
        CouponApplication { coupon: coupon.id, value: coupon.value, free_setup: coupon.free_setup, lines: keys }
    });
    let cart = lines.iter().filter_map(|line| {
        let contract = contracts.get(line.contract)?;
        Some((contract, contract.items.get(line.item)?, line))
    });
    let cart = cart.map(|(contract, item, line)| CartLine {
        key: line.key(),
        kind: line_kind(contract.kind, line.line.kind),
        description: Description::Text(describe(&contract.name, &item.description, line.line.period)),
        quantity: line.line.quantity,
        unit_price: line.line.unit_price,
        share: line.line.share,
        currency,
        tax_policy: item.tax_policy,
        discountable: true,
        offered: contract.discount.as_ref().map(|discount| discount.percent).unwrap_or_default(),
    });
    PriceRequest { currency, prices, lines: cart.collect(), group, coupons: applications.collect(), tax }
}

/// What a derived line is called on an invoice.
pub fn line_kind(plan: PlanType, kind: DueKind) -> LineKind {
    match (kind, plan) {
        (DueKind::Setup, _) => LineKind::Setup,
        (DueKind::Fee, _) => LineKind::Fee,
        (DueKind::AddOn, _) => LineKind::AddOn,
        (DueKind::Recurring, PlanType::Domain) => LineKind::Domain,
        (DueKind::Recurring, PlanType::Certificate) => LineKind::Certificate,
        (DueKind::Recurring, _) => LineKind::Recurring,
    }
}

/// `example.com: Web S, 2026-01-31 – 2026-02-27`: what, for what, and the days, the last one included.
pub fn describe(name: &str, what: &str, period: Period) -> String {
    let subject = if name == what { what.to_string() } else { format!("{name}: {what}") };
    subject + &days(period)
}

/// A description without the days at its end: for whoever shows them in his own words.
pub fn without_days(description: &str, period: Period) -> &str {
    description.strip_suffix(&days(period)).unwrap_or(description)
}

/// How a description ends: with the days it is for.
pub fn days(period: Period) -> String {
    let last = period.to.pred_opt().unwrap_or(period.to);
    if period.is_empty() { String::new() } else { format!(", {} – {last}", period.from) }
}
