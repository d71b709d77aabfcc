//! Mandates of direct debits: what a payer has signed, when it may be used, and what its next collection is called.

use super::Unreadable;
use crate::problem::{Code, Problem, Result};
use chrono::{Days, Months, NaiveDate};

text_enum! {
    /// Under which rules a debit is collected.
    pub enum SddScheme {
        /// For everyone; the payer may ask the money back for eight weeks.
        Core = "core",
        /// Between businesses; nothing is given back.
        B2b = "b2b",
    }
}

text_enum! {
    /// For how long a mandate was given.
    pub enum MandateKind {
        /// Until it is revoked.
        Recurrent = "recurrent",
        /// For one collection.
        OneOff = "one_off",
    }
}

text_enum! {
    /// Which collection under a mandate this is, in the words of the format.
    pub enum Sequence {
        /// The first of several.
        First = "FRST",
        /// One of several.
        Recurring = "RCUR",
        /// The last one: the mandate ends with it.
        Final = "FNAL",
        /// The only one.
        OneOff = "OOFF",
    }
}

/// A mandate that has not been used for so long has lapsed.
const DORMANT: Months = Months::new(36);

/// As many characters as a reference may have.
const LONGEST_REFERENCE: usize = 35;

/// What of a mandate decides whether and how it can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mandate {
    /// Under which rules.
    pub scheme: SddScheme,
    /// For how long.
    pub kind: MandateKind,
    /// When it was signed.
    pub signed_on: NaiveDate,
    /// The due date of the latest collection, even of one that came back.
    pub last_collected_on: Option<NaiveDate>,
    /// When it was revoked or used for the last time.
    pub ended_on: Option<NaiveDate>,
    /// Whether the payer buys as a consumer.
    pub consumer: bool,
    /// Whether the payer has told its bank of it, as B2B demands.
    pub registered: bool,
}

impl Mandate {
    /// The last day on which it may be collected unless it is used before: 36 months after the latest collection, or
    /// after the signature where there was none.
    pub fn lapses_on(&self) -> NaiveDate {
        let from = self.last_collected_on.unwrap_or(self.signed_on);
        from.checked_add_months(DORMANT).unwrap_or(NaiveDate::MAX)
    }

    /// The latest day of use, or else of signature, with which a mandate may lapse by a day. Months differ in length: it may be a
    /// few days later, so [`Self::lapses_on`] decides.
    pub fn dormant_since(day: NaiveDate) -> NaiveDate {
        day.checked_sub_months(DORMANT).and_then(|since| since.checked_add_days(Days::new(3))).unwrap_or(day)
    }

    /// Whether its payer has yet to register it with its bank, as the scheme between businesses wants it.
    pub fn awaits_bank(&self) -> bool {
        self.scheme == SddScheme::B2b && !self.registered
    }

    /// Whether it may be collected on a day; `wrong_state` says why not.
    pub fn usable(&self, due: NaiveDate) -> Result<()> {
        let used = self.kind == MandateKind::OneOff && self.last_collected_on.is_some();
        let faults = [
            (self.ended_on.is_some(), "the mandate has ended: a new one is needed"),
            (due < self.signed_on, "the mandate was signed after the day of collection"),
            (used, "the mandate was for one collection, and has had it"),
            (due > self.lapses_on(), "the mandate has lapsed, 36 months after its latest use: a new one is needed"),
            (self.scheme == SddScheme::B2b && self.consumer, "consumers pay by the scheme CORE"),
            (self.awaits_bank(), "the payer has to register the mandate with its bank first"),
        ];
        match faults.into_iter().find(|(is, _)| *is) {
            Some((_, why)) => Err(Problem::new(Code::WrongState, why)),
            None => Ok(()),
        }
    }

    /// What the next collection is called. Since 2016 the first of several may be called like the others; some banks want
    /// it named (`name_first`). `last` ends the mandate.
    pub fn sequence(&self, last: bool, name_first: bool) -> Sequence {
        match self.kind {
            MandateKind::OneOff => Sequence::OneOff,
            MandateKind::Recurrent if last => Sequence::Final,
            MandateKind::Recurrent if name_first && self.last_collected_on.is_none() => Sequence::First,
            MandateKind::Recurrent => Sequence::Recurring,
        }
    }
}

/// The reference of a client's so-many-th mandate: `MND-1042-1`.
pub fn mandate_reference(client: &str, number: u32) -> Result<String, Unreadable> {
    let reference = format!("MND-{client}-{number}");
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-?:().,'+".contains(&byte);
    if client.is_empty() || reference.len() > LONGEST_REFERENCE || !reference.bytes().all(allowed) {
        return Err(Unreadable::new("invalid_reference", "at most 35 letters, digits and signs, without blanks"));
    }
    Ok(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn mandate() -> Mandate {
        Mandate {
            scheme: SddScheme::Core,
            kind: MandateKind::Recurrent,
            signed_on: day("2024-02-29"),
            last_collected_on: None,
            ended_on: None,
            consumer: true,
            registered: false,
        }
    }

    #[test]
    fn lapses_after_three_years_without_use() {
        let unused = mandate();
        assert_eq!(unused.lapses_on(), day("2027-02-28"));
        assert!(unused.usable(day("2027-02-28")).is_ok() && unused.usable(day("2027-03-01")).is_err());
        let used = Mandate { last_collected_on: Some(day("2026-11-30")), ..unused };
        assert!(used.usable(day("2029-11-30")).is_ok() && used.usable(day("2029-12-01")).is_err());
    }

    #[test]
    fn unusable_ones_say_why() {
        let good = mandate();
        let due = day("2026-11-30");
        for (bad, word) in [
            (Mandate { ended_on: Some(day("2026-01-01")), ..good }, "ended"),
            (Mandate { signed_on: day("2026-12-01"), ..good }, "signed after"),
            (
                Mandate { kind: MandateKind::OneOff, last_collected_on: Some(day("2026-10-01")), ..good },
                "one collection",
            ),
            (Mandate { scheme: SddScheme::B2b, ..good }, "CORE"),
            (Mandate { scheme: SddScheme::B2b, consumer: false, ..good }, "register"),
        ] {
            assert!(bad.usable(due).unwrap_err().detail.contains(word), "{word}");
        }
        let business = Mandate { scheme: SddScheme::B2b, consumer: false, registered: true, ..good };
        assert!(business.usable(due).is_ok() && good.usable(due).is_ok());
    }

    #[test]
    fn names_of_collections() {
        let new = mandate();
        let used = Mandate { last_collected_on: Some(day("2026-10-01")), ..new };
        assert_eq!([new.sequence(false, false), new.sequence(false, true)], [Sequence::Recurring, Sequence::First]);
        assert_eq!([used.sequence(false, true), used.sequence(true, true)], [Sequence::Recurring, Sequence::Final]);
        assert_eq!(Mandate { kind: MandateKind::OneOff, ..new }.sequence(false, true), Sequence::OneOff);
    }

    #[test]
    fn references() {
        assert_eq!(mandate_reference("1042", 1).as_deref(), Ok("MND-1042-1"));
        for client in ["", "10 42", "é", "a/b", &"1".repeat(40)] {
            assert!(mandate_reference(client, 1).is_err(), "{client}");
        }
    }
}
