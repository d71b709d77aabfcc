//! What a site must fulfil before pages are made of it: addresses that are addresses, ids that exist, one currency.

use super::{StorePrice, StoreSite};
use crate::colour::Colour;
use comptoir_domain::{Check, Currency, Money, Result};
use std::collections::BTreeSet;

impl StoreSite {
    /// Refuses a site whose pages would be wrong; every finding at once, by JSON pointer.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        self.check_profile(&mut check);
        self.check_plans(&mut check);
        self.check_groups(&mut check);
        self.check_domains(&mut check);
        check.done()
    }

    fn check_profile(&self, check: &mut Check) {
        let store = &self.store;
        check.text("/store/name", &store.name, 1..=80);
        check.email("/store/contact/email", &store.contact.email);
        check.web_address("/store/origin", &store.origin);
        let origin = !store.origin.ends_with('/') && store.origin.matches('/').count() == 2;
        check.ensure(origin, "/store/origin", "invalid_origin", "expected only a scheme and a host");
        let path = &store.base_path;
        let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte));
        let shaped = path.starts_with('/') && path.ends_with('/') && !path.contains("//") && !path.contains("..");
        check.ensure(plain && shaped, "/store/base_path", "invalid_path", "expected / or /shop/");
        check.ensure(store.locales.contains(&store.locale), "/store/locales", "missing", "holds the default locale");
        unique(check, "/store/locales", store.locales.iter().map(|locale| locale.as_str()));
        check.slug("/store/theme", &store.theme);
        for (name, colour) in &store.colours {
            let pointer = format!("/store/colours/{name}");
            check.slug(&pointer, name);
            check.ensure(colour.parse::<Colour>().is_ok(), &pointer, "invalid_colour", "expected #rrggbb");
        }
        if let Some(logo) = &store.logo {
            let plain = logo.file.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            let shown = [".svg", ".png", ".webp", ".jpg"].iter().any(|end| logo.file.ends_with(end));
            check.ensure(plain && shown, "/store/logo/file", "invalid_file", "a picture: svg, png, webp or jpg");
        }
        for (at, text) in store.legal.iter().enumerate() {
            check.slug(&format!("/store/legal/{at}/slug"), &text.slug);
        }
        unique(check, "/store/legal", store.legal.iter().map(|text| text.slug.as_str()));
    }

    fn check_plans(&self, check: &mut Check) {
        for (at, plan) in self.plans.iter().enumerate() {
            let pointer = format!("/plans/{at}");
            check.slug(&format!("{pointer}/slug"), &plan.slug);
            check.ensure(!plan.prices.is_empty(), &format!("{pointer}/prices"), "required", "at least one price");
            check_prices(check, &pointer, &plan.prices, self.store.currency);
            for (nth, offer) in plan.add_on_offers.iter().enumerate() {
                let pointer = format!("{pointer}/add_on_offers/{nth}");
                let amounts = [Some(offer.offer.recurring), offer.offer.set_up].into_iter().flatten();
                amounts.for_each(|amount| one_currency(check, &pointer, amount, self.store.currency));
            }
            let resources = plan.overuse.iter().map(|above| above.resource.as_str());
            unique(check, &format!("{pointer}/overuse"), resources);
            for (nth, id) in plan.add_on_groups.iter().enumerate() {
                let known = self.add_on_groups.iter().any(|group| group.id == *id);
                check.ensure(known, &format!("{pointer}/add_on_groups/{nth}"), "unknown", "no such group");
            }
        }
        unique(check, "/plans", self.plans.iter().map(|plan| plan.slug.as_str()));
    }

    fn check_groups(&self, check: &mut Check) {
        for (at, group) in self.add_on_groups.iter().enumerate() {
            for (nth, item) in group.items.iter().enumerate() {
                let pointer = format!("/add_on_groups/{at}/items/{nth}");
                check_prices(check, &pointer, &item.prices, self.store.currency);
            }
        }
    }

    fn check_domains(&self, check: &mut Check) {
        let Some(domains) = &self.domains else { return };
        check.ensure(!domains.options.is_empty(), "/domains/options", "required", "at least one option");
        for (at, tld) in domains.tlds.iter().enumerate() {
            let pointer = format!("/domains/tlds/{at}");
            let amounts = tld.periods().flat_map(|period| {
                let offer = period.offer.map(|offer| [offer.register, offer.transfer, Some(offer.renew)]);
                offer.into_iter().flatten().chain([period.register, period.transfer, Some(period.renew)])
            });
            amounts.flatten().for_each(|amount| one_currency(check, &pointer, amount, self.store.currency));
        }
        unique(check, "/domains/tlds", domains.tlds.iter().map(|tld| tld.tld.as_str()));
    }
}

fn check_prices(check: &mut Check, pointer: &str, prices: &[StorePrice], currency: Currency) {
    for (at, price) in prices.iter().enumerate() {
        let pointer = format!("{pointer}/prices/{at}");
        let later = price.offer.iter().flat_map(|offer| &offer.later).map(|spell| Some(spell.recurring));
        let offer = price.offer.iter().flat_map(|offer| [Some(offer.recurring), offer.set_up]).chain(later);
        let amounts = [Some(price.recurring), price.set_up].into_iter().chain(offer).flatten();
        amounts.for_each(|amount| one_currency(check, &pointer, amount, currency));
    }
    let cycles: Vec<_> = prices.iter().map(|price| price.cycle.to_string()).collect();
    unique(check, &format!("{pointer}/prices"), cycles.iter().map(String::as_str));
}

fn one_currency(check: &mut Check, pointer: &str, amount: Money, currency: Currency) {
    check.ensure(amount.currency() == currency, pointer, "other_currency", "prices are in the store's currency");
}

fn unique<'a>(check: &mut Check, pointer: &str, words: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for word in words {
        check.ensure(seen.insert(word), pointer, "duplicate", "each one once");
    }
}
