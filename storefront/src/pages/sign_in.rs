//! Sign-in, and the way back in for those who forgot their password.

use super::{Form, shopper_pages};
use serde::Serialize;

/// Fields `email`, `password`, and `next`, the path below the language to go on to.
#[derive(Clone, Debug, Serialize)]
pub struct SignInPage {
    /// Where to go on.
    pub next: Option<String>,
    /// What was refused.
    pub form: Form,
}

/// Field `email`. The answer is the same whether the address is known or not.
#[derive(Clone, Debug, Serialize)]
pub struct ForgottenPasswordPage {
    /// Whether the form was sent.
    pub sent: bool,
    /// What was refused.
    pub form: Form,
}

/// Field `password`, and `token` from the link in the mail.
#[derive(Clone, Debug, Serialize)]
pub struct NewPasswordPage {
    /// The single-use token.
    pub token: String,
    /// What was refused.
    pub form: Form,
}

shopper_pages! {
    SignInPage: "sign-in.html" at "account/sign-in/";
    ForgottenPasswordPage: "forgotten-password.html" at "account/forgotten-password/";
    NewPasswordPage: "new-password.html" at "account/new-password/";
}
