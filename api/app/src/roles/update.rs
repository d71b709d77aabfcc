//! Changing a role.

use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::roles::views::{RolePatch, RoleView, check, grantable, tidy};
use actix_web::patch;
use comptoir_db::Json;
use comptoir_db::roles::{self, RoleRow};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, RoleId};
use serde_json::json;

/// Change a role
///
/// Takes effect at the next call of everyone who holds it.
#[utoipa::path(tag = "roles", params(("id" = RoleId, Path)), request_body = RolePatch, responses((status = 200, body = RoleView, description = "The role as it is now")))]
#[patch("/v1/roles/{id}")]
pub async fn update_role(
    call: Call<may::WriteAdministrators>,
    id: Id<RoleId>,
    seen: IfMatch,
    body: Body<RolePatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = roles::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        changeable(&row)?;
        // whoever holds less than the role may not touch it either: he could narrow his betters
        grantable(ctx, &row.permissions.0)?;
        let patch = body.0.clone();
        patch.name.apply(&mut row.name);
        if let Some(permissions) = patch.permissions.value() {
            row.permissions = Json(tidy(permissions.clone()));
        }
        check(ctx, &row.name, &row.permissions.0)?;
        roles::save(tx, &mut row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "role.updated", row.id, json!({ "name": row.name, "permissions": row.permissions.0 }))?;
        let version = row.version;
        Ok(Reply::ok(&RoleView::from(row)).version(version))
    })
    .await
}

/// The role that allows everything is the way back in: it stays.
pub fn changeable(row: &RoleRow) -> Result<(), Problem> {
    if row.full_access {
        return Err(Problem::new(Code::Conflict, "the role with full access stays as it is: create another one"));
    }
    Ok(())
}
