//! Giving up orders that nobody paid in time: what they reserved is free again. An order with a payment under way is
//! left alone until that is decided.

use crate::events::EventFailure;
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::orders::cancel::cancel;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, orders, payments};
use comptoir_domain::OrderId;
use comptoir_domain::orders::OrderState;
use serde_json::{Value, json};

/// Orders in one transaction.
const CHUNK: i64 = 100;

/// Gives up what has expired, of one seller or of all.
pub async fn expire_orders(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let mut expired = 0;
    for ctx in for_sellers(state, event).await? {
        let (scope, now) = (ctx.scope, ctx.now);
        let mut after = None;
        loop {
            let next = move |db: &mut Db| orders::expired(db, scope, now, after, CHUNK);
            let ids = state.store.read(next).await?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            let expiring = ctx.clone();
            let work = move |tx: &mut Db, part: &[OrderId]| {
                part.iter().try_fold(0, |sum, id| Ok(sum + usize::from(expire(tx, &expiring, *id)?)))
            };
            let (count, sick) = isolate(state, ids, work).await?;
            expired += count;
            for (order, failure) in sick {
                park(state, &ctx, "An unpaid order could not be given up", order.to_string(), &failure).await?;
            }
        }
    }
    Ok(json!({ "expired": expired }))
}

/// Says whether the order was given up.
fn expire(tx: &mut Db, ctx: &Ctx, id: OrderId) -> Outcome<bool> {
    let row = orders::lock(tx, ctx.scope, id)?;
    let open = matches!(row.state, OrderState::New | OrderState::WaitingForPayment);
    if !open || row.expires_at > ctx.now || payments::is_under_way(tx, ctx.scope, id)? {
        return Ok(false);
    }
    cancel(tx, ctx, row, "not paid in time")?;
    Ok(true)
}
