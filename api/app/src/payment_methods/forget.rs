//! Forgetting methods (PAY-07): here at once, and at the gateway that keeps the card by an event. Until the gateway has answered
//! the token lies here under an id that nobody knows, sealed like those of living methods.

use crate::bank::mandates::end;
use crate::encryption::{Held, Keys, ask_for_phrase};
use crate::events::EventFailure;
use crate::events::enqueue::{Task, enqueue};
use crate::events::sellers::for_sellers;
use crate::gateways::ready::Gateways;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::state::AppState;
use crate::kernel::{IfMatch, Reply};
use crate::payment_methods::default::{behind_its_client, promote};
use crate::payment_methods::expiry::todo_key;
use crate::payment_methods::keep::Keepers;
use comptoir_connectors::payment::PaymentGateway;
use comptoir_connectors::{ConnectorError, Kind, Retry};
use comptoir_db::bank::{debits, mandates};
use comptoir_db::events::EventRow;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::{Db, Failure, Outcome, todos};
use comptoir_domain::events::EventKind;
use comptoir_domain::{ClientId, Code, EventId, PaymentMethodId, Problem};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use std::sync::Arc;

/// Forgets a method: any of the seller's, or only one of a client's own.
pub fn forget(
    tx: &mut Db,
    ctx: &Ctx,
    keepers: &Keepers,
    (id, own): (PaymentMethodId, Option<ClientId>),
    seen: &IfMatch,
) -> Outcome<Reply> {
    let row = behind_its_client(tx, ctx, id, own)?;
    seen.check(row.version)?;
    if debits::waits_for_file(tx, ctx.scope, row.id)? {
        let detail = "a debit of this account waits for its file: decline the debit first, or let the bank have it";
        return Err(Problem::new(Code::Conflict, detail).into());
    }
    for mut mandate in mandates::of_methods(tx, ctx.scope, &[row.id])? {
        end(tx, ctx, &mut mandate, "the account was forgotten")?;
    }
    payment_methods::delete(tx, &row)?;
    todos::settle(tx, ctx.scope, &todo_key(row.id), ctx.now)?;
    let fact = json!({ "client_id": row.client_id, "gateway": row.gateway, "label": row.label });
    ctx.record(tx, "payment_method.forgotten", row.id, fact)?;
    if row.is_default {
        promote(tx, ctx, row.client_id)?;
    }
    leave_to_gateway(tx, ctx, keepers, row)?;
    Ok(Reply::no_content())
}

/// Has the gateway forget what a newer token has replaced.
pub fn replaced(
    tx: &mut Db,
    ctx: &Ctx,
    keepers: &Keepers,
    old: PaymentMethodRow,
    new: &PaymentMethodRow,
) -> Outcome<()> {
    let keys = keepers.keyring.keys(tx, ctx.scope, ctx.machine_now)?;
    if is_same(&keys, &old, new) { Ok(()) } else { leave_to_gateway(tx, ctx, keepers, old) }
}

/// Whether two methods surely have one token: some gateways give a card that they know the token that it had.
fn is_same(keys: &Keys, one: &PaymentMethodRow, other: &PaymentMethodRow) -> bool {
    match (keys.look(one), keys.look(other)) {
        (Held::Open(one_token), Held::Open(other_token)) => {
            one.gateway == other.gateway && one_token.expose_secret() == other_token.expose_secret()
        }
        _ => false,
    }
}

/// Has the gateway of a method that is no longer stored forget it too, if it keeps cards. What is stored here alone is gone.
fn leave_to_gateway(tx: &mut Db, ctx: &Ctx, keepers: &Keepers, mut row: PaymentMethodRow) -> Outcome<()> {
    if !keeps_cards(tx, ctx, &keepers.gateways, &row.gateway)? {
        return Ok(());
    }
    (row.id, row.version, row.is_default, row.forgotten_at) = (fresh(), 1, false, Some(ctx.now));
    payment_methods::insert(tx, &row)?;
    enqueue(tx, ctx, vec![task(&row)]).map(|_| ())
}

/// A gateway that cannot be used now may have to be told later; one that is gone is told nothing.
fn keeps_cards(tx: &mut Db, ctx: &Ctx, gateways: &Gateways, code: &str) -> Outcome<bool> {
    match gateways.find(tx, ctx.scope, code) {
        Ok(ready) => Ok(ready.is_some_and(|ready| ready.gateway.vault().is_some())),
        Err(Failure::Refused(_)) => Ok(true),
        Err(failure) => Err(failure),
    }
}

/// Always another one: what one attempt could not do is tried again when it can be read.
fn task(row: &PaymentMethodRow) -> Task {
    Task {
        kind: EventKind::ForgetMethod,
        unique_key: format!("forget_method:{}", fresh::<EventId>()),
        subject_id: row.id.to_string(),
        payload: json!({}),
        run_at: None,
    }
}

/// Has gateways told what they have yet to forget, now that it can be read.
pub fn forget_at_gateways(tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
    let tasks: Vec<_> = payment_methods::to_be_forgotten(tx, ctx.scope)?.iter().map(task).collect();
    if tasks.is_empty() { Ok(()) } else { enqueue(tx, ctx, tasks).map(|_| ()) }
}

/// What is known of a method that is to be forgotten.
enum Found {
    /// It was forgotten before.
    Nothing,
    /// Its gateway is gone, or a living method has the same token.
    NotThere(PaymentMethodRow),
    Locked,
    Unreadable(PaymentMethodRow),
    There(PaymentMethodRow, Arc<dyn PaymentGateway>, SecretString),
}

/// The work of an event: has the gateway forget a method.
pub async fn forget_method(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let missing =
        || EventFailure::lasting("the event does not say which method is to be forgotten, or the seller is suspended");
    let id: PaymentMethodId = event.subject_id.parse().map_err(|_| missing())?;
    let ctx = for_sellers(state, event).await?.pop().ok_or_else(missing)?;
    let (keepers, asking) = (Keepers::of(state), ctx.clone());
    let (row, outcome) = match state.store.read(move |db| look(db, &asking, &keepers, id)).await? {
        Found::Nothing => return Ok(json!({ "outcome": "forgotten_before" })),
        Found::NotThere(row) => (row, "not_kept"),
        Found::Locked => {
            state.store.write(move |tx| ask_for_phrase(tx, &ctx)).await?;
            return Ok(json!({ "outcome": "waits_for_pass_phrase" }));
        }
        Found::Unreadable(row) => return Err(by_hand(&row, "its token does not open any more")),
        Found::There(row, gateway, token) => {
            let vault = gateway.vault().ok_or_else(|| by_hand(&row, "it cannot be told to"))?;
            vault.forget(&token, ctx.machine_now).await.map_err(|error| refused(&row, &error))?;
            (row, "forgotten")
        }
    };
    state.store.write(move |tx| payment_methods::delete(tx, &row)).await?;
    Ok(json!({ "outcome": outcome }))
}

fn look(db: &mut Db, ctx: &Ctx, keepers: &Keepers, id: PaymentMethodId) -> Outcome<Found> {
    let waiting = payment_methods::some(db, ctx.scope, &[id])?;
    let Some(row) = waiting.into_iter().find(|row| row.forgotten_at.is_some()) else { return Ok(Found::Nothing) };
    let Some(ready) = keepers.gateways.find(db, ctx.scope, &row.gateway)? else { return Ok(Found::NotThere(row)) };
    let keys = keepers.keyring.keys(db, ctx.scope, ctx.machine_now)?;
    let token = match keys.look(&row) {
        Held::Open(token) => token,
        Held::Locked => return Ok(Found::Locked),
        Held::Unreadable => return Ok(Found::Unreadable(row)),
    };
    let living = payment_methods::of_client(db, ctx.scope, row.client_id)?;
    let is_alive = living.iter().any(|living| is_same(&keys, living, &row));
    Ok(if is_alive { Found::NotThere(row) } else { Found::There(row, ready.gateway, token) })
}

/// Telling it twice is no harm. What the gateway does not want is a person's to remove.
fn refused(row: &PaymentMethodRow, error: &ConnectorError) -> EventFailure {
    match (error.retry, error.kind) {
        (Retry::Never, kind) if kind != Kind::Auth => by_hand(row, &error.to_string()),
        _ => EventFailure::passing(error.to_string()),
    }
}

fn by_hand(row: &PaymentMethodRow, why: &str) -> EventFailure {
    EventFailure::lasting(format!("{} keeps {}: {why}. Remove it there by hand", row.gateway, row.label))
}
