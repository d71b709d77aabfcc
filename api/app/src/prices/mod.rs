//! Prices of plans and add-ons: dated versions per billing cycle and currency (CAT-05). They are listed and announced with
//! the plan or the add-on; a single one is withdrawn or taken off sale here.

mod create;
mod read;
mod sale;
mod version;
mod views;
mod withdraw;

pub use create::{add, check_book, rows};
pub use read::{PriceQuery, page};
pub use views::{PriceCreate, PriceList, PriceView};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::get_price)
        .service(withdraw::withdraw_price)
        .service(sale::take_price_off_sale)
        .service(sale::keep_price_on_sale);
}
