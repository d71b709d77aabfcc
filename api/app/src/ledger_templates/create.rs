//! A new template.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::ledger_templates::views::{LedgerTemplateCreate, LedgerTemplateView, check};
use actix_web::post;
use comptoir_db::ledger_templates::{self, LedgerTemplateRow};
use comptoir_db::{Json, plans};
use comptoir_domain::permissions::may;
use serde_json::json;

/// Create a ledger template
///
/// From now on it books its entries for each line of an invoice that charges the plan for a time, and takes back a share of
/// them when that is credited.
#[utoipa::path(tag = "ledger", request_body = LedgerTemplateCreate, responses((status = 201, body = LedgerTemplateView, description = "Created")))]
#[post("/v1/ledger-templates")]
pub async fn create_ledger_template(call: Call<may::WriteCatalog>, body: Body<LedgerTemplateCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let wanted = body.0.clone();
        plans::find(tx, ctx.scope, wanted.plan_id)?;
        let row = LedgerTemplateRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            plan_id: wanted.plan_id,
            name: wanted.name,
            currencies: Json(wanted.currencies),
            cycles: Json(wanted.cycles),
            entries: Json(wanted.entries),
            created_at: ctx.now,
            version: 1,
        };
        check(tx, ctx.scope, &row)?;
        ledger_templates::insert(tx, &row)?;
        ctx.record(tx, "ledger_template.created", row.id, json!({ "name": row.name, "plan_id": row.plan_id }))?;
        let location = format!("/v1/ledger-templates/{}", row.id);
        Ok(Reply::created(&LedgerTemplateView::from(&row), location).version(1))
    })
    .await
}
