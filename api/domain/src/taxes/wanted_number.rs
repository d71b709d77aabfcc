//! Whether a store that wants the VAT numbers of businesses sells to a buyer (TAX-04).

use super::{Buyer, TaxSettings, VatAnswer, VatOutcome, in_union};
use crate::people::ClientKind;
use chrono::NaiveDate;

/// What a store that wants the VAT numbers of businesses has against a buyer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NumberFault {
    /// It has not given one of its country.
    Missing,
    /// The member says that nobody has it.
    NotInUse,
}

/// What stands against a business of the Union: no number of its country, or one that its member has lately said is not in
/// use. A number that nobody could confirm is no fault of the buyer: how it is taxed is another question.
pub fn number_fault(
    kind: ClientKind,
    buyer: &Buyer,
    answer: Option<VatAnswer>,
    settings: &TaxSettings,
    on: NaiveDate,
) -> Option<NumberFault> {
    if kind != ClientKind::Company || !in_union(buyer.place.country, on) {
        return None;
    }
    if buyer.number(on).is_none() {
        return Some(NumberFault::Missing);
    }
    let said = answer.filter(|answer| settings.still_holds(answer, on)).map(|answer| answer.outcome);
    (said == Some(VatOutcome::Invalid)).then_some(NumberFault::NotInUse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxes::Place;

    #[test]
    fn only_businesses_of_the_union_need_a_number_and_one_that_is_in_use() {
        let today: NaiveDate = "2026-11-29".parse().unwrap();
        let (company, person) = (ClientKind::Company, ClientKind::Person);
        let said = |outcome, on: &str| Some(VatAnswer { outcome, on: on.parse().unwrap() });
        let (yes, no) = (said(VatOutcome::Valid, "2026-11-01"), said(VatOutcome::Invalid, "2026-11-01"));
        // 90 days before is 31 August: what was said until then does not hold any more
        let (old, just) = (said(VatOutcome::Invalid, "2026-08-30"), said(VatOutcome::Invalid, "2026-08-31"));
        for (kind, country, number, answer, want) in [
            (company, "FR", "", None, Some(NumberFault::Missing)),
            (company, "FR", "DE136695976", yes, Some(NumberFault::Missing)),
            (company, "FR", "FR40303265045", None, None),
            (company, "FR", "FR40303265045", yes, None),
            (company, "FR", "FR40303265045", no, Some(NumberFault::NotInUse)),
            (company, "FR", "FR40303265045", just, Some(NumberFault::NotInUse)),
            (company, "FR", "FR40303265045", old, None),
            (company, "US", "", None, None),
            (person, "FR", "", None, None),
        ] {
            let buyer = Buyer::new(Place::of(country.parse().unwrap()), kind, number, false);
            let found = number_fault(kind, &buyer, answer, &TaxSettings::default(), today);
            assert_eq!(found, want, "{kind} {country} {number} {answer:?}");
        }
    }
}
