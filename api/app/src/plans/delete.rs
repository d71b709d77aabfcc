//! Removing a plan that was never on sale (CAT-14).

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::{Db, Outcome, Scope, certificates};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::PlanState;
use comptoir_domain::{Code, PlanId, Problem};
use serde_json::json;

/// Delete a plan
///
/// Only a draft without subscriptions that no other plan leads to; what was on sale is retired instead.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/plans/{id}")]
pub async fn delete_plan(call: Call<may::WriteCatalog>, id: Id<PlanId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = plans::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        deletable(tx, ctx.scope, &row)?;
        plans::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "plan.deleted", row.id, json!({ "code": row.code }))?;
        Ok(Reply::no_content())
    })
    .await
}

fn deletable(tx: &mut Db, scope: Scope, row: &PlanRow) -> Outcome<()> {
    let retire = format!("POST /v1/plans/{}/retire takes it off sale", row.id);
    if plans::has_subscriptions(tx, scope, row.id)? {
        return Err(Problem::new(Code::InUse, format!("it has subscriptions: {retire}")).into());
    }
    if row.state != PlanState::Draft {
        return Err(Problem::new(Code::WrongState, format!("it was on sale: {retire}")).into());
    }
    if let Some(add_on) = certificates::became(tx, scope, row.id)? {
        return Err(Problem::new(Code::InUse, format!("it has become an add-on: delete {add_on} first")).into());
    }
    let leading = plans::leading_to(tx, scope, row.id)?;
    if leading.is_empty() {
        return Ok(());
    }
    let detail = format!("take it out of upgrade_to first: {}", leading.join(", "));
    Err(Problem::new(Code::InUse, detail).into())
}
