//! Suspending, activating, cancelling… a client (CLI-06). Which action is open where stands in `domain::clients`.

use crate::clients::read::reply;
use crate::clients::views::{ClientStatusChange, ClientView, check_reason};
use crate::kernel::call::Ctx;
use crate::kernel::path::parameter;
use crate::kernel::{Answer, Body, Call, Id};
use actix_web::{HttpRequest, post};
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::contacts::{self, ContactFilter};
use comptoir_db::sessions::{self, Holder};
use comptoir_db::{Db, Outcome, Page};
use comptoir_domain::clients::{ClientAction, after, may_sign_in};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Code, Problem};
use serde_json::json;

/// Change where a client stands
///
/// `open_actions` of the client says what can be done now. Suspending, cancelling and marking as fraudulent end the
/// sessions of its contacts.
#[utoipa::path(tag = "clients", params(("id" = ClientId, Path), ("action" = ClientAction, Path)), request_body = ClientStatusChange,
    responses((status = 200, body = ClientView, description = "The client as it is now")))]
#[post("/v1/clients/{id}/{action}")]
pub async fn change_client_status(
    call: Call<may::WriteClients>,
    id: Id<ClientId>,
    request: HttpRequest,
    body: Body<ClientStatusChange>,
) -> Answer {
    let action: ClientAction = parameter(&request, "action")?;
    call.write(move |tx, ctx| {
        let row = act(tx, ctx, id.0, action, &body.0.reason)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Does one thing with one client.
pub fn act(tx: &mut Db, ctx: &Ctx, id: ClientId, action: ClientAction, reason: &str) -> Outcome<ClientRow> {
    check_reason(reason)?;
    let mut row = clients::lock(tx, ctx.scope, id)?;
    let before = row.status;
    let archived = row.archived_at.is_some();
    row.status = after(before, action)?;
    match action {
        ClientAction::Archive if archived => {
            return Err(Problem::new(Code::WrongState, "the client is in the archive already").into());
        }
        ClientAction::Archive => row.archived_at = Some(ctx.now),
        ClientAction::Restore if !archived => {
            return Err(Problem::new(Code::WrongState, "the client is not in the archive").into());
        }
        ClientAction::Restore => row.archived_at = None,
        _ if archived => {
            return Err(Problem::new(Code::WrongState, "the client is in the archive: restore it first").into());
        }
        _ => row.status_reason = reason.into(),
    }
    clients::save(tx, &mut row)?;
    if !may_sign_in(row.status) {
        sign_out_everyone(tx, ctx, id)?;
    }
    ctx.record(
        tx,
        "client.status_changed",
        id,
        json!({ "action": action, "from": before, "to": row.status, "reason": reason }),
    )?;
    Ok(row)
}

fn sign_out_everyone(tx: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<()> {
    let filter = ContactFilter { client_id: Some(client), email: None };
    let mut page = Page { limit: 100, sort: String::new(), descending: false, after: None };
    loop {
        let slice = contacts::list(tx, ctx.scope, &filter, &page)?;
        let holders: Vec<_> = slice.rows.iter().map(|contact| Holder::Contact(contact.id)).collect();
        sessions::end_all(tx, ctx.scope, &holders, None, ctx.machine_now)?;
        match slice.next {
            Some(next) => page.after = Some(next),
            None => return Ok(()),
        }
    }
}
