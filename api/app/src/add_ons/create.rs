//! A new add-on.

use crate::add_ons::read::view;
use crate::add_ons::views::{AddOnCreate, AddOnView, check};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::prices::{check_book, rows};
use actix_web::post;
use comptoir_db::add_ons::{self, AddOnRow};
use comptoir_db::prices::{self, Priced};
use comptoir_db::{Db, Json, Outcome, add_on_groups, plans};
use comptoir_domain::Check;
use comptoir_domain::hosting::{Bearer, Properties};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::PlanState;
use serde_json::json;

/// Create an add-on
///
/// It is a draft until it is activated. Plans offer it by their `add_on_ids`.
#[utoipa::path(tag = "add_ons", request_body = AddOnCreate, responses((status = 201, body = AddOnView, description = "Created")))]
#[post("/v1/add-ons")]
pub async fn create_add_on(call: Call<may::WriteCatalog>, body: Body<AddOnCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let row = create(tx, ctx, &body.0)?;
        let location = format!("/v1/add-ons/{}", row.id);
        Ok(Reply::created(&view(tx, ctx, row)?, location).version(1))
    })
    .await
}

fn create(tx: &mut Db, ctx: &Ctx, wanted: &AddOnCreate) -> Outcome<AddOnRow> {
    let group = add_on_groups::find(tx, ctx.scope, wanted.add_on_group_id)?;
    plans::require_tax_policy(tx, ctx.scope, wanted.tax_policy_id)?;
    let mut findings = Check::new();
    let properties = Properties::parse(&mut findings, "/properties", &wanted.properties, Bearer::AddOn, None);
    let row = AddOnRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        add_on_group_id: group.id,
        code: wanted.code.clone(),
        name: wanted.name.clone(),
        description: wanted.description.clone(),
        state: PlanState::Draft,
        properties: Json(properties),
        tax_policy_id: wanted.tax_policy_id,
        position: wanted.position,
        created_at: ctx.now,
        version: 1,
    };
    check(&row, &mut findings);
    check_book(ctx, &mut findings, &wanted.prices);
    findings.done()?;
    add_ons::insert(tx, &row).map_err(|failure| failure.or_taken("/code"))?;
    prices::insert(tx, &rows(ctx, Priced::AddOn(row.id), &wanted.prices))?;
    ctx.record(tx, "add_on.created", row.id, json!({ "code": row.code }))?;
    Ok(row)
}
