//! A new tax policy.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::taxes::policies::views::{TaxPolicyCreate, TaxPolicyView, check};
use actix_web::post;
use comptoir_db::sellers::{self, SellerRow};
use comptoir_db::taxes::{self, TaxPolicyRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use serde_json::json;

/// Create a tax policy
///
/// Every seller begins with one that is the default, and may make another the default.
#[utoipa::path(tag = "taxes", request_body = TaxPolicyCreate, responses((status = 201, body = TaxPolicyView, description = "Created")))]
#[post("/v1/tax-policies")]
pub async fn create_tax_policy(call: Call<may::WriteTaxes>, body: Body<TaxPolicyCreate>) -> Answer {
    call.write(move |tx, ctx| {
        check(&body.0.name)?;
        sellers::take_turn(tx, ctx.scope)?;
        let row = TaxPolicyRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name: body.0.name.clone(),
            is_default: taxes::default_policy(tx, ctx.scope)?.is_none(),
            created_at: ctx.now,
            version: 1,
        };
        taxes::insert(tx, &row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "tax_policy.created", row.id, json!({ "name": row.name, "is_default": row.is_default }))?;
        let location = format!("/v1/tax-policies/{}", row.id);
        Ok(Reply::created(&TaxPolicyView::from(row), location).version(1))
    })
    .await
}

/// Writes the policy that a new seller begins with (TAX-02): without rules nothing is taxed.
pub fn open_default(tx: &mut Db, seller: &SellerRow) -> Outcome<()> {
    let row = TaxPolicyRow {
        seller_id: seller.id,
        id: fresh(),
        name: "Standard".into(),
        is_default: true,
        created_at: seller.created_at,
        version: 1,
    };
    taxes::insert(tx, &row)
}
