//! Asking for a link.

use crate::kernel::{Answer, ApiError, AppState, Body, Reply, Visitor};
use crate::password_resets::{administrators_page, clients_page, send_link};
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
    request(&visitor.state, body.into_inner(), None).await?;
    Ok(Reply::accepted())
}

/// Sends the link if the address is known. It leads to `page`, or to the usual one of the audience.
pub async fn request(state: &AppState, mut wanted: PasswordResetRequest, page: Option<String>) -> Result<(), ApiError> {
    wanted.email = normal_email(&wanted.email);
    let mut check = Check::new();
    check.email("/email", &wanted.email);
    check.done()?;
    state.limits.check(&format!("reset:{}", wanted.email), state.settings.sign_ins_per_minute)?;
    let (now, public_url) = (state.machine.now(), state.settings.public_url.clone());
    Ok(state.store.write(move |tx| send_if_known(tx, &wanted, now, &public_url, page.as_deref())).await?)
}

fn send_if_known(
    tx: &mut Db,
    wanted: &PasswordResetRequest,
    now: Instant,
    public_url: &str,
    page: Option<&str>,
) -> Outcome<()> {
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
    let Some((holder, locale)) = found else { return Ok(()) };
    let page = match (page, holder) {
        (Some(page), _) => page.to_string(),
        (None, Holder::Administrator(_)) => administrators_page(public_url),
        (None, Holder::Contact(_)) => clients_page(tx, scope, public_url)?,
    };
    send_link(tx, scope, now, holder, &wanted.email, locale, &page)
}
