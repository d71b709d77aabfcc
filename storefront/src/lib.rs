//! The pages of a store: one value in, accessible HTML out.
//!
//! [`site::StoreSite`] is everything a shopper may see of a store. [`shop::Shop`] puts it together with the templates
//! (the seller's folder first, ours second) and answers two questions: [`shop::Shop::build`] writes the catalogue as
//! static files, [`shop::Shop::render`] makes one page that depends on the shopper (cart, checkout, account) from the
//! context types in [`pages`]. Neither needs JavaScript, inline code or a build step.

mod assets;
mod build;
mod colour;
pub mod format;
mod outline;
pub mod pages;
mod release;
pub mod security;
pub mod shop;
pub mod site;
mod templates;
mod texts;

pub use build::Built;
pub use shop::{Shop, StorefrontError};
pub use site::StoreSite;
