//! The table of properties, read once from the file that is compiled in.

use serde::{Deserialize, Deserializer, Serialize};
use std::sync::LazyLock;

text_enum! {
    /// What kind of value a property takes.
    pub enum PropertyKind {
        /// A whole number, or `unlimited`.
        Limit = "limit",
        /// Bytes, or `unlimited`.
        Size = "size",
        /// On or off.
        Flag = "flag",
        /// One word of a closed list.
        Choice = "choice",
        /// Free text.
        Text = "text",
        /// Names, or `all`.
        List = "list",
    }
}

text_enum! {
    /// The group a property is shown in (CAT-02).
    pub enum PropertyGroup {
        Resources = "resources",
        Permissions = "permissions",
        Hosting = "hosting",
        Php = "php",
        Mail = "mail",
        Dns = "dns",
        Performance = "performance",
        Logs = "logs",
        Applications = "applications",
        Services = "services",
    }
}

text_enum! {
    /// The family of servers a property exists on.
    pub enum Platform { Unix = "unix", Windows = "windows" }
}

text_enum! {
    /// How an add-on changes the plan's value (CAT-03).
    pub enum AddOnRule {
        /// Numbers are summed, unlimited wins.
        Add = "add",
        /// On wins; lists unite.
        Or = "or",
        /// The add-on's value wins unless it is `default`.
        Override = "override",
    }
}

text_enum! {
    /// Whether a property is part of a reseller's own allotment.
    pub enum ResellerUse { Yes = "yes", No = "no", Only = "only" }
}

/// One property that hosting can have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = HostingProperty)]
pub struct Property {
    /// The word it is known by.
    pub id: String,
    pub group: PropertyGroup,
    pub kind: PropertyKind,
    /// What a limit counts or a size measures.
    pub unit: Option<String>,
    /// The words of a choice.
    #[serde(deserialize_with = "choices")]
    pub choices: Vec<Choice>,
    /// Where it exists; everywhere if absent.
    pub platform: Option<Platform>,
    /// How an add-on changes it; not in add-ons if absent.
    pub add_on: Option<AddOnRule>,
    /// The permission that leaves it to the subscriber and out of synchronisation (SYN-02).
    pub left_to_subscriber: Option<String>,
    /// The permission that, with a limit above 0, shows the function to the client (SYN-08).
    pub seen_with: Option<String>,
    /// What else must be so for it to have an effect.
    #[serde(deserialize_with = "requirement")]
    pub requires: Option<Requirement>,
    pub reseller: ResellerUse,
    /// For people.
    pub meaning: String,
}

/// A word of a choice.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = HostingPropertyChoice)]
pub struct Choice {
    pub word: String,
    /// Where it exists; everywhere if absent.
    pub platform: Option<Platform>,
}

/// Another property that must be on, or have a certain word.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = HostingPropertyRequirement)]
pub struct Requirement {
    pub property: String,
    pub word: Option<String>,
}

/// Reads `cgi|isapi@windows`.
fn choices<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Choice>, D::Error> {
    let text = String::deserialize(from)?;
    let one = |part: &str| match part.split_once('@') {
        Some((word, platform)) => platform
            .parse()
            .map(|platform| Choice { word: word.into(), platform: Some(platform) })
            .map_err(serde::de::Error::custom),
        None => Ok(Choice { word: part.into(), platform: None }),
    };
    text.split('|').filter(|part| !part.is_empty()).map(one).collect()
}

/// Reads `overuse_policy=block` or the bare name of a property.
fn requirement<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Requirement>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.map(|text| match text.split_once('=') {
        Some((property, word)) => Requirement { property: property.into(), word: Some(word.into()) },
        None => Requirement { property: text, word: None },
    }))
}

fn read() -> Result<Vec<Property>, csv::Error> {
    let file = include_str!("../../data/hosting-properties.csv");
    csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(file.as_bytes()).into_deserialize().collect()
}

/// A file that cannot be read would leave no property at all; a test makes sure that this never ships.
static TABLE: LazyLock<Vec<Property>> = LazyLock::new(|| read().unwrap_or_default());

/// Every property, in the order of the table.
pub fn properties() -> &'static [Property] {
    &TABLE
}

/// The property of that name.
pub fn property(id: &str) -> Option<&'static Property> {
    properties().iter().find(|property| property.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_file_can_be_read_and_names_are_unique() {
        let table = read().unwrap();
        let names: BTreeSet<_> = table.iter().map(|property| &property.id).collect();
        assert_eq!(names.len(), table.len());
        assert!(PropertyGroup::ALL.iter().all(|group| table.iter().any(|property| property.group == *group)));
    }

    /// Permissions that are referred to exist and are flags; the words of a requirement are words of that property.
    #[test]
    fn references_hold() {
        for row in properties() {
            for id in [&row.left_to_subscriber, &row.seen_with].into_iter().flatten() {
                let permission = property(id).unwrap_or_else(|| panic!("{}: {id}", row.id));
                assert_eq!((permission.group, permission.kind), (PropertyGroup::Permissions, PropertyKind::Flag));
            }
            if let Some(Requirement { property: id, word }) = &row.requires {
                let other = property(id).unwrap_or_else(|| panic!("{}: {id}", row.id));
                assert!(word.iter().all(|word| other.choices.iter().any(|choice| choice.word == *word)), "{}", row.id);
            }
        }
    }

    #[test]
    fn rules_fit_kinds() {
        for row in properties() {
            assert_eq!(row.kind == PropertyKind::Choice, !row.choices.is_empty(), "{}", row.id);
            let numeric = matches!(row.kind, PropertyKind::Limit | PropertyKind::Size);
            assert_eq!(numeric || row.kind == PropertyKind::List, row.unit.is_some(), "{}", row.id);
            match row.add_on {
                Some(AddOnRule::Add) => assert!(numeric, "{}", row.id),
                Some(AddOnRule::Or) => {
                    assert!(matches!(row.kind, PropertyKind::Flag | PropertyKind::List), "{}", row.id);
                }
                Some(AddOnRule::Override) => {}
                None => assert_eq!(row.reseller, ResellerUse::Only, "{}", row.id),
            }
        }
    }

    #[test]
    fn reads_words_with_platforms() {
        let handler = property("php_handler").unwrap();
        let words: Vec<_> = handler.choices.iter().map(|choice| (choice.word.as_str(), choice.platform)).collect();
        let want = [
            ("isapi", Some(Platform::Windows)),
            ("apache_module", Some(Platform::Unix)),
            ("fastcgi", None),
            ("cgi", None),
        ];
        assert_eq!(words, want);
    }
}
