//! Webhooks (SEL-14): who is told what, where a message may be sent to, and how long to go on trying. The messages
//! follow Standard Webhooks (standardwebhooks.com).

use crate::problem::{Problem, Result};
use chrono::TimeDelta;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

text_enum! {
    /// Whether an endpoint is told anything.
    pub enum EndpointState {
        /// It is.
        Enabled = "enabled",
        /// It is not: switched off, or it has answered 410.
        Disabled = "disabled",
    }
}

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryState {
        /// To be delivered.
        Pending = "pending",
        /// Accepted.
        Delivered = "delivered",
        /// Given up.
        Failed = "failed",
    }
}

/// Whether an endpoint wants to hear of a kind of activity; one without kinds wants them all.
pub fn wants(kinds: &[String], kind: &str) -> bool {
    kinds.is_empty() || kinds.iter().any(|wanted| wanted == kind)
}

/// Seconds between the tries, as the specification proposes: ten tries in three days.
const PAUSES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// How long to wait after so many tries in vain; `None`: give up.
pub fn pause_after(attempts: i32) -> Option<TimeDelta> {
    let at = usize::try_from(attempts).ok()?.checked_sub(1)?;
    PAUSES.get(at).map(|seconds| TimeDelta::seconds(*seconds))
}

/// Networks that are not the public Internet (IANA special-purpose registries): address and length of the prefix.
const RESERVED_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Of the sixth version only 2000::/3 is in public use, and of that not these: Teredo and others, documentation, 6to4.
const RESERVED_V6: &[([u16; 8], u32)] = &[
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// Whether an address is on the public Internet, so that a message to it cannot reach what stands beside us.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => !RESERVED_V4.iter().any(|(net, length)| {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            (Ipv4Addr::from(*net).to_bits() ^ four.to_bits()) & mask == 0
        }),
        IpAddr::V6(six) => {
            let within = |net: [u16; 8], length: u32| {
                let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
                (Ipv6Addr::from(net).to_bits() ^ six.to_bits()) & mask == 0
            };
            match six.to_ipv4_mapped() {
                Some(four) => is_public(IpAddr::V4(four)),
                None => {
                    within([0x2000, 0, 0, 0, 0, 0, 0, 0], 3)
                        && !RESERVED_V6.iter().any(|(net, length)| within(*net, *length))
                }
            }
        }
    }
}

/// The address of an endpoint, or why it cannot be one. Where `local` endpoints are allowed, loopback and private
/// addresses are, and plain `http` to loopback.
pub fn check_url(text: &str, local: bool) -> Result<Url> {
    let refuse = |code, detail: &str| Err(Problem::field("/url", code, detail));
    let Some(url) = Url::parse(text).ok().filter(|_| text.len() <= 2000) else {
        return refuse("invalid_url", "expected an address such as https://example.com/hook");
    };
    let literal = match url.host() {
        Some(Host::Ipv4(four)) => Some(IpAddr::V4(four)),
        Some(Host::Ipv6(six)) => Some(IpAddr::V6(six)),
        _ => None,
    };
    let loopback = url.host_str() == Some("localhost") || literal.is_some_and(|address| address.is_loopback());
    if url.host().is_none() || !(url.scheme() == "https" || url.scheme() == "http" && local && loopback) {
        return refuse("not_https", "it must begin with https://");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return refuse("invalid_url", "without user, password and fragment: messages are signed");
    }
    if !local && (loopback || literal.is_some_and(|address| !is_public(address))) {
        return refuse("private_address", "this address is not on the public Internet");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_blocked() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "64:ff9b::a00:1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn public_addresses_are_not() {
        for text in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn urls() {
        let code = |text: &str, local| check_url(text, local).err().map(|problem| problem.fields[0].code);
        assert_eq!(code("https://example.com/a?b=c", false), None);
        for (text, want) in [
            ("http://example.com/", "not_https"),
            ("ftp://example.com/", "not_https"),
            ("https://me:secret@example.com/", "invalid_url"),
            ("https://example.com/#a", "invalid_url"),
            ("example.com", "invalid_url"),
            ("https://127.0.0.1/", "private_address"),
            ("https://2130706433/", "private_address"), // 127.0.0.1 as one number
            ("https://[::1]/", "private_address"),
            ("https://localhost/", "private_address"),
            ("https://169.254.169.254/latest", "private_address"),
        ] {
            assert_eq!(code(text, false), Some(want), "{text}");
        }
        assert_eq!((code("http://127.0.0.1:8000/", true), code("https://10.0.0.1/", true)), (None, None));
        assert_eq!(code("http://10.0.0.1/", true), Some("not_https"));
    }

    /// 5 s + 5 min + 30 min + 2 h + 5 h + 10 h + 14 h + 20 h + 24 h = 75 h 35 min 5 s.
    #[test]
    fn ten_tries_in_three_days() {
        let pauses: Vec<_> = (1..).map_while(pause_after).collect();
        assert_eq!(pauses.iter().sum::<TimeDelta>(), TimeDelta::seconds(75 * 3600 + 35 * 60 + 5));
        assert_eq!((pauses.len(), pause_after(0), pause_after(10)), (9, None, None));
    }

    #[test]
    fn no_kinds_are_all_kinds() {
        assert!(wants(&[], "invoice.issued") && wants(&["a".into(), "b".into()], "b") && !wants(&["a".into()], "b"));
    }
}
