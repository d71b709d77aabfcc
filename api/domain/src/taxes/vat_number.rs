//! VAT numbers of the Union: shape and check digit, which every member makes in its own way. The checks are those of the
//! crate `eu-vat`; whether a number is in use only its member can say.

use super::union::vat_prefix;
use crate::{Check, Country};
use chrono::NaiveDate;
use eu_vat::Vat;

/// A number whose shape and check digit are right, prefix first, without blanks: `EL094259216`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct VatNumber(Vat);

impl VatNumber {
    /// Reads a number that begins with its prefix. The crate counts on plain letters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.replace('\u{a0}', " ");
        if text.is_ascii() { Vat::parse(&text).ok().map(Self) } else { None }
    }

    /// What it begins with: `EL` for Greece.
    pub fn prefix(&self) -> &'static str {
        self.0.country().code()
    }

    /// What follows the prefix.
    pub fn number(&self) -> &str {
        self.0.number()
    }

    /// Whether a party in that country can bear it.
    pub fn is_of(&self, country: Country, on: NaiveDate) -> bool {
        vat_prefix(country, on) == Some(self.prefix())
    }
}

impl std::fmt::Display for VatNumber {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// The one spelling of a VAT number that someone in a country has typed, with or without its prefix. Notes one that no
/// party in a member of the Union can have; elsewhere any text is taken as it is.
pub fn read_vat_number(check: &mut Check, pointer: &str, text: &str, country: Country, on: NaiveDate) -> String {
    let Some(prefix) = vat_prefix(country, on).filter(|_| !text.trim().is_empty()) else {
        return text.trim().into();
    };
    let typed = VatNumber::parse(text);
    let own = typed.clone().filter(|number| number.prefix() == prefix);
    let own = own.or_else(|| VatNumber::parse(&format!("{prefix}{text}")));
    match (own, typed) {
        (Some(own), _) => return own.to_string(),
        (None, Some(_)) => {
            check.refuse(pointer, "other_country", format!("a number of the address's country: {prefix}…"))
        }
        (None, None) => check.refuse(
            pointer,
            "invalid_vat_number",
            format!("expected a VAT number such as {prefix}… with its check digit"),
        ),
    }
    text.trim().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, country: &str) -> Result<String, (String, &'static str)> {
        let mut check = Check::new();
        let read =
            read_vat_number(&mut check, "/vat_number", text, country.parse().unwrap(), "2026-11-23".parse().unwrap());
        let found = check.done().map_err(|problem| problem.fields.into_iter().next().unwrap());
        found.map(|()| read).map_err(|field| (field.pointer, field.code))
    }

    /// Numbers that another implementation (python-stdnum) accepts, one a member, and the same with one digit changed.
    #[test]
    fn each_member_checks_its_numbers_in_its_own_way() {
        for (good, bad) in [
            ("ATU13585627", "ATU13585626"),
            ("BE0428759497", "BE0428759498"),
            ("BG175074752", "BG175074751"),
            ("CY10259033P", "CY10259033Z"),
            ("CZ25123891", "CZ25123890"),
            ("DE136695976", "DE136695978"),
            ("DK13585628", "DK13585627"),
            ("EE100931558", "EE100594103"),
            ("EL094259216", "EL123456781"),
            ("ESB58378431", "ESB64717839"),
            ("FI20774740", "FI20774741"),
            ("FR40303265045", "FR84323140391"),
            ("HR33392005961", "HR33392005962"),
            ("HU12892312", "HU12892313"),
            ("IE6433435F", "IE6433435E"),
            ("IT00743110157", "IT00743110158"),
            ("LT119511515", "LT100001919018"),
            ("LU15027442", "LU15027443"),
            ("LV40003521600", "LV40003521601"),
            ("MT11679112", "MT11679113"),
            ("NL004495445B01", "NL123456789B90"),
            ("PL8567346215", "PL8567346216"),
            ("PT501964843", "PT501964842"),
            ("RO18547290", "RO18547291"),
            ("SE123456789701", "SE123456789101"),
            ("SI50223054", "SI50223055"),
            ("SK2022749619", "SK2022749618"),
        ] {
            let country = if good.starts_with("EL") { "GR" } else { &good[..2] };
            assert_eq!(read(good, country), Ok(good.into()));
            assert_eq!(read(bad, country), Err(("/vat_number".into(), "invalid_vat_number")), "{bad}");
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (typed, country, want) in [
            (" nl 0044.95445.b01", "NL", "NL004495445B01"),
            ("40 303 265 045", "FR", "FR40303265045"),
            ("GR094259216", "GR", "EL094259216"),
            ("FR40303265045", "MC", "FR40303265045"),
            ("", "FR", ""),
            // outside the Union there is no such number to check
            (" CHE-123.456.788 TVA", "CH", "CHE-123.456.788 TVA"),
            ("FR40303265046", "US", "FR40303265046"),
        ] {
            assert_eq!(read(typed, country), Ok(want.into()), "{typed}");
        }
        assert_eq!(read("ATU13585627", "DE"), Err(("/vat_number".into(), "other_country")));
        assert_eq!(read("XI980780684", "GB"), Ok("XI980780684".into()));
    }

    proptest! {
        /// Whatever is typed: no panic, and what is taken is taken again as it is.
        #[test]
        fn any_text_is_read_or_refused(prefix in "(AT|BE|ES|FR|IE|LV|NL|RO|SK)?", rest in "\\PC{0,16}") {
            for country in ["FR", "ES", "LV"] {
                if let Ok(own) = read(&format!("{prefix}{rest}"), country) {
                    prop_assert_eq!(read(&own, country), Ok(own.clone()));
                }
            }
        }
    }
}
