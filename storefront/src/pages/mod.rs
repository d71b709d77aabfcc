//! One type per page: exactly what its template needs, nothing it could look up by itself.
//!
//! Static pages are made by [`crate::Shop::build`]; the others belong to a shopper and are rendered by the server, which
//! sends them with `Cache-Control: no-store` and the headers of [`crate::security`].
//!
//! Addresses below a language (`/fr-FR/`), and the forms they take. Every POST ends with 303:
//!
//! | path | method | fields |
//! |---|---|---|
//! | `cart/` | GET | |
//! | `cart/add` | GET, POST | `plan`, `cycle`, `add_on` (several); no token: a foreign site may fill a cart |
//! | `cart/domain` | POST | `want`, `name`, `years`, `item` |
//! | `cart/remove`, `cart/coupon` | POST | `csrf`, `item` / `coupon` |
//! | `domains/search` | GET | `want`, `name`, `item` |
//! | `checkout/` | GET, POST | see [`CheckoutPage`] |
//! | `checkout/pay/{order}/`, `account/invoices/{id}/pay/` | GET, POST | see [`PayPage`] |
//! | `checkout/result/{order}/`, `account/orders/{order}/` | GET | |
//! | `account/…` | GET, POST | see the pages of the account |
//!
//! The readable cookie `cart_items` holds how many lines the cart has, so that static pages can show it without a call.

mod account;
mod cart;
mod catalogue;
mod checkout;
mod form;
mod invoice;
mod sign_in;

pub use account::*;
pub use cart::*;
pub use catalogue::*;
pub use checkout::*;
pub use form::*;
pub use invoice::*;
pub use sign_in::*;

use crate::shop::Shop;
use comptoir_domain::Locale;
use serde::Serialize;

/// Who may keep a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The same for all: may be cached and indexed.
    Everyone,
    /// For one shopper.
    Shopper,
}

/// A page: a template and what it is filled with.
pub trait Page: Serialize {
    /// The template's file name.
    const TEMPLATE: &'static str;

    /// Where it lives below the language: `cart/`.
    fn path(&self) -> String;

    /// Who may keep it.
    fn audience(&self) -> Audience {
        Audience::Shopper
    }

    /// JSON-LD for search engines, safe inside a `script` element.
    fn structured_data(&self, _shop: &Shop, _locale: Locale) -> Option<String> {
        None
    }
}

/// Declares the pages of a shopper: type, template, path.
macro_rules! shopper_pages {
    ($($page:ident: $template:literal at $path:literal;)+) => { $(
        impl $crate::pages::Page for $page {
            const TEMPLATE: &'static str = $template;
            fn path(&self) -> String { $path.to_string() }
        }
    )+ };
}
pub(crate) use shopper_pages;
