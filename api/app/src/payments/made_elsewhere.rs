//! Refunds that were made at a gateway's own desk, or have come back there: every word of a gateway about a payment says how much
//! of it is given back, and that is compared with what is written here (PAY-06, PAY-10).

use crate::gateways::ready::ready;
use crate::kernel::ApiError;
use crate::kernel::AppState;
use crate::kernel::call::Ctx;
use crate::payments::pay::begun;
use crate::payments::refund::send;
use crate::payments::settle::Asked;
use crate::todos::{Todo, raise};
use comptoir_connectors::payment::{Payment, PaymentGateway};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome, todos};
use comptoir_domain::payments::{TransactionKind, TransactionState};
use comptoir_domain::{Money, TransactionId};

/// Asks how much of a payment was given back, where the gateway can be asked; where not, nothing is learned.
pub async fn look(state: &AppState, ctx: &Ctx, row: &TransactionRow) -> Result<(), ApiError> {
    let was_taken = row.state.is_taken() || row.state == TransactionState::Refunded;
    let Some(ready) = ready(state, ctx.scope, &row.gateway).await?.filter(|_| was_taken) else { return Ok(()) };
    let Some(lookup) = ready.gateway.lookup() else { return Ok(()) };
    match lookup.fetch(&begun(row)?, ctx.now).await {
        Ok(told) => {
            let (comparing, row) = (ctx.clone(), row.clone());
            let made = state.store.write(move |tx| compare(tx, &comparing, &row, &told)).await?;
            ask(state, ctx, &*ready.gateway, made).await
        }
        Err(error) => {
            tracing::info!(transaction = %row.id, %error, "a gateway does not say what was given back");
            Ok(())
        }
    }
}

/// What is to be asked about after a gateway has told how much of a payment was given back.
pub fn compare(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, told: &Payment) -> Outcome<Vec<TransactionId>> {
    if row.currency != told.refunded.currency() || row.kind != TransactionKind::Payment {
        return Ok(Vec::new());
    }
    let all = payments::refunds_of(tx, ctx.scope, row.id)?;
    let gone = sum(&all, |back| back.state.is_taken() || back.state.is_under_way());
    if told.refunded.minor() > gone {
        let more = Money::from_minor(told.refunded.minor() - gone, row.currency);
        return mind(tx, ctx, row, more).map(|()| Vec::new());
    }
    let is_refund = |back: &TransactionRow| back.kind == TransactionKind::Refund && back.gateway == row.gateway;
    let is_short = told.refunded.minor() < sum(&all, |back| is_refund(back) && back.state.is_taken());
    let is_news = |back: &&TransactionRow| {
        is_refund(back) && (back.state == TransactionState::Pending || is_short && back.state.is_taken())
    };
    Ok(all.iter().filter(is_news).map(|back| back.id).collect())
}

fn sum(all: &[TransactionRow], counts: impl Fn(&TransactionRow) -> bool) -> i64 {
    all.iter().filter(|back| counts(back)).map(|back| back.amount_minor).sum()
}

/// Asks about refunds that were not decided, or that were made but that the gateway no longer counts.
pub async fn ask(
    state: &AppState,
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    made: Vec<TransactionId>,
) -> Result<(), ApiError> {
    if gateway.refunds().is_some_and(|refunds| refunds.are_keyed()) {
        for id in made {
            send(state, ctx, gateway, id, Asked::Lookup).await?;
        }
    }
    Ok(())
}

fn todo_key(id: TransactionId) -> String {
    format!("refunded-elsewhere:{id}")
}

/// Money has gone that nobody here has given back: whoever did knows why, and what becomes of the invoice.
fn mind(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, more: Money) -> Outcome<()> {
    let todo = Todo::of_payment(
        row,
        todo_key(row.id),
        format!("{} has given back {more} that nobody has ordered here", row.gateway),
        "If that was at its own desk: POST /v1/transactions/{id}/refund with `\"paid_by\": \"gateway\"` and this amount \
         records it, with `credit_note` if the invoice is not to be paid.",
    );
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// It is written here now.
pub fn recorded(tx: &mut Db, ctx: &Ctx, payment: TransactionId) -> Outcome<()> {
    todos::settle(tx, ctx.scope, &todo_key(payment), ctx.now).map(|_| ())
}
