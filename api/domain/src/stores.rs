//! Stores: what a shop has to decide besides what it sells (ORD-01).

use crate::{Check, Locale};
use std::collections::BTreeMap;

text_enum! {
    /// The colours of a store's pages.
    #[derive(Default)]
    pub enum Theme {
        /// Dark on white.
        #[default]
        Light = "light",
        /// Light with warm colours.
        Warm = "warm",
        /// White on dark.
        Dark = "dark",
    }
}

text_enum! {
    /// How the home page lays out the plans.
    #[derive(Default)]
    pub enum Landing {
        /// Side by side, one column each.
        #[default]
        Column = "column",
        /// Below each other, one row each.
        Row = "row",
    }
}

/// The longest terms of sale, in characters.
const LONGEST_TERMS: usize = 100_000;

/// A list of choices: `least` of them or more, each once.
pub fn check_choices<T: PartialEq>(check: &mut Check, pointer: &str, chosen: &[T], least: usize) {
    if chosen.len() < least {
        check.refuse(pointer, "too_few", format!("at least {least}"));
    }
    for (at, choice) in chosen.iter().enumerate() {
        let again = chosen.iter().take(at).any(|earlier| earlier == choice);
        check.ensure(!again, &format!("{pointer}/{at}"), "twice", "it is in the list already");
    }
}

/// Terms of sale are in languages that the store speaks, and not empty.
pub fn check_terms(check: &mut Check, pointer: &str, terms: &BTreeMap<Locale, String>, locales: &[Locale]) {
    for (locale, text) in terms {
        let pointer = format!("{pointer}/{locale}");
        check.ensure(locales.contains(locale), &pointer, "unknown_locale", "add the language to the store first");
        check.ensure(!text.trim().is_empty(), &pointer, "required", "a text, or nothing at all");
        check.paragraphs(&pointer, text, LONGEST_TERMS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(check: Check) -> Vec<(String, &'static str)> {
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn choices_are_made_once_and_often_enough() {
        let mut check = Check::new();
        check_choices(&mut check, "/a", &[Theme::Warm, Theme::Dark, Theme::Warm], 1);
        check_choices::<Theme>(&mut check, "/b", &[], 1);
        check_choices::<Theme>(&mut check, "/c", &[], 0);
        check_choices(&mut check, "/d", Theme::ALL, 1);
        assert_eq!(findings(check), [("/a/2".to_string(), "twice"), ("/b".to_string(), "too_few")]);
    }

    #[test]
    fn terms_are_in_the_languages_of_the_store() {
        let locale = |text: &str| text.parse::<Locale>().unwrap();
        let terms = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, text)| (locale(name), text.to_string())).collect::<BTreeMap<_, _>>()
        };
        let spoken = [locale("en-US"), locale("fr")];
        let mut check = Check::new();
        check_terms(&mut check, "/terms", &terms(&[("en-US", "§ 1\nPay."), ("fr", "Payez.")]), &spoken);
        assert_eq!(findings(check), []);
        let mut check = Check::new();
        check_terms(&mut check, "/terms", &terms(&[("de", "Zahlen."), ("fr", " \n")]), &spoken);
        let want = [("/terms/de".to_string(), "unknown_locale"), ("/terms/fr".to_string(), "required")];
        assert_eq!(findings(check), want);
    }
}
