//! Changing a store. Its currency, code and kind stay: prices, addresses and plans hang on them. So does what its prices
//! include, while someone pays them.

use crate::kernel::{Answer, Body, Call, Change, Id, IfMatch};
use crate::stores::gateways::check_gateways;
use crate::stores::views::{StorePatch, StoreView, check, reply};
use actix_web::patch;
use comptoir_db::stores::{self, StoreRow};
use comptoir_db::subscriptions;
use comptoir_domain::permissions::may;
use comptoir_domain::quotes::PriceBasis;
use comptoir_domain::{Code, Problem, StoreId};
use serde_json::json;

/// Change a store
#[utoipa::path(tag = "stores", params(("id" = StoreId, Path)), request_body = StorePatch, responses((status = 200, body = StoreView, description = "The store as it is now")))]
#[patch("/v1/stores/{id}")]
pub async fn update_store(
    call: Call<may::WriteStores>,
    id: Id<StoreId>,
    seen: IfMatch,
    body: Body<StorePatch>,
) -> Answer {
    let gateways = call.state().gateways.clone();
    call.write(move |tx, ctx| {
        let mut row = stores::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let (basis, offered) = (row.price_basis, row.gateways.0.clone());
        apply(body.0.clone(), &mut row);
        check(&row)?;
        if row.gateways.0 != offered {
            check_gateways(tx, ctx, &gateways, &row)?;
        }
        if row.price_basis != basis && subscriptions::runs_in_store(tx, ctx.scope, row.id)? {
            return Err(would_cost_another(basis).into());
        }
        stores::save(tx, &mut row)?;
        ctx.record(tx, "store.updated", row.id, json!({ "name": row.name, "is_open": row.is_open }))?;
        Ok(reply(row))
    })
    .await
}

fn would_cost_another(basis: PriceBasis) -> Problem {
    let detail = format!("subscriptions of this store are charged by it: it stays {basis} until they are over");
    Problem::new(Code::InUse, detail).at("/price_basis", "in_use", "open another store")
}

fn apply(patch: StorePatch, row: &mut StoreRow) {
    patch.name.apply(&mut row.name);
    patch.is_open.apply(&mut row.is_open);
    patch.locales.apply(&mut row.locales.0);
    patch.price_basis.apply(&mut row.price_basis);
    patch.gateways.apply(&mut row.gateways.0);
    patch.domain_options.apply(&mut row.domain_options.0);
    patch.require_vat_number.apply(&mut row.require_vat_number);
    patch.theme.apply(&mut row.theme);
    patch.landing.apply(&mut row.landing);
    if let Change::To(terms) = patch.terms {
        for (locale, text) in terms {
            match text {
                Some(text) => row.terms.0.insert(locale, text),
                None => row.terms.0.remove(&locale),
            };
        }
    }
}
