//! The line of a movement: `2611301130CR27,83NDDTBATCH-1//CX20261130001`.

use crate::bank::replies::malformed;
use chrono::{Datelike, NaiveDate};
use comptoir_domain::{Currency, Money, Result};

/// What the line says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Movement {
    pub(super) valued_on: NaiveDate,
    pub(super) booked_on: NaiveDate,
    /// Below zero if it left the account.
    pub(super) amount: Money,
    /// Whether it undoes another movement.
    pub(super) undone: bool,
    /// `NDDT`.
    pub(super) kind: String,
    pub(super) customer_reference: Option<String>,
    pub(super) bank_reference: Option<String>,
}

/// Marks, whether money comes in, whether it undoes another movement.
const MARKS: &[(&str, bool, bool)] =
    &[("RC", false, true), ("RD", true, true), ("C", true, false), ("D", false, false)];

pub(super) fn read(line: &str, currency: Currency) -> Result<Movement> {
    parse(line, currency).ok_or_else(|| malformed(":61:", "expected a movement such as 2611301130C27,83NTRFNONREF"))
}

fn parse(line: &str, currency: Currency) -> Option<Movement> {
    let (valued, rest) = line.split_at_checked(6)?;
    let valued_on = NaiveDate::parse_from_str(valued, "%y%m%d").ok()?;
    let (booked, rest) = match rest.split_at_checked(4) {
        Some((day, rest)) if day.bytes().all(|byte| byte.is_ascii_digit()) => (Some(day), rest),
        _ => (None, rest),
    };
    let booked_on = match booked {
        Some(day) => booking_date(valued_on, day)?,
        None => valued_on,
    };
    let (mark, money_in, undone) = MARKS.iter().find(|(mark, ..)| rest.starts_with(mark))?;
    let rest = rest.strip_prefix(mark)?;
    // the third letter of the currency may follow
    let rest = rest.strip_prefix(|letter: char| letter.is_ascii_uppercase()).unwrap_or(rest);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ',')?;
    let (number, rest) = rest.split_at_checked(end)?;
    let amount = amount(number, currency)?;
    let (kind, rest) = rest.split_at_checked(4)?;
    if !kind.starts_with(['N', 'F', 'S']) || !kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let (customer, bank) = rest.split_once("//").unwrap_or((rest, ""));
    let reference = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty() && text != "NONREF");
    Some(Movement {
        valued_on,
        booked_on,
        amount: if *money_in { amount } else { amount.negated().ok()? },
        undone: *undone,
        kind: kind.into(),
        customer_reference: reference(customer),
        bank_reference: reference(bank),
    })
}

/// The booking date has no year: it is that of the value date, but around the turn of the year.
fn booking_date(valued_on: NaiveDate, day: &str) -> Option<NaiveDate> {
    let (month, day) = day.split_at_checked(2)?;
    let (month, day): (u32, u32) = (month.parse().ok()?, day.parse().ok()?);
    let year = match (month, valued_on.month()) {
        (12, 1) => valued_on.year().checked_sub(1)?,
        (1, 12) => valued_on.year().checked_add(1)?,
        _ => valued_on.year(),
    };
    NaiveDate::from_ymd_opt(year, month, day)
}

/// `1000,00`, `27,`.
pub(super) fn amount(text: &str, currency: Currency) -> Option<Money> {
    let plain = text.trim().replace(',', ".");
    Money::parse(plain.strip_suffix('.').unwrap_or(&plain), currency).ok().filter(|money| !money.is_negative())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (String, String, i64, bool) {
        let movement = read(line, Currency::EUR).unwrap();
        (movement.valued_on.to_string(), movement.booked_on.to_string(), movement.amount.minor(), movement.undone)
    }

    #[test]
    fn marks_amounts_and_dates() {
        let day = || "2026-11-30".to_owned();
        assert_eq!(parts("2611301130CR27,83NDDTBATCH-1//CX1"), (day(), day(), 2783, false));
        assert_eq!(parts("261130D5,NTRFNONREF"), (day(), day(), -500, false));
        assert_eq!(parts("261130RC21,78NRTIX"), (day(), day(), -2178, true));
        assert_eq!(parts("261130RDR1,5NMSCX"), (day(), day(), 150, true));
        // booked on 31 December, of value on 2 January; and the other way round
        assert_eq!(parts("2701021231C1,00NTRFX").1, "2026-12-31");
        assert_eq!(parts("2612310102C1,00NTRFX").1, "2027-01-02");
    }

    #[test]
    fn references() {
        let movement = read("2611301130CR27,83NDDTBATCH-1//CX1", Currency::EUR).unwrap();
        assert_eq!((movement.kind.as_str(), movement.customer_reference.as_deref()), ("NDDT", Some("BATCH-1")));
        assert_eq!(movement.bank_reference.as_deref(), Some("CX1"));
        assert_eq!(read("261130C1,00NTRFNONREF", Currency::EUR).unwrap().customer_reference, None);
    }

    #[test]
    fn wrong_lines() {
        for line in [
            "",
            "261130",
            "261330C1,00NTRFX",
            "261130X1,00NTRFX",
            "261130C1.00NTRFX",
            "261130C,NTRFX",
            "261130C1,001NTRFX",
            "2611301332C1,00NTRFX",
            "261130C1,00NT",
            "261130Cé1,00NTRFX",
        ] {
            assert!(read(line, Currency::EUR).is_err(), "{line}");
        }
    }
}
