//! By which gateways a store can be paid: those that are there and take its currency.

use crate::gateways::ready::Gateways;
use crate::kernel::call::Ctx;
use comptoir_db::stores::StoreRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::Check;

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
