//! What is known of a client that rules may ask for (CLI-10): a discount for members of an association, say.

use crate::Check;
use crate::named_values::{NamedValue, check_texts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    pub fn holds(&self, properties: &[NamedValue]) -> bool {
        let same = |property: &NamedValue| (&property.name, &property.value) == (&self.name, &self.value);
        properties.iter().any(|property| property.is_active && same(property))
    }

    /// Notes what is wrong with it.
    pub fn check(&self, check: &mut Check, at: &str) {
        check_texts(check, at, &self.name, &self.value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(name: &str, value: &str, is_active: bool) -> NamedValue {
        NamedValue { name: name.into(), value: value.into(), is_active }
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
}
