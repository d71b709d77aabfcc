//! Money: a whole number of minor units and a currency. Exact, checked, never a float.
//!
//! Rounding is half-up (half away from zero), once per defined step; splitting uses the largest remainder, ties to the
//! earliest part. On the wire an amount is `{"amount":"12.10","currency":"EUR"}`; tables hold minor units.

use crate::places::text_value;
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

/// An ISO 4217 currency that people pay with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct Currency {
    code: [u8; 3],
    digits: u8,
}

impl Currency {
    /// In which declarations to the one-stop shop are made.
    pub const EUR: Self = Self { code: *b"EUR", digits: 2 };

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// How many decimal places an amount has: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn digits(self) -> u32 {
        u32::from(self.digits)
    }
}

/// The text is not the code of a currency with minor units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an ISO 4217 currency code such as EUR")]
pub struct UnknownCurrency;

impl std::str::FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let code = <[u8; 3]>::try_from(text.as_bytes()).map_err(|_| UnknownCurrency)?;
        // the crate reads codes in any case; ours have one spelling
        if !code.iter().all(u8::is_ascii_uppercase) {
            return Err(UnknownCurrency);
        }
        let digits =
            iso_currency::Currency::from_code(text).and_then(|known| known.exponent()).ok_or(UnknownCurrency)?;
        Ok(Self { code, digits: u8::try_from(digits).map_err(|_| UnknownCurrency)? })
    }
}

text_value!(Currency, "^[A-Z]{3}$", "EUR");

/// What can go wrong with amounts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies met in one sum.
    #[error("{0} and {1} cannot be added")]
    Mixed(Currency, Currency),
    /// The result does not fit into 64 bits of minor units.
    #[error("the amount is out of range")]
    Overflow,
    /// More decimal places than the currency has.
    #[error("{0} amounts have at most {1} decimal places")]
    TooPrecise(Currency, u32),
    /// Not a number in plain notation.
    #[error("expected an amount such as 12.10")]
    Malformed,
}

/// An amount of money.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Digits of a share, in smallest units, that are the same however its weight was computed.
const CERTAIN_PLACES: u32 = 15;

impl Money {
    /// So many minor units (cents).
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Rounds an exact value in major units half-up to the currency's digits.
    pub fn round(value: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let rounded = value.round_dp_with_strategy(currency.digits(), RoundingStrategy::MidpointAwayFromZero);
        Self::exact(rounded, currency)
    }

    /// Takes a value that already fits the currency's digits.
    pub fn exact(value: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let scaled = value.checked_mul(Decimal::from(10_i64.pow(currency.digits()))).ok_or(MoneyError::Overflow)?;
        if !scaled.is_integer() {
            return Err(MoneyError::TooPrecise(currency, currency.digits()));
        }
        Ok(Self { minor: scaled.to_i64().ok_or(MoneyError::Overflow)?, currency })
    }

    /// Reads `12.10`: plain notation, at most the currency's digits.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        let plain = amount.strip_prefix('-').unwrap_or(amount);
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let shaped = match plain.split_once('.') {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => digits(plain),
        };
        if !shaped || plain.len() > 24 {
            return Err(MoneyError::Malformed);
        }
        let value = Decimal::from_str_exact(amount).map_err(|_| MoneyError::Malformed)?;
        Self::exact(value, currency)
    }

    /// Minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The exact value in major units.
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.digits())
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is below nothing.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Mixed(self.currency, other.currency)) }
    }

    /// Sum of two amounts of one currency.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// Difference of two amounts of one currency.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The same amount with the other sign.
    pub fn negated(self) -> Result<Self, MoneyError> {
        Ok(Self { minor: self.minor.checked_neg().ok_or(MoneyError::Overflow)?, ..self })
    }

    /// Sum of any number of amounts of `currency`.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// Splits the amount in proportion to `weights` by the largest remainder: the parts add up exactly, ties go to the
    /// earliest part, and a negative amount splits like its absolute value. Weights must not be negative and not all
    /// be zero; the order of the parts is the order of the weights.
    pub fn split(self, weights: &[Decimal]) -> Result<Vec<Self>, MoneyError> {
        let total: Decimal = weights.iter().copied().sum();
        if total <= Decimal::ZERO || weights.iter().any(|weight| weight.is_sign_negative() && !weight.is_zero()) {
            return Err(MoneyError::Malformed);
        }
        let whole = Decimal::from(self.minor.checked_abs().ok_or(MoneyError::Overflow)?);
        let mut parts = Vec::with_capacity(weights.len());
        let mut left = whole;
        for (index, weight) in weights.iter().enumerate() {
            // weights may be quotients: what their last digits lack must not decide a tie
            let exact = (whole.checked_mul(*weight).ok_or(MoneyError::Overflow)? / total).round_dp(CERTAIN_PLACES);
            let floor = exact.floor();
            left -= floor;
            parts.push((index, floor, exact - floor));
        }
        let mut order: Vec<_> = (0..parts.len()).collect();
        order.sort_by_key(|&at| std::cmp::Reverse(parts.get(at).map(|part| part.2)));
        let extra = left.to_usize().ok_or(MoneyError::Overflow)?;
        for at in order.into_iter().take(extra) {
            if let Some(part) = parts.get_mut(at) {
                part.1 += Decimal::ONE;
            }
        }
        let sign = if self.minor < 0 { -1 } else { 1 };
        let amount = |minor: Decimal| minor.to_i64().map(|minor| Self { minor: minor * sign, ..self });
        parts.into_iter().map(|(_, minor, _)| amount(minor).ok_or(MoneyError::Overflow)).collect()
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}", self.decimal(), self.currency)
    }
}

impl std::fmt::Debug for Money {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{self}")
    }
}

/// The shape on the wire.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    amount: String,
    currency: Currency,
}

impl serde::Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Wire { amount: self.decimal().to_string(), currency: self.currency }.serialize(to)
    }
}

impl<'de> serde::Deserialize<'de> for Money {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(from)?;
        Self::parse(&wire.amount, wire.currency).map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Money {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::{ObjectBuilder, Ref, schema::Type};
        let amount = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^-?[0-9]{1,19}(\\.[0-9]{1,4})?$"));
        ObjectBuilder::new()
            .property("amount", amount)
            .property("currency", Ref::from_schema_name("Currency"))
            .required("amount")
            .required("currency")
            .examples([serde_json::json!({"amount": "12.10", "currency": "EUR"})])
            .into()
    }
}

impl utoipa::ToSchema for Money {
    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        schemas.push(("Currency".into(), <Currency as utoipa::PartialSchema>::schema()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    fn round(value: &str, code: &str) -> String {
        Money::round(value.parse().unwrap(), currency(code)).unwrap().to_string()
    }

    /// ISO 4217, table of 2026-01-01: digits of the currencies that are not 2, and codes that are no money.
    #[test]
    fn digits_follow_iso_4217() {
        for code in [
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF",
        ] {
            assert_eq!(currency(code).digits(), 0, "{code}");
        }
        for code in ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"] {
            assert_eq!(currency(code).digits(), 3, "{code}");
        }
        for code in ["EUR", "USD", "CAD", "CHF", "GBP", "HUF", "RUB", "MGA"] {
            assert_eq!(currency(code).digits(), 2, "{code}");
        }
        for code in ["XXX", "XTS", "XAU", "XDR", "eur", "EURO", "EU", "", "ABC"] {
            assert!(code.parse::<Currency>().is_err(), "{code}");
        }
    }

    /// EN 16931 and most tax laws round commercially; the vectors are arithmetic by hand.
    #[test]
    fn rounds_half_away_from_zero() {
        for (value, code, want) in [
            ("2.345", "EUR", "2.35 EUR"),
            ("-2.345", "EUR", "-2.35 EUR"),
            ("4.9571", "EUR", "4.96 EUR"),
            ("0.125", "EUR", "0.13 EUR"),
            ("1.2345", "KWD", "1.235 KWD"),
            ("100.5", "JPY", "101 JPY"),
        ] {
            assert_eq!(round(value, code), want);
        }
    }

    #[test]
    fn reads_only_what_the_currency_can_hold() {
        let eur = currency("EUR");
        assert_eq!(Money::parse("12.1", eur), Ok(Money::from_minor(1210, eur)));
        assert_eq!(Money::parse("12.101", eur), Err(MoneyError::TooPrecise(eur, 2)));
        assert_eq!(Money::parse("12.100", eur), Ok(Money::from_minor(1210, eur)));
        for text in ["", "12.", ".1", "1,2", "1e2", "+1", "NaN", " 1", "0x1", "--1"] {
            assert_eq!(Money::parse(text, eur), Err(MoneyError::Malformed), "{text}");
        }
        assert!(Money::parse("99999999999999999999", eur).is_err());
        let wire: Result<Money, _> = serde_json::from_str(r#"{"amount":"1.00","currency":"EUR","x":1}"#);
        assert!(wire.is_err());
    }

    #[test]
    fn splits_by_largest_remainder() {
        let eur = currency("EUR");
        let thirds = Money::from_minor(10_000, eur).split(&[Decimal::ONE; 3]).unwrap();
        assert_eq!(thirds.iter().map(|part| part.minor()).collect::<Vec<_>>(), [3334, 3333, 3333]);
        let weighted = Money::from_minor(-1000, eur).split(&[75.into(), 20.into(), 5.into()]).unwrap();
        assert_eq!(weighted.iter().map(|part| part.minor()).collect::<Vec<_>>(), [-750, -200, -50]);
        // 99 as one to five are 16.5 and 82.5, also where a third and five thirds say so
        let thirds = [Decimal::ONE, Decimal::from(5)].map(|weight| weight / Decimal::from(3));
        let tied = Money::from_minor(99, eur).split(&thirds).unwrap();
        assert_eq!(tied.iter().map(|part| part.minor()).collect::<Vec<_>>(), [17, 82]);
        assert!(Money::from_minor(1, eur).split(&[]).is_err());
        assert!(Money::from_minor(1, eur).split(&[Decimal::ZERO]).is_err());
    }

    #[test]
    fn refuses_mixed_currencies_and_overflow() {
        let (eur, usd) = (currency("EUR"), currency("USD"));
        assert_eq!(Money::zero(eur).plus(Money::zero(usd)), Err(MoneyError::Mixed(eur, usd)));
        assert_eq!(Money::from_minor(i64::MAX, eur).plus(Money::from_minor(1, eur)), Err(MoneyError::Overflow));
    }

    proptest! {
        /// Parts add up, and none is further from its exact share than one minor unit.
        #[test]
        fn split_is_exact_and_fair(minor in -1_000_000_000_i64..1_000_000_000, weights in prop::collection::vec(0_u32..10_000, 1..20)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            let decimals: Vec<Decimal> = weights.iter().map(|weight| Decimal::from(*weight)).collect();
            let parts = Money::from_minor(minor, currency("EUR")).split(&decimals).unwrap();
            prop_assert_eq!(parts.iter().map(|part| part.minor()).sum::<i64>(), minor);
            for (part, weight) in parts.iter().zip(&weights) {
                let off = (i128::from(part.minor()) * total - i128::from(minor) * i128::from(*weight)).abs();
                prop_assert!(off < total, "{} of {minor} for {weight}/{total}", part);
            }
        }

        #[test]
        fn text_round_trips(minor in any::<i64>(), code in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let amount = Money::from_minor(minor, currency(code));
            prop_assert_eq!(Money::parse(&amount.decimal().to_string(), currency(code)), Ok(amount));
        }
    }
}
