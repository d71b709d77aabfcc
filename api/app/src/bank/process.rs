//! ProcessBatchFiles (EVT-02): closes the batches whose time has come, and takes debits for paid that nobody has sent back for as
//! long as the plug-in was told to wait.

use crate::bank::apply::restate;
use crate::bank::close::{Means, close};
use crate::bank::outcome::approve;
use crate::encryption::ask_for_phrase;
use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::isolate::park;
use crate::events::sellers::for_sellers;
use crate::gateways::ready::Gateways;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payments::settle::lock;
use comptoir_db::bank::batches::{self, DebitBatchRow};
use comptoir_db::bank::debits::{self, Debit};
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Failure, Outcome, settings};
use comptoir_domain::bank::{BatchState, settled_on};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::{Code, TransactionId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const TROUBLE: &str = "A batch for the bank could not be closed";

/// Debits that are looked at together.
const CHUNK: i64 = 200;

/// Closes and settles what is due, of one seller or of all.
pub async fn process_batch_files(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (mut closed, mut settled, means) = (0, 0, Means::of(state));
    for ctx in for_sellers(state, event).await? {
        let looking = ctx.clone();
        for batch in state.store.read(move |db| full(db, &looking)).await? {
            let (ctx, means, asking) = (ctx.clone(), means.clone(), ctx.clone());
            match state.store.write(move |tx| close(tx, &ctx, &means, batch.id)).await {
                Ok(row) => closed += usize::from(row.state != BatchState::Open),
                // nothing in it may go to the bank yet, or somebody else was faster
                Err(Failure::Refused(problem)) if problem.code == Code::WrongState => {}
                Err(Failure::Refused(problem)) if problem.code == Code::EncryptionLocked => {
                    state.store.write(move |tx| ask_for_phrase(tx, &asking)).await?;
                }
                // one that a person has to mend keeps no other from being closed
                Err(failure) => park(state, &asking, TROUBLE, batch.id.to_string(), &failure).await?,
            }
        }
        settled += settle(state, &ctx).await?;
    }
    Ok(json!({ "closed": closed, "settled": settled }))
}

/// The open batches that are old enough, or hold enough.
fn full(db: &mut Db, ctx: &Ctx) -> Outcome<Vec<DebitBatchRow>> {
    let rules = settings::read(db, ctx.scope)?.value.0.bank_files;
    let mut due = Vec::new();
    for batch in batches::all_open(db, ctx.scope)? {
        let count = usize::try_from(debits::count_of_batch(db, ctx.scope, batch.id)?).unwrap_or(usize::MAX);
        if rules.closes(batch.opened_at.date_in(ctx.zone), count, ctx.today()) {
            due.push(batch);
        }
    }
    Ok(due)
}

/// Debits that count as paid today; the last one that was looked at goes along.
type Paid = (Vec<Debit>, TransactionId);

fn paid(db: &mut Db, gateways: &Gateways, ctx: &Ctx, after: Option<TransactionId>) -> Outcome<Option<Paid>> {
    let all = debits::pending_through(db, ctx.scope, ctx.today(), after, CHUNK)?;
    let Some(last) = all.last().map(|(_, payment)| payment.id) else { return Ok(None) };
    let mut days: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for code in BTreeSet::from_iter(all.iter().map(|(row, _)| row.gateway.clone())) {
        let found = match gateways.find(db, ctx.scope, &code) {
            Ok(found) => found,
            Err(Failure::Refused(_)) => None,
            Err(failure) => return Err(failure),
        };
        let wait = found.and_then(|ready| ready.gateway.debits().and_then(|debits| debits.settle_days()));
        days.insert(code, wait);
    }
    let is_paid = |(row, _): &Debit| {
        let wait = days.get(&row.gateway).copied().flatten();
        wait.is_some_and(|wait| settled_on(row.collect_on, wait) <= ctx.today())
    };
    Ok(Some((all.into_iter().filter(is_paid).collect(), last)))
}

async fn settle(state: &AppState, ctx: &Ctx) -> Result<usize, EventFailure> {
    let (mut settled, mut after) = (0, None);
    loop {
        let (looking, gateways) = (ctx.clone(), state.gateways.clone());
        let found = state.store.read(move |db| paid(db, &gateways, &looking, after)).await?;
        let Some((due, last)) = found else { return Ok(settled) };
        after = Some(last);
        if due.is_empty() {
            continue;
        }
        let ctx = ctx.clone();
        settled += state.store.write(move |tx| take(tx, &ctx, &due)).await?;
    }
}

/// Takes debits for paid, unless the bank was faster.
fn take(tx: &mut Db, ctx: &Ctx, due: &[Debit]) -> Outcome<usize> {
    let mut taken = 0;
    for (_, payment) in due {
        let mut payment = lock(tx, ctx, payment.id)?;
        if payment.state == TransactionState::Pending {
            approve(tx, ctx, &mut payment)?;
            taken += 1;
        }
    }
    for id in BTreeSet::from_iter(due.iter().filter_map(|(row, _)| row.batch_id)) {
        restate(tx, ctx, id)?;
    }
    Ok(taken)
}

/// Which batches would be closed, and which debits taken for paid.
pub fn foresee(db: &mut Db, state: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    for batch in full(db, ctx)? {
        seen.add(ForeseenView::new(
            batch.id,
            ForeseenAction::CloseBatch,
            format!("the open batch of {}", batch.gateway),
        ))?;
    }
    let mut after = None;
    while let Some((due, last)) = paid(db, &state.gateways, ctx, after)? {
        after = Some(last);
        for (row, payment) in due {
            let summary = format!("{} of {}", payment.reference, row.gateway);
            let piece = ForeseenView::new(payment.id, ForeseenAction::SettleDebit, summary);
            seen.add(piece.amount(payment.amount()))?;
        }
    }
    Ok(())
}
