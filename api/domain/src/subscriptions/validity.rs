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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
}
