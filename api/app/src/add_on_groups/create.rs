//! A new group of add-ons.

use crate::add_on_groups::views::{AddOnGroupCreate, AddOnGroupView, check};
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::add_on_groups::{self, AddOnGroupRow};
use comptoir_domain::permissions::may;
use serde_json::json;

/// Create an add-on group
#[utoipa::path(tag = "add_on_groups", request_body = AddOnGroupCreate, responses((status = 201, body = AddOnGroupView, description = "Created")))]
#[post("/v1/add-on-groups")]
pub async fn create_add_on_group(call: Call<may::WriteCatalog>, body: Body<AddOnGroupCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let AddOnGroupCreate { name, question, position } = body.0.clone();
        let row = AddOnGroupRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name,
            question,
            position,
            created_at: ctx.now,
            version: 1,
        };
        check(&row)?;
        add_on_groups::insert(tx, &row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "add_on_group.created", row.id, json!({ "name": row.name }))?;
        let location = format!("/v1/add-on-groups/{}", row.id);
        Ok(Reply::created(&AddOnGroupView::from(row), location).version(1))
    })
    .await
}
