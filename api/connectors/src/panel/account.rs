//! What a hosting account is. The names are checked once, here: whoever holds a [`DomainName`] can put it into a path,
//! a zone or a server configuration without escaping.

use serde::{Deserialize, Serialize};

/// The text is not such a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct InvalidName(&'static str);

macro_rules! names {
    ($($(#[$meta:meta])* $name:ident = $fits:ident, $expected:literal;)+) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidName;
            fn try_from(text: String) -> Result<Self, InvalidName> {
                if $fits(&text) { Ok(Self(text)) } else { Err(InvalidName($expected)) }
            }
        }
        impl std::str::FromStr for $name {
            type Err = InvalidName;
            fn from_str(text: &str) -> Result<Self, InvalidName> { Self::try_from(text.to_owned()) }
        }
        impl From<$name> for String { fn from(name: $name) -> String { name.0 } }
        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { out.write_str(&self.0) }
        }
    )+ };
}

names! {
    /// Our own key of the account at the panel: 1 to 64 letters, digits, `-` and `_`.
    ExternalId = is_key, "1 to 64 letters, digits, hyphens or underscores";
    /// A host name in small ASCII letters (international names in their `xn--` form), without the last dot (RFC 1123).
    DomainName = is_domain, "a domain such as example.com, in small letters";
    /// The name of the account on the machine: a small letter, then up to 31 small letters, digits, `-` or `_`.
    SystemUser = is_user, "a small letter, then up to 31 small letters, digits, hyphens or underscores";
}

fn is_key(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 253
        && text.split('.').all(label)
        && text.rsplit_once('.').is_some_and(|(_, top)| top.len() > 1 && !numeric(top))
}

fn is_user(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    text.len() <= 32 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(inner)
}

/// What an account should be, or is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Serves its site.
    Active,
    /// Keeps everything, serves a notice.
    Suspended,
    /// Gone with all it held.
    Removed,
}

/// One hosting account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Our key.
    pub id: ExternalId,
    /// The domain it serves, for life.
    pub domain: DomainName,
    /// Its name on the machine.
    pub system_user: SystemUser,
    /// Whether PHP scripts run.
    pub script_php: bool,
    /// Bytes it may hold; none is without limit.
    pub disk_limit: Option<u64>,
    /// What it should be.
    pub state: State,
}

/// What the panel holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Observed {
    /// The account as it is.
    pub account: Account,
    /// The panel's own id, if it gives one.
    pub panel_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn domains() {
        let longest = format!("{}.{}.{}.{}.com", "a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(57));
        for good in ["example.com", "xn--bcher-kva.example", "a-b.c1.co.uk", "1and1.com", &longest] {
            assert!(good.parse::<DomainName>().is_ok(), "{good}");
        }
        let too_long = format!("{}.{}.{}.{}.com", "a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(58));
        for bad in [
            "",
            "com",
            ".com",
            "example.com.",
            "Example.com",
            "-a.com",
            "a-.com",
            "a..com",
            "../etc",
            "a/b.com",
            "a b.com",
            "a.com\n",
            "a;b.com",
            "é.com",
            "127.0.0.1",
            "a.c",
            "*.com",
            "_dmarc.a.com",
            "a{}.com",
            &too_long,
        ] {
            assert!(bad.parse::<DomainName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn users_and_keys() {
        assert!("anna_1".parse::<SystemUser>().is_ok() && "svc_0phg".parse::<ExternalId>().is_ok());
        for bad in ["", "1a", "Anna", "a b", "root;", "é", &"a".repeat(33)] {
            assert!(bad.parse::<SystemUser>().is_err(), "{bad:?}");
        }
        for bad in ["", "..", "a/b", "a.json", &"a".repeat(65)] {
            assert!(bad.parse::<ExternalId>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        /// Whatever gets through is one harmless path component and one harmless word of a configuration.
        #[test]
        fn what_passes_is_harmless(text in "[ -~]{0,12}(\\.[a-z]{2,3})?") {
            if text.parse::<DomainName>().is_ok() {
                prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)));
                prop_assert!(!text.starts_with('.') && !text.contains(".."));
            }
        }
    }
}
