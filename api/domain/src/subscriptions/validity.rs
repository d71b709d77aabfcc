//! How long a subscription lasts (SUB-10; guide, "Période de validité"): a plan says how many days, which counts once,
//! when the subscription is created; from then on it has a date of its own, which only a renewal moves.

use crate::Check;
use crate::hosting::{Properties, Value};
use chrono::{Days, NaiveDate};

/// The date on which a subscription that starts then is suspended; never, without a period of validity.
pub fn expires_on(starts_on: NaiveDate, properties: &Properties) -> Option<NaiveDate> {
    match properties.get("validity") {
        // further away than the calendar reaches is never
        Some(Value::Number(days)) if *days > 0 => starts_on.checked_add_days(Days::new(*days)),
        _ => None,
    }
}

/// Whether the date has come: the subscription is suspended on it, not after it.
pub fn has_expired(expires_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    expires_on.is_some_and(|date| date <= today)
}

/// Notes a new expiry date that renews nothing. `None` is without end.
pub fn check_renewal(check: &mut Check, pointer: &str, expires_on: Option<NaiveDate>, today: NaiveDate) {
    let ahead = !has_expired(expires_on, today);
    check.ensure(ahead, pointer, "not_in_future", "a renewal ends after today");
}

/// On which day what a renewed subscription has charged so far ends, and from which day on it is charged anew. Nothing, if
/// it just goes on: it was neither cut short at its date, nor has any time passed that nobody pays.
pub fn resumes_on(
    expired_on: NaiveDate,
    billed_through: NaiveDate,
    today: NaiveDate,
) -> Option<(NaiveDate, NaiveDate)> {
    let reached = expired_on.max(billed_through);
    (billed_through == expired_on || today > reached).then_some((reached, reached.max(today)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoices::due::{Horizon, Item, ItemKind, Snapshot, Subscription, due};
    use crate::{ClientId, Id, Quantity, SubscriptionId, SubscriptionItemId, UnitPrice};
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// By the calendar: 2028 is a leap year, so thirty days from 30 January are 29 February.
    #[test]
    fn days_are_counted_on_the_calendar() {
        let plan = |validity| serde_json::from_value::<Properties>(json!({"validity": validity})).unwrap();
        assert_eq!(expires_on(date("2028-01-30"), &plan(json!(30))), Some(date("2028-02-29")));
        assert_eq!(expires_on(date("2027-01-30"), &plan(json!(30))), Some(date("2027-03-01")));
        assert_eq!(expires_on(date("2027-12-31"), &plan(json!(366))), Some(date("2028-12-31")));
        for never in [json!("unlimited"), json!(0), json!(9_007_199_254_740_991_u64)] {
            assert_eq!(expires_on(date("2028-01-30"), &plan(never)), None);
        }
    }

    #[test]
    fn the_day_itself_counts() {
        let end = Some(date("2028-02-29"));
        assert!(!has_expired(end, date("2028-02-28")) && has_expired(end, date("2028-02-29")));
        assert!(!has_expired(None, date("9999-12-31")));
        for (new, good) in [(end, false), (Some(date("2028-03-01")), true), (None, true)] {
            let mut check = Check::new();
            check_renewal(&mut check, "/expires_on", new, date("2028-02-29"));
            assert_eq!(check.done().is_ok(), good);
        }
    }

    #[test]
    fn a_renewal_goes_on_where_nothing_is_charged_yet() {
        let (end, resumes) = (date("2026-06-20"), |billed: &str, today: &str| {
            resumes_on(date("2026-06-20"), date(billed), date(today))
                .map(|(end, from)| (end.to_string(), from.to_string()))
        });
        let pair = |end: &str, from: &str| Some((end.to_string(), from.to_string()));
        // not cut yet, and in time: nothing happens to what is charged
        assert_eq!(resumes("2026-06-05", "2026-06-18"), None);
        // cut short at its date: charged on from there, or from the day someone renews it
        assert_eq!(resumes("2026-06-20", "2026-06-18"), pair("2026-06-20", "2026-06-20"));
        assert_eq!(resumes("2026-06-20", "2026-07-10"), pair("2026-06-20", "2026-07-10"));
        // paid beyond its date, as plans by the month with a validity by the day are
        assert_eq!(resumes("2026-07-05", "2026-06-25"), None);
        assert_eq!(resumes("2026-07-05", "2026-07-10"), pair("2026-07-05", "2026-07-10"));
        // not billed yet: up to its date it is still owed
        assert_eq!(resumes("2026-06-05", "2026-07-10"), pair("2026-06-20", "2026-07-10"));
        assert!(has_expired(Some(end), date("2026-07-10")));
    }

    proptest! {
        /// Billed by a run on any day, expired, renewed on any day, billed again: each day is charged once from its
        /// beginning to its date (or as far as was paid), and from the renewal on; the days between never.
        #[test]
        fn each_day_is_charged_once_or_not_at_all(
            valid in 1_u64..120, run in 0_u64..150, renewed in 0_u64..150, months in 1_i32..4, known in any::<bool>(),
        ) {
            let on = |days: u64| date("2027-12-31").checked_add_days(Days::new(days)).unwrap();
            let (expiry, today, later) = (on(valid), on(run.max(renewed)), on(700));
            let item = |id: u128, from, to| Item {
                id: SubscriptionItemId::from_uuid(uuid::Uuid::from_u128(id)),
                kind: ItemKind::Plan,
                unit_price: "10".parse().unwrap(),
                setup_fee: UnitPrice::default(),
                change_fee: UnitPrice::default(),
                quantity: Quantity::from(1),
                from,
                to,
                known_on: from,
            };
            let mut of = Subscription {
                id: SubscriptionId::from_uuid(uuid::Uuid::from_u128(1)),
                client: ClientId::from_uuid(uuid::Uuid::from_u128(2)),
                currency: "EUR".parse().unwrap(),
                invoiced: true,
                anchor: on(0),
                cycle: format!("{months}-month").parse().unwrap(),
                lead_days: 10,
                cycle_limit: None,
                trial_until: None,
                // what a plan charges ahead may go beyond its validity
                ends_on: known.then_some(expiry),
                billed_through: on(0),
                items: vec![item(1, on(0), None)],
                holds: Vec::new(),
            };
            let mut charged: BTreeMap<NaiveDate, u32> = BTreeMap::new();
            let mut bill = |of: &mut Subscription, day| {
                let snapshot = Snapshot { subscriptions: vec![of.clone()], ..Snapshot::default() };
                let found = due(&snapshot, Horizon::AsOf(day)).unwrap();
                for line in found.invoices.iter().flat_map(|invoice| &invoice.lines) {
                    let days = line.period.from.iter_days().take_while(|day| *day < line.period.to);
                    days.for_each(|day| *charged.entry(day).or_default() += 1);
                }
                of.billed_through = found.progress[0].billed_through;
            };
            bill(&mut of, on(run));
            let reached = expiry.max(of.billed_through);
            let resumed = resumes_on(expiry, of.billed_through, today);
            if let Some((end, from)) = resumed {
                of.items[0].to = Some(end);
                of.items.push(item(2, from, None));
                if of.billed_through >= end {
                    of.billed_through = from;
                }
            }
            of.ends_on = None;
            bill(&mut of, later);
            for day in on(0).iter_days().take_while(|day| *day < on(650)) {
                let want = u32::from(day < reached || day >= today);
                prop_assert_eq!(charged.get(&day).copied().unwrap_or_default(), want, "{} of {:?}", day, resumed);
            }
        }
    }
}
