//! By order of an event: every hour what is due, or once what somebody wants. First the gateways are asked what became of
//! payments that nobody has heard of.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::operations::Running;
use crate::payment_methods;
use crate::payment_queue::plan::{Due, Means, Pages};
use crate::payment_queue::record::Tally;
use crate::payment_queue::request::QueueOrder;
use crate::payment_queue::run::charge;
use crate::payment_queue::wanted::Wanted;
use crate::payments::unanswered::{ask_again, each_to_be_asked};
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, Scope, invoices, settings};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::settings::CollectionSettings;
use serde_json::{Value, json};

/// Collects what is due, of one seller or of all.
pub async fn process_payment_queue(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (mut all, mut failed) = (Tally::default(), None);
    for ctx in for_sellers(state, event).await? {
        // one seller's trouble keeps no other's money from coming in
        match collect_of(state, &ctx, &mut all).await {
            Ok(()) => {}
            Err(failure) => {
                tracing::error!(seller = %ctx.scope.seller(), message = failure.message, "a payment queue broke off");
                failed = Some(failure);
            }
        }
    }
    failed.map_or_else(|| Ok(all.told()), Err)
}

/// Collects what is due to a seller.
async fn collect_of(state: &AppState, ctx: &Ctx, all: &mut Tally) -> Result<(), EventFailure> {
    let scope = ctx.scope;
    let collection = state.store.read(move |db| collection(db, scope)).await?;
    all.checked += ask_again(state, ctx, &collection).await?;
    payment_methods::abandon(state, ctx, collection.confirm_within_days).await?;
    let tally = charge(state, ctx, Wanted::usual(&collection, ctx.today()), None).await?;
    all.add(&tally);
    Ok(())
}

/// Charges what somebody wants to have charged.
pub async fn run_payment_queue(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let running = Running::of(event)?;
    let wrong = |_| EventFailure::lasting("the event does not say what to charge");
    let order: QueueOrder = serde_json::from_value(event.payload.0.clone()).map_err(wrong)?;
    let Some(system) = for_sellers(state, event).await?.pop() else {
        return Err(EventFailure::lasting("the seller is suspended"));
    };
    let ctx = order.acting(system)?;
    let scope = ctx.scope;
    let collection = state.store.read(move |db| collection(db, scope)).await?;
    let wanted = order.run.wanted(&collection, ctx.today());
    let owed = wanted.owed();
    let total = state.store.read(move |db| invoices::count_owed(db, scope, &owed)).await?;
    if !state.store.write(move |tx| running.begin(tx, total)).await? {
        return Ok(json!({ "outcome": "nothing_to_do" }));
    }
    let mut tally = Tally { checked: ask_again(state, &ctx, &collection).await?, ..Tally::default() };
    tally.add(&charge(state, &ctx, wanted, Some(running)).await?);
    let (told, now) = (tally.told(), state.now().business);
    let result = told.clone();
    state.store.write(move |tx| running.succeed(tx, &result, now)).await?;
    Ok(told)
}

/// What the seller has settled.
pub fn collection(db: &mut Db, scope: Scope) -> Outcome<CollectionSettings> {
    Ok(settings::read(db, scope)?.value.0.collection)
}

/// Which payments would be asked about, and which invoices charged.
pub fn foresee(db: &mut Db, state: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    each_to_be_asked(db, &state.gateways, ctx, |row| {
        let piece =
            ForeseenView::new(row.id, ForeseenAction::CheckPayment, format!("{} at {}", row.state, row.gateway));
        seen.add(piece.amount(row.amount()))
    })?;
    let collection = collection(db, ctx.scope)?;
    payment_methods::each_abandoned(db, ctx, collection.confirm_within_days, |row| {
        let summary = format!("{} at {}", row.client_id, row.gateway);
        seen.add(ForeseenView::new(row.id, ForeseenAction::EndSetup, summary))
    })?;
    let wanted = Wanted::usual(&collection, ctx.today());
    each_due(db, ctx, &Means::of(state), &wanted, |due| {
        let summary = format!("{} at {}", due.number, due.part.method.gateway);
        let piece = ForeseenView::new(due.part.invoice, ForeseenAction::Charge, summary);
        seen.add(piece.amount(due.part.amount))
    })
}

/// Goes through what a run would charge, if nothing of it were refused.
pub fn each_due(
    db: &mut Db,
    ctx: &Ctx,
    means: &Means,
    wanted: &Wanted,
    mut look: impl FnMut(Due) -> Outcome<()>,
) -> Outcome<()> {
    let mut pages = Pages::new(wanted.clone(), means.clone());
    while !pages.is_over() {
        pages.next(db, ctx)?.into_iter().flatten().try_for_each(&mut look)?;
    }
    Ok(())
}
