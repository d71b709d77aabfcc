//! Changing a plan.

use crate::hosting::allotment::check_mailboxes;
use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use crate::plans::properties;
use crate::plans::read::reply;
use crate::plans::ties::{Ties, check_endings};
use crate::plans::views::{PlanPatch, PlanView, check};
use crate::services::desire::follow_plan;
use actix_web::patch;
use comptoir_db::Json;
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::prices::{self, PriceRow};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::PlanType;
use comptoir_domain::{Check, PlanId};
use serde_json::json;

/// Change a plan
///
/// Its prices are changed by new versions: `POST /v1/plans/{id}/prices`. Lists are replaced whole.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = PlanPatch, responses((status = 200, body = PlanView, description = "The plan as it is now")))]
#[patch("/v1/plans/{id}")]
pub async fn update_plan(
    call: Call<may::WriteCatalog>,
    id: Id<PlanId>,
    seen: IfMatch,
    body: Body<PlanPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = plans::lock(tx, ctx.scope, id.0)?;
        let patch = body.0.clone();
        let ties = Ties {
            add_on_ids: patch.add_on_ids.value().cloned(),
            store_ids: patch.store_ids.value().cloned(),
            upgrade_to: patch.upgrade_to.value().cloned(),
            downgrade_to: patch.downgrade_to.value().cloned(),
        };
        let ties = ties.find(tx, ctx)?;
        plans::require_tax_policy(tx, ctx.scope, patch.tax_policy_id.value().copied())?;
        seen.check(row.version)?;
        let mut findings = Check::new();
        let (before, named) = (row.properties.0.clone(), row.tlds.0.clone());
        apply(patch, &mut row, &mut findings);
        if row.properties.0 != before {
            check_mailboxes(tx, ctx, &mut findings, "/properties", &row.properties.0)?;
        }
        if row.kind == PlanType::Domain {
            check_endings(tx, ctx, &mut findings, &row.tlds.0, &named)?;
        }
        let book = prices::open_of_plans(tx, ctx.scope, &[row.id], ctx.today())?;
        ties.check(&mut findings, &row, &book.iter().map(PriceRow::price).collect::<Vec<_>>());
        findings.done()?;
        plans::save(tx, &mut row).map_err(|failure| failure.or_taken("/code"))?;
        ties.save(tx, ctx, row.id)?;
        if row.properties.0 != before {
            follow_plan(tx, ctx, row.id)?;
        }
        ctx.record(tx, "plan.updated", row.id, json!({ "code": row.code }))?;
        reply(tx, ctx, row)
    })
    .await
}

/// Writes the changes into the row, noting what is wrong then.
fn apply(patch: PlanPatch, row: &mut PlanRow, findings: &mut Check) {
    if let Some(changes) = patch.properties.value() {
        let whole = changes.applied_to(&row.properties.0);
        row.properties = Json(properties::parse(findings, row.kind, &whole));
    }
    patch.code.apply(&mut row.code);
    patch.name.apply(&mut row.name);
    patch.description.apply(&mut row.description);
    patch.features.apply(&mut row.features.0);
    patch.tlds.apply(&mut row.tlds.0);
    patch.tax_policy_id.apply(&mut row.tax_policy_id);
    patch.prorates.apply(&mut row.prorates);
    patch.lead_days.apply(&mut row.lead_days);
    patch.cycle_limit.apply(&mut row.cycle_limit);
    patch.trial_days.apply(&mut row.trial_days);
    patch.position.apply(&mut row.position);
    let mut policies = row.change_policies.take().map(|policies| policies.0);
    patch.change_policies.apply(&mut policies);
    row.change_policies = policies.map(Json);
    check(row, findings);
}
