//! Accepting orders (ORD-07, EVT-04): where the seller wants to look at each before anything is set up.

use crate::fraud;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id};
use crate::orders::announce::answered;
use crate::orders::paid::paid;
use crate::orders::read::reply;
use crate::orders::rows::{expiry, is_on_account};
use crate::services::release::{Released, release};
use crate::taxes::evidence;
use crate::todos::{Todo, raise};
use actix_web::post;
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::{Db, Outcome, invoices, settings, todos};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::orders::{OrderState, transition};
use comptoir_domain::permissions::may;
use comptoir_domain::services::ProvisioningCondition;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Code, OrderId, Problem};
use serde_json::json;

/// Accept an order
///
/// For one that waits for validation. It goes on: to its payment, or if that is there, to its delivery. To refuse it,
/// cancel it.
#[utoipa::path(tag = "orders", params(("id" = OrderId, Path)), responses((status = 200, body = crate::orders::views::OrderView, description = "The order as it is now")))]
#[post("/v1/orders/{id}/accept")]
pub async fn accept_order(call: Call<may::WriteOrders>, id: Id<OrderId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = orders::lock(tx, ctx.scope, id.0)?;
        if row.state != OrderState::WaitingForValidation {
            let detail = format!("the order is {}: it does not wait to be accepted", row.state);
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        transition(row.state, OrderState::WaitingForPayment)?;
        row.state = OrderState::WaitingForPayment;
        // who was kept waiting has as long as anyone to pay
        row.expires_at = row.expires_at.max(expiry(ctx, is_on_account(&row)));
        orders::save(tx, &mut row)?;
        settle_asked(tx, ctx, row.id)?;
        fraud::accepted(tx, ctx, &row)?;
        ctx.record(tx, "order.accepted", row.id, json!({ "number": row.number }))?;
        answered(tx, ctx, &row, true, "")?;
        go_on(tx, ctx, &mut row)?;
        let row = orders::find(tx, ctx.scope, id.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Release an order
///
/// For one that is set up only after a person has said so (`provisioning.mode` of the settings). What the settings require
/// must be true all the same.
#[utoipa::path(tag = "orders", params(("id" = OrderId, Path)), responses((status = 200, body = crate::orders::views::OrderView, description = "The order as it is now")))]
#[post("/v1/orders/{id}/release")]
pub async fn release_order(call: Call<may::WriteOrders>, id: Id<OrderId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = orders::lock(tx, ctx.scope, id.0)?;
        let wrong = |detail: String| Problem::new(Code::WrongState, detail);
        match release(tx, ctx, &mut row, true)? {
            Released::Begun { is_free: true } => {}
            Released::Begun { is_free: false } => {
                let detail = "another service has its name: cancel one of the two subscriptions";
                return Err(Problem::new(Code::AlreadyExists, detail).into());
            }
            Released::Nothing => return Err(wrong("nothing of this order waits to be set up".into()).into()),
            Released::Waits(missing) => {
                let words: Vec<_> = missing.iter().map(|condition| condition.as_str()).collect();
                return Err(wrong(format!("the settings require more: {}", words.join(", "))).into());
            }
        }
        orders::save(tx, &mut row)?;
        ctx.record(tx, "order.released", row.id, json!({ "number": row.number }))?;
        reply(tx, ctx, row)
    })
    .await
}

/// An order that nobody has to look at any more goes on: it may be paid by now, or be set up before it is.
pub fn go_on(tx: &mut Db, ctx: &Ctx, row: &mut OrderRow) -> Outcome<()> {
    if is_paid(tx, ctx, row)? {
        return paid(tx, ctx, row.id);
    }
    release(tx, ctx, row, false).map(|_| ())
}

/// Whether a person looks at an order that a shopper has placed, apart from its fraud check.
pub fn is_looked_at(db: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<bool> {
    let policy = settings::read(db, ctx.scope)?.value.0.provisioning;
    Ok(policy.requires(ProvisioningCondition::OrderValidated) || evidence::holds(db, ctx, order)?)
}

/// Puts a new order before a person.
pub fn ask(tx: &mut Db, ctx: &Ctx, order: &OrderRow) -> Outcome<()> {
    let todo = Todo {
        unique_key: todo_key(order.id),
        kind: TodoKind::OrderWaits,
        title: format!("Order {} waits to be accepted", order.number),
        detail: "Look at it; then POST /v1/orders/{id}/accept, or refuse it with POST /v1/orders/{id}/cancel.".into(),
        subject_id: order.id.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// An order that waited to be accepted is given up: nobody has to look any more, and the client hears of it.
pub fn refused(tx: &mut Db, ctx: &Ctx, order: &OrderRow, reason: &str) -> Outcome<()> {
    settle_asked(tx, ctx, order.id)?;
    answered(tx, ctx, order, false, reason)
}

/// Nobody has to look at an order any more.
pub fn settle_asked(tx: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<()> {
    todos::settle(tx, ctx.scope, &todo_key(order), ctx.now)
}

fn todo_key(order: OrderId) -> String {
    format!("order_validation:{order}")
}

/// Whether the first invoice asks for nothing more; without one, nothing is due yet.
fn is_paid(db: &mut Db, ctx: &Ctx, order: &OrderRow) -> Outcome<bool> {
    let Some((_, id)) = invoices::of_orders(db, ctx.scope, &[order.id])?.first().copied() else {
        return Ok(order.gross_minor == 0);
    };
    let invoice = invoices::find(db, ctx.scope, id)?;
    Ok(invoice.state == InvoiceState::Issued && invoice.open_minor == 0)
}
