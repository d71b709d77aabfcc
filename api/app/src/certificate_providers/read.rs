//! Reading providers of certificates.

use crate::certificate_providers::views::{CertificateProviderList, CertificateProviderView};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::certificates;
use comptoir_domain::CertificateProviderId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateProviderQuery {}

impl Filters for CertificateProviderQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List certificate providers
#[utoipa::path(tag = "certificate_providers", params(ListParameters), responses((status = 200, body = CertificateProviderList, description = "A page")))]
#[get("/v1/certificate-providers")]
pub async fn list_certificate_providers(call: Call<may::ReadCatalog>, list: List<CertificateProviderQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| certificates::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(CertificateProviderView::from).collect();
    Ok(Reply::ok(&CertificateProviderList { data, next_cursor }))
}

/// Get a certificate provider
#[utoipa::path(tag = "certificate_providers", params(("id" = CertificateProviderId, Path)), responses((status = 200, body = CertificateProviderView, description = "The provider")))]
#[get("/v1/certificate-providers/{id}")]
pub async fn get_certificate_provider(call: Call<may::ReadCatalog>, id: Id<CertificateProviderId>) -> Answer {
    let row = call.read(move |db, ctx| certificates::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&CertificateProviderView::from(row)).version(version))
}
