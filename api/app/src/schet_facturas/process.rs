//! ProcessSchetFacturas (EVT-02): goes through the clients once a day and writes the documents that they lack. What was missed
//! by downtime is caught up by the same code, month by month.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView, apart};
use crate::events::sellers::for_sellers;
use crate::events::sweep::{Sweep, Swept};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::schet_facturas::decide::{Wanted, decide};
use crate::schet_facturas::issuer::Issuer;
use crate::schet_facturas::write::write;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, schet_facturas, watermarks};
use comptoir_domain::events::{EventKind, ForeseenAction};
use comptoir_domain::schedule::Period;
use comptoir_domain::{ClientId, Problem};
use serde_json::{Value, json};

/// Clients in one transaction.
const CHUNK: i64 = 100;

const WRITING: Sweep<ClientId> =
    Sweep { trouble: "The schet-facturas of a client could not be written", page: due_clients, work: write };

/// Writes what is missing, of one seller or of all.
pub async fn process_schet_facturas(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    begin(state, event).await?;
    let Swept { done, parked } = WRITING.run(state, event).await?;
    Ok(json!({ "schet_facturas": done, "parked": parked }))
}

/// Remembers when a seller began to have them written: what was delivered before is documented elsewhere.
async fn begin(state: &AppState, event: &EventRow) -> Result<(), EventFailure> {
    for ctx in for_sellers(state, event).await? {
        let (reading, scope) = (ctx.clone(), ctx.scope);
        let issuer = state.store.read(move |db| Issuer::read(db, &reading)).await?;
        if let Some(day) = issuer.and_then(|issuer| issuer.to_remember) {
            let remember = move |tx: &mut Db| watermarks::advance(tx, scope, EventKind::ProcessSchetFacturas, day);
            state.store.write(remember).await?;
        }
    }
    Ok(())
}

fn due_clients(db: &mut Db, ctx: &Ctx, after: Option<ClientId>) -> Outcome<Vec<ClientId>> {
    let Some(issuer) = Issuer::read(db, ctx)? else { return Ok(Vec::new()) };
    let (starts_on, only_companies) = (issuer.terms.starts_on, issuer.settings.only_companies);
    schet_facturas::due_clients(db, ctx.scope, starts_on, only_companies, after, CHUNK)
}

/// Which documents would be written.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let Some(issuer) = Issuer::read(db, ctx)? else { return Ok(()) };
    WRITING.look(db, ctx, |db, ids| {
        let documents = |db: &mut Db, part: &[ClientId]| {
            decide(db, ctx, &issuer, part)?
                .wanted
                .iter()
                .map(piece)
                .collect::<Result<Vec<_>, Problem>>()
                .map_err(Into::into)
        };
        let (documents, sick) = apart(db, ids, &documents)?;
        documents.into_iter().try_for_each(|document| seen.add(document))?;
        sick.iter().try_for_each(|(client, failure)| seen.park(client, failure))
    })
}

fn piece(wanted: &Wanted) -> Result<ForeseenView, Problem> {
    let (net, tax) = wanted.sums()?;
    let Period { from, to } = wanted.missing.period;
    let rows = wanted.missing.parts.len();
    let summary = format!("{}: {from} to {}, rows: {rows}", wanted.missing.kind, to.pred_opt().unwrap_or(to));
    Ok(ForeseenView::new(wanted.client, ForeseenAction::Document, summary).amount(net.plus(tax)?))
}
