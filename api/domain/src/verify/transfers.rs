//! What went from one client to another is paid by one of them on each day: the next one begins where the old one ends.

use super::Finding;
use crate::SubscriptionId;
use crate::invoices::due::ItemKind;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// An item of either subscription.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Carried {
    /// Plan or add-on.
    pub kind: ItemKind,
    /// What tells add-ons apart.
    pub description: String,
    /// Its first day.
    pub from: NaiveDate,
    /// The first day after it, if it has an end.
    pub to: Option<NaiveDate>,
}

/// A transfer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transfer {
    /// The old subscription.
    pub from: SubscriptionId,
    /// What was charged of it.
    pub old: Vec<Carried>,
    /// What is charged of the one that carries on.
    pub new: Vec<Carried>,
}

/// No item of a transferred subscription goes on, none is charged to both, and no day of the plan to nobody.
pub fn transfers_tile(transfers: &[Transfer]) -> Vec<Finding> {
    transfers.iter().flat_map(faults).collect()
}

fn faults(of: &Transfer) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut ends: BTreeMap<(ItemKind, &str), (NaiveDate, &str)> = BTreeMap::new();
    for item in &of.old {
        let Some(to) = item.to else {
            findings.push(Finding::new(of.from, format!("was transferred, but {} goes on", item.description)));
            continue;
        };
        if item.from < to {
            let end = ends.entry(what(item)).or_insert((to, &item.description));
            *end = (to, item.description.as_str()).max(*end);
        }
    }
    for (which, (end, description)) in ends {
        let same = of.new.iter().filter(|item| what(item) == which);
        let Some(begins) = same.map(|item| item.from).min() else { continue };
        if begins < end {
            findings.push(Finding::new(of.from, format!("{description} is charged to both from {begins} to {end}")));
        } else if begins > end && which.0 == ItemKind::Plan {
            findings.push(Finding::new(of.from, format!("{description} is charged to nobody from {end} to {begins}")));
        }
    }
    findings
}

/// There is one plan at a time, whatever it is called; add-ons are told apart by what they are called.
fn what(item: &Carried) -> (ItemKind, &str) {
    (item.kind, if item.kind == ItemKind::Plan { "" } else { &item.description })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::day;

    fn item(kind: ItemKind, from: &str, to: Option<&str>) -> Carried {
        Carried { kind, description: "Care".into(), from: day(from), to: to.map(day) }
    }

    fn said(kind: ItemKind, old: &[(&str, Option<&str>)], new: &[(&str, Option<&str>)]) -> Vec<String> {
        let items = |all: &[(&str, Option<&str>)]| all.iter().map(|(from, to)| item(kind, from, *to)).collect();
        let from = SubscriptionId::from_uuid(uuid::Uuid::from_u128(1));
        let found = transfers_tile(&[Transfer { from, old: items(old), new: items(new) }]);
        found.into_iter().map(|finding| finding.detail).collect()
    }

    #[test]
    fn the_next_one_begins_where_the_old_one_ends() {
        use ItemKind::{AddOn, Plan};
        let january = ("2027-01-05", Some("2027-02-05"));
        assert_eq!(said(Plan, &[january], &[("2027-02-05", None)]), [""; 0]);
        // what never began is nothing
        assert_eq!(said(Plan, &[january, ("2027-03-05", Some("2027-03-05"))], &[("2027-02-05", None)]), [""; 0]);
        assert_eq!(
            said(Plan, &[january], &[("2027-02-01", None)]),
            ["Care is charged to both from 2027-02-01 to 2027-02-05"]
        );
        assert_eq!(
            said(Plan, &[january], &[("2027-02-06", None)]),
            ["Care is charged to nobody from 2027-02-05 to 2027-02-06"]
        );
        // from one plan to another, handed over, and back to the first one later
        let named =
            |name: &str, from: &str, to: Option<&str>| Carried { description: name.into(), ..item(Plan, from, to) };
        let old = vec![named("Top", "2027-01-05", Some("2027-02-05")), named("Mid", "2027-02-05", Some("2027-03-05"))];
        let new = vec![named("Mid", "2027-03-05", Some("2027-05-05")), named("Top", "2027-05-05", None)];
        let from = SubscriptionId::from_uuid(uuid::Uuid::from_u128(1));
        assert_eq!(transfers_tile(&[Transfer { from, old, new }]), []);
        assert_eq!(said(AddOn, &[january], &[("2027-02-06", None)]), [""; 0], "it may have come anew");
        assert_eq!(said(Plan, &[("2027-01-05", None)], &[]), ["was transferred, but Care goes on"]);
    }
}
