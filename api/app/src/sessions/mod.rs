//! Sessions: signing in, staying signed in, signing out, and who is signed in (SEL-06).
//!
//! Signing in gives an access token for ten minutes and a refresh token for thirty days. Each refresh replaces the refresh
//! token; using a replaced one ends the session, since then two parties hold it.

pub mod authenticate;
pub mod end;
mod list;
mod refresh;
pub mod sign_in;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(sign_in::sign_in)
        .service(refresh::refresh_session)
        .service(list::list_sessions)
        .service(list::get_session)
        .service(end::end_session)
        .service(end::end_other_sessions)
        .service(end::sign_out);
}
