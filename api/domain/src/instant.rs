//! An instant in UTC, in whole microseconds: the same value on every database and in every cursor.

use chrono::{DateTime, Utc};

/// A point in time. Civil dates (`*_on`) are `chrono::NaiveDate` in the seller's zone, never this.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::BigInt))]
pub struct Instant(i64);

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Instant = Instant(0);

    /// Cuts to microseconds.
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }

    /// Microseconds since 1970; `None` outside the years that chrono knows.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(|_| Self(micros))
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0
    }

    #[cfg(feature = "sql")]
    pub(crate) fn micros_ref(&self) -> &i64 {
        &self.0
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The same instant as chrono's type.
    pub fn utc(self) -> DateTime<Utc> {
        // the constructors admit nothing that chrono cannot hold
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }

    /// Later by `span` (earlier if it is negative); stays where it is when the result is out of range.
    pub fn plus(self, span: chrono::TimeDelta) -> Self {
        self.utc().checked_add_signed(span).map_or(self, Self::from_utc)
    }

    /// Noon of a civil date in a zone: at any rate an instant of that date, whatever the clocks do in the night.
    pub fn noon_of(date: chrono::NaiveDate, zone: crate::TimeZone) -> Option<Self> {
        let noon = date.and_hms_opt(12, 0, 0)?.and_local_timezone(zone.tz()).earliest()?;
        Some(Self::from_utc(noon.with_timezone(&Utc)))
    }

    /// The civil date and time in a zone.
    pub fn local_in(self, zone: crate::TimeZone) -> chrono::NaiveDateTime {
        self.utc().with_timezone(&zone.tz()).naive_local()
    }

    /// The civil date in a zone.
    pub fn date_in(self, zone: crate::TimeZone) -> chrono::NaiveDate {
        self.utc().with_timezone(&zone.tz()).date_naive()
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    }
}

impl std::fmt::Debug for Instant {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{self}")
    }
}

impl std::str::FromStr for Instant {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|at| Self::from_utc(at.with_timezone(&Utc)))
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(|_| serde::de::Error::custom("expected an instant such as 2026-01-31T09:00:00Z"))
    }
}

impl utoipa::PartialSchema for Instant {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)))
            .into()
    }
}

impl utoipa::ToSchema for Instant {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_offsets_and_writes_utc() {
        let at: Instant = "2026-11-23T10:00:00.123456789+02:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-23T08:00:00.123456Z");
        assert_eq!(Instant::from_micros(at.micros()), Some(at));
    }

    #[test]
    fn the_date_depends_on_the_zone() {
        let at: Instant = "2026-12-31T23:30:00Z".parse().unwrap();
        assert_eq!(at.date_in("Europe/Paris".parse().unwrap()).to_string(), "2027-01-01");
        assert_eq!(at.date_in("America/New_York".parse().unwrap()).to_string(), "2026-12-31");
    }
}
