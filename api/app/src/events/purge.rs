//! Forgetting what nobody needs any more.

use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::handler::EventFailure;
use crate::events::timetable::{self, Timetable};
use crate::fraud;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use chrono::TimeDelta;
use comptoir_db::events::{self, Now, Old};
use comptoir_db::{Db, Outcome, idempotency_keys};
use comptoir_domain::Instant;
use comptoir_domain::events::{EventKind, ForeseenAction};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How long a repeated request gets the answer of the first.
const KEY_HOURS: i64 = 48;

/// Removes events that were closed long ago. The latest slot of a recurring kind stays, however old: it says that the
/// slot was queued. With them goes what says whose orders were checked for fraud long ago.
pub async fn purge_events(state: &AppState) -> Result<Value, EventFailure> {
    let mut purged = 0;
    let timetable = timetable::current(state).await?;
    for (old, kinds) in old_events(state, &timetable, state.now()) {
        purged += state.store.write_batch(move |tx| events::purge(tx, &kinds, old)).await?;
    }
    Ok(json!({ "purged": purged, "fraud_checks": fraud::forget(state).await? }))
}

/// Which events are old, and the kinds for which that is so.
fn old_events(state: &AppState, timetable: &Timetable, now: Now) -> BTreeMap<Old, Vec<EventKind>> {
    let days = TimeDelta::days(state.settings.event_days.into());
    let mut groups: BTreeMap<Old, Vec<EventKind>> = BTreeMap::new();
    for kind in EventKind::ALL.iter().copied() {
        let now = now.by(kind.clock());
        let closed_before = now.plus(-days);
        let latest_slot = timetable.get(&kind).and_then(|timing| timing.latest(now));
        // a slot of less than so many days ago was not closed before it was due
        let due_before = latest_slot.filter(|slot| *slot <= closed_before).unwrap_or(now);
        groups.entry(Old { closed_before, due_before }).or_default().push(kind);
    }
    groups
}

/// How many events would be forgotten.
pub fn foresee_events(db: &mut Db, state: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let timetable = timetable::read(db, state)?;
    for (old, kinds) in old_events(state, &timetable, Now { business: ctx.now, machine: ctx.machine_now }) {
        for (kind, count) in events::count_old(db, &kinds, old)? {
            seen.add(ForeseenView::new("", ForeseenAction::Forget, format!("{count} events {kind}")))?;
        }
    }
    fraud::foresee_forgetting(db, ctx, seen)
}

/// Removes remembered answers that are too old to be asked for.
pub async fn purge_idempotency_keys(state: &AppState) -> Result<Value, EventFailure> {
    let before = old_keys(state.machine.now());
    let purged = state.store.write_batch(move |tx| idempotency_keys::purge(tx, before)).await?;
    Ok(json!({ "purged": purged }))
}

fn old_keys(now: Instant) -> Instant {
    now.plus(-TimeDelta::hours(KEY_HOURS))
}

/// How many answers would be forgotten.
pub fn foresee_idempotency_keys(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let count = idempotency_keys::count_before(db, old_keys(ctx.machine_now))?;
    if count > 0 {
        seen.add(ForeseenView::new("", ForeseenAction::Forget, format!("{count} remembered answers")))?;
    }
    Ok(())
}
