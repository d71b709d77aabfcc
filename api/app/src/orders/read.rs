//! Reading orders.

use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::orders::views::{OrderList, OrderView};
use actix_web::get;
use comptoir_db::orders::{self, OrderFilter, OrderRow};
use comptoir_db::{Db, Outcome, clients, invoices, subscriptions};
use comptoir_domain::orders::OrderState;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, OrderId, Problem};

/// Which orders.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<OrderState>>, style = Form, explode = false)]
    state: AnyOf<OrderState>,
    /// Of one client.
    client_id: Option<ClientId>,
}

impl Filters for OrderQuery {
    const SORTS: &'static [&'static str] = &["number"];
}

/// List orders
#[utoipa::path(tag = "orders", params(ListParameters, OrderQuery), responses((status = 200, body = OrderList, description = "A page")))]
#[get("/v1/orders")]
pub async fn list_orders(call: Call<may::ReadOrders>, list: List<OrderQuery>) -> Answer {
    let page = list.page.clone();
    let filter = OrderFilter { state: list.filters.state.0.clone(), client_id: list.filters.client_id, store_id: None };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        let slice = orders::list(db, ctx.scope, &filter, &page)?;
        let next = slice.next.clone();
        Ok((views(db, ctx, slice.rows)?, next))
    };
    let (data, next) = call.read(work).await?;
    Ok(Reply::ok(&OrderList { data, next_cursor: list.cursor_text(next.as_ref()) }))
}

/// Get an order
#[utoipa::path(tag = "orders", params(("id" = OrderId, Path)), responses((status = 200, body = OrderView, description = "The order")))]
#[get("/v1/orders/{id}")]
pub async fn get_order(call: Call<may::ReadOrders>, id: Id<OrderId>) -> Answer {
    call.read(move |db, ctx| {
        let row = orders::find(db, ctx.scope, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// Get one of your orders
#[utoipa::path(tag = "me", params(("id" = OrderId, Path)), responses((status = 200, body = OrderView, description = "The order")))]
#[get("/v1/me/orders/{id}")]
pub async fn get_my_order(call: Call<may::Own>, id: Id<OrderId>) -> Answer {
    call.read(move |db, ctx| {
        let row = orders::find(db, ctx.scope, id.0)?;
        if row.client_id != ctx.client()?.1 {
            return Err(Problem::not_found().into());
        }
        let version = row.version;
        Ok(Reply::ok(&view(db, ctx, row)?.told()).version(version))
    })
    .await
}

/// The answer that shows an order.
pub fn reply(db: &mut Db, ctx: &Ctx, row: OrderRow) -> Outcome<Reply> {
    let version = row.version;
    Ok(Reply::ok(&view(db, ctx, row)?).version(version))
}

fn view(db: &mut Db, ctx: &Ctx, row: OrderRow) -> Outcome<OrderView> {
    Ok(views(db, ctx, vec![row])?.pop().ok_or_else(Problem::not_found)?)
}

/// The views of some orders, with two queries however many there are.
fn views(db: &mut Db, ctx: &Ctx, rows: Vec<OrderRow>) -> Outcome<Vec<OrderView>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let invoices = invoices::of_orders(db, ctx.scope, &ids)?;
    let subscriptions = subscriptions::of_orders(db, ctx.scope, &ids)?;
    let view = rows.iter().map(|row| {
        let invoice = invoices.iter().find(|(order, _)| *order == row.id).map(|(_, invoice)| *invoice);
        let theirs = subscriptions.iter().filter(|(order, _)| *order == row.id).map(|(_, id)| *id);
        OrderView::new(row, invoice, theirs.collect())
    });
    Ok(view.collect())
}
