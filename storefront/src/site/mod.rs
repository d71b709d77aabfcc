//! What a shopper may see of a store: one value, read by the generator, the widgets and the public store API.
//!
//! Prices are exact amounts as the store shows them (net or gross is decided before); their texts are made when a page
//! is rendered. Everything a shopper reads is a [`StoreText`], one wording per locale.

mod check;
mod plan;

pub use plan::*;

pub use comptoir_domain::orders::DomainOption;
pub use comptoir_domain::quotes::PriceBasis;
pub use comptoir_domain::stores::Landing;

use comptoir_domain::{Currency, Locale, Money, StoreId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A wording per locale: `{"en-US":"Mailboxes","fr-FR":"Boîtes aux lettres"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, String>)]
pub struct StoreText(pub BTreeMap<Locale, String>);

impl StoreText {
    /// One wording for one locale.
    pub fn new(locale: Locale, text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(locale, text.into())]))
    }

    /// The wording for `locale`: its own, one of the same language, that of `otherwise`, or any.
    pub fn get(&self, locale: Locale, otherwise: Locale) -> &str {
        let language = || self.0.iter().find(|(known, _)| known.language() == locale.language()).map(|(_, text)| text);
        let found = self.0.get(&locale).or_else(language).or_else(|| self.0.get(&otherwise));
        found.or_else(|| self.0.values().next()).map(String::as_str).unwrap_or_default()
    }
}

/// A store with all it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StoreCatalogView)]
pub struct StoreSite {
    /// The store itself.
    pub store: StoreProfile,
    /// Plans in the order they are shown.
    pub plans: Vec<StorePlan>,
    /// Questions that plans refer to by id.
    #[serde(default)]
    pub add_on_groups: Vec<StoreAddOnGroup>,
    /// Domain names, if the store sells or asks for them.
    #[serde(default)]
    pub domains: Option<StoreDomains>,
}

impl StoreSite {
    /// The add-on questions of a plan, in the plan's order.
    pub fn groups_of<'a>(&'a self, plan: &'a StorePlan) -> impl Iterator<Item = &'a StoreAddOnGroup> {
        plan.add_on_groups.iter().filter_map(|id| self.add_on_groups.iter().find(|group| group.id == *id))
    }

    /// The same with what the add-ons cost beside this plan.
    pub fn offered_groups_of(&self, plan: &StorePlan) -> Vec<StoreAddOnGroup> {
        let mut groups: Vec<_> = self.groups_of(plan).cloned().collect();
        for item in groups.iter_mut().flat_map(|group| &mut group.items) {
            for price in &mut item.prices {
                let fits = |offer: &&StoreAddOnOffer| offer.add_on_id == item.id && offer.cycle == price.cycle;
                price.offer = plan.add_on_offers.iter().find(fits).map(|found| found.offer.clone());
            }
        }
        groups
    }
}

/// Name, languages, looks and texts of a store (ORD-01, ORD-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreProfile {
    /// The store.
    pub id: StoreId,
    /// What it is called.
    pub name: String,
    /// The language used where no other is asked for.
    pub locale: Locale,
    /// All languages, the default one among them.
    pub locales: Vec<Locale>,
    /// The one currency of its prices.
    pub currency: Currency,
    /// Whether prices are shown without or with taxes.
    pub price_basis: PriceBasis,
    /// Scheme and host, without a slash at the end: `https://shop.example.com`.
    pub origin: String,
    /// Where the store lives on that host, with slashes at both ends: `/` or `/shop/`.
    pub base_path: String,
    /// How the home page lays out the plans.
    pub landing: Landing,
    /// A built-in theme (`light`, `warm`, `dark`) or `themes/{name}.css` of the seller's own folder.
    pub theme: String,
    /// Own colours over the theme's: custom property without dashes → `#rrggbb`.
    #[serde(default)]
    pub colours: BTreeMap<String, String>,
    /// A picture in place of the written name, in `assets/` of the seller's own folder.
    #[serde(default)]
    pub logo: Option<StoreLogo>,
    /// The first line of the home page.
    pub headline: StoreText,
    /// The sentence below it.
    pub intro: StoreText,
    /// Short reasons to buy here, shown as a strip.
    #[serde(default)]
    pub promises: Vec<StoreText>,
    /// A line above the header, such as an announcement.
    #[serde(default)]
    pub header_note: StoreText,
    /// A line at the end of each page.
    #[serde(default)]
    pub footer_note: StoreText,
    /// Who sells.
    pub contact: StoreContact,
    /// Imprint, terms, privacy.
    #[serde(default)]
    pub legal: Vec<StoreLegalText>,
}

/// A picture and the space it takes, so that nothing jumps while it loads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreLogo {
    /// Name of the file in `assets/`.
    pub file: String,
    /// Pixels.
    pub width: u16,
    /// Pixels.
    pub height: u16,
}

/// The seller's address as shown in the footer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreContact {
    /// Legal name.
    pub company: String,
    /// Lines of the postal address.
    pub address: Vec<String>,
    /// Where to write.
    pub email: String,
    /// Where to call.
    #[serde(default)]
    pub phone: Option<String>,
}

/// A legal text, on a page of its own or elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreLegalText {
    /// Last part of the address.
    pub slug: String,
    /// Title of the page and text of the link.
    pub title: StoreText,
    /// Plain text; an empty line starts a paragraph, a line starting with `# ` is a heading.
    pub body: StoreText,
    /// Whether it must be accepted at checkout.
    #[serde(default)]
    pub accept: bool,
}

/// Domain names in the store (ORD-01): what may be chosen, and prices per ending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreDomains {
    /// What a shopper may do, in the order shown.
    pub options: Vec<DomainOption>,
    /// Endings with prices, the most wanted first.
    pub tlds: Vec<StoreTld>,
}

/// Prices of one ending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreTld {
    /// Without the dot: `com`, `co.uk`.
    pub tld: String,
    /// Years the prices are for.
    pub years: u8,
    /// A new name; absent where it can only be moved here for so long.
    #[serde(default)]
    pub register: Option<Money>,
    /// A move to us; absent where the registrar cannot, or not for so long.
    #[serde(default)]
    pub transfer: Option<Money>,
    /// Each further period.
    pub renew: Money,
    /// The same with a discount or an automatic coupon applied.
    #[serde(default)]
    pub offer: Option<StoreTldOffer>,
    /// Longer times for which a name can be had, the shortest first.
    #[serde(default)]
    pub other_periods: Vec<StoreTldPeriod>,
}

impl StoreTld {
    /// All times for which a name can be had, the shortest first.
    pub fn periods(&self) -> impl Iterator<Item = StoreTldPeriod> {
        let Self { years, register, transfer, renew, offer, .. } = self.clone();
        let first = StoreTldPeriod { years, register, transfer, renew, offer };
        std::iter::once(first).chain(self.other_periods.iter().cloned())
    }
}

/// Prices of an ending for another number of years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreTldPeriod {
    /// Years the prices are for.
    pub years: u8,
    /// A new name; absent where it can only be moved here for so long.
    #[serde(default)]
    pub register: Option<Money>,
    /// A move to us; absent where the registrar cannot, or not for so long.
    #[serde(default)]
    pub transfer: Option<Money>,
    /// Each further period.
    pub renew: Money,
    /// The same with a discount or an automatic coupon applied.
    #[serde(default)]
    pub offer: Option<StoreTldOffer>,
}

/// Prices of an ending that an automatic coupon or a discount lowers (PRO-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreTldOffer {
    /// A new name; absent where it can only be moved here for so long.
    #[serde(default)]
    pub register: Option<Money>,
    /// A move to us; absent where the registrar cannot, or not for so long.
    #[serde(default)]
    pub transfer: Option<Money>,
    /// The next period: as low if the offer lasts so long.
    pub renew: Money,
    /// What the shopper is told: `Launch offer`.
    pub label: StoreText,
}
