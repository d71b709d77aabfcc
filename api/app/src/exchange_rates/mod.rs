//! Exchange rates to the euro: data that a seller enters as the European Central Bank publishes them. Reports convert by them
//! (TAX-05, TAX-06). Whoever may change tax rules may change them.

mod read;
mod set;
mod views;

use crate::kernel::path::parameter;
use crate::kernel::problem::ApiError;
use crate::kernel::routes::Routes;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::NaiveDate;
use comptoir_domain::{Code, Currency, Problem};
use std::future::{Ready, ready};

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_exchange_rates)
        .service(read::get_exchange_rate)
        .service(set::set_exchange_rate)
        .service(set::delete_exchange_rate);
}

/// Which rate: `{currency}` and `{date}` of the path.
#[derive(Clone, Copy)]
pub struct Quoted {
    currency: Currency,
    on: NaiveDate,
}

impl FromRequest for Quoted {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let wrong =
            |place: &str, detail: &str| Problem::new(Code::InvalidParameter, "see errors").at(place, "invalid", detail);
        let currency = parameter::<Currency>(request, "currency");
        let on = parameter::<NaiveDate>(request, "date");
        ready(match (currency, on) {
            (Ok(currency), Ok(on)) => Ok(Self { currency, on }),
            (Err(_), _) => Err(wrong("{currency}", "expected an ISO 4217 currency code such as USD").into()),
            (_, Err(_)) => Err(wrong("{date}", "expected a day such as 2026-03-31").into()),
        })
    }
}
