//! ProcessInvoices (EVT-02): a billing run. It goes through the clients for whom something is due, so many at a time. A
//! client that cannot be billed is parked with a to-do that says why, and the others are billed. What was missed by
//! downtime is caught up by the same code.

use crate::events::EventFailure;
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::invoices::renew::renew;
use crate::kernel::state::AppState;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, subscriptions};
use serde_json::{Value, json};

/// Clients in one transaction: so many that a run is quick, so few that others need not wait.
const CHUNK: i64 = 150;

/// Invoices what is due, of one seller or of all.
pub async fn process_invoices(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (mut invoices, mut parked) = (0, 0);
    for ctx in for_sellers(state, event).await? {
        let (scope, today) = (ctx.scope, ctx.today());
        let mut after = None;
        loop {
            let next = move |db: &mut Db| subscriptions::due_clients(db, scope, today, after, CHUNK);
            let clients = state.store.read(next).await?;
            let Some(last) = clients.last() else { break };
            after = Some(*last);
            let billing = ctx.clone();
            let (count, sick) = isolate(state, clients, move |tx, ids| renew(tx, &billing, ids)).await?;
            invoices += count;
            parked += sick.len();
            for (client, failure) in sick {
                park(state, &ctx, "A client could not be billed", client.to_string(), &failure).await?;
            }
        }
    }
    Ok(json!({ "invoices": invoices, "parked": parked }))
}
