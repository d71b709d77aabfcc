//! The local encryption key (SEC-01, SEC-02): stored payment methods are sealed under a random key of their seller, which is
//! wrapped by a key of the house or by one that follows from a pass-phrase. Two administrators can have half of it each.

mod data_key;
mod gate;
mod keyring;
mod pin;
mod read;
pub mod reencrypt;
mod restore;
mod rotate;
mod split;
mod unlock;
pub mod views;

pub use data_key::DataKey;
pub use gate::{Passed, Shown, pass};
pub use keyring::{Held, Keyring, Keys};

use crate::kernel::call::{Actor, Ctx};
use crate::kernel::routes::Routes;
use crate::kernel::state::AppState;
use crate::todos::{Todo, raise};
use comptoir_connectors::payment::{Entry, PaymentGateway};
use comptoir_db::encryption::{self, EncryptionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::encryption::EncryptionMode;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{AdministratorId, Code, Problem};

/// The to-do about data that waits for the key.
const REENCRYPT: &str = "encryption:reencrypt";
/// The to-do about charges that wait for the pass-phrase.
const LOCKED: &str = "encryption:locked";

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::get_encryption)
        .service(unlock::unlock_encryption)
        .service(unlock::lock_encryption)
        .service(pin::set_encryption_pin)
        .service(rotate::rotate_encryption)
        .service(split::split_encryption_key)
        .service(split::take_encryption_share)
        .service(restore::restore_encryption_key);
}

/// What is answered when the pass-phrase has to be given first: to who may do that, or to who has to pay in another way.
pub fn locked(ctx: &Ctx) -> Problem {
    let next = match ctx.actor {
        Actor::Contact(..) | Actor::Shopper(_) => "it cannot be charged just now: pay in another way, or later",
        _ => "POST /v1/encryption/unlock takes the pass-phrase",
    };
    Problem::new(Code::EncryptionLocked, next)
}

/// Asks a person for the pass-phrase, once while that is open.
pub fn ask_for_phrase(tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
    let todo = Todo {
        unique_key: LOCKED.into(),
        kind: TodoKind::PassPhraseWanted,
        title: "Charges wait for the pass-phrase".into(),
        detail:
            "What is due from stored payment methods is charged by the run that follows POST /v1/encryption/unlock."
                .into(),
        subject_id: String::new(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

fn storing_is_off(place: &str) -> Problem {
    Problem::new(Code::Conflict, "encryption is off, so nothing is stored: POST /v1/encryption/rotate switches it on")
        .at(place, "encryption_off", "no payment method can be kept")
}

/// Whether a gateway gets the numbers of cards or accounts from us.
pub fn takes_numbers(gateway: &dyn PaymentGateway) -> bool {
    gateway.entries().iter().any(|entry| matches!(entry, Entry::Card | Entry::Account))
}

/// Whether payment methods are stored at all.
pub fn stores(db: &mut Db, ctx: &Ctx) -> Outcome<bool> {
    Ok(encryption::read(db, ctx.scope)?.mode != EncryptionMode::Off)
}

/// Refuses at a place to keep a method where nothing is stored.
pub fn may_store(db: &mut Db, ctx: &Ctx, place: &str) -> Outcome<()> {
    if stores(db, ctx)? { Ok(()) } else { Err(storing_is_off(place).into()) }
}

/// Refuses to release or give back money, or to show numbers of accounts, to who has not entered the seller's PIN or phrase
/// lately (SEC-01).
pub fn may_return(db: &mut Db, state: &AppState, ctx: &Ctx) -> Outcome<()> {
    let row = encryption::read(db, ctx.scope)?;
    let trusted = || state.keyring.trusted_until(row.seller_id, &ctx.actor, ctx.machine_now).is_some();
    if row.mode == EncryptionMode::House && row.pin_hash.is_some() && !trusted() {
        return Err(not_entered().into());
    }
    phrase_given(state, ctx, &row)
}

/// Refuses whatever is done about payments by hand until the phrase was given, where there is one (SEC-01). Clients are not asked,
/// and what they store meanwhile waits to be sealed anew.
pub fn may_pay(db: &mut Db, state: &AppState, ctx: &Ctx) -> Outcome<()> {
    let row = encryption::read(db, ctx.scope)?;
    phrase_given(state, ctx, &row)
}

fn phrase_given(state: &AppState, ctx: &Ctx, row: &EncryptionRow) -> Outcome<()> {
    let given = || state.keyring.unlocked_until(row.seller_id, row.key_version, ctx.machine_now).is_some();
    if row.mode == EncryptionMode::PassPhrase && !given() { Err(not_entered().into()) } else { Ok(()) }
}

fn not_entered() -> Problem {
    Problem::new(Code::EncryptionLocked, "POST /v1/encryption/unlock takes the PIN or the pass-phrase")
}

/// The administrator who calls; nobody else can have half of a key.
fn administrator(ctx: &Ctx) -> Result<AdministratorId, Problem> {
    match ctx.actor {
        Actor::Administrator(id) => Ok(id),
        _ => Err(Problem::new(Code::Forbidden, "only an administrator who has signed in")),
    }
}

/// Refuses to work with what was shown for something that has changed meanwhile.
fn unchanged(seen: &EncryptionRow, now: &EncryptionRow) -> Result<(), Problem> {
    if (seen.mode, seen.key_version, &seen.pin_hash) == (now.mode, now.key_version, &now.pin_hash) {
        return Ok(());
    }
    Err(Problem::new(Code::Conflict, "the key was replaced meanwhile: look again, then repeat your request"))
}
