//! Giving up orders that nobody paid in time: what they reserved is free again. An order with a payment under way is
//! left alone until that is decided. One that was refused as a fraud stays one, but cannot be accepted after all any more.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::{Sweep, each};
use crate::fraud;
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

const EXPIRING: Sweep<OrderId> = Sweep {
    trouble: "An unpaid order could not be given up",
    page: |db, ctx, after| orders::expired(db, ctx.scope, ctx.now, after, CHUNK),
    work: |tx, ctx, ids| each(ids, |id| expire(tx, ctx, id)),
};

/// Gives up what has expired, of one seller or of all.
pub async fn expire_orders(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    Ok(json!({ "expired": EXPIRING.run(state, event).await?.done }))
}

/// Says whether the order was given up.
fn expire(tx: &mut Db, ctx: &Ctx, id: OrderId) -> Outcome<bool> {
    let row = orders::lock(tx, ctx.scope, id)?;
    let under_way = payments::under_way(tx, ctx.scope, &[id])?;
    if !is_over(&row, ctx, &under_way) {
        return Ok(false);
    }
    let reason = reason(&row);
    if row.state == OrderState::Fraud {
        fraud::drop_refused(tx, ctx, id, reason)?;
    } else {
        cancel(tx, ctx, row, reason)?;
    }
    Ok(true)
}

fn is_over(row: &OrderRow, ctx: &Ctx, under_way: &BTreeSet<OrderId>) -> bool {
    let waits = matches!(row.state, OrderState::WaitingForPayment | OrderState::Fraud);
    waits && row.expires_at <= ctx.now && !under_way.contains(&row.id)
}

fn reason(row: &OrderRow) -> &'static str {
    if row.state == OrderState::Fraud { "refused" } else { "not paid in time" }
}

/// Which orders would be given up.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    EXPIRING.look(db, ctx, |db, ids| {
        let under_way = payments::under_way(db, ctx.scope, ids)?;
        for row in orders::some(db, ctx.scope, ids)?.iter().filter(|row| is_over(row, ctx, &under_way)) {
            let summary = format!("order {}, {}", row.number, reason(row));
            let gross = Money::from_minor(row.gross_minor, row.currency);
            seen.add(ForeseenView::new(row.id, ForeseenAction::Expire, summary).amount(gross))?;
        }
        Ok(())
    })
}
