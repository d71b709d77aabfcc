//! The templates: the seller's `templates/` folder first, ours second, and what they can call.

use crate::{
    assets::Assets,
    format::notation,
    shop::StorefrontError,
    site::{Cycle, StoreText},
    texts::Texts,
};
use chrono::NaiveDate;
use comptoir_domain::{Currency, Locale, Money, UnitPrice};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, escape_formatter,
    value::{Kwargs, Serde, Value},
};
use std::{collections::BTreeMap, fmt::Write, path::Path, path::PathBuf};

macro_rules! embed {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../templates/", $name)))),+] };
}

/// Our templates. A file of the same name in the seller's folder takes the place of one.
pub(crate) const EMBEDDED: &[(&str, &str)] = embed![
    "base.html",
    "parts/account.html",
    "parts/art.html",
    "parts/brand.html",
    "parts/footer.html",
    "parts/forms.html",
    "parts/header.html",
    "parts/landing-column.html",
    "parts/landing-row.html",
    "parts/prices.html",
    "parts/search.html",
    "parts/totals.html",
    "home.html",
    "plan.html",
    "domains.html",
    "legal.html",
    "message.html",
    "cart.html",
    "checkout.html",
    "leave.html",
    "pay.html",
    "result.html",
    "account.html",
    "invoices.html",
    "invoice.html",
    "payment-methods.html",
    "subscriptions.html",
    "profile.html",
    "sign-in.html",
    "forgotten-password.html",
    "new-password.html",
];

/// More steps than any page needs; a template that loops for ever ends with an error instead of a busy thread.
const FUEL: u64 = 5_000_000;

/// An environment for one locale: texts, amounts and dates come out in it.
pub(crate) fn environment(
    locale: Locale,
    default: Locale,
    texts: &Texts,
    assets: &Assets,
    overrides: Option<&Path>,
) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_formatter(write_escaped);
    env.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    env.set_fuel(Some(FUEL));
    let folder = overrides.map(|folder| folder.join("templates"));
    env.set_loader(move |name| load(folder.as_ref(), name));

    let (words, months, codes, labels) = (texts.clone(), texts.months(), texts.clone(), texts.clone());
    let (per, every) = (texts.clone(), texts.clone());
    let paths: BTreeMap<String, String> = assets.paths().collect();
    let style = notation(locale);
    env.add_filter("local", move |text: Serde<StoreText>| text.0.get(locale, default).to_string());
    env.add_filter("money", move |amount: Serde<Money>| style.money(amount.0));
    env.add_filter("unit_price", move |price: Serde<UnitPrice>, currency: Serde<Currency>| {
        style.unit_price(price.0, currency.0)
    });
    env.add_filter("minor", |amount: Serde<Money>| amount.0.minor());
    env.add_filter("date", move |date: Serde<NaiveDate>| style.date(date.0, &months));
    env.add_filter("per", move |cycle: Serde<Cycle>| cycle_text(&per, "per", cycle.0));
    env.add_filter("cycle", move |cycle: Serde<Cycle>| cycle_text(&every, "cycle", cycle.0));
    env.add_filter("digits", |currency: Serde<Currency>| currency.0.digits());
    env.add_filter("paragraphs", paragraphs);
    env.add_function("t", move |key: &str, parts: Kwargs| translate(&words, key, &parts));
    env.add_function("explain", move |code: &str, detail: &str| {
        codes.get(&format!("error.{code}"), None, &[]).unwrap_or_else(|| detail.to_string())
    });
    env.add_function("label_of", move |field: &str| {
        let label = labels.get(&format!("field.{field}"), None, &[]);
        label.and_then(|label| labels.get("form.label", None, &[("label", label)])).unwrap_or_default()
    });
    env.add_function("asset", move |name: &str| {
        paths.get(name).cloned().ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no asset {name}")))
    });
    env
}

/// Five characters mean something in HTML text and quoted attributes; the rest, `/` included, stays readable.
fn write_escaped(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let (AutoEscape::Html, Some(text), false) = (state.auto_escape(), value.as_str(), value.is_safe()) else {
        return escape_formatter(out, state, value);
    };
    for letter in text.chars() {
        match letter {
            '<' => out.write_str("&lt;"),
            '>' => out.write_str("&gt;"),
            '&' => out.write_str("&amp;"),
            '"' => out.write_str("&#34;"),
            '\'' => out.write_str("&#39;"),
            other => out.write_char(other),
        }?;
    }
    Ok(())
}

fn load(folder: Option<&PathBuf>, name: &str) -> Result<Option<String>, Error> {
    let plain = name.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\\'));
    if let Some(path) = folder.filter(|_| plain).map(|folder| folder.join(name)) {
        match std::fs::read_to_string(&path) {
            Ok(source) => return Ok(Some(source)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                let unreadable = StorefrontError::file(&path, error);
                return Err(Error::new(ErrorKind::InvalidOperation, unreadable.to_string()));
            }
        }
    }
    Ok(EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, source)| (*source).to_string()))
}

fn translate(texts: &Texts, key: &str, kwargs: &Kwargs) -> Result<String, Error> {
    let count: Option<i64> = kwargs.get("count")?;
    let mut parts = Vec::new();
    for name in kwargs.args() {
        parts.push((name, kwargs.get::<Value>(name)?.to_string()));
    }
    texts.get(key, count, &parts).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no text {key}")))
}

/// `per month`, `every 3 months` (`per`), or `Monthly` (`cycle`).
fn cycle_text(texts: &Texts, kind: &str, cycle: Cycle) -> String {
    let count = i64::from(cycle.count());
    texts.get(&format!("{kind}.{}", cycle.unit()), Some(count), &[("count", count.to_string())]).unwrap_or_default()
}

/// Plain text as blocks: `{"heading": bool, "text": …}`. An empty line ends a block, `# ` at its start is a heading.
fn paragraphs(text: &str) -> Value {
    let blocks = text.replace('\r', "");
    let blocks = blocks.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    let block = |text: &str| {
        let heading = text.strip_prefix("# ");
        BTreeMap::from([
            ("heading", Value::from(heading.is_some())),
            ("text", Value::from(heading.unwrap_or(text).to_string())),
        ])
    };
    blocks.map(block).map(Value::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{pages, texts::SHIPPED};
    use comptoir_domain::schedule::CycleUnit;
    use std::collections::BTreeSet;

    /// Words that templates put together with `~`: the start of the key and what may follow.
    fn endings() -> Vec<(&'static str, Vec<&'static str>)> {
        let with = |words: &[&'static str], parts: &[&str]| -> Vec<&'static str> {
            let joined = words.iter().flat_map(|word| parts.iter().map(move |part| format!("{word}{part}")));
            joined.map(|text| &*text.leak()).collect()
        };
        vec![
            ("account.tab.", vec!["overview", "invoices", "subscriptions", "payment_methods", "profile"]),
            ("checkout.kind.", vec!["person", "company"]),
            ("domains.hint.", vec!["register", "transfer", "use_own"]),
            ("domains.want.", vec!["register", "transfer", "use_own"]),
            ("domains.state.", pages::DomainState::ALL.to_vec()),
            ("invoice.status.", pages::INVOICE_STATUSES.to_vec()),
            ("message.", with(pages::MessageKind::ALL, &[".title", ".text"])),
            ("plan.overuse.", comptoir_domain::usage::Resource::ALL.iter().map(|word| word.as_str()).collect()),
            ("result.", with(pages::ResultState::ALL, &[".title", ".text"])),
            ("subscription.status.", pages::SUBSCRIPTION_STATUSES.to_vec()),
            ("mandate.state.", pages::MANDATE_STATES.to_vec()),
        ]
    }

    /// Keys used by a template: whole ones, counted ones and those put together.
    fn used(source: &str) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for call in source.split(" t('").chain(source.split("(t('")).chain(source.split("=t('")).skip(1) {
            let Some((key, rest)) = call.split_once('\'') else { continue };
            if rest.starts_with(" ~") {
                let (_, words) =
                    endings().into_iter().find(|(start, _)| *start == key).unwrap_or_else(|| panic!("{key}"));
                keys.extend(words.into_iter().map(|word| format!("{key}{word}")));
            } else if rest.starts_with(", count=") {
                keys.extend([format!("{key}.one"), format!("{key}.other")]);
            } else if rest.starts_with([')', ',']) {
                keys.insert(key.to_string());
            }
        }
        keys
    }

    /// Every text that is asked for exists, and every text that exists is asked for.
    #[test]
    fn texts_and_templates_fit() {
        let known: BTreeMap<String, String> = serde_json::from_str(SHIPPED[0].1).unwrap();
        let mut wanted: BTreeSet<String> = EMBEDDED.iter().flat_map(|(_, source)| used(source)).collect();
        for word in CycleUnit::ALL {
            wanted.extend(
                ["cycle", "per"].iter().flat_map(|kind| ["one", "other"].map(|n| format!("{kind}.{word}.{n}"))),
            );
        }
        wanted.extend((1..=12).map(|month| format!("month.{month}")));
        wanted.insert("form.label".into());
        let missing: Vec<_> = wanted.iter().filter(|key| !known.contains_key(*key)).collect();
        assert!(missing.is_empty(), "no text for {missing:?}");
        // errors and labels are looked up by the names that refusals use, ways to pay and reasons of taxes by their own
        let by_name =
            |key: &&String| ["error.", "field.", "payment.", "tax."].iter().any(|start| key.starts_with(start));
        let idle: Vec<_> = known.keys().filter(|key| !wanted.contains(*key)).filter(|key| !by_name(key)).collect();
        assert!(idle.is_empty(), "nobody says {idle:?}");
    }

    #[test]
    fn every_template_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
        let names = |folder: String| {
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap())
        };
        let parts = names(format!("{folder}/parts")).map(|name| format!("parts/{name}"));
        let files: BTreeSet<_> = names(folder.into()).filter(|name| name.ends_with(".html")).chain(parts).collect();
        assert_eq!(files, EMBEDDED.iter().map(|(name, _)| (*name).to_string()).collect());
    }
}
