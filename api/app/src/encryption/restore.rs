//! Bringing the key back by its two halves (SEC-02), when the pass-phrase or the master key is lost: each administrator gives
//! the one that he has kept, and with the second one the key is wrapped anew.

use crate::encryption::data_key::DataKey;
use crate::encryption::gate::{Shown, pass};
use crate::encryption::keyring::Keyring;
use crate::encryption::read::view;
use crate::encryption::reencrypt::start_if_needed;
use crate::encryption::split::label;
use crate::encryption::views::{EncryptionView, Typed, an_hour, check_minutes};
use crate::encryption::{LOCKED, administrator, unchanged};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, ApiError, Body, Call, Desk};
use crate::payment_methods::forget_at_gateways;
use actix_web::post;
use chrono::TimeDelta;
use comptoir_db::encryption::{self, EncryptionRow, EncryptionShareRow};
use comptoir_db::{Db, Json, Outcome, todos};
use comptoir_domain::encryption::shares::{Half, Share, join};
use comptoir_domain::encryption::{EncryptionMode, Stretching, Wrapping, check_phrase};
use comptoir_domain::permissions::{Permission, may};
use comptoir_domain::{Check, Code, Problem};
use serde_json::json;
use subtle::ConstantTimeEq;

/// What is given back.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"shares": ["AEAACAQC-AQAQEAQC-AIBAEAQC-AIBAEAQC-AIBAEAQC-AIBAEAQC-AIBAEAQC-AIBAEAQC"]}))]
pub struct EncryptionRestore {
    /// Your half, or both.
    #[schema(min_items = 1, max_items = 2)]
    pub shares: Vec<String>,
    /// The PIN, if there is one.
    #[schema(value_type = Option<String>, max_length = 12)]
    pub pin: Option<Typed>,
    /// A new pass-phrase, where the key is kept by one: who gives the second half chooses it.
    #[schema(value_type = Option<String>, min_length = 16, max_length = 512)]
    pub new_pass_phrase: Option<Typed>,
    /// For how long it opens the key at first.
    #[serde(default = "an_hour")]
    #[schema(minimum = 1, maximum = 720)]
    pub minutes: u16,
}

/// Restore the key by its shares
///
/// For the two administrators who have them, one after the other, and for whoever may replace the key. The first half is kept,
/// sealed, until the second one is there; then the key opens again whatever was sealed under it.
#[utoipa::path(tag = "encryption", request_body = EncryptionRestore, responses((status = 200, body = EncryptionView, description = "How the key is kept now")))]
#[post("/v1/encryption/key/restore")]
pub async fn restore_encryption_key(call: Call<may::Work>, body: Body<EncryptionRestore>) -> Answer {
    let wanted = body.into_inner();
    let (desk, keyring) = (call.desk()?, call.state().keyring.clone());
    let (seen, shares) = desk.read(allowed).await?;
    check(&wanted)?;
    let given = read_all(&wanted, &seen)?;
    if seen.mode == EncryptionMode::House {
        pass(&desk, Shown { pin: wanted.pin.clone(), pass_phrase: None }).await?;
    }
    let both = both(&keyring, &given, &shares);
    let Some([first, second]) = both else {
        let reply = desk.change(move |tx, ctx| {
            keep(tx, ctx, &keyring, &given)?;
            view(tx, ctx, &keyring)
        });
        return reply.await;
    };
    let key: DataKey = join(&first, &second).ok_or_else(not_halves)?.into();
    bring_back(&desk, keyring, seen, key, wanted).await
}

fn not_halves() -> Problem {
    Problem::field("/shares", "not_halves", "these are not the two halves of the key")
}

/// How the key is kept, and who has its halves, for those who may bring it back.
fn allowed(db: &mut Db, ctx: &Ctx) -> Outcome<(EncryptionRow, Vec<EncryptionShareRow>)> {
    let shares = encryption::shares(db, ctx.scope)?;
    let me = administrator(ctx)?;
    if !shares.iter().any(|share| share.administrator_id == me) {
        ctx.require(Permission::WriteEncryption)?;
    }
    Ok((encryption::read(db, ctx.scope)?, shares))
}

fn check(wanted: &EncryptionRestore) -> Result<(), Problem> {
    let mut check = Check::new();
    check_minutes(&mut check, wanted.minutes);
    check.ensure((1..=2).contains(&wanted.shares.len()), "/shares", "out_of_range", "one half or both");
    if let Some(phrase) = &wanted.new_pass_phrase {
        check_phrase(&mut check, "/new_pass_phrase", phrase.text());
    }
    check.done()
}

/// The halves that were sent. They have to be of the key that there is now.
fn read_all(wanted: &EncryptionRestore, row: &EncryptionRow) -> Result<Vec<Share>, Problem> {
    let each = wanted.shares.iter().enumerate().map(|(at, text)| {
        let place = format!("/shares/{at}");
        let share = Share::read(text, row.seller_id, &place)?;
        if i32::from(share.key_version) == row.key_version {
            return Ok(share);
        }
        let detail = format!("it is of key {}, which key {} has replaced", share.key_version, row.key_version);
        Err(Problem::field(place, "other_key", detail))
    });
    each.collect()
}

/// Both halves, as soon as they are there: those that were sent now, and the one that was given before.
fn both(keyring: &Keyring, given: &[Share], rows: &[EncryptionShareRow]) -> Option<[Share; 2]> {
    let find = |half: Half| {
        let sent = given.iter().find(|share| share.half == half).cloned();
        sent.or_else(|| {
            let row = rows.iter().find(|row| row.number == i32::from(half.number()))?;
            let bytes = keyring.house().open(&label(row.seller_id, row.number), row.returned_sealed.as_ref()?)?;
            let key_version = u16::try_from(row.key_version).ok()?;
            Some(Share { half, key_version, bytes: bytes.try_into().ok()? })
        })
    };
    Some([find(Half::First)?, find(Half::Second)?])
}

/// Keeps a half until the other one is there.
fn keep(tx: &mut Db, ctx: &Ctx, keyring: &Keyring, given: &[Share]) -> Outcome<()> {
    encryption::lock(tx, ctx.scope)?;
    let mut rows = encryption::shares(tx, ctx.scope)?;
    for share in given {
        let row = rows.iter_mut().find(|row| row.number == i32::from(share.half.number()));
        let gone = || Problem::new(Code::Conflict, "nobody is waiting for halves: send both at once");
        let row = row.ok_or_else(gone)?;
        row.returned_sealed = Some(keyring.house().seal(&label(row.seller_id, row.number), &share.bytes)?);
        encryption::save_share(tx, row)?;
        ctx.record(tx, "encryption.share_returned", row.seller_id, json!({ "number": row.number }))?;
    }
    Ok(())
}

/// Wraps the key anew, as it is kept.
async fn bring_back(
    desk: &Desk,
    keyring: Keyring,
    seen: EncryptionRow,
    key: DataKey,
    wanted: EncryptionRestore,
) -> Result<crate::kernel::Reply, ApiError> {
    let failed = || Problem::new(Code::Internal, "the key could not be made");
    let (wrapping, stretching): (DataKey, Option<Stretching>) = match (seen.mode, wanted.new_pass_phrase) {
        (EncryptionMode::PassPhrase, Some(phrase)) => {
            let (key, by) = DataKey::of_new_phrase(phrase.into_text()).await.ok_or_else(failed)?;
            (key, Some(by))
        }
        (EncryptionMode::PassPhrase, None) => {
            return Err(Problem::field("/new_pass_phrase", "required", "the phrase that is to open the key").into());
        }
        (EncryptionMode::House | EncryptionMode::Off, _) => (keyring.house().clone(), None),
    };
    let (ring, restored) = (keyring.clone(), key.clone());
    let until = desk.ctx.machine_now.plus(TimeDelta::minutes(wanted.minutes.into()));
    let reply = desk.change(move |tx, ctx| {
        let mut row = encryption::lock(tx, ctx.scope)?;
        unchanged(&seen, &row)?;
        let mut known = encryption::keys(tx, ctx.scope)?.into_iter().next().ok_or_else(not_halves)?;
        let is_it = known.fingerprint.as_bytes().ct_eq(restored.fingerprint().as_bytes());
        if !bool::from(is_it) || known.key_version != row.key_version {
            return Err(not_halves().into());
        }
        known.wrapped = wrapping.wrap(&restored, row.seller_id, known.key_version)?;
        known.wrapping = if stretching.is_some() { Wrapping::PassPhrase } else { Wrapping::House };
        known.stretching = stretching.clone().map(Json);
        encryption::save_key(tx, &known)?;
        for share in &mut encryption::shares(tx, ctx.scope)? {
            share.returned_sealed = None;
            encryption::save_share(tx, share)?;
        }
        (row.wrong_tries, row.blocked_until) = (0, None);
        encryption::save(tx, &mut row)?;
        if row.mode == EncryptionMode::PassPhrase {
            ring.unlock(row.seller_id, row.key_version, restored.clone(), until);
        }
        todos::settle(tx, ctx.scope, LOCKED, ctx.now)?;
        start_if_needed(tx, ctx)?;
        forget_at_gateways(tx, ctx)?;
        ctx.record(tx, "encryption.restored", row.seller_id, json!({ "key_version": row.key_version }))?;
        view(tx, ctx, &ring)
    });
    reply.await
}
