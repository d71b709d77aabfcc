//! The history of prices.

use crate::kernel::query::Filters;
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::prices::{PriceList, PriceView};
use actix_web::get;
use comptoir_db::Slice;
use comptoir_db::prices::{self, PriceFilter, PriceRow};
use comptoir_domain::permissions::may;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{Currency, PriceId};

/// Get a price
///
/// One version of it.
#[utoipa::path(tag = "prices", params(("id" = PriceId, Path)), responses((status = 200, body = PriceView, description = "The price")))]
#[get("/v1/prices/{id}")]
pub async fn get_price(call: Call<may::ReadCatalog>, id: Id<PriceId>) -> Answer {
    call.read(move |db, ctx| Ok(Reply::ok(&PriceView::from(prices::find(db, ctx.scope, id.0)?)))).await
}

/// Which prices.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PriceQuery {
    /// For this billing cycle.
    cycle: Option<Cycle>,
    /// In this currency.
    currency: Option<Currency>,
}

impl Filters for PriceQuery {
    const SORTS: &'static [&'static str] = &["valid_from"];
}

impl PriceQuery {
    /// The same for the database.
    pub fn filter(&self) -> PriceFilter {
        PriceFilter { cycle: self.cycle, currency: self.currency }
    }
}

/// One page of prices.
pub fn page(list: &List<PriceQuery>, slice: Slice<PriceRow>) -> Reply {
    let next_cursor = list.next_cursor(&slice);
    Reply::ok(&PriceList { data: slice.rows.into_iter().map(PriceView::from).collect(), next_cursor })
}
