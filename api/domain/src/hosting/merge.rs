//! What a subscription gets: the plan's properties, changed by its add-ons (CAT-03).

use super::properties::Properties;
use super::table::{self, AddOnRule};
use super::value::Value;

/// The plan with its add-ons. Numbers are summed and unlimited wins, flags are on if any is on, lists unite; other
/// values are the last add-on's that is not `default`, so their order is the order in which the add-ons were bought.
pub fn merge<'a>(plan: &Properties, add_ons: impl IntoIterator<Item = &'a Properties>) -> Properties {
    let mut merged = plan.clone();
    for (&id, added) in add_ons.into_iter().flat_map(|add_on| &add_on.0) {
        let Some(rule) = table::property(id).and_then(|property| property.add_on) else { continue };
        // what is not selected in an add-on changes nothing; an overriding "off" is a selection
        let selected = if rule == AddOnRule::Override { *added != Value::Default } else { added.promises() };
        if selected {
            let value = match merged.0.remove(id) {
                Some(present) => combine(rule, present, added),
                None => added.clone(),
            };
            merged.0.insert(id, value);
        }
    }
    merged
}

/// The plan's value changed by one that is selected.
fn combine(rule: AddOnRule, present: Value, added: &Value) -> Value {
    match (rule, present, added) {
        // a flag that is selected is on
        (AddOnRule::Override, ..) | (AddOnRule::Or, Value::Flag(_), _) => added.clone(),
        (AddOnRule::Add, Value::Number(present), Value::Number(added)) => {
            Value::Number(present.saturating_add(*added).min(super::value::MOST))
        }
        (AddOnRule::Add, ..) => Value::Unlimited,
        (AddOnRule::Or, Value::List(present), Value::List(added)) => {
            Value::List(present.union(added).cloned().collect())
        }
        (AddOnRule::Or, ..) => Value::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosting::properties::tests::of;
    use crate::hosting::{PropertyKind, properties};
    use proptest::prelude::*;
    use serde_json::json;

    /// CAT-03 by hand: 5 + 1 + 2 = 8; unlimited wins; on wins; the plan's PHP value stands under "default".
    #[test]
    fn add_ons_add() {
        let plan = of(json!({"disk_space": 5, "domains": 1, "script_php": true, "webmail": "horde",
            "php.memory_limit": 64, "php.post_max_size": 8, "additional_services": ["backup"]}));
        let disk =
            of(json!({"disk_space": 1, "script_php": false, "script_perl": true, "php.memory_limit": "default"}));
        let more = of(json!({"disk_space": 2, "domains": "unlimited", "php.post_max_size": 16, "webmail": "none",
            "additional_services": ["spam"], "script_cgi": false, "php.max_input_time": "default"}));
        let want = json!({"disk_space": 8, "domains": "unlimited", "script_php": true, "script_perl": true,
            "webmail": "none", "php.memory_limit": 64, "php.post_max_size": 16, "additional_services": ["backup", "spam"]});
        assert_eq!(merge(&plan, [&disk, &more]), of(want));
    }

    #[test]
    fn of_two_overriding_add_ons_the_later_wins() {
        let (plan, one, two) = (of(json!({})), of(json!({"webmail": "horde"})), of(json!({"webmail": "roundcube"})));
        assert_eq!(merge(&plan, [&one, &two]), two);
        assert_eq!(merge(&plan, [&two, &one]), one);
    }

    fn value(kind: PropertyKind) -> BoxedStrategy<serde_json::Value> {
        match kind {
            PropertyKind::Flag => any::<bool>().prop_map(|on| json!(on)).boxed(),
            PropertyKind::List => {
                let names = prop::collection::btree_set("[a-c]", 0..3).prop_map(|names| json!(names));
                prop_oneof![4 => names, 1 => Just(json!("all"))].boxed()
            }
            _ => prop_oneof![
                3 => (0_u64..1000).prop_map(|number| json!(number)),
                1 => Just(json!(super::super::value::MOST)),
                1 => Just(json!("unlimited")),
            ]
            .boxed(),
        }
    }

    /// Any set of properties that add-ons add to or switch on.
    fn additive() -> impl Strategy<Value = Properties> {
        let rows = properties().iter().filter(|row| matches!(row.add_on, Some(AddOnRule::Add | AddOnRule::Or)));
        let rows: Vec<_> = rows.map(|row| (row.id.clone(), value(row.kind))).collect();
        let pairs =
            prop::sample::select(rows).prop_flat_map(|(id, value)| value.prop_map(move |value| (id.clone(), value)));
        prop::collection::vec(pairs, 0..25).prop_map(|pairs| of(pairs.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn order_does_not_matter(plan in additive(), add_ons in prop::collection::vec(additive(), 0..5), seed in any::<usize>()) {
            let mut turned: Vec<_> = add_ons.iter().rev().collect();
            turned.rotate_left(seed % add_ons.len().max(1));
            prop_assert_eq!(merge(&plan, &add_ons), merge(&plan, turned));
        }

        #[test]
        fn one_by_one_is_all_at_once(plan in additive(), one in additive(), two in additive()) {
            prop_assert_eq!(merge(&merge(&plan, [&one]), [&two]), merge(&plan, [&one, &two]));
        }

        #[test]
        fn unlimited_absorbs_and_nothing_is_lost(plan in additive(), add_on in additive()) {
            let merged = merge(&plan, [&add_on]);
            for (row, before) in plan.iter() {
                let after = merged.get(&row.id).unwrap();
                if [before, add_on.get(&row.id).unwrap_or(before)].contains(&&Value::Unlimited) {
                    prop_assert_eq!(after, &Value::Unlimited);
                }
                prop_assert!(after.promises() || !before.promises(), "{} was lost", row.id);
            }
        }

        #[test]
        fn an_add_on_with_nothing_selected_changes_nothing(plan in additive()) {
            let unselected = |row: &&crate::hosting::Property| match (row.kind, row.add_on) {
                (_, Some(AddOnRule::Override)) => Some((row.id.clone(), json!("default"))),
                (PropertyKind::Flag, Some(_)) => Some((row.id.clone(), json!(false))),
                (PropertyKind::List, Some(_)) => Some((row.id.clone(), json!([]))),
                (_, Some(_)) => Some((row.id.clone(), json!(0))),
                (_, None) => None,
            };
            let nothing = of(properties().iter().filter_map(|row| unselected(&row)).collect());
            prop_assert_eq!(merge(&plan, [&nothing, &Properties::default()]), plan);
        }
    }
}
