//! Countries, locales and time zones, checked against the lists of well-kept crates.

use std::str::FromStr;

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

    /// Every country of the list.
    pub fn all() -> impl Iterator<Item = Self> {
        rust_iso3166::ALL.iter().filter_map(|country| country.alpha2.parse().ok())
    }

    /// The English name of the list.
    pub fn name(&self) -> String {
        rust_iso3166::from_alpha2(self.as_str()).map(|country| country.name.to_string()).unwrap_or_default()
    }
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
        assert_eq!("CA".parse::<Country>().unwrap().name(), "Canada");
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
