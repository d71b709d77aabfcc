//! An ending of one's own.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::tlds::views::{TldCreate, TldView, check};
use actix_web::post;
use comptoir_db::Json;
use comptoir_db::tlds::{self, TldRow};
use comptoir_domain::permissions::may;
use comptoir_domain::tlds::TldState;
use serde_json::json;

/// Create a TLD
///
/// It begins suspended and without a registrar.
#[utoipa::path(tag = "tlds", request_body = TldCreate, responses((status = 201, body = TldView, description = "Created")))]
#[post("/v1/tlds")]
pub async fn create_tld(call: Call<may::WriteCatalog>, body: Body<TldCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let TldCreate { name, prices } = body.0.clone();
        let row = TldRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name,
            state: TldState::Suspended,
            default_registrar_id: None,
            prices: Json(prices),
            is_predefined: false,
            created_at: ctx.now,
            version: 1,
        };
        check(&row)?;
        tlds::insert(tx, &row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "tld.created", row.id, json!({ "name": row.name }))?;
        let location = format!("/v1/tlds/{}", row.id);
        Ok(Reply::created(&TldView::from(row), location).version(1))
    })
    .await
}
