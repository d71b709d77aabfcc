//! Whether what was sold is what the server gives (SYN-01..03).

use super::properties::Properties;
use super::table::{AddOnRule, Property};
use super::value::Value;
use serde::Serialize;

text_enum! {
    /// How a subscription stands to its plan and add-ons (SYN-01).
    pub enum SyncState {
        /// Follows them.
        InSync = "in_sync",
        /// Customised, and left alone when they change.
        Locked = "locked",
        /// They promise what cannot be given.
        OutOfSync = "out_of_sync",
    }
}

/// A promise that cannot be kept (SYN-03).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SyncConflict)]
pub struct Conflict {
    /// The property.
    pub property: String,
    /// What plan and add-ons say.
    pub wanted: Value,
    /// What can be given; nothing if absent.
    pub available: Option<Value>,
}

/// What is wanted and cannot be given. What a granted permission leaves to the subscriber is not compared (SYN-02).
///
/// Of what add-ons add to or switch on, more than wanted is enough; other values must be equal. `default` is always met.
pub fn differences(wanted: &Properties, available: &Properties) -> Vec<Conflict> {
    let synchronised = wanted.iter().filter(|(property, _)| !left_to_subscriber(property, wanted));
    synchronised
        .filter(|(property, value)| falls_short(property, value, available.get(&property.id)))
        .map(|(property, value)| Conflict {
            property: property.id.clone(),
            wanted: value.clone(),
            available: available.get(&property.id).cloned(),
        })
        .collect()
}

fn left_to_subscriber(property: &Property, wanted: &Properties) -> bool {
    property.left_to_subscriber.as_ref().is_some_and(|permission| wanted.is_on(permission))
}

fn falls_short(property: &Property, wanted: &Value, available: Option<&Value>) -> bool {
    let Some(available) = available else { return wanted.promises() };
    if *wanted == Value::Default || wanted == available {
        return false;
    }
    if property.add_on == Some(AddOnRule::Override) {
        return true;
    }
    match (wanted, available) {
        (_, Value::Unlimited | Value::All) => false,
        (Value::Number(wanted), Value::Number(available)) => available < wanted,
        (Value::Flag(wanted), Value::Flag(_)) => *wanted,
        (Value::List(wanted), Value::List(available)) => !wanted.is_subset(available),
        _ => true,
    }
}

/// The wish cut down to what can be given: the answer "accept the available values" to a report (SYN-03).
pub fn accept(wanted: &Properties, conflicts: &[Conflict]) -> Properties {
    let mut accepted = wanted.clone();
    for conflict in conflicts {
        match (accepted.0.get_mut(conflict.property.as_str()), &conflict.available) {
            (Some(value), Some(available)) => value.clone_from(available),
            (Some(_), None) => drop(accepted.0.remove(conflict.property.as_str())),
            (None, _) => {}
        }
    }
    accepted
}

/// The state that follows: a locked subscription is not compared (SYN-04).
pub fn sync_state(locked: bool, conflicts: &[Conflict]) -> SyncState {
    match (locked, conflicts.is_empty()) {
        (true, _) => SyncState::Locked,
        (false, true) => SyncState::InSync,
        (false, false) => SyncState::OutOfSync,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosting::properties::tests::of;
    use serde_json::json;

    fn conflicts(wanted: serde_json::Value, available: serde_json::Value) -> Vec<String> {
        differences(&of(wanted), &of(available)).into_iter().map(|conflict| conflict.property).collect()
    }

    #[test]
    fn names_what_falls_short() {
        let wanted = json!({"disk_space": 100, "domains": "unlimited", "mailboxes": 5, "script_php": true,
            "webmail": "horde", "script_perl": false, "subdomains": 0, "php_safe_mode": false, "dns_role": "default"});
        let available = json!({"disk_space": 99, "domains": 1000, "mailboxes": 6, "webmail": "roundcube",
            "script_perl": true, "php_safe_mode": true, "dns_role": "secondary"});
        assert_eq!(
            conflicts(wanted.clone(), available),
            ["disk_space", "domains", "php_safe_mode", "script_php", "webmail"]
        );
        assert_eq!(conflicts(wanted.clone(), wanted), [""; 0]);
    }

    /// Guide, "Synchroniser les abonnements": with the right to manage the DNS zone, the plan's DNS settings are ignored.
    #[test]
    fn what_is_left_to_the_subscriber_is_not_compared() {
        let available = json!({"dns_role": "secondary", "manage_dns_zone": true});
        let wanted = |granted: bool| json!({"dns_role": "primary", "manage_dns_zone": granted});
        assert_eq!(conflicts(wanted(true), available.clone()), [""; 0]);
        assert_eq!(conflicts(wanted(false), available), ["dns_role"]);
    }

    /// Guide, "Quota de disque dur": a quota that the file system cannot hold is a conflict.
    #[test]
    fn a_hard_quota_that_cannot_be_held_is_a_conflict() {
        assert_eq!(
            conflicts(json!({"hard_disk_quota": 5}), json!({"hard_disk_quota": "unlimited"})),
            ["hard_disk_quota"]
        );
    }

    #[test]
    fn accepting_what_is_available_leaves_no_conflict() {
        let wanted = of(json!({"disk_space": 100, "webmail": "horde", "script_php": true, "mailboxes": 1}));
        let available = of(json!({"disk_space": 60, "webmail": "none", "mailboxes": 9}));
        let report = differences(&wanted, &available);
        let accepted = accept(&wanted, &report);
        assert_eq!(accepted, of(json!({"disk_space": 60, "webmail": "none", "mailboxes": 1})));
        assert_eq!(differences(&accepted, &available), []);
        assert_eq!((sync_state(false, &report), sync_state(true, &report)), (SyncState::OutOfSync, SyncState::Locked));
        assert_eq!(sync_state(false, &[]), SyncState::InSync);
    }
}
