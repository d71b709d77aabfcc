//! Prices of plans and add-ons: dated versions per billing cycle and currency (CAT-05). The routes stand with plans and
//! add-ons.

mod create;
mod read;
mod views;

pub use create::{add, check_book, rows};
pub use read::{PriceQuery, page};
pub use views::{PriceCreate, PriceList, PriceView};
