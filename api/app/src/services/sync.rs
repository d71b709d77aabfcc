//! Bringing services about: taken on a lease, told to the panel outside any transaction, written down.
//!
//! The panel hears the whole desired record under our own id, so telling it twice is harmless, and after "sent, no
//! answer" we may simply tell it again.

use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::services::account::accounts;
use crate::services::announce::Access;
use crate::services::settle::{Attempt, Settled, settle};
use chrono::TimeDelta;
use comptoir_connectors::panel::{Account, HostingPanel};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::services::{self, Claim, ServiceRow};
use comptoir_db::{Failure, Outcome, Scope};
use comptoir_domain::{Instant, SellerId, ServiceId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long one service is one worker's; longer than a panel may take.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// How long a panel may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many side by side: a slow panel holds up no more than these.
const BATCH: i64 = 20;

/// What came of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Tally {
    /// As they should be.
    pub settled: usize,
    /// To be tried again.
    pub failed: usize,
    /// Left to a person.
    pub for_a_person: usize,
}

/// Brings about what is due, of one seller or of all, until nothing is.
pub async fn sync_due(state: &AppState, seller: Option<SellerId>, order: &str) -> Outcome<Tally> {
    let mut tally = Tally::default();
    loop {
        let outcomes = sync(state, seller, None, order).await?;
        if outcomes.is_empty() {
            return Ok(tally);
        }
        for outcome in outcomes {
            match outcome {
                Settled::Done => tally.settled += 1,
                Settled::Failed { .. } => tally.failed += 1,
                Settled::ForAPerson => tally.for_a_person += 1,
                // it is due again at once, or another worker's
                Settled::Outdated | Settled::Lost => {}
            }
        }
    }
}

/// Brings one service about, if it is due and nobody is at it; `None` if there is nothing to do here.
pub async fn sync_one(state: &AppState, seller: SellerId, id: ServiceId, order: &str) -> Outcome<Option<Settled>> {
    loop {
        match sync(state, Some(seller), Some(id), order).await?.pop() {
            // the wish changed while the panel was at the old one
            Some(Settled::Outdated) => {}
            outcome => return Ok(outcome),
        }
    }
}

async fn sync(
    state: &AppState,
    seller: Option<SellerId>,
    service: Option<ServiceId>,
    order: &str,
) -> Outcome<Vec<Settled>> {
    let now = state.machine.now();
    let claim = Claim { seller, service, now, until: now.plus(LEASE), limit: BATCH };
    let claimed = state.store.write_batch(move |tx| services::claim(tx, claim)).await?;
    let mut by_seller: BTreeMap<SellerId, Vec<ServiceRow>> = BTreeMap::new();
    claimed.into_iter().for_each(|row| by_seller.entry(row.seller_id).or_default().push(row));
    let mut outcomes = Vec::new();
    for (seller, rows) in by_seller {
        let whose = state.store.read(move |db| sellers::own(db, Scope::of(seller))).await?;
        outcomes.extend(bring_about(state, &whose, rows, order).await);
    }
    Ok(outcomes)
}

/// Brings the claimed services of a seller about, side by side. What goes wrong with one stays with it.
async fn bring_about(state: &AppState, seller: &SellerRow, rows: Vec<ServiceRow>, order: &str) -> Vec<Settled> {
    let ctx = Ctx::system(state, seller, order);
    let mut under_way = JoinSet::new();
    let mut outcomes = Vec::new();
    for (row, wish) in wishes(state, &ctx, rows).await {
        if is_for_a_person(&row) {
            outcomes.push(write_down(state, &ctx, row, Attempt::ForAPerson).await);
            continue;
        }
        let (panel, at) = (Arc::clone(&state.panel), state.machine.now());
        under_way.spawn(async move { (row, tell_guarded(panel, wish, at).await) });
    }
    while let Some(joined) = under_way.join_next().await {
        match joined {
            Ok((row, attempt)) => outcomes.push(write_down(state, &ctx, row, attempt).await),
            // its lease runs out, then it is tried again
            Err(error) => tracing::error!(%error, "a service was dropped"),
        }
    }
    outcomes
}

/// Whether no panel can bring it about.
pub(super) fn is_for_a_person(row: &ServiceRow) -> bool {
    row.is_by_hand || !row.kind.has_panel()
}

type Wish = Result<Account, ConnectorError>;

/// What each of them asks for. If they cannot be read together, each is read alone: one row that cannot be understood
/// must not stop the others.
async fn wishes(state: &AppState, ctx: &Ctx, rows: Vec<ServiceRow>) -> Vec<(ServiceRow, Wish)> {
    match read_wishes(state, ctx, rows.clone()).await {
        Ok(wishes) => rows.into_iter().zip(wishes).collect(),
        Err(failure) => {
            tracing::warn!(%failure, "services are read one by one");
            let mut found = Vec::new();
            for row in rows {
                let alone = read_wishes(state, ctx, vec![row.clone()]).await;
                let wish = alone.map(|mut wishes| wishes.pop());
                found.push((row, wish.unwrap_or_else(|failure| Some(Err(internal(&failure)))).unwrap_or_else(missing)));
            }
            found
        }
    }
}

async fn read_wishes(state: &AppState, ctx: &Ctx, rows: Vec<ServiceRow>) -> Outcome<Vec<Wish>> {
    let (scope, today) = (ctx.scope, ctx.today());
    state.store.read(move |db| accounts(db, scope, today, &rows)).await
}

fn missing() -> Wish {
    Err(ConnectorError::not_found("its subscription is gone"))
}

fn internal(failure: &Failure) -> ConnectorError {
    ConnectorError::new(Kind::Unavailable, "internal", failure.to_string())
}

/// Tells the panel in a task of its own, for a limited time: a panic is a failure like others.
async fn tell_guarded(panel: Arc<dyn HostingPanel>, wish: Wish, at: Instant) -> Attempt {
    let told = match wish {
        Ok(account) => tokio::spawn(async move { tokio::time::timeout(PATIENCE, tell(&*panel, &account, at)).await }),
        Err(error) => return Attempt::Failed(error),
    };
    match told.await {
        Ok(Ok(attempt)) => attempt,
        Ok(Err(_)) => Attempt::Failed(ConnectorError::new(Kind::Unknown, "timeout", "the panel did not answer")),
        Err(error) => Attempt::Failed(error.into()),
    }
}

async fn tell(panel: &dyn HostingPanel, account: &Account, at: Instant) -> Attempt {
    if let Err(error) = panel.apply(account, at).await {
        return Attempt::Failed(error);
    }
    let used = match panel.usage() {
        Some(usage) => usage.disk_bytes(&account.id).await.ok(),
        None => None,
    };
    Attempt::Done { disk_bytes: used.and_then(|bytes| i64::try_from(bytes).ok()) }
}

/// Writes down what came of it; if that is not possible, writes down that.
async fn write_down(state: &AppState, ctx: &Ctx, row: ServiceRow, attempt: Attempt) -> Settled {
    match record(state, ctx, &row, attempt).await {
        Ok(settled) => settled,
        Err(failure) => {
            tracing::error!(service = %row.id, %failure, "the outcome for a service was not recorded");
            let second = record(state, ctx, &row, Attempt::Failed(internal(&failure))).await;
            // with the database gone the lease runs out, and the panel is told again
            second.unwrap_or(Settled::Lost)
        }
    }
}

async fn record(state: &AppState, ctx: &Ctx, row: &ServiceRow, attempt: Attempt) -> Outcome<Settled> {
    let (ctx, row, now, jitter) = (ctx.clone(), row.clone(), state.machine.now(), rand::random());
    let (access, enqueued) = (Access::of(&state.settings.panel), Arc::clone(&ctx.enqueued));
    let written = state.store.write(move |tx| settle(tx, &ctx, &row, &attempt, now, jitter, &access)).await?;
    if enqueued.swap(false, std::sync::atomic::Ordering::Relaxed) {
        state.wake.notify_one();
    }
    Ok(written)
}
