//! Setting up a provider of certificates: it is asked what it issues.

use crate::certificate_providers::ask;
use crate::certificate_providers::views::{CertificateProviderCreate, CertificateProviderView, check};
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::Json;
use comptoir_db::certificates::{self, CertificateProviderRow};
use comptoir_domain::permissions::may;
use serde_json::json;

/// Set up a certificate provider
///
/// Enabled at once. Certificate plans sell of what it issues.
#[utoipa::path(tag = "certificate_providers", request_body = CertificateProviderCreate, responses((status = 201, body = CertificateProviderView, description = "Created")))]
#[post("/v1/certificate-providers")]
pub async fn create_certificate_provider(
    call: Call<may::WriteCatalog>,
    body: Body<CertificateProviderCreate>,
) -> Answer {
    let wanted = body.into_inner();
    let products = ask(wanted.kind).await?;
    call.write(move |tx, ctx| {
        let row = CertificateProviderRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name: wanted.name.clone(),
            kind: wanted.kind,
            is_enabled: true,
            products: Json(products.clone()),
            created_at: ctx.now,
            version: 1,
        };
        check(&row)?;
        certificates::insert(tx, &row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "certificate_provider.created", row.id, json!({ "name": row.name }))?;
        let location = format!("/v1/certificate-providers/{}", row.id);
        Ok(Reply::created(&CertificateProviderView::from(row), location).version(1))
    })
    .await
}
