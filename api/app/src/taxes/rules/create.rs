//! A new tax rule.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::taxes::rules::views::{TaxRuleCreate, TaxRuleView, check};
use actix_web::post;
use comptoir_db::taxes;
use comptoir_db::taxes::rules::{self, TaxRuleRow};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::TaxRule;
use serde_json::json;

/// Create a tax rule
#[utoipa::path(tag = "taxes", request_body = TaxRuleCreate, responses((status = 201, body = TaxRuleView, description = "Created")))]
#[post("/v1/tax-rules")]
pub async fn create_tax_rule(call: Call<may::WriteTaxes>, body: Body<TaxRuleCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let wanted = body.0.clone();
        let policy = taxes::find(tx, ctx.scope, wanted.tax_policy_id)?;
        let rule = TaxRule {
            id: fresh(),
            name: wanted.name,
            location: wanted.location,
            rate: wanted.rate,
            stage: wanted.stage,
            valid_from: wanted.valid_from,
            valid_to: wanted.valid_to,
        };
        check(&rule)?;
        let row = TaxRuleRow::new(ctx.scope, policy.id, rule, ctx.now);
        rules::insert(tx, &row)?;
        let view = TaxRuleView::new(&row)?;
        ctx.record(
            tx,
            "tax_rule.created",
            row.id,
            json!({ "name": view.name, "location": view.location, "rate": view.rate }),
        )?;
        Ok(Reply::created(&view, format!("/v1/tax-rules/{}", row.id)).version(1))
    })
    .await
}
