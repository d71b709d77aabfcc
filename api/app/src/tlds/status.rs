//! Putting an ending to work and suspending it.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::tlds::views::TldView;
use actix_web::post;
use comptoir_db::{Db, Outcome, tlds};
use comptoir_domain::TldId;
use comptoir_domain::permissions::may;
use comptoir_domain::tlds::{TldState, after};
use serde_json::json;

/// Activate a TLD
///
/// Domain plans may name it from now on. Without a registrar, its names are registered by hand.
#[utoipa::path(tag = "tlds", params(("id" = TldId, Path)), responses((status = 200, body = TldView, description = "The ending as it is now")))]
#[post("/v1/tlds/{id}/activate")]
pub async fn activate_tld(call: Call<may::WriteCatalog>, id: Id<TldId>) -> Answer {
    call.write(move |tx, ctx| turn(tx, ctx, id.0, TldState::Active)).await
}

/// Suspend a TLD
///
/// No store offers it until it is active again, whatever plans name it. Names that were sold go on.
#[utoipa::path(tag = "tlds", params(("id" = TldId, Path)), responses((status = 200, body = TldView, description = "The ending as it is now")))]
#[post("/v1/tlds/{id}/suspend")]
pub async fn suspend_tld(call: Call<may::WriteCatalog>, id: Id<TldId>) -> Answer {
    call.write(move |tx, ctx| turn(tx, ctx, id.0, TldState::Suspended)).await
}

fn turn(tx: &mut Db, ctx: &Ctx, id: TldId, wanted: TldState) -> Outcome<Reply> {
    let mut row = tlds::lock(tx, ctx.scope, id)?;
    let before = row.state;
    row.state = after(before, wanted)?;
    tlds::save(tx, &mut row)?;
    let fact = json!({ "name": row.name, "from": before, "to": row.state });
    ctx.record(tx, "tld.state_changed", row.id, fact)?;
    let version = row.version;
    Ok(Reply::ok(&TldView::from(row)).version(version))
}
