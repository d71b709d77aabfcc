//! Who is signed in.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Ctx, Id, List, Reply};
use crate::sessions::views::{SessionList, SessionView};
use actix_web::get;
use comptoir_db::sessions::{self, SessionFilter};
use comptoir_db::{Db, administrators, contacts};
use comptoir_domain::people::Audience;
use comptoir_domain::permissions::may;
use comptoir_domain::{AdministratorId, ContactId, SessionId};

/// Which sessions.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    /// Administrators' or clients'.
    audience: Option<Audience>,
    /// Of one administrator.
    administrator_id: Option<AdministratorId>,
    /// Of one contact.
    contact_id: Option<ContactId>,
    /// Those that have ended too.
    ended: Option<bool>,
}

impl Filters for SessionQuery {}

/// List sessions
#[utoipa::path(tag = "sessions", params(ListParameters, SessionQuery), responses((status = 200, body = SessionList, description = "A page")))]
#[get("/v1/sessions")]
pub async fn list_sessions(call: Call<may::ReadSessions>, list: List<SessionQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let live_at = (query.ended != Some(true)).then_some(call.ctx().machine_now);
    let filter = SessionFilter {
        audience: query.audience,
        administrator_id: query.administrator_id,
        contact_id: query.contact_id,
        live_at,
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(administrator) = filter.administrator_id {
            administrators::find(db, ctx.scope, administrator)?;
        }
        if let Some(contact) = filter.contact_id {
            contacts::find(db, ctx.scope, contact)?;
        }
        sessions::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let asking = call.ctx().session;
    let data = slice.rows.into_iter().map(|row| SessionView::new(row, asking)).collect();
    Ok(Reply::ok(&SessionList { data, next_cursor }))
}

/// Get a session
#[utoipa::path(tag = "sessions", params(("id" = SessionId, Path)), responses((status = 200, body = SessionView, description = "The session")))]
#[get("/v1/sessions/{id}")]
pub async fn get_session(call: Call<may::ReadSessions>, id: Id<SessionId>) -> Answer {
    let row = call.read(move |db, ctx| sessions::find(db, ctx.scope, id.0)).await?;
    Ok(Reply::ok(&SessionView::new(row, call.ctx().session)))
}
