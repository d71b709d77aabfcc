//! Who sees a function of the hosting account (SYN-08; guide, "Visibilité des fonctions d'hébergement").

use super::properties::Properties;
use super::table::{AddOnRule, Property, PropertyGroup};
use super::value::Value;

text_enum! {
    /// Who looks.
    pub enum Viewer { Client = "client", Administrator = "administrator" }
}

text_enum! {
    /// What is to be seen.
    pub enum Sight { Hidden = "hidden", ReadOnly = "read_only", Usable = "usable" }
}

/// What a viewer sees of a property, given the properties of the subscription.
///
/// A limit of 0 hides the function from everybody; above 0 its permission decides whether the client sees it. What is
/// on or off follows its permission alone; without it the client still sees which script languages are on. What no
/// permission leaves to the client is set by the administrator.
pub fn sight(property: &Property, of: &Properties, viewer: Viewer) -> Sight {
    let promised = of.get(&property.id).is_some_and(Value::promises);
    let counted = property.add_on == Some(AddOnRule::Add);
    if counted && !promised {
        return Sight::Hidden;
    }
    if viewer == Viewer::Administrator {
        return Sight::Usable;
    }
    let allowed = match (&property.seen_with, &property.left_to_subscriber) {
        (Some(permission), _) | (None, Some(permission)) => of.is_on(permission),
        (None, None) => promised && (counted || property.group == PropertyGroup::Permissions),
    };
    match allowed {
        true => Sight::Usable,
        false if promised && property.id.starts_with("script_") => Sight::ReadOnly,
        false => Sight::Hidden,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosting::properties::tests::of;
    use crate::hosting::property;
    use serde_json::json;

    fn seen(id: &str, properties: serde_json::Value) -> (Sight, Sight) {
        let (row, properties) = (property(id).unwrap(), of(properties));
        (sight(row, &properties, Viewer::Client), sight(row, &properties, Viewer::Administrator))
    }

    /// The four rows of the guide's table: limit above 0 or not, permission or not; client, administrator.
    #[test]
    fn the_guides_table() {
        for (limit, permission, want) in [
            (10, true, (Sight::Usable, Sight::Usable)),
            (10, false, (Sight::Hidden, Sight::Usable)),
            (0, true, (Sight::Hidden, Sight::Hidden)),
            (0, false, (Sight::Hidden, Sight::Hidden)),
        ] {
            assert_eq!(seen("domains", json!({"domains": limit, "create_domains": permission})), want);
        }
        assert_eq!(seen("mailboxes", json!({"mailboxes": "unlimited"})), (Sight::Usable, Sight::Usable));
    }

    /// Without the permission to manage hosting, languages that are on are shown to read and the others not at all.
    #[test]
    fn script_languages_without_permission_are_read_only() {
        let hosting = json!({"script_php": true, "script_perl": false, "ssl_support": true});
        assert_eq!(seen("script_php", hosting.clone()).0, Sight::ReadOnly);
        assert_eq!(seen("script_perl", hosting.clone()).0, Sight::Hidden);
        assert_eq!(seen("ssl_support", hosting.clone()).0, Sight::Hidden);
        let managed = json!({"script_perl": false, "manage_hosting_settings": true});
        assert_eq!(seen("script_perl", managed).0, Sight::Usable);
        assert_eq!(seen("webmail", json!({"webmail": "horde"})), (Sight::Hidden, Sight::Usable));
    }
}
