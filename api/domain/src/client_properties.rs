//! What is known of a client that rules may ask for (CLI-10): a discount for members of an association, say.

use crate::Check;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A property of a client.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientProperty {
    /// Its name, once per client.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Its value.
    #[schema(max_length = 200)]
    pub value: String,
    /// Whether rules see it.
    pub is_active: bool,
}

/// What a rule asks for: a property of this name with this value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequiredProperty {
    /// The name.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// The value, letter for letter.
    #[schema(max_length = 200)]
    pub value: String,
}

impl RequiredProperty {
    /// Whether a client with these properties has it.
    pub fn holds(&self, properties: &[ClientProperty]) -> bool {
        let same = |property: &ClientProperty| (&property.name, &property.value) == (&self.name, &self.value);
        properties.iter().any(|property| property.is_active && same(property))
    }

    /// Notes what is wrong with it.
    pub fn check(&self, check: &mut Check, at: &str) {
        check_texts(check, at, &self.name, &self.value);
    }
}

/// The most properties of a client.
const MOST: usize = 100;

/// Refuses too many properties, names that come twice and texts that do not fit.
pub fn check_all(check: &mut Check, properties: &[ClientProperty]) {
    check.ensure(properties.len() <= MOST, "/properties", "out_of_range", "a hundred at most");
    for (index, property) in properties.iter().enumerate() {
        let at = format!("/properties/{index}");
        check_texts(check, &at, &property.name, &property.value);
        let before = properties.iter().take(index).any(|other| other.name == property.name);
        check.ensure(!before, &format!("{at}/name"), "duplicate", "each name once");
    }
}

fn check_texts(check: &mut Check, at: &str, name: &str, value: &str) {
    check.text(&format!("{at}/name"), name, 1..=80);
    check.text(&format!("{at}/value"), value, 0..=200);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(name: &str, value: &str, is_active: bool) -> ClientProperty {
        ClientProperty { name: name.into(), value: value.into(), is_active }
    }

    #[test]
    fn only_what_is_active_and_the_same_counts() {
        let wanted = RequiredProperty { name: "association".into(), value: "yes".into() };
        assert!(wanted.holds(&[property("region", "Alsace", true), property("association", "yes", true)]));
        for other in
            [property("association", "yes", false), property("association", "Yes", true), property("club", "yes", true)]
        {
            assert!(!wanted.holds(std::slice::from_ref(&other)), "{other:?}");
        }
        assert!(!wanted.holds(&[]));
    }

    #[test]
    fn each_name_once() {
        let mut check = Check::new();
        check_all(&mut check, &[property("a", "1", true), property("", "2", true), property("a", "3", false)]);
        let places: Vec<_> = check.done().unwrap_err().fields.into_iter().map(|field| field.pointer).collect();
        assert_eq!(places, ["/properties/1/name", "/properties/2/name"]);
    }
}
