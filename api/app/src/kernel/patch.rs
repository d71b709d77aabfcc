//! The fields of a JSON Merge Patch (RFC 7396): absent leaves the value, null removes it, a value sets it.

use serde::{Deserialize, Deserializer};

/// A change of a value that cannot be removed; null is refused.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Change<T> {
    /// Absent: as it is.
    #[default]
    Keep,
    /// To this.
    To(T),
}

/// A change of a value that can be removed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Nullable<T> {
    /// Absent: as it is.
    #[default]
    Keep,
    /// Null: removed.
    Clear,
    /// To this.
    To(T),
}

impl<T> Change<T> {
    /// The new value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Keep => None,
            Self::To(value) => Some(value),
        }
    }

    /// Writes the new value over the old; says whether it differs.
    pub fn apply(self, to: &mut T) -> bool
    where
        T: PartialEq,
    {
        match self {
            Self::Keep => false,
            Self::To(value) => {
                let differs = *to != value;
                *to = value;
                differs
            }
        }
    }
}

impl<T> Nullable<T> {
    /// The new value, if there is one.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::To(value) => Some(value),
        }
    }

    /// Writes the change over the old value.
    pub fn apply(self, to: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *to = None,
            Self::To(value) => *to = Some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(Self::To)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(from).map(|value| value.map_or(Self::Clear, Self::To))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(default)]
        name: Change<String>,
        #[serde(default)]
        limit: Nullable<i64>,
    }

    #[test]
    fn absent_null_and_value_are_three_things() {
        let read = |text: &str| serde_json::from_str::<Sample>(text);
        assert_eq!(read("{}").unwrap(), Sample { name: Change::Keep, limit: Nullable::Keep });
        assert_eq!(read(r#"{"limit":null}"#).unwrap().limit, Nullable::Clear);
        assert_eq!(
            read(r#"{"limit":3,"name":"a"}"#).unwrap(),
            Sample { name: Change::To("a".into()), limit: Nullable::To(3) }
        );
        assert!(read(r#"{"name":null}"#).is_err());
    }
}
