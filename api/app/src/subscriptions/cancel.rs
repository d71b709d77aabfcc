//! Cancelling a subscription, now or at the end of its cycle (SUB-04), and taking that back while there is time.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id};
use crate::services;
use crate::services::desire::desire;
use crate::subscriptions::read::reply;
use crate::subscriptions::views::SubscriptionView;
use actix_web::post;
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{ChangedBy, ServiceState, SubscriptionStatus, transition};
use comptoir_domain::{Check, Code, Problem, SubscriptionId};
use serde_json::json;

/// When a cancelled subscription ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelWhen {
    /// Today; what it delivers is removed.
    Now,
    /// When the cycle that runs is over.
    EndOfCycle,
}

/// How to cancel.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"when": "end_of_cycle", "reason": "moves elsewhere"}))]
pub struct SubscriptionCancel {
    /// When it ends.
    pub when: CancelWhen,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Cancel a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionCancel,
    responses((status = 200, body = SubscriptionView, description = "Cancelled, or with the day on which it will be")))]
#[post("/v1/subscriptions/{id}/cancel")]
pub async fn cancel_subscription(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionCancel>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = subscriptions::lock(tx, ctx.scope, id.0)?;
        let mut check = Check::new();
        check.paragraphs("/reason", &body.0.reason, 500);
        check.done()?;
        match body.0.when {
            CancelWhen::Now => end(tx, ctx, &mut row, &body.0.reason)?,
            CancelWhen::EndOfCycle => end_later(tx, ctx, &mut row, &body.0.reason)?,
        }
        reply(tx, ctx, row)
    })
    .await
}

/// Keep a subscription that was to end with its cycle
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), responses((status = 200, body = SubscriptionView, description = "It goes on")))]
#[post("/v1/subscriptions/{id}/keep")]
pub async fn keep_subscription(call: Call<may::WriteSubscriptions>, id: Id<SubscriptionId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = subscriptions::lock(tx, ctx.scope, id.0)?;
        if row.status.is_ended() {
            return Err(
                Problem::new(Code::WrongState, format!("the subscription is {}: order a new one", row.status)).into()
            );
        }
        if row.ends_on.take().is_some() {
            // the billing run looks at it at once and sets its next day
            row.next_invoice_on = Some(ctx.today());
            subscriptions::save(tx, &mut row)?;
            ctx.record(tx, "subscription.kept", row.id, json!({}))?;
        }
        reply(tx, ctx, row)
    })
    .await
}

/// Ends a subscription today: its services are removed.
pub fn end(tx: &mut Db, ctx: &Ctx, row: &mut SubscriptionRow, reason: &str) -> Outcome<()> {
    transition(row.status, SubscriptionStatus::Cancelled, ChangedBy::System)?;
    let from = row.status;
    row.status = SubscriptionStatus::Cancelled;
    row.status_reason = reason.into();
    row.ends_on = Some(row.ends_on.map_or(ctx.today(), |day| day.min(ctx.today())));
    row.next_invoice_on = None;
    subscriptions::save(tx, row)?;
    desire(tx, ctx, row.id, ServiceState::Absent)?;
    ctx.record(tx, "subscription.cancelled", row.id, json!({ "from": from, "reason": reason, "ends_on": row.ends_on }))
}

/// Ends a subscription when the cycle that runs is over.
pub fn end_later(tx: &mut Db, ctx: &Ctx, row: &mut SubscriptionRow, reason: &str) -> Outcome<()> {
    transition(row.status, SubscriptionStatus::Cancelled, ChangedBy::System)?;
    let running = row.cycle.index_at(row.anchor_on, ctx.today())?;
    let over = row.cycle.period(row.anchor_on, running)?.to;
    row.ends_on = Some(over);
    row.status_reason = reason.into();
    subscriptions::save(tx, row)?;
    services::cancelled(tx, ctx, row)?;
    ctx.record(tx, "subscription.will_end", row.id, json!({ "ends_on": over, "reason": reason }))
}
