//! Deliveries of activities to webhook endpoints, and how their tries went.

use crate::schema::webhook_deliveries;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::webhooks::DeliveryState;
use comptoir_domain::{ActivityId, Instant, SellerId, WebhookDeliveryId, WebhookEndpointId};
use diesel::prelude::*;

/// A delivery.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_deliveries, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct WebhookDeliveryRow {
    pub seller_id: SellerId,
    pub id: WebhookDeliveryId,
    pub endpoint_id: WebhookEndpointId,
    pub activity_id: ActivityId,
    pub state: DeliveryState,
    pub attempts: i32,
    pub run_at: Instant,
    pub last_status: Option<i32>,
    pub last_error: String,
    pub created_at: Instant,
    pub delivered_at: Option<Instant>,
}

/// Writes new deliveries.
pub fn insert(db: &mut Db, rows: &[WebhookDeliveryRow]) -> Outcome<()> {
    insert_many!(db, webhook_deliveries::table, rows);
    Ok(())
}

/// One delivery of an endpoint.
pub fn find(
    db: &mut Db,
    scope: Scope,
    endpoint: WebhookEndpointId,
    id: WebhookDeliveryId,
) -> Outcome<WebhookDeliveryRow> {
    let found =
        webhook_deliveries::table.find((scope.seller(), id)).filter(webhook_deliveries::endpoint_id.eq(endpoint));
    Ok(found.select(WebhookDeliveryRow::as_select()).first(db)?)
}

/// The deliveries of an endpoint.
pub fn list(
    db: &mut Db,
    scope: Scope,
    endpoint: WebhookEndpointId,
    state: &[DeliveryState],
    page: &Page,
) -> Outcome<Slice<WebhookDeliveryRow>> {
    let mut query = webhook_deliveries::table
        .filter(webhook_deliveries::seller_id.eq(scope.seller()))
        .filter(webhook_deliveries::endpoint_id.eq(endpoint))
        .into_boxed::<DbBackend>();
    if !state.is_empty() {
        query = query.filter(webhook_deliveries::state.eq_any(state.to_vec()));
    }
    Ok(keyset!(db, query, page, webhook_deliveries::id: WebhookDeliveryId, WebhookDeliveryRow, {}))
}

/// Whether anything is due.
pub fn any_due(db: &mut Db, now: Instant) -> Outcome<bool> {
    let due = webhook_deliveries::table
        .filter(webhook_deliveries::state.eq(DeliveryState::Pending))
        .filter(webhook_deliveries::run_at.le(now));
    Ok(on!(db, c => diesel::select(diesel::dsl::exists(due)).get_result(c))?)
}

/// Takes up to `limit` due deliveries of all sellers: nobody else gets them before `until`. The rows come back with the
/// attempt counted.
pub fn claim(db: &mut Db, now: Instant, until: Instant, limit: i64) -> Outcome<Vec<WebhookDeliveryRow>> {
    let due = webhook_deliveries::table
        .filter(webhook_deliveries::state.eq(DeliveryState::Pending))
        .filter(webhook_deliveries::run_at.le(now))
        .order((webhook_deliveries::run_at, webhook_deliveries::id))
        .limit(limit);
    let mut rows: Vec<WebhookDeliveryRow> = lock_free_rows!(db, due, WebhookDeliveryRow)?;
    let ids: Vec<WebhookDeliveryId> = rows.iter().map(|row| row.id).collect();
    let change =
        (webhook_deliveries::run_at.eq(until), webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1));
    diesel::update(webhook_deliveries::table.filter(webhook_deliveries::id.eq_any(ids))).set(change).execute(db)?;
    rows.iter_mut().for_each(|row| row.attempts += 1);
    Ok(rows)
}

/// Writes down what became of a claimed delivery, unless it has been taken up anew since; says whether it did.
pub fn settle(db: &mut Db, row: &WebhookDeliveryRow) -> Outcome<bool> {
    let claimed = webhook_deliveries::table
        .find((row.seller_id, row.id))
        .filter(webhook_deliveries::state.eq(DeliveryState::Pending))
        .filter(webhook_deliveries::attempts.eq(row.attempts));
    Ok(diesel::update(claimed).set(row).execute(db)? == 1)
}

/// Makes a delivery due again, as if it had never been tried; false if it is waiting anyway.
pub fn replay(db: &mut Db, row: &WebhookDeliveryRow) -> Outcome<bool> {
    let done = webhook_deliveries::table
        .find((row.seller_id, row.id))
        .filter(webhook_deliveries::state.ne(DeliveryState::Pending));
    Ok(diesel::update(done).set(row).execute(db)? == 1)
}
