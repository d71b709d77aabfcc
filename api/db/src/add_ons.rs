//! Add-ons: what extends a plan. Their prices stand in [`crate::prices`].

use crate::entity::in_order;
use crate::schema::{add_ons, plan_add_ons, prices};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::hosting::Properties;
use comptoir_domain::plans::PlanState;
use comptoir_domain::{AddOnGroupId, AddOnId, Instant, PlanId, SellerId, TaxPolicyId};
use diesel::prelude::*;

/// An add-on.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = add_ons, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct AddOnRow {
    pub seller_id: SellerId,
    pub id: AddOnId,
    pub add_on_group_id: AddOnGroupId,
    pub code: String,
    pub name: String,
    pub description: String,
    pub state: PlanState,
    pub properties: Json<Properties>,
    pub tax_policy_id: Option<TaxPolicyId>,
    pub position: i64,
    pub created_at: Instant,
    pub version: i64,
}

entity!(add_ons, AddOnRow, AddOnId);

/// The add-ons with these ids, in that order; `not_found` if one is missing.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[AddOnId]) -> Outcome<Vec<AddOnRow>> {
    let query = add_ons::table.filter(add_ons::seller_id.eq(scope.seller())).filter(add_ons::id.eq_any(ids.to_vec()));
    in_order(ids, query.select(AddOnRow::as_select()).load(db)?, |row| row.id)
}

/// What some plans offer, each add-on with its plan, in the order they are shown. Drafts and retired ones are among them.
pub fn offered_by(db: &mut Db, scope: Scope, plans: &[PlanId]) -> Outcome<Vec<(PlanId, AddOnRow)>> {
    let joined = plan_add_ons::add_on_id.eq(add_ons::id).and(plan_add_ons::seller_id.eq(add_ons::seller_id));
    let query = plan_add_ons::table
        .inner_join(add_ons::table.on(joined))
        .filter(plan_add_ons::seller_id.eq(scope.seller()))
        .filter(plan_add_ons::plan_id.eq_any(plans.to_vec()))
        .order((plan_add_ons::plan_id.asc(), add_ons::position.asc(), add_ons::id.asc()));
    Ok(query.select((plan_add_ons::plan_id, AddOnRow::as_select())).load(db)?)
}

/// Which add-ons of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default)]
pub struct AddOnFilter {
    pub add_on_group_id: Option<AddOnGroupId>,
    pub state: Vec<PlanState>,
}

/// The add-ons of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &AddOnFilter, page: &Page) -> Outcome<Slice<AddOnRow>> {
    let mut query = add_ons::table.filter(add_ons::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(group) = filter.add_on_group_id {
        query = query.filter(add_ons::add_on_group_id.eq(group));
    }
    if !filter.state.is_empty() {
        query = query.filter(add_ons::state.eq_any(filter.state.clone()));
    }
    Ok(keyset!(db, query, page, add_ons::id: AddOnId, AddOnRow, {
        "position" => add_ons::position: i64 = position,
        "name" => add_ons::name: String = name,
    }))
}

/// Whether a plan offers the add-on.
pub fn is_offered(db: &mut Db, scope: Scope, id: AddOnId) -> Outcome<bool> {
    let offers =
        plan_add_ons::table.filter(plan_add_ons::seller_id.eq(scope.seller())).filter(plan_add_ons::add_on_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(offers)).get_result(db)?)
}

/// Removes an add-on that no plan offers, with its prices.
pub fn delete(db: &mut Db, scope: Scope, id: AddOnId) -> Outcome<()> {
    let book = prices::table.filter(prices::seller_id.eq(scope.seller())).filter(prices::add_on_id.eq(id));
    diesel::delete(book).execute(db)?;
    crate::certificates::delete_add_on(db, scope, id)?;
    diesel::delete(add_ons::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
