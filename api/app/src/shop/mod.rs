//! The stores themselves, as people visit them: static catalogue pages, and the pages that belong to one shopper (cart,
//! checkout, account). The table of addresses is in `comptoir_storefront::pages`; everything here lies below
//! `/stores/{seller}/{store}/`.
//!
//! A page is a [`visit::Visit`] in and HTML out. What a page does is a use case of the API; nothing is decided here. Pages
//! work without JavaScript: every POST ends with 303 or with the form and what is wrong with it. The cart lies in a
//! sealed cookie, so it survives restarts and needs no cleaning up.

mod account;
mod basket;
mod bill;
mod cart;
mod checkout;
mod cookies;
mod domains;
mod fields;
mod files;
mod gateways;
mod invoices;
mod leave;
mod methods;
mod passwords;
mod pay;
mod profile;
mod result;
pub mod shelf;
mod sign_in;
mod visit;

use crate::kernel::ApiError;
use crate::kernel::body::RawBody;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use visit::{Token, Visit, serve};

/// What a page answers; a refusal becomes a page of its own.
type Shown = Result<HttpResponse, ApiError>;

/// The addresses of all stores.
pub fn routes(config: &mut web::ServiceConfig) {
    let scope = web::scope("/stores/{seller}/{store}")
        .route("/{locale}/cart/", get(cart::show))
        .route("/{locale}/cart/add", get(cart::add))
        .route("/{locale}/cart/add", open_post(cart::add))
        .route("/{locale}/cart/domain", open_post(domains::choose))
        .route("/{locale}/cart/remove", post(cart::remove))
        .route("/{locale}/cart/coupon", post(cart::coupon))
        .route("/{locale}/domains/search", get(domains::search))
        .route("/{locale}/checkout/", get(checkout::show))
        .route("/{locale}/checkout/", post(checkout::order))
        .route("/{locale}/checkout/pay/{id}/", get(pay::show_order))
        .route("/{locale}/checkout/pay/{id}/", post(pay::pay_order))
        .route("/{locale}/checkout/pay/{id}/go/", get(leave::go_for_order))
        .route("/{locale}/checkout/pay/{id}/back/", get(leave::back_to_order))
        .route("/{locale}/checkout/pay/{id}/back/", open_post(leave::back_to_order))
        .route("/{locale}/checkout/result/{id}/", get(result::show))
        .route("/{locale}/account/", get(account::overview))
        .route("/{locale}/account/orders/{id}/", get(result::show))
        .route("/{locale}/account/subscriptions/", get(account::subscriptions))
        .route("/{locale}/account/invoices/", get(invoices::list))
        .route("/{locale}/account/invoices/{id}/", get(invoices::show))
        .route("/{locale}/account/invoices/{id}/", post(invoices::choose))
        .route("/{locale}/account/invoices/{id}/pay/", get(pay::show_invoice))
        .route("/{locale}/account/invoices/{id}/pay/", post(pay::pay_invoice))
        .route("/{locale}/account/invoices/{id}/pay/go/", get(leave::go_for_invoice))
        .route("/{locale}/account/invoices/{id}/pay/back/", get(leave::back_to_invoice))
        .route("/{locale}/account/invoices/{id}/pay/back/", open_post(leave::back_to_invoice))
        .route("/{locale}/account/payment-methods/", get(methods::show))
        .route("/{locale}/account/payment-methods/", post(methods::add))
        .route("/{locale}/account/payment-methods/go/", get(methods::go))
        .route("/{locale}/account/payment-methods/back/", get(methods::back))
        .route("/{locale}/account/payment-methods/back/", open_post(methods::back))
        .route("/{locale}/account/payment-methods/remove", post(methods::remove))
        .route("/{locale}/account/payment-methods/prefer", post(methods::prefer))
        .route("/{locale}/account/profile/", get(profile::show))
        .route("/{locale}/account/profile/", post(profile::save))
        .route("/{locale}/account/sign-in/", get(sign_in::show))
        .route("/{locale}/account/sign-in/", post(sign_in::enter))
        .route("/{locale}/account/sign-out", post(sign_in::leave))
        .route("/{locale}/account/forgotten-password/", get(passwords::ask))
        .route("/{locale}/account/forgotten-password/", post(passwords::send))
        .route("/{locale}/account/new-password/", get(passwords::choose))
        .route("/{locale}/account/new-password/", post(passwords::set));
    config.service(files::routes(scope));
}

fn get(page: impl AsyncFn(&Visit) -> Shown + Copy + 'static) -> Route {
    on(web::get(), Token::NotNeeded, page)
}

/// A form that shows by its token that it is ours.
fn post(page: impl AsyncFn(&Visit) -> Shown + Copy + 'static) -> Route {
    on(web::post(), Token::Needed, page)
}

/// A form that other sites may send too: it does nothing but fill a cart.
fn open_post(page: impl AsyncFn(&Visit) -> Shown + Copy + 'static) -> Route {
    on(web::post(), Token::NotNeeded, page)
}

fn on(route: Route, token: Token, page: impl AsyncFn(&Visit) -> Shown + Copy + 'static) -> Route {
    route.to(move |request: HttpRequest, body: RawBody| async move { serve(request, &body.0, token, page).await })
}
