//! The words of the pages: one flat table of texts per language, with the seller's own wordings on top.
//!
//! Layers, each over the one before: our English, our texts of the language, `locales/{language}.json` and
//! `locales/{locale}.json` of the seller's folder. So a new language needs one file, and one word can be changed alone.

use crate::shop::StorefrontError;
use comptoir_domain::Locale;
use std::{collections::BTreeMap, path::Path};

/// The languages we ship.
pub(crate) const SHIPPED: &[(&str, &str)] =
    &[("en", include_str!("../locales/en.json")), ("fr", include_str!("../locales/fr.json"))];

/// The texts of one locale.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    words: BTreeMap<String, String>,
    /// French says "0 article", English "0 items".
    zero_is_one: bool,
}

impl Texts {
    /// Reads all layers for a locale.
    pub(crate) fn load(locale: Locale, overrides: Option<&Path>) -> Result<Self, StorefrontError> {
        let mut words = BTreeMap::new();
        for (language, json) in SHIPPED {
            if *language == "en" || *language == locale.language() {
                words.extend(read(json, Path::new(language))?);
            }
        }
        for name in [locale.language(), locale.as_str()] {
            let Some(path) = overrides.map(|folder| folder.join("locales").join(format!("{name}.json"))) else {
                continue;
            };
            match std::fs::read_to_string(&path) {
                Ok(json) => words.extend(read(&json, &path)?),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(StorefrontError::file(&path, error)),
            }
        }
        Ok(Self { words, zero_is_one: locale.language() == "fr" })
    }

    /// The text of `key` with `{name}` replaced. With `count` the key's form `.one` or `.other` is taken.
    pub(crate) fn get(&self, key: &str, count: Option<i64>, parts: &[(&str, String)]) -> Option<String> {
        let one = matches!((count, self.zero_is_one), (Some(1), _) | (Some(0), true));
        let form = count.map(|_| if one { "one" } else { "other" });
        let text = match form {
            Some(form) => self.words.get(&format!("{key}.{form}")),
            None => self.words.get(key),
        };
        let fill = |text: String, (name, value): &(&str, String)| text.replace(&format!("{{{name}}}"), value);
        text.map(|text| parts.iter().fold(text.clone(), fill))
    }

    /// The twelve names of the months.
    pub(crate) fn months(&self) -> Vec<String> {
        (1..=12).filter_map(|month| self.get(&format!("month.{month}"), None, &[])).collect()
    }
}

fn read(json: &str, path: &Path) -> Result<BTreeMap<String, String>, StorefrontError> {
    serde_json::from_str(json).map_err(|error| StorefrontError::file(path, error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_follow_the_language() {
        let english = Texts::load("en-US".parse().unwrap(), None).unwrap();
        let french = Texts::load("fr-CA".parse().unwrap(), None).unwrap();
        let count = |texts: &Texts, n: i64| texts.get("cart.count", Some(n), &[("count", n.to_string())]).unwrap();
        assert_eq!([count(&english, 0), count(&english, 1)], ["0 items", "1 item"]);
        assert_eq!([count(&french, 0), count(&french, 2)], ["0 article", "2 articles"]);
    }

    #[test]
    fn own_wordings_lie_on_top() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("locales")).unwrap();
        std::fs::write(folder.path().join("locales/de.json"), r#"{"nav.cart":"Warenkorb"}"#).unwrap();
        let texts = Texts::load("de-DE".parse().unwrap(), Some(folder.path())).unwrap();
        assert_eq!(texts.get("nav.cart", None, &[]).as_deref(), Some("Warenkorb"));
        assert_eq!(texts.get("nav.domains", None, &[]).as_deref(), Some("Domains"));
    }

    /// Both languages say everything, with the same places to fill.
    #[test]
    fn languages_have_the_same_keys_and_places() {
        let [english, french] = [0, 1].map(|at| read(SHIPPED[at].1, Path::new("")).unwrap());
        assert_eq!(english.keys().collect::<Vec<_>>(), french.keys().collect::<Vec<_>>());
        let places = |text: &str| {
            let mut found: Vec<_> = text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            found.sort_unstable();
            found.join(" ")
        };
        for (key, text) in &english {
            assert_eq!(places(text), places(&french[key]), "{key}");
            assert!(!text.trim().is_empty() && !french[key].trim().is_empty(), "{key}");
        }
    }
}
