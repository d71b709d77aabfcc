//! Asking for a link.

use crate::kernel::{Answer, Body, Reply, Visitor};
use crate::password_resets::send_link;
use actix_web::post;
use comptoir_db::sessions::Holder;
use comptoir_db::{Db, Outcome, Scope, administrators, contacts, sellers};
use comptoir_domain::people::{AdministratorStatus, Audience, normal_email};
use comptoir_domain::{Check, Instant};

/// Who has forgotten his password.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"audience": "client", "seller": "dupont", "email": "alice@petit.example"}))]
pub struct PasswordResetRequest {
    /// An administrator or a client.
    pub audience: Audience,
    /// The code of the seller; the provider if absent.
    pub seller: Option<String>,
    /// The address to sign in with.
    pub email: String,
}

/// Ask for a link to set a new password
///
/// The answer is the same whether the address is known or not.
#[utoipa::path(tag = "password_resets", request_body = PasswordResetRequest, security(()), responses((status = 202, description = "If the address is known, a mail is on its way")))]
#[post("/v1/password-resets")]
pub async fn request_password_reset(visitor: Visitor, body: Body<PasswordResetRequest>) -> Answer {
    let mut wanted = body.into_inner();
    wanted.email = normal_email(&wanted.email);
    let mut check = Check::new();
    check.email("/email", &wanted.email);
    check.done()?;
    let state = &visitor.state;
    state.limits.check(&format!("reset:{}", wanted.email), state.settings.sign_ins_per_minute)?;
    let (now, public_url) = (state.machine.now(), state.settings.public_url.clone());
    state.store.write(move |tx| send_if_known(tx, &wanted, now, &public_url)).await?;
    Ok(Reply::accepted())
}

fn send_if_known(tx: &mut Db, wanted: &PasswordResetRequest, now: Instant, public_url: &str) -> Outcome<()> {
    let seller = match &wanted.seller {
        Some(code) => sellers::by_code(tx, code)?,
        None => sellers::provider(tx)?,
    };
    let Some(seller) = seller else { return Ok(()) };
    let scope = Scope::of(seller.id);
    let found = match wanted.audience {
        Audience::Admin => administrators::by_email(tx, scope, &wanted.email)?
            .filter(|person| person.status == AdministratorStatus::Active)
            .map(|person| (Holder::Administrator(person.id), person.locale)),
        Audience::Client => {
            contacts::by_email(tx, scope, &wanted.email)?.map(|person| (Holder::Contact(person.id), person.locale))
        }
        // a store has no password
        Audience::Store => None,
    };
    match found {
        Some((holder, locale)) => send_link(tx, scope, now, holder, &wanted.email, locale, public_url),
        None => Ok(()),
    }
}
