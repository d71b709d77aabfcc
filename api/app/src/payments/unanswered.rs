//! Transactions whose gateway has not said what became of them: it is asked again, by our reference, before anything is repeated
//! (PAY-11). Where it cannot be asked, a person is.

use crate::events::EventFailure;
use crate::gateways::ready::Gateways;
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payments::check::{check, may_be_on_its_way};
use crate::payments::confirm::{End, give_up, is_overdue};
use crate::payments::poll::is_given_up;
use crate::todos::{Todo, raise};
use chrono::TimeDelta;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Failure, Outcome, Scope};
use comptoir_domain::payments::{TransactionKind, TransactionState};
use comptoir_domain::settings::CollectionSettings;
use comptoir_domain::{Instant, TransactionId};
use futures_util::stream::{self, StreamExt};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

/// Transactions that are looked at together.
const CHUNK: i64 = 200;

/// For so long the request that began a payment may still be at work on it.
const AT_WORK: TimeDelta = TimeDelta::minutes(15);

/// Where a payment has no outcome yet.
const OPEN: [TransactionState; 3] = [TransactionState::New, TransactionState::Unknown, TransactionState::Pending];

/// Which open transactions are looked at.
#[derive(Clone)]
pub struct Which {
    /// In these states.
    pub states: &'static [TransactionState],
    /// Begun within this time.
    pub time: Range<Instant>,
    /// And of this kind.
    pub fits: fn(&TransactionRow) -> bool,
}

impl Which {
    /// All that are open for long.
    fn overdue(ctx: &Ctx) -> Self {
        Self { states: &OPEN, time: Instant::EPOCH..ctx.now.plus(-AT_WORK), fits: |_| true }
    }
}

/// Some open transactions: those that their gateways can be asked about, and the others.
struct Open {
    last: TransactionId,
    askable: Vec<TransactionRow>,
    silent: Vec<TransactionRow>,
}

/// The next of them; none at the end.
fn next(
    db: &mut Db,
    gateways: &Gateways,
    scope: Scope,
    which: &Which,
    after: Option<TransactionId>,
) -> Outcome<Option<Open>> {
    let mut rows = payments::begun_within(db, scope, which.states, which.time.clone(), after, CHUNK)?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    rows.retain(which.fits);
    let mut known = HashMap::new();
    for name in BTreeSet::from_iter(rows.iter().map(|row| &row.gateway)) {
        known.insert(name.clone(), answers(db, gateways, scope, name)?);
    }
    let (askable, silent) = rows.into_iter().partition(|row| {
        let (payments, refunds) = known.get(&row.gateway).copied().unwrap_or_default();
        if row.kind == TransactionKind::Refund { refunds } else { payments }
    });
    Ok(Some(Open { last, askable, silent }))
}

/// Whether a gateway can be asked about payments, and about refunds.
fn answers(db: &mut Db, gateways: &Gateways, scope: Scope, name: &str) -> Outcome<(bool, bool)> {
    let ready = match gateways.find(db, scope, name) {
        Ok(ready) => ready,
        // one that is set up wrongly is mended by a person
        Err(Failure::Refused(_)) => None,
        Err(failure) => return Err(failure),
    };
    Ok(ready.map_or((false, false), |ready| {
        let keyed = ready.gateway.refunds().is_some_and(|refunds| refunds.are_keyed());
        (ready.gateway.lookup().is_some(), keyed)
    }))
}

/// Goes through what a gateway would be asked about.
pub fn each_to_be_asked(
    db: &mut Db,
    gateways: &Gateways,
    ctx: &Ctx,
    mut look: impl FnMut(&TransactionRow) -> Outcome<()>,
) -> Outcome<()> {
    let (which, mut after) = (Which::overdue(ctx), None);
    while let Some(open) = next(db, gateways, ctx.scope, &which, after)? {
        open.askable.iter().try_for_each(&mut look)?;
        after = Some(open.last);
    }
    Ok(())
}

/// Asks about all that are open for long; says of how many something was heard.
pub async fn ask_again(state: &AppState, ctx: &Ctx, settings: &CollectionSettings) -> Result<usize, EventFailure> {
    Ok(ask_about(state, ctx, &Which::overdue(ctx), settings).await?.heard)
}

/// What asking has brought.
#[derive(Default)]
pub struct Heard {
    /// Of so many something was heard.
    pub heard: usize,
    /// Those that were asked about, as they stand now.
    pub rows: Vec<TransactionRow>,
}

/// Asks about some. What has waited for its client for too long is ended, and so is what nobody has told of for too long.
pub async fn ask_about(
    state: &AppState,
    ctx: &Ctx,
    which: &Which,
    settings: &CollectionSettings,
) -> Result<Heard, EventFailure> {
    let (mut all, mut after) = (Heard::default(), None);
    loop {
        let (gateways, scope, wanted) = (state.gateways.clone(), ctx.scope, which.clone());
        let Some(open) = state.store.read(move |db| next(db, &gateways, scope, &wanted, after)).await? else {
            return Ok(all);
        };
        after = Some(open.last);
        // what is pending is told by the other side, or by the bank
        let (waiting, lost): (Vec<_>, Vec<_>) =
            open.silent.into_iter().partition(|row| row.state == TransactionState::Pending);
        for row in waiting.into_iter().filter(|row| is_overdue(ctx, row, settings.confirm_within_days)) {
            let id = row.id;
            if let Err(error) = give_up(state, ctx, row, End::RanOut).await {
                tracing::warn!(transaction = %id, ?error, "a payment that waits could not be ended");
            }
        }
        if !lost.is_empty() {
            let asking = ctx.clone();
            let ask = move |tx: &mut Db| lost.iter().try_for_each(|row| ask_a_person(tx, &asking, row));
            state.store.write_batch(ask).await?;
        }
        let at_once = usize::from(state.settings.charges_at_once.max(1));
        let asked = open.askable.into_iter().map(async |row| {
            let id = row.id;
            // one gateway that is down keeps nobody from asking the next
            ask(state, ctx, id, settings).await.map_err(|error| {
                tracing::warn!(transaction = %id, ?error, "a payment could not be checked");
                row
            })
        });
        let told: Vec<_> = stream::iter(asked).buffer_unordered(at_once).collect().await;
        all.heard += told.iter().filter(|told| told.is_ok()).count();
        all.rows.extend(told.into_iter().map(|told| told.unwrap_or_else(|row| row)));
    }
}

async fn ask(
    state: &AppState,
    ctx: &Ctx,
    id: TransactionId,
    settings: &CollectionSettings,
) -> Result<TransactionRow, ApiError> {
    let row = check(state, ctx, id).await?;
    let Some(end) = end(ctx, &row, settings) else {
        if is_silent(ctx, &row, settings) {
            let (asking, lost) = (ctx.clone(), row.clone());
            state.store.write(move |tx| ask_a_person(tx, &asking, &lost)).await?;
        }
        return Ok(row);
    };
    let row = give_up(state, ctx, row, end).await?;
    if row.state == TransactionState::Unknown && !may_be_on_its_way(ctx, &row) {
        let (asking, lost) = (ctx.clone(), row.clone());
        state.store.write(move |tx| ask_a_person(tx, &asking, &lost)).await?;
    }
    Ok(row)
}

/// Whether asking was of no use and is not going to end either: a gateway that wants an id of its own, which we never got, or a
/// seller who has nothing ended.
fn is_silent(ctx: &Ctx, row: &TransactionRow, settings: &CollectionSettings) -> bool {
    let never_ends = match row.state {
        TransactionState::New => true,
        TransactionState::Unknown => settings.checks == 0 || row.kind == TransactionKind::Refund,
        _ => false,
    };
    never_ends && ctx.now >= row.created_at.plus(AT_WORK)
}

/// Why a payment is not waited for any longer, if it is not.
fn end(ctx: &Ctx, row: &TransactionRow, settings: &CollectionSettings) -> Option<End> {
    if is_overdue(ctx, row, settings.confirm_within_days) {
        return Some(End::RanOut);
    }
    is_given_up(ctx, row, settings).then_some(End::Unanswered)
}

/// The to-do about a transaction of which nobody knows.
pub fn todo_key(id: TransactionId) -> String {
    format!("unanswered:{id}")
}

/// Whoever can look at the gateway says what became of it.
pub fn ask_a_person(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    let todo = Todo::of_payment(
        row,
        todo_key(row.id),
        format!("Nobody knows what became of a {} of {} at {}", row.kind, row.amount(), row.gateway),
        "The gateway did not answer, and asking it was of no use. Look there, then say what became of it by POST \
                 /v1/transactions/{id}/decide.",
    );
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}
