//! Setting the status of a subscription by hand (SUB-02). What has a use case of its own is refused with its name.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id};
use crate::subscriptions::hold::{apply, held};
use crate::subscriptions::read::reply;
use crate::subscriptions::views::SubscriptionView;
use actix_web::post;
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{SubscriptionStatus, set_by_hand};
use comptoir_domain::{Check, SubscriptionId};

/// Where a subscription is to stand.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "stopped", "reason": "waits for the client's texts"}))]
pub struct SubscriptionStatusSet {
    /// The status: one of those that may follow by hand (`GET /v1/subscription-statuses`).
    pub status: SubscriptionStatus,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Set the status of a subscription by hand
///
/// `suspended` places a hold that no payment lifts, and `active` lifts it; with a control panel, its calls do that. The
/// others are notes: what is delivered stays as it is, and while a subscription stands at one that is not invoiced,
/// nothing is charged, nor is that made up for later.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionStatusSet,
    responses((status = 200, body = SubscriptionView, description = "It stands there now")))]
#[post("/v1/subscriptions/{id}/status")]
pub async fn set_subscription_status(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionStatusSet>,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = set_status(tx, ctx, id.0, &body.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Sets the status, with the holds and services that follow.
pub fn set_status(
    tx: &mut Db,
    ctx: &Ctx,
    id: SubscriptionId,
    wanted: &SubscriptionStatusSet,
) -> Outcome<SubscriptionRow> {
    let (row, holds, has_panel) = held(tx, ctx, id)?;
    let mut check = Check::new();
    check.paragraphs("/reason", &wanted.reason, 500);
    check.done()?;
    let change = set_by_hand(row.status, &holds, wanted.status, has_panel)?;
    apply(tx, ctx, row, &holds, change, &wanted.reason)
}
