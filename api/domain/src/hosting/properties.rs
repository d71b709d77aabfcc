//! A set of properties with their values, and what makes such a set right.

use super::table::{self, Platform, Property, PropertyGroup, ResellerUse};
use super::value::{Refusal, Value};
use crate::Check;
use std::collections::BTreeMap;

text_enum! {
    /// Whose properties they are: that decides which may be set.
    pub enum Bearer {
        /// A hosting plan.
        Plan = "plan",
        /// An add-on: what it says is added to a plan.
        AddOn = "add_on",
        /// A reseller hosting plan: the reseller's allotment.
        Reseller = "reseller",
        /// A customised subscription: its seller sets resources and permissions, the rest is set in the panel (SYN-03).
        Subscription = "subscription",
    }
}

impl Bearer {
    fn refusal(self, property: &Property) -> Option<Refusal> {
        let why = match self {
            Bearer::Reseller if property.reseller == ResellerUse::No => "it is not part of a reseller's allotment",
            Bearer::Reseller => return None,
            _ if property.reseller == ResellerUse::Only => "it exists only in a reseller's allotment",
            Bearer::Subscription
                if !matches!(property.group, PropertyGroup::Resources | PropertyGroup::Permissions) =>
            {
                "set it in the control panel of the subscription"
            }
            _ => return None,
        };
        Some(("not_here", why.into()))
    }
}

/// Properties with values. What is not in it is not promised.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Properties(pub(super) BTreeMap<&'static str, Value>);

impl Properties {
    /// The value of a property.
    pub fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id)
    }

    /// Whether a flag is on.
    pub fn is_on(&self, id: &str) -> bool {
        self.get(id) == Some(&Value::Flag(true))
    }

    /// The number of a limit or a size, if there is one.
    pub fn number(&self, id: &str) -> Option<u64> {
        match self.get(id) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whether an application of the catalogue may be installed (CAT-15): with access to the catalogue every one, unless
    /// some are named.
    pub fn offers_app(&self, app: &str) -> bool {
        let named = match self.get("apps") {
            Some(Value::List(names)) => names.contains(app),
            _ => true,
        };
        self.is_on("use_app_catalogue") && named
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every property that is set, with its row of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Property, &Value)> {
        self.0.iter().filter_map(|(id, value)| table::property(id).map(|property| (property, value)))
    }

    /// Reads properties from a request, noting every fault at `{pointer}/{id}`: unknown properties, values of a wrong
    /// kind, what such a bearer cannot have, what the platform lacks, and what has no effect without another property.
    ///
    /// Without a `platform` the properties must at least fit one of them: no server delivers both. Values that promise
    /// nothing (off, 0) are right everywhere. An add-on's requirements are for the plan to meet, so they are not asked.
    pub fn parse(
        check: &mut Check,
        pointer: &str,
        body: &serde_json::Map<String, serde_json::Value>,
        bearer: Bearer,
        platform: Option<Platform>,
    ) -> Self {
        let (properties, mut faults) = read(body, Some(bearer));
        faults.extend(properties.platform_faults(platform));
        if bearer != Bearer::AddOn {
            faults.extend(properties.missing_requirements());
        }
        for (id, (code, detail)) in faults {
            check.refuse(&format!("{pointer}/{}", escape(&id)), code, detail);
        }
        properties
    }

    fn platform_faults(&self, platform: Option<Platform>) -> Vec<(String, Refusal)> {
        let bound: Vec<_> = self.iter().filter_map(|(row, value)| Some((row, bound_to(row, value)?))).collect();
        let Some(target) = platform.or_else(|| bound.first().map(|(_, platform)| *platform)) else {
            return Vec::new();
        };
        let wrong = bound.into_iter().filter(|(_, platform)| *platform != target);
        wrong
            .map(|(row, platform)| {
                let detail = format!("this exists on {platform} only, and the rest is for {target}");
                (row.id.clone(), ("other_platform", detail))
            })
            .collect()
    }

    fn missing_requirements(&self) -> Vec<(String, Refusal)> {
        let promised = self.iter().filter(|(_, value)| value.promises());
        promised
            .filter_map(|(row, _)| {
                let wanted = row.requires.as_ref()?;
                let detail = match &wanted.word {
                    Some(word) => format!("this needs {} to be {word}", wanted.property),
                    None => format!("this needs {}", wanted.property),
                };
                let met = self.get(&wanted.property).is_some_and(|value| match &wanted.word {
                    Some(word) => *value == Value::Word(word.clone()),
                    None => value.promises(),
                });
                (!met).then(|| (row.id.clone(), ("requires", detail)))
            })
            .collect()
    }
}

/// The platform that a value needs.
fn bound_to(row: &Property, value: &Value) -> Option<Platform> {
    let of_word = |word: &String| row.choices.iter().find(|choice| choice.word == *word)?.platform;
    match value {
        Value::Word(word) if row.platform.is_none() => of_word(word),
        _ if value.promises() => row.platform,
        _ => None,
    }
}

fn read(
    body: &serde_json::Map<String, serde_json::Value>,
    bearer: Option<Bearer>,
) -> (Properties, Vec<(String, Refusal)>) {
    let mut properties = BTreeMap::new();
    let mut faults = Vec::new();
    for (id, json) in body {
        let Some(row) = table::property(id) else {
            faults.push((id.clone(), ("unknown_property", "there is no such hosting property".into())));
            continue;
        };
        match bearer.and_then(|bearer| bearer.refusal(row)).map_or_else(|| Value::read(row, json), Err) {
            Ok(value) => drop(properties.insert(row.id.as_str(), value)),
            Err(fault) => faults.push((id.clone(), fault)),
        }
    }
    (Properties(properties), faults)
}

/// A name as a step of a JSON pointer (RFC 6901).
fn escape(id: &str) -> String {
    id.replace('~', "~0").replace('/', "~1")
}

impl serde::Serialize for Properties {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

/// For what was stored after [`Properties::parse`]: names and kinds are checked, nothing else.
impl<'de> serde::Deserialize<'de> for Properties {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (properties, faults) = read(&serde_json::Map::deserialize(from)?, None);
        match faults.first() {
            None => Ok(properties),
            Some((id, (_, detail))) => Err(serde::de::Error::custom(format_args!("{id}: {detail}"))),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    /// Properties as they are stored.
    pub fn of(json: Json) -> Properties {
        serde_json::from_value(json).unwrap()
    }

    fn faults(body: Json, bearer: Bearer, platform: Option<Platform>) -> Vec<(String, &'static str)> {
        let mut check = Check::new();
        Properties::parse(&mut check, "/properties", body.as_object().unwrap(), bearer, platform);
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    fn plan_faults(body: Json) -> Vec<(String, &'static str)> {
        faults(body, Bearer::Plan, None)
    }

    fn at(list: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
        list.iter().map(|(id, code)| (format!("/properties/{id}"), *code)).collect()
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let body = json!({
            "a/b~c": 1, "disk_space": -1, "domains": 1.5, "mailboxes": true, "script_php": "yes",
            "subdomains": 9_007_199_254_740_992_u64, "webmail": "pine", "apps": [""], "php.open_basedir": 3,
            "mailing_lists": "default",
        });
        let want = [
            ("a~1b~0c", "unknown_property"),
            ("apps", "wrong_kind"),
            ("disk_space", "negative"),
            ("domains", "wrong_kind"),
            ("mailboxes", "wrong_kind"),
            ("mailing_lists", "wrong_kind"),
            ("php.open_basedir", "wrong_kind"),
            ("script_php", "wrong_kind"),
            ("subdomains", "too_large"),
            ("webmail", "unknown_choice"),
        ];
        assert_eq!(plan_faults(body), at(&want));
    }

    #[test]
    fn an_unknown_choice_is_answered_with_the_list() {
        let mut check = Check::new();
        let body = json!({"webmail": "pine"});
        Properties::parse(&mut check, "/p", body.as_object().unwrap(), Bearer::Plan, None);
        assert_eq!(check.done().unwrap_err().fields[0].detail, "expected one of: none, roundcube, horde");
    }

    #[test]
    fn good_values_keep_their_shape() {
        let body = json!({
            "disk_space": 5_000_000_000_u64, "traffic": "unlimited", "domains": 0, "script_php": true,
            "webmail": "default", "use_app_catalogue": true, "apps": ["blog", "wiki"], "php.error_reporting": "E_ALL",
        });
        let mut check = Check::new();
        let read = Properties::parse(&mut check, "", body.as_object().unwrap(), Bearer::Plan, None);
        assert_eq!(check.done(), Ok(()));
        assert_eq!(serde_json::to_value(&read).unwrap(), body);
        assert_eq!(read.get("traffic"), Some(&Value::Unlimited));
        assert_eq!(of(body), read);
    }

    #[test]
    fn no_plan_is_for_two_platforms() {
        let mixed = json!({"databases": 1, "mssql_databases": 1, "ssh_access": "shell", "php_handler": "isapi"});
        assert_eq!(
            plan_faults(mixed.clone()),
            at(&[("mssql_databases", "other_platform"), ("php_handler", "other_platform")])
        );
        let on_windows = faults(mixed, Bearer::Plan, Some(Platform::Windows));
        assert_eq!(on_windows, at(&[("databases", "other_platform"), ("ssh_access", "other_platform")]));
        // what promises nothing is right everywhere
        assert_eq!(plan_faults(json!({"databases": 1, "mssql_databases": 0, "write_modify": false})), []);
    }

    /// Guide: the two PHP permissions only with the management of hosting settings; soft quotas only where overuse is
    /// not allowed; the notice at the limit only where it is.
    #[test]
    fn what_needs_something_else_says_so() {
        let body = json!({"manage_common_php": true, "manage_performance": true, "overuse_policy": "allow",
            "notify_disk_at": 5, "suspend_on_overuse": true, "notify_on_overuse": true, "apps": "all"});
        let want = ["apps", "manage_common_php", "manage_performance", "notify_disk_at", "suspend_on_overuse"];
        assert_eq!(plan_faults(body), at(&want.map(|id| (id, "requires"))));
        assert_eq!(plan_faults(json!({"manage_common_php": true, "manage_hosting_settings": true})), []);
        assert_eq!(plan_faults(json!({"manage_common_php": false})), []);
        assert_eq!(faults(json!({"manage_common_php": true}), Bearer::AddOn, None), []);
    }

    /// Guide, "Applications": the permission gives all of them, a selection only those.
    #[test]
    fn applications_are_all_or_named() {
        assert!(of(json!({"use_app_catalogue": true})).offers_app("blog"));
        assert!(of(json!({"use_app_catalogue": true, "apps": "all"})).offers_app("blog"));
        let named = of(json!({"use_app_catalogue": true, "apps": ["wiki"]}));
        assert!(named.offers_app("wiki") && !named.offers_app("blog"));
        assert!(!of(json!({"apps": ["blog"]})).offers_app("blog"));
    }

    #[test]
    fn each_bearer_has_its_own_properties() {
        let body = json!({"customers": 5, "webmail": "horde", "mailboxes": 1, "manage_scheduler": true});
        for (bearer, want) in [
            (Bearer::Plan, vec!["customers"]),
            (Bearer::AddOn, vec!["customers"]),
            (Bearer::Reseller, vec!["webmail"]),
            (Bearer::Subscription, vec!["customers", "webmail"]),
        ] {
            let want: Vec<_> = want.into_iter().map(|id| (id, "not_here")).collect();
            assert_eq!(faults(body.clone(), bearer, None), at(&want), "{bearer}");
        }
    }
}
