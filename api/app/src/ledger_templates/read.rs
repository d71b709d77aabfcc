//! Reading templates.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::ledger_templates::views::{LedgerTemplateList, LedgerTemplateView, reply};
use actix_web::get;
use comptoir_db::{Db, ledger_templates, plans};
use comptoir_domain::permissions::may;
use comptoir_domain::{LedgerTemplateId, PlanId};

/// Which templates.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LedgerTemplateQuery {
    /// Of this plan.
    plan_id: Option<PlanId>,
}

impl Filters for LedgerTemplateQuery {}

/// List ledger templates
#[utoipa::path(tag = "ledger", params(ListParameters, LedgerTemplateQuery), responses((status = 200, body = LedgerTemplateList, description = "A page")))]
#[get("/v1/ledger-templates")]
pub async fn list_ledger_templates(call: Call<may::ReadCatalog>, list: List<LedgerTemplateQuery>) -> Answer {
    let (plan, page) = (list.filters.plan_id, list.page.clone());
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(plan) = plan {
            plans::find(db, ctx.scope, plan)?;
        }
        ledger_templates::list(db, ctx.scope, plan, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&LedgerTemplateList { data: slice.rows.iter().map(LedgerTemplateView::from).collect(), next_cursor }))
}

/// Get a ledger template
#[utoipa::path(tag = "ledger", params(("id" = LedgerTemplateId, Path)), responses((status = 200, body = LedgerTemplateView, description = "The template")))]
#[get("/v1/ledger-templates/{id}")]
pub async fn get_ledger_template(call: Call<may::ReadCatalog>, id: Id<LedgerTemplateId>) -> Answer {
    call.read(move |db, ctx| Ok(reply(&ledger_templates::find(db, ctx.scope, id.0)?))).await
}
