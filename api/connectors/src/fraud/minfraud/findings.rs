//! What minFraud has found out about the network, the card's bank and the mail address, as reasons for people. Countries, proxies
//! and mail to be thrown away are weighed by the rules of the house ([`comptoir_domain::fraud::Learned`]). Pure.

use super::wire::{Answer, CardAnswer, IpAddress};
use comptoir_domain::fraud::FraudReason;

/// Longer names are cut.
const LONGEST_NAME: usize = 100;

/// Facts that are yes or no, their names, and what they mean.
const SIGNS: &[(&str, &str, Sign)] = &[
    ("CARD_PREPAID", "The card is prepaid.", |said| said.credit_card.is_prepaid),
    ("CARD_VIRTUAL", "The card is a virtual one.", |said| said.credit_card.is_virtual),
    ("CARD_ABROAD", "The card was not issued in the country of the billing address.", |said| {
        said.credit_card.is_issued_in_billing_address_country.map(|is_there| !is_there)
    }),
    ("EMAIL_HIGH_RISK", "The mail address is of high risk.", |said| said.email.is_high_risk),
    ("HOSTING_PROVIDER", "The IP address is that of a hosting provider.", |said| {
        said.ip_address.traits.is_hosting_provider
    }),
];

type Sign = fn(&Answer) -> Option<bool>;

/// All of them. Services that tell less have fewer.
pub(super) fn findings(said: &Answer) -> Vec<FraudReason> {
    let named = [("IP_NETWORK", network(&said.ip_address)), ("CARD_ISSUER", issuer(&said.credit_card))];
    let named = named.into_iter().filter_map(|(code, detail)| Some(reason(code, detail?)));
    let signs = SIGNS.iter().filter(|(.., shows)| shows(said) == Some(true));
    named.chain(signs.map(|(code, detail, _)| reason(code, (*detail).into()))).collect()
}

fn reason(code: &str, detail: String) -> FraudReason {
    FraudReason { code: code.into(), detail, multiplier: None }
}

/// Whose network it is: `Example Networks, FR, hosting`.
fn network(ip: &IpAddress) -> Option<String> {
    sentence([&ip.traits.isp, &ip.country.iso_code, &ip.traits.user_type])
}

/// Which bank's card it is, and what kind of card: `Example Bank, US, Visa, credit`.
fn issuer(card: &CardAnswer) -> Option<String> {
    sentence([&card.issuer.name, &card.country, &card.brand, &card.kind])
}

/// What is told of some words; nothing if no name comes first.
fn sentence<const N: usize>(words: [&Option<String>; N]) -> Option<String> {
    words.first().copied()?.as_ref()?;
    let line =
        |text: &String| text.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect::<String>();
    Some(words.into_iter().flatten().map(line).collect::<Vec<_>>().join(", "))
}
