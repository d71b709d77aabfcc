//! Suspending and activating a subscription: holds are placed and lifted, the status and the services follow (SUB-03).

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id};
use crate::services::desire::desire;
use crate::subscriptions::read::reply;
use crate::subscriptions::stand::stand;
use crate::subscriptions::views::SubscriptionView;
use actix_web::post;
use comptoir_db::subscriptions::{self, HoldRow, SubscriptionRow, holds_of, open_holds};
use comptoir_db::{Db, Outcome, services};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{HoldChange, HoldKind, Holds, activate, hand_over, lift, place, suspend};
use comptoir_domain::{Check, SubscriptionId};
use serde_json::json;

/// Why.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"reason": "asked for by phone"}))]
pub struct SubscriptionReason {
    /// For the record.
    #[schema(max_length = 500)]
    pub reason: String,
}

impl SubscriptionReason {
    /// Refuses an endless text.
    pub fn check(&self) -> Result<(), comptoir_domain::Problem> {
        let mut check = Check::new();
        check.paragraphs("/reason", &self.reason, 500);
        check.done()
    }
}

/// Suspend a subscription
///
/// Places a hold by hand: it stays suspended, whatever is paid, until it is activated.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionReason,
    responses((status = 200, body = SubscriptionView, description = "Suspended")))]
#[post("/v1/subscriptions/{id}/suspend")]
pub async fn suspend_subscription(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionReason>,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = suspend_by_hand(tx, ctx, id.0, &body.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Suspends through the control panel.
pub fn suspend_by_hand(
    tx: &mut Db,
    ctx: &Ctx,
    id: SubscriptionId,
    wanted: &SubscriptionReason,
) -> Outcome<SubscriptionRow> {
    let (row, holds, has_panel) = held(tx, ctx, id)?;
    wanted.check()?;
    let change = suspend(row.status, &holds, has_panel)?;
    apply(tx, ctx, row, &holds, change, &wanted.reason)
}

/// Activate a subscription
///
/// Lifts what holds this subscription alone. A reason that lasts, such as an invoice still overdue, holds it again at
/// the next daily run.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionReason,
    responses((status = 200, body = SubscriptionView, description = "Active")))]
#[post("/v1/subscriptions/{id}/activate")]
pub async fn activate_subscription(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionReason>,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = activate_by_hand(tx, ctx, id.0, &body.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Activates through the control panel.
pub fn activate_by_hand(
    tx: &mut Db,
    ctx: &Ctx,
    id: SubscriptionId,
    wanted: &SubscriptionReason,
) -> Outcome<SubscriptionRow> {
    let (row, holds, has_panel) = held(tx, ctx, id)?;
    wanted.check()?;
    let change = activate(row.status, &holds, has_panel)?;
    apply(tx, ctx, row, &holds, change, &wanted.reason)
}

/// A subscription, locked, with what holds it and whether a control panel delivers it.
pub(super) fn held(tx: &mut Db, ctx: &Ctx, id: SubscriptionId) -> Outcome<(SubscriptionRow, Holds, bool)> {
    let row = subscriptions::lock(tx, ctx.scope, id)?;
    let holds = open_holds(&holds_of(tx, ctx.scope, &[id])?);
    let has_panel = !services::of_subscriptions(tx, ctx.scope, &[id])?.is_empty();
    Ok((row, holds, has_panel))
}

/// Places a hold on a subscription, or leaves one that is there; an ended subscription is passed over.
pub fn place_hold(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, kind: HoldKind, reason: &str) -> Outcome<()> {
    let (row, holds, _) = held(tx, ctx, id)?;
    if row.status.is_ended() || holds.contains(&kind) {
        return Ok(());
    }
    let change = place(row.status, &holds, kind)?;
    apply(tx, ctx, row, &holds, change, reason).map(|_| ())
}

/// Lifts a hold from a subscription, if it is there.
pub fn lift_hold(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, kind: HoldKind, reason: &str) -> Outcome<()> {
    let (row, holds, _) = held(tx, ctx, id)?;
    lift_one(tx, ctx, row, &holds, kind, reason)
}

/// The same, where it is known what holds it.
pub(super) fn lift_one(
    tx: &mut Db,
    ctx: &Ctx,
    row: SubscriptionRow,
    holds: &Holds,
    kind: HoldKind,
    reason: &str,
) -> Outcome<()> {
    if !holds.contains(&kind) {
        return Ok(());
    }
    let change = lift(row.status, holds, kind);
    apply(tx, ctx, row, holds, change, reason).map(|_| ())
}

/// Hands a subscription to debt collection, if it is suspended for debt.
pub fn collect(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, reason: &str) -> Outcome<()> {
    let (row, holds, _) = held(tx, ctx, id)?;
    match hand_over(row.status, &holds) {
        Some(change) => apply(tx, ctx, row, &holds, change, reason).map(|_| ()),
        None => Ok(()),
    }
}

/// Writes a change of holds, with the status and the services that follow.
pub(super) fn apply(
    tx: &mut Db,
    ctx: &Ctx,
    mut row: SubscriptionRow,
    before: &Holds,
    change: HoldChange,
    reason: &str,
) -> Outcome<SubscriptionRow> {
    for kind in change.holds.difference(before) {
        let hold = HoldRow {
            seller_id: row.seller_id,
            id: fresh(),
            subscription_id: row.id,
            kind: *kind,
            reason: reason.into(),
            placed_on: ctx.today(),
            placed_at: ctx.now,
            lifted_on: None,
            lifted_at: None,
        };
        subscriptions::insert_hold(tx, &hold)?;
    }
    let lifted: Vec<HoldKind> = before.difference(&change.holds).copied().collect();
    if !lifted.is_empty() {
        subscriptions::lift_holds(tx, ctx.scope, row.id, &lifted, ctx.today(), ctx.now)?;
    }
    if let Some(desired) = change.service {
        desire(tx, ctx, row.id, desired)?;
    }
    let from = row.status;
    stand(tx, ctx, &mut row, change.status, reason)?;
    ctx.record(
        tx,
        "subscription.holds_changed",
        row.id,
        json!({ "from": from, "to": row.status, "holds": change.holds, "reason": reason }),
    )?;
    Ok(row)
}
