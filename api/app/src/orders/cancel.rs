//! Giving an unpaid order up: what it reserved is free again.

use crate::fraud;
use crate::invoices::cancel::give_up;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id};
use crate::orders::accept::refused;
use crate::orders::read::reply;
use crate::orders::views::OrderView;
use crate::subscriptions::cancel::end;
use actix_web::post;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::{Db, Outcome, coupons, subscriptions};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::orders::{OrderState, transition};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, OrderId, Problem};
use serde_json::json;

/// Cancel an unpaid order
///
/// Its coupon is free again, its subscriptions end, its invoice is withdrawn.
#[utoipa::path(tag = "orders", params(("id" = OrderId, Path)), responses((status = 200, body = OrderView, description = "Cancelled")))]
#[post("/v1/orders/{id}/cancel")]
pub async fn cancel_order(call: Call<may::WriteOrders>, id: Id<OrderId>) -> Answer {
    call.write(move |tx, ctx| {
        let row = orders::lock(tx, ctx.scope, id.0)?;
        let row = cancel(tx, ctx, row, "order cancelled")?;
        reply(tx, ctx, row)
    })
    .await
}

/// Whether there is anything to withdraw of an invoice: it may have been credited in full already, or written off.
fn asks_for_something(invoice: &InvoiceRow) -> bool {
    let is_given_back = invoice.refunded_minor > 0 && invoice.refunded_minor == invoice.gross_minor;
    invoice.state != InvoiceState::Cancelled && !invoice.is_written_off && !is_given_back
}

/// Gives an order up that nobody has paid.
pub fn cancel(tx: &mut Db, ctx: &Ctx, mut row: OrderRow, reason: &str) -> Outcome<OrderRow> {
    if matches!(row.state, OrderState::Paid | OrderState::Provisioning | OrderState::Done) {
        let detail = "the order is paid: cancel its subscriptions and credit its invoice";
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    transition(row.state, OrderState::Cancelled)?;
    if matches!(row.state, OrderState::New | OrderState::WaitingForValidation) {
        refused(tx, ctx, &row, "")?;
    }
    row.state = OrderState::Cancelled;
    orders::save(tx, &mut row)?;
    fraud::dropped(tx, ctx, row.id)?;
    for mut subscription in subscriptions::of_order(tx, ctx.scope, row.id)? {
        if !subscription.status.is_ended() {
            end(tx, ctx, &mut subscription, reason)?;
        }
    }
    withdraw(tx, ctx, row.id, reason)?;
    ctx.record(tx, "order.cancelled", row.id, json!({ "number": row.number, "reason": reason }))?;
    Ok(row)
}

/// The coupon of an order is free again, and its invoice asks for nothing any more.
pub fn withdraw(tx: &mut Db, ctx: &Ctx, order: OrderId, reason: &str) -> Outcome<()> {
    coupons::release(tx, ctx.scope, order)?;
    for invoice in asking(tx, ctx, order)? {
        give_up(tx, ctx, invoice.id, reason)?;
    }
    Ok(())
}

/// The invoices of an order that ask for something.
pub fn asking(db: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<Vec<InvoiceRow>> {
    let ids: Vec<_> = invoices::of_orders(db, ctx.scope, &[order])?.into_iter().map(|(_, invoice)| invoice).collect();
    let mut found = invoices::find_many(db, ctx.scope, &ids)?;
    found.retain(asks_for_something);
    Ok(found)
}
