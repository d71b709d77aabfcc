//! The PIN that opens what is stored to people. Nothing is sealed by it: it is asked for, not needed.

use crate::encryption::gate::{Shown, pass};
use crate::encryption::read::view;
use crate::encryption::unchanged;
use crate::encryption::views::{EncryptionView, Typed};
use crate::kernel::{Answer, Body, Call, passwords};
use actix_web::post;
use comptoir_db::encryption;
use comptoir_domain::encryption::{EncryptionMode, check_pin};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, Problem};
use serde_json::json;

/// A new PIN.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"new_pin": "2603"}))]
pub struct EncryptionPin {
    /// The present one, if there is one.
    #[schema(value_type = Option<String>, max_length = 12)]
    pub pin: Option<Typed>,
    /// The new one; none takes it away, and then nobody sees what is stored.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4,12}$")]
    pub new_pin: Option<Typed>,
}

/// Set the PIN of stored payment methods
///
/// It is asked for whenever someone wants to see what is stored, and before money is released or given back.
#[utoipa::path(tag = "encryption", request_body = EncryptionPin, responses((status = 200, body = EncryptionView, description = "Set")))]
#[post("/v1/encryption/pin")]
pub async fn set_encryption_pin(call: Call<may::WriteEncryption>, body: Body<EncryptionPin>) -> Answer {
    let EncryptionPin { pin, new_pin } = body.into_inner();
    let mut check = Check::new();
    if let Some(new) = &new_pin {
        check_pin(&mut check, "/new_pin", new.text());
    }
    check.done()?;
    let desk = call.desk()?;
    let mode = desk.read(|db, ctx| Ok(encryption::read(db, ctx.scope)?.mode)).await?;
    if mode != EncryptionMode::House {
        return Err(Problem::new(Code::WrongState, "a PIN goes with the key that the house keeps").into());
    }
    let (seen, _) = pass(&desk, Shown { pin, pass_phrase: None }).await?;
    let hash = match new_pin {
        Some(new) => Some(passwords::hash(new.into_text()).await?),
        None => None,
    };
    let keyring = call.state().keyring.clone();
    keyring.lock_up(seen.seller_id);
    let reply = desk.change(move |tx, ctx| {
        let mut row = encryption::lock(tx, ctx.scope)?;
        unchanged(&seen, &row)?;
        row.pin_hash.clone_from(&hash);
        encryption::save(tx, &mut row)?;
        ctx.record(tx, "encryption.pin_set", ctx.scope.seller(), json!({ "has_pin": row.pin_hash.is_some() }))?;
        view(tx, ctx, &keyring)
    });
    reply.await
}
