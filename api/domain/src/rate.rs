//! A rate: so many per cent of a base, or a fixed amount. Taxes and coupons have one.

use crate::{Money, Percent};

/// `{"percent":"19"}` or `{"fixed":{"amount":"10.00","currency":"USD"}}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", try_from = "Wire")]
pub enum Rate {
    /// So many per cent of the base.
    Percent(Percent),
    /// The amount itself, whatever the base.
    Fixed(Money),
}

/// The shape on the wire, read field by field so that a refusal can say what is wrong with it.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    percent: Option<Percent>,
    fixed: Option<Money>,
}

impl TryFrom<Wire> for Rate {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        match (wire.percent, wire.fixed) {
            (Some(percent), None) => Ok(Self::Percent(percent)),
            (None, Some(amount)) => Ok(Self::Fixed(amount)),
            _ => Err("expected either percent or fixed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_two() {
        let read = |text: &str| serde_json::from_str::<Rate>(text);
        for text in [r#"{"percent":"9.975"}"#, r#"{"fixed":{"amount":"10.00","currency":"USD"}}"#] {
            assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
        }
        for text in [
            "{}",
            r#"{"percent":"1","fixed":{"amount":"1","currency":"USD"}}"#,
            r#"{"percent":19}"#,
            r#"{"percent":"1","of":"2"}"#,
        ] {
            // JSON it is; only the shape is wrong
            assert!(read(text).unwrap_err().is_data(), "{text}");
        }
    }
}
