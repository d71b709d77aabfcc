//! What a reseller was allotted itself, and what that allows for its clients (SEL-09, CAT-02).

use super::properties::Properties;
use super::table::{PropertyKind, ResellerUse};
use super::value::Value;
use crate::problem::{Code, Problem, Result};
use crate::{Check, hosting};

/// What overselling is about: the sums of these may not pass the reseller's own (guide, "Politique de survente").
const SUMMED: [&str; 2] = ["disk_space", "traffic"];

/// A sum that passes the allotment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excess {
    /// `disk_space` or `traffic`.
    pub property: &'static str,
    /// What the clients were given together.
    pub given: Value,
    /// What the reseller has.
    pub own: Value,
}

/// Where the sum of what the clients are given passes the reseller's own; nothing where overselling is allowed, since
/// then real use counts. What a reseller was not allotted is nothing.
pub fn oversold<'a>(own: &Properties, given: impl IntoIterator<Item = &'a Properties>) -> Vec<Excess> {
    if own.get("overselling") == Some(&Value::Word("allowed".into())) {
        return Vec::new();
    }
    let together = hosting::merge(&Properties::default(), given);
    let excess = SUMMED.iter().filter_map(|&property| {
        let given = together.get(property).cloned()?;
        let own = own.get(property).cloned().unwrap_or(Value::Number(0));
        more(&given, &own).then_some(Excess { property, given, own })
    });
    excess.collect()
}

/// Refuses what would sell more than the reseller has, naming each sum.
pub fn refuse_overselling<'a>(own: &Properties, given: impl IntoIterator<Item = &'a Properties>) -> Result<()> {
    let excess = oversold(own, given);
    if excess.is_empty() {
        return Ok(());
    }
    let sums: Vec<_> = excess
        .iter()
        .map(|excess| format!("{}: {} of {}", excess.property, said(&excess.given), said(&excess.own)))
        .collect();
    let detail = format!("your provider forbids overselling, and your clients would have {}", sums.join(", "));
    Err(Problem::new(Code::NotAllotted, detail))
}

/// What of a wish can be given out of an allotment: permissions that are off there are off for every client, and no
/// limit passes the reseller's. A plan may promise more without error: the rest shows as out of sync (CAT-02).
pub fn available(wanted: &Properties, own: &Properties) -> Properties {
    let mut available = wanted.clone();
    for (row, value) in wanted.iter().filter(|(row, _)| row.reseller == ResellerUse::Yes) {
        let nothing = if row.kind == PropertyKind::Flag { Value::Flag(false) } else { Value::Number(0) };
        let own = own.get(&row.id).cloned().unwrap_or(nothing);
        if more(value, &own) {
            available.0.insert(&row.id, own);
        }
    }
    available
}

/// The property that says how large a mailbox is.
pub const MAILBOX_SIZE: &str = "mailbox_size";

/// Notes a mailbox size above the reseller's own: that one is refused at once (CAT-02; guide, "Volume de la boîte mail").
pub fn check_mailbox_size(check: &mut Check, pointer: &str, plan: &Properties, own: &Properties) {
    if let (Some(size), Some(own)) = (plan.get(MAILBOX_SIZE), own.get(MAILBOX_SIZE)) {
        let detail = format!("at most {}, which is what you have yourself", said(own));
        check.ensure(!more(size, own), &format!("{pointer}/{MAILBOX_SIZE}"), "not_allotted", &detail);
    }
}

/// Whether one value promises more than another of the same property.
fn more(value: &Value, than: &Value) -> bool {
    match (value, than) {
        (_, Value::Unlimited) => false,
        (Value::Unlimited, _) => true,
        (Value::Number(value), Value::Number(than)) => value > than,
        (Value::Flag(value), Value::Flag(than)) => *value && !than,
        _ => false,
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        _ => "unlimited".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosting::properties::tests::of;
    use serde_json::json;

    /// The guide's example: ten gigabytes of one's own, five for each client. Two clients fit, three do not.
    #[test]
    fn ten_gigabytes_are_two_clients_of_five() {
        let own = of(json!({"disk_space": 10_000_000_000_u64, "traffic": "unlimited", "overselling": "forbidden"}));
        let client = of(json!({"disk_space": 5_000_000_000_u64, "traffic": "unlimited"}));
        assert_eq!(refuse_overselling(&own, [&client; 2]), Ok(()));
        let problem = refuse_overselling(&own, [&client; 3]).unwrap_err();
        assert_eq!(problem.code, Code::NotAllotted);
        assert!(problem.detail.ends_with("disk_space: 15000000000 of 10000000000"), "{}", problem.detail);
    }

    #[test]
    fn unlimited_for_a_client_needs_unlimited_of_ones_own() {
        let client = of(json!({"disk_space": "unlimited", "mailboxes": 1000}));
        let own = json!({"disk_space": 1, "mailboxes": 1});
        let excess = oversold(&of(own), [&client]);
        let want = Excess { property: "disk_space", given: Value::Unlimited, own: Value::Number(1) };
        assert_eq!(excess, [want]);
        assert_eq!(oversold(&of(json!({"overselling": "allowed"})), [&client]), []);
        assert_eq!(oversold(&of(json!({"disk_space": "unlimited"})), [&client]), []);
        assert_eq!(oversold(&of(json!({})), [&client]).len(), 1);
    }

    /// CAT-02: a permission off in the allotment is off for the clients; the others keep what the plan says.
    #[test]
    fn an_allotment_cuts_permissions_and_limits() {
        let plan = json!({"manage_scheduler": true, "manage_antivirus": true, "mailboxes": 50, "webmail": "horde"});
        let own = json!({"manage_scheduler": false, "manage_antivirus": true, "mailboxes": 20});
        let want = json!({"manage_scheduler": false, "manage_antivirus": true, "mailboxes": 20, "webmail": "horde"});
        assert_eq!(available(&of(plan), &of(own)), of(want));
        let nothing = available(&of(json!({"manage_scheduler": true, "databases": "unlimited"})), &of(json!({})));
        assert_eq!(nothing, of(json!({"manage_scheduler": false, "databases": 0})));
    }

    #[test]
    fn mailboxes_are_no_larger_than_ones_own() {
        for (size, good) in [(json!(100), true), (json!(101), false), (json!("unlimited"), false)] {
            let mut check = Check::new();
            let (plan, own) = (of(json!({"mailbox_size": size})), of(json!({"mailbox_size": 100})));
            check_mailbox_size(&mut check, "/properties", &plan, &own);
            assert_eq!(check.done().is_ok(), good, "{size}");
        }
    }
}
