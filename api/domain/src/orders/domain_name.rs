//! A domain name as people order it: at least two labels, international letters allowed, stored as registries take it.

use crate::places::text_value;

/// A domain name in its ASCII form: small letters, `xn--` labels, no dot at the end.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct DomainName(String);

/// The text is no domain name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a domain name such as example.com: labels of 1 to 63 letters, digits and inner hyphens")]
pub struct InvalidDomainName;

impl DomainName {
    /// The ASCII form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form for people: `münchen.example` for `xn--mnchen-3ya.example`.
    pub fn unicode(&self) -> String {
        idna::domain_to_unicode(&self.0).0
    }

    /// What follows the first label: the extension of a name that is directly below one (`co.uk` of `shop.co.uk`).
    pub fn parent(&self) -> &str {
        self.0.split_once('.').map_or("", |(_, parent)| parent)
    }
}

impl std::str::FromStr for DomainName {
    type Err = InvalidDomainName;

    /// Reads a name by UTS 46 with the rules of RFC 1123 and RFC 5891: lengths, letters, hyphens, valid `xn--` labels.
    fn from_str(text: &str) -> Result<Self, InvalidDomainName> {
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_| InvalidDomainName)?;
        // one label is no name that can be bought, and an address such as 192.0.2.1 is no name at all
        let (_, last) = ascii.rsplit_once('.').ok_or(InvalidDomainName)?;
        if last.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidDomainName);
        }
        Ok(Self(ascii))
    }
}

text_value!(DomainName, "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", "example.com");

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(text: &str) -> Option<String> {
        text.parse::<DomainName>().ok().map(|name| name.as_str().to_string())
    }

    /// The IDNA form of münchen is the example of RFC 3492 tools everywhere: xn--mnchen-3ya.
    #[test]
    fn one_stored_form_each() {
        assert_eq!(ascii("Example.COM").as_deref(), Some("example.com"));
        assert_eq!(ascii("München.example").as_deref(), Some("xn--mnchen-3ya.example"));
        assert_eq!(ascii("xn--mnchen-3ya.example").as_deref(), Some("xn--mnchen-3ya.example"));
        assert_eq!(ascii("a.b.c-d.co.uk").as_deref(), Some("a.b.c-d.co.uk"));
        assert_eq!(ascii("123.example").as_deref(), Some("123.example"));
        let name: DomainName = "xn--mnchen-3ya.co.uk".parse().unwrap();
        assert_eq!((name.unicode().as_str(), name.parent()), ("münchen.co.uk", "co.uk"));
    }

    /// RFC 1035: a label has at most 63 octets, a name 253 characters; RFC 5891: no hyphens at the ends or in places 3, 4.
    #[test]
    fn refuses_what_no_registry_takes() {
        let label = |length: usize| "a".repeat(length);
        assert!(ascii(&format!("{}.com", label(63))).is_some());
        assert_eq!(ascii(&format!("{}.com", label(64))), None);
        let long = |last: usize| format!("{0}.{0}.{0}.{1}", label(63), label(last));
        assert_eq!((long(61).len(), long(62).len()), (253, 254));
        assert!(ascii(&long(61)).is_some());
        assert_eq!(ascii(&long(62)), None);
        for text in [
            "",
            "com",
            ".",
            ".com",
            "example.",
            "example.com.",
            "a..com",
            "-a.com",
            "a-.com",
            "ab--c.com",
            "a_b.com",
            "a b.com",
            "a/b.com",
            "xn--zzzzzzzzz.com",
            "192.0.2.1",
            "http://a.com",
            "a@b.com",
            "*.a.com",
            "a.com\n",
        ] {
            assert_eq!(ascii(text), None, "{text:?}");
        }
    }
}
