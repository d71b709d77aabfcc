//! A new plan.

use crate::hosting::allotment::check_mailboxes;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::plans::certificate_add_ons::{Offering, check_certificates};
use crate::plans::properties;
use crate::plans::read::view;
use crate::plans::ties::{Ties, check_endings};
use crate::plans::views::{PlanCreate, PlanView, check};
use crate::prices::{check_book, rows};
use actix_web::post;
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::prices::{self, Priced};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::Check;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{PlanState, PlanType};
use serde_json::json;

/// Create a plan
///
/// It is a draft until it is activated. Every fault is reported at once.
#[utoipa::path(tag = "plans", request_body = PlanCreate, responses((status = 201, body = PlanView, description = "Created")))]
#[post("/v1/plans")]
pub async fn create_plan(call: Call<may::WriteCatalog>, body: Body<PlanCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let row = create(tx, ctx, &body.0)?;
        let location = format!("/v1/plans/{}", row.id);
        Ok(Reply::created(&view(tx, ctx, row)?, location).version(1))
    })
    .await
}

fn create(tx: &mut Db, ctx: &Ctx, wanted: &PlanCreate) -> Outcome<PlanRow> {
    let ties = Ties {
        add_on_ids: Some(wanted.add_on_ids.clone()),
        store_ids: Some(wanted.store_ids.clone()),
        upgrade_to: Some(wanted.upgrade_to.clone()),
        downgrade_to: Some(wanted.downgrade_to.clone()),
    };
    let ties = ties.find(tx, ctx)?;
    plans::require_tax_policy(tx, ctx.scope, wanted.tax_policy_id)?;
    let mut findings = Check::new();
    let row = row(ctx, wanted, &mut findings);
    check(&row, &mut findings);
    check_mailboxes(tx, ctx, &mut findings, "/properties", &row.properties.0)?;
    if row.kind == PlanType::Domain {
        check_endings(tx, ctx, &mut findings, &row.tlds.0, &[])?;
    }
    let book = check_book(ctx, &mut findings, &wanted.prices);
    ties.check(&mut findings, &row, &book);
    let offering = Offering { kind: row.kind, add_ons: &wanted.add_on_ids, stores: &wanted.store_ids, book: &book };
    check_certificates(tx, ctx, &mut findings, &offering, |index| format!("/add_on_ids/{index}"))?;
    findings.done()?;
    plans::insert(tx, &row).map_err(|failure| failure.or_taken("/code"))?;
    prices::insert(tx, &rows(ctx, Priced::Plan(row.id), &wanted.prices))?;
    ties.save(tx, ctx, row.id)?;
    ctx.record(tx, "plan.created", row.id, json!({ "code": row.code, "kind": row.kind }))?;
    Ok(row)
}

fn row(ctx: &Ctx, wanted: &PlanCreate, findings: &mut Check) -> PlanRow {
    PlanRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        code: wanted.code.clone(),
        name: wanted.name.clone(),
        description: wanted.description.clone(),
        features: Json(wanted.features.clone()),
        kind: wanted.kind,
        state: PlanState::Draft,
        properties: Json(properties::parse(findings, wanted.kind, &wanted.properties)),
        tlds: Json(wanted.tlds.clone()),
        tax_policy_id: wanted.tax_policy_id,
        prorates: wanted.prorates.unwrap_or(true),
        lead_days: wanted.lead_days,
        cycle_limit: wanted.cycle_limit,
        trial_days: wanted.trial_days,
        position: wanted.position,
        created_at: ctx.now,
        version: 1,
        change_policies: wanted.change_policies.map(Json),
        is_default: false,
    }
}
