//! Currencies by their numbers in ISO 4217, as banks' gateways write them: 978 is EUR.

use comptoir_domain::Currency;

/// The three digits of a currency.
pub(super) fn number(currency: Currency) -> Option<String> {
    iso_currency::Currency::from_code(currency.as_str()).map(|known| format!("{:03}", known.numeric()))
}

/// The currency of three digits.
pub(super) fn currency(number: &str) -> Option<Currency> {
    let number = Some(number).filter(|text| text.len() == 3)?.parse().ok()?;
    iso_currency::Currency::from_numeric(number)?.code().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows that the pages of the gateways name, and one with a leading zero (ISO 4217: AUD 036).
    #[test]
    fn numbers_are_those_of_the_standard() {
        for (code, digits) in [("EUR", "978"), ("USD", "840"), ("GBP", "826"), ("AUD", "036"), ("JPY", "392")] {
            let known: Currency = code.parse().unwrap();
            assert_eq!((number(known).as_deref(), currency(digits)), (Some(digits), Some(known)));
        }
        for unknown in ["", "97", "0978", "999", "+78", "abc"] {
            assert_eq!(currency(unknown), None, "{unknown}");
        }
    }
}
