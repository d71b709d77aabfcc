//! Running what waits for its time (EVT-01, SUB-09): all of it, what speaks to the panel, or what is about one subscription.

use crate::events::choice::{EventChoice, about};
use crate::events::reach;
use crate::events::views::EventView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::services::request::{hurry, queue_behind};
use actix_web::post;
use comptoir_db::events::{self, EventFilter, Now};
use comptoir_db::{Db, Outcome, Page};
use comptoir_domain::SubscriptionId;
use comptoir_domain::events::EventState;
use comptoir_domain::permissions::may;
use serde_json::json;
use std::sync::atomic::Ordering;

/// What was run.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EventsRunView {
    /// So many events waited for their time and are due now.
    pub count: usize,
}

/// The events of a subscription that are due now.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionEventsRunView {
    /// What a worker takes up next, a hundred at most; empty if nothing was pending.
    pub events: Vec<EventView>,
}

/// Run all events that wait
///
/// Of the kinds that are named, for the panel, the registrars or the gateways, or about one subscription; all of yours if
/// nothing is named. They do not wait for their time, or for their next attempt, any longer.
#[utoipa::path(tag = "events", request_body = EventChoice, responses((status = 200, body = EventsRunView, description = "They are due now")))]
#[post("/v1/events/run-queued")]
pub async fn run_queued_events(call: Call<may::WriteEvents>, body: Body<EventChoice>) -> Answer {
    call.write(move |tx, ctx| {
        let subjects = about(tx, ctx, body.0.subscription_id)?;
        let filter = EventFilter { kinds: body.0.of_kinds(), subjects, ..EventFilter::default() };
        let count = make_due(tx, ctx, &filter)?;
        ctx.record(tx, "events.run", ctx.scope.seller(), json!({ "count": count, "kinds": filter.kinds }))?;
        Ok(Reply::ok(&EventsRunView { count }))
    })
    .await
}

/// Run the events of a subscription
///
/// What is pending for it is done now: events that wait for their time, and what its panel could not do so far.
#[utoipa::path(tag = "events", params(("id" = SubscriptionId, Path)), responses((status = 200, body = SubscriptionEventsRunView, description = "They are due now")))]
#[post("/v1/subscriptions/{id}/run-events")]
pub async fn run_subscription_events(call: Call<may::WriteEvents>, id: Id<SubscriptionId>) -> Answer {
    call.write(move |tx, ctx| {
        let subjects = about(tx, ctx, Some(id.0))?;
        let filter = EventFilter { subjects, state: vec![EventState::Queued], ..EventFilter::default() };
        make_due(tx, ctx, &filter)?;
        let page = Page { limit: 100, sort: String::new(), descending: false, after: None };
        let queued: Vec<_> =
            events::list(tx, reach(ctx), &filter, &page)?.rows.into_iter().map(|row| row.subject_id).collect();
        queue_behind(tx, ctx, id.0, &queued)?;
        let pending = events::list(tx, reach(ctx), &filter, &page)?.rows;
        ctx.record(tx, "subscription.events_run", id.0, json!({ "count": pending.len() }))?;
        Ok(Reply::ok(&SubscriptionEventsRunView { events: pending.into_iter().map(EventView::from).collect() }))
    })
    .await
}

fn make_due(tx: &mut Db, ctx: &Ctx, filter: &EventFilter) -> Outcome<usize> {
    let now = Now { business: ctx.now, machine: ctx.machine_now };
    let hurried = events::hurry(tx, reach(ctx), filter, now)?;
    hurry(tx, ctx, &hurried)?;
    ctx.enqueued.store(true, Ordering::Relaxed);
    Ok(hurried.len())
}
