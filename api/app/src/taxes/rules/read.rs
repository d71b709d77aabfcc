//! Reading tax rules.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::taxes::rules::views::{TaxRuleList, TaxRuleView, reply};
use actix_web::get;
use comptoir_db::taxes::rules;
use comptoir_db::{Outcome, taxes};
use comptoir_domain::permissions::may;
use comptoir_domain::{TaxPolicyId, TaxRuleId};

/// Which rules.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaxRuleQuery {
    /// Of this policy.
    tax_policy_id: Option<TaxPolicyId>,
}

impl Filters for TaxRuleQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List tax rules
#[utoipa::path(tag = "taxes", params(ListParameters, TaxRuleQuery), responses((status = 200, body = TaxRuleList, description = "A page")))]
#[get("/v1/tax-rules")]
pub async fn list_tax_rules(call: Call<may::ReadTaxes>, list: List<TaxRuleQuery>) -> Answer {
    let (policy, page) = (list.filters.tax_policy_id, list.page.clone());
    let work = move |db: &mut comptoir_db::Db, ctx: &crate::kernel::Ctx| {
        if let Some(policy) = policy {
            taxes::find(db, ctx.scope, policy)?;
        }
        rules::list(db, ctx.scope, policy, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.iter().map(TaxRuleView::new).collect::<Outcome<_>>()?;
    Ok(Reply::ok(&TaxRuleList { data, next_cursor }))
}

/// Get a tax rule
#[utoipa::path(tag = "taxes", params(("id" = TaxRuleId, Path)), responses((status = 200, body = TaxRuleView, description = "The rule")))]
#[get("/v1/tax-rules/{id}")]
pub async fn get_tax_rule(call: Call<may::ReadTaxes>, id: Id<TaxRuleId>) -> Answer {
    call.read(move |db, ctx| reply(&rules::find(db, ctx.scope, id.0)?)).await
}
