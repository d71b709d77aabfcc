//! The VAT territory of the European Union: members with their dates and VAT prefixes, and the reverse charge.

use crate::Country;
use chrono::{Datelike, NaiveDate};

/// Year, month, day.
type Day = (i32, u32, u32);

/// A country that belongs, or belonged, to the VAT territory.
struct Member {
    country: &'static str,
    /// What its VAT numbers begin with: the country code, but EL for Greece, and the state it is treated as part of.
    prefix: &'static str,
    since: Day,
    /// The last day.
    until: Option<Day>,
}

const fn member(country: &'static str, since: Day) -> Member {
    Member { country, prefix: country, since, until: None }
}

/// Dates of accession by treaty. The United Kingdom left the VAT territory at the end of the transition period.
/// Monaco counts as France and the Isle of Man as the United Kingdom (directive 2006/112/EC, art. 7). Overseas
/// territories with a country code of their own (AX, GP, MQ, RE, GF, YT) lie outside and are not listed.
const MEMBERS: &[Member] = &[
    member("AT", (1995, 1, 1)),
    member("BE", (1958, 1, 1)),
    member("BG", (2007, 1, 1)),
    member("CY", (2004, 5, 1)),
    member("CZ", (2004, 5, 1)),
    member("DE", (1958, 1, 1)),
    member("DK", (1973, 1, 1)),
    member("EE", (2004, 5, 1)),
    member("ES", (1986, 1, 1)),
    member("FI", (1995, 1, 1)),
    member("FR", (1958, 1, 1)),
    Member { country: "GB", prefix: "GB", since: (1973, 1, 1), until: Some((2020, 12, 31)) },
    Member { country: "GR", prefix: "EL", since: (1981, 1, 1), until: None },
    member("HR", (2013, 7, 1)),
    member("HU", (2004, 5, 1)),
    member("IE", (1973, 1, 1)),
    Member { country: "IM", prefix: "GB", since: (1973, 1, 1), until: Some((2020, 12, 31)) },
    member("IT", (1958, 1, 1)),
    member("LT", (2004, 5, 1)),
    member("LU", (1958, 1, 1)),
    member("LV", (2004, 5, 1)),
    Member { country: "MC", prefix: "FR", since: (1958, 1, 1), until: None },
    member("MT", (2004, 5, 1)),
    member("NL", (1958, 1, 1)),
    member("PL", (2004, 5, 1)),
    member("PT", (1986, 1, 1)),
    member("RO", (2007, 1, 1)),
    member("SE", (1995, 1, 1)),
    member("SI", (2004, 5, 1)),
    member("SK", (2004, 5, 1)),
];

fn members(on: NaiveDate) -> impl Iterator<Item = &'static Member> {
    let day = (on.year(), on.month(), on.day());
    MEMBERS.iter().filter(move |member| member.since <= day && member.until.is_none_or(|last| day <= last))
}

/// Whether a country belongs to the VAT territory on a day.
pub fn in_union(country: Country, on: NaiveDate) -> bool {
    vat_prefix(country, on).is_some()
}

/// What VAT numbers of a member begin with on a day: `EL` for Greece, `FR` for Monaco; none outside the territory.
pub fn vat_prefix(country: Country, on: NaiveDate) -> Option<&'static str> {
    members(on).find(|member| member.country == country.as_str()).map(|member| member.prefix)
}

/// Whether the buyer owes the VAT instead of the seller: a business whose verified VAT number is of another member
/// than the seller's (directive 2006/112/EC, art. 44 and 196). `verified_vat_id` is the whole number, prefix first;
/// XI is for goods only and therefore no member here.
pub fn reverse_charge(seller: Country, business: bool, verified_vat_id: Option<&str>, on: NaiveDate) -> bool {
    let buyer = verified_vat_id.and_then(|id| id.get(..2));
    let (Some(seller), Some(buyer)) = (vat_prefix(seller, on), buyer) else { return false };
    business && buyer != seller && members(on).any(|member| member.prefix == buyer)
}
