//! What programs keep with a subscription (SUB-08). Properties are read and saved all together, and are part of the
//! subscription: its version is theirs.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::named_values::{PropertiesReplace, PropertiesView};
use actix_web::{get, put};
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome, subscription_properties, subscriptions};
use comptoir_domain::named_values::check_all;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, SubscriptionId};
use serde_json::json;

/// Get the properties of a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), responses((status = 200, body = PropertiesView, description = "The properties")))]
#[get("/v1/subscriptions/{id}/properties")]
pub async fn get_subscription_properties(call: Call<may::ReadSubscriptions>, id: Id<SubscriptionId>) -> Answer {
    call.read(move |db, ctx| {
        let row = subscriptions::find(db, ctx.scope, id.0)?;
        reply(db, ctx, &row)
    })
    .await
}

/// Replace the properties of a subscription
///
/// What is left out is gone.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = PropertiesReplace,
    responses((status = 200, body = PropertiesView, description = "The properties as they are now")))]
#[put("/v1/subscriptions/{id}/properties")]
pub async fn replace_subscription_properties(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    seen: IfMatch,
    body: Body<PropertiesReplace>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = subscriptions::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let properties = &body.0.properties;
        let mut check = Check::new();
        check_all(&mut check, properties);
        check.done()?;
        subscription_properties::replace(tx, ctx.scope, row.id, properties)?;
        subscriptions::save(tx, &mut row)?;
        ctx.record(tx, "subscription.properties_replaced", row.id, json!({ "properties": properties }))?;
        reply(tx, ctx, &row)
    })
    .await
}

fn reply(db: &mut Db, ctx: &Ctx, row: &SubscriptionRow) -> Outcome<Reply> {
    let properties = subscription_properties::of(db, ctx.scope, row.id)?;
    Ok(Reply::ok(&PropertiesView { properties }).version(row.version))
}
