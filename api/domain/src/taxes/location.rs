//! Where a rule holds, and where a customer is.

use super::union::in_union;
use crate::places::text_value;
use crate::{Check, Country};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The widest part of a location: `*`, `EU` or a country.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub enum Area {
    /// `*`.
    Everywhere,
    /// `EU`: its members on the date in question.
    EuropeanUnion,
    /// One country.
    Country(Country),
}

impl Area {
    /// `*`, `EU` or the country code.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Everywhere => "*",
            Self::EuropeanUnion => "EU",
            Self::Country(country) => country.as_str(),
        }
    }
}

/// The text is no area.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected *, EU or an ISO 3166-1 country code such as FR")]
pub struct UnknownArea;

impl std::str::FromStr for Area {
    type Err = UnknownArea;
    fn from_str(text: &str) -> Result<Self, UnknownArea> {
        match text {
            "*" => Ok(Self::Everywhere),
            "EU" => Ok(Self::EuropeanUnion),
            _ => text.parse().map(Self::Country).map_err(|_| UnknownArea),
        }
    }
}

text_value!(Area, "^(\\*|[A-Z]{2})$", "EU");

/// Where a rule holds: an area, and within a country a state, state and city, state and county, or all three
/// (TAX-01). What is empty or `*` holds everywhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Country, European Union or everywhere.
    pub area: Area,
    /// The state's abbreviation: `NY`, `QC`.
    #[serde(default)]
    pub state: Option<String>,
    /// The city.
    #[serde(default)]
    pub city: Option<String>,
    /// The county.
    #[serde(default)]
    pub county: Option<String>,
}

/// `CA, QC, Laval`.
impl std::fmt::Display for Location {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.area.as_str())?;
        let parts = [&self.state, &self.county, &self.city].into_iter().flatten();
        parts.filter(|part| !is_any(part)).try_for_each(|part| write!(out, ", {part}"))
    }
}

impl Location {
    /// A whole area.
    pub fn of(area: Area) -> Self {
        Self { area, state: None, city: None, county: None }
    }

    /// Whether a customer's place lies in it on a day.
    pub fn covers(&self, place: &Place, on: NaiveDate) -> bool {
        let area = match self.area {
            Area::Everywhere => true,
            Area::EuropeanUnion => in_union(place.country, on),
            Area::Country(country) => country == place.country,
        };
        let parts = [(&self.state, &place.state), (&self.city, &place.city), (&self.county, &place.county)];
        area && parts.into_iter().all(|(wanted, given)| part_covers(wanted.as_deref(), given.as_deref()))
    }

    /// Notes texts that are none, and parts that mean nothing: a state outside a country, a city or county outside a state.
    pub fn check(&self, check: &mut Check) {
        for (part, pointer, most) in [
            (&self.state, "/location/state", 40),
            (&self.city, "/location/city", 80),
            (&self.county, "/location/county", 80),
        ] {
            check.optional_text(pointer, part.as_deref(), 0..=most);
        }
        let set = |part: &Option<String>| part.as_deref().is_some_and(|text| !is_any(text));
        let in_country = matches!(self.area, Area::Country(_));
        check.ensure(in_country || !set(&self.state), "/location/state", "without_country", "name the country too");
        for (part, pointer) in [(&self.city, "/location/city"), (&self.county, "/location/county")] {
            check.ensure(set(&self.state) || !set(part), pointer, "without_state", "name the state too");
        }
    }
}

fn is_any(text: &str) -> bool {
    matches!(text.trim(), "" | "*")
}

/// A part that is not given matches only what holds everywhere. People write city names in any case.
fn part_covers(wanted: Option<&str>, given: Option<&str>) -> bool {
    match (wanted.filter(|text| !is_any(text)), given) {
        (None, _) => true,
        (Some(wanted), Some(given)) => wanted.trim().to_lowercase() == given.trim().to_lowercase(),
        (Some(_), None) => false,
    }
}

/// Where a customer is taxed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The country.
    pub country: Country,
    /// The state's abbreviation.
    #[serde(default)]
    pub state: Option<String>,
    /// The city.
    #[serde(default)]
    pub city: Option<String>,
    /// The county.
    #[serde(default)]
    pub county: Option<String>,
}

impl Place {
    /// A country as a whole.
    pub fn of(country: Country) -> Self {
        Self { country, state: None, city: None, county: None }
    }
}
