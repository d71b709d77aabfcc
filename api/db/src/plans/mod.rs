//! Plans: what is sold. Their prices stand in [`crate::prices`], what they are tied to in [`links`].

pub mod links;
pub mod subscribers;

use crate::entity::in_order;
use crate::schema::{plan_downgrades, plan_paths, plan_stores, plans, prices, subscriptions, tax_policies};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice, sellers};
use chrono::NaiveDate;
use comptoir_domain::hosting::Properties;
use comptoir_domain::plans::{PlanState, PlanType};
use comptoir_domain::subscriptions::ChangePolicies;
use comptoir_domain::{Instant, PlanId, SellerId, StoreId, TaxPolicyId};
use diesel::dsl::exists;
use diesel::prelude::*;

/// A plan.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = plans, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct PlanRow {
    pub seller_id: SellerId,
    pub id: PlanId,
    pub code: String,
    pub name: String,
    pub description: String,
    pub features: Json<Vec<String>>,
    pub kind: PlanType,
    pub state: PlanState,
    pub properties: Json<Properties>,
    pub tlds: Json<Vec<String>>,
    pub tax_policy_id: Option<TaxPolicyId>,
    pub prorates: bool,
    /// As the settings say, if absent.
    pub lead_days: Option<i32>,
    pub cycle_limit: Option<i32>,
    pub trial_days: i32,
    pub position: i64,
    pub created_at: Instant,
    pub version: i64,
    pub change_policies: Option<Json<ChangePolicies>>,
    /// What is made without a plan of this kind begins with its values.
    pub is_default: bool,
}

entity!(plans, PlanRow, PlanId);

/// The plans with these ids, in that order; `not_found` if one is missing.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[PlanId]) -> Outcome<Vec<PlanRow>> {
    let query = plans::table.filter(plans::seller_id.eq(scope.seller())).filter(plans::id.eq_any(ids.to_vec()));
    in_order(ids, query.select(PlanRow::as_select()).load(db)?, |row| row.id)
}

/// The default plan of a kind, if there is one.
pub fn default_of(db: &mut Db, scope: Scope, kind: PlanType) -> Outcome<Option<PlanRow>> {
    let marked = plans::table
        .filter(plans::seller_id.eq(scope.seller()))
        .filter(plans::kind.eq(kind))
        .filter(plans::is_default.eq(true));
    Ok(marked.select(PlanRow::as_select()).get_result(db).optional()?)
}

/// Takes the mark from the default plan of a kind, so that another can have it.
pub fn clear_default(db: &mut Db, scope: Scope, kind: PlanType) -> Outcome<()> {
    sellers::take_turn(db, scope)?;
    let marked = plans::table
        .filter(plans::seller_id.eq(scope.seller()))
        .filter(plans::kind.eq(kind))
        .filter(plans::is_default.eq(true));
    diesel::update(marked).set((plans::is_default.eq(false), plans::version.eq(plans::version + 1))).execute(db)?;
    Ok(())
}

/// Which plans of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default)]
pub struct PlanFilter {
    pub state: Vec<PlanState>,
    pub kind: Vec<PlanType>,
    pub store_id: Option<StoreId>,
}

/// The plans of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &PlanFilter, page: &Page) -> Outcome<Slice<PlanRow>> {
    let mut query = plans::table.filter(plans::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.state.is_empty() {
        query = query.filter(plans::state.eq_any(filter.state.clone()));
    }
    if !filter.kind.is_empty() {
        query = query.filter(plans::kind.eq_any(filter.kind.clone()));
    }
    if let Some(store) = filter.store_id {
        let offered = plan_stores::table
            .filter(plan_stores::seller_id.eq(plans::seller_id))
            .filter(plan_stores::plan_id.eq(plans::id))
            .filter(plan_stores::store_id.eq(store));
        query = query.filter(exists(offered));
    }
    Ok(keyset!(db, query, page, plans::id: PlanId, PlanRow, {
        "position" => plans::position: i64 = position,
        "name" => plans::name: String = name,
    }))
}

/// What can be bought in a store on a day: its plans that are on sale and have a price, in the order they are shown.
pub fn for_store(db: &mut Db, scope: Scope, store: StoreId, on: NaiveDate) -> Outcome<Vec<PlanRow>> {
    let offered = plan_stores::table
        .filter(plan_stores::seller_id.eq(plans::seller_id))
        .filter(plan_stores::plan_id.eq(plans::id))
        .filter(plan_stores::store_id.eq(store));
    let priced = prices::table
        .filter(prices::seller_id.eq(plans::seller_id))
        .filter(prices::plan_id.eq(plans::id.nullable()))
        .filter(prices::valid_from.le(on))
        .filter(prices::valid_to.is_null().or(prices::valid_to.gt(on)));
    let sold = plans::table
        .filter(plans::seller_id.eq(scope.seller()))
        .filter(plans::state.eq(PlanState::Active))
        .filter(exists(offered))
        .filter(exists(priced))
        .order((plans::position.asc(), plans::id.asc()));
    Ok(sold.select(PlanRow::as_select()).load(db)?)
}

/// Whether someone has subscribed to the plan, now or ever.
pub fn has_subscriptions(db: &mut Db, scope: Scope, id: PlanId) -> Outcome<bool> {
    let held =
        subscriptions::table.filter(subscriptions::seller_id.eq(scope.seller())).filter(subscriptions::plan_id.eq(id));
    Ok(diesel::select(exists(held)).get_result(db)?)
}

/// The names of the plans from which one may change to this one.
pub fn leading_to(db: &mut Db, scope: Scope, id: PlanId) -> Outcome<Vec<String>> {
    let up = plan_paths::table
        .filter(plan_paths::seller_id.eq(plans::seller_id))
        .filter(plan_paths::from_plan_id.eq(plans::id))
        .filter(plan_paths::to_plan_id.eq(id));
    let down = plan_downgrades::table
        .filter(plan_downgrades::seller_id.eq(plans::seller_id))
        .filter(plan_downgrades::from_plan_id.eq(plans::id))
        .filter(plan_downgrades::to_plan_id.eq(id));
    let query = plans::table.filter(plans::seller_id.eq(scope.seller())).filter(exists(up).or(exists(down)));
    Ok(query.select(plans::name).order(plans::id.asc()).load(db)?)
}

/// The names of the plans that name an ending, on sale or not.
pub fn naming(db: &mut Db, scope: Scope, ending: &str) -> Outcome<Vec<String>> {
    let domains = plans::table.filter(plans::seller_id.eq(scope.seller())).filter(plans::kind.eq(PlanType::Domain));
    let found: Vec<(String, Json<Vec<String>>)> =
        domains.order(plans::id).select((plans::name, plans::tlds)).load(db)?;
    Ok(found.into_iter().filter(|(_, tlds)| tlds.0.iter().any(|tld| tld == ending)).map(|(name, _)| name).collect())
}

/// Removes a plan with its prices and ties.
pub fn delete(db: &mut Db, scope: Scope, id: PlanId) -> Outcome<()> {
    links::add_ons::set(db, scope, id, &[])?;
    links::stores::set(db, scope, id, &[])?;
    links::upgrades::set(db, scope, id, &[])?;
    links::downgrades::set(db, scope, id, &[])?;
    crate::overuse_prices::delete_of_plan(db, scope, id)?;
    crate::certificates::delete_of_plan(db, scope, id)?;
    let book = prices::table.filter(prices::seller_id.eq(scope.seller())).filter(prices::plan_id.eq(id));
    diesel::delete(book).execute(db)?;
    diesel::delete(plans::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}

/// Refuses a tax policy that the seller does not have.
pub fn require_tax_policy(db: &mut Db, scope: Scope, id: Option<TaxPolicyId>) -> Outcome<()> {
    if let Some(id) = id {
        tax_policies::table.find((scope.seller(), id)).select(tax_policies::id).first::<TaxPolicyId>(db)?;
    }
    Ok(())
}
