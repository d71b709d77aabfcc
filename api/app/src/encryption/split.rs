//! Half of the key for each of two administrators (SEC-02). Whoever splits it sees one half at once and it is stored nowhere;
//! the other waits, sealed, for the other administrator. So what is stored never holds more than one half, which says nothing.

use crate::encryption::gate::{Passed, Shown, pass};
use crate::encryption::keyring::{Held, Keys};
use crate::encryption::views::Typed;
use crate::encryption::{administrator, unchanged};
use crate::kernel::call::Ctx;
use crate::kernel::keys::random;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::encryption::{self, EncryptionShareRow};
use comptoir_db::{Db, Outcome, administrators, payment_methods};
use comptoir_domain::encryption::EncryptionMode;
use comptoir_domain::encryption::shares::{Half, Share, split};
use comptoir_domain::people::AdministratorStatus;
use comptoir_domain::permissions::may;
use comptoir_domain::{AdministratorId, Code, Problem, SellerId};
use serde_json::json;

/// With whom the key is to be shared.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"administrator_id": "adm_000g40o40k30e209185go38e1s"}))]
pub struct EncryptionSplit {
    /// Who is to have the other half.
    pub administrator_id: AdministratorId,
    /// The PIN, if there is one.
    #[schema(value_type = Option<String>, max_length = 12)]
    pub pin: Option<Typed>,
    /// The pass-phrase, if there is one.
    #[schema(value_type = Option<String>, max_length = 512)]
    pub pass_phrase: Option<Typed>,
}

/// Half of a key.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EncryptionShareView {
    /// The half, in eight groups of letters; shown this once, null when the request is repeated.
    pub share: Option<String>,
    /// Which half.
    #[schema(minimum = 1, maximum = 2)]
    pub number: u8,
    /// Of which key.
    pub key_version: i32,
    /// Whose half it is.
    pub administrator_id: AdministratorId,
}

impl EncryptionShareView {
    fn of(share: &Share, seller: SellerId, administrator_id: AdministratorId) -> Self {
        let key_version = share.key_version.into();
        Self { share: Some(share.to_text(seller)), number: share.half.number(), key_version, administrator_id }
    }
}

/// Whose half a seal is for.
pub(super) fn label(seller: SellerId, number: i32) -> String {
    format!("share:{seller}:{number}")
}

/// Split the key between two administrators
///
/// You get your half, this once; the other administrator fetches the other half by `POST /v1/encryption/key/share`. Both
/// together restore the key when the pass-phrase or the master key is lost; one alone is worth nothing. Halves of an earlier split
/// do not fit these.
#[utoipa::path(tag = "encryption", request_body = EncryptionSplit, responses((status = 200, body = EncryptionShareView, description = "Your half")))]
#[post("/v1/encryption/key/split")]
pub async fn split_encryption_key(call: Call<may::WriteEncryption>, body: Body<EncryptionSplit>) -> Answer {
    let EncryptionSplit { administrator_id: other, pin, pass_phrase } = body.into_inner();
    let mine = administrator(call.ctx())?;
    let desk = call.desk()?;
    desk.read(move |db, ctx| check(db, ctx, mine, other)).await?;
    let (seen, passed) = pass(&desk, Shown { pin, pass_phrase }).await?;
    let (keyring, bytes) = (call.state().keyring.clone(), random());
    let reply = desk.change(move |tx, ctx| {
        let mut keys = keyring.lock(tx, ctx.scope, ctx.machine_now)?;
        unchanged(&seen, &keys.row)?;
        if keys.row.mode == EncryptionMode::House && keys.row.key_version == 0 {
            keys.begin(tx, ctx)?;
        }
        is_worth_it(tx, ctx, &keys)?;
        let gone =
            || Problem::new(Code::Conflict, "there is no key that opens: restore it, or POST /v1/encryption/rotate");
        let key = match &passed {
            Passed::Phrase(key) => key,
            Passed::Pin | Passed::Nothing => keys.newest().ok_or_else(gone)?,
        };
        let version = u16::try_from(keys.row.key_version).map_err(|_| gone())?;
        let [first, second] = split(key.bytes(), bytes, version);
        let row = |half: Half, administrator_id| EncryptionShareRow {
            seller_id: ctx.scope.seller(),
            number: half.number().into(),
            key_version: keys.row.key_version,
            administrator_id,
            waits_sealed: None,
            taken_at: None,
            returned_sealed: None,
        };
        let waiting = keyring.house().seal(&label(ctx.scope.seller(), 2), &second.bytes)?;
        let rows = [
            EncryptionShareRow { taken_at: Some(ctx.now), ..row(Half::First, mine) },
            EncryptionShareRow { waits_sealed: Some(waiting), ..row(Half::Second, other) },
        ];
        encryption::replace_shares(tx, ctx.scope, &rows)?;
        let fact = json!({ "key_version": keys.row.key_version, "administrators": [mine, other] });
        ctx.record(tx, "encryption.key_split", ctx.scope.seller(), fact)?;
        Ok(Reply::ok(&EncryptionShareView::of(&first, ctx.scope.seller(), mine)))
    });
    reply.await
}

fn check(db: &mut Db, ctx: &Ctx, mine: AdministratorId, other: AdministratorId) -> Outcome<()> {
    let row = administrators::find(db, ctx.scope, other)?;
    if row.status != AdministratorStatus::Active {
        return Err(Problem::field("/administrator_id", "disabled", "someone who may sign in").into());
    }
    if other == mine {
        return Err(Problem::field("/administrator_id", "yourself", "the other half is for somebody else").into());
    }
    Ok(())
}

/// Refuses to split a key that would not bring everything back.
fn is_worth_it(tx: &mut Db, ctx: &Ctx, keys: &Keys) -> Outcome<()> {
    let elder = payment_methods::under(tx, ctx.scope, 0)?;
    if elder.iter().any(|row| matches!(keys.look(row), Held::Open(_))) {
        let detail = "some methods are not under the key yet: POST /v1/encryption/rotate, or wait for its operation";
        return Err(Problem::new(Code::Conflict, detail).into());
    }
    Ok(())
}

/// Take your half of the key
///
/// For the administrator with whom it was shared: shown this once.
#[utoipa::path(tag = "encryption", responses((status = 200, body = EncryptionShareView, description = "Your half")))]
#[post("/v1/encryption/key/share")]
pub async fn take_encryption_share(call: Call<may::Work>) -> Answer {
    let keyring = call.state().keyring.clone();
    call.write(move |tx, ctx| {
        let (mine, seller) = (administrator(ctx)?, ctx.scope.seller());
        encryption::lock(tx, ctx.scope)?;
        let rows = encryption::shares(tx, ctx.scope)?;
        let waiting = rows.into_iter().find(|row| row.administrator_id == mine && row.waits_sealed.is_some());
        let none = || Problem::new(Code::NotFound, "no half of the key waits for you");
        let mut row = waiting.ok_or_else(none)?;
        let sealed = row.waits_sealed.take().unwrap_or_default();
        let bytes = keyring.house().open(&label(seller, row.number), &sealed).and_then(|bytes| bytes.try_into().ok());
        let gone = || Problem::new(Code::Conflict, "it does not open any more: the key has to be split again");
        let key_version = u16::try_from(row.key_version).map_err(|_| gone())?;
        let share = Share { half: Half::Second, key_version, bytes: bytes.ok_or_else(gone)? };
        row.taken_at = Some(ctx.now);
        encryption::save_share(tx, &row)?;
        ctx.record(
            tx,
            "encryption.share_taken",
            seller,
            json!({ "key_version": row.key_version, "number": row.number }),
        )?;
        let view = EncryptionShareView::of(&share, seller, mine);
        let memory = EncryptionShareView { share: None, ..EncryptionShareView::of(&share, seller, mine) };
        Ok(Reply::ok(&view).remember(&memory))
    })
    .await
}
