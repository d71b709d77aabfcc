//! What two sandboxes have charged differently (EVT-06): the same business lived through twice, and every document that is
//! not the same in both. Only reads, in both houses.

use crate::kernel::query::Query;
use crate::kernel::state::AppState;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::sandboxes::diff_views::{CurrencyDifferenceView, DocumentDifferenceView, SandboxDifferenceView};
use actix_web::get;
use chrono::{Days, NaiveDate};
use comptoir_db::sandboxes::{self, SandboxRow, documents};
use comptoir_db::{Db, Outcome, Scope, clients};
use comptoir_domain::permissions::may;
use comptoir_domain::sandboxes::diff::differences;
use comptoir_domain::{ClientId, Code, Problem, SandboxId};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Clients that are looked at together.
const CHUNK: i64 = 50;

/// A page ends with the client with whom it has so many documents.
const PAGE: usize = 100;

/// With which other sandbox.
#[derive(Clone, Copy, Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SandboxDifferenceQuery {
    /// The other one.
    with: SandboxId,
    /// Go on after this client, as `next_after` of the last page says.
    after: Option<ClientId>,
}

/// Compare what two sandboxes have issued
///
/// Documents of the days since the first of the two was made, matched by client, currency and day; their lines by
/// subscription, item, kind and period. What is the same in both is left out.
#[utoipa::path(tag = "sandboxes", params(("id" = SandboxId, Path), SandboxDifferenceQuery), responses((status = 200, body = SandboxDifferenceView, description = "What is different")))]
#[get("/v1/sandboxes/{id}/diff")]
pub async fn compare_sandboxes(
    call: Call<may::ReadSandboxes>,
    id: Id<SandboxId>,
    query: Query<SandboxDifferenceQuery>,
) -> Answer {
    let SandboxDifferenceQuery { with, mut after } = query.0;
    let both = call.read(move |db, ctx| {
        let here = sandboxes::find(db, ctx.scope, id.0)?;
        let there = sandboxes::find(db, ctx.scope, with)?;
        Ok((here, there))
    });
    let (here, there) = both.await?;
    let scope = call.ctx().scope;
    let from = here.created_at.min(there.created_at).date_in(call.ctx().zone);
    // a document may be dated by a clock that lags behind the zone of whoever asks
    let from = from.checked_sub_days(Days::new(1)).unwrap_or(from);
    let (here, there) = (house(call.state(), &here).await?, house(call.state(), &there).await?);
    if let Some(client) = after {
        // it may be a client of one of them only
        let known = move |db: &mut Db| Ok(!clients::some(db, scope, &[client])?.is_empty());
        if !here.store.read(known).await? && !there.store.read(known).await? {
            return Err(Problem::not_found().into());
        }
    }
    let mut found = Vec::new();
    let next_after = loop {
        let clients = next(&here, &there, scope, from, after).await?;
        let Some(last) = clients.last() else { break None };
        after = Some(*last);
        let (mine, theirs) = (clients.clone(), clients);
        let one = here.store.read(move |db: &mut Db| documents::of_clients(db, scope, from, &mine)).await?;
        let other = there.store.read(move |db: &mut Db| documents::of_clients(db, scope, from, &theirs)).await?;
        found.extend(differences(one, other));
        if found.len() >= PAGE {
            break after;
        }
    };
    let sums = move |db: &mut Db| documents::totals(db, scope, from);
    let totals = CurrencyDifferenceView::of(&here.store.read(sums).await?, &there.store.read(sums).await?);
    let documents = found.into_iter().map(DocumentDifferenceView::from).collect();
    Ok(Reply::ok(&SandboxDifferenceView { documents, totals, next_after }))
}

/// The house of a sandbox that can be entered.
async fn house(live: &AppState, row: &SandboxRow) -> Outcome<Arc<AppState>> {
    if !row.state.is_open() {
        return Err(
            Problem::new(Code::WrongState, format!("{} is {}: wait until it is ready", row.id, row.state)).into()
        );
    }
    let sandboxes = live.sandboxes.as_ref().ok_or_else(Problem::not_found)?;
    sandboxes.house(live, row).await
}

/// The next clients of whom either has documents.
async fn next(
    here: &AppState,
    there: &AppState,
    scope: Scope,
    from: NaiveDate,
    after: Option<ClientId>,
) -> Outcome<Vec<ClientId>> {
    let some = move |db: &mut Db| documents::clients(db, scope, from, after, CHUNK);
    let mut ids = BTreeSet::from_iter(here.store.read(some).await?);
    ids.extend(there.store.read(some).await?);
    Ok(ids.into_iter().take(usize::try_from(CHUNK).unwrap_or(usize::MAX)).collect())
}
