//! Forgetting whose orders were checked: IP and mail addresses go after as many days as the seller has settled.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use chrono::TimeDelta;
use comptoir_db::fraud::checks;
use comptoir_db::sellers::SellerRow;
use comptoir_db::{Db, Outcome, Scope, sellers, settings};
use comptoir_domain::Instant;
use comptoir_domain::events::ForeseenAction;

/// Forgets what is old, of all sellers; says how many checks that were.
pub async fn forget(state: &AppState) -> Result<usize, EventFailure> {
    let now = state.business.now();
    let mut forgotten = 0;
    for (seller, before, _) in state.store.read(move |db| old(db, now)).await? {
        let work = move |tx: &mut Db| checks::forget_before(tx, Scope::of(seller.id), before);
        forgotten += state.store.write_batch(work).await?;
    }
    Ok(forgotten)
}

/// The sellers who have addresses that are to be forgotten, those of checks before when, and of how many.
fn old(db: &mut Db, now: Instant) -> Outcome<Vec<(SellerRow, Instant, i64)>> {
    let mut found = Vec::new();
    for seller in sellers::all(db)? {
        let scope = Scope::of(seller.id);
        let before = limit(db, scope, now)?;
        let count = checks::count_known_before(db, scope, before)?;
        if count > 0 {
            found.push((seller, before, count));
        }
    }
    Ok(found)
}

fn limit(db: &mut Db, scope: Scope, now: Instant) -> Outcome<Instant> {
    let days = settings::read(db, scope)?.value.0.fraud.keep_days;
    Ok(now.plus(-TimeDelta::days(days.into())))
}

/// Of how many checks the addresses would be forgotten.
pub fn foresee_forgetting(db: &mut Db, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    for (seller, _, count) in old(db, ctx.now)? {
        let summary = format!("the addresses of {count} fraud checks of {}", seller.code);
        seen.add(ForeseenView::new("", ForeseenAction::Forget, summary))?;
    }
    Ok(())
}
