//! Changing an add-on.

use crate::add_ons::read::reply;
use crate::add_ons::views::{AddOnPatch, AddOnView, check};
use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use crate::services::desire::follow_add_on;
use actix_web::patch;
use comptoir_db::{Json, add_on_groups, add_ons, plans};
use comptoir_domain::hosting::{Bearer, Properties};
use comptoir_domain::permissions::may;
use comptoir_domain::{AddOnId, Check};
use serde_json::json;

/// Change an add-on
///
/// Its prices are changed by new versions: `POST /v1/add-ons/{id}/prices`. What hosting it adds is brought in step wherever it
/// is delivered.
#[utoipa::path(tag = "add_ons", params(("id" = AddOnId, Path)), request_body = AddOnPatch, responses((status = 200, body = AddOnView, description = "The add-on as it is now")))]
#[patch("/v1/add-ons/{id}")]
pub async fn update_add_on(
    call: Call<may::WriteCatalog>,
    id: Id<AddOnId>,
    seen: IfMatch,
    body: Body<AddOnPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = add_ons::lock(tx, ctx.scope, id.0)?;
        let patch = body.0.clone();
        if let Some(group) = patch.add_on_group_id.value() {
            add_on_groups::find(tx, ctx.scope, *group)?;
        }
        plans::require_tax_policy(tx, ctx.scope, patch.tax_policy_id.value().copied())?;
        seen.check(row.version)?;
        let mut findings = Check::new();
        let before = row.properties.0.clone();
        if let Some(changes) = patch.properties.value() {
            let whole = changes.applied_to(&row.properties.0);
            row.properties = Json(Properties::parse(&mut findings, "/properties", &whole, Bearer::AddOn, None));
        }
        patch.add_on_group_id.apply(&mut row.add_on_group_id);
        patch.code.apply(&mut row.code);
        patch.name.apply(&mut row.name);
        patch.description.apply(&mut row.description);
        patch.tax_policy_id.apply(&mut row.tax_policy_id);
        patch.position.apply(&mut row.position);
        check(&row, &mut findings);
        findings.done()?;
        add_ons::save(tx, &mut row).map_err(|failure| failure.or_taken("/code"))?;
        if row.properties.0 != before {
            follow_add_on(tx, ctx, row.id)?;
        }
        ctx.record(tx, "add_on.updated", row.id, json!({ "code": row.code }))?;
        reply(tx, ctx, row)
    })
    .await
}
