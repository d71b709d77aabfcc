//! Letting an administrator in or keeping him out. Somebody with full access always remains.

use crate::administrators::create::may_hand_out;
use crate::administrators::views::AdministratorView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::post;
use comptoir_db::administrators::{self, AdministratorRow};
use comptoir_db::sessions::{self, Holder};
use comptoir_db::{Db, Outcome, roles};
use comptoir_domain::people::AdministratorStatus;
use comptoir_domain::permissions::may;
use comptoir_domain::{AdministratorId, Code, Problem};
use serde_json::json;

/// Disable an administrator
///
/// His sessions end.
#[utoipa::path(tag = "administrators", params(("id" = AdministratorId, Path)), responses((status = 200, body = AdministratorView, description = "Disabled")))]
#[post("/v1/administrators/{id}/disable")]
pub async fn disable_administrator(call: Call<may::WriteAdministrators>, id: Id<AdministratorId>) -> Answer {
    call.write(move |tx, ctx| set(tx, ctx, id.0, AdministratorStatus::Disabled)).await
}

/// Enable an administrator
#[utoipa::path(tag = "administrators", params(("id" = AdministratorId, Path)), responses((status = 200, body = AdministratorView, description = "Enabled")))]
#[post("/v1/administrators/{id}/enable")]
pub async fn enable_administrator(call: Call<may::WriteAdministrators>, id: Id<AdministratorId>) -> Answer {
    call.write(move |tx, ctx| set(tx, ctx, id.0, AdministratorStatus::Active)).await
}

fn set(tx: &mut Db, ctx: &Ctx, id: AdministratorId, status: AdministratorStatus) -> Outcome<Reply> {
    let mut row = administrators::lock(tx, ctx.scope, id)?;
    may_hand_out(tx, ctx, row.role_id)?;
    if row.status != status {
        row.status = status;
        keep_an_owner(tx, ctx, &row)?;
        administrators::save(tx, &mut row)?;
        if status == AdministratorStatus::Disabled {
            sessions::end_all(tx, ctx.scope, &[Holder::Administrator(id)], None, ctx.machine_now)?;
        }
        ctx.record(tx, "administrator.status_changed", row.id, json!({ "status": status }))?;
    }
    let version = row.version;
    Ok(Reply::ok(&AdministratorView::from(row)).version(version))
}

/// Refuses a change after which nobody could do everything any more. Everyone who makes such a change takes his turn at
/// the role with full access, so that two owners cannot disable each other at once.
pub fn keep_an_owner(tx: &mut Db, ctx: &Ctx, changed: &AdministratorRow) -> Outcome<()> {
    roles::lock_full_access(tx, ctx.scope)?;
    let stays =
        changed.status == AdministratorStatus::Active && roles::find(tx, ctx.scope, changed.role_id)?.full_access;
    if stays || administrators::count_other_owners(tx, ctx.scope, changed.id)? > 0 {
        return Ok(());
    }
    Err(Problem::new(Code::Conflict, "this is the last administrator with full access: give it to someone else first")
        .into())
}
