//! What follows when a subscription uses more disk space or traffic than it has (SUB-12; guide, "Politique de
//! sur-utilisation"). What is charged for it stands in [`crate::plans::begun_units`].

use crate::hosting::{Properties, Value};

text_enum! {
    /// What a notice is about.
    pub enum OveruseNotice {
        /// The soft quota is reached.
        SoftQuota = "soft_quota",
        /// The limit is reached.
        Limit = "limit",
    }
}

/// What was used: bytes on disk now, bytes sent this month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    pub disk_space: u64,
    pub traffic: u64,
}

/// What follows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overuse {
    /// The property and what is to be said about it.
    pub notices: Vec<(&'static str, OveruseNotice)>,
    /// Whether the subscription gets the hold `overuse`; if not, such a hold is lifted.
    pub hold: bool,
}

/// Compares use with the limits. Overuse that is allowed only gives notice, if that is wanted. Otherwise notice is given
/// at the soft quota and at the limit, and above the limit the subscription is held if it is configured so.
pub fn overuse(properties: &Properties, usage: Usage) -> Overuse {
    let allowed = properties.get("overuse_policy") == Some(&Value::Word("allow".into()));
    let measured =
        [("disk_space", usage.disk_space, "notify_disk_at"), ("traffic", usage.traffic, "notify_traffic_at")];
    let mut found = Overuse::default();
    for (property, used, soft) in measured {
        let limit = number(properties, property);
        if limit.is_some_and(|limit| used >= limit) {
            if !allowed || properties.is_on("notify_on_overuse") {
                found.notices.push((property, OveruseNotice::Limit));
            }
        } else if !allowed && number(properties, soft).is_some_and(|quota| used >= quota) {
            found.notices.push((property, OveruseNotice::SoftQuota));
        }
        found.hold |= !allowed && properties.is_on("suspend_on_overuse") && limit.is_some_and(|limit| used > limit);
    }
    found
}

fn number(properties: &Properties, id: &str) -> Option<u64> {
    match properties.get(id) {
        Some(Value::Number(number)) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(mut properties: serde_json::Value, disk_space: u64, traffic: u64) -> Overuse {
        properties["disk_space"] = json!(100);
        properties["traffic"] = json!("unlimited");
        overuse(&serde_json::from_value(properties).unwrap(), Usage { disk_space, traffic })
    }

    fn found(notices: &[OveruseNotice], hold: bool) -> Overuse {
        Overuse { notices: notices.iter().map(|notice| ("disk_space", *notice)).collect(), hold }
    }

    #[test]
    fn notices_come_at_the_quota_and_at_the_limit() {
        let plan = json!({"overuse_policy": "block", "notify_disk_at": 80, "notify_traffic_at": "unlimited"});
        for (used, want) in [
            (79, found(&[], false)),
            (80, found(&[OveruseNotice::SoftQuota], false)),
            (100, found(&[OveruseNotice::Limit], false)),
            (101, found(&[OveruseNotice::Limit], false)),
        ] {
            assert_eq!(run(plan.clone(), used, u64::MAX), want, "{used}");
        }
    }

    #[test]
    fn suspends_above_the_limit_if_configured() {
        let plan = json!({"overuse_policy": "block", "suspend_on_overuse": true});
        assert!(!run(plan.clone(), 100, 0).hold && run(plan, 101, 0).hold);
        assert!(!run(json!({"overuse_policy": "allow", "suspend_on_overuse": true}), 101, 0).hold);
    }

    #[test]
    fn allowed_overuse_gives_notice_if_wanted() {
        assert_eq!(run(json!({"overuse_policy": "allow", "notify_disk_at": 1}), 500, 0), found(&[], false));
        let notified = json!({"overuse_policy": "allow", "notify_on_overuse": true});
        assert_eq!(run(notified, 100, 0), found(&[OveruseNotice::Limit], false));
    }
}
