//! The post: mails and webhooks that wait. Each is a queue of its own, filled in the transaction that causes it; a worker
//! empties both beside its events.

use crate::kernel::state::AppState;
use crate::{mails, webhooks};
use comptoir_db::{Outcome, mails as mail_rows, webhook_deliveries};
use std::sync::Arc;
use tokio::task::JoinSet;

/// So many at once: a slow receiver holds up no more than these.
const BATCH: i64 = 20;

/// Sends what is due until nothing is; says how much was tried.
pub async fn sweep(state: &Arc<AppState>) -> Outcome<usize> {
    let mut tried = 0;
    loop {
        let now = state.work_now();
        let (mail, webhooks) = state
            .store
            .read(move |db| Ok((mail_rows::any_due(db, now)?, webhook_deliveries::any_due(db, now)?)))
            .await?;
        let sent = if mail { mails::send::send_due(state, BATCH).await? } else { 0 };
        let told = if webhooks { deliver(state).await? } else { 0 };
        if sent + told == 0 {
            return Ok(tried);
        }
        tried += sent + told;
    }
}

/// Delivers a batch of webhooks side by side: they go to different servers.
async fn deliver(state: &Arc<AppState>) -> Outcome<usize> {
    let claimed = webhooks::due(state, BATCH).await?;
    let count = claimed.len();
    let mut under_way = JoinSet::new();
    for delivery in claimed {
        let state = Arc::clone(state);
        under_way.spawn(async move { webhooks::deliver_one(&state, delivery).await });
    }
    while let Some(delivered) = under_way.join_next().await {
        match delivered {
            Ok(outcome) => drop(outcome?),
            Err(error) => tracing::error!(%error, "a delivery broke off: it will be tried again"),
        }
    }
    Ok(count)
}
