//! A certificate plan that becomes an add-on of hosting plans (CAT-10).

use crate::add_ons::read::view;
use crate::add_ons::views::{AddOnView, check};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use actix_web::post;
use comptoir_db::add_ons::{self, AddOnRow};
use comptoir_db::certificates::{self, CertificateAddOnRow};
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::prices::{self, PriceRow};
use comptoir_db::{Db, Json, Outcome, add_on_groups};
use comptoir_domain::add_ons::as_certificate_add_on;
use comptoir_domain::hosting::Properties;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{PlanAction, PlanState, after};
use comptoir_domain::{AddOnGroupId, Check, Code, PlanId, Problem};
use serde_json::json;

/// Where a certificate plan goes as an add-on.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_on_group_id": "agr_000g40o40k30e209185go38e1s"}))]
pub struct PlanConversion {
    /// The group it belongs to then.
    pub add_on_group_id: AddOnGroupId,
    /// Its short name for machines; that of the plan if absent.
    #[schema(min_length = 1, max_length = 40)]
    pub code: Option<String>,
}

/// Convert a certificate plan into an add-on
///
/// The add-on has its name, texts, taxes and prices, and is on sale if the plan is. The plan is no longer sold alone; its
/// subscriptions go on, and its stores are those of the add-on. A hosting plan takes the add-on up by its `add_on_ids`; it is in
/// no other stores, cycles and currencies than the add-on.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = PlanConversion, responses((status = 201, body = AddOnView, description = "The add-on")))]
#[post("/v1/plans/{id}/convert-to-add-on")]
pub async fn convert_plan_to_add_on(
    call: Call<may::WriteCatalog>,
    id: Id<PlanId>,
    body: Body<PlanConversion>,
) -> Answer {
    call.write(move |tx, ctx| {
        let plan = plans::lock(tx, ctx.scope, id.0)?;
        let row = convert(tx, ctx, plan, &body.0)?;
        let location = format!("/v1/add-ons/{}", row.id);
        Ok(Reply::created(&view(tx, ctx, row)?, location).version(1))
    })
    .await
}

fn convert(tx: &mut Db, ctx: &Ctx, mut plan: PlanRow, wanted: &PlanConversion) -> Outcome<AddOnRow> {
    let group = add_on_groups::find(tx, ctx.scope, wanted.add_on_group_id)?;
    as_certificate_add_on(plan.kind)?;
    if let Some(add_on) = certificates::became(tx, ctx.scope, plan.id)? {
        return Err(Problem::new(Code::Conflict, format!("it is an add-on already: {add_on}")).into());
    }
    let is_sold = plan.state == PlanState::Active;
    let row = AddOnRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        add_on_group_id: group.id,
        code: wanted.code.clone().unwrap_or_else(|| plan.code.clone()),
        name: plan.name.clone(),
        description: plan.description.clone(),
        state: if is_sold { PlanState::Active } else { PlanState::Draft },
        properties: Json(Properties::default()),
        tax_policy_id: plan.tax_policy_id,
        position: plan.position,
        created_at: ctx.now,
        version: 1,
    };
    let mut findings = Check::new();
    check(&row, &mut findings);
    findings.done()?;
    add_ons::insert(tx, &row).map_err(|failure| failure.or_taken("/code"))?;
    let book = prices::open_of_plans(tx, ctx.scope, &[plan.id], ctx.today())?;
    let copies: Vec<_> = book.into_iter().map(|price| copy(ctx, price, &row)).collect();
    prices::insert(tx, &copies)?;
    let tie = CertificateAddOnRow { seller_id: row.seller_id, add_on_id: row.id, plan_id: plan.id };
    certificates::insert_add_on(tx, &tie)?;
    if is_sold {
        plan.state = after(plan.state, PlanAction::Retire)?;
    }
    plans::save(tx, &mut plan)?;
    ctx.record(tx, "plan.converted", plan.id, json!({ "code": plan.code, "add_on_id": row.id }))?;
    Ok(row)
}

/// The same price, of the add-on. What is valid today begins today.
fn copy(ctx: &Ctx, price: PriceRow, add_on: &AddOnRow) -> PriceRow {
    PriceRow {
        id: fresh(),
        plan_id: None,
        add_on_id: Some(add_on.id),
        upgrade_minor: 0,
        downgrade_minor: 0,
        valid_from: price.valid_from.max(ctx.today()),
        created_at: ctx.now,
        ..price
    }
}
