//! Providers of certificates (CAT-13): set up once, they say which types they issue and for how long. Plans sell of that.

mod create;
mod delete;
mod read;
mod status;
mod update;
mod views;

use crate::kernel::routes::Routes;
use comptoir_connectors::certificate::CertificateAuthority;
use comptoir_connectors::certificate::fake::FakeAuthority;
use comptoir_domain::certificates::{CertificateProduct, CertificateProviderKind};
use comptoir_domain::{Code, Problem};

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_certificate_provider)
        .service(read::list_certificate_providers)
        .service(read::get_certificate_provider)
        .service(update::update_certificate_provider)
        .service(status::enable_certificate_provider)
        .service(status::disable_certificate_provider)
        .service(delete::delete_certificate_provider);
}

/// What speaks to a provider of that kind.
fn connector(kind: CertificateProviderKind) -> Box<dyn CertificateAuthority> {
    match kind {
        CertificateProviderKind::Fake => Box::new(FakeAuthority),
    }
}

/// Asks a provider what it issues: before the transaction that writes the answer.
async fn ask(kind: CertificateProviderKind) -> Result<Vec<CertificateProduct>, Problem> {
    let products = connector(kind).products().await;
    let products =
        products.map_err(|error| Problem::new(Code::Busy, format!("the provider does not answer: {error}")))?;
    let product = |one: comptoir_connectors::certificate::Product| CertificateProduct {
        product_type: one.product_type,
        name: one.name,
        terms: one.terms,
    };
    Ok(products.into_iter().map(product).collect())
}
