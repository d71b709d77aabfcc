//! Renaming a tax rule and moving its dates. Its rate and its place stay: documents of other days were taxed by them.

use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use crate::taxes::rules::views::{TaxRulePatch, TaxRuleView, check, reply};
use actix_web::patch;
use comptoir_db::taxes::rules;
use comptoir_domain::TaxRuleId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a tax rule
///
/// A change of the rate is a new rule: end this one by `valid_to` and create another one from the next day on.
#[utoipa::path(tag = "taxes", params(("id" = TaxRuleId, Path)), request_body = TaxRulePatch, responses((status = 200, body = TaxRuleView, description = "The rule as it is now")))]
#[patch("/v1/tax-rules/{id}")]
pub async fn update_tax_rule(
    call: Call<may::WriteTaxes>,
    id: Id<TaxRuleId>,
    seen: IfMatch,
    body: Body<TaxRulePatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = rules::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let patch = body.0.clone();
        patch.name.apply(&mut row.name);
        patch.valid_from.apply(&mut row.valid_from);
        patch.valid_to.apply(&mut row.valid_to);
        check(&row.rule()?)?;
        rules::save(tx, &mut row)?;
        let facts = json!({ "name": row.name, "valid_from": row.valid_from, "valid_to": row.valid_to });
        ctx.record(tx, "tax_rule.updated", row.id, facts)?;
        reply(&row)
    })
    .await
}
