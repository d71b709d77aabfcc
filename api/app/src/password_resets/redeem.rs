//! Using a link: the new password is set, all sessions end, the link is used up.

use crate::kernel::{Answer, ApiError, AppState, Body, Reply, Visitor, keys, passwords};
use actix_web::post;
use comptoir_db::sessions::{self, Holder};
use comptoir_db::{Db, Outcome, Scope, administrators, contacts, password_resets};
use comptoir_domain::{Instant, Problem};

/// The token of the link and the new password.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "cp_0123456789abcdefghijklmnopqrstuv", "new_password": "staple battery horse"}))]
pub struct PasswordResetRedeem {
    /// What follows `#` in the link.
    pub token: String,
    /// The new password.
    #[schema(min_length = 10)]
    pub new_password: String,
}

/// Set a new password with a link
#[utoipa::path(tag = "password_resets", request_body = PasswordResetRedeem, security(()), responses((status = 204, description = "The password is set; sign in with it")))]
#[post("/v1/password-resets/redeem")]
pub async fn redeem_password_reset(visitor: Visitor, body: Body<PasswordResetRedeem>) -> Answer {
    let PasswordResetRedeem { token, new_password } = body.into_inner();
    set_password(&visitor.state, token, new_password).await?;
    Ok(Reply::no_content())
}

/// Sets the password of whoever was sent the token.
pub async fn set_password(state: &AppState, token: String, new_password: String) -> Result<(), ApiError> {
    let hash = passwords::new_hash("/new_password", Some(new_password)).await?;
    let (now, business_now) = (state.machine.now(), state.business.now());
    let token = keys::hash(&token);
    Ok(state.store.write(move |tx| redeem(tx, &token, hash.clone(), now, business_now)).await?)
}

fn redeem(tx: &mut Db, token: &[u8], hash: Option<String>, now: Instant, business_now: Instant) -> Outcome<()> {
    let spent =
        || Problem::field("/token", "unknown", "the link was used, has expired or never existed: ask for a new one");
    let reset = password_resets::redeem(tx, token, now)?.ok_or_else(spent)?;
    let scope = Scope::of(reset.seller_id);
    let holder = if let Some(id) = reset.administrator_id {
        let mut row = administrators::lock(tx, scope, id)?;
        (row.password_hash, row.password_changed_at) = (hash, Some(business_now));
        administrators::save(tx, &mut row)?;
        Holder::Administrator(id)
    } else {
        let mut row = contacts::lock(tx, scope, reset.contact_id.ok_or_else(spent)?)?;
        (row.password_hash, row.password_changed_at) = (hash, Some(business_now));
        contacts::save(tx, &mut row)?;
        Holder::Contact(row.id)
    };
    sessions::end_all(tx, scope, &[holder], None, now)?;
    Ok(())
}
