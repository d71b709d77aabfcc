//! Which PHP setting applies, where it comes from and who may change it (SYN-09).

use super::properties::Properties;
use super::table::{Platform, Property, PropertyGroup, properties};
use super::value::Value;
use super::visibility::Viewer;
use serde::Serialize;

text_enum! {
    /// Where a setting is made; each level wins over those before it.
    pub enum PhpLevel {
        /// For all sites of the server.
        Server = "server",
        Plan = "plan",
        AddOn = "add_on",
        Subscription = "subscription",
        /// For one site or subdomain.
        Site = "site",
    }
}

/// A setting that applies.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
pub struct PhpSetting {
    /// The property.
    pub property: String,
    pub value: Value,
    /// Where it was made.
    pub level: PhpLevel,
    /// Whether scripts can change it for themselves with `ini_set`, whatever the permissions say.
    pub scripts_can_override: bool,
}

/// Every PHP setting that some level makes. `default` keeps what stands below; of several add-ons the last one wins.
pub fn effective(levels: &[(PhpLevel, &Properties)], platform: Platform) -> Vec<PhpSetting> {
    let handler = winner(levels, "php_handler").map(|(_, value)| value);
    let on_apache = platform == Platform::Unix && handler == Some(&Value::Word("apache_module".into()));
    let rows = properties().iter().filter(|row| row.group == PropertyGroup::Php);
    rows.filter_map(|row| {
        let (level, value) = winner(levels, &row.id)?;
        let scripts_can_override = !on_apache && FREE.contains(&row.id.as_str());
        Some(PhpSetting { property: row.id.clone(), value: value.clone(), level, scripts_can_override })
    })
    .collect()
}

/// What `ini_set` reaches unless PHP runs as a module of Apache on Unix (guide, "Personnaliser la configuration PHP").
const FREE: [&str; 3] = ["php.memory_limit", "php.max_execution_time", "php.additional"];

fn winner<'a>(levels: &[(PhpLevel, &'a Properties)], id: &str) -> Option<(PhpLevel, &'a Value)> {
    let made = levels.iter().filter_map(|(level, properties)| Some((*level, properties.get(id)?)));
    made.filter(|(_, value)| **value != Value::Default).max_by_key(|(level, _)| *level)
}

/// Whether a viewer may change a PHP setting of one site: the seller always, the client by permission.
pub fn may_change(row: &Property, subscription: &Properties, viewer: Viewer) -> bool {
    let granted = row.left_to_subscriber.as_ref().is_some_and(|permission| subscription.is_on(permission));
    viewer == Viewer::Administrator || granted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosting::properties::tests::of;
    use crate::hosting::property;
    use serde_json::json;

    fn setting(levels: &[(PhpLevel, &Properties)], id: &str) -> Option<(Value, PhpLevel)> {
        let found = effective(levels, Platform::Unix).into_iter().find(|setting| setting.property == id);
        found.map(|setting| (setting.value, setting.level))
    }

    /// Guide: a lower level wins; "default" is the server's value, and in an add-on the plan's.
    #[test]
    fn the_level_nearest_to_the_site_wins() {
        let id = "php.memory_limit";
        let server = of(json!({id: 64}));
        let (plan, add_on) = (of(json!({id: 128})), of(json!({id: "default"})));
        let mut levels = vec![(PhpLevel::Server, &server), (PhpLevel::Plan, &plan), (PhpLevel::AddOn, &add_on)];
        assert_eq!(setting(&levels, id), Some((Value::Number(128), PhpLevel::Plan)));
        let (more, site) = (of(json!({id: 256})), of(json!({id: 512})));
        levels.push((PhpLevel::AddOn, &more));
        assert_eq!(setting(&levels, id), Some((Value::Number(256), PhpLevel::AddOn)));
        levels.push((PhpLevel::Site, &site));
        assert_eq!(setting(&levels, id), Some((Value::Number(512), PhpLevel::Site)));
        let plan = of(json!({id: "default"}));
        assert_eq!(setting(&[(PhpLevel::Plan, &plan), (PhpLevel::Server, &server)], id).unwrap().1, PhpLevel::Server);
        assert_eq!(setting(&[(PhpLevel::Plan, &plan)], id), None);
    }

    #[test]
    fn says_when_scripts_can_override() {
        for (platform, handler, want) in [
            (Platform::Unix, "apache_module", false),
            (Platform::Unix, "fastcgi", true),
            (Platform::Windows, "isapi", true),
        ] {
            let plan = of(json!({"php.memory_limit": 1, "php.post_max_size": 1, "php_handler": handler}));
            let settings = effective(&[(PhpLevel::Plan, &plan)], platform);
            let free: Vec<_> = settings.iter().map(|one| (one.property.as_str(), one.scripts_can_override)).collect();
            assert_eq!(free, [("php_handler", false), ("php.memory_limit", want), ("php.post_max_size", false)]);
        }
    }

    /// The performance and the common group have a permission each; the operator's own directives have none.
    #[test]
    fn permissions_open_groups_and_the_seller_may_always() {
        let subscription = of(json!({"manage_hosting_settings": true, "manage_performance": true}));
        let may = |id, viewer| may_change(property(id).unwrap(), &subscription, viewer);
        assert!(may("php.memory_limit", Viewer::Client) && may("php_handler", Viewer::Client));
        assert!(!may("php.display_errors", Viewer::Client) && !may("php.additional", Viewer::Client));
        assert!(may("php.display_errors", Viewer::Administrator) && may("php.additional", Viewer::Administrator));
    }
}
