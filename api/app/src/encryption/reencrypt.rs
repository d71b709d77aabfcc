//! Sealing stored methods under the newest key: so many in one transaction, which also says how far the work is. Each row says
//! which key it is under, so whoever is killed leaves nothing half done, and whoever goes on begins where the other stopped. An
//! old key goes when nothing needs it any more.

use crate::encryption::REENCRYPT;
use crate::encryption::keyring::{Held, Keys};
use crate::events::EventFailure;
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::operations::Running;
use crate::operations::start::start;
use crate::payment_methods::owner;
use comptoir_db::events::EventRow;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::{Db, Outcome, encryption, operations, todos};
use comptoir_domain::encryption::KeyState;
use comptoir_domain::events::EventKind;
use comptoir_domain::operations::{OperationKind, OperationState};
use comptoir_domain::{Id, PaymentMethodId};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Methods in one transaction.
const CHUNK: i64 = 100;

/// What came of it so far.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Tally {
    /// How many are sealed anew.
    reencrypted: i64,
    /// How many did not open with any key.
    unreadable: i64,
    /// The last method that was looked at.
    after: Option<PaymentMethodId>,
}

/// How a chunk has ended.
enum Step {
    More,
    Done(Value),
    Locked,
}

/// Starts the work if something is not under the newest key.
pub(super) fn start_if_needed(tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
    let newest = encryption::read(tx, ctx.scope)?.key_version;
    let waiting = payment_methods::count_by_key(tx, ctx.scope)?.keys().any(|version| *version != newest);
    if newest > 0 && waiting {
        start(tx, ctx, OperationKind::Reencrypt, EventKind::Reencrypt, json!({}))?;
    }
    Ok(())
}

/// Does the work of an operation. While the key is locked it waits: entering the pass-phrase starts it again.
pub async fn reencrypt(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let running = Running::of(event)?;
    let ctx = for_sellers(state, event).await?.pop();
    let ctx = ctx.ok_or_else(|| EventFailure::lasting("the seller is not active"))?;
    let scope = ctx.scope;
    let begun = move |tx: &mut Db| {
        let newest = encryption::read(tx, scope)?.key_version;
        let counts = payment_methods::count_by_key(tx, scope)?;
        let waiting: i64 = counts.iter().filter(|(version, _)| **version != newest).map(|(_, count)| count).sum();
        let done = tally(operations::lock(tx, scope, running.id)?.result.0).reencrypted;
        running.resume(tx, done + waiting)
    };
    if state.store.write(begun).await?.is_none() {
        return Ok(json!({ "outcome": "nothing_to_do" }));
    }
    loop {
        let (keyring, at_work) = (state.keyring.clone(), Ctx { machine_now: state.machine.now(), ..ctx.clone() });
        let step = move |tx: &mut Db| {
            let keys = keyring.lock(tx, scope, at_work.machine_now)?;
            step(tx, &at_work, running, &keys)
        };
        match state.store.write_batch(step).await? {
            Step::More => {}
            Step::Done(result) => return Ok(result),
            Step::Locked => {
                return Err(EventFailure::passing("the key is not at hand: the pass-phrase, or its shares"));
            }
        }
    }
}

fn tally(so_far: Value) -> Tally {
    serde_json::from_value(so_far).unwrap_or_default()
}

/// The next chunk, or the end.
fn step(tx: &mut Db, ctx: &Ctx, running: Running, keys: &Keys) -> Outcome<Step> {
    if keys.state() != KeyState::Ready {
        return Ok(Step::Locked);
    }
    let operation = operations::lock(tx, ctx.scope, running.id)?;
    if operation.state != OperationState::Running {
        return Ok(Step::Done(json!({ "outcome": "called_off" })));
    }
    let mut tally = tally(operation.result.0);
    let after = tally.after.unwrap_or_else(|| PaymentMethodId::from_uuid(uuid::Uuid::nil()));
    let rows = payment_methods::under_others(tx, ctx.scope, keys.row.key_version, after, CHUNK)?;
    let Some(last) = rows.last() else { return finish(tx, ctx, running, keys, &tally).map(Step::Done) };
    tally.after = Some(last.id);
    for row in rows {
        match anew(keys, row)? {
            Some(mut row) => {
                payment_methods::save(tx, &mut row)?;
                tally.reencrypted += 1;
            }
            None => tally.unreadable += 1,
        }
    }
    running.tell(tx, tally.reencrypted, json!(tally))?;
    Ok(Step::More)
}

/// A method under the newest key; none if it does not open.
fn anew(keys: &Keys, mut row: PaymentMethodRow) -> Outcome<Option<PaymentMethodRow>> {
    let (Held::Open(secret), Some(key)) = (keys.look(&row), keys.newest()) else { return Ok(None) };
    row.token_sealed = key.seal(&owner(row.client_id, &row.gateway), secret.expose_secret().as_bytes())?;
    row.key_version = keys.row.key_version;
    Ok(Some(row))
}

/// Forgets the keys that nothing needs any more, and says what came of it.
fn finish(tx: &mut Db, ctx: &Ctx, running: Running, keys: &Keys, tally: &Tally) -> Outcome<Value> {
    let newest = keys.row.key_version;
    let needed = payment_methods::count_by_key(tx, ctx.scope)?.into_keys().filter(|version| *version > 0);
    let eldest = needed.min().unwrap_or(newest).min(newest);
    encryption::delete_keys(tx, ctx.scope, eldest - 1)?;
    todos::settle(tx, ctx.scope, REENCRYPT, ctx.now)?;
    let result = json!({ "key_version": newest, "reencrypted": tally.reencrypted, "unreadable": tally.unreadable });
    running.succeed(tx, &result, ctx.now)?;
    Ok(result)
}
