//! Removing a tax policy that nothing uses.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::taxes;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, TaxPolicyId};
use serde_json::json;

/// Delete a tax policy
///
/// Its rules go with it. Documents keep the taxes that are written on them.
#[utoipa::path(tag = "taxes", params(("id" = TaxPolicyId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/tax-policies/{id}")]
pub async fn delete_tax_policy(call: Call<may::WriteTaxes>, id: Id<TaxPolicyId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = taxes::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        if row.is_default {
            return Err(Problem::new(Code::Conflict, "it is the default: make another one the default first").into());
        }
        if taxes::is_used(tx, ctx.scope, row.id)? {
            let detail = "plans, add-ons or subscriptions are taxed by it: give the plans another one first";
            return Err(Problem::new(Code::InUse, detail).into());
        }
        taxes::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "tax_policy.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
