//! The history of prices.

use crate::kernel::query::Filters;
use crate::kernel::{List, Reply};
use crate::prices::{PriceList, PriceView};
use comptoir_db::Slice;
use comptoir_db::prices::{PriceFilter, PriceRow};
use comptoir_domain::Currency;
use comptoir_domain::schedule::Cycle;

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
