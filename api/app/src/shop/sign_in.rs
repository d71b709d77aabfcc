//! Signing in and out of a store. The cookie names a session, which is looked up at each visit: ending it takes effect at
//! once.

use super::Shown;
use super::visit::Visit;
use crate::sessions::sign_in::{SignIn, enter as open_session};
use comptoir_db::sessions;
use comptoir_domain::people::Audience;
use comptoir_domain::{Code, Problem};
use comptoir_storefront::pages::SignInPage;

/// The form; who is signed in already goes on.
pub async fn show(visit: &Visit) -> Shown {
    let next = next(visit);
    if visit.signed_in().is_some() {
        return Ok(visit.see(next.as_deref().unwrap_or("account/")));
    }
    visit.page(&SignInPage { next, form: visit.form() })
}

/// Signs in.
pub async fn enter(visit: &Visit) -> Shown {
    visit.slowly()?;
    let (ip, user_agent) = visit.origin();
    let wanted = SignIn {
        audience: Audience::Client,
        seller: Some(visit.seller.code.clone()),
        email: visit.fields.get("email").into(),
        password: visit.fields.raw("password").into(),
        end_others: false,
    };
    match open_session(visit.state(), wanted, ip, user_agent).await {
        Ok(opening) => {
            visit.remember(&opening.row);
            Ok(visit.see(next(visit).as_deref().unwrap_or("account/")))
        }
        Err(error) => {
            let code = error.problem.code;
            let about_them = matches!(code, Code::InvalidCredentials | Code::Forbidden | Code::TooManyRequests);
            if !about_them {
                return Err(error);
            }
            visit.again(&SignInPage {
                next: next(visit),
                form: visit.refused(&Problem::new(code, error.problem.detail)),
            })
        }
    }
}

/// Signs out.
pub async fn leave(visit: &Visit) -> Shown {
    if let Some(session) = visit.desk.ctx.session {
        visit.desk.change(move |tx, ctx| sessions::end(tx, ctx.scope, session, ctx.machine_now)).await?;
    }
    visit.forget();
    Ok(visit.see(""))
}

/// Where to go on: only to pages of this store.
fn next(visit: &Visit) -> Option<String> {
    let next = visit.fields.get("next");
    let plain = next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte));
    let known = ["checkout/", "account/", "cart/"].iter().any(|start| next.starts_with(start));
    (plain && known && !next.contains("//")).then(|| next.to_string())
}
