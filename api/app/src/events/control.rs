//! Running an event at once, trying one again, calling one off. What is open where stands in `domain::events`.

use crate::events::reach;
use crate::events::views::EventView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::services::request::hurry;
use crate::{operations, sandboxes};
use actix_web::post;
use comptoir_db::events::{self, EventFilter, EventRow, Now, Reach};
use comptoir_db::{Db, Outcome, Page};
use comptoir_domain::EventId;
use comptoir_domain::events::{EventAction, EventKind, EventState, after};
use comptoir_domain::permissions::may;
use serde_json::json;
use std::sync::atomic::Ordering;

/// Run an event now
///
/// It does not wait for its time any longer.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), responses((status = 200, body = EventView, description = "The event as it is now")))]
#[post("/v1/events/{id}/run")]
pub async fn run_event(call: Call<may::WriteEvents>, id: Id<EventId>) -> Answer {
    act(call, id.0, EventAction::Run).await
}

/// Try an event again
///
/// For one that was given up or called off: it is due now and has all its attempts.
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), responses((status = 200, body = EventView, description = "The event as it is now")))]
#[post("/v1/events/{id}/retry")]
pub async fn retry_event(call: Call<may::WriteEvents>, id: Id<EventId>) -> Answer {
    act(call, id.0, EventAction::Retry).await
}

/// Call an event off
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), responses((status = 200, body = EventView, description = "The event as it is now")))]
#[post("/v1/events/{id}/cancel")]
pub async fn cancel_event(call: Call<may::WriteEvents>, id: Id<EventId>) -> Answer {
    act(call, id.0, EventAction::Cancel).await
}

async fn act(call: Call<may::WriteEvents>, id: EventId, action: EventAction) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = events::lock(tx, reach(ctx), id)?;
        let before = row.state;
        row.state = after(before, action)?;
        let now = Now { business: ctx.now, machine: ctx.machine_now }.by(row.clock);
        row.finished_at = Some(now).filter(|_| row.state == EventState::Cancelled);
        if row.state == EventState::Queued {
            row.run_at = now;
            hurry(tx, ctx, std::slice::from_ref(&row.subject_id))?;
            ctx.enqueued.store(true, Ordering::Relaxed);
        }
        if action == EventAction::Retry {
            row.attempts = 0;
        }
        write(tx, ctx, &row, action, before)?;
        Ok(Reply::ok(&EventView::from(row)))
    })
    .await
}

fn write(tx: &mut Db, ctx: &Ctx, row: &EventRow, action: EventAction, before: EventState) -> Outcome<()> {
    events::save(tx, row)?;
    if row.state == EventState::Cancelled {
        sandboxes::given_up(tx, row)?;
        operations::given_up(tx, row)?;
    }
    ctx.record(tx, "event.controlled", row.id, json!({ "action": action, "kind": row.kind, "from": before }))
}

/// Calls off what of a kind waits for its time; says how much that was.
pub fn call_off_waiting(tx: &mut Db, ctx: &Ctx, kind: EventKind) -> Outcome<usize> {
    let filter = EventFilter { kinds: Some(vec![kind]), state: vec![EventState::Queued], ..EventFilter::default() };
    let own = Reach { scope: ctx.scope, house: false };
    let page = Page { limit: 1_000, sort: String::new(), descending: false, after: None };
    let mut count = 0;
    for seen in events::list(tx, own, &filter, &page)?.rows {
        let mut row = events::lock(tx, own, seen.id)?;
        let before = row.state;
        if before == EventState::Queued {
            row.state = after(before, EventAction::Cancel)?;
            row.finished_at = Some(Now { business: ctx.now, machine: ctx.machine_now }.by(row.clock));
            write(tx, ctx, &row, EventAction::Cancel, before)?;
            count += 1;
        }
    }
    Ok(count)
}
