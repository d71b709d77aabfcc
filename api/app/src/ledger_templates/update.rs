//! Changing and deleting templates. What was booked by them stays, and is taken back as it was booked.

use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::ledger_templates::views::{LedgerTemplatePatch, LedgerTemplateView, check, reply};
use actix_web::{delete, patch};
use comptoir_db::ledger_templates;
use comptoir_domain::LedgerTemplateId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a ledger template
#[utoipa::path(tag = "ledger", params(("id" = LedgerTemplateId, Path)), request_body = LedgerTemplatePatch, responses((status = 200, body = LedgerTemplateView, description = "The template as it is now")))]
#[patch("/v1/ledger-templates/{id}")]
pub async fn update_ledger_template(
    call: Call<may::WriteCatalog>,
    id: Id<LedgerTemplateId>,
    seen: IfMatch,
    body: Body<LedgerTemplatePatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = ledger_templates::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let patch = body.0.clone();
        patch.name.apply(&mut row.name);
        patch.currencies.apply(&mut row.currencies.0);
        patch.cycles.apply(&mut row.cycles.0);
        patch.entries.apply(&mut row.entries.0);
        check(tx, ctx.scope, &row)?;
        ledger_templates::save(tx, &mut row)?;
        ctx.record(tx, "ledger_template.updated", row.id, json!({ "name": row.name, "plan_id": row.plan_id }))?;
        Ok(reply(&row))
    })
    .await
}

/// Delete a ledger template
#[utoipa::path(tag = "ledger", params(("id" = LedgerTemplateId, Path)), responses((status = 204, description = "It books nothing more")))]
#[delete("/v1/ledger-templates/{id}")]
pub async fn delete_ledger_template(call: Call<may::WriteCatalog>, id: Id<LedgerTemplateId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = ledger_templates::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        ledger_templates::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "ledger_template.deleted", row.id, json!({ "name": row.name, "plan_id": row.plan_id }))?;
        Ok(Reply::no_content())
    })
    .await
}
