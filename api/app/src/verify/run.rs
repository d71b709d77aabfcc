//! The checks by order of an event: seller by seller, saying how far they are.

use crate::events::EventFailure;
use crate::kernel::state::AppState;
use crate::operations::Running;
use crate::verify::CHECKS;
use crate::verify::report::{VerificationView, check_one, whose};
use comptoir_db::Db;
use comptoir_db::events::EventRow;
use serde_json::{Value, json};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How often the operation says how far it is.
const EVERY: Duration = Duration::from_secs(1);

/// Runs all checks for whoever asked. It only reads, so it may begin again as often as it likes.
pub async fn run_verification(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let running = Running::of(event)?;
    let sellers = state.store.read(move |db| whose(db, running.scope)).await?;
    let total = i64::try_from(sellers.len() * CHECKS.len()).unwrap_or(i64::MAX);
    if !state.store.write(move |tx| running.begin(tx, total)).await? {
        return Ok(json!({ "outcome": "nothing_to_do" }));
    }
    let (mut report, done) = (VerificationView::nothing(), Arc::new(AtomicI64::new(0)));
    for seller in sellers {
        let (today, counted) = (state.now().business.date_in(seller.time_zone), Arc::clone(&done));
        let made = move || {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let mut part = pin!(state.store.read(move |db: &mut Db| check_one(db, &seller, today, &made)));
        let part = loop {
            tokio::select! {
                part = &mut part => break part?,
                () = tokio::time::sleep(EVERY) => {
                    let done = done.load(Ordering::Relaxed);
                    state.store.write(move |tx| running.reached(tx, done)).await?;
                }
            }
        };
        report.add(part);
    }
    let told = json!({ "is_clean": report.is_clean, "count": report.count });
    let (result, now) = (json!(report), state.now().business);
    state.store.write(move |tx| running.succeed(tx, &result, now)).await?;
    Ok(told)
}
