//! What a subscription would get: a plan with add-ons (CAT-03).

use crate::kernel::{Answer, Body, Call, Id, Reply};
use actix_web::post;
use comptoir_db::{add_ons, plans};
use comptoir_domain::hosting::{Properties, merge};
use comptoir_domain::permissions::may;
use comptoir_domain::{AddOnId, PlanId};

/// The add-ons to try.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_on_ids": ["ado_000g40o40k30e209185go38e1s"]}))]
pub struct PlanMergePreview {
    /// In the order in which they are bought; offered by the plan or not.
    pub add_on_ids: Vec<AddOnId>,
}

/// The properties of a plan with add-ons.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PlanMergeView {
    /// What a subscription would get.
    pub properties: Properties,
}

/// Preview a plan with add-ons
///
/// Nothing is stored.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = PlanMergePreview, responses((status = 200, body = PlanMergeView, description = "What a subscription would get")))]
#[post("/v1/plans/{id}/merge-preview")]
pub async fn preview_plan_merge(call: Call<may::ReadCatalog>, id: Id<PlanId>, body: Body<PlanMergePreview>) -> Answer {
    call.read(move |db, ctx| {
        let plan = plans::find(db, ctx.scope, id.0)?;
        let chosen = add_ons::find_many(db, ctx.scope, &body.0.add_on_ids)?;
        let properties = merge(&plan.properties.0, chosen.iter().map(|add_on| &add_on.properties.0));
        Ok(Reply::ok(&PlanMergeView { properties }))
    })
    .await
}
