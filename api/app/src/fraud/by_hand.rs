//! Decisions of people. Whoever accepts or cancels the order decides about its check, too.

use crate::fraud::card::was_let_go;
use crate::fraud::read::reply;
use crate::fraud::report::report_soon;
use crate::fraud::settle::{charge, close, decline, let_go, move_to, settle_todo};
use crate::fraud::views::{FraudCheckView, FraudDecisionCreate};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id};
use crate::orders::cancel::asking;
use crate::subscriptions::fraud::acquit;
use actix_web::post;
use comptoir_db::fraud::checks::{self, FraudCheckRow};
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::{Db, Outcome, clients, subscriptions};
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::fraud::{FraudCheckState, FraudTag};
use comptoir_domain::orders::OrderState;
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{Check, Code, FraudCheckId, OrderId, Problem};

/// Accept an order after its fraud check
///
/// For one that is held, or still waits for the scorer, or was refused and has not expired yet (`expires_at` of the order). The
/// order goes on, and a scorer that was asked is told that it was none.
#[utoipa::path(tag = "fraud", params(("id" = FraudCheckId, Path)), request_body = FraudDecisionCreate,
    responses((status = 200, body = FraudCheckView, description = "The check as it is now")))]
#[post("/v1/fraud-checks/{id}/accept")]
pub async fn accept_fraud_check(
    call: Call<may::WriteOrders>,
    id: Id<FraudCheckId>,
    body: Body<FraudDecisionCreate>,
) -> Answer {
    call.write(move |tx, ctx| {
        let (mut order, mut check) = lock(tx, ctx, id.0, &body.0)?;
        if check.state == FraudCheckState::Declined {
            take_back(tx, ctx, &mut order)?;
        } else {
            is_open(&check)?;
        }
        decide(tx, ctx, &mut check, FraudCheckState::Accepted, &body.0.reason)?;
        let_go(tx, ctx, order, &check, true)?;
        Ok(reply(check))
    })
    .await
}

/// Decline an order after its fraud check
///
/// For one that is held, or still waits for the scorer. The order is refused, and a scorer that was asked is told so.
#[utoipa::path(tag = "fraud", params(("id" = FraudCheckId, Path)), request_body = FraudDecisionCreate,
    responses((status = 200, body = FraudCheckView, description = "The check as it is now")))]
#[post("/v1/fraud-checks/{id}/decline")]
pub async fn decline_fraud_check(
    call: Call<may::WriteOrders>,
    id: Id<FraudCheckId>,
    body: Body<FraudDecisionCreate>,
) -> Answer {
    call.write(move |tx, ctx| {
        let (order, mut check) = lock(tx, ctx, id.0, &body.0)?;
        is_open(&check)?;
        decide(tx, ctx, &mut check, FraudCheckState::Declined, &body.0.reason)?;
        decline(tx, ctx, order)?;
        Ok(reply(check))
    })
    .await
}

/// A check that is to be decided, behind the lock of its order.
fn lock(tx: &mut Db, ctx: &Ctx, id: FraudCheckId, wanted: &FraudDecisionCreate) -> Outcome<(OrderRow, FraudCheckRow)> {
    let mut findings = Check::new();
    findings.paragraphs("/reason", &wanted.reason, 400);
    findings.done()?;
    let order = checks::find(tx, ctx.scope, id)?.order_id;
    let order = orders::lock(tx, ctx.scope, order)?;
    Ok((order, checks::lock(tx, ctx.scope, id)?))
}

fn is_open(check: &FraudCheckRow) -> Result<(), Problem> {
    if check.state.is_open() {
        return Ok(());
    }
    let detail = format!("the check is {}: it does not wait for a decision", check.state);
    Err(Problem::new(Code::WrongState, detail))
}

/// A refused order waits again, and its subscriptions are no frauds any more; as long as there is something to be paid, and
/// someone who may buy.
fn take_back(tx: &mut Db, ctx: &Ctx, order: &mut OrderRow) -> Outcome<()> {
    let wrong = |detail: &'static str| Err(Problem::new(Code::WrongState, detail).into());
    if clients::find(tx, ctx.scope, order.client_id)?.status != ClientStatus::Active {
        return wrong("only an active client can buy: activate the client first");
    }
    if order.gross_minor > 0 && asking(tx, ctx, order.id)?.is_empty() {
        return wrong("its invoice is withdrawn by now: take the order anew with POST /v1/orders");
    }
    move_to(tx, order, OrderState::WaitingForValidation)?;
    for row in subscriptions::of_order(tx, ctx.scope, order.id)? {
        if row.status == SubscriptionStatus::Fraudulent {
            acquit(tx, ctx, row.id, "the order was accepted after all")?;
        }
    }
    Ok(())
}

fn decide(tx: &mut Db, ctx: &Ctx, check: &mut FraudCheckRow, state: FraudCheckState, reason: &str) -> Outcome<()> {
    close(tx, ctx, check, state, Some(reason))?;
    settle_todo(tx, ctx, check.order_id)?;
    let tag = if state == FraudCheckState::Accepted { FraudTag::NotFraud } else { FraudTag::SuspectedFraud };
    report_soon(tx, ctx, check, tag, reason)
}

/// A person has accepted an order, and thereby decided about its check.
pub fn accepted(tx: &mut Db, ctx: &Ctx, order: &OrderRow) -> Outcome<()> {
    match checks::lock_of_order(tx, ctx.scope, order.id)? {
        Some(mut check) if check.state.is_open() => {
            decide(tx, ctx, &mut check, FraudCheckState::Accepted, "")?;
            charge(tx, ctx, order, &check)
        }
        // its payment shall not bring it up again
        Some(mut check) if was_let_go(&check) => close(tx, ctx, &mut check, FraudCheckState::Accepted, Some("")),
        _ => Ok(()),
    }
}

/// An order is given up whose check may be open: nobody has to decide any more.
pub fn dropped(tx: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<()> {
    let Some(mut check) = checks::lock_of_order(tx, ctx.scope, order)?.filter(|check| check.state.is_open()) else {
        return Ok(());
    };
    close(tx, ctx, &mut check, FraudCheckState::Dropped, Some(""))?;
    settle_todo(tx, ctx, order)
}
