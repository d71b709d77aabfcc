//! Gateways by name: those that every house has, and those that sellers set up.

pub mod imports;

use crate::places::text_value;
use std::str::FromStr;

/// The longest name.
const LONGEST: usize = 24;

/// What stores, orders and transactions call a gateway by: small letters, digits, `-` and `_`, a letter first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct GatewayCode([u8; LONGEST]);

/// The text cannot name a gateway.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to 24 small letters, digits, hyphens or underscores, a letter first")]
pub struct InvalidGatewayCode;

impl GatewayCode {
    /// The gateway for trying things out; no money moves.
    pub const FAKE: Self = Self::word(b"fake");
    /// A cheque by post.
    pub const CHEQUE: Self = Self::word(b"cheque");
    /// A bank transfer.
    pub const TRANSFER: Self = Self::word(b"transfer");

    /// The text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        std::str::from_utf8(self.0.get(..length).unwrap_or_default()).unwrap_or_default()
    }

    /// Whether the seller waits for the money, and so issues the invoice before it has come.
    pub fn is_awaited(self) -> bool {
        self == Self::CHEQUE || self == Self::TRANSFER
    }

    const fn word<const N: usize>(text: &[u8; N]) -> Self {
        let mut bytes = [0; LONGEST];
        let (to, _) = bytes.split_at_mut(N);
        to.copy_from_slice(text);
        Self(bytes)
    }
}

impl FromStr for GatewayCode {
    type Err = InvalidGatewayCode;

    fn from_str(text: &str) -> Result<Self, InvalidGatewayCode> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        let mut bytes = [0; LONGEST];
        let fits = text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(is_plain);
        let to = bytes.get_mut(..text.len()).filter(|_| fits).ok_or(InvalidGatewayCode)?;
        to.copy_from_slice(text.as_bytes());
        Ok(Self(bytes))
    }
}

text_value!(GatewayCode, "^[a-z][a-z0-9_-]{0,23}$", "transfer");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for text in ["fake", "a", "stripe-eu_2", "abcdefghijklmnopqrstuvwx"] {
            assert_eq!(text.parse::<GatewayCode>().unwrap().as_str(), text);
        }
        for text in ["", "1a", "-a", "A", "é", "a b", "abcdefghijklmnopqrstuvwxy"] {
            assert_eq!(text.parse::<GatewayCode>(), Err(InvalidGatewayCode), "{text}");
        }
        assert_eq!("cheque".parse(), Ok(GatewayCode::CHEQUE));
        assert!(GatewayCode::TRANSFER.is_awaited() && !GatewayCode::FAKE.is_awaited());
    }
}
