//! By which gateways a store can be paid: those that are there and take its currency. Clients pay by no others.

use crate::gateways::ready::Gateways;
use crate::kernel::call::Ctx;
use comptoir_db::stores::{self, StoreRow};
use comptoir_db::{Db, Outcome, orders};
use comptoir_domain::{Check, OrderId, Problem};

/// Refuses gateways that are not set up, or do not take what the store sells for.
pub fn check_gateways(db: &mut Db, ctx: &Ctx, gateways: &Gateways, store: &StoreRow) -> Outcome<()> {
    let mut check = Check::new();
    for (at, code) in store.gateways.0.iter().enumerate() {
        let place = format!("/gateways/{at}");
        match gateways.find(db, ctx.scope, code.as_str())? {
            Some(ready) => {
                let takes = ready.gateway.takes(store.currency);
                check.ensure(takes, &place, "other_currency", &format!("it does not take {}", store.currency));
            }
            None => check.ensure(false, &place, "unknown", "set it up first: POST /v1/gateways"),
        }
    }
    Ok(check.done()?)
}

/// Refuses a gateway that no store offers to its clients, at `/gateway`: neither one that is open nor that of their order.
pub fn check_offered(db: &mut Db, ctx: &Ctx, order: Option<OrderId>, code: &str) -> Outcome<()> {
    let mut stores = stores::open_to_clients(db, ctx.scope)?;
    if let Some(order) = order {
        let store = orders::find(db, ctx.scope, order)?.store_id;
        stores.push(stores::find(db, ctx.scope, store)?);
    }
    if stores.iter().flat_map(|store| &store.gateways.0).any(|offered| offered.as_str() == code) {
        return Ok(());
    }
    Err(Problem::field("/gateway", "not_offered", "it cannot be used here: choose another one").into())
}
