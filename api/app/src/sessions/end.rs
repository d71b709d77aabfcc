//! Ending sessions: one's own, another's, all others.

use crate::kernel::call::{Actor, Ctx};
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::post;
use comptoir_db::sessions::{self, Holder};
use comptoir_db::{Db, Outcome};
use comptoir_domain::SessionId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// End a session
#[utoipa::path(tag = "sessions", params(("id" = SessionId, Path)), responses((status = 204, description = "It has ended")))]
#[post("/v1/sessions/{id}/end")]
pub async fn end_session(call: Call<may::WriteSessions>, id: Id<SessionId>) -> Answer {
    call.write(move |tx, ctx| {
        let session = sessions::find(tx, ctx.scope, id.0)?;
        if sessions::end(tx, ctx.scope, session.id, ctx.machine_now)? {
            ctx.record(tx, "session.ended", session.id, json!({}))?;
        }
        Ok(Reply::no_content())
    })
    .await
}

/// End all sessions but this one
#[utoipa::path(tag = "sessions", responses((status = 204, description = "They have ended")))]
#[post("/v1/sessions/end-others")]
pub async fn end_other_sessions(call: Call<may::WriteSessions>) -> Answer {
    call.write(|tx, ctx| {
        let ended = sessions::end_others(tx, ctx.scope, ctx.session, ctx.machine_now)?;
        ctx.record(tx, "session.others_ended", "", json!({ "count": ended }))?;
        Ok(Reply::no_content())
    })
    .await
}

/// Sign out
#[utoipa::path(tag = "sessions", responses((status = 204, description = "This session has ended")))]
#[post("/v1/sessions/sign-out")]
pub async fn sign_out(call: Call<may::Work>) -> Answer {
    call.write(|tx, ctx| {
        if let Some(session) = ctx.session {
            sessions::end(tx, ctx.scope, session, ctx.machine_now)?;
        }
        Ok(Reply::no_content())
    })
    .await
}

/// Ends the other sessions of whoever acts, after his password has changed.
pub fn end_own_others(tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
    let holder = match ctx.actor {
        Actor::Administrator(id) => Holder::Administrator(id),
        Actor::Contact(id, _) => Holder::Contact(id),
        Actor::Key(_) | Actor::Shopper(_) | Actor::System => return Ok(()),
    };
    sessions::end_all(tx, ctx.scope, &[holder], ctx.session, ctx.machine_now)?;
    Ok(())
}
