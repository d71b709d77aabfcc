//! Giving up orders that nobody paid in time: what they reserved is free again. An order with a payment under way is
//! left alone until that is decided.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::orders::cancel::cancel;
use comptoir_db::events::EventRow;
use comptoir_db::orders::OrderRow;
use comptoir_db::{Db, Outcome, orders, payments};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::orders::OrderState;
use comptoir_domain::{Money, OrderId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

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
    let under_way = payments::under_way(tx, ctx.scope, &[id])?;
    if !is_over(&row, ctx, &under_way) {
        return Ok(false);
    }
    cancel(tx, ctx, row, "not paid in time")?;
    Ok(true)
}

fn is_over(row: &OrderRow, ctx: &Ctx, under_way: &BTreeSet<OrderId>) -> bool {
    let open = matches!(row.state, OrderState::New | OrderState::WaitingForPayment);
    open && row.expires_at <= ctx.now && !under_way.contains(&row.id)
}

/// Which orders would be given up.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let mut after = None;
    loop {
        let ids = orders::expired(db, ctx.scope, ctx.now, after, CHUNK)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        let under_way = payments::under_way(db, ctx.scope, &ids)?;
        for row in orders::some(db, ctx.scope, &ids)?.iter().filter(|row| is_over(row, ctx, &under_way)) {
            let summary = format!("order {}, not paid in time", row.number);
            let gross = Money::from_minor(row.gross_minor, row.currency);
            seen.add(ForeseenView::new(row.id, ForeseenAction::Expire, summary).amount(gross))?;
        }
    }
}
