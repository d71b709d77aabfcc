//! Writes the demo store and one of each shopper's page into a folder, to be looked at in a browser:
//! `cargo run -p comptoir-storefront --example preview -- FOLDER [THEME] [column|row]`
#![allow(clippy::panic, reason = "an example may stop with a message")]

#[path = "../demo/pages.rs"]
mod demo;

use comptoir_storefront::{Shop, site::Landing};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let out = PathBuf::from(words.next().ok_or("which folder?")?);
    let mut site = demo::site();
    if let Some(theme) = words.next() {
        site.store.theme = theme;
    }
    if words.next().as_deref() == Some("row") {
        site.store.landing = Landing::Row;
    }
    let locales = site.store.locales.clone();
    let shop = Shop::new(site, None)?;
    shop.build(&out)?;
    for locale in locales {
        for (name, page) in demo::shopper_pages(&shop, locale)? {
            let folder = out.join(locale.as_str()).join("shopper");
            std::fs::create_dir_all(&folder)?;
            std::fs::write(folder.join(format!("{name}.html")), page)?;
        }
    }
    Ok(())
}
