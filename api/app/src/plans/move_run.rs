//! Moving subscriptions to other prices by order of an event: so many clients in one transaction, which also says how far
//! the work is and what came of it, so that after a crash it goes on where it stopped.

use crate::events::EventFailure;
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::invoices::rederive::rederive;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::operations::Running;
use crate::plans::move_subscriptions::{CHUNK, PlanSubscriptionsMove, chosen};
use crate::subscriptions::price_moves::{PriceBook, PriceMove, write};
use comptoir_db::events::EventRow;
use comptoir_db::plans::subscribers::{self, Chosen};
use comptoir_db::{Db, Outcome, clients, operations};
use comptoir_domain::operations::OperationState;
use comptoir_domain::subscriptions::PriceStay;
use comptoir_domain::{ClientId, PlanId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the event was given.
#[derive(serde::Deserialize)]
struct Order {
    plan_id: PlanId,
    chosen: PlanSubscriptionsMove,
    #[serde(rename = "move")]
    wanted: PriceMove,
}

/// What came of it so far.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Tally {
    /// How many moved.
    moved: i64,
    /// How many stay, by the reason.
    stayed: BTreeMap<PriceStay, i64>,
    /// The last client that was looked at.
    after: Option<ClientId>,
}

/// Moves what was chosen.
pub async fn move_subscriptions(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let running = Running::of(event)?;
    let order: Order =
        serde_json::from_value(event.payload.0.clone()).map_err(|error| EventFailure::lasting(error.to_string()))?;
    let ctx = for_sellers(state, event).await?.pop();
    let ctx = ctx.ok_or_else(|| EventFailure::lasting("the seller is not active"))?;
    let (scope, wanted, chosen) = (ctx.scope, order.wanted, chosen(order.plan_id, &order.chosen));
    let counted = chosen.clone();
    let begun = move |tx: &mut Db| {
        let total = subscribers::count(tx, scope, &counted)?;
        running.resume(tx, total)
    };
    let Some(so_far) = state.store.write(begun).await? else { return Ok(json!({ "outcome": "nothing_to_do" })) };
    let mut after = tally(so_far).after;
    loop {
        let choice = chosen.clone();
        let clients = state.store.read(move |db| subscribers::clients(db, scope, &choice, after, CHUNK)).await?;
        let Some(last) = clients.last() else { break };
        after = Some(*last);
        let (moving, choice, to) = (ctx.clone(), chosen.clone(), wanted.clone());
        let work = move |tx: &mut Db, part: &[ClientId]| move_part(tx, &moving, running, &choice, &to, part);
        let (_, sick) = isolate(state, clients, work).await?;
        for (client, failure) in sick {
            park(state, &ctx, "Subscriptions could not be moved to other prices", client.to_string(), &failure).await?;
        }
    }
    let now = state.now().business;
    Ok(state.store.write(move |tx| finish(tx, running, now)).await?)
}

fn tally(so_far: Value) -> Tally {
    serde_json::from_value(so_far).unwrap_or_default()
}

/// Moves the subscriptions of some clients; says how many.
fn move_part(
    tx: &mut Db,
    ctx: &Ctx,
    running: Running,
    chosen: &Chosen,
    wanted: &PriceMove,
    part: &[ClientId],
) -> Outcome<usize> {
    clients::lock_many(tx, ctx.scope, part)?;
    rederive(tx, ctx, part)?;
    let rows = subscribers::of_clients(tx, ctx.scope, chosen, part)?;
    let book = PriceBook::read(tx, ctx, &rows, wanted.priced_on)?;
    let operation = operations::lock(tx, ctx.scope, running.id)?;
    if operation.state != OperationState::Running {
        // called off meanwhile
        return Ok(0);
    }
    let mut tally = tally(operation.result.0);
    let mut moves = Vec::with_capacity(rows.len());
    for row in &rows {
        match book.decide(ctx, row, wanted)? {
            Ok(moving) => moves.push(moving),
            Err(why) => *tally.stayed.entry(why).or_default() += 1,
        }
    }
    write(tx, ctx, &moves, wanted)?;
    tally.moved += i64::try_from(moves.len()).unwrap_or(i64::MAX);
    tally.after = part.last().copied();
    let done = tally.moved + tally.stayed.values().sum::<i64>();
    running.tell(tx, done, json!(tally))?;
    Ok(moves.len())
}

fn finish(tx: &mut Db, running: Running, now: comptoir_domain::Instant) -> Outcome<Value> {
    let Tally { moved, stayed, .. } = tally(operations::lock(tx, running.scope, running.id)?.result.0);
    let result = json!({ "moved": moved, "stayed": stayed });
    running.succeed(tx, &result, now)?;
    Ok(result)
}
