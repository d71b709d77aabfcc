//! ProcessInvoices (EVT-02): a billing run. It goes through the clients for whom something is due, so many at a time. A
//! client that cannot be billed is parked with a to-do that says why, and the others are billed. What was missed by
//! downtime is caught up by the same code.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenInvoiceView, ForeseenView, apart};
use crate::events::sweep::{Sweep, Swept};
use crate::invoices::renew::{decide, renew};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use chrono::NaiveDate;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, Scope, clients, subscriptions, usage};
use comptoir_domain::ClientId;
use comptoir_domain::events::ForeseenAction;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Clients in one transaction: so many that a run is quick, so few that others need not wait. A multiple of what one statement
/// writes, so that no statement is prepared for a rest. On PostgreSQL each of the questions of a transaction is a way to the
/// server and back, and only those wait who want the rows that are locked.
const fn chunk(db: &Db) -> i64 {
    match db {
        Db::Sqlite(_) => 256,
        Db::Pg(_) => 512,
    }
}

const BILLING: Sweep<ClientId> = Sweep {
    trouble: "A client could not be billed",
    page: |db, ctx, after| due_clients(db, ctx.scope, ctx.today(), after),
    work: renew,
};

/// Invoices what is due, of one seller or of all.
pub async fn process_invoices(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let Swept { done, parked } = BILLING.run(state, event).await?;
    Ok(json!({ "invoices": done, "parked": parked }))
}

/// The next clients who have something to be charged: a renewal, or use.
fn due_clients(db: &mut Db, scope: Scope, today: NaiveDate, after: Option<ClientId>) -> Outcome<Vec<ClientId>> {
    let chunk = chunk(db);
    let mut ids = BTreeSet::from_iter(subscriptions::due_clients(db, scope, today, after, chunk)?);
    ids.extend(usage::due_clients(db, scope, today, after, chunk)?);
    Ok(ids.into_iter().take(usize::try_from(chunk).unwrap_or(usize::MAX)).collect())
}

/// Which invoices would be issued.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    BILLING.look(db, ctx, |db, ids| {
        let invoices = |db: &mut Db, part: &[ClientId]| {
            let clients = clients::some(db, ctx.scope, part)?;
            Ok(decide(db, ctx, clients)?.views())
        };
        let (invoices, sick) = apart(db, ids, &invoices)?;
        invoices.into_iter().try_for_each(|invoice| seen.add(foreseen(invoice)))?;
        sick.iter().try_for_each(|(client, failure)| seen.park(client, failure))
    })
}

fn foreseen(invoice: ForeseenInvoiceView) -> ForeseenView {
    let first = invoice.lines.first().map(|line| line.description.as_str()).unwrap_or_default();
    let summary = match invoice.lines.len() {
        0 | 1 => first.to_string(),
        lines => format!("{first} and {} more lines", lines - 1),
    };
    let piece = ForeseenView::new(invoice.client_id, ForeseenAction::Invoice, summary);
    ForeseenView { invoice: Some(invoice.clone()), ..piece.amount(invoice.totals.gross) }
}
