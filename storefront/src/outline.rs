//! What machines read: site map, robots file, structured data.

use crate::shop::Shop;
use crate::site::{Cycle, PriceBasis, StorePlan};
use comptoir_domain::Locale;
use comptoir_domain::schedule::CycleUnit;
use serde_json::{Value, json};
use std::fmt::Write;

/// Paths of all static pages, below a language.
fn paths(shop: &Shop) -> Vec<String> {
    let site = shop.site();
    let plans = site.plans.iter().map(|plan| format!("plans/{}/", plan.slug));
    let domains = site.domains.iter().map(|_| "domains/".to_string());
    let legal = site.store.legal.iter().map(|text| format!("legal/{}/", text.slug));
    std::iter::once(String::new()).chain(plans).chain(domains).chain(legal).collect()
}

/// The site map, with each page's other languages (sitemaps.org, `xhtml:link`).
pub(crate) fn sitemap(shop: &Shop) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    let locales = &shop.site().store.locales;
    for path in paths(shop) {
        for &locale in locales {
            let _ = writeln!(out, "<url><loc>{}</loc>", shop.address(locale, &path));
            for &other in locales {
                let href = shop.address(other, &path);
                let _ = writeln!(out, "<xhtml:link rel=\"alternate\" hreflang=\"{other}\" href=\"{href}\"/>");
            }
            out.push_str("</url>\n");
        }
    }
    out + "</urlset>\n"
}

/// Robots may read the catalogue, not what belongs to a shopper.
pub(crate) fn robots(shop: &Shop) -> String {
    let store = &shop.site().store;
    let mut out = String::from("User-agent: *\n");
    for locale in &store.locales {
        for part in ["cart/", "checkout/", "account/", "domains/search"] {
            let _ = writeln!(out, "Disallow: {}{locale}/{part}", store.base_path);
        }
    }
    let _ = writeln!(out, "\nSitemap: {}{}sitemap.xml", store.origin, store.base_path);
    out
}

/// The seller, for the home page.
pub(crate) fn organization(shop: &Shop, locale: Locale) -> String {
    let store = &shop.site().store;
    data_block(&json!({
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": store.name,
        "legalName": store.contact.company,
        "url": shop.address(locale, ""),
        "email": store.contact.email,
    }))
}

/// A plan as a product with an offer per cycle.
pub(crate) fn product(shop: &Shop, locale: Locale, plan: &StorePlan) -> String {
    let store = &shop.site().store;
    let url = shop.address(locale, &format!("plans/{}/", plan.slug));
    let offer = |price: &crate::site::StorePrice| {
        let now = price.offer.as_ref().map_or(price.recurring, |offer| offer.recurring);
        json!({
            "@type": "Offer",
            "url": url,
            "price": now.decimal().to_string(),
            "priceCurrency": store.currency,
            "availability": "https://schema.org/InStock",
            "priceSpecification": {
                "@type": "UnitPriceSpecification",
                "price": now.decimal().to_string(),
                "priceCurrency": store.currency,
                "billingDuration": duration(price.cycle),
                "valueAddedTaxIncluded": store.price_basis == PriceBasis::Gross,
            },
        })
    };
    data_block(&json!({
        "@context": "https://schema.org",
        "@type": "Product",
        "name": plan.name.get(locale, store.locale),
        "description": plan.summary.get(locale, store.locale),
        "brand": { "@type": "Brand", "name": store.name },
        "offers": plan.prices.iter().map(offer).collect::<Vec<_>>(),
    }))
}

/// The cycle as ISO 8601 writes it: `P1M`.
fn duration(cycle: Cycle) -> String {
    let letter = match cycle.unit() {
        CycleUnit::Day => 'D',
        CycleUnit::Week => 'W',
        CycleUnit::Month => 'M',
        CycleUnit::Year => 'Y',
    };
    format!("P{}{letter}", cycle.count())
}

/// JSON that can stand inside a `script` element: a name like `</script>` must not end it.
fn data_block(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
