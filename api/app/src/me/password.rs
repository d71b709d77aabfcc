//! One's own password, and signing out.

use crate::administrators::update::PasswordChange;
use crate::kernel::{Answer, Body, Call, Ctx, Reply};
use crate::sessions::end::end_own_others;
use actix_web::post;
use comptoir_db::{Db, Outcome, contacts, sessions};
use comptoir_domain::ContactId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change your own password
///
/// Your other sessions end.
#[utoipa::path(tag = "me", request_body = PasswordChange, responses((status = 204, description = "Changed")))]
#[post("/v1/me/change-password")]
pub async fn change_my_password(call: Call<may::Own>, body: Body<PasswordChange>) -> Answer {
    let (contact, _) = call.ctx().client()?;
    let known = call.read(move |db, ctx| contacts::find(db, ctx.scope, contact)).await?;
    let hash = body.into_inner().hash(known.password_hash).await?;
    call.write(move |tx, ctx| {
        set_password(tx, ctx, contact, hash.clone())?;
        Ok(Reply::no_content())
    })
    .await
}

/// Sets the password of the contact who acts, and ends its other sessions.
pub fn set_password(tx: &mut Db, ctx: &Ctx, contact: ContactId, hash: String) -> Outcome<()> {
    let mut row = contacts::lock(tx, ctx.scope, contact)?;
    row.password_hash = Some(hash);
    row.password_changed_at = Some(ctx.now);
    contacts::save(tx, &mut row)?;
    end_own_others(tx, ctx)?;
    ctx.record(tx, "contact.password_changed", row.id, json!({}))
}

/// Sign out
#[utoipa::path(tag = "me", responses((status = 204, description = "This session has ended")))]
#[post("/v1/me/sign-out")]
pub async fn sign_me_out(call: Call<may::Own>) -> Answer {
    call.write(|tx, ctx| {
        if let Some(session) = ctx.session {
            sessions::end(tx, ctx.scope, session, ctx.machine_now)?;
        }
        Ok(Reply::no_content())
    })
    .await
}
