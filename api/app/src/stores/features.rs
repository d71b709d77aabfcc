//! What is in a plan, in words: what its seller says of it, then the hosting properties that people compare plans by.

use crate::stores::wording::{Wording, wording};
use comptoir_db::plans::PlanRow;
use comptoir_domain::Locale;
use comptoir_domain::hosting::{Properties, PropertyKind, Value, property};
use comptoir_storefront::site::{StoreFeature, StoreText};

/// Properties worth showing, in this order, and what they are called after a number.
const SHOWN: &[(&str, Wording)] = &[
    ("disk_space", &[("en", "disk space"), ("fr", "d’espace disque")]),
    ("traffic", &[("en", "traffic a month"), ("fr", "de trafic par mois")]),
    ("domains", &[("en", "domain names"), ("fr", "noms de domaine")]),
    ("subdomains", &[("en", "subdomains"), ("fr", "sous-domaines")]),
    ("mailboxes", &[("en", "mailboxes"), ("fr", "boîtes aux lettres")]),
    ("databases", &[("en", "databases"), ("fr", "bases de données")]),
    ("mysql_databases", &[("en", "MySQL databases"), ("fr", "bases MySQL")]),
    ("ftp_accounts", &[("en", "FTP accounts"), ("fr", "comptes FTP")]),
    ("ssl_support", &[("en", "SSL certificates"), ("fr", "Certificats SSL")]),
    ("script_php", &[("en", "PHP"), ("fr", "PHP")]),
    ("script_python", &[("en", "Python"), ("fr", "Python")]),
    ("use_app_catalogue", &[("en", "Applications at a click"), ("fr", "Applications en un clic")]),
    ("backup_to_server", &[("en", "Backups"), ("fr", "Sauvegardes")]),
];

const UNLIMITED: Wording = &[("en", "Unlimited"), ("fr", "Illimité :")];

/// A thousand each, and what the units are called.
const UNITS: [(&str, &str); 5] = [("B", "o"), ("kB", "ko"), ("MB", "Mo"), ("GB", "Go"), ("TB", "To")];

/// The lines of a plan's description.
pub fn features(row: &PlanRow, locale: Locale) -> Vec<StoreFeature> {
    let plain = |text: &String| StoreFeature { label: StoreText::new(locale, text), value: StoreText::default() };
    row.features.0.iter().map(plain).chain(promised(&row.properties.0, locale)).collect()
}

fn promised(properties: &Properties, locale: Locale) -> impl Iterator<Item = StoreFeature> {
    let line = move |(id, label): &(&str, Wording)| {
        let value = properties.get(id).filter(|value| value.promises())?;
        let text = match value {
            Value::Unlimited => wording(UNLIMITED, locale).to_string(),
            Value::Number(bytes) if property(id)?.kind == PropertyKind::Size => size(*bytes, locale),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let value = if text.is_empty() { StoreText::default() } else { StoreText::new(locale, text) };
        Some(StoreFeature { label: StoreText::new(locale, wording(label, locale)), value })
    };
    SHOWN.iter().filter_map(line)
}

/// `5 GB`, `2.5 GB`: decimal units, one digit after the point at most, never more than promised.
pub fn size(bytes: u64, locale: Locale) -> String {
    let french = locale.language() == "fr";
    let (mut unit, mut at) = (1_u64, 0);
    while bytes / unit >= 1000 && at + 1 < UNITS.len() {
        (unit, at) = (unit * 1000, at + 1);
    }
    let tenths = bytes / (unit / 10).max(1);
    let (whole, rest) = if unit == 1 { (bytes, 0) } else { (tenths / 10, tenths % 10) };
    let number = match (rest, french) {
        (0, _) => whole.to_string(),
        (rest, true) => format!("{whole},{rest}"),
        (rest, false) => format!("{whole}.{rest}"),
    };
    let name = UNITS.get(at).map(|(english, own)| if french { *own } else { *english }).unwrap_or_default();
    format!("{number} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_in_the_unit_that_people_use() {
        let [english, french] = ["en-US", "fr-FR"].map(|text| text.parse::<Locale>().unwrap());
        for (bytes, want) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (5_000_000_000, "5 GB"),
            (2_560_000_000, "2.5 GB"),
            (1_099_999_999_999, "1 TB"),
            (u64::MAX, "18446744 TB"),
        ] {
            assert_eq!(size(bytes, english).replace(',', ""), want, "{bytes}");
        }
        assert_eq!(size(2_560_000_000, french), "2,5 Go");
    }

    /// Every property of the table exists.
    #[test]
    fn shown_properties_exist() {
        for (id, _) in SHOWN {
            assert!(property(id).is_some(), "{id}");
        }
    }
}
