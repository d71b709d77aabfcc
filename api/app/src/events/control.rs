//! Running an event at once, trying one again, calling one off. What is open where stands in `domain::events`.

use crate::events::reach;
use crate::events::views::EventView;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::services::request::hurry;
use crate::{operations, sandboxes};
use actix_web::post;
use comptoir_db::events::{self, Now};
use comptoir_domain::EventId;
use comptoir_domain::events::{EventAction, EventState, after};
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
        events::save(tx, &row)?;
        if row.state == EventState::Cancelled {
            sandboxes::given_up(tx, &row)?;
            operations::given_up(tx, &row)?;
        }
        ctx.record(tx, "event.controlled", row.id, json!({ "action": action, "kind": row.kind, "from": before }))?;
        Ok(Reply::ok(&EventView::from(row)))
    })
    .await
}
