//! Countries, locales and time zones, checked against the lists of well-kept crates.

use icu_normalizer::DecomposingNormalizerBorrowed;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr;
use std::sync::LazyLock;

/// The text is not a known place or language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownPlace(&'static str);

macro_rules! text_value {
    ($name:ident, $pattern:literal, $example:literal) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.as_str())
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some($pattern))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
        #[cfg(feature = "sql")]
        crate::text_column!($name);
    };
}
pub(crate) use text_value;

/// An ISO 3166-1 alpha-2 country code in capitals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct Country([u8; 2]);

impl Country {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }

    /// By its number in the list, as banks write it: 724 is Spain.
    pub fn of_number(number: u16) -> Option<Self> {
        rust_iso3166::from_numeric(number).and_then(|country| country.alpha2.parse().ok())
    }

    /// Every country of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        rust_iso3166::ALL.iter().filter_map(|country| country.alpha2.parse().ok())
    }

    /// What it is called in a language of the stores; in English in any other.
    pub fn name_in(&self, locale: Locale) -> &'static str {
        self.name(locale.language())
    }

    fn name(&self, language: &str) -> &'static str {
        let names = NAMES.get(self);
        names.and_then(|names| names.get(language).or(names.get("en"))).map_or("", String::as_str)
    }

    /// Every country with its name, in the order in which a list in this language has them.
    pub fn list_in(locale: Locale) -> &'static [(Self, &'static str)] {
        LISTS.get(locale.language()).or_else(|| LISTS.get("en")).map_or(&[], Vec::as_slice)
    }

    fn sorted(language: &str) -> Vec<(Self, &'static str)> {
        let accents = DecomposingNormalizerBorrowed::new_nfd();
        let letters = |name: &str| accents.normalize(name).chars().filter(char::is_ascii).collect::<String>();
        let mut all: Vec<_> = Self::all().map(|country| (country, country.name(language))).collect();
        all.sort_by_cached_key(|(_, name)| letters(name));
        all
    }
}

/// The lists of the languages that the file has, each sorted once.
static LISTS: LazyLock<BTreeMap<&str, Vec<(Country, &str)>>> = LazyLock::new(|| {
    let languages: BTreeSet<&str> = NAMES.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
    languages.into_iter().map(|language| (language, Country::sorted(language))).collect()
});

type Names = HashMap<Country, BTreeMap<String, String>>;

/// A test makes sure that the file can be read and names every country in every language.
static NAMES: LazyLock<Names> = LazyLock::new(|| read_names().unwrap_or_default());

fn read_names() -> Result<Names, csv::Error> {
    let file = include_str!("../data/countries.csv");
    let mut rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(file.as_bytes());
    let languages = rows.headers()?.clone();
    let row = |row: csv::StringRecord| {
        let names = languages.iter().zip(&row).skip(1).map(|(language, name)| (language.into(), name.into())).collect();
        row.get(0).and_then(|code| code.parse().ok()).map(|country: Country| (country, names))
    };
    rows.records().filter_map(|found| found.map(row).transpose()).collect()
}

impl FromStr for Country {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, UnknownPlace> {
        let refuse = UnknownPlace("expected an ISO 3166-1 country code such as FR");
        let bytes = <[u8; 2]>::try_from(text.as_bytes()).map_err(|_| refuse.clone())?;
        rust_iso3166::from_alpha2(text).map(|_| Self(bytes)).ok_or(refuse)
    }
}

text_value!(Country, "^[A-Z]{2}$", "FR");

/// A language with an optional territory: `fr`, `en-US`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct Locale {
    text: [u8; 5],
    length: u8,
}

impl Locale {
    /// `fr-CA`.
    pub fn as_str(&self) -> &str {
        self.text.get(..usize::from(self.length)).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("en")
    }

    /// `fr`.
    pub fn language(&self) -> &str {
        self.as_str().split('-').next().unwrap_or("en")
    }

    /// `CA`, if there is one.
    pub fn territory(&self) -> Option<&str> {
        self.as_str().split_once('-').map(|(_, territory)| territory)
    }
}

impl FromStr for Locale {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, UnknownPlace> {
        let refuse = || UnknownPlace("expected a language with an optional country such as fr or en-US");
        let (language, territory) = match text.split_once('-') {
            Some((language, territory)) => (language, Some(territory)),
            None => (text, None),
        };
        let known = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
        if !known || territory.is_some_and(|territory| territory.parse::<Country>().is_err()) {
            return Err(refuse());
        }
        let mut bytes = [0; 5];
        bytes.get_mut(..text.len()).ok_or_else(refuse)?.copy_from_slice(text.as_bytes());
        Ok(Self { text: bytes, length: u8::try_from(text.len()).map_err(|_| refuse())? })
    }
}

text_value!(Locale, "^[a-z]{2}(-[A-Z]{2})?$", "en-US");

/// An IANA time zone, such as Europe/Paris.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct TimeZone(chrono_tz::Tz);

impl TimeZone {
    /// Coordinated universal time.
    pub const UTC: TimeZone = TimeZone(chrono_tz::Tz::UTC);

    /// The name of the zone.
    pub fn as_str(&self) -> &str {
        self.0.name()
    }

    /// The rules of the zone.
    pub fn tz(&self) -> chrono_tz::Tz {
        self.0
    }
}

impl FromStr for TimeZone {
    type Err = UnknownPlace;
    fn from_str(text: &str) -> Result<Self, UnknownPlace> {
        chrono_tz::Tz::from_str(text)
            .map(Self)
            .map_err(|_| UnknownPlace("expected an IANA time zone such as Europe/Paris"))
    }
}

text_value!(TimeZone, "^[A-Za-z0-9_+/-]{2,40}$", "Europe/Paris");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown() {
        let locale = |text: &str| text.parse::<Locale>().unwrap();
        let (states, french) = ("US".parse::<Country>().unwrap(), locale("fr-CA"));
        assert_eq!([states.name_in(french), states.name_in(locale("de"))], ["États-Unis", "United States"]);
        // accents are no letters of their own: the Vatican follows Eswatini, and nobody follows Zimbabwe
        let list = Country::list_in(french);
        assert!(list.windows(2).any(|two| (two[0].1, two[1].1) == ("Estonie", "Eswatini")), "{list:?}");
        assert!(
            list.windows(2).any(|two| (two[0].1, two[1].1) == ("Eswatini", "État de la Cité du Vatican")),
            "{list:?}"
        );
        assert_eq!(list.last().unwrap().1, "Zimbabwe");
        assert_eq!(Country::list_in(locale("de")), Country::list_in(locale("en-US")));
        let names = read_names().unwrap();
        assert!(Country::all().all(|country| names[&country].values().filter(|name| !name.is_empty()).count() == 2));
        assert!(
            "fr".parse::<Country>().is_err() && "XX".parse::<Country>().is_err() && "FRA".parse::<Country>().is_err()
        );
        let quebec: Locale = "fr-CA".parse().unwrap();
        assert_eq!((quebec.language(), quebec.territory()), ("fr", Some("CA")));
        for text in ["", "f", "FR", "fr_CA", "fr-", "fr-ca", "fr-CAN", "éé"] {
            assert!(text.parse::<Locale>().is_err(), "{text}");
        }
        assert!("Europe/Paris".parse::<TimeZone>().is_ok() && "Paris".parse::<TimeZone>().is_err());
    }
}
