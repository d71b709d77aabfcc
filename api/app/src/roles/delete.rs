//! Removing a role that nobody has.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use crate::roles::update::changeable;
use actix_web::delete;
use comptoir_db::roles;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, RoleId};
use serde_json::json;

/// Delete a role
#[utoipa::path(tag = "roles", params(("id" = RoleId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/roles/{id}")]
pub async fn delete_role(call: Call<may::WriteAdministrators>, id: Id<RoleId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = roles::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        changeable(&row)?;
        if roles::is_used(tx, ctx.scope, row.id)? {
            return Err(Problem::new(Code::InUse, "administrators hold this role: give them another one first").into());
        }
        roles::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "role.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
