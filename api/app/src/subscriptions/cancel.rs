//! Cancelling a subscription, now or at the end of its cycle (SUB-04), and taking that back while there is time.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id};
use crate::services;
use crate::subscriptions::changes::take_up;
use crate::subscriptions::give_back;
use crate::subscriptions::read::reply;
use crate::subscriptions::revise::{Subject, cycle_ends_on, is_same_thing, used_beyond};
use crate::subscriptions::stand::finish;
use crate::subscriptions::views::SubscriptionView;
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::subscription_changes::{self, SubscriptionChangeRow, end_items, in_the_way, supersede};
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome, discounts};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{ChangedBy, SubscriptionStatus, transition};
use comptoir_domain::{Check, Code, Problem, SubscriptionId, SubscriptionItemId};
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

/// What becomes of the rest of the cycle that runs. A cycle that has not begun is given back in any case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelRefund {
    /// It stays charged.
    #[default]
    None,
    /// Its unused days are given back: as credit where they were paid.
    Credit,
}

/// How to cancel.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"when": "now", "refund": "credit", "reason": "moves elsewhere"}))]
pub struct SubscriptionCancel {
    /// When it ends.
    pub when: CancelWhen,
    /// What becomes of the unused days, if it ends now.
    #[serde(default)]
    pub refund: CancelRefund,
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
        let row = cancel(tx, ctx, id.0, &body.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Cancels it, or settles the day on which it ends.
pub fn cancel(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, wanted: &SubscriptionCancel) -> Outcome<SubscriptionRow> {
    let mut subject = Subject::lock(tx, ctx, id)?;
    let mut check = Check::new();
    check.paragraphs("/reason", &wanted.reason, 500);
    let now = wanted.when == CancelWhen::Now;
    let fits = now || wanted.refund == CancelRefund::None;
    check.ensure(fits, "/refund", "not_possible", "at the end of the cycle no unused days are left");
    check.done()?;
    if now {
        end_now(tx, ctx, &mut subject, wanted.refund, &wanted.reason)?;
    } else {
        end_later(tx, ctx, &mut subject.row, &wanted.reason)?;
    }
    Ok(subject.row)
}

/// Keep a subscription that was to end with its cycle
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), responses((status = 200, body = SubscriptionView, description = "It goes on")))]
#[post("/v1/subscriptions/{id}/keep")]
pub async fn keep_subscription(call: Call<may::WriteSubscriptions>, id: Id<SubscriptionId>) -> Answer {
    call.write(move |tx, ctx| {
        let subject = Subject::lock(tx, ctx, id.0)?;
        let mut row = subject.row.clone();
        if row.status.is_ended() {
            return Err(
                Problem::new(Code::WrongState, format!("the subscription is {}: order a new one", row.status)).into()
            );
        }
        if let Some(end) = row.ends_on.take() {
            // what was given back is charged anew
            let ended = ended_by_itself(tx, ctx, row.id, end)?;
            let cut =
                subject.items.iter().filter(|item| !ended.contains(&item.id) && was_cut(item, end, &subject.items));
            let moves = subscription_changes::superseded(tx, ctx.scope, row.id)?;
            let gone = with_moves(cut.collect(), &moves, &subject.items);
            let again = begun_again(&subject, &gone, end, ctx);
            if !again.is_empty() {
                let used = used_beyond(tx, ctx, &row, &subject.items, end, |_| true)?;
                row.coupon_cycles = row.coupon_cycles.map(|left| left.saturating_add_unsigned(used.coupon));
                discounts::give_again(tx, ctx.scope, [(row.id, used.discount)])?;
                subscriptions::insert_items(tx, &again)?;
                take_up(tx, ctx, row.id, &gone.iter().zip(&again).map(|(old, new)| (old.id, new.id)).collect())?;
                row.billed_through = row.billed_through.min(end);
            }
            // the billing run looks at it at once and sets its next day
            row.next_invoice_on = Some(ctx.today());
            subscriptions::save(tx, &mut row)?;
            ctx.record(tx, "subscription.kept", row.id, json!({}))?;
        }
        reply(tx, ctx, row)
    })
    .await
}

/// What was to end on a day in any case: by a change that waits for it.
fn ended_by_itself(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, end: NaiveDate) -> Outcome<Vec<SubscriptionItemId>> {
    let agreed = in_the_way(tx, ctx.scope, &[id], ctx.today())?.into_iter().filter(|change| change.billed_from == end);
    Ok(agreed.flat_map(|change| change.ended_items.0).collect())
}

/// Whether an item ended with its subscription on that day, and not because something took its place.
fn was_cut(item: &SubscriptionItemRow, end: NaiveDate, items: &[SubscriptionItemRow]) -> bool {
    let follows =
        |other: &SubscriptionItemRow| other.id > item.id && other.from_on == end && is_same_thing(item, other);
    item.to_on == Some(end) && !items.iter().any(follows)
}

/// What was cut, and what prices that were agreed for later days would have made of it.
fn with_moves<'a>(
    mut gone: Vec<&'a SubscriptionItemRow>,
    moves: &[SubscriptionChangeRow],
    items: &'a [SubscriptionItemRow],
) -> Vec<&'a SubscriptionItemRow> {
    // the earlier one first: the next begins where it ends
    for one in moves {
        if gone.iter().any(|item| one.ended_items.0.contains(&item.id)) {
            let known: Vec<_> = gone.iter().map(|item| item.id).collect();
            let begun = items.iter().filter(|item| one.begun_items.0.contains(&item.id));
            gone.extend(begun.filter(|item| !known.contains(&item.id)));
        }
    }
    gone
}

/// The same items from the end on, each up to the next price that was agreed for the same thing.
fn begun_again(
    subject: &Subject,
    gone: &[&SubscriptionItemRow],
    end: NaiveDate,
    ctx: &Ctx,
) -> Vec<SubscriptionItemRow> {
    let again = gone.iter().map(|item| {
        let from_on = item.from_on.max(end);
        let later = gone.iter().filter(|other| is_same_thing(item, other) && other.from_on > from_on);
        SubscriptionItemRow { to_on: later.map(|other| other.from_on).min(), ..subject.copy(item, from_on, ctx) }
    });
    again.collect()
}

/// Ends a subscription today and gives back what its client need not pay for then.
pub fn end_now(tx: &mut Db, ctx: &Ctx, subject: &mut Subject, refund: CancelRefund, reason: &str) -> Outcome<()> {
    give_back::ensure_settled(tx, ctx, subject.row.id)?;
    let from = match refund {
        CancelRefund::Credit => ctx.today(),
        CancelRefund::None => cycle_ends_on(tx, ctx, &subject.row)?,
    };
    let items: Vec<_> = subject.items.iter().map(|item| item.id).collect();
    let credits = give_back::decide(tx, ctx, &items, from)?;
    end(tx, ctx, &mut subject.row, reason)?;
    give_back::write(tx, ctx, &credits, from, comment(&subject.row, reason))
}

fn comment<'a>(row: &'a SubscriptionRow, reason: &'a str) -> &'a str {
    if reason.is_empty() { &row.name } else { reason }
}

/// Ends a subscription today: its services are removed.
pub fn end(tx: &mut Db, ctx: &Ctx, row: &mut SubscriptionRow, reason: &str) -> Outcome<()> {
    let from = row.status;
    row.ends_on = Some(row.ends_on.map_or(ctx.today(), |day| day.min(ctx.today())));
    finish(tx, ctx, row, SubscriptionStatus::Cancelled, reason)?;
    ctx.record(tx, "subscription.cancelled", row.id, json!({ "from": from, "reason": reason, "ends_on": row.ends_on }))
}

/// Ends a subscription, whose client is locked, when the cycle that runs is over. A cycle that was invoiced ahead is given
/// back.
pub fn end_later(tx: &mut Db, ctx: &Ctx, row: &mut SubscriptionRow, reason: &str) -> Outcome<()> {
    transition(row.status, SubscriptionStatus::Cancelled, ChangedBy::System)?;
    let over = cycle_ends_on(tx, ctx, row)?;
    row.ends_on = Some(over);
    row.status_reason = reason.into();
    subscriptions::save(tx, row)?;
    let items: Vec<_> = subscriptions::items_of(tx, ctx.scope, &[row.id])?.into_iter().map(|item| item.id).collect();
    let credits = give_back::decide(tx, ctx, &items, over)?;
    if !credits.is_empty() {
        end_items(tx, ctx.scope, &items, over)?;
        supersede(tx, ctx.scope, row.id)?;
        give_back::write(tx, ctx, &credits, over, comment(row, reason))?;
    }
    services::cancelled(tx, ctx, row)?;
    ctx.record(tx, "subscription.will_end", row.id, json!({ "ends_on": over, "reason": reason }))
}
