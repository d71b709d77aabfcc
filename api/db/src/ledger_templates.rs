//! What plans book besides when they are invoiced, and what was booked that way for which line.

use crate::schema::{ledger_templates, subscription_items, subscriptions, template_postings};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::ledger::{AccountCode, TemplateEntry};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{Currency, Instant, InvoiceLineId, LedgerTemplateId, PlanId, SellerId, SubscriptionItemId};
use diesel::prelude::*;
use std::collections::HashMap;

/// A template of a plan. Empty lists do not restrict.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = ledger_templates, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct LedgerTemplateRow {
    pub seller_id: SellerId,
    pub id: LedgerTemplateId,
    pub plan_id: PlanId,
    pub name: String,
    pub currencies: Json<Vec<Currency>>,
    pub cycles: Json<Vec<Cycle>>,
    pub entries: Json<Vec<TemplateEntry>>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(ledger_templates, LedgerTemplateRow, LedgerTemplateId);

/// The templates of a seller, or of one of its plans.
pub fn list(db: &mut Db, scope: Scope, plan: Option<PlanId>, page: &Page) -> Outcome<Slice<LedgerTemplateRow>> {
    let mut query =
        ledger_templates::table.filter(ledger_templates::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(plan) = plan {
        query = query.filter(ledger_templates::plan_id.eq(plan));
    }
    Ok(keyset!(db, query, page, ledger_templates::id: LedgerTemplateId, LedgerTemplateRow, {}))
}

/// All templates of a seller, the oldest first.
pub fn all(db: &mut Db, scope: Scope) -> Outcome<Vec<LedgerTemplateRow>> {
    let own = ledger_templates::table.filter(ledger_templates::seller_id.eq(scope.seller()));
    Ok(own.order(ledger_templates::id).select(LedgerTemplateRow::as_select()).load(db)?)
}

/// Whether a plan has another template of this name.
pub fn has_name(db: &mut Db, scope: Scope, row: &LedgerTemplateRow) -> Outcome<bool> {
    let found = ledger_templates::table
        .filter(ledger_templates::seller_id.eq(scope.seller()))
        .filter(ledger_templates::plan_id.eq(row.plan_id))
        .filter(ledger_templates::name.eq(row.name.clone()))
        .filter(ledger_templates::id.ne(row.id));
    Ok(on!(db, c => diesel::select(diesel::dsl::exists(found)).get_result(c))?)
}

/// Removes a template. What was booked by it stays.
pub fn delete(db: &mut Db, scope: Scope, id: LedgerTemplateId) -> Outcome<()> {
    diesel::delete(ledger_templates::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}

/// Of some items of subscriptions those that are plans, with the plan and the cycle of the subscription.
pub fn plans_of_items(
    db: &mut Db,
    scope: Scope,
    items: &[SubscriptionItemId],
) -> Outcome<HashMap<SubscriptionItemId, (PlanId, Cycle)>> {
    let of = subscriptions::seller_id
        .eq(subscription_items::seller_id)
        .and(subscriptions::id.eq(subscription_items::subscription_id));
    let found: Vec<(SubscriptionItemId, Option<PlanId>, Cycle)> = subscription_items::table
        .inner_join(subscriptions::table.on(of))
        .filter(subscription_items::seller_id.eq(scope.seller()))
        .filter(subscription_items::id.eq_any(items.to_vec()))
        .filter(subscription_items::add_on_id.is_null())
        .select((subscription_items::id, subscription_items::plan_id, subscriptions::cycle))
        .load(db)?;
    Ok(found.into_iter().filter_map(|(item, plan, cycle)| Some((item, (plan?, cycle)))).collect())
}

/// What a template booked for a line, or took back with a line of a credit note: then the line says so.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = template_postings, treat_none_as_default_value = false)]
pub struct TemplatePostingRow {
    pub seller_id: SellerId,
    pub line_id: InvoiceLineId,
    pub template_id: LedgerTemplateId,
    pub position: i32,
    pub debit: AccountCode,
    pub credit: AccountCode,
    pub currency: Currency,
    pub amount_minor: i64,
}

/// Writes down what was booked.
pub fn insert_postings(db: &mut Db, rows: &[TemplatePostingRow]) -> Outcome<()> {
    insert_many!(db, template_postings::table, rows);
    Ok(())
}

/// What was booked for some lines, or taken back with them.
pub fn postings(db: &mut Db, scope: Scope, lines: &[InvoiceLineId]) -> Outcome<Vec<TemplatePostingRow>> {
    let found = template_postings::table
        .filter(template_postings::seller_id.eq(scope.seller()))
        .filter(template_postings::line_id.eq_any(lines.to_vec()))
        .order((template_postings::line_id, template_postings::template_id, template_postings::position));
    Ok(found.select(TemplatePostingRow::as_select()).load(db)?)
}
