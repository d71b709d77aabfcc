//! Making a tax policy the default.

use crate::kernel::{Answer, Call, Id};
use crate::taxes::policies::views::{TaxPolicyView, reply};
use actix_web::post;
use comptoir_db::{sellers, taxes};
use comptoir_domain::TaxPolicyId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Make a tax policy the default
///
/// The default until now is no longer it.
#[utoipa::path(tag = "taxes", params(("id" = TaxPolicyId, Path)), responses((status = 200, body = TaxPolicyView, description = "The default")))]
#[post("/v1/tax-policies/{id}/make-default")]
pub async fn make_tax_policy_default(call: Call<may::WriteTaxes>, id: Id<TaxPolicyId>) -> Answer {
    call.write(move |tx, ctx| {
        sellers::take_turn(tx, ctx.scope)?;
        let mut row = taxes::lock(tx, ctx.scope, id.0)?;
        if !row.is_default {
            taxes::clear_default(tx, ctx.scope)?;
            row.is_default = true;
            taxes::save(tx, &mut row)?;
            ctx.record(tx, "tax_policy.made_default", row.id, json!({ "name": row.name }))?;
        }
        Ok(reply(row))
    })
    .await
}
