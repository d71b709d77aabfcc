//! Forgetting whose orders were checked: IP and mail addresses go after as many days as the seller has settled.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use chrono::TimeDelta;
use comptoir_db::fraud::checks;
use comptoir_db::{Db, Outcome, Scope, sellers, settings};
use comptoir_domain::Instant;
use comptoir_domain::events::ForeseenAction;

/// Forgets what is old, of all sellers; says how many checks that were.
pub async fn forget(state: &AppState) -> Result<usize, EventFailure> {
    let now = state.business.now();
    let mut forgotten = 0;
    for seller in state.store.read(sellers::all).await? {
        let scope = Scope::of(seller.id);
        let work = move |tx: &mut Db| {
            let before = limit(tx, scope, now)?;
            checks::forget_before(tx, scope, before)
        };
        forgotten += state.store.write_batch(work).await?;
    }
    Ok(forgotten)
}

fn limit(db: &mut Db, scope: Scope, now: Instant) -> Outcome<Instant> {
    let days = settings::read(db, scope)?.value.0.fraud.keep_days;
    Ok(now.plus(-TimeDelta::days(days.into())))
}

/// Of how many checks the addresses would be forgotten.
pub fn foresee_forgetting(db: &mut Db, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    for seller in sellers::all(db)? {
        let scope = Scope::of(seller.id);
        let before = limit(db, scope, ctx.now)?;
        let count = checks::count_known_before(db, scope, before)?;
        if count > 0 {
            let summary = format!("the addresses of {count} fraud checks of {}", seller.code);
            seen.add(ForeseenView::new("", ForeseenAction::Forget, summary))?;
        }
    }
    Ok(())
}
