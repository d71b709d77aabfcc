//! A new administrator, with a password or with a link to set one.

use crate::administrators::views::{AdministratorCreate, AdministratorView, check};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply, passwords};
use crate::password_resets::{administrators_page, send_link};
use actix_web::post;
use comptoir_db::administrators::{self, AdministratorRow};
use comptoir_db::sessions::Holder;
use comptoir_db::{Db, Outcome, roles};
use comptoir_domain::people::{AdministratorStatus, normal_email};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, RoleId};
use serde_json::json;

/// Create an administrator
#[utoipa::path(tag = "administrators", request_body = AdministratorCreate, responses((status = 201, body = AdministratorView, description = "Created")))]
#[post("/v1/administrators")]
pub async fn create_administrator(call: Call<may::WriteAdministrators>, body: Body<AdministratorCreate>) -> Answer {
    let mut wanted = body.into_inner();
    let password_hash = passwords::new_hash("/password", wanted.password.take()).await?;
    let public_url = call.state().settings.public_url.clone();
    call.write(move |tx, ctx| {
        let row = create(tx, ctx, wanted.clone(), password_hash.clone())?;
        if row.password_hash.is_none() {
            send_link(
                tx,
                ctx.scope,
                ctx.machine_now,
                Holder::Administrator(row.id),
                &row.email,
                row.locale,
                &administrators_page(&public_url),
            )?;
        }
        let location = format!("/v1/administrators/{}", row.id);
        Ok(Reply::created(&AdministratorView::from(row), location).version(1))
    })
    .await
}

fn create(
    tx: &mut Db,
    ctx: &Ctx,
    wanted: AdministratorCreate,
    password_hash: Option<String>,
) -> Outcome<AdministratorRow> {
    let row = AdministratorRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        email: normal_email(&wanted.email),
        name: wanted.name,
        locale: wanted.locale,
        country: wanted.country,
        status: AdministratorStatus::Active,
        role_id: wanted.role_id,
        refuse_parallel_sessions: wanted.refuse_parallel_sessions,
        password_changed_at: password_hash.is_some().then_some(ctx.now),
        password_hash,
        created_at: ctx.now,
        version: 1,
    };
    check(&row)?;
    may_hand_out(tx, ctx, row.role_id)?;
    administrators::insert(tx, &row).map_err(|failure| failure.or_taken("/email"))?;
    ctx.record(tx, "administrator.created", row.id, json!({ "email": row.email, "role_id": row.role_id }))?;
    Ok(row)
}

/// Nobody gives a role that allows more than his own.
pub fn may_hand_out(tx: &mut Db, ctx: &Ctx, role: RoleId) -> Outcome<()> {
    let role = roles::find(tx, ctx.scope, role)?;
    if ctx.grants.cover(&role.grants()) {
        return Ok(());
    }
    Err(Problem::new(Code::Forbidden, "you cannot give a role that allows more than your own")
        .at("/role_id", "beyond_own", "more than your own")
        .into())
}
