//! Tax policies: groups of tax rules; a plan has one.

pub mod evidence;
pub mod rules;
pub mod vat_checks;

use crate::few::among;
use crate::schema::{add_ons, plans, subscription_items, tax_policies};
use crate::{Db, DbBackend, Failure, Outcome, Page, Scope, Slice, sellers};
use comptoir_domain::taxes::{TaxPolicy, TaxRule};
use comptoir_domain::{Instant, SellerId, TaxPolicyId};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::collections::HashMap;

/// A policy.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tax_policies, primary_key(seller_id, id), treat_none_as_default_value = false)]
pub struct TaxPolicyRow {
    pub seller_id: SellerId,
    pub id: TaxPolicyId,
    pub name: String,
    pub is_default: bool,
    pub created_at: Instant,
    pub version: i64,
}

entity!(tax_policies, TaxPolicyRow, TaxPolicyId);

/// The policies of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<TaxPolicyRow>> {
    let query = tax_policies::table.filter(tax_policies::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, tax_policies::id: TaxPolicyId, TaxPolicyRow, {
        "name" => tax_policies::name: String = name,
    }))
}

/// Some policies with their rules, in the order asked for, by two queries; `not_found` if one is not the seller's.
pub fn policies(db: &mut Db, scope: Scope, ids: &[TaxPolicyId]) -> Outcome<Vec<TaxPolicy>> {
    let own = tax_policies::table
        .filter(tax_policies::seller_id.eq(scope.seller()))
        .filter(among(tax_policies::id, ids.to_vec()))
        .select(tax_policies::id);
    let own: Vec<TaxPolicyId> = on!(db, c => own.load(c))?;
    let mut found: HashMap<TaxPolicyId, Vec<TaxRule>> = own.into_iter().map(|id| (id, Vec::new())).collect();
    for row in rules::of_policies(db, scope, ids)? {
        found.entry(row.tax_policy_id).or_default().push(row.rule()?);
    }
    let policy = |id: &TaxPolicyId| found.get(id).map(|rules| TaxPolicy { id: *id, rules: rules.clone() });
    ids.iter().map(|id| policy(id).ok_or(Failure::Database(diesel::result::Error::NotFound))).collect()
}

/// The policy of plans that name none; `None` as long as the seller has no policy at all.
pub fn default_policy(db: &mut Db, scope: Scope) -> Outcome<Option<TaxPolicyId>> {
    let marked = tax_policies::table
        .filter(tax_policies::seller_id.eq(scope.seller()))
        .filter(tax_policies::is_default.eq(true))
        .select(tax_policies::id);
    Ok(on!(db, c => marked.get_result(c)).optional()?)
}

/// Takes the mark from the default policy, so that another can have it. Whoever calls this has taken a turn
/// by [`crate::sellers::take_turn`].
pub fn clear_default(db: &mut Db, scope: Scope) -> Outcome<()> {
    sellers::take_turn(db, scope)?;

    let marked = tax_policies::table
        .filter(tax_policies::seller_id.eq(scope.seller()))
        .filter(tax_policies::is_default.eq(true));
    let change = (tax_policies::is_default.eq(false), tax_policies::version.eq(tax_policies::version + 1));
    diesel::update(marked).set(change).execute(db)?;
    Ok(())
}

/// Whether something is taxed by the policy.
pub fn is_used(db: &mut Db, scope: Scope, id: TaxPolicyId) -> Outcome<bool> {
    let seller = scope.seller();
    let in_plans = plans::table.filter(plans::seller_id.eq(seller)).filter(plans::tax_policy_id.eq(id));
    let in_add_ons = add_ons::table.filter(add_ons::seller_id.eq(seller)).filter(add_ons::tax_policy_id.eq(id));
    let in_items = subscription_items::table
        .filter(subscription_items::seller_id.eq(seller))
        .filter(subscription_items::tax_policy_id.eq(id));
    Ok(diesel::select(exists(in_plans).or(exists(in_add_ons)).or(exists(in_items))).get_result(db)?)
}

/// Removes a policy that nothing uses, with its rules.
pub fn delete(db: &mut Db, scope: Scope, id: TaxPolicyId) -> Outcome<()> {
    rules::delete_of(db, scope, id)?;
    diesel::delete(tax_policies::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
