//! Reading tax policies.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::taxes::policies::views::{TaxPolicyList, TaxPolicyView, reply};
use actix_web::get;
use comptoir_db::taxes;
use comptoir_domain::TaxPolicyId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxPolicyQuery {}

impl Filters for TaxPolicyQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List tax policies
#[utoipa::path(tag = "taxes", params(ListParameters), responses((status = 200, body = TaxPolicyList, description = "A page")))]
#[get("/v1/tax-policies")]
pub async fn list_tax_policies(call: Call<may::ReadTaxes>, list: List<TaxPolicyQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| taxes::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&TaxPolicyList { data: slice.rows.into_iter().map(TaxPolicyView::from).collect(), next_cursor }))
}

/// Get a tax policy
#[utoipa::path(tag = "taxes", params(("id" = TaxPolicyId, Path)), responses((status = 200, body = TaxPolicyView, description = "The policy")))]
#[get("/v1/tax-policies/{id}")]
pub async fn get_tax_policy(call: Call<may::ReadTaxes>, id: Id<TaxPolicyId>) -> Answer {
    Ok(reply(call.read(move |db, ctx| taxes::find(db, ctx.scope, id.0)).await?))
}
