//! Another key (SEC-02): with a change of mode or of the pass-phrase, or for its own sake. The new key takes the place of the old
//! one at once and wraps it; the methods follow in the background, so nobody waits and nothing is ever half done.

use crate::bank::mandates::end;
use crate::encryption::data_key::DataKey;
use crate::encryption::gate::{Passed, Shown, pass};
use crate::encryption::keyring::{Keyring, Keys};
use crate::encryption::views::{Typed, an_hour, check_minutes};
use crate::encryption::{LOCKED, REENCRYPT, takes_numbers, unchanged};
use crate::gateways::ready::Gateways;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply, passwords};
use crate::operations::start::start;
use crate::operations::views::OperationView;
use crate::payment_methods::expiry::todo_key;
use actix_web::post;
use chrono::TimeDelta;
use comptoir_db::bank::mandates;
use comptoir_db::encryption::{self, EncryptionKeyRow, EncryptionRow};
use comptoir_db::{Db, Failure, Json, Outcome, gateways, payment_methods, todos};
use comptoir_domain::encryption::{EncryptionMode, KeyState, Stretching, Wrapping, check_phrase, check_pin};
use comptoir_domain::events::EventKind;
use comptoir_domain::operations::OperationKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, Problem};
use serde_json::json;

/// How a new key is to be kept.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"mode": "house", "new_pin": "2603"}))]
pub struct EncryptionRotate {
    /// By whom; as now if absent.
    pub mode: Option<EncryptionMode>,
    /// The present PIN, if there is one.
    #[schema(value_type = Option<String>, max_length = 12)]
    pub pin: Option<Typed>,
    /// The present pass-phrase, if there is one.
    #[schema(value_type = Option<String>, max_length = 512)]
    pub pass_phrase: Option<Typed>,
    /// Another PIN, for a key that the house keeps. Without it an earlier one goes on.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4,12}$")]
    pub new_pin: Option<Typed>,
    /// Another pass-phrase. It is stored nowhere: when it is lost, only the two shares of the key bring back what is stored.
    #[schema(value_type = Option<String>, min_length = 16, max_length = 512)]
    pub new_pass_phrase: Option<Typed>,
    /// Forgets all stored methods: wanted where nothing is to be stored any more, and the way out when the key is lost. What
    /// gateways keep of them stays there, because their tokens are gone.
    #[serde(default)]
    pub forget_stored: bool,
    /// For how long a new pass-phrase opens the key at first.
    #[serde(default = "an_hour")]
    #[schema(minimum = 1, maximum = 720)]
    pub minutes: u16,
}

/// Replace the key of stored payment methods
///
/// Changes the mode, the pass-phrase or only the key. It holds at once for new data; the operation seals what is there anew and
/// goes on after a crash. Back up the database before. Shares of the old key are void: split the new one.
#[utoipa::path(tag = "encryption", request_body = EncryptionRotate, responses((status = 202, body = OperationView, description = "The operation")))]
#[post("/v1/encryption/rotate")]
pub async fn rotate_encryption(call: Call<may::WriteEncryption>, body: Body<EncryptionRotate>) -> Answer {
    let wanted = body.into_inner();
    let (desk, keyring) = (call.desk()?, call.state().keyring.clone());
    let seen = desk.read(|db, ctx| encryption::read(db, ctx.scope)).await?;
    let mode = wanted.mode.unwrap_or(seen.mode);
    check(&wanted, &seen, mode)?;
    if mode == EncryptionMode::Off {
        let gateways = call.state().gateways.clone();
        desk.read(move |db, ctx| no_numbers_here(db, ctx, &gateways)).await?;
    }
    let shown = Shown { pin: wanted.pin.clone(), pass_phrase: wanted.pass_phrase.clone() };
    // who wants all to be forgotten need not be able to see it
    let (seen, old) = match wanted.forget_stored {
        true => (seen, None),
        false => match pass(&desk, shown).await? {
            (row, Passed::Phrase(key)) => (row, Some(key)),
            (row, Passed::Pin | Passed::Nothing) => (row, None),
        },
    };
    let next = Next::make(&keyring, mode, wanted).await?;
    let reply = desk.change(move |tx, ctx| {
        let keys = keyring.lock(tx, ctx.scope, ctx.machine_now)?;
        unchanged(&seen, &keys.row)?;
        let (reply, row) = replace(tx, ctx, keys, old.as_ref(), &next)?;
        // before the commit, because the work that it starts needs the key at once
        keyring.lock_up(row.seller_id);
        if row.mode == EncryptionMode::PassPhrase {
            let until = ctx.machine_now.plus(TimeDelta::minutes(next.minutes.into()));
            keyring.unlock(row.seller_id, row.key_version, next.key.clone(), until);
        }
        Ok(reply)
    });
    reply.await
}

fn check(wanted: &EncryptionRotate, now: &EncryptionRow, mode: EncryptionMode) -> Result<(), Problem> {
    let mut check = Check::new();
    check_minutes(&mut check, wanted.minutes);
    let (by_house, by_phrase) = (mode == EncryptionMode::House, mode == EncryptionMode::PassPhrase);
    if let Some(pin) = &wanted.new_pin {
        check.ensure(by_house, "/new_pin", "not_wanted", "a PIN goes with the key that the house keeps");
        check_pin(&mut check, "/new_pin", pin.text());
    }
    if let Some(phrase) = &wanted.new_pass_phrase {
        check.ensure(by_phrase, "/new_pass_phrase", "not_wanted", "this mode has no pass-phrase");
        check_phrase(&mut check, "/new_pass_phrase", phrase.text());
    }
    let has_phrase = wanted.new_pass_phrase.is_some() || (now.mode == mode && !wanted.forget_stored);
    check.ensure(!by_phrase || has_phrase, "/new_pass_phrase", "required", "the phrase that is to open the key");
    let confirmed = mode != EncryptionMode::Off || wanted.forget_stored;
    check.ensure(confirmed, "/forget_stored", "required", "true: all stored payment methods are forgotten");
    check.done()
}

/// Refuses to store nothing as long as a gateway gets numbers of cards or accounts from us (SEC-01).
fn no_numbers_here(db: &mut Db, ctx: &Ctx, gateways: &Gateways) -> Outcome<()> {
    for row in gateways::all(db, ctx.scope)?.into_iter().filter(|row| row.is_enabled) {
        let ready = match gateways.find(db, ctx.scope, row.code.as_str()) {
            // one that cannot be used takes nothing
            Err(Failure::Refused(_)) => None,
            found => found?,
        };
        if ready.is_some_and(|ready| takes_numbers(&*ready.gateway)) {
            let detail = format!("{} gets numbers of cards or accounts here: switch it off first", row.code);
            return Err(Problem::new(Code::Conflict, detail).at("/mode", "in_use", "a gateway needs it").into());
        }
    }
    Ok(())
}

/// The key that comes next, and how it is kept.
struct Next {
    mode: EncryptionMode,
    key: DataKey,
    wrapping: DataKey,
    stretching: Option<Stretching>,
    pin_hash: Option<String>,
    forget: bool,
    minutes: u16,
}

impl Next {
    async fn make(keyring: &Keyring, mode: EncryptionMode, wanted: EncryptionRotate) -> Result<Self, Problem> {
        let failed = || Problem::new(Code::Internal, "the key could not be made");
        let pin_hash = match wanted.new_pin {
            Some(pin) => Some(passwords::hash(pin.into_text()).await.map_err(|error| error.problem)?),
            None => None,
        };
        let phrase = wanted.new_pass_phrase.or(wanted.pass_phrase).filter(|_| mode == EncryptionMode::PassPhrase);
        let (wrapping, stretching) = match phrase {
            Some(phrase) => {
                let (key, by) = DataKey::of_new_phrase(phrase.into_text()).await.ok_or_else(failed)?;
                (key, Some(by))
            }
            None => (keyring.house().clone(), None),
        };
        let (forget, minutes) = (wanted.forget_stored, wanted.minutes);
        Ok(Self { mode, key: DataKey::fresh(), wrapping, stretching, pin_hash, forget, minutes })
    }

    fn row(&self, of: &EncryptionRow, ctx: &Ctx) -> Outcome<EncryptionKeyRow> {
        let by_phrase = self.stretching.is_some();
        Ok(EncryptionKeyRow {
            seller_id: of.seller_id,
            key_version: of.key_version,
            wrapping: if by_phrase { Wrapping::PassPhrase } else { Wrapping::House },
            wrapped: self.wrapping.wrap(&self.key, of.seller_id, of.key_version)?,
            stretching: self.stretching.clone().map(Json),
            fingerprint: self.key.fingerprint(),
            created_at: ctx.now,
        })
    }
}

/// Puts the next key in the place of the newest, which may be at hand already.
fn replace(tx: &mut Db, ctx: &Ctx, keys: Keys, old: Option<&DataKey>, next: &Next) -> Outcome<(Reply, EncryptionRow)> {
    let old = old.or(keys.newest()).cloned();
    let is_lost = keys.state() == KeyState::Lost;
    let mut row = keys.row;
    if next.forget {
        forget_all(tx, ctx)?;
        encryption::delete_keys(tx, ctx.scope, row.key_version)?;
    } else if is_lost {
        let detail =
            "the key does not open any more: restore it by its two shares, or send forget_stored to begin anew";
        return Err(Problem::new(Code::Conflict, detail).into());
    } else if let Some((old, mut known)) = old.zip(encryption::keys(tx, ctx.scope)?.into_iter().next()) {
        known.wrapped = next.key.wrap(&old, row.seller_id, known.key_version)?;
        (known.wrapping, known.stretching) = (Wrapping::Successor, None);
        encryption::save_key(tx, &known)?;
    }
    row.key_version += 1;
    row.mode = next.mode;
    if next.forget || next.pin_hash.is_some() {
        row.pin_hash.clone_from(&next.pin_hash);
    }
    if next.mode != EncryptionMode::Off {
        encryption::insert_key(tx, &next.row(&row, ctx)?)?;
    }
    encryption::save(tx, &mut row)?;
    encryption::replace_shares(tx, ctx.scope, &[])?;
    todos::settle_all(tx, ctx.scope, vec![LOCKED.into(), REENCRYPT.into()], ctx.now)?;
    ctx.record(tx, "encryption.rotated", row.seller_id, json!({ "mode": row.mode, "key_version": row.key_version }))?;
    let reply = start(tx, ctx, OperationKind::Reencrypt, EventKind::Reencrypt, json!({}))?;
    Ok((reply, row))
}

/// All methods with their mandates, what was said about them, and who was to be asked about them. Debits that wait for their file
/// are left out of it, and put before a person then.
fn forget_all(tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
    let ids = payment_methods::delete_all(tx, ctx.scope)?;
    for some in ids.chunks(500) {
        for mut mandate in mandates::of_methods(tx, ctx.scope, some)? {
            end(tx, ctx, &mut mandate, "the account was forgotten")?;
        }
    }
    todos::settle_all(tx, ctx.scope, ids.iter().map(|id| todo_key(*id)).collect(), ctx.now)?;
    ctx.record(tx, "payment_method.all_forgotten", ctx.scope.seller(), json!({ "count": ids.len() }))
}
