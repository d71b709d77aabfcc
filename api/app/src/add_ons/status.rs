//! Putting an add-on on sale and taking it off. Which is open when stands in `domain::plans`.

use crate::add_ons::read::reply;
use crate::add_ons::views::AddOnView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::post;
use comptoir_db::{Db, Outcome, add_ons, prices};
use comptoir_domain::AddOnId;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{PlanAction, after, sellable};
use serde_json::json;

/// Put an add-on on sale
///
/// It needs a price that is valid today.
#[utoipa::path(tag = "add_ons", params(("id" = AddOnId, Path)), responses((status = 200, body = AddOnView, description = "The add-on as it is now")))]
#[post("/v1/add-ons/{id}/activate")]
pub async fn activate_add_on(call: Call<may::WriteCatalog>, id: Id<AddOnId>) -> Answer {
    call.write(move |tx, ctx| act(tx, ctx, id.0, PlanAction::Publish)).await
}

/// Take an add-on off sale
///
/// The subscriptions that have it keep it.
#[utoipa::path(tag = "add_ons", params(("id" = AddOnId, Path)), responses((status = 200, body = AddOnView, description = "The add-on as it is now")))]
#[post("/v1/add-ons/{id}/retire")]
pub async fn retire_add_on(call: Call<may::WriteCatalog>, id: Id<AddOnId>) -> Answer {
    call.write(move |tx, ctx| act(tx, ctx, id.0, PlanAction::Retire)).await
}

fn act(tx: &mut Db, ctx: &Ctx, id: AddOnId, action: PlanAction) -> Outcome<Reply> {
    let mut row = add_ons::lock(tx, ctx.scope, id)?;
    let before = row.state;
    row.state = after(before, action)?;
    if action == PlanAction::Publish {
        let book = prices::current_of_add_ons(tx, ctx.scope, &[id], ctx.today())?;
        sellable(&book.iter().map(|price| price.price()).collect::<Vec<_>>())?;
    }
    add_ons::save(tx, &mut row)?;
    ctx.record(tx, "add_on.state_changed", id, json!({ "from": before, "to": row.state }))?;
    reply(tx, ctx, row)
}
