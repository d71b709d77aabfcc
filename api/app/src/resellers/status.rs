//! Suspending a reseller shuts out everyone of it and its clients; activating lets them back in.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::sellers::views::SellerView;
use actix_web::post;
use comptoir_db::{Db, Outcome, sellers};
use comptoir_domain::SellerId;
use comptoir_domain::people::SellerStatus;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Suspend a reseller
#[utoipa::path(tag = "resellers", params(("id" = SellerId, Path)), responses((status = 200, body = SellerView, description = "Suspended")))]
#[post("/v1/resellers/{id}/suspend")]
pub async fn suspend_reseller(call: Call<may::WriteResellers>, id: Id<SellerId>) -> Answer {
    call.write(move |tx, ctx| set(tx, ctx, id.0, SellerStatus::Suspended)).await
}

/// Activate a reseller
#[utoipa::path(tag = "resellers", params(("id" = SellerId, Path)), responses((status = 200, body = SellerView, description = "Active")))]
#[post("/v1/resellers/{id}/activate")]
pub async fn activate_reseller(call: Call<may::WriteResellers>, id: Id<SellerId>) -> Answer {
    call.write(move |tx, ctx| set(tx, ctx, id.0, SellerStatus::Active)).await
}

fn set(tx: &mut Db, ctx: &Ctx, id: SellerId, status: SellerStatus) -> Outcome<Reply> {
    let mut row = sellers::reseller(tx, ctx.scope, id)?;
    if row.status != status {
        row.status = status;
        sellers::save(tx, &mut row)?;
        ctx.record(tx, "reseller.status_changed", row.id, json!({ "status": status }))?;
    }
    let version = row.version;
    Ok(Reply::ok(&SellerView::from(row)).version(version))
}
