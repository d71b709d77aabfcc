//! Removing a provider of certificates.

use crate::certificate_providers::status::is_free;
use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::certificates;
use comptoir_domain::CertificateProviderId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Delete a certificate provider
///
/// Not while a plan sells what it issues.
#[utoipa::path(tag = "certificate_providers", params(("id" = CertificateProviderId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/certificate-providers/{id}")]
pub async fn delete_certificate_provider(
    call: Call<may::WriteCatalog>,
    id: Id<CertificateProviderId>,
    seen: IfMatch,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = certificates::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        is_free(tx, ctx, row.id)?;
        certificates::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "certificate_provider.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
