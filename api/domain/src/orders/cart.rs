//! From a cart to contracts: what a shopper chose, held against what the store offers.
//!
//! A hosting plan with a name to be registered makes two contracts, the hosting and the domain; each becomes a
//! subscription of its own.

use super::{DomainName, DomainOption, check_domain_option};
use crate::add_ons::{Terms, check_choice};
use crate::discounts::Discount;
use crate::invoices::due::ItemKind;
use crate::plans::{PlanType, Price, price};
use crate::schedule::{Cycle, CycleUnit};
use crate::tlds::OfferedTld;
use crate::{AddOnId, Check, Currency, Money, PlanId, PriceId, Problem, Quantity, Result, TaxPolicyId, UnitPrice};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A domain name in a cart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartDomain {
    /// The name.
    #[schema(value_type = String, example = "example.com")]
    pub name: DomainName,
    /// How it comes here.
    pub option: DomainOption,
    /// For how many years, if it comes with a plan for something else; the shortest time if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10)]
    pub years: Option<u8>,
}

/// A plan in a cart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartItem {
    /// The plan.
    pub plan_id: PlanId,
    /// How often it renews.
    pub cycle: Cycle,
    /// Add-ons, each once.
    #[serde(default)]
    pub add_on_ids: Vec<AddOnId>,
    /// The name it is for: required for hosting and domains.
    pub domain: Option<CartDomain>,
    /// What the seller asks for a cycle in place of the list price; no shopper can say that.
    #[serde(skip)]
    #[schema(ignore)]
    pub price: Option<Money>,
    /// The same for add-ons that are among those chosen.
    #[serde(skip)]
    #[schema(ignore)]
    pub add_on_prices: Vec<(AddOnId, Money)>,
}

/// What a shopper chose.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cart {
    /// One plan each, ten at most.
    #[schema(min_items = 1, max_items = 10)]
    pub items: Vec<CartItem>,
    /// The code of a coupon.
    #[schema(max_length = 40)]
    pub coupon: Option<String>,
    /// The first day, if the seller has agreed on another one than today; no shopper can say that.
    #[serde(skip)]
    #[schema(ignore)]
    pub starts_on: Option<NaiveDate>,
}

/// A price on offer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferedPrice {
    pub id: PriceId,
    pub price: Price<Cycle>,
}

/// A plan on offer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferedPlan {
    pub id: PlanId,
    pub name: String,
    pub kind: PlanType,
    pub tax_policy: Option<TaxPolicyId>,
    pub lead_days: u16,
    pub cycle_limit: Option<u32>,
    pub trial_days: u32,
    pub prorates: bool,
    /// The endings of a domain plan that can be sold.
    pub tlds: Vec<OfferedTld>,
    pub add_ons: Vec<AddOnId>,
    pub prices: Vec<OfferedPrice>,
}

/// An add-on on offer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferedAddOn {
    pub id: AddOnId,
    pub name: String,
    pub tax_policy: Option<TaxPolicyId>,
    pub prices: Vec<OfferedPrice>,
}

/// What a store offers: active plans and add-ons with the prices of the day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    pub currency: Currency,
    pub domain_options: Vec<DomainOption>,
    pub plans: Vec<OfferedPlan>,
    pub add_ons: Vec<OfferedAddOn>,
}

/// Which cycles of a contract an item is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lasts {
    /// All of them.
    Always,
    /// The first one: a name costs something else at first.
    First,
    /// Those after the first one.
    Later,
}

/// What is charged each cycle of a contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContractItem {
    pub kind: ItemKind,
    pub lasts: Lasts,
    pub plan: Option<PlanId>,
    pub add_on: Option<AddOnId>,
    /// The version of a price; none for what an ending costs.
    pub price: Option<PriceId>,
    pub description: String,
    pub unit_price: UnitPrice,
    pub setup_fee: UnitPrice,
    pub quantity: Quantity,
    pub tax_policy: Option<TaxPolicyId>,
}

/// A subscription to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contract {
    pub plan: PlanId,
    pub kind: PlanType,
    /// The domain name, or the plan's name where there is none (SUB-13).
    pub name: String,
    pub domain: Option<CartDomain>,
    pub cycle: Cycle,
    pub lead_days: u16,
    pub cycle_limit: Option<u32>,
    pub trial_days: u32,
    pub prorates: bool,
    /// What is taken off for its cycle of its plan, once someone has looked for it (PRO-01).
    pub discount: Option<Discount>,
    /// The plan first.
    pub items: Vec<ContractItem>,
}

/// The contracts that a cart asks for, or everything that is wrong with it, below `/cart`. A plan or an add-on that the
/// store does not show is not there: nobody learns whether it exists elsewhere.
pub fn contracts(cart: &Cart, offer: &Offer) -> Result<Vec<Contract>> {
    all_shown(cart, offer)?;
    let mut check = Check::new();
    check.ensure((1..=10).contains(&cart.items.len()), "/cart/items", "out_of_range", "from 1 to 10 items");
    let mut contracts = Vec::new();
    for (index, item) in cart.items.iter().enumerate() {
        let at = format!("/cart/items/{index}");
        let Some(plan) = offer.plans.iter().find(|plan| plan.id == item.plan_id) else { continue };
        contracts.extend(main_contract(&mut check, &at, item, plan, offer));
        let registered = item.domain.as_ref().filter(|domain| domain.option != DomainOption::UseOwn);
        if let Some(domain) = registered.filter(|_| plan.kind == PlanType::Hosting) {
            contracts.extend(domain_contract(&mut check, &format!("{at}/domain"), domain, offer));
        }
    }
    check.done()?;
    Ok(contracts)
}

fn all_shown(cart: &Cart, offer: &Offer) -> Result<()> {
    for (index, item) in cart.items.iter().enumerate() {
        let at = format!("/cart/items/{index}");
        if !offer.plans.iter().any(|plan| plan.id == item.plan_id) {
            return Err(Problem::not_found().at(format!("{at}/plan_id"), "not_offered", "this store has no such plan"));
        }
        for (number, add_on) in item.add_on_ids.iter().enumerate() {
            if !offer.add_ons.iter().any(|shown| shown.id == *add_on) {
                let place = format!("{at}/add_on_ids/{number}");
                return Err(Problem::not_found().at(place, "not_offered", "this store has no such add-on"));
            }
        }
    }
    Ok(())
}

fn main_contract(check: &mut Check, at: &str, item: &CartItem, plan: &OfferedPlan, offer: &Offer) -> Option<Contract> {
    check_domain(check, &format!("{at}/domain"), item, plan, offer);
    let items = items(check, at, item, plan, offer)?;
    let name = item.domain.as_ref().map_or(plan.name.clone(), |domain| domain.name.as_str().into());
    Some(of_plan(plan, name, item.domain.clone(), item.cycle, items))
}

/// What a plan and the add-ons chosen with it cost each cycle, the plan first: for a subscription that is there already,
/// whatever its name. A plan that the store does not show is not there.
pub fn charged_for<'a>(choice: &CartItem, offer: &'a Offer) -> Result<(&'a OfferedPlan, Vec<ContractItem>)> {
    let plan = offer.plans.iter().find(|plan| plan.id == choice.plan_id).ok_or_else(|| {
        Problem::not_found().at("/plan_id", "not_offered", "the store of the subscription has no such plan")
    })?;
    let mut check = Check::new();
    let items = items(&mut check, "", choice, plan, offer);
    check.done()?;
    Ok((plan, items.unwrap_or_default()))
}

/// What the add-ons cost that come to a subscription with a plan, whether the plan itself is on sale for its cycle or not.
pub fn charged_add_ons(choice: &CartItem, offer: &Offer) -> Result<Vec<ContractItem>> {
    let plan = offer.plans.iter().find(|plan| plan.id == choice.plan_id).ok_or_else(Problem::not_found)?;
    let mut check = Check::new();
    let items = add_on_items(&mut check, "", choice, plan, offer);
    check.done()?;
    Ok(items)
}

fn items(check: &mut Check, at: &str, item: &CartItem, plan: &OfferedPlan, offer: &Offer) -> Option<Vec<ContractItem>> {
    let add_ons = add_on_items(check, at, item, plan, offer);
    let mut items = plan_items(check, at, item, plan, offer)?;
    items.extend(add_ons);
    Some(items)
}

/// What the plan itself costs. The name of a domain plan costs what its ending does, if that has prices.
fn plan_items(
    check: &mut Check,
    at: &str,
    item: &CartItem,
    plan: &OfferedPlan,
    offer: &Offer,
) -> Option<Vec<ContractItem>> {
    let named = item.domain.as_ref().filter(|_| plan.kind == PlanType::Domain);
    let place = format!("{at}/cycle");
    let charged = match named.and_then(|domain| plan.priced_ending(&domain.name)) {
        Some(tld) => charge_name(check, &place, tld, named.map(|domain| domain.option), item.cycle),
        None => charge(check, &place, &plan.prices, item.cycle, offer.currency).map(|charged| vec![charged]),
    };
    let mut charged = charged?;
    if let Some(agreed) = item.price {
        let agreed = agreed_price(check, &format!("{at}/price"), agreed, offer.currency)?;
        charged.iter_mut().for_each(|charged| charged.unit_price = agreed);
    }
    let item = |charged: Charged| ContractItem {
        kind: ItemKind::Plan,
        lasts: charged.lasts,
        plan: Some(plan.id),
        add_on: None,
        price: charged.id,
        description: plan.name.clone(),
        unit_price: charged.unit_price,
        setup_fee: charged.setup_fee,
        quantity: Quantity::from(1),
        tax_policy: plan.tax_policy,
    };
    Some(charged.into_iter().map(item).collect())
}

fn add_on_items(check: &mut Check, at: &str, item: &CartItem, plan: &OfferedPlan, offer: &Offer) -> Vec<ContractItem> {
    let terms =
        Terms { has_plan: true, cycle: &item.cycle, currency: offer.currency, offered: &plan.add_ons, present: &[] };
    let known: Vec<(AddOnId, Vec<Price<Cycle>>)> =
        offer.add_ons.iter().map(|add_on| (add_on.id, bare(&add_on.prices))).collect();
    let prices_of = |id| known.iter().find(|(known, _)| *known == id).map_or(&[][..], |(_, prices)| prices);
    check_choice(check, &format!("{at}/add_on_ids"), &item.add_on_ids, &terms, prices_of);
    check_agreed(check, &format!("{at}/add_on_prices"), item);
    let mut items = Vec::new();
    for add_on in offer.add_ons.iter().filter(|add_on| item.add_on_ids.contains(&add_on.id)) {
        // a missing price has been noted above
        let mut noted = Check::new();
        let Some(mut charged) = charge(&mut noted, at, &add_on.prices, item.cycle, offer.currency) else { continue };
        if let Some(index) = item.add_on_prices.iter().position(|(id, _)| *id == add_on.id)
            && let Some((_, agreed)) = item.add_on_prices.get(index)
        {
            let place = format!("{at}/add_on_prices/{index}/price");
            let Some(agreed) = agreed_price(check, &place, *agreed, offer.currency) else { continue };
            charged.unit_price = agreed;
        }
        items.push(ContractItem {
            kind: ItemKind::AddOn,
            lasts: Lasts::Always,
            plan: None,
            add_on: Some(add_on.id),
            price: charged.id,
            description: add_on.name.clone(),
            unit_price: charged.unit_price,
            setup_fee: charged.setup_fee,
            quantity: Quantity::from(1),
            tax_policy: add_on.tax_policy.or(plan.tax_policy),
        });
    }
    items
}

/// The contract for the name that a hosting plan is bought with: the first domain plan of the store with its ending, for
/// the time that is asked for or the shortest.
fn domain_contract(check: &mut Check, at: &str, domain: &CartDomain, offer: &Offer) -> Option<Contract> {
    let ending = domain.name.parent();
    let Some(plan) = offer.plans.iter().find(|plan| plan.ending(&domain.name).is_some()) else {
        check.refuse(&format!("{at}/name"), "not_offered", format!("this store sells no names that end in .{ending}"));
        return None;
    };
    let cycles = plan.cycles_of(&domain.name, domain.option, offer.currency);
    let cycle = match domain.years {
        Some(years) => Cycle::new(years.into(), CycleUnit::Year).ok().filter(|cycle| cycles.contains(cycle)),
        None => cycles.first().copied(),
    };
    let Some(cycle) = cycle else {
        let detail = format!("there is no price for .{ending} in {} for so long", offer.currency);
        let place = if domain.years.is_some() { "years" } else { "name" };
        check.refuse(&format!("{at}/{place}"), "no_price", detail);
        return None;
    };
    let item = CartItem {
        plan_id: plan.id,
        cycle,
        add_on_ids: Vec::new(),
        domain: Some(CartDomain { years: None, ..domain.clone() }),
        price: None,
        add_on_prices: Vec::new(),
    };
    main_contract(check, at, &item, plan, offer)
}

fn check_domain(check: &mut Check, at: &str, item: &CartItem, plan: &OfferedPlan, offer: &Offer) {
    let named = matches!(plan.kind, PlanType::Hosting | PlanType::Domain);
    let Some(domain) = &item.domain else {
        return check.ensure(!named, at, "required", "this plan is for a domain name: say which");
    };
    check.ensure(named, at, "not_wanted", "this plan takes no domain name");
    let option = format!("{at}/option");
    check_domain_option(check, &option, domain.option, &offer.domain_options);
    let comes_along = plan.kind == PlanType::Hosting && domain.option != DomainOption::UseOwn;
    let timed = domain.years.is_none() || comes_along;
    check.ensure(timed, &format!("{at}/years"), "not_wanted", "the cycle of the plan says for how long");
    if plan.kind != PlanType::Domain {
        return;
    }
    let ending = plan.ending(&domain.name);
    let name = format!("{at}/name");
    check.ensure(ending.is_some(), &name, "not_offered", "the plan does not sell names with this ending");
    let moved = domain.option != DomainOption::UseOwn;
    check.ensure(moved, &option, "not_wanted", "a domain plan registers or transfers a name");
    let cannot = domain.option == DomainOption::Transfer && ending.is_some_and(|tld| !tld.transfers);
    check.ensure(!cannot, &option, "not_offered", "names with this ending cannot be moved here");
}

struct Charged {
    id: Option<PriceId>,
    lasts: Lasts,
    unit_price: UnitPrice,
    setup_fee: UnitPrice,
}

fn charge(check: &mut Check, at: &str, prices: &[OfferedPrice], cycle: Cycle, currency: Currency) -> Option<Charged> {
    let found = prices.iter().find(|offered| offered.price.cycle == cycle && offered.price.currency == currency);
    let Some(found) = found else {
        if let Err(problem) = price(&bare(prices), &cycle, currency, at) {
            problem.fields.into_iter().for_each(|field| check.refuse(&field.pointer, field.code, field.detail));
        }
        return None;
    };
    let (Ok(unit_price), Ok(setup_fee)) = (UnitPrice::of(found.price.recurring), UnitPrice::of(found.price.setup))
    else {
        check.refuse(at, "out_of_range", "its price has too many digits");
        return None;
    };
    Some(Charged { id: Some(found.id), lasts: Lasts::Always, unit_price, setup_fee })
}

/// What a name costs at first and then: two items, unless it is the same.
fn charge_name(
    check: &mut Check,
    at: &str,
    tld: &OfferedTld,
    option: Option<DomainOption>,
    cycle: Cycle,
) -> Option<Vec<Charged>> {
    let ways = option.map(|option| tld.ways(option.action())).unwrap_or_default();
    let Some(way) = ways.iter().find(|way| way.cycle() == Some(cycle)) else {
        let cycles: Vec<_> = ways.iter().filter_map(|way| way.cycle()).map(|cycle| cycle.to_string()).collect();
        let others = if cycles.is_empty() { String::new() } else { format!(", only {}", cycles.join(", ")) };
        check.refuse(at, "no_price", format!("there is no price for .{} for {cycle}{others}", tld.name));
        return None;
    };
    let (Ok(first), Ok(renew)) = (UnitPrice::of(way.first), UnitPrice::of(way.renew)) else {
        check.refuse(at, "out_of_range", "its price has too many digits");
        return None;
    };
    let charged = |lasts, unit_price| Charged { id: None, lasts, unit_price, setup_fee: UnitPrice::default() };
    Some(match first == renew {
        true => vec![charged(Lasts::Always, renew)],
        false => vec![charged(Lasts::First, first), charged(Lasts::Later, renew)],
    })
}

fn agreed_price(check: &mut Check, at: &str, agreed: Money, currency: Currency) -> Option<UnitPrice> {
    let fits = agreed.currency() == currency;
    if !fits {
        check.refuse(at, "wrong_currency", format!("this store sells in {currency}"));
    }
    check.price(at, agreed).filter(|_| fits)
}

/// Each agreed price is for another add-on that was chosen.
fn check_agreed(check: &mut Check, at: &str, item: &CartItem) {
    for (index, (add_on, _)) in item.add_on_prices.iter().enumerate() {
        let place = format!("{at}/{index}/add_on_id");
        check.ensure(item.add_on_ids.contains(add_on), &place, "not_chosen", "it is not among add_on_ids");
        let is_first = !item.add_on_prices.iter().take(index).any(|(earlier, _)| earlier == add_on);
        check.ensure(is_first, &place, "duplicate", "it has a price already");
    }
}

fn bare(prices: &[OfferedPrice]) -> Vec<Price<Cycle>> {
    prices.iter().map(|offered| offered.price.clone()).collect()
}

fn of_plan(
    plan: &OfferedPlan,
    name: String,
    domain: Option<CartDomain>,
    cycle: Cycle,
    items: Vec<ContractItem>,
) -> Contract {
    let costs_what_its_ending_does = domain.as_ref().is_some_and(|domain| plan.priced_ending(&domain.name).is_some());
    Contract {
        plan: plan.id,
        kind: plan.kind,
        name,
        domain,
        cycle,
        lead_days: plan.lead_days,
        cycle_limit: plan.cycle_limit,
        trial_days: plan.trial_days,
        // a year of a name is a year, whatever the seller's other periods do
        prorates: plan.prorates && !costs_what_its_ending_does,
        discount: None,
        items,
    }
}
