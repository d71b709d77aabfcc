//! Putting a plan on sale and taking it off. Which is open when stands in `domain::plans`.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::plans::read::reply;
use crate::plans::views::PlanView;
use actix_web::post;
use comptoir_db::{Db, Outcome, certificates, plans, prices, tlds};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{PlanAction, after, sellable};
use comptoir_domain::{Code, PlanId, Problem};
use serde_json::json;

/// Put a plan on sale
///
/// It needs a price that is valid today, or, for names, an ending with prices.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), responses((status = 200, body = PlanView, description = "The plan as it is now")))]
#[post("/v1/plans/{id}/activate")]
pub async fn activate_plan(call: Call<may::WriteCatalog>, id: Id<PlanId>) -> Answer {
    call.write(move |tx, ctx| act(tx, ctx, id.0, PlanAction::Publish)).await
}

/// Take a plan off sale
///
/// Its subscriptions go on.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), responses((status = 200, body = PlanView, description = "The plan as it is now")))]
#[post("/v1/plans/{id}/retire")]
pub async fn retire_plan(call: Call<may::WriteCatalog>, id: Id<PlanId>) -> Answer {
    call.write(move |tx, ctx| act(tx, ctx, id.0, PlanAction::Retire)).await
}

fn act(tx: &mut Db, ctx: &Ctx, id: PlanId, action: PlanAction) -> Outcome<Reply> {
    let mut row = plans::lock(tx, ctx.scope, id)?;
    let before = row.state;
    row.state = after(before, action)?;
    if action == PlanAction::Publish {
        if certificates::became(tx, ctx.scope, id)?.is_some() {
            return Err(Problem::new(Code::WrongState, "it is sold as an add-on now: activate that").into());
        }
        let book = prices::current_of_plans(tx, ctx.scope, &[id], ctx.today())?;
        let named = tlds::named(tx, ctx.scope, &row.tlds.0)?;
        // names cost what their endings do
        if named.iter().all(|tld| tld.prices.0.is_empty()) {
            sellable(&book.iter().map(|price| price.price()).collect::<Vec<_>>())?;
        }
    }
    plans::save(tx, &mut row)?;
    ctx.record(tx, "plan.state_changed", id, json!({ "from": before, "to": row.state }))?;
    reply(tx, ctx, row)
}
