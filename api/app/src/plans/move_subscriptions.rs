//! Moving the subscriptions of a plan to the version of their prices that is in force on a day (CAT-16): all of them, or
//! some. A preview shows what that changes; the work itself is an operation.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::operations::start::start;
use crate::operations::views::OperationView;
use crate::plans::move_views::{PlanMovePreviewView, Preview};
use crate::subscriptions::price_moves::{PriceBook, PriceMove};
use actix_web::post;
use comptoir_db::plans::subscribers::{self, Chosen};
use comptoir_db::subscriptions;
use comptoir_db::{Db, Outcome, entity::in_order, plans, prices};
use comptoir_domain::events::EventKind;
use comptoir_domain::operations::OperationKind;
use comptoir_domain::permissions::may;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{Check, PlanId, PriceId, Problem, SubscriptionId};
use serde_json::json;

/// Clients that are looked at together.
pub const CHUNK: i64 = 150;

/// So many subscriptions can be named.
const MOST: usize = 1_000;

/// Which subscriptions of a plan move, to which prices, and when.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"subscription_ids": ["sub_000g40o40k30e209185go38e1s"], "priced_on": "2027-01-01", "reason": "prices of 2027"}))]
pub struct PlanSubscriptionsMove {
    /// Only these, at most 1000; all if absent.
    #[schema(min_items = 1, max_items = 1000)]
    pub subscription_ids: Option<Vec<SubscriptionId>>,
    /// Only those that renew so often.
    #[schema(value_type = Option<String>, example = "1-month")]
    pub cycle: Option<Cycle>,
    /// Only those that pay by this version of a price.
    pub price_id: Option<PriceId>,
    /// The day whose prices hold; today if absent.
    pub priced_on: Option<chrono::NaiveDate>,
    /// No earlier first day at the new price: today or later; if absent, as soon as that price is in force.
    pub from: Option<chrono::NaiveDate>,
    /// Whether prices that were agreed give way to the list, too.
    #[serde(default)]
    pub include_agreed: bool,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Move the subscriptions of a plan to another version of their prices
///
/// Plan and add-ons, each subscription from its first cycle on that is not charged yet. The result of the operation counts
/// those that moved, and those that stay, by their reasons.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = PlanSubscriptionsMove,
    responses((status = 202, body = OperationView, description = "The operation")))]
#[post("/v1/plans/{id}/move-subscriptions")]
pub async fn move_plan_subscriptions(
    call: Call<may::WriteSubscriptions>,
    id: Id<PlanId>,
    body: Body<PlanSubscriptionsMove>,
) -> Answer {
    call.write(move |tx, ctx| {
        let (chosen, wanted) = read(tx, ctx, id.0, &body.0)?;
        let payload = json!({ "plan_id": chosen.plan, "chosen": body.0, "move": wanted });
        start(tx, ctx, OperationKind::MoveSubscriptions, EventKind::MoveSubscriptions, payload)
    })
    .await
}

/// Preview a move of subscriptions to another version of their prices
///
/// The first five hundred one by one, the sums of all.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = PlanSubscriptionsMove,
    responses((status = 200, body = PlanMovePreviewView, description = "What it would do")))]
#[post("/v1/plans/{id}/move-subscriptions/preview")]
pub async fn preview_plan_subscription_moves(
    call: Call<may::ReadSubscriptions>,
    id: Id<PlanId>,
    body: Body<PlanSubscriptionsMove>,
) -> Answer {
    call.read(move |db, ctx| {
        let (chosen, wanted) = read(db, ctx, id.0, &body.0)?;
        let (mut preview, mut after) = (Preview::default(), None);
        loop {
            let clients = subscribers::clients(db, ctx.scope, &chosen, after, CHUNK)?;
            let Some(last) = clients.last() else { return Ok(Reply::ok(&preview.view()?)) };
            after = Some(*last);
            let rows = subscribers::of_clients(db, ctx.scope, &chosen, &clients)?;
            let book = PriceBook::read(db, ctx, &rows, wanted.priced_on)?;
            for row in &rows {
                preview.add(row, book.decide(ctx, row, &wanted)?)?;
            }
        }
    })
    .await
}

/// What is chosen and wanted, or all that is wrong with it.
fn read(db: &mut Db, ctx: &Ctx, plan: PlanId, body: &PlanSubscriptionsMove) -> Outcome<(Chosen, PriceMove)> {
    plans::find(db, ctx.scope, plan)?;
    let mut check = Check::new();
    if let Some(ids) = &body.subscription_ids {
        if ids.is_empty() || ids.len() > MOST {
            return Err(Problem::field("/subscription_ids", "out_of_range", "1 to 1000, or none of them named").into());
        }
        let rows = in_order(ids, subscriptions::find_many(db, ctx.scope, ids)?, |row| row.id)?;
        for (at, row) in rows.iter().enumerate() {
            let place = format!("/subscription_ids/{at}");
            check.ensure(row.plan_id == Some(plan), &place, "other_plan", "it does not have this plan");
        }
    }
    if let Some(price) = body.price_id {
        let version = prices::some(db, ctx.scope, &[price])?.pop().ok_or_else(Problem::not_found)?;
        check.ensure(version.plan_id == Some(plan), "/price_id", "other_plan", "it is no price of this plan");
    }
    check.done()?;
    let wanted = PriceMove::new(ctx, (body.priced_on, body.from), body.include_agreed, &body.reason)?;
    Ok((chosen(plan, body), wanted))
}

/// What is chosen, when it was checked.
pub fn chosen(plan: PlanId, body: &PlanSubscriptionsMove) -> Chosen {
    Chosen { plan, ids: body.subscription_ids.clone(), cycle: body.cycle, price: body.price_id }
}
