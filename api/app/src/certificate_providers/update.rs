//! Changing a provider of certificates.

use crate::certificate_providers::views::{CertificateProviderPatch, CertificateProviderView, check};
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use actix_web::patch;
use comptoir_db::certificates;
use comptoir_domain::CertificateProviderId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a certificate provider
#[utoipa::path(tag = "certificate_providers", params(("id" = CertificateProviderId, Path)), request_body = CertificateProviderPatch, responses((status = 200, body = CertificateProviderView, description = "The provider as it is now")))]
#[patch("/v1/certificate-providers/{id}")]
pub async fn update_certificate_provider(
    call: Call<may::WriteCatalog>,
    id: Id<CertificateProviderId>,
    seen: IfMatch,
    body: Body<CertificateProviderPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = certificates::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        body.0.clone().name.apply(&mut row.name);
        check(&row)?;
        certificates::save(tx, &mut row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "certificate_provider.updated", row.id, json!({ "name": row.name }))?;
        let version = row.version;
        Ok(Reply::ok(&CertificateProviderView::from(row)).version(version))
    })
    .await
}
