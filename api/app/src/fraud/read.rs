//! Reading fraud checks.

use crate::fraud::views::{FraudCheckList, FraudCheckView};
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::fraud::checks::{self, FraudCheckFilter, FraudCheckRow};
use comptoir_db::{clients, orders};
use comptoir_domain::fraud::FraudCheckState;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, FraudCheckId, OrderId, Problem};

/// Which checks.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FraudCheckQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<FraudCheckState>>, style = Form, explode = false)]
    state: AnyOf<FraudCheckState>,
    /// Of one client.
    client_id: Option<ClientId>,
    /// Of one order.
    order_id: Option<OrderId>,
    /// Of orders from this IP address.
    ip: Option<String>,
    /// Of orders with this mail address.
    email: Option<String>,
}

impl Filters for FraudCheckQuery {}

/// List fraud checks
#[utoipa::path(tag = "fraud", params(ListParameters, FraudCheckQuery), responses((status = 200, body = FraudCheckList, description = "A page")))]
#[get("/v1/fraud-checks")]
pub async fn list_fraud_checks(call: Call<may::ReadOrders>, list: List<FraudCheckQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = FraudCheckFilter {
        state: query.state.0.clone(),
        client_id: query.client_id,
        order_id: query.order_id,
        ip: query.ip.clone(),
        mail: query.email.clone(),
    };
    let slice = call.read(move |db, ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        if let Some(order) = filter.order_id {
            orders::find(db, ctx.scope, order)?;
        }
        checks::list(db, ctx.scope, &filter, &page)
    });
    let slice = slice.await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&FraudCheckList { data: slice.rows.into_iter().map(FraudCheckView::from).collect(), next_cursor }))
}

/// Get a fraud check
#[utoipa::path(tag = "fraud", params(("id" = FraudCheckId, Path)), responses((status = 200, body = FraudCheckView, description = "The check")))]
#[get("/v1/fraud-checks/{id}")]
pub async fn get_fraud_check(call: Call<may::ReadOrders>, id: Id<FraudCheckId>) -> Answer {
    Ok(reply(call.read(move |db, ctx| checks::find(db, ctx.scope, id.0)).await?))
}

/// Get the fraud check of an order
///
/// 404 if the order was not checked.
#[utoipa::path(tag = "fraud", params(("id" = OrderId, Path)), responses((status = 200, body = FraudCheckView, description = "The check")))]
#[get("/v1/orders/{id}/fraud-check")]
pub async fn get_fraud_check_of_order(call: Call<may::ReadOrders>, id: Id<OrderId>) -> Answer {
    let found = call.read(move |db, ctx| {
        orders::find(db, ctx.scope, id.0)?;
        checks::of_order(db, ctx.scope, id.0)
    });
    Ok(reply(found.await?.ok_or_else(Problem::not_found)?))
}

/// The answer that shows a check.
pub fn reply(row: FraudCheckRow) -> Reply {
    let version = row.version;
    Reply::ok(&FraudCheckView::from(row)).version(version)
}
