//! Suspending, activating, cancelling… a client (CLI-06). Which action is open where stands in `domain::clients`.

use crate::clients::read::reply;
use crate::clients::views::{ClientStatusChange, ClientView};
use crate::kernel::call::Ctx;
use crate::kernel::path::parameter;
use crate::kernel::{Answer, Body, Call, Id};
use crate::orders::cancel::cancel as give_up;
use crate::subscriptions::cancel::{CancelRefund, end_later, end_now};
use crate::subscriptions::fraud::{accuse, acquit};
use crate::subscriptions::hold::place_hold;
use crate::subscriptions::revise::Subject;
use actix_web::{HttpRequest, post};
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::contacts::{self, ContactFilter};
use comptoir_db::sessions::{self, Holder};
use comptoir_db::{Db, Outcome, Page, invoices, orders, subscriptions};
use comptoir_domain::clients::{ClientAction, SubscriptionEffect, after, may_sign_in, subscription_effect};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{CancelPolicy, HoldKind};
use comptoir_domain::{ClientId, Code, Problem, SubscriptionId};
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
        let row = act(tx, ctx, id.0, action, &body.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Does one thing with one client.
pub fn act(
    tx: &mut Db,
    ctx: &Ctx,
    id: ClientId,
    action: ClientAction,
    change: &ClientStatusChange,
) -> Outcome<ClientRow> {
    let mut row = clients::lock(tx, ctx.scope, id)?;
    change.check()?;
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
        _ => row.status_reason = change.reason.clone(),
    }
    let affected = affect_subscriptions(tx, ctx, id, action, change)?;
    clients::save(tx, &mut row)?;
    if !may_sign_in(row.status) {
        sign_out_everyone(tx, ctx, id)?;
    }
    ctx.record(
        tx,
        "client.status_changed",
        id,
        json!({ "action": action, "from": before, "to": row.status, "reason": change.reason, "subscriptions": affected }),
    )?;
    Ok(row)
}

/// What the action does to the client's subscriptions (a table in `domain::clients`); says how many there were.
fn affect_subscriptions(
    tx: &mut Db,
    ctx: &Ctx,
    client: ClientId,
    action: ClientAction,
    change: &ClientStatusChange,
) -> Outcome<usize> {
    let live = subscriptions::live_of_client(tx, ctx.scope, client)?;
    for row in &live {
        match subscription_effect(action) {
            SubscriptionEffect::None => {}
            SubscriptionEffect::Hold => place_hold(tx, ctx, row.id, HoldKind::Client, &change.reason)?,
            SubscriptionEffect::Release => acquit(tx, ctx, row.id, &change.reason)?,
            SubscriptionEffect::Accuse => accuse(tx, ctx, row.id, &change.reason)?,
            SubscriptionEffect::EndNow => finish(tx, ctx, row.id, &change.reason)?,
            SubscriptionEffect::ByPolicy => match change.subscriptions {
                Some(CancelPolicy::Now) => finish(tx, ctx, row.id, &change.reason)?,
                Some(CancelPolicy::EndOfCycle) => {
                    let mut subject = Subject::lock(tx, ctx, row.id)?;
                    end_later(tx, ctx, &mut subject.row, &change.reason)?;
                }
                Some(CancelPolicy::Leave) => {}
                None => {
                    return Err(Problem::field(
                        "/subscriptions",
                        "required",
                        "say what becomes of its subscriptions: now, end_of_cycle or leave",
                    )
                    .into());
                }
            },
            SubscriptionEffect::MustHaveNone => {
                let detail = format!("subscription {} is {}: cancel it first", row.number, row.status);
                return Err(Problem::new(Code::InUse, detail).into());
            }
        }
    }
    Ok(live.len())
}

/// Ends a subscription today, as if it were cancelled by itself. One whose order was never paid goes with the order.
fn finish(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, reason: &str) -> Outcome<()> {
    if let Some(order) = invoices::ordered_draft(tx, ctx.scope, id)?.and_then(|draft| draft.order_id) {
        let order = orders::lock(tx, ctx.scope, order)?;
        give_up(tx, ctx, order, reason)?;
    }
    let mut subject = Subject::lock(tx, ctx, id)?;
    if subject.row.status.is_ended() {
        return Ok(());
    }
    end_now(tx, ctx, &mut subject, CancelRefund::None, reason)
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
