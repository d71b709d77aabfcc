//! What a store offers on a day: active plans and add-ons with their prices, in as many queries
//! whatever the catalogue.

use crate::few::among;
use crate::registrars::{self, RegistrarRow};
use crate::schema::{add_ons, plan_add_ons, plan_stores, plans, prices, stores};
use crate::tlds::{self, TldRow};
use crate::{Db, Failure, Json, Outcome, Scope, settings};
use chrono::NaiveDate;
use comptoir_domain::orders::{DomainOption, Offer, OfferedAddOn, OfferedPlan, OfferedPrice};
use comptoir_domain::plans::{PlanState, PlanType, Price};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::settings::BillingSettings;
use comptoir_domain::tlds::{OfferedTld, TldState};
use comptoir_domain::{AddOnId, Currency, Money, PlanId, PriceId, StoreId, TaxPolicyId};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

#[derive(Queryable, Selectable)]
#[diesel(table_name = plans)]
struct PlanOnOffer {
    id: PlanId,
    name: String,
    kind: PlanType,
    tlds: Json<Vec<String>>,
    tax_policy_id: Option<TaxPolicyId>,
    prorates: bool,
    lead_days: Option<i32>,
    cycle_limit: Option<i32>,
    trial_days: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = add_ons)]
struct AddOnOnOffer {
    id: AddOnId,
    name: String,
    tax_policy_id: Option<TaxPolicyId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = prices)]
struct PriceOnOffer {
    id: PriceId,
    plan_id: Option<PlanId>,
    add_on_id: Option<AddOnId>,
    cycle: Cycle,
    currency: Currency,
    recurring_minor: i64,
    setup_minor: i64,
    upgrade_minor: i64,
    downgrade_minor: i64,
}

impl PriceOnOffer {
    fn offered(&self) -> OfferedPrice {
        let money = |minor| Money::from_minor(minor, self.currency);
        let price = Price {
            cycle: self.cycle,
            currency: self.currency,
            recurring: money(self.recurring_minor),
            setup: money(self.setup_minor),
            upgrade: money(self.upgrade_minor),
            downgrade: money(self.downgrade_minor),
        };
        OfferedPrice { id: self.id, price }
    }
}

/// The offer of a store on a day.
pub fn of_store(db: &mut Db, scope: Scope, store: StoreId, on: NaiveDate) -> Outcome<Offer> {
    with_plan(db, scope, store, None, on)
}

/// The same for those who have a plan: they keep it, and what goes with it, when it is no longer sold.
pub fn with_plan(db: &mut Db, scope: Scope, store: StoreId, plan: Option<PlanId>, on: NaiveDate) -> Outcome<Offer> {
    let terms = stores::table.find((scope.seller(), store)).select((stores::currency, stores::domain_options));
    let (currency, options): (Currency, Json<Vec<DomainOption>>) = on!(db, c => terms.get_result(c))?;
    let plans = plans_of(db, scope, store, plan)?;
    let ids: Vec<PlanId> = plans.iter().map(|plan| plan.id).collect();
    let offered = plan_add_ons::table
        .filter(plan_add_ons::seller_id.eq(scope.seller()))
        .filter(among(plan_add_ons::plan_id, ids.clone()))
        .select((plan_add_ons::plan_id, plan_add_ons::add_on_id));
    let offered: Vec<(PlanId, AddOnId)> = on!(db, c => offered.load(c))?;
    let add_ons = add_ons::table
        .filter(add_ons::seller_id.eq(scope.seller()))
        .filter(among(add_ons::id, offered.iter().map(|(_, add_on)| *add_on)))
        .filter(add_ons::state.eq(PlanState::Active))
        .order((add_ons::position, add_ons::id));
    let add_ons = read_rows!(db, add_ons, AddOnOnOffer)?;
    let prices = prices_of(db, scope, &ids, &add_ons, currency, on)?;
    let mut by_plan: HashMap<PlanId, Vec<OfferedPrice>> = HashMap::new();
    let mut by_add_on: HashMap<AddOnId, Vec<OfferedPrice>> = HashMap::new();
    for price in &prices {
        if let Some(plan) = price.plan_id {
            by_plan.entry(plan).or_default().push(price.offered());
        }
        if let Some(add_on) = price.add_on_id {
            by_add_on.entry(add_on).or_default().push(price.offered());
        }
    }
    let add_ons: Vec<_> = add_ons.into_iter().map(|row| offered_add_on(row, &mut by_add_on)).collect();
    let endings = endings(db, scope, &plans, currency)?;
    let billing = settings::read(db, scope)?.value.0.billing;
    let plan = |row| offered_plan(row, &offered, &add_ons, &mut by_plan, (&endings, &billing));
    let plans = plans.into_iter().map(plan).collect::<Outcome<_>>()?;
    Ok(Offer { currency, domain_options: options.0, plans, add_ons })
}

fn plans_of(db: &mut Db, scope: Scope, store: StoreId, kept: Option<PlanId>) -> Outcome<Vec<PlanOnOffer>> {
    let sold = plan_stores::table
        .filter(plan_stores::seller_id.eq(scope.seller()))
        .filter(plan_stores::store_id.eq(store))
        .select(plan_stores::plan_id);
    let on_sale = plans::state.eq(PlanState::Active).and(plans::id.eq_any(sold));
    let kept = plans::state.ne(PlanState::Draft).and(among(plans::id, kept));
    let plans = plans::table
        .filter(plans::seller_id.eq(scope.seller()))
        .filter(on_sale.or(kept))
        .order((plans::position, plans::id));
    Ok(read_rows!(db, plans, PlanOnOffer)?)
}

/// The active endings that some plans name, with their prices in a currency. Without a registrar, names are moved by hand.
fn endings(
    db: &mut Db,
    scope: Scope,
    plans: &[PlanOnOffer],
    currency: Currency,
) -> Outcome<BTreeMap<String, OfferedTld>> {
    let named: BTreeSet<String> = plans.iter().flat_map(|plan| &plan.tlds.0).cloned().collect();
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = tlds::named(db, scope, &Vec::from_iter(named))?;
    let registrars = registrars::all(db, scope)?;
    let moves = |row: &TldRow| {
        let registrar = registrars.iter().find(|registrar| Some(registrar.id) == row.default_registrar_id);
        let takes = |registrar: &RegistrarRow| {
            registrar.supported.0.iter().any(|known| known.tld == row.name && known.transfers)
        };
        registrar.is_none_or(takes)
    };
    let offered = |row: TldRow| {
        let transfers = moves(&row);
        let prices = row.prices.0.into_iter().filter(|price| price.amount.currency() == currency);
        (row.name.clone(), OfferedTld { transfers, prices: prices.collect(), name: row.name })
    };
    Ok(rows.into_iter().filter(|row| row.state == TldState::Active).map(offered).collect())
}

fn prices_of(
    db: &mut Db,
    scope: Scope,
    plans: &[PlanId],
    add_ons: &[AddOnOnOffer],
    currency: Currency,
    on: NaiveDate,
) -> Outcome<Vec<PriceOnOffer>> {
    let add_ons: Vec<AddOnId> = add_ons.iter().map(|row| row.id).collect();
    let priced = among(prices::plan_id, plans.to_vec()).or(among(prices::add_on_id, add_ons));
    let valid = prices::valid_to.is_null().or(prices::valid_to.gt(on));
    let found = prices::table
        .filter(prices::seller_id.eq(scope.seller()))
        .filter(priced)
        .filter(prices::currency.eq(currency))
        .filter(prices::valid_from.le(on))
        .filter(valid.assume_not_null())
        .order(prices::id);
    Ok(read_rows!(db, found, PriceOnOffer)?)
}

fn offered_add_on(row: AddOnOnOffer, prices: &mut HashMap<AddOnId, Vec<OfferedPrice>>) -> OfferedAddOn {
    OfferedAddOn {
        prices: prices.remove(&row.id).unwrap_or_default(),
        id: row.id,
        name: row.name,
        tax_policy: row.tax_policy_id,
    }
}

fn offered_plan(
    row: PlanOnOffer,
    offered: &[(PlanId, AddOnId)],
    active: &[OfferedAddOn],
    prices: &mut HashMap<PlanId, Vec<OfferedPrice>>,
    (endings, billing): (&BTreeMap<String, OfferedTld>, &BillingSettings),
) -> Outcome<OfferedPlan> {
    let corrupt = || Failure::Corrupt(format!("{} has numbers out of range", row.id));
    let theirs = active.iter().filter(|add_on| offered.contains(&(row.id, add_on.id)));
    Ok(OfferedPlan {
        add_ons: theirs.map(|add_on| add_on.id).collect(),
        prices: prices.remove(&row.id).unwrap_or_default(),
        lead_days: match row.lead_days {
            Some(days) => u16::try_from(days).map_err(|_| corrupt())?,
            None => billing.lead_days_of(row.kind),
        },
        cycle_limit: row.cycle_limit.map(u32::try_from).transpose().map_err(|_| corrupt())?,
        trial_days: u32::try_from(row.trial_days).map_err(|_| corrupt())?,
        id: row.id,
        name: row.name,
        kind: row.kind,
        tax_policy: row.tax_policy_id,
        prorates: row.prorates,
        tlds: row.tlds.0.iter().filter_map(|name| endings.get(name).cloned()).collect(),
    })
}
