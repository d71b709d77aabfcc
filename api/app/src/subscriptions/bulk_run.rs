//! Changing many subscriptions by order of an event: one transaction for each, which also says what came of it. So a crash
//! leaves nothing half done, and whoever goes on begins where the other stopped.

use crate::events::EventFailure;
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::problem::ProblemView;
use crate::kernel::state::AppState;
use crate::operations::Running;
use crate::subscriptions::bulk::{BulkOrder, SubscriptionBulkAction};
use crate::subscriptions::cancel::cancel;
use crate::subscriptions::change_items::addition;
use crate::subscriptions::change_plan::revision;
use crate::subscriptions::changes::change;
use crate::subscriptions::hold::{activate_by_hand, suspend_by_hand};
use crate::subscriptions::renew::renew;
use crate::subscriptions::set_status::set_status;
use crate::subscriptions::transfer::transfer;
use chrono::NaiveDate;
use comptoir_db::events::EventRow;
use comptoir_db::operations::{self, OperationStepRow};
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Failure, Json, Outcome};
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{ClientId, Code, PlanId, Problem, SubscriptionId};
use serde::Serialize;
use serde_json::{Value, json};

/// What came of one subscription.
#[derive(Serialize)]
struct Step {
    id: SubscriptionId,
    /// The HTTP status that the single call would have had.
    status: u16,
    /// Where it stands then, if it worked.
    subscription: Option<Standing>,
    /// Why not, if it did not.
    problem: Option<ProblemView>,
}

/// Where a subscription stands.
#[derive(Serialize)]
struct Standing {
    /// Itself, or the one that carries it on.
    id: SubscriptionId,
    client_id: ClientId,
    status: SubscriptionStatus,
    plan_id: Option<PlanId>,
    next_invoice_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    expires_on: Option<NaiveDate>,
}

impl From<SubscriptionRow> for Standing {
    fn from(row: SubscriptionRow) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            status: row.status,
            plan_id: row.plan_id,
            next_invoice_on: row.next_invoice_on,
            ends_on: row.ends_on,
            expires_on: row.expires_on,
        }
    }
}

/// Does with each subscription of the order what is wanted.
pub async fn change_subscriptions(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let running = Running::of(event)?;
    let wrong = |_| EventFailure::lasting("the event does not say what to do");
    let order: BulkOrder = serde_json::from_value(event.payload.0.clone()).map_err(wrong)?;
    let total = i64::try_from(order.ids.len()).unwrap_or(i64::MAX);
    let Some(system) = for_sellers(state, event).await?.pop() else {
        return Err(EventFailure::lasting("the seller is suspended"));
    };
    let ctx = order.acting(system)?;
    if !state.store.write(move |tx| running.begin(tx, total)).await? {
        return Ok(json!({ "outcome": "nothing_to_do" }));
    }
    let before = state.store.read(move |db| operations::steps(db, running.scope, running.id)).await?;
    for (position, id) in (0_i64..).zip(order.ids.clone()).skip(before.len()) {
        let (ctx, order) = (ctx.clone(), order.clone());
        let work = move |tx: &mut Db| one(tx, &ctx, running, &order, position, id);
        if !state.store.write_batch(work).await? {
            return Ok(json!({ "outcome": "called_off" }));
        }
    }
    let (now, dry_run) = (state.now().business, order.dry_run);
    Ok(state.store.write(move |tx| conclude(tx, running, dry_run, now)).await?)
}

/// One subscription: done, or refused, and said so. Says no if the work was called off.
fn one(
    tx: &mut Db,
    ctx: &Ctx,
    running: Running,
    order: &BulkOrder,
    position: i64,
    id: SubscriptionId,
) -> Outcome<bool> {
    if !running.reached(tx, position.saturating_add(1))? {
        return Ok(false);
    }
    let work = |tx: &mut Db| act(tx, ctx, id, &order.action);
    let tried = if order.dry_run { rehearse(tx, work) } else { tx.savepoint(work) };
    let step = match tried {
        Ok(row) => Step { id, status: 200, subscription: Some(row.into()), problem: None },
        Err(failure) if failure.problem().code.status() < 500 => {
            let path = format!("/v1/subscriptions/{id}");
            let view = ProblemView::new(&failure.problem(), &path, &ctx.request_id);
            Step { id, status: view.status, subscription: None, problem: Some(view) }
        }
        Err(failure) => return Err(failure),
    };
    let row = OperationStepRow {
        seller_id: running.scope.seller(),
        operation_id: running.id,
        position,
        result: Json(json!(step)),
    };
    operations::insert_step(tx, &row)?;
    Ok(true)
}

/// Does the work and takes it back.
fn rehearse<T>(tx: &mut Db, work: impl FnOnce(&mut Db) -> Outcome<T>) -> Outcome<T> {
    let mut seen = None;
    let undone: Outcome<()> = tx.savepoint(|tx| {
        seen = Some(work(tx)?);
        Err(Problem::new(Code::Conflict, "only a rehearsal").into())
    });
    match (seen, undone) {
        (Some(seen), _) => Ok(seen),
        (None, Err(failure)) => Err(failure),
        (None, Ok(())) => Err(Failure::Corrupt("nothing was rehearsed".into())),
    }
}

fn act(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, action: &SubscriptionBulkAction) -> Outcome<SubscriptionRow> {
    match action {
        SubscriptionBulkAction::SetStatus(wanted) => set_status(tx, ctx, id, wanted),
        SubscriptionBulkAction::Suspend(wanted) => suspend_by_hand(tx, ctx, id, wanted),
        SubscriptionBulkAction::Activate(wanted) => activate_by_hand(tx, ctx, id, wanted),
        SubscriptionBulkAction::Cancel(wanted) => cancel(tx, ctx, id, wanted),
        SubscriptionBulkAction::Renew(wanted) => renew(tx, ctx, id, wanted),
        SubscriptionBulkAction::ChangePlan(wanted) => {
            change(tx, ctx, id, |db, subject| revision(db, ctx, subject, wanted, None))
        }
        SubscriptionBulkAction::AddAddOn(wanted) => {
            change(tx, ctx, id, |db, subject| addition(db, ctx, subject, wanted))
        }
        SubscriptionBulkAction::Transfer(wanted) => transfer(tx, ctx, id, wanted),
    }
}

fn conclude(tx: &mut Db, running: Running, dry_run: bool, now: comptoir_domain::Instant) -> Outcome<Value> {
    let results: Vec<Value> =
        operations::steps(tx, running.scope, running.id)?.into_iter().map(|step| step.result.0).collect();
    let is_refused = |step: &&Value| step.get("problem").is_some_and(|problem| !problem.is_null());
    let refused = results.iter().filter(is_refused).count();
    let done = results.len().saturating_sub(refused);
    let result = json!({ "done": done, "refused": refused, "dry_run": dry_run, "results": results });
    running.succeed(tx, &result, now)?;
    Ok(json!({ "done": done, "refused": refused, "dry_run": dry_run }))
}
