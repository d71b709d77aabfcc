//! The few sentences that a store has without its seller writing them, by language.

use comptoir_domain::Locale;
use comptoir_storefront::site::StoreText;

/// A text in the languages we ship; the first one speaks for all others.
pub type Wording = &'static [(&'static str, &'static str)];

/// Below the headline.
pub const INTRO: Wording = &[
    ("en", "Choose a plan, add what you need, and order in a few minutes."),
    ("fr", "Choisissez une offre, ajoutez ce qu’il vous faut et commandez en quelques minutes."),
];

/// The title of the terms of sale.
pub const TERMS: Wording = &[("en", "Terms of sale"), ("fr", "Conditions de vente")];

/// The text for a locale.
pub fn wording(texts: Wording, locale: Locale) -> &'static str {
    let own = texts.iter().find(|(language, _)| *language == locale.language());
    own.or_else(|| texts.first()).map(|(_, text)| *text).unwrap_or_default()
}

/// The text for each locale of a store.
pub fn in_each(texts: Wording, locales: &[Locale]) -> StoreText {
    StoreText(locales.iter().map(|locale| (*locale, wording(texts, *locale).to_string())).collect())
}
