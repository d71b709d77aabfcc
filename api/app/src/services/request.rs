//! Having a service brought about now.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::services::desire::{desire, now, queue, taken_key};
use crate::services::settle::Delivery;
use crate::services::sync::is_for_a_person;
use crate::services::views::ServiceView;
use actix_web::post;
use comptoir_db::{Db, Outcome, services, todos};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::ServiceState;
use comptoir_domain::{Code, Problem, ServiceId, SubscriptionId};
use serde_json::json;
use std::slice::from_ref;

/// Have a service brought about now
///
/// The panel is told again what the service should be, whatever was seen last, without waiting for the next try: after
/// you have mended something, or when the two have drifted apart. What was delivered by hand is the panel's from then on.
#[utoipa::path(tag = "services", params(("id" = ServiceId, Path)), responses((status = 202, body = ServiceView, description = "It will be tried at once; the service then says what came of it")))]
#[post("/v1/services/{id}/sync")]
pub async fn sync_service(call: Call<may::WriteSubscriptions>, id: Id<ServiceId>) -> Answer {
    call.write(move |tx, ctx| {
        let delivery = Delivery::lock(tx, ctx, id.0)?;
        if !delivery.service.kind.has_panel() {
            let detail = "no panel does this: do it, then call POST /v1/services/{id}/deliver";
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        if delivery.is_held_back() {
            let detail = "its order waits: see its to-do, or call POST /v1/orders/{id}/release";
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        let subscription = delivery.service.subscription_id;
        if delivery.is_awaited() && delivery.service.desired == ServiceState::Absent {
            // its name was another's when it was paid
            if !desire(tx, ctx, subscription, ServiceState::Active)? {
                let detail = "another service still has its name: cancel one of the two subscriptions";
                return Err(Problem::new(Code::AlreadyExists, detail).into());
            }
            todos::settle(tx, ctx.scope, &taken_key(subscription), ctx.now)?;
        }
        let mut row = services::find(tx, ctx.scope, id.0)?;
        (row.is_settled, row.is_by_hand, row.attempts) = (false, false, 0);
        row.retry_at = now(ctx).machine;
        services::save(tx, &mut row)?;
        queue(tx, ctx, from_ref(&row))?;
        ctx.record(tx, "service.sync_requested", row.id, json!({ "desired": row.desired }))?;
        Ok(Reply::accepted_with(&ServiceView::from(&row)))
    })
    .await
}

/// What events are about that do not wait any longer does not wait either: a service has a time of its own.
pub fn hurry(tx: &mut Db, ctx: &Ctx, subjects: &[String]) -> Outcome<()> {
    let ids: Vec<ServiceId> = subjects.iter().filter_map(|subject| subject.parse().ok()).collect();
    services::hurry(tx, ctx.scope, &ids, now(ctx).machine)
}

/// Queues the work for whatever is not as it should be for a subscription, unless it is `known` to be queued. What a person
/// delivers is left to that person, and what is being worked on to whoever is at it.
pub fn queue_behind(tx: &mut Db, ctx: &Ctx, subscription: SubscriptionId, known: &[String]) -> Outcome<()> {
    let behind = services::of_subscriptions(tx, ctx.scope, &[subscription])?;
    for seen in behind.into_iter().filter(|row| !row.is_settled && !is_for_a_person(row)) {
        let mut row = services::lock(tx, ctx.scope, seen.id)?;
        let is_held = row.leased_until.is_some_and(|until| until > ctx.machine_now);
        if row.is_settled || is_held || known.contains(&row.id.to_string()) {
            continue;
        }
        row.retry_at = now(ctx).machine;
        services::save(tx, &mut row)?;
        queue(tx, ctx, from_ref(&row))?;
    }
    Ok(())
}
