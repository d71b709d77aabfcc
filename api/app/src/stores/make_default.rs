//! Making a store the default.

use crate::kernel::{Answer, Call, Id};
use crate::stores::views::{StoreView, reply};
use actix_web::post;
use comptoir_db::{sellers, stores};
use comptoir_domain::StoreId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Make a store the default
///
/// The default until now is no longer it.
#[utoipa::path(tag = "stores", params(("id" = StoreId, Path)), responses((status = 200, body = StoreView, description = "The default")))]
#[post("/v1/stores/{id}/make-default")]
pub async fn make_store_default(call: Call<may::WriteStores>, id: Id<StoreId>) -> Answer {
    call.write(move |tx, ctx| {
        sellers::take_turn(tx, ctx.scope)?;
        let mut row = stores::lock(tx, ctx.scope, id.0)?;
        if !row.is_default {
            stores::clear_default(tx, ctx.scope)?;
            row.is_default = true;
            stores::save(tx, &mut row)?;
            ctx.record(tx, "store.made_default", row.id, json!({ "code": row.code }))?;
        }
        Ok(reply(row))
    })
    .await
}
