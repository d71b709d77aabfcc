//! Living through time in a sandbox. How far it has come is written down once a day of the sandbox, so that everyone sees
//! it, and a worker that takes the work up after a crash goes on from there: what was done of that day is not done again.

use crate::events::EventFailure;
use crate::events::advance::Way;
use crate::kernel::state::AppState;
use crate::sandboxes::subject;
use comptoir_db::events::{self, EventRow};
use comptoir_db::sandboxes::{self, SandboxRow};
use comptoir_db::{Db, Outcome, Scope, activities, mails};
use comptoir_domain::sandboxes::{Journey, SandboxState};
use comptoir_domain::{Instant, SandboxId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Moves the clocks of the sandbox of an event.
pub async fn advance_sandbox(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (scope, id) = subject(event)?;
    let missing = || EventFailure::lasting("the event does not say where to");
    let to: Instant =
        event.payload.0.get("to").and_then(Value::as_str).and_then(|to| to.parse().ok()).ok_or_else(missing)?;
    let none = || EventFailure::lasting("a sandbox has none of its own");
    let sandboxes = state.sandboxes.as_ref().ok_or_else(none)?;
    let nothing = json!({ "outcome": "nothing_to_do" });
    let Some((row, journey)) = state.store.write(move |tx| begin(tx, scope, id, to)).await? else { return Ok(nothing) };
    let house = sandboxes.house(state, &row).await?;
    // whoever was at work in there before this is gone
    house.store.write(events::take_back).await?;
    let mut way = Way::begin(&house, to)?;
    let (mut made, mut written) = (0, row.clock_at);
    while let Some(more) = way.step().await? {
        made += more;
        let clock_at = house.business.now();
        if is_same_day(written, clock_at) {
            continue;
        }
        if !state.store.write_batch(move |tx| arrived_at(tx, scope, id, to, clock_at, made)).await? {
            return Ok(nothing);
        }
        (made, written) = (0, clock_at);
    }
    let happened = house.store.read(move |db| count(db, scope, journey.from, to)).await?;
    let told = json!({ "outcome": "arrived", "happened": happened });
    let finish = move |tx: &mut Db| finish(tx, scope, id, to, made, &happened);
    Ok(if state.store.write(finish).await? { told } else { nothing })
}

/// How much has happened, by the kinds of activities; mails are sent without one.
fn count(db: &mut Db, scope: Scope, after: Instant, until: Instant) -> Outcome<BTreeMap<String, i64>> {
    let mut happened = activities::count_by_kind(db, scope, after, until)?;
    let sent = mails::count_sent(db, scope, after, until)?;
    if sent > 0 {
        happened.insert("mail.sent".into(), sent);
    }
    Ok(happened)
}

/// By the days of UTC, as the stops.
fn is_same_day(one: Instant, other: Instant) -> bool {
    one.utc().date_naive() == other.utc().date_naive()
}

/// Takes the journey up, again too after it was given up; `None` if the sandbox is gone or has another one by now.
fn begin(tx: &mut Db, scope: Scope, id: SandboxId, to: Instant) -> Outcome<Option<(SandboxRow, Journey)>> {
    let Some(mut row) = sandboxes::lock_if_there(tx, scope, id)? else { return Ok(None) };
    let journey = row.journey.0.clone().filter(|journey| journey.to == to);
    match (row.state, journey) {
        (SandboxState::Advancing, Some(journey)) => Ok(Some((row, journey))),
        (SandboxState::Ready, Some(journey)) if row.clock_at < to => {
            row.state = SandboxState::Advancing;
            row.error.clear();
            sandboxes::save(tx, &mut row)?;
            Ok(Some((row, journey)))
        }
        _ => Ok(None),
    }
}

/// Writes down how far it has come; says no if nobody wants to go on.
fn arrived_at(tx: &mut Db, scope: Scope, id: SandboxId, to: Instant, clock_at: Instant, made: usize) -> Outcome<bool> {
    change(tx, scope, id, to, |row, journey| {
        row.clock_at = row.clock_at.max(clock_at);
        journey.events = journey.events.saturating_add(i64::try_from(made).unwrap_or(i64::MAX));
    })
}

/// It is there.
fn finish(
    tx: &mut Db,
    scope: Scope,
    id: SandboxId,
    to: Instant,
    made: usize,
    happened: &BTreeMap<String, i64>,
) -> Outcome<bool> {
    arrived_at(tx, scope, id, to, to, made)?;
    change(tx, scope, id, to, |row, journey| {
        row.state = SandboxState::Ready;
        journey.happened.clone_from(happened);
    })
}

/// Changes the row of a sandbox that is on the way there.
fn change(
    tx: &mut Db,
    scope: Scope,
    id: SandboxId,
    to: Instant,
    change: impl FnOnce(&mut SandboxRow, &mut Journey),
) -> Outcome<bool> {
    let Some(mut row) = sandboxes::lock_if_there(tx, scope, id)?.filter(|row| row.state == SandboxState::Advancing)
    else {
        return Ok(false);
    };
    let Some(mut journey) = row.journey.0.take().filter(|journey| journey.to == to) else { return Ok(false) };
    change(&mut row, &mut journey);
    row.journey.0 = Some(journey);
    sandboxes::save(tx, &mut row)?;
    Ok(true)
}
