//! Copying rows of the built-in table of rates into a policy.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::taxes::rules::views::TaxRuleView;
use actix_web::post;
use comptoir_db::Outcome;
use comptoir_db::taxes;
use comptoir_db::taxes::rules::{self, TaxRuleRow};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::{TabledTax, built_in_taxes};
use comptoir_domain::{Check, Country, Problem, TaxPolicyId};
use serde_json::json;

/// Whose taxes to add.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"countries": ["DE", "CA"]}))]
pub struct TaxBuiltInAdd {
    /// The countries: members of the European Union, Monaco, Canada, Russia.
    #[schema(min_items = 1)]
    pub countries: Vec<Country>,
}

/// What was added.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxBuiltInView {
    /// The new rules.
    pub added: Vec<TaxRuleView>,
}

/// Add built-in taxes to a policy
///
/// Adds the standard rates of the countries, also those that have ended, with their dates. Rates that the policy has
/// already are not added again.
#[utoipa::path(tag = "taxes", params(("id" = TaxPolicyId, Path)), request_body = TaxBuiltInAdd, responses((status = 200, body = TaxBuiltInView, description = "What was added")))]
#[post("/v1/tax-policies/{id}/add-built-in")]
pub async fn add_built_in_taxes(call: Call<may::WriteTaxes>, id: Id<TaxPolicyId>, body: Body<TaxBuiltInAdd>) -> Answer {
    call.write(move |tx, ctx| {
        let policy = taxes::lock(tx, ctx.scope, id.0)?;
        check(&body.0.countries)?;
        let known = rules::of_policies(tx, ctx.scope, &[policy.id])?;
        let known = known.iter().map(TaxRuleRow::rule).collect::<Outcome<Vec<_>>>()?;
        let mut rows = Vec::new();
        for row in built_in(&body.0.countries) {
            if !known.iter().any(|known| row.is(known)) {
                rows.push(TaxRuleRow::new(ctx.scope, policy.id, row.rule(fresh()), ctx.now));
            }
        }
        rules::insert_all(tx, &rows)?;
        ctx.record(tx, "tax_policy.built_in_added", policy.id, json!({ "countries": body.0.countries }))?;
        let added = rows.iter().map(TaxRuleView::new).collect::<Outcome<_>>()?;
        Ok(Reply::ok(&TaxBuiltInView { added }))
    })
    .await
}

fn check(countries: &[Country]) -> Result<(), Problem> {
    let mut check = Check::new();
    check.ensure(!countries.is_empty(), "/countries", "required", "at least one country");
    for (at, country) in countries.iter().enumerate() {
        let listed = built_in_taxes().iter().any(|row| row.country == *country);
        check.ensure(listed, &format!("/countries/{at}"), "not_listed", "the table has no taxes of this country");
    }
    check.done()
}

fn built_in(countries: &[Country]) -> impl Iterator<Item = &'static TabledTax> {
    built_in_taxes().iter().filter(|row| countries.contains(&row.country))
}
