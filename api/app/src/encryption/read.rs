//! How the key is kept.

use crate::encryption::keyring::Keyring;
use crate::encryption::views::EncryptionView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Reply};
use actix_web::get;
use comptoir_db::{Db, Outcome, encryption, payment_methods};
use comptoir_domain::encryption::EncryptionMode;
use comptoir_domain::permissions::may;

/// Get how stored payment methods are encrypted
///
/// What is locked is locked for each process of the server by itself.
#[utoipa::path(tag = "encryption", responses((status = 200, body = EncryptionView, description = "How the key is kept")))]
#[get("/v1/encryption")]
pub async fn get_encryption(call: Call<may::ReadEncryption>) -> Answer {
    let keyring = call.state().keyring.clone();
    call.read(move |db, ctx| view(db, ctx, &keyring)).await
}

/// How it stands, as an answer.
pub(super) fn view(db: &mut Db, ctx: &Ctx, keyring: &Keyring) -> Outcome<Reply> {
    let keys = keyring.keys(db, ctx.scope, ctx.machine_now)?;
    let (row, now) = (&keys.row, ctx.machine_now);
    let until = match row.mode {
        EncryptionMode::House => keyring.trusted_until(row.seller_id, &ctx.actor, now),
        EncryptionMode::PassPhrase => keyring.unlocked_until(row.seller_id, row.key_version, now),
        EncryptionMode::Off => None,
    };
    let shares = encryption::shares(db, ctx.scope)?;
    let methods = payment_methods::count_by_key(db, ctx.scope)?;
    let mut shown = row.clone();
    shown.blocked_until = row.blocked_until.filter(|until| now < *until);
    Ok(Reply::ok(&EncryptionView::new(&shown, keys.state(), until, shares, methods)).version(row.version))
}
