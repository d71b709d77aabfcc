//! What a certificate plan sells (CAT-13): types of a provider, each for some terms.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use actix_web::{get, put};
use comptoir_db::certificates::{self, PlanCertificateRow};
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::certificates::{SoldCertificate, check_products};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::PlanType;
use comptoir_domain::{CertificateProviderId, Check, Code, PlanId, Problem};
use serde_json::json;

/// What a certificate plan sells.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PlanCertificateView {
    /// Who issues it.
    pub provider_id: CertificateProviderId,
    /// Which types, and for how many years.
    pub products: Vec<SoldCertificate>,
}

impl From<PlanCertificateRow> for PlanCertificateView {
    fn from(row: PlanCertificateRow) -> Self {
        Self { provider_id: row.provider_id, products: row.products.0 }
    }
}

/// What a certificate plan is to sell.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"provider_id": "crt_000g40o40k30e209185go38e1s", "products": [{"product_type": "domain_validated", "terms": [1, 2]}]}))]
pub struct PlanCertificate {
    /// Who issues it: one that is enabled.
    pub provider_id: CertificateProviderId,
    /// Which of its types, and for how many years.
    pub products: Vec<SoldCertificate>,
}

/// Get what a certificate plan sells
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), responses((status = 200, body = PlanCertificateView, description = "Types and terms")))]
#[get("/v1/plans/{id}/certificate")]
pub async fn get_plan_certificate(call: Call<may::ReadCatalog>, id: Id<PlanId>) -> Answer {
    call.read(move |db, ctx| {
        let plan = plans::find(db, ctx.scope, id.0)?;
        let row = certificates::of_plan(db, ctx.scope, plan.id)?.ok_or_else(Problem::not_found)?;
        Ok(Reply::ok(&PlanCertificateView::from(row)))
    })
    .await
}

/// Say what a certificate plan sells
///
/// For certificate plans only. What was said before is replaced.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = PlanCertificate, responses((status = 200, body = PlanCertificateView, description = "Types and terms")))]
#[put("/v1/plans/{id}/certificate")]
pub async fn set_plan_certificate(
    call: Call<may::WriteCatalog>,
    id: Id<PlanId>,
    body: Body<PlanCertificate>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut plan = plans::lock(tx, ctx.scope, id.0)?;
        let row = set(tx, ctx, &plan, &body.0)?;
        plans::save(tx, &mut plan)?;
        Ok(Reply::ok(&PlanCertificateView::from(row)))
    })
    .await
}

fn set(tx: &mut Db, ctx: &Ctx, plan: &PlanRow, wanted: &PlanCertificate) -> Outcome<PlanCertificateRow> {
    let provider = certificates::lock(tx, ctx.scope, wanted.provider_id)?;
    if plan.kind != PlanType::Certificate {
        return Err(Problem::new(Code::Conflict, "only a certificate plan sells certificates").into());
    }
    let mut check = Check::new();
    check.ensure(provider.is_enabled, "/provider_id", "disabled", "enable the provider first");
    check_products(&mut check, "/products", &wanted.products, &provider.products.0);
    check.done()?;
    let row = PlanCertificateRow {
        seller_id: ctx.scope.seller(),
        plan_id: plan.id,
        provider_id: provider.id,
        products: Json(wanted.products.clone()),
    };
    certificates::set_of_plan(tx, &row)?;
    let fact = json!({ "code": plan.code, "provider_id": provider.id, "products": wanted.products });
    ctx.record(tx, "plan.certificate_changed", plan.id, fact)?;
    Ok(row)
}
