//! Reading services, as the seller and as the client.

use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::services::views::{ServiceList, ServiceView};
use actix_web::get;
use comptoir_db::services::{self, ServiceFilter};
use comptoir_db::{Db, Slice, clients, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::services::ServiceKind;
use comptoir_domain::subscriptions::ServiceState;
use comptoir_domain::{ClientId, Problem, ServiceId, SubscriptionId};

/// Which services.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ServiceQuery {
    /// Of one of these kinds.
    #[serde(default)]
    #[param(value_type = Option<Vec<ServiceKind>>, style = Form, explode = false)]
    kind: AnyOf<ServiceKind>,
    /// That should be one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<ServiceState>>, style = Form, explode = false)]
    desired: AnyOf<ServiceState>,
    /// That were last seen as one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<ServiceState>>, style = Form, explode = false)]
    observed: AnyOf<ServiceState>,
    /// That are as they should be, or not.
    is_settled: Option<bool>,
    /// Of one subscription.
    subscription_id: Option<SubscriptionId>,
    /// Of one client.
    client_id: Option<ClientId>,
}

impl Filters for ServiceQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List services
#[utoipa::path(tag = "services", params(ListParameters, ServiceQuery), responses((status = 200, body = ServiceList, description = "A page")))]
#[get("/v1/services")]
pub async fn list_services(call: Call<may::ReadSubscriptions>, list: List<ServiceQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = ServiceFilter {
        kind: query.kind.0.clone(),
        desired: query.desired.0.clone(),
        observed: query.observed.0.clone(),
        is_settled: query.is_settled,
        subscription_id: query.subscription_id,
        client_id: query.client_id,
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        if let Some(subscription) = filter.subscription_id {
            subscriptions::find(db, ctx.scope, subscription)?;
        }
        services::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&ServiceList { data: data(&slice), next_cursor }))
}

/// Get a service
#[utoipa::path(tag = "services", params(("id" = ServiceId, Path)), responses((status = 200, body = ServiceView, description = "The service")))]
#[get("/v1/services/{id}")]
pub async fn get_service(call: Call<may::ReadSubscriptions>, id: Id<ServiceId>) -> Answer {
    let row = call.read(move |db, ctx| services::find(db, ctx.scope, id.0)).await?;
    Ok(Reply::ok(&ServiceView::from(&row)).version(row.version))
}

/// Which of your services.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MyServiceQuery {}

impl Filters for MyServiceQuery {}

/// List your services
#[utoipa::path(tag = "me", params(ListParameters), responses((status = 200, body = ServiceList, description = "A page")))]
#[get("/v1/me/services")]
pub async fn list_my_services(call: Call<may::Own>, list: List<MyServiceQuery>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let filter = ServiceFilter { client_id: Some(ctx.client()?.1), ..ServiceFilter::default() };
        services::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&ServiceList { data: data(&slice), next_cursor }))
}

/// Get one of your services
#[utoipa::path(tag = "me", params(("id" = ServiceId, Path)), responses((status = 200, body = ServiceView, description = "The service")))]
#[get("/v1/me/services/{id}")]
pub async fn get_my_service(call: Call<may::Own>, id: Id<ServiceId>) -> Answer {
    let work = move |db: &mut Db, ctx: &Ctx| {
        let row = services::find(db, ctx.scope, id.0)?;
        let owner = subscriptions::find(db, ctx.scope, row.subscription_id)?.client_id;
        if owner == ctx.client()?.1 { Ok(row) } else { Err(Problem::not_found().into()) }
    };
    let row = call.read(work).await?;
    Ok(Reply::ok(&ServiceView::from(&row)).version(row.version))
}

fn data(slice: &Slice<services::ServiceRow>) -> Vec<ServiceView> {
    slice.rows.iter().map(ServiceView::from).collect()
}
