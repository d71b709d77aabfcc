//! What follows when a subscription uses more disk space or traffic than it has (SUB-12; guide, "Politique de
//! sur-utilisation"). What is charged for it stands in [`super::charges`].

use super::{Gathering, Record, Resource, standing, used};
use crate::hosting::{Properties, Value};
use crate::schedule::Period;
use std::collections::BTreeMap;

text_enum! {
    /// What a notice is about.
    pub enum OveruseNotice {
        /// The soft quota is reached.
        SoftQuota = "soft_quota",
        /// The limit is reached.
        Limit = "limit",
    }
}

/// What was used: bytes on disk now, bytes sent this month. What is not in it is not known.
pub type Used = BTreeMap<Resource, u64>;

/// A report, and what it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reported {
    /// What was used.
    pub resource: Resource,
    /// On which days.
    pub period: Period,
    /// The month it counts in.
    pub month: Period,
    /// How much.
    pub record: Record,
}

/// What is used now: what flowed in this month, and what lay there when it was last looked at.
pub fn in_use(reports: &[Reported], month: Period) -> Used {
    let mut found = Used::new();
    for resource in Resource::ALL {
        let mut theirs: Vec<_> = reports.iter().filter(|report| report.resource == *resource).collect();
        match resource.gathering() {
            Gathering::Sum => theirs.retain(|report| report.month.from == month.from),
            Gathering::Peak => {
                let last = theirs.iter().map(|report| report.period.to).max();
                theirs.retain(|report| Some(report.period.to) == last);
            }
        }
        if !theirs.is_empty() {
            let records: Vec<Record> = theirs.iter().map(|report| report.record).collect();
            found.insert(*resource, used(*resource, standing(&records).map(|record| record.amount)));
        }
    }
    found
}

/// What follows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Overuse {
    /// The resource and what is to be said about it.
    pub notices: Vec<(Resource, OveruseNotice)>,
    /// Whether the subscription gets the hold `overuse`; if not, such a hold is lifted.
    pub hold: bool,
}

/// Compares use with the limits. Overuse that is allowed only gives notice, if that is wanted. Otherwise notice is given
/// at the soft quota and at the limit, and above the limit the subscription is held if it is configured so.
pub fn overuse(properties: &Properties, used: &Used) -> Overuse {
    let allowed = properties.get("overuse_policy") == Some(&Value::Word("allow".into()));
    let mut found = Overuse::default();
    for (resource, used) in used {
        let limit = properties.number(resource.as_str());
        if limit.is_some_and(|limit| *used >= limit) {
            if !allowed || properties.is_on("notify_on_overuse") {
                found.notices.push((*resource, OveruseNotice::Limit));
            }
        } else if !allowed && properties.number(resource.soft_quota()).is_some_and(|quota| *used >= quota) {
            found.notices.push((*resource, OveruseNotice::SoftQuota));
        }
        found.hold |= !allowed && properties.is_on("suspend_on_overuse") && limit.is_some_and(|limit| *used > limit);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::day;
    use crate::{Id, UsageRecordId};
    use serde_json::json;

    fn id(number: u128) -> UsageRecordId {
        Id::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn run(mut properties: serde_json::Value, disk_space: u64, traffic: u64) -> Overuse {
        properties["disk_space"] = json!(100);
        properties["traffic"] = json!("unlimited");
        let used = Used::from([(Resource::DiskSpace, disk_space), (Resource::Traffic, traffic)]);
        overuse(&serde_json::from_value(properties).unwrap(), &used)
    }

    fn found(notices: &[OveruseNotice], hold: bool) -> Overuse {
        Overuse { notices: notices.iter().map(|notice| (Resource::DiskSpace, *notice)).collect(), hold }
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

    /// 3 and 4 bytes were sent this month, 9 in the last one; on disk were 50 and then 20, corrected to 30.
    #[test]
    fn what_is_in_use() {
        let [before, month] = [("2026-01-05", "2026-02-05"), ("2026-02-05", "2026-03-05")]
            .map(|(from, to)| Period { from: day(from), to: day(to) });
        let report = |number, resource, from: &str, month, replaces: Option<u128>, amount| Reported {
            resource,
            period: Period { from: day(from), to: day(from).succ_opt().unwrap() },
            month,
            record: Record { id: id(number), replaces: replaces.map(id), due_on: day("2026-03-05"), amount },
        };
        use Resource::{DiskSpace, Traffic};
        let reports = [
            report(1, Traffic, "2026-02-04", before, None, 9),
            report(2, Traffic, "2026-02-05", month, None, 3),
            report(3, Traffic, "2026-02-06", month, None, 4),
            report(4, DiskSpace, "2026-02-03", before, None, 50),
            report(5, DiskSpace, "2026-02-04", before, None, 20),
            report(6, DiskSpace, "2026-02-04", before, Some(5), 30),
        ];
        assert_eq!(in_use(&reports, month), Used::from([(DiskSpace, 30), (Traffic, 7)]));
        assert_eq!(in_use(&reports[..1], month), Used::new());
    }

    /// Nobody is told, or shut, for what nobody has measured.
    #[test]
    fn what_is_not_known_is_not_too_much() {
        let plan = serde_json::from_value(json!({"disk_space": 0, "traffic": 0, "suspend_on_overuse": true})).unwrap();
        assert_eq!(overuse(&plan, &Used::new()), Overuse::default());
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
