//! Changing how documents are numbered (INV-03). Numbers that were given stay; counts go up only; and whatever is chosen,
//! no two series of a seller can give the same number: their prefixes differ, and what follows is a year and a count.

use super::numbering::{NumberScheme, Series, SeriesKind};
use crate::check::Check;
use crate::problem::{Problem, Result};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What a seller wants of a series.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeriesTerms {
    /// Which one.
    pub kind: SeriesKind,
    /// In front of the year.
    pub prefix: String,
    /// The count is filled with zeros to so many digits; 0 for none.
    pub width: u8,
    /// The next count, if it is to jump ahead.
    pub next: Option<u64>,
}

/// The most digits a count is filled to, and the highest count that can be asked for.
const MOST_DIGITS: u8 = 12;
const HIGHEST: u64 = 999_999_999_999;

/// The series of a seller from now on. Those that nothing is said about keep prefix and digits.
pub fn renumber(
    all: &BTreeMap<SeriesKind, Series>,
    scheme: NumberScheme,
    wanted: &[SeriesTerms],
    today: NaiveDate,
) -> Result<BTreeMap<SeriesKind, Series>> {
    let mut check = Check::new();
    let mut changed: BTreeMap<_, _> =
        all.iter().map(|(kind, series)| (*kind, Series { scheme, ..series.clone() })).collect();
    for (at, terms) in wanted.iter().enumerate() {
        let place = |field: &str| format!("/series/{at}/{field}");
        let again = wanted.iter().take(at).any(|before| before.kind == terms.kind);
        check.ensure(!again, &place("kind"), "repeated", "this series is named twice");
        check.ensure(is_prefix(&terms.prefix), &place("prefix"), "invalid_prefix", PREFIX);
        check.ensure(terms.width <= MOST_DIGITS, &place("width"), "out_of_range", "0 to 12 digits");
        let low = terms.next.is_none_or(|next| next <= HIGHEST);
        check.ensure(low, &place("next"), "out_of_range", "at most 999999999999");
        let Some(series) = changed.get_mut(&terms.kind) else { continue };
        (series.prefix, series.width) = (terms.prefix.clone(), terms.width);
        match terms.next.map(|next| series.raise(next, today)) {
            Some(Ok(raised)) => *series = raised,
            Some(Err(problem)) => check.part(&format!("/series/{at}"), Err(problem)),
            None => {}
        }
    }
    for (at, terms) in wanted.iter().enumerate() {
        let taken = changed.iter().any(|(kind, series)| *kind != terms.kind && series.prefix == terms.prefix);
        check.ensure(!taken, &format!("/series/{at}/prefix"), "taken", "another series has it");
    }
    check.done()?;
    Ok(changed)
}

const PREFIX: &str =
    "at most 12 capital letters, digits, dots, slashes and hyphens, the first one a letter; or nothing";

fn is_prefix(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"./-".contains(&byte);
    text.len() <= 12 && text.bytes().all(fits) && text.bytes().next().is_none_or(|byte| byte.is_ascii_uppercase())
}

/// Who begins to count without end goes on behind whatever was counted that way before.
pub fn behind(series: &Series, highest: u64) -> Result<Series> {
    let next = highest.checked_add(1).ok_or_else(|| Problem::field("/scheme", "out_of_range", "no count is left"))?;
    Ok(Series { next: series.next.max(next), ..series.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::{any_date, day};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn all(scheme: NumberScheme, next: u64, last_on: Option<&str>) -> BTreeMap<SeriesKind, Series> {
        let one = |kind| Series { next, last_on: last_on.map(day), ..Series::new(scheme, kind) };
        SeriesKind::ALL.iter().map(|kind| (*kind, one(*kind))).collect()
    }

    fn terms(kind: SeriesKind, prefix: &str, width: u8, next: Option<u64>) -> SeriesTerms {
        SeriesTerms { kind, prefix: prefix.into(), width, next }
    }

    fn number(series: &BTreeMap<SeriesKind, Series>, kind: SeriesKind, today: &str) -> String {
        series[&kind].take(day(today), 1).unwrap().numbers().next().unwrap()
    }

    /// The guide: one may begin at 1000.
    #[test]
    fn from_the_next_number_on() {
        use SeriesKind::*;
        let before = all(NumberScheme::YearSeq, 7, Some("2027-03-01"));
        let wanted = [terms(Invoice, "FR", 6, Some(1000))];
        let changed = renumber(&before, NumberScheme::YearSeq, &wanted, day("2027-03-02")).unwrap();
        assert_eq!(number(&changed, Invoice, "2027-03-02"), "FR2027-001000");
        assert_eq!(number(&changed, CreditNote, "2027-03-02"), "C-2027-7");
        assert_eq!(number(&changed, Invoice, "2028-01-01"), "FR2028-000001");
        // without end: the next year goes on
        let endless = renumber(&before, NumberScheme::YearId, &[], day("2027-03-02")).unwrap();
        assert_eq!(number(&endless, Invoice, "2028-01-01"), "2028-7");
        assert_eq!(behind(&endless[&Invoice], 41).unwrap().next, 42);
        assert_eq!(behind(&endless[&Invoice], 3).unwrap().next, 7);
    }

    #[test]
    fn every_wrong_place_is_named() {
        use SeriesKind::*;
        let before = all(NumberScheme::YearSeq, 7, Some("2027-03-01"));
        let wrong = [
            terms(Invoice, "2a", 13, Some(6)),
            terms(CreditNote, "N-", 0, None),
            terms(CreditNote, "X", 0, Some(1_000_000_000_000)),
        ];
        let problem = renumber(&before, NumberScheme::YearSeq, &wrong, day("2027-03-02")).unwrap_err();
        let places: BTreeSet<_> = problem.fields.iter().map(|field| (field.pointer.as_str(), field.code)).collect();
        let want = [
            ("/series/0/next", "too_small"),
            ("/series/0/prefix", "invalid_prefix"),
            ("/series/0/width", "out_of_range"),
            ("/series/1/prefix", "taken"),
            ("/series/2/kind", "repeated"),
            ("/series/2/next", "out_of_range"),
        ];
        assert_eq!(places, BTreeSet::from(want));
        // nor may two series change places, whatever they gave before
        let equal = [terms(Invoice, "C-", 0, None)];
        assert!(renumber(&before, NumberScheme::YearSeq, &equal, day("2027-03-02")).is_err());
    }

    proptest! {
        /// Whatever is changed on the way, a series never gives a number twice, and no other series gives it.
        #[test]
        fn no_number_twice(steps in prop::collection::vec(
            (any_date(), 0_usize..3, 0_u8..8, 0_u64..30, prop::sample::select(vec!["", "A", "B/", "C1-"])), 1..25,
        )) {
            let mut series = all(NumberScheme::YearSeq, 1, None);
            let mut seen = BTreeSet::new();
            let mut days: Vec<_> = steps.iter().map(|step| step.0).collect();
            days.sort();
            for (today, (_, scheme, width, ahead, prefix)) in days.into_iter().zip(steps) {
                let kind = SeriesKind::Invoice;
                let scheme = NumberScheme::ALL[scheme];
                let now = Series { scheme, ..series[&kind].clone() }.on(today).next;
                let wanted = [terms(kind, prefix, width, Some(now + ahead))];
                series = renumber(&series, scheme, &wanted, today).unwrap();
                for kind in [SeriesKind::Invoice, SeriesKind::CreditNote] {
                    let taken = series[&kind].take(today, 2).unwrap();
                    for number in taken.numbers() {
                        prop_assert!(seen.insert(number.clone()), "{number} twice");
                    }
                    series.insert(kind, taken.series);
                }
            }
        }
    }
}
