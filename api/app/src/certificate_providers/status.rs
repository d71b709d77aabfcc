//! Enabling and disabling a provider of certificates.

use crate::certificate_providers::ask;
use crate::certificate_providers::views::CertificateProviderView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::post;
use comptoir_db::certificates::{self, CertificateProviderRow};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::{CertificateProviderId, Code, Problem};
use serde_json::json;

/// Enable a certificate provider
///
/// It is asked again what it issues.
#[utoipa::path(tag = "certificate_providers", params(("id" = CertificateProviderId, Path)), responses((status = 200, body = CertificateProviderView, description = "The provider as it is now")))]
#[post("/v1/certificate-providers/{id}/enable")]
pub async fn enable_certificate_provider(call: Call<may::WriteCatalog>, id: Id<CertificateProviderId>) -> Answer {
    let kind = call.read(move |db, ctx| Ok(certificates::find(db, ctx.scope, id.0)?.kind)).await?;
    let products = ask(kind).await?;
    call.write(move |tx, ctx| {
        let mut row = locked(tx, ctx, id.0, true)?;
        row.products = Json(products.clone());
        turn(tx, ctx, row, true)
    })
    .await
}

/// Disable a certificate provider
///
/// Not while a plan sells what it issues.
#[utoipa::path(tag = "certificate_providers", params(("id" = CertificateProviderId, Path)), responses((status = 200, body = CertificateProviderView, description = "The provider as it is now")))]
#[post("/v1/certificate-providers/{id}/disable")]
pub async fn disable_certificate_provider(call: Call<may::WriteCatalog>, id: Id<CertificateProviderId>) -> Answer {
    call.write(move |tx, ctx| {
        let row = locked(tx, ctx, id.0, false)?;
        is_free(tx, ctx, id.0)?;
        turn(tx, ctx, row, false)
    })
    .await
}

fn locked(tx: &mut Db, ctx: &Ctx, id: CertificateProviderId, enable: bool) -> Outcome<CertificateProviderRow> {
    let row = certificates::lock(tx, ctx.scope, id)?;
    if row.is_enabled == enable {
        let detail = if enable { "it is enabled already" } else { "it is disabled already" };
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    Ok(row)
}

/// Refuses while a plan sells what the provider issues.
pub fn is_free(tx: &mut Db, ctx: &Ctx, id: CertificateProviderId) -> Outcome<()> {
    let plans = certificates::plans_of(tx, ctx.scope, id)?;
    if plans.is_empty() {
        return Ok(());
    }
    let detail = format!("plans sell what it issues, choose another provider for them first: {}", plans.join(", "));
    Err(Problem::new(Code::InUse, detail).into())
}

fn turn(tx: &mut Db, ctx: &Ctx, mut row: CertificateProviderRow, enable: bool) -> Outcome<Reply> {
    row.is_enabled = enable;
    certificates::save(tx, &mut row)?;
    let kind = if enable { "certificate_provider.enabled" } else { "certificate_provider.disabled" };
    ctx.record(tx, kind, row.id, json!({ "name": row.name }))?;
    let version = row.version;
    Ok(Reply::ok(&CertificateProviderView::from(row)).version(version))
}
