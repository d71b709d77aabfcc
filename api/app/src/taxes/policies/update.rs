//! Renaming a tax policy.

use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use crate::taxes::policies::views::{TaxPolicyPatch, TaxPolicyView, check, reply};
use actix_web::patch;
use comptoir_db::taxes;
use comptoir_domain::TaxPolicyId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a tax policy
#[utoipa::path(tag = "taxes", params(("id" = TaxPolicyId, Path)), request_body = TaxPolicyPatch, responses((status = 200, body = TaxPolicyView, description = "The policy as it is now")))]
#[patch("/v1/tax-policies/{id}")]
pub async fn update_tax_policy(
    call: Call<may::WriteTaxes>,
    id: Id<TaxPolicyId>,
    seen: IfMatch,
    body: Body<TaxPolicyPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = taxes::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        body.0.clone().name.apply(&mut row.name);
        check(&row.name)?;
        taxes::save(tx, &mut row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "tax_policy.updated", row.id, json!({ "name": row.name }))?;
        Ok(reply(row))
    })
    .await
}
