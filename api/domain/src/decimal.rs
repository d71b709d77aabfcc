//! Decimals that are not amounts: rates, unit prices, quantities. Exact, bounded, and with one spelling each.

use crate::money::{Money, MoneyError};
use rust_decimal::Decimal;

/// Why a text is not such a decimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a decimal number such as {example} with at most {places} decimal places")]
pub struct InvalidDecimal {
    example: &'static str,
    places: u32,
}

macro_rules! decimals {
    ($($(#[$meta:meta])* $name:ident { places: $places:literal, example: $example:literal }),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
        #[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
        pub struct $name(Decimal);

        impl $name {
            /// How many decimal places it may have.
            pub const PLACES: u32 = $places;

            /// Takes a decimal of at most [`Self::PLACES`] places and fifteen digits before the point.
            pub fn new(value: Decimal) -> Result<Self, InvalidDecimal> {
                let value = value.normalize();
                if value.scale() > $places || value.abs() >= Decimal::from(1_000_000_000_000_000_i64) {
                    return Err(InvalidDecimal { example: $example, places: $places });
                }
                Ok(Self(value))
            }

            /// The number itself.
            pub const fn get(self) -> Decimal { self.0 }
        }
        impl From<u32> for $name { fn from(value: u32) -> Self { Self(Decimal::from(value)) } }
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(out, "{}", self.0) }
        }
        impl std::str::FromStr for $name {
            type Err = InvalidDecimal;
            fn from_str(text: &str) -> Result<Self, InvalidDecimal> {
                let refuse = InvalidDecimal { example: $example, places: $places };
                let plain = text.strip_prefix('-').unwrap_or(text);
                let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                let shaped = match plain.split_once('.') {
                    Some((whole, fraction)) => digits(whole) && digits(fraction),
                    None => digits(plain),
                };
                if !shaped { return Err(refuse); }
                Decimal::from_str_exact(text).map_err(|_| refuse).and_then(Self::new)
            }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.collect_str(self) }
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
                    .pattern(Some(concat!("^-?[0-9]{1,15}(\\.[0-9]{1,", $places, "})?$")))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
        #[cfg(feature = "sql")]
        crate::decimal_column!($name);
    )+ };
}

decimals! {
    /// A rate in per cent: `9.975` is 9.975 %.
    Percent { places: 6, example: "19" },
    /// A price of one unit, in major units of its currency, finer than the currency where needed.
    UnitPrice { places: 9, example: "0.0125" },
    /// How many units.
    Quantity { places: 6, example: "1" },
    /// Units of a currency for one euro, as the European Central Bank publishes them.
    UnitsPerEuro { places: 9, example: "1.0844" },
    /// How likely a fraud is, from 0 to 100.
    FraudScore { places: 2, example: "12.5" },
}

impl UnitPrice {
    /// An amount as a price: refused if it has more digits than a price can.
    pub fn of(amount: Money) -> Result<Self, MoneyError> {
        Self::new(amount.decimal()).map_err(|_| MoneyError::Overflow)
    }
}

impl Percent {
    /// The whole.
    pub fn hundred() -> Self {
        Self(Decimal::ONE_HUNDRED)
    }

    /// What a base is multiplied by: 19 % is 0.19.
    pub fn fraction(self) -> Decimal {
        self.0 / Decimal::ONE_HUNDRED
    }

    /// Whether it is a part of a whole: from 0 to 100.
    pub fn is_share(self) -> bool {
        (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_each() {
        assert_eq!("9.9750".parse::<Percent>().unwrap().to_string(), "9.975");
        assert_eq!("007".parse::<Quantity>().unwrap().to_string(), "7");
        assert_eq!("-0.0".parse::<Quantity>().unwrap().to_string(), "0");
    }

    /// A price has at most fifteen digits before the point.
    #[test]
    fn an_amount_that_is_too_large_is_no_price() {
        let yen = |minor| Money::from_minor(minor, "JPY".parse().unwrap());
        assert_eq!(UnitPrice::of(yen(999_999_999_999_999)).unwrap().to_string(), "999999999999999");
        assert_eq!(UnitPrice::of(yen(1_000_000_000_000_000)), Err(MoneyError::Overflow));
    }

    #[test]
    fn refuses_what_is_not_a_plain_decimal() {
        for text in
            ["", ".", "1.", ".5", "1e3", "+1", "1_000", "1,5", " 1", "NaN", "0.1234567", "1000000000000000", "--1"]
        {
            assert!(text.parse::<Percent>().is_err(), "{text:?}");
        }
    }
}
