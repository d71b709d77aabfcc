//! The prices of a plan: new versions and history.

use crate::kernel::call::Ctx;
use crate::kernel::query::ListParameters;
use crate::kernel::{Answer, Body, Call, Id, List, Reply};
use crate::plans::certificate_add_ons::{Offering, check_certificates, offered};
use crate::prices::{PriceCreate, PriceList, PriceQuery, PriceView, add, page};
use actix_web::{get, post};
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::prices::{self, Priced};
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, PlanId};

/// Change or add a price of a plan
///
/// The price of the same cycle and currency ends on the first day of the new one; what was charged stays.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = PriceCreate, responses((status = 201, body = PriceView, description = "Created")))]
#[post("/v1/plans/{id}/prices")]
pub async fn create_plan_price(call: Call<may::WriteCatalog>, id: Id<PlanId>, body: Body<PriceCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let mut plan = plans::lock(tx, ctx.scope, id.0)?;
        certificates(tx, ctx, &plan, &body.0)?;
        let row = add(tx, ctx, Priced::Plan(plan.id), &body.0)?;
        plans::save(tx, &mut plan)?;
        Ok(Reply::created(&PriceView::from(row), format!("/v1/plans/{}/prices", plan.id)))
    })
    .await
}

/// Refuses a cycle or currency that a certificate add-on of the plan does not have.
fn certificates(tx: &mut Db, ctx: &Ctx, plan: &PlanRow, wanted: &PriceCreate) -> Outcome<()> {
    let (add_ons, stores) = offered(tx, ctx, plan.id)?;
    let mut findings = Check::new();
    let book = [wanted.price()];
    let offering = Offering { kind: plan.kind, add_ons: &add_ons, stores: &stores, book: &book };
    check_certificates(tx, ctx, &mut findings, &offering, |_| "/cycle".into())?;
    Ok(findings.done()?)
}

/// List the prices of a plan
///
/// All versions: past, present and announced.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path), ListParameters, PriceQuery), responses((status = 200, body = PriceList, description = "A page")))]
#[get("/v1/plans/{id}/prices")]
pub async fn list_plan_prices(call: Call<may::ReadCatalog>, id: Id<PlanId>, list: List<PriceQuery>) -> Answer {
    let (filter, part) = (list.filters.filter(), list.page.clone());
    let slice = call.read(move |db, ctx| {
        let plan = plans::find(db, ctx.scope, id.0)?;
        prices::list(db, ctx.scope, Priced::Plan(plan.id), &filter, &part)
    });
    Ok(page(&list, slice.await?))
}
