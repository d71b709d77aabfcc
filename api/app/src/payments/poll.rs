//! Payments whose outcome their gateway has not told are asked about at short intervals at first (PAY-01); the hourly run goes on
//! with what is left. One event asks for all of a seller that are due at that moment. Nothing counts the checks: how often a
//! payment was asked about follows from when it began.

use crate::events::EventFailure;
use crate::events::enqueue::{Task, enqueue};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payment_queue::process::collection;
use crate::payments::unanswered::{Which, ask_about};
use chrono::TimeDelta;
use comptoir_db::events::EventRow;
use comptoir_db::payments::{BY_HAND, TransactionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::Instant;
use comptoir_domain::events::EventKind;
use comptoir_domain::payments::{TransactionKind, TransactionState};
use comptoir_domain::settings::CollectionSettings;
use serde_json::{Value, json};

/// States in which a payment may be that is asked about so.
const UNTOLD: [TransactionState; 2] = [TransactionState::Unknown, TransactionState::Pending];

/// Whether it is the gateway that has yet to tell: not the client at its page, nor a person who waits for a cheque, nor a bank
/// that answers by files.
fn is_untold(row: &TransactionRow) -> bool {
    let is_open = match row.state {
        TransactionState::Unknown => true,
        TransactionState::Pending => row.detail.0.redirect_to.is_none(),
        _ => false,
    };
    is_open && !row.is_debit && !BY_HAND.contains(&row.gateway.as_str())
}

/// Has those asked about soon whose outcome their gateway has just left open.
pub fn watch(tx: &mut Db, ctx: &Ctx, rows: &[TransactionRow]) -> Outcome<()> {
    if !rows.iter().any(is_untold) {
        return Ok(());
    }
    let settings = collection(tx, ctx.scope)?;
    ask_next(tx, ctx, &settings)
}

/// All that is due between two moments is asked about at the second one.
fn ask_next(tx: &mut Db, ctx: &Ctx, settings: &CollectionSettings) -> Outcome<()> {
    if settings.checks == 0 {
        return Ok(());
    }
    let every = i64::from(settings.check_every_seconds.max(1));
    let moment = (ctx.now.seconds().div_euclid(every) + 1) * every;
    let task = Task {
        kind: EventKind::CheckPayments,
        unique_key: format!("check_payments:{}:{moment}", ctx.scope.seller()),
        subject_id: String::new(),
        payload: json!({}),
        run_at: Instant::from_micros(moment * 1_000_000),
    };
    enqueue(tx, ctx, vec![task]).map(|_| ())
}

/// What began by this moment has been asked about as often as is settled.
fn settled_before(ctx: &Ctx, settings: &CollectionSettings) -> Instant {
    let seconds = i64::from(settings.checks) * i64::from(settings.check_every_seconds);
    ctx.now.plus(-TimeDelta::seconds(seconds))
}

/// Whether it was asked about so often that it is time to end it. Nobody ends a refund.
pub fn is_given_up(ctx: &Ctx, row: &TransactionRow, settings: &CollectionSettings) -> bool {
    let is_payment = row.kind == TransactionKind::Payment && row.state == TransactionState::Unknown;
    is_payment && settings.checks > 0 && row.created_at <= settled_before(ctx, settings)
}

/// Asks about those of a seller; says of how many something was heard.
pub async fn check_payments(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let Some(ctx) = for_sellers(state, event).await?.pop() else {
        return Err(EventFailure::lasting("the seller is suspended"));
    };
    let scope = ctx.scope;
    let settings = state.store.read(move |db| collection(db, scope)).await?;
    // those that are asked about for the last time are ended with that
    let last = settled_before(&ctx, &settings);
    let every = TimeDelta::seconds(settings.check_every_seconds.into());
    let just_after = TimeDelta::microseconds(1);
    let which = Which { states: &UNTOLD, time: last.plus(just_after - every)..ctx.now, fits: is_untold };
    let asked = ask_about(state, &ctx, &which, &settings).await?;
    if asked.rows.iter().any(|row| is_untold(row) && row.created_at > last) {
        state.store.write(move |tx| ask_next(tx, &ctx, &settings)).await?;
    }
    Ok(json!({ "checked": asked.heard }))
}
