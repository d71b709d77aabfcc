//! The prices of an add-on: new versions and history.

use crate::kernel::query::ListParameters;
use crate::kernel::{Answer, Body, Call, Id, List, Reply};
use crate::prices::{PriceCreate, PriceList, PriceQuery, PriceView, add, page};
use actix_web::{get, post};
use comptoir_db::add_ons;
use comptoir_db::prices::{self, Priced};
use comptoir_domain::AddOnId;
use comptoir_domain::permissions::may;

/// Change or add a price of an add-on
///
/// The price of the same cycle and currency ends on the first day of the new one; what was charged stays.
#[utoipa::path(tag = "add_ons", params(("id" = AddOnId, Path)), request_body = PriceCreate, responses((status = 201, body = PriceView, description = "Created")))]
#[post("/v1/add-ons/{id}/prices")]
pub async fn create_add_on_price(call: Call<may::WriteCatalog>, id: Id<AddOnId>, body: Body<PriceCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let mut add_on = add_ons::lock(tx, ctx.scope, id.0)?;
        let row = add(tx, ctx, Priced::AddOn(add_on.id), &body.0)?;
        add_ons::save(tx, &mut add_on)?;
        Ok(Reply::created(&PriceView::from(row), format!("/v1/add-ons/{}/prices", add_on.id)))
    })
    .await
}

/// List the prices of an add-on
///
/// All versions: past, present and announced.
#[utoipa::path(tag = "add_ons", params(("id" = AddOnId, Path), ListParameters, PriceQuery), responses((status = 200, body = PriceList, description = "A page")))]
#[get("/v1/add-ons/{id}/prices")]
pub async fn list_add_on_prices(call: Call<may::ReadCatalog>, id: Id<AddOnId>, list: List<PriceQuery>) -> Answer {
    let (filter, part) = (list.filters.filter(), list.page.clone());
    let slice = call.read(move |db, ctx| {
        let add_on = add_ons::find(db, ctx.scope, id.0)?;
        prices::list(db, ctx.scope, Priced::AddOn(add_on.id), &filter, &part)
    });
    Ok(page(&list, slice.await?))
}
