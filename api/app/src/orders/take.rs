//! An order that an administrator takes for a client, by telephone say (SUB-01): what the store offers, but from another
//! day or for another price if that was agreed. The invoice is issued at once, and paid like any other.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::orders::place::{Placed, Sale, sell};
use crate::orders::views::{OrderCreate, OrderPreviewView, OrderTerms, OrderView};
use crate::payment_methods::shares::{can_be_named, name};
use crate::quotes::compute::{Quoted, quote};
use crate::taxes::treat::buyer_of;
use actix_web::post;
use comptoir_db::clients::ClientRow;
use comptoir_db::{Db, Outcome, clients, own_clients, stores};
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::orders::Cart;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Code, Problem};

/// Days that an order may begin in the past or in the future.
pub const LONGEST_WAY: i64 = 366;

/// Take an order for a client
///
/// Makes the subscriptions and issues their first invoice. A stored payment method is charged by the next payment run.
#[utoipa::path(tag = "orders", request_body = OrderCreate, responses((status = 201, body = OrderView, description = "Ordered")))]
#[post("/v1/orders")]
pub async fn take_order(call: Call<may::WriteOrders>, body: Body<OrderCreate>) -> Answer {
    let wanted = body.into_inner();
    call.write_once(move |tx, ctx| {
        let client = clients::lock(tx, ctx.scope, wanted.client_id)?;
        let view = OrderView::from(&take(tx, ctx, &client, &wanted.order)?);
        let location = format!("/v1/orders/{}", view.id);
        Ok(Reply::created(&view, location))
    })
    .await
}

/// Preview an order for a client
#[utoipa::path(tag = "orders", request_body = OrderCreate, responses((status = 200, body = OrderPreviewView, description = "What it would come to")))]
#[post("/v1/orders/preview")]
pub async fn preview_order(call: Call<may::WriteOrders>, body: Body<OrderCreate>) -> Answer {
    let wanted = body.into_inner();
    call.read(move |db, ctx| {
        let client = clients::find(db, ctx.scope, wanted.client_id)?;
        let (quoted, _) = work_out(db, ctx, &client, &wanted.order)?;
        Ok(Reply::ok(&OrderPreviewView::from(&quoted)))
    })
    .await
}

/// Places an order in a client's name; places in refusals are below `/order`.
pub fn take(tx: &mut Db, ctx: &Ctx, client: &ClientRow, terms: &OrderTerms) -> Outcome<Placed> {
    let (quoted, cart) = work_out(tx, ctx, client, terms)?;
    let gateway = terms.gateway;
    let sale = Sale { quoted: &quoted, cart: &cart, client, gateway, on_account: true, is_accepted: true };
    let placed = sell(tx, ctx, &sale).map_err(|failure| failure.under("/order"))?;
    placed.subscriptions.iter().try_for_each(|row| name(tx, ctx, row, terms.payment_method_id))?;
    Ok(placed)
}

fn work_out(db: &mut Db, ctx: &Ctx, client: &ClientRow, terms: &OrderTerms) -> Outcome<(Quoted, Cart)> {
    buys(client)?;
    pays(db, ctx, client.id)?;
    if terms.starts_on.is_some_and(|day| (day - ctx.today()).num_days().abs() > LONGEST_WAY) {
        return Err(Problem::field("/order/starts_on", "out_of_range", "at most a year from today").into());
    }
    can_be_named(db, ctx, client.id, terms.gateway, terms.payment_method_id)
        .map_err(|failure| failure.under("/order"))?;
    let store = stores::named_or_default(db, ctx.scope, terms.store_id)?;
    let cart = Cart::from(terms);
    let quoted = quote(db, ctx, store.id, &cart, &buyer_of(client), Some(client.id));
    Ok((quoted.map_err(|failure| failure.under("/order"))?, cart))
}

/// Refuses the client that stands for the seller: nothing is ever charged to it (SUB-10).
pub fn pays(db: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<()> {
    if own_clients::find(db, ctx.scope)? != Some(client) {
        return Ok(());
    }
    let problem = Problem::new(Code::WrongState, "nothing is charged to the client that stands for the seller");
    let way = "create a custom subscription without a price, or transfer one to the seller";
    Err(problem.at("/client_id", "sellers_own", way).into())
}

/// Refuses someone who buys nothing any more.
pub fn buys(client: &ClientRow) -> Result<(), Problem> {
    if client.status == ClientStatus::Active && client.archived_at.is_none() {
        return Ok(());
    }
    let problem = Problem::new(Code::WrongState, "only an active client can buy");
    Err(problem.at("/client_id", "wrong_state", "activate the client first"))
}
