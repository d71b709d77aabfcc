//! A new role.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::roles::views::{RoleCreate, RoleView, check, tidy};
use actix_web::post;
use comptoir_db::Json;
use comptoir_db::roles::{self, RoleRow};
use comptoir_domain::permissions::may;
use serde_json::json;

/// Create a role
#[utoipa::path(tag = "roles", request_body = RoleCreate, responses((status = 201, body = RoleView, description = "Created")))]
#[post("/v1/roles")]
pub async fn create_role(call: Call<may::WriteAdministrators>, body: Body<RoleCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let RoleCreate { name, permissions } = body.0.clone();
        check(ctx, &name, &permissions)?;
        let row = RoleRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name,
            full_access: false,
            permissions: Json(tidy(permissions)),
            created_at: ctx.now,
            version: 1,
        };
        roles::insert(tx, &row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "role.created", row.id, json!({ "name": row.name, "permissions": row.permissions.0 }))?;
        let location = format!("/v1/roles/{}", row.id);
        Ok(Reply::created(&RoleView::from(row), location).version(1))
    })
    .await
}
