//! Changing a plan.

use crate::hosting::allotment::check_mailboxes;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use crate::plans::certificate_add_ons::{Offering, check_certificates, check_left_stores, offered};
use crate::plans::properties;
use crate::plans::read::reply;
use crate::plans::ties::{Ties, check_endings};
use crate::plans::views::{PlanPatch, PlanView, check};
use crate::services::desire::follow_plan;
use actix_web::patch;
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::prices::{self, PriceRow};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::hosting::allotment::MAILBOX_SIZE;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{PlanType, Price};
use comptoir_domain::schedule::Cycle;
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
        if row.properties.0.get(MAILBOX_SIZE) != before.get(MAILBOX_SIZE) {
            check_mailboxes(tx, ctx, &mut findings, "/properties", &row.properties.0)?;
        }
        if row.kind == PlanType::Domain {
            check_endings(tx, ctx, &mut findings, &row.tlds.0, &named)?;
        }
        let book = prices::open_of_plans(tx, ctx.scope, &[row.id], ctx.today())?;
        let book: Vec<_> = book.iter().map(PriceRow::price).collect();
        ties.check(&mut findings, &row, &book);
        certificates(tx, ctx, &mut findings, &row, &body.0, &book)?;
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

/// Notes what certificate add-ons do not allow: of the plan's own, or of the one that it has become.
fn certificates(
    tx: &mut Db,
    ctx: &Ctx,
    findings: &mut Check,
    row: &PlanRow,
    patch: &PlanPatch,
    book: &[Price<Cycle>],
) -> Outcome<()> {
    if row.kind == PlanType::Certificate
        && let Some(stores) = patch.store_ids.value()
    {
        check_left_stores(tx, ctx, findings, row.id, stores)?;
    }
    // what is offered already stays so, whatever has become of its prices
    if patch.add_on_ids.value().is_none() && patch.store_ids.value().is_none() {
        return Ok(());
    }
    let (add_ons, stores) = offered(tx, ctx, row.id)?;
    let (add_ons, stores) = (patch.add_on_ids.value().unwrap_or(&add_ons), patch.store_ids.value().unwrap_or(&stores));
    let named = patch.add_on_ids.value().is_some();
    let place = |index| if named { format!("/add_on_ids/{index}") } else { "/store_ids".into() };
    check_certificates(tx, ctx, findings, &Offering { kind: row.kind, add_ons, stores, book }, place)
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
