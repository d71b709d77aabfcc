//! Having recurring work done now, outside its schedule (EVT-01).

use crate::events::enqueue::{Task, row};
use crate::events::views::{EventRequest, EventView};
use crate::kernel::{Answer, AppState, Body, Call, Reply};
use actix_web::post;
use comptoir_db::events::{self, Now};
use comptoir_domain::events::EventKind;
use comptoir_domain::people::SellerKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem};
use serde_json::json;
use std::sync::atomic::Ordering;

/// Refuses a kind that does not recur, or that nobody does here.
pub(super) fn known(state: &AppState, kind: EventKind) -> Result<(), Problem> {
    if !kind.is_recurring() {
        return Err(Problem::field("/kind", "not_recurring", "this is done for one object, when that needs it"));
    }
    if !state.handlers.has(kind) {
        return Err(Problem::field(
            "/kind",
            "not_available",
            "nothing here does this kind of work yet: is_handled of GET /v1/event-schedules says what is done",
        ));
    }
    Ok(())
}

/// Have recurring work done now
///
/// For the provider: for all sellers, as the schedule would. For a reseller: for itself alone. The event that is queued
/// says what came of it.
#[utoipa::path(tag = "events", request_body = EventRequest, responses((status = 201, body = EventView, description = "Queued")))]
#[post("/v1/events/run")]
pub async fn request_event(call: Call<may::WriteEvents>, body: Body<EventRequest>) -> Answer {
    let kind = body.0.kind;
    known(call.state(), kind)?;
    let whole_house = call.ctx().seller_kind == SellerKind::Provider;
    if !whole_house && !kind.is_for_sellers() {
        return Err(Problem::new(Code::Forbidden, "this concerns the whole house: only the provider runs it").into());
    }
    call.write(move |tx, ctx| {
        let task = Task::by_hand(kind);
        let seller = Some(ctx.scope.seller()).filter(|_| !whole_house);
        let row = row(seller, task, Now { business: ctx.now, machine: ctx.machine_now });
        events::enqueue(tx, std::slice::from_ref(&row))?;
        ctx.enqueued.store(true, Ordering::Relaxed);
        ctx.record(tx, "event.requested", row.id, json!({ "kind": kind }))?;
        let location = format!("/v1/events/{}", row.id);
        Ok(Reply::created(&EventView::from(row), location))
    })
    .await
}
