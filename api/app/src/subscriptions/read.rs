//! Reading subscriptions, as the seller and as the client.

use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::subscriptions::views::{SubscriptionList, SubscriptionView, views};
use actix_web::get;
use comptoir_db::subscriptions::{self, SubscriptionFilter, SubscriptionRow};
use comptoir_db::{Db, Failure, Outcome, clients};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{ClientId, Problem, SubscriptionId};

/// Which subscriptions.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubscriptionQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<SubscriptionStatus>>, style = Form, explode = false)]
    status: AnyOf<SubscriptionStatus>,
    /// Of one client.
    client_id: Option<ClientId>,
    /// With this name.
    name: Option<String>,
}

impl Filters for SubscriptionQuery {
    const SORTS: &'static [&'static str] = &["number"];
}

/// List subscriptions
#[utoipa::path(tag = "subscriptions", params(ListParameters, SubscriptionQuery), responses((status = 200, body = SubscriptionList, description = "A page")))]
#[get("/v1/subscriptions")]
pub async fn list_subscriptions(call: Call<may::ReadSubscriptions>, list: List<SubscriptionQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = SubscriptionFilter {
        status: query.status.0.clone(),
        client_id: query.client_id,
        name: query.name.clone(),
        ..Default::default()
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        let slice = subscriptions::list(db, ctx.scope, &filter, &page)?;
        let next = slice.next.clone();
        Ok((views(db, ctx, slice.rows)?, next))
    };
    let (data, next) = call.read(work).await?;
    Ok(Reply::ok(&SubscriptionList { data, next_cursor: list.cursor_text(next.as_ref()) }))
}

/// Get a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), responses((status = 200, body = SubscriptionView, description = "The subscription")))]
#[get("/v1/subscriptions/{id}")]
pub async fn get_subscription(call: Call<may::ReadSubscriptions>, id: Id<SubscriptionId>) -> Answer {
    call.read(move |db, ctx| {
        let row = subscriptions::find(db, ctx.scope, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// Which of your subscriptions.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MySubscriptionQuery {}

impl Filters for MySubscriptionQuery {}

/// List your subscriptions
#[utoipa::path(tag = "me", params(ListParameters), responses((status = 200, body = SubscriptionList, description = "A page")))]
#[get("/v1/me/subscriptions")]
pub async fn list_my_subscriptions(call: Call<may::Own>, list: List<MySubscriptionQuery>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let filter = SubscriptionFilter { client_id: Some(ctx.client()?.1), ..Default::default() };
        let slice = subscriptions::list(db, ctx.scope, &filter, &page)?;
        let next = slice.next.clone();
        Ok((views(db, ctx, slice.rows)?, next))
    };
    let (data, next) = call.read(work).await?;
    Ok(Reply::ok(&SubscriptionList { data, next_cursor: list.cursor_text(next.as_ref()) }))
}

/// Get one of your subscriptions
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path)), responses((status = 200, body = SubscriptionView, description = "The subscription")))]
#[get("/v1/me/subscriptions/{id}")]
pub async fn get_my_subscription(call: Call<may::Own>, id: Id<SubscriptionId>) -> Answer {
    call.read(move |db, ctx| {
        let row = own(db, ctx, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// A subscription of the client that calls.
pub fn own(db: &mut Db, ctx: &Ctx, id: SubscriptionId) -> Outcome<SubscriptionRow> {
    let row = subscriptions::find(db, ctx.scope, id)?;
    if row.client_id == ctx.client()?.1 { Ok(row) } else { Err(Problem::not_found().into()) }
}

/// The answer that shows a subscription.
pub fn reply(db: &mut Db, ctx: &Ctx, row: SubscriptionRow) -> Outcome<Reply> {
    let version = row.version;
    let view = views(db, ctx, vec![row])?.pop().ok_or_else(|| Failure::Corrupt("no view".into()))?;
    Ok(Reply::ok(&view).version(version))
}
