//! Reading and changing one's own profile.

use crate::kernel::{Answer, Body, Call, IfMatch, Reply};
use crate::sellers::views::{SellerPatch, SellerView};
use actix_web::{get, patch};
use comptoir_db::sellers;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Get your own profile
#[utoipa::path(tag = "sellers", responses((status = 200, body = SellerView, description = "The seller you work for")))]
#[get("/v1/seller")]
pub async fn get_seller(call: Call<may::ReadSeller>) -> Answer {
    let row = call.read(|db, ctx| sellers::own(db, ctx.scope)).await?;
    let version = row.version;
    Ok(Reply::ok(&SellerView::from(row)).version(version))
}

/// Change your own profile
#[utoipa::path(tag = "sellers", request_body = SellerPatch, responses((status = 200, body = SellerView, description = "The profile as it is now")))]
#[patch("/v1/seller")]
pub async fn update_seller(call: Call<may::WriteSeller>, seen: IfMatch, body: Body<SellerPatch>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = sellers::own(tx, ctx.scope)?;
        seen.check(row.version)?;
        body.0.clone().apply(&mut row)?;
        sellers::save(tx, &mut row)?;
        ctx.record(tx, "seller.updated", row.id, json!({ "company": row.company }))?;
        let version = row.version;
        Ok(Reply::ok(&SellerView::from(row)).version(version))
    })
    .await
}
