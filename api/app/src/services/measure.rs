//! Reading what services use (HST-02), once a day each.

use crate::kernel::state::AppState;
use crate::usage::record_disk;
use chrono::TimeDelta;
use comptoir_connectors::Kind;
use comptoir_connectors::panel::Usage;
use comptoir_db::services::{self, ServiceRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::{Instant, SellerId};

/// How old a measurement may become.
const AGE: TimeDelta = TimeDelta::days(1);

/// So many in one run: the next one goes on.
const BATCH: i64 = 200;

/// What the panel said.
enum Seen {
    Uses(i64),
    Gone,
    Unknown,
}

/// Measures what was not measured for a day; says how many were. What a panel no longer has is brought about again.
pub async fn measure_due(state: &AppState, seller: Option<SellerId>) -> Outcome<usize> {
    let Some(usage) = state.panel.usage() else { return Ok(0) };
    let now = state.machine.now();
    let rows = state.store.read(move |db| unmeasured(db, seller, now)).await?;
    let mut seen = Vec::new();
    for row in rows {
        let bytes = ask(usage, &row).await;
        seen.push((row, bytes));
    }
    let count = seen.len();
    let business = state.now().business;
    let write = move |tx: &mut Db| {
        let used = seen.iter().filter_map(|(row, seen)| match seen {
            Seen::Uses(bytes) => Some((row, *bytes)),
            Seen::Gone | Seen::Unknown => None,
        });
        record_disk(tx, used, business)?;
        for (row, seen) in &seen {
            match seen {
                Seen::Uses(bytes) => services::measured(tx, row, *bytes, now)?,
                Seen::Gone if row.is_settled => services::missed(tx, row, now)?,
                Seen::Gone | Seen::Unknown => {}
            }
        }
        Ok(())
    };
    state.store.write_batch(write).await?;
    Ok(count)
}

fn unmeasured(db: &mut Db, seller: Option<SellerId>, now: Instant) -> Outcome<Vec<ServiceRow>> {
    services::unmeasured(db, seller, now.plus(-AGE), BATCH)
}

/// What a run would measure.
pub(super) fn to_measure(
    db: &mut Db,
    state: &AppState,
    seller: Option<SellerId>,
    now: Instant,
) -> Outcome<Vec<ServiceRow>> {
    if state.panel.usage().is_none() { Ok(Vec::new()) } else { unmeasured(db, seller, now) }
}

async fn ask(usage: &dyn Usage, row: &ServiceRow) -> Seen {
    let Ok(id) = row.id.to_string().parse() else { return Seen::Unknown };
    match usage.disk_bytes(&id).await {
        Ok(bytes) => i64::try_from(bytes).map_or(Seen::Unknown, Seen::Uses),
        Err(error) if error.kind == Kind::NotFound => Seen::Gone,
        Err(error) => {
            tracing::warn!(service = %row.id, %error, "what a service uses was not read");
            Seen::Unknown
        }
    }
}
