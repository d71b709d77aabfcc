//! Entering the pass-phrase, or the PIN, for a time.

use crate::encryption::gate::{Passed, Shown, pass};
use crate::encryption::read::view;
use crate::encryption::views::{EncryptionView, Typed, an_hour, check_minutes};
use crate::encryption::{LOCKED, reencrypt};
use crate::kernel::{Answer, Body, Call};
use crate::payment_methods::forget_at_gateways;
use actix_web::post;
use chrono::TimeDelta;
use comptoir_db::todos;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, Problem};
use serde_json::json;

/// What opens the key, and for how long.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"pin": "2603", "minutes": 60}))]
pub struct EncryptionUnlock {
    /// The pass-phrase, where there is one.
    #[schema(value_type = Option<String>, max_length = 512)]
    pub pass_phrase: Option<Typed>,
    /// Or your PIN.
    #[schema(value_type = Option<String>, max_length = 12)]
    pub pin: Option<Typed>,
    /// For how long.
    #[serde(default = "an_hour")]
    #[schema(minimum = 1, maximum = 720)]
    pub minutes: u16,
}

/// Unlock stored payment methods
///
/// The pass-phrase lets charges run, by everyone, until `unlocked_until`. The PIN lets you, and nobody else, release and give
/// back money until then. Both are remembered by this process alone and only in its memory: several processes are unlocked one
/// by one, and again after a restart. What has come in meanwhile is then sealed under your key.
#[utoipa::path(tag = "encryption", request_body = EncryptionUnlock, responses((status = 200, body = EncryptionView, description = "Unlocked")))]
#[post("/v1/encryption/unlock")]
pub async fn unlock_encryption(call: Call<may::WritePayments>, body: Body<EncryptionUnlock>) -> Answer {
    let EncryptionUnlock { pass_phrase, pin, minutes } = body.into_inner();
    let mut check = Check::new();
    check_minutes(&mut check, minutes);
    check.done()?;
    let desk = call.desk()?;
    let (row, passed) = pass(&desk, Shown { pin, pass_phrase }).await?;
    let (keyring, until) =
        (call.state().keyring.clone(), desk.ctx.machine_now.plus(TimeDelta::minutes(minutes.into())));
    match passed {
        Passed::Nothing => {
            return Err(Problem::new(Code::WrongState, "there is neither a pass-phrase nor a PIN to be entered").into());
        }
        Passed::Pin => keyring.trust(row.seller_id, &desk.ctx.actor, until),
        Passed::Phrase(key) => keyring.unlock(row.seller_id, row.key_version, key, until),
    }
    let reply = desk.change(move |tx, ctx| {
        todos::settle(tx, ctx.scope, LOCKED, ctx.now)?;
        reencrypt::start_if_needed(tx, ctx)?;
        forget_at_gateways(tx, ctx)?;
        ctx.record(tx, "encryption.unlocked", ctx.scope.seller(), json!({ "until": until, "mode": row.mode }))?;
        view(tx, ctx, &keyring)
    });
    reply.await
}

/// Lock stored payment methods
///
/// This process forgets the pass-phrase and who has entered a PIN.
#[utoipa::path(tag = "encryption", responses((status = 200, body = EncryptionView, description = "Locked")))]
#[post("/v1/encryption/lock")]
pub async fn lock_encryption(call: Call<may::WritePayments>) -> Answer {
    let keyring = call.state().keyring.clone();
    keyring.lock_up(call.ctx().scope.seller());
    call.write(move |tx, ctx| {
        ctx.record(tx, "encryption.locked", ctx.scope.seller(), json!({}))?;
        view(tx, ctx, &keyring)
    })
    .await
}
