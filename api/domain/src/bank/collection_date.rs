//! When a debit falls due, when it may be sent, and until when it may come back.

use super::mandate::SddScheme;
use super::target;
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

/// Nothing may be sent earlier before its due date.
const EARLIEST: Days = Days::new(14);

/// For so long a payer may ask the money back without a reason.
const REFUND: Days = Days::new(56);

/// What a bank wants, and what the payers were promised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BankTerms {
    /// Settling days that the bank needs before the due date.
    pub lead_days: u32,
    /// The time of day after which a file counts as of the next day.
    pub cut_off: Option<NaiveTime>,
    /// Calendar days between notice and due date: 14, unless the terms of the seller say less.
    pub notice_days: u32,
}

/// The due date: what was asked for, what the bank can still do, and what the payer was told, whichever is last, and then
/// the next day on which banks settle. `now` is the bank's local time.
pub fn collection_date(
    requested: NaiveDate,
    now: NaiveDateTime,
    noticed_on: Option<NaiveDate>,
    terms: BankTerms,
) -> NaiveDate {
    let missed = terms.cut_off.is_some_and(|cut_off| now.time() > cut_off);
    let sent = if missed { later(now.date(), Days::new(1)) } else { now.date() };
    let bank = target::plus_open_days(sent, terms.lead_days);
    let notice = noticed_on.map(|day| later(day, Days::new(terms.notice_days.into())));
    target::next_open(requested.max(bank).max(notice.unwrap_or(requested)))
}

/// The first day on which a debit that is due then may be sent.
pub fn first_day_to_send(due: NaiveDate) -> NaiveDate {
    due.checked_sub_days(EARLIEST).unwrap_or(due)
}

/// When a debit that nobody has sent back counts as paid.
pub fn settled_on(due: NaiveDate, settle_days: u32) -> NaiveDate {
    target::plus_open_days(due, settle_days)
}

/// The last day on which the payer may ask the money back without a reason; none between businesses.
pub fn refundable_until(due: NaiveDate, scheme: SddScheme) -> Option<NaiveDate> {
    (scheme == SddScheme::Core).then(|| later(due, REFUND))
}

fn later(day: NaiveDate, days: Days) -> NaiveDate {
    day.checked_add_days(days).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn due(requested: &str, now: &str, noticed: Option<&str>) -> String {
        let terms = BankTerms { lead_days: 2, cut_off: Some("15:00:00".parse().unwrap()), notice_days: 14 };
        collection_date(day(requested), now.parse().unwrap(), noticed.map(day), terms).to_string()
    }

    /// 23 November 2026 is a Monday; 25 to 27 December 2026 are a holiday, a holiday and Sunday.
    #[test]
    fn the_last_of_three_days() {
        assert_eq!(due("2026-11-30", "2026-11-23T10:00:00", None), "2026-11-30");
        assert_eq!(due("2026-11-23", "2026-11-23T10:00:00", None), "2026-11-25");
        assert_eq!(due("2026-11-23", "2026-11-23T15:00:01", None), "2026-11-26");
        assert_eq!(due("2026-11-23", "2026-11-27T10:00:00", None), "2026-12-01");
        assert_eq!(due("2026-11-30", "2026-11-23T10:00:00", Some("2026-11-20")), "2026-12-04");
        assert_eq!(due("2026-12-25", "2026-11-23T10:00:00", None), "2026-12-28");
    }

    #[test]
    fn around_the_due_date() {
        assert_eq!(first_day_to_send(day("2026-11-30")), day("2026-11-16"));
        // Monday 30 November + 5 = Monday 7 December; 56 days after 30 November is 25 January
        assert_eq!(settled_on(day("2026-11-30"), 5), day("2026-12-07"));
        assert_eq!(refundable_until(day("2026-11-30"), SddScheme::Core), Some(day("2027-01-25")));
        assert_eq!(refundable_until(day("2026-11-30"), SddScheme::B2b), None);
    }
}
