//! The way back in for those who forgot their password: a link by mail to a page of the store.

use super::Shown;
use super::visit::Visit;
use crate::password_resets::redeem::set_password;
use crate::password_resets::request::{PasswordResetRequest, request};
use comptoir_domain::people::Audience;
use comptoir_storefront::pages::{ForgottenPasswordPage, NewPasswordPage};

/// Asks for the address.
pub async fn ask(visit: &Visit) -> Shown {
    visit.page(&ForgottenPasswordPage { sent: false, form: visit.form() })
}

/// Sends the link; the answer is the same whether the address is known or not.
pub async fn send(visit: &Visit) -> Shown {
    visit.slowly()?;
    let wanted = PasswordResetRequest {
        audience: Audience::Client,
        seller: Some(visit.seller.code.clone()),
        email: visit.fields.get("email").into(),
    };
    let origin = &visit.standing.shop.site().store.origin;
    let page = format!("{origin}{}?token=", visit.path("account/new-password/"));
    match request(visit.state(), wanted, Some(page)).await {
        Ok(()) => visit.page(&ForgottenPasswordPage { sent: true, form: visit.form() }),
        Err(error) => visit.again(&ForgottenPasswordPage { sent: false, form: visit.or_refused(error)? }),
    }
}

/// Asks for the new password.
pub async fn choose(visit: &Visit) -> Shown {
    visit.page(&NewPasswordPage { token: visit.fields.get("token").into(), form: visit.form() })
}

/// Sets it, and goes on to sign in with it.
pub async fn set(visit: &Visit) -> Shown {
    visit.slowly()?;
    let (token, password) = (visit.fields.get("token").to_string(), visit.fields.raw("password").to_string());
    match set_password(visit.state(), token.clone(), password).await {
        Ok(()) => Ok(visit.see("account/sign-in/")),
        Err(error) => {
            let mut form = visit.or_refused(error)?;
            for error in form.errors.iter_mut().filter(|error| error.field == "token") {
                (error.field, error.code) = (String::new(), "expired_link".into());
            }
            visit.again(&NewPasswordPage { token, form })
        }
    }
}
