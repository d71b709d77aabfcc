//! What shows where a private buyer is (implementing regulation 282/2011, art. 24b and 24f): two pieces of evidence that do
//! not contradict each other, of which the invoice address is one.

use crate::Country;

text_enum! {
    /// What shows where a buyer is.
    pub enum EvidenceKind {
        /// The invoice address.
        BillingAddress = "billing_address",
        /// Where the order came from, by the address on the Internet.
        IpAddress = "ip_address",
        /// The country of the telephone number.
        Telephone = "telephone",
    }
}

text_enum! {
    /// What the evidence comes to.
    pub enum EvidenceVerdict {
        /// Something besides the invoice address shows the same country.
        Supported = "supported",
        /// There is nothing but the invoice address.
        AddressOnly = "address_only",
        /// Everything else shows other countries.
        Contradicted = "contradicted",
    }
}

text_enum! {
    /// What becomes of an order whose evidence contradicts the invoice address. A person is told in either case.
    #[derive(Default)]
    pub enum Contradiction {
        /// It is taxed by the invoice address.
        #[default]
        UseAddress = "use_address",
        /// It waits until a person accepts it.
        Hold = "hold",
    }
}

/// Weighs the invoice address against everything else.
pub fn weigh(address: Country, others: &[(EvidenceKind, Country)]) -> EvidenceVerdict {
    match others {
        [] => EvidenceVerdict::AddressOnly,
        others if others.iter().any(|(_, country)| *country == address) => EvidenceVerdict::Supported,
        _ => EvidenceVerdict::Contradicted,
    }
}

/// Calling codes of the members of the Union and their neighbours (ITU-T E.164); several countries share +1 and +7, which
/// therefore show nothing.
const CALLING_CODES: &[(&str, &str)] = &[
    ("30", "GR"),
    ("31", "NL"),
    ("32", "BE"),
    ("33", "FR"),
    ("34", "ES"),
    ("351", "PT"),
    ("352", "LU"),
    ("353", "IE"),
    ("354", "IS"),
    ("356", "MT"),
    ("357", "CY"),
    ("358", "FI"),
    ("359", "BG"),
    ("36", "HU"),
    ("370", "LT"),
    ("371", "LV"),
    ("372", "EE"),
    ("377", "MC"),
    ("380", "UA"),
    ("381", "RS"),
    ("385", "HR"),
    ("386", "SI"),
    ("39", "IT"),
    ("40", "RO"),
    ("41", "CH"),
    ("420", "CZ"),
    ("421", "SK"),
    ("423", "LI"),
    ("43", "AT"),
    ("44", "GB"),
    ("45", "DK"),
    ("46", "SE"),
    ("47", "NO"),
    ("48", "PL"),
    ("49", "DE"),
    ("90", "TR"),
];

/// The country of a telephone number that begins with `+` or `00` and a calling code.
pub fn calling_country(phone: &str) -> Option<Country> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let number = if phone.trim_start().starts_with('+') { digits.as_str() } else { digits.strip_prefix("00")? };
    CALLING_CODES.iter().find(|(code, _)| number.starts_with(code)).and_then(|(_, country)| country.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pieces_have_to_agree() {
        let country = |code: &str| code.parse::<Country>().unwrap();
        let by = |ip: &str, phone: &str| {
            let pair = [(EvidenceKind::IpAddress, ip), (EvidenceKind::Telephone, phone)];
            let found: Vec<_> = pair
                .into_iter()
                .filter(|(_, code)| !code.is_empty())
                .map(|(kind, code)| (kind, country(code)))
                .collect();
            weigh(country("AT"), &found)
        };
        assert_eq!(by("", ""), EvidenceVerdict::AddressOnly);
        for (ip, phone) in [("AT", ""), ("", "AT"), ("AT", "DE"), ("DE", "AT")] {
            assert_eq!(by(ip, phone), EvidenceVerdict::Supported, "{ip} {phone}");
        }
        for (ip, phone) in [("DE", ""), ("", "DE"), ("DE", "FR"), ("DE", "DE")] {
            assert_eq!(by(ip, phone), EvidenceVerdict::Contradicted, "{ip} {phone}");
        }
    }

    #[test]
    fn telephones_show_countries() {
        for (phone, want) in [
            ("+33 3 80 00 00 00", Some("FR")),
            ("0043 1 58858", Some("AT")),
            ("+358 9 1234", Some("FI")),
            ("+420 234 123", Some("CZ")),
            ("+1 202 555 0100", None),
            ("03 80 00 00 00", None),
            ("", None),
        ] {
            assert_eq!(calling_country(phone).map(|country| country.to_string()).as_deref(), want, "{phone}");
        }
        assert!(CALLING_CODES.iter().all(|(_, country)| country.parse::<Country>().is_ok()));
    }
}
