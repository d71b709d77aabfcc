//! What a decision does to an order.

use crate::invoices::lock_with_client;
use crate::invoices::rederive::set_back;
use crate::kernel::call::Ctx;
use crate::orders::accept::{ask, go_on, is_looked_at};
use crate::orders::announce::answered;
use crate::orders::cancel::withdraw;
use crate::orders::place::bill;
use crate::orders::rows::{expiry, is_on_account};
use crate::subscriptions::fraud::accuse;
use crate::todos::{Todo, raise};
use comptoir_db::fraud::checks::{self, FraudCheckRow};
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::{Db, Json, Outcome, subscriptions, todos};
use comptoir_domain::OrderId;
use comptoir_domain::fraud::{FraudCheckState, FraudDecision, Ruling};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::orders::{OrderState, transition};
use comptoir_domain::todos::TodoKind;
use serde_json::json;

/// Does what the rules and the scorer came to. Whoever was kept waiting for the scorer is told when his order goes on.
pub fn settle(tx: &mut Db, ctx: &Ctx, mut check: FraudCheckRow, ruling: &Ruling, was_waiting: bool) -> Outcome<()> {
    check.score = ruling.score;
    check.findings = Json(ruling.findings.clone());
    let mut order = orders::lock(tx, ctx.scope, check.order_id)?;
    close(tx, ctx, &mut check, ruling.decision.into(), None)?;
    match ruling.decision {
        FraudDecision::Decline => decline(tx, ctx, order),
        FraudDecision::Hold => hold(tx, ctx, order, &check, false),
        FraudDecision::Accept if !check.is_taken && is_looked_at(tx, ctx, order.id)? => {
            move_to(tx, &mut order, OrderState::WaitingForValidation)?;
            charge(tx, ctx, &order, &check)?;
            ask(tx, ctx, &order)
        }
        FraudDecision::Accept => let_go(tx, ctx, order, &check, was_waiting),
    }
}

/// Writes down where a check stands now, and who says so: whoever gives a reason, or else the rules, whose decision in the
/// transaction of an order is not that of whoever placed it.
pub fn close(
    tx: &mut Db,
    ctx: &Ctx,
    check: &mut FraudCheckRow,
    state: FraudCheckState,
    reason: Option<&str>,
) -> Outcome<()> {
    check.state = state;
    check.reason = reason.unwrap_or_default().into();
    if !state.is_open() {
        let by_hand = reason.map(|_| (ctx.actor.words().0, ctx.actor_name.as_str()));
        let (kind, name) = by_hand.unwrap_or(("system", "Comptoir"));
        check.decided_by_kind = Some(kind.into());
        check.decided_by_name = Some(name.into());
        check.decided_at = Some(ctx.now);
    } else {
        (check.decided_by_kind, check.decided_by_name, check.decided_at) = (None, None, None);
    }
    checks::save(tx, check)?;
    let fact = json!({ "order_id": check.order_id, "state": state, "score": check.score, "reason": check.reason });
    ctx.record(tx, "fraud_check.decided", check.id, fact)
}

/// Where the order stands from now on.
pub fn move_to(tx: &mut Db, order: &mut OrderRow, state: OrderState) -> Outcome<()> {
    transition(order.state, state)?;
    order.state = state;
    orders::save(tx, order)
}

/// The order goes on: to its payment, or if that is there, to its delivery.
pub fn let_go(tx: &mut Db, ctx: &Ctx, mut order: OrderRow, check: &FraudCheckRow, tells: bool) -> Outcome<()> {
    // who was kept waiting has as long as anyone to pay
    order.expires_at = order.expires_at.max(expiry(ctx, is_on_account(&order)));
    move_to(tx, &mut order, OrderState::WaitingForPayment)?;
    if tells {
        answered(tx, ctx, &order, true, "")?;
        ctx.record(tx, "order.accepted", order.id, json!({ "number": order.number }))?;
    }
    charge(tx, ctx, &order, check)?;
    go_on(tx, ctx, &mut order)
}

/// Issues what an order that is not checked would have been issued when it was placed.
pub fn charge(tx: &mut Db, ctx: &Ctx, order: &OrderRow, check: &FraudCheckRow) -> Outcome<()> {
    match draft(tx, ctx, order.id)? {
        Some(draft) => bill(tx, ctx, draft, check.is_taken || is_on_account(order)).map(|_| ()),
        None => Ok(()),
    }
}

/// The first invoice of an order as long as it is a draft, kept from changing with its client.
fn draft(tx: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<Option<InvoiceRow>> {
    let Some((_, id)) = invoices::of_orders(tx, ctx.scope, &[order])?.first().copied() else { return Ok(None) };
    Ok(Some(lock_with_client(tx, ctx, id)?).filter(|invoice| invoice.state == InvoiceState::Draft))
}

/// A person has to decide.
pub fn hold(tx: &mut Db, ctx: &Ctx, mut order: OrderRow, check: &FraudCheckRow, is_paid: bool) -> Outcome<()> {
    move_to(tx, &mut order, OrderState::WaitingForValidation)?;
    let mut lines: Vec<_> =
        check.findings.0.iter().map(|finding| format!("{} ({})", finding.detail, finding.points)).collect();
    lines.push(
        "Decide with POST /v1/fraud-checks/{id}/accept or POST /v1/fraud-checks/{id}/decline."
            .replace("{id}", &check.id.to_string()),
    );
    if is_paid {
        lines.push("It is paid: whoever declines it gives the money back with POST /v1/transactions/{id}/refund and a credit note.".into());
    }
    let todo = Todo {
        unique_key: todo_key(order.id),
        kind: TodoKind::FraudSuspected,
        title: format!("Order {} may be a fraud: {} of 100", order.number, check.score),
        detail: lines.join("\n"),
        subject_id: order.id.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// The order is refused: its subscriptions are marked. Its draft and its coupon are kept for some days, in which a person may
/// accept it after all.
pub fn decline(tx: &mut Db, ctx: &Ctx, mut order: OrderRow) -> Outcome<()> {
    // the client sees it with his subscriptions
    let reason = "the order was not accepted";
    order.expires_at = expiry(ctx, false);
    move_to(tx, &mut order, OrderState::Fraud)?;
    for subscription in subscriptions::of_order(tx, ctx.scope, order.id)? {
        accuse(tx, ctx, subscription.id, reason)?;
    }
    answered(tx, ctx, &order, false, "")?;
    ctx.record(tx, "order.declined", order.id, json!({ "number": order.number }))
}

/// Nobody has accepted a refused order after all: its draft and its coupon go, and its subscriptions have charged nothing.
pub fn drop_refused(tx: &mut Db, ctx: &Ctx, order: OrderId, reason: &str) -> Outcome<()> {
    let Some(draft) = draft(tx, ctx, order)? else { return Ok(()) };
    let lines = invoices::lines(tx, ctx.scope, &[draft.id])?;
    withdraw(tx, ctx, order, reason)?;
    set_back(tx, ctx, &lines).map(|_| ())
}

/// Nobody has to look any more.
pub fn settle_todo(tx: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<()> {
    todos::settle(tx, ctx.scope, &todo_key(order), ctx.now)
}

fn todo_key(order: OrderId) -> String {
    format!("fraud_check:{order}")
}
