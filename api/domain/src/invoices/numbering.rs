//! Numbers of documents (INV-03): gapless in each series, and dated in the order of the numbers.
//!
//! A number is taken together with its date, under the lock of the series, in the transaction that freezes the
//! document, so that a roll-back leaves no gap. A billing run takes one range for all it issues.

use super::due::issued_on;
use crate::problem::{Code, Problem, Result};
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

text_enum! {
    /// How a seller counts.
    pub enum NumberScheme {
        /// `2006-1234`: the year in front, the count never starts again.
        YearId = "year_id",
        /// `2006-1`: the count starts again each year.
        YearSeq = "year_seq",
        /// As `year_seq`, and documents without value added tax are counted apart.
        VatYearSeq = "vatyear_seq",
    }
}

text_enum! {
    /// The series of a seller. Credit notes always have their own (Spain demands it).
    pub enum SeriesKind {
        /// Invoices; in `vatyear_seq` those with tax.
        Invoice = "invoice",
        /// Invoices without tax in `vatyear_seq`.
        InvoiceWithoutTax = "invoice_without_tax",
        /// Credit notes; in `vatyear_seq` those with tax.
        CreditNote = "credit_note",
        /// Credit notes without tax in `vatyear_seq`.
        CreditNoteWithoutTax = "credit_note_without_tax",
    }
}

impl NumberScheme {
    /// The series that counts a document.
    pub fn series(self, is_credit_note: bool, has_tax: bool) -> SeriesKind {
        let apart = self == Self::VatYearSeq && !has_tax;
        match (is_credit_note, apart) {
            (false, false) => SeriesKind::Invoice,
            (false, true) => SeriesKind::InvoiceWithoutTax,
            (true, false) => SeriesKind::CreditNote,
            (true, true) => SeriesKind::CreditNoteWithoutTax,
        }
    }

    /// The name under which counts are unique: a series that starts again each year is another one each year.
    pub fn key(self, kind: SeriesKind, issued_on: NaiveDate) -> String {
        if self.starts_again() { format!("{kind}:{}", issued_on.year()) } else { kind.to_string() }
    }

    fn starts_again(self) -> bool {
        self != Self::YearId
    }
}

impl SeriesKind {
    /// What keeps the numbers of one seller's series apart unless the seller chooses other prefixes.
    pub const fn default_prefix(self) -> &'static str {
        match self {
            Self::Invoice => "",
            Self::InvoiceWithoutTax => "N-",
            Self::CreditNote => "C-",
            Self::CreditNoteWithoutTax => "CN-",
        }
    }
}

/// Where a series stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Series {
    /// How it counts.
    pub scheme: NumberScheme,
    /// In front of the year.
    pub prefix: String,
    /// The count is filled with zeros to so many digits; 0 for none.
    pub width: u8,
    /// The next count.
    pub next: u64,
    /// The date of its last document, or the first day of the year for which the next count was chosen before a document of
    /// that year: none that comes is dated before it.
    pub last_on: Option<NaiveDate>,
}

/// Numbers taken at once: all of one date.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The date of every document of the range.
    pub issued_on: NaiveDate,
    /// The counts.
    pub range: RangeInclusive<u64>,
    /// What to store.
    pub series: Series,
}

impl Series {
    /// A series that counts from one.
    pub fn new(scheme: NumberScheme, kind: SeriesKind) -> Self {
        Self { scheme, prefix: kind.default_prefix().into(), width: 0, next: 1, last_on: None }
    }

    /// Takes `count` numbers (at least one) on a day; the date is never before the last one of the series.
    pub fn take(&self, today: NaiveDate, count: u64) -> Result<Taken> {
        let refuse = || Problem::new(Code::Internal, "a series cannot give so many numbers");
        let issued_on = issued_on(today, self.last_on);
        let first = self.on(today).next;
        let next = first.checked_add(count).ok_or_else(refuse)?;
        let last = next.checked_sub(1).filter(|last| *last >= first).ok_or_else(refuse)?;
        Ok(Taken { issued_on, range: first..=last, series: Self { next, last_on: Some(issued_on), ..self.clone() } })
    }

    /// Where it stands on a day: one that starts again each year does so with the first day of the year.
    pub fn on(&self, today: NaiveDate) -> Self {
        let day = issued_on(today, self.last_on);
        let new_year = self.last_on.is_some_and(|last| last.year() != day.year());
        if self.scheme.starts_again() && new_year {
            return Self { next: 1, last_on: first_of_year(day), ..self.clone() };
        }
        self.clone()
    }

    /// Goes on from a higher number, when a seller comes from another system. A jump behind the first number of a series
    /// shows in the gap report. What starts again each year goes on so in this year: it has begun with its first day, so a
    /// document may still be dated within it, but none of the year before takes the number, and the next year starts again.
    pub fn raise(&self, next: u64, today: NaiveDate) -> Result<Self> {
        let now = self.on(today);
        if next < now.next {
            return Err(Problem::field("/next", "too_small", format!("numbers below {} are taken", now.next)));
        }
        if next == now.next {
            return Ok(self.clone());
        }
        let begun = if self.scheme.starts_again() { first_of_year(today) } else { None };
        Ok(Self { next, last_on: now.last_on.or(begun), ..now })
    }

    /// What every number of a day begins with.
    pub fn start(&self, day: NaiveDate) -> String {
        format!("{}{}-", self.prefix, day.year())
    }

    /// The printed number of a count.
    pub fn text(&self, issued_on: NaiveDate, count: u64) -> String {
        format!("{}{:0width$}", self.start(issued_on), count, width = usize::from(self.width))
    }
}

fn first_of_year(day: NaiveDate) -> Option<NaiveDate> {
    day.with_ordinal(1)
}

impl Taken {
    /// The printed numbers, in order.
    pub fn numbers(&self) -> impl Iterator<Item = String> + '_ {
        self.range.clone().map(|count| self.series.text(self.issued_on, count))
    }
}

/// The counts that are missing between the first and the last one used. A seller may begin where it likes; that the first
/// ones were not removed says the chain.
pub fn gaps(used: &BTreeSet<u64>) -> Vec<RangeInclusive<u64>> {
    let mut expected = used.first().copied().unwrap_or_default();
    let mut gaps = Vec::new();
    for count in used {
        if let Some(missing) = count.checked_sub(1).filter(|missing| *missing >= expected) {
            gaps.push(expected..=missing);
        }
        expected = count.saturating_add(1);
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::{any_date, day};
    use proptest::prelude::*;

    fn series(scheme: NumberScheme, next: u64, last_on: Option<&str>) -> Series {
        Series { next, last_on: last_on.map(day), ..Series::new(scheme, SeriesKind::Invoice) }
    }

    /// The examples of the guide: 2006-1234 and 2006-1.
    #[test]
    fn schemes_of_the_guide() {
        let first = |scheme, next, last_on| {
            let taken = series(scheme, next, last_on).take(day("2006-01-02"), 1).unwrap();
            taken.numbers().collect::<Vec<_>>()
        };
        assert_eq!(first(NumberScheme::YearId, 1234, Some("2005-12-31")), ["2006-1234"]);
        assert_eq!(first(NumberScheme::YearSeq, 1234, Some("2005-12-31")), ["2006-1"]);
        assert_eq!(first(NumberScheme::VatYearSeq, 1234, Some("2005-12-31")), ["2006-1"]);
        assert_eq!(first(NumberScheme::YearSeq, 1000, None), ["2006-1000"]);
    }

    #[test]
    fn a_range_goes_on_where_the_last_one_ended() {
        let padded = Series { prefix: "FR".into(), width: 6, ..series(NumberScheme::YearSeq, 9, Some("2027-02-28")) };
        let one = padded.take(day("2027-03-01"), 2).unwrap();
        assert_eq!(one.numbers().collect::<Vec<_>>(), ["FR2027-000009", "FR2027-000010"]);
        let two = one.series.take(day("2027-03-02"), 1).unwrap();
        assert_eq!(two.numbers().collect::<Vec<_>>(), ["FR2027-000011"]);
        assert!(one.series.take(day("2027-03-02"), 0).is_err());
    }

    #[test]
    fn a_clock_that_went_back_does_not_move_the_date() {
        let taken = series(NumberScheme::YearSeq, 5, Some("2027-01-01")).take(day("2026-12-31"), 1).unwrap();
        assert_eq!((taken.issued_on, taken.numbers().next().unwrap()), (day("2027-01-01"), "2027-5".into()));
    }

    #[test]
    fn documents_without_tax_are_counted_apart_only_in_vatyear() {
        assert_eq!(NumberScheme::VatYearSeq.series(false, false), SeriesKind::InvoiceWithoutTax);
        assert_eq!(NumberScheme::VatYearSeq.series(true, true), SeriesKind::CreditNote);
        assert_eq!(NumberScheme::YearSeq.series(false, false), SeriesKind::Invoice);
        let prefixes: BTreeSet<_> = SeriesKind::ALL.iter().map(|kind| kind.default_prefix()).collect();
        assert_eq!(prefixes.len(), SeriesKind::ALL.len());
    }

    #[test]
    fn a_start_is_only_raised() {
        let today = day("2027-01-02");
        let started = series(NumberScheme::YearId, 10, Some("2026-12-31"));
        assert_eq!(started.raise(1000, today).unwrap().take(today, 1).unwrap().numbers().next().unwrap(), "2027-1000");
        assert_eq!(started.raise(9, today).unwrap_err().fields[0].pointer, "/next");
        // a count that starts again has started again, and a raise holds for this year
        let yearly = series(NumberScheme::YearSeq, 10, Some("2026-12-31"));
        assert_eq!(yearly.on(today).next, 1);
        assert_eq!(yearly.raise(5, today).unwrap().take(today, 1).unwrap().numbers().next().unwrap(), "2027-5");
        assert_eq!(yearly.raise(1, today).unwrap(), yearly);
        assert!(yearly.raise(9, day("2026-12-31")).is_err());
    }

    /// Chosen on 20 January, before a document of the year: one may still bear an earlier day of it, none of the year before
    /// takes the number, and the next year counts from one. Of a series that has given no number at all the same is true.
    #[test]
    fn a_count_is_chosen_for_its_year() {
        for last_on in [Some("2026-12-31"), None] {
            let raised = series(NumberScheme::YearSeq, 1, last_on).raise(1000, day("2027-01-20")).unwrap();
            let on = |date| raised.take(day(date), 1).unwrap();
            let told = |taken: &Taken| (taken.issued_on, taken.numbers().next().unwrap());
            assert_eq!(told(&on("2027-01-12")), (day("2027-01-12"), "2027-1000".into()));
            assert_eq!(told(&on("2026-12-30")), (day("2027-01-01"), "2027-1000".into()));
            assert_eq!(told(&on("2028-02-03")), (day("2028-02-03"), "2028-1".into()));
        }
        let endless = series(NumberScheme::YearId, 1, None).raise(1000, day("2027-01-20")).unwrap();
        assert_eq!((endless.last_on, endless.next), (None, 1000));
    }

    #[test]
    fn gaps_are_listed() {
        let used = |counts: &[u64]| counts.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(gaps(&used(&[1, 2, 5, 9, 10])), [3..=4, 6..=8]);
        assert_eq!(gaps(&used(&[1000, 1002])), [1001..=1001]);
        assert!(gaps(&used(&[7, 8])).is_empty() && gaps(&used(&[])).is_empty());
    }

    proptest! {
        /// Whatever the days: no number twice, no gap within a year, dates never go back.
        #[test]
        fn series_are_gapless(scheme in prop::sample::select(NumberScheme::ALL.to_vec()), days in prop::collection::vec((any_date(), 1_u64..5), 1..30)) {
            let mut series = Series::new(scheme, SeriesKind::Invoice);
            let mut seen: Vec<(NaiveDate, u64, String)> = Vec::new();
            for (today, count) in days {
                let taken = series.take(today, count).unwrap();
                prop_assert!(taken.issued_on >= today);
                seen.extend(taken.range.clone().zip(taken.numbers()).map(|(count, text)| (taken.issued_on, count, text)));
                series = taken.series;
            }
            prop_assert_eq!(seen.iter().map(|one| &one.2).collect::<BTreeSet<_>>().len(), seen.len());
            for pair in seen.windows(2) {
                let again = scheme.starts_again() && pair[0].0.year() != pair[1].0.year();
                prop_assert_eq!(pair[1].1, if again { 1 } else { pair[0].1 + 1 });
                prop_assert!(pair[0].0 <= pair[1].0);
            }
        }
    }
}
