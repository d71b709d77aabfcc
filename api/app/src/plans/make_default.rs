//! Making a plan the default of its kind, or none.

use crate::kernel::{Answer, Call, Id};
use crate::plans::read::reply;
use crate::plans::views::PlanView;
use actix_web::post;
use comptoir_db::{plans, sellers};
use comptoir_domain::PlanId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Make a plan the default of its kind
///
/// A custom subscription begins with what the default hosting plan promises. The default of this kind until now is no longer
/// it. The plan need not be on sale.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), responses((status = 200, body = PlanView, description = "The default")))]
#[post("/v1/plans/{id}/make-default")]
pub async fn make_plan_default(call: Call<may::WriteCatalog>, id: Id<PlanId>) -> Answer {
    call.write(move |tx, ctx| {
        sellers::take_turn(tx, ctx.scope)?;
        let mut row = plans::lock(tx, ctx.scope, id.0)?;
        if !row.is_default {
            plans::clear_default(tx, ctx.scope, row.kind)?;
            row.is_default = true;
            plans::save(tx, &mut row)?;
            ctx.record(tx, "plan.made_default", row.id, json!({ "code": row.code, "kind": row.kind }))?;
        }
        reply(tx, ctx, row)
    })
    .await
}

/// Make a plan the default of its kind no longer
///
/// There is none then: custom subscriptions begin with no promises.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), responses((status = 200, body = PlanView, description = "A plan like others")))]
#[post("/v1/plans/{id}/unset-default")]
pub async fn unset_plan_default(call: Call<may::WriteCatalog>, id: Id<PlanId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = plans::lock(tx, ctx.scope, id.0)?;
        if row.is_default {
            row.is_default = false;
            plans::save(tx, &mut row)?;
            ctx.record(tx, "plan.unset_default", row.id, json!({ "code": row.code, "kind": row.kind }))?;
        }
        reply(tx, ctx, row)
    })
    .await
}
