//! Removing a tax rule. Documents keep the taxes that are written on them.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::taxes::rules;
use comptoir_domain::TaxRuleId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Delete a tax rule
///
/// For one that was never right. One that was right until some day is ended by `valid_to`.
#[utoipa::path(tag = "taxes", params(("id" = TaxRuleId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/tax-rules/{id}")]
pub async fn delete_tax_rule(call: Call<may::WriteTaxes>, id: Id<TaxRuleId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = rules::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        rules::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "tax_rule.deleted", row.id, json!({ "name": row.name, "tax_policy_id": row.tax_policy_id }))?;
        Ok(Reply::no_content())
    })
    .await
}
