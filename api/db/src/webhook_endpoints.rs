//! Webhook endpoints: where a seller is told what happens.

use crate::schema::webhook_endpoints;
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::webhooks::EndpointState;
use comptoir_domain::{Instant, SellerId, WebhookEndpointId};
use diesel::prelude::*;

/// An endpoint. Its secrets are sealed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = webhook_endpoints, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct WebhookEndpointRow {
    pub seller_id: SellerId,
    pub id: WebhookEndpointId,
    pub url: String,
    pub description: String,
    pub kinds: Json<Vec<String>>,
    pub secret_sealed: String,
    pub previous_secret_sealed: Option<String>,
    pub previous_until: Option<Instant>,
    pub state: EndpointState,
    pub failures: i32,
    pub created_at: Instant,
    pub version: i64,
}

entity!(webhook_endpoints, WebhookEndpointRow, WebhookEndpointId);

/// The endpoints of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<WebhookEndpointRow>> {
    let query =
        webhook_endpoints::table.filter(webhook_endpoints::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, webhook_endpoints::id: WebhookEndpointId, WebhookEndpointRow, {}))
}

/// All endpoints of a seller.
pub fn all(db: &mut Db, scope: Scope) -> Outcome<Vec<WebhookEndpointRow>> {
    let found = webhook_endpoints::table.filter(webhook_endpoints::seller_id.eq(scope.seller()));
    Ok(found.order(webhook_endpoints::id).select(WebhookEndpointRow::as_select()).load(db)?)
}

/// The endpoints of some sellers that are told what happens.
pub fn listening(db: &mut Db, sellers: &[SellerId]) -> Outcome<Vec<WebhookEndpointRow>> {
    let found = webhook_endpoints::table
        .filter(webhook_endpoints::seller_id.eq_any(sellers.to_vec()))
        .filter(webhook_endpoints::state.eq(EndpointState::Enabled))
        .order(webhook_endpoints::id);
    Ok(found.select(WebhookEndpointRow::as_select()).load(db)?)
}

/// Removes an endpoint and its deliveries.
pub fn delete(db: &mut Db, scope: Scope, id: WebhookEndpointId) -> Outcome<()> {
    diesel::delete(webhook_endpoints::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}

/// Counts deliveries given up in a row: one more, or none any more.
pub fn count_failure(db: &mut Db, scope: Scope, id: WebhookEndpointId, failed: bool) -> Outcome<()> {
    let endpoint = webhook_endpoints::table.find((scope.seller(), id));
    if failed {
        diesel::update(endpoint).set(webhook_endpoints::failures.eq(webhook_endpoints::failures + 1)).execute(db)?;
    } else {
        let counted = endpoint.filter(webhook_endpoints::failures.gt(0));
        diesel::update(counted).set(webhook_endpoints::failures.eq(0)).execute(db)?;
    }
    Ok(())
}
