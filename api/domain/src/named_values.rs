//! What is known of a client or a subscription beyond its fields: names with values, read and replaced all together.

use crate::Check;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A name with a value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedValue {
    /// The name, once for each client or subscription.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// The value.
    #[schema(max_length = 200)]
    pub value: String,
    /// Whether rules see it.
    pub is_active: bool,
}

/// The most of them.
const MOST: usize = 100;

/// Refuses too many properties, names that come twice and texts that do not fit.
pub fn check_all(check: &mut Check, properties: &[NamedValue]) {
    check.ensure(properties.len() <= MOST, "/properties", "out_of_range", "a hundred at most");
    for (index, property) in properties.iter().enumerate() {
        let at = format!("/properties/{index}");
        check_texts(check, &at, &property.name, &property.value);
        let before = properties.iter().take(index).any(|other| other.name == property.name);
        check.ensure(!before, &format!("{at}/name"), "duplicate", "each name once");
    }
}

/// Notes texts that do not fit.
pub(crate) fn check_texts(check: &mut Check, at: &str, name: &str, value: &str) {
    check.text(&format!("{at}/name"), name, 1..=80);
    check.text(&format!("{at}/value"), value, 0..=200);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_once() {
        let mut check = Check::new();
        check_all(&mut check, &[value("a"), value(""), value("a")]);
        let places: Vec<_> = check.done().unwrap_err().fields.into_iter().map(|field| field.pointer).collect();
        assert_eq!(places, ["/properties/1/name", "/properties/2/name"]);
    }

    #[test]
    fn a_hundred_at_most() {
        let many: Vec<_> = (0..101).map(|n| value(&n.to_string())).collect();
        for (some, good) in [(&many[..], false), (&many[..100], true)] {
            let mut check = Check::new();
            check_all(&mut check, some);
            assert_eq!(check.done().is_ok(), good);
        }
    }

    fn value(name: &str) -> NamedValue {
        NamedValue { name: name.into(), value: "1".into(), is_active: true }
    }
}
