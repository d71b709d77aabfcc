//! Accounts with registrars (CAT-12): set up once, they say which endings they take. Names are registered through them by
//! whoever delivers; here is what the catalogue has to know.

mod create;
mod delete;
mod read;
mod refresh;
mod update;
mod views;

use crate::kernel::routes::Routes;
use comptoir_connectors::registrar::Registrar;
use comptoir_connectors::registrar::fake::FakeRegistrar;
use comptoir_domain::tlds::{RegistrarKind, SupportedTld};
use comptoir_domain::{Code, Problem};

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_registrar)
        .service(read::list_registrars)
        .service(read::get_registrar)
        .service(update::update_registrar)
        .service(refresh::refresh_registrar)
        .service(delete::delete_registrar);
}

/// What speaks to a registrar of that kind.
fn connector(kind: RegistrarKind) -> Box<dyn Registrar> {
    match kind {
        RegistrarKind::Fake => Box::new(FakeRegistrar),
    }
}

/// Asks a registrar which endings it takes: before the transaction that writes the answer.
async fn ask(kind: RegistrarKind) -> Result<Vec<SupportedTld>, Problem> {
    let endings = connector(kind).endings().await;
    let endings =
        endings.map_err(|error| Problem::new(Code::Busy, format!("the registrar does not answer: {error}")))?;
    Ok(endings.into_iter().map(|ending| SupportedTld { tld: ending.name, transfers: ending.transfers }).collect())
}
