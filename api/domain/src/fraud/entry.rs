//! The lists of a seller: who is never checked, and who is always refused. An entry is kept in one spelling, so whether an
//! order meets it is a comparison: an order has so many texts that could stand on a list ([`candidates`]).

use super::facts::{Bin, FraudFacts};
use crate::orders::DomainName;
use crate::{Check, Country};
use core::net::IpAddr;
use ipnet::IpNet;

text_enum! {
    /// Which list.
    pub enum FraudList {
        /// Accepted without a check.
        Allow = "allow",
        /// Refused.
        Deny = "deny",
    }
}

text_enum! {
    /// What an entry is about.
    pub enum FraudEntryKind {
        /// A mail address.
        Mail = "mail",
        /// A domain of mail addresses, those below it included.
        MailDomain = "mail_domain",
        /// An IP address or a network (`192.0.2.0/24`).
        Address = "address",
        /// The country of the invoice address, of the IP address or of the card.
        Country = "country",
        /// The first six to eight digits of cards.
        Bin = "bin",
        /// A telephone number with its country code.
        Phone = "phone",
    }
}

/// An entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FraudEntry {
    /// On which list.
    pub list: FraudList,
    /// What it is about.
    pub kind: FraudEntryKind,
    /// In its one spelling.
    pub value: String,
}

/// The one spelling of what was typed, or what was expected.
pub fn normal(kind: FraudEntryKind, typed: &str) -> Result<String, &'static str> {
    let typed = typed.trim();
    let (found, expected) = match kind {
        FraudEntryKind::Mail => (mail(typed), "an address such as anna@example.com"),
        FraudEntryKind::MailDomain => (domain(typed), "a domain such as example.com"),
        FraudEntryKind::Address => (network(typed), "an address such as 192.0.2.1 or a network such as 192.0.2.0/24"),
        FraudEntryKind::Country => {
            (typed.parse::<Country>().ok().map(|country| country.to_string()), "a country such as FR")
        }
        FraudEntryKind::Bin => (bin(typed), "the first 6 to 8 digits of a card"),
        FraudEntryKind::Phone => (phone(typed), "a number with its country code, such as +33 1 23 45 67 89"),
    };
    found.ok_or(expected)
}

fn mail(typed: &str) -> Option<String> {
    let mut check = Check::new();
    check.email("", typed);
    check.done().ok().map(|()| typed.to_lowercase())
}

fn domain(typed: &str) -> Option<String> {
    typed.trim_start_matches('@').parse::<DomainName>().ok().map(|name| name.as_str().to_string())
}

fn network(typed: &str) -> Option<String> {
    let net = typed.parse::<IpNet>().ok().or_else(|| typed.parse::<IpAddr>().ok().map(IpNet::from))?;
    Some(net.trunc().to_string())
}

fn bin(typed: &str) -> Option<String> {
    let is_one = (6..=8).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| typed.to_string())
}

/// E.164: a plus and at most fifteen digits.
fn phone(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let number = if typed.starts_with('+') { digits.as_str() } else { digits.strip_prefix("00")? };
    (7..=15).contains(&number.len()).then(|| format!("+{number}"))
}

/// Every text that would mean this order if it stood on a list.
pub fn candidates(facts: &FraudFacts) -> Vec<(FraudEntryKind, String)> {
    let mut found = Vec::new();
    found.push((FraudEntryKind::Mail, facts.mail.to_lowercase()));
    found.extend(with_parents(&facts.mail_domain()).map(|name| (FraudEntryKind::MailDomain, name.to_string())));
    found.extend(facts.ip.into_iter().flat_map(networks).map(|net| (FraudEntryKind::Address, net)));
    let countries = [Some(facts.billing_country), facts.ip_country, facts.card_country];
    found.extend(countries.into_iter().flatten().map(|country| (FraudEntryKind::Country, country.to_string())));
    found.extend(facts.bin.iter().flat_map(card_candidates));
    found.extend(phone(&facts.phone).map(|number| (FraudEntryKind::Phone, number)));
    found
}

/// The same for a card alone.
pub fn card_candidates(bin: &Bin) -> Vec<(FraudEntryKind, String)> {
    let starts = (6..=8).filter_map(|length| bin.as_str().get(..length));
    starts.map(|start| (FraudEntryKind::Bin, start.to_string())).collect()
}

/// Every network that an address is in. An address of the old kind in a new one's clothes counts as the old one.
fn networks(address: IpAddr) -> Vec<String> {
    let address = address.to_canonical();
    let longest = IpNet::from(address).prefix_len();
    (0..=longest).filter_map(|length| IpNet::new(address, length).ok()).map(|net| net.trunc().to_string()).collect()
}

/// A domain and those above it, the last label alone left out.
pub fn with_parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), above).take_while(|name| name.contains('.'))
}

fn above<'a>(name: &&'a str) -> Option<&'a str> {
    name.split_once('.').map(|(_, parent)| parent)
}
