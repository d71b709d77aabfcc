//! How a buyer is taxed: where, and whether at all (TAX-04, TAX-06). The one decision for quotes, orders, renewals and
//! invoices by hand.

use super::union::{in_union, reverse_charge, vat_prefix};
use super::{Place, PrivateSale, TaxNote, TaxSettings, ThresholdSide, VatNumber};
use crate::Country;
use crate::people::ClientKind;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who buys, as far as taxes ask.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Buyer {
    /// The invoice address.
    pub place: Place,
    /// The VAT number of a business; a person has none.
    pub vat_number: Option<String>,
    /// Whether it holds an exemption.
    pub is_exempt: bool,
}

impl Buyer {
    /// A buyer with a VAT number, which counts for a business only.
    pub fn new(place: Place, kind: ClientKind, vat_number: &str, is_exempt: bool) -> Self {
        let counts = kind == ClientKind::Company && !vat_number.is_empty();
        Self { place, vat_number: counts.then(|| vat_number.into()), is_exempt }
    }

    /// The VAT number, if it is one that this buyer can have.
    pub fn number(&self, on: NaiveDate) -> Option<VatNumber> {
        let number = VatNumber::parse(self.vat_number.as_deref()?)?;
        number.is_of(self.place.country, on).then_some(number)
    }
}

text_enum! {
    /// What a member said about a VAT number. `unavailable` is neither of the others.
    pub enum VatOutcome {
        /// It is in use.
        Valid = "valid",
        /// It is not in use.
        Invalid = "invalid",
        /// Nobody could say.
        Unavailable = "unavailable",
    }
}

impl VatOutcome {
    /// The outcomes that are answers.
    pub const ANSWERS: &'static [Self] = &[Self::Valid, Self::Invalid];
}

/// The last answer about a number that was one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VatAnswer {
    /// What was said.
    pub outcome: VatOutcome,
    /// On which day.
    pub on: NaiveDate,
}

text_enum! {
    /// Why a buyer is taxed as it is.
    pub enum TaxReason {
        /// Buyer and seller are in one member of the Union.
        Domestic = "domestic",
        /// Taxed where the buyer is.
        Destination = "destination",
        /// A private buyer of another member, taxed where the seller is: below the threshold of the one-stop shop.
        Home = "home",
        /// A business of another member, which owes the VAT there itself.
        ReverseCharge = "reverse_charge",
        /// The buyer holds an exemption.
        Exempt = "exempt",
        /// A business whose VAT number is not in use: taxed like a private buyer.
        NumberInvalid = "number_invalid",
        /// A business whose VAT number nobody has confirmed yet: taxed like a private buyer.
        NumberUnverified = "number_unverified",
    }
}

impl TaxReason {
    /// What stands on the document in place of taxes, if none are charged.
    pub const fn note(self) -> Option<TaxNote> {
        match self {
            Self::ReverseCharge => Some(TaxNote::ReverseCharge),
            Self::Exempt => Some(TaxNote::Exempt),
            _ => None,
        }
    }
}

/// How a buyer is taxed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Treatment {
    /// Whose taxes are charged.
    pub place: Place,
    /// Why.
    pub reason: TaxReason,
    /// Whether it is a sale to a private buyer of another member.
    pub private_sale: Option<PrivateSale>,
}

/// Decides how a seller taxes a buyer on a day. `answer` is the last answer about the buyer's VAT number; `is_exceeded` says
/// whether the threshold of the one-stop shop is, which matters to those only who go by it.
pub fn treat(
    seller: Country,
    buyer: &Buyer,
    answer: Option<VatAnswer>,
    settings: &TaxSettings,
    is_exceeded: bool,
    on: NaiveDate,
) -> Treatment {
    let at_buyer = |reason| Treatment { place: buyer.place.clone(), reason, private_sale: None };
    if buyer.is_exempt {
        return at_buyer(TaxReason::Exempt);
    }
    let (ours, theirs) = (vat_prefix(seller, on), vat_prefix(buyer.place.country, on));
    if ours.is_none() || theirs.is_none() {
        return at_buyer(TaxReason::Destination);
    }
    if ours == theirs {
        return at_buyer(TaxReason::Domestic);
    }
    let number = buyer.number(on).map(|number| number.to_string());
    let doubt = match &number {
        Some(_) => doubt(answer, settings, on),
        None => None,
    };
    if doubt.is_none() && reverse_charge(seller, number.is_some(), number.as_deref(), on) {
        return at_buyer(TaxReason::ReverseCharge);
    }
    let side = if is_exceeded { ThresholdSide::Above } else { ThresholdSide::Below };
    let threshold = (settings.oss == Oss::Home).then_some(side);
    let (place, private) = match threshold {
        Some(ThresholdSide::Below) => (Place::of(seller), TaxReason::Home),
        Some(ThresholdSide::Above) | None => (buyer.place.clone(), TaxReason::Destination),
    };
    let private_sale = Some(PrivateSale { country: buyer.place.country, threshold });
    Treatment { place, reason: doubt.unwrap_or(private), private_sale }
}

/// Why a number is not relied on: it was refused, or nobody has confirmed it lately where that is asked for.
fn doubt(answer: Option<VatAnswer>, settings: &TaxSettings, on: NaiveDate) -> Option<TaxReason> {
    match answer.filter(|answer| settings.still_holds(answer, on)).map(|answer| answer.outcome) {
        Some(VatOutcome::Valid) => None,
        Some(VatOutcome::Invalid) => Some(TaxReason::NumberInvalid),
        Some(VatOutcome::Unavailable) | None => match settings.unverified_numbers {
            UnverifiedNumbers::Charge => Some(TaxReason::NumberUnverified),
            UnverifiedNumbers::Trust => None,
        },
    }
}

text_enum! {
    /// How a business of another member is taxed whose VAT number has the right form, but which its member has not
    /// confirmed.
    #[derive(Default)]
    pub enum UnverifiedNumbers {
        /// Like a private buyer.
        #[default]
        Charge = "charge",
        /// As if it were confirmed.
        Trust = "trust",
    }
}

text_enum! {
    /// Where private buyers of other members are taxed (directive 2006/112/EC, art. 58 and 59c).
    #[derive(Default)]
    pub enum Oss {
        /// Where they live; declared through the one-stop shop.
        #[default]
        Destination = "destination",
        /// Where the seller is, until the sales to private buyers of other members come to more than 10 000 EUR in this calendar year
        /// or have done so in the one before; where they live from the very sale on that exceeds it.
        Home = "home",
    }
}

/// Whether a country's taxes are declared through the one-stop shop by a seller of another member.
pub fn is_in_one_stop_shop(seller: Country, taxed_in: Country, on: NaiveDate) -> bool {
    in_union(taxed_in, on) && vat_prefix(seller, on) != vat_prefix(taxed_in, on)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TaxReason::*;
    use proptest::prelude::*;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn buyer(code: &str, vat_number: &str) -> Buyer {
        Buyer::new(Place::of(country(code)), ClientKind::Company, vat_number, false)
    }

    fn said(outcome: VatOutcome, on: &str) -> Option<VatAnswer> {
        Some(VatAnswer { outcome, on: day(on) })
    }

    const TODAY: &str = "2026-11-23";

    /// The table of place of supply for electronic services (directive 2006/112/EC, art. 44, 58, 196), from Germany.
    #[test]
    fn who_is_taxed_where() {
        let confirmed = said(VatOutcome::Valid, TODAY);
        for (buyer, answer, place, reason) in [
            (buyer("DE", ""), None, "DE", Domestic),
            (buyer("DE", "DE136695976"), confirmed, "DE", Domestic),
            (buyer("AT", "ATU13585627"), confirmed, "AT", ReverseCharge),
            (buyer("GR", "EL094259216"), confirmed, "GR", ReverseCharge),
            // Monaco is France for VAT
            (buyer("MC", "FR40303265045"), confirmed, "MC", ReverseCharge),
            (buyer("AT", ""), None, "AT", Destination),
            // a check digit that is wrong, a number of another country: no number
            (buyer("AT", "ATU13585626"), confirmed, "AT", Destination),
            (buyer("AT", "FR40303265045"), confirmed, "AT", Destination),
            (buyer("AT", "ATU13585627"), said(VatOutcome::Invalid, TODAY), "AT", NumberInvalid),
            (buyer("AT", "ATU13585627"), None, "AT", NumberUnverified),
            (buyer("AT", "ATU13585627"), said(VatOutcome::Unavailable, TODAY), "AT", NumberUnverified),
            (buyer("US", ""), None, "US", Destination),
            // Northern Ireland is a member for goods only
            (buyer("GB", "XI980780684"), confirmed, "GB", Destination),
            (Buyer { is_exempt: true, ..buyer("DE", "") }, None, "DE", Exempt),
        ] {
            let treatment = treat(country("DE"), &buyer, answer, &TaxSettings::default(), false, day(TODAY));
            assert_eq!((treatment.place.country.as_str(), treatment.reason), (place, reason), "{buyer:?}");
            let note = treatment.reason.note();
            assert_eq!(note.is_some(), matches!(reason, ReverseCharge | Exempt), "{buyer:?}");
        }
        // a seller outside the Union, and one in Monaco with a French client
        let austrian = buyer("AT", "ATU13585627");
        assert_eq!(
            treat(country("US"), &austrian, confirmed, &TaxSettings::default(), false, day(TODAY)).reason,
            Destination
        );
        let french = buyer("FR", "FR40303265045");
        assert_eq!(
            treat(country("MC"), &french, confirmed, &TaxSettings::default(), false, day(TODAY)).reason,
            Domestic
        );
    }

    #[test]
    fn a_person_has_no_vat_number() {
        let person = Buyer::new(Place::of(country("AT")), ClientKind::Person, "ATU13585627", false);
        assert_eq!(person.vat_number, None);
    }

    /// Below the threshold private buyers are taxed at home; businesses are not private buyers.
    #[test]
    fn small_sellers_tax_at_home() {
        let settings = TaxSettings { oss: Oss::Home, ..TaxSettings::default() };
        let told = |buyer: &Buyer, answer, is_exceeded| {
            let treatment = treat(country("DE"), buyer, answer, &settings, is_exceeded, day(TODAY));
            (treatment.place.country.to_string(), treatment.reason)
        };
        let confirmed = said(VatOutcome::Valid, TODAY);
        for (buyer, answer, below, above) in [
            (buyer("AT", ""), None, ("DE", Home), ("AT", Destination)),
            (buyer("AT", "ATU13585627"), confirmed, ("AT", ReverseCharge), ("AT", ReverseCharge)),
            (buyer("AT", "ATU13585627"), None, ("DE", NumberUnverified), ("AT", NumberUnverified)),
            (buyer("DE", ""), None, ("DE", Domestic), ("DE", Domestic)),
            (buyer("US", ""), None, ("US", Destination), ("US", Destination)),
        ] {
            let of = |(code, reason): (&str, _)| (code.to_string(), reason);
            assert_eq!(told(&buyer, answer, false), of(below), "{buyer:?}");
            assert_eq!(told(&buyer, answer, true), of(above), "{buyer:?}");
        }
    }

    /// A sale to a private buyer of another member counts towards the threshold, whoever goes by it; nothing else does.
    #[test]
    fn private_sales_to_other_members() {
        for (oss, is_exceeded, side) in [
            (Oss::Destination, false, None),
            (Oss::Home, false, Some(ThresholdSide::Below)),
            (Oss::Home, true, Some(ThresholdSide::Above)),
        ] {
            let settings = TaxSettings { oss, ..TaxSettings::default() };
            let sale = |seller: &str, buyer: &Buyer, answer| {
                treat(country(seller), buyer, answer, &settings, is_exceeded, day(TODAY)).private_sale
            };
            let austrian = Some(PrivateSale { country: country("AT"), threshold: side });
            assert_eq!(sale("DE", &buyer("AT", ""), None), austrian);
            assert_eq!(sale("DE", &buyer("AT", "ATU13585627"), None), austrian);
            assert_eq!(sale("DE", &buyer("AT", "ATU13585627"), said(VatOutcome::Valid, TODAY)), None);
            let exempt = Buyer { is_exempt: true, ..buyer("AT", "") };
            for (seller, buyer) in [
                ("DE", buyer("DE", "")),
                ("DE", buyer("US", "")),
                ("US", buyer("AT", "")),
                ("FR", buyer("MC", "")),
                ("DE", exempt),
            ] {
                assert_eq!(sale(seller, &buyer, None), None, "{seller} {buyer:?}");
            }
        }
    }

    /// An answer holds for 90 days: from 25 August to 23 November.
    #[test]
    fn an_answer_grows_old() {
        let settings = TaxSettings::default();
        let reason = |outcome, on, settings: &TaxSettings| {
            treat(country("DE"), &buyer("AT", "ATU13585627"), said(outcome, on), settings, false, day(TODAY)).reason
        };
        assert_eq!(settings.answer_holds_days, 90);
        assert_eq!(reason(VatOutcome::Valid, "2026-08-25", &settings), ReverseCharge);
        assert_eq!(reason(VatOutcome::Valid, "2026-08-24", &settings), NumberUnverified);
        let trusting = TaxSettings { unverified_numbers: UnverifiedNumbers::Trust, ..settings };
        assert_eq!(reason(VatOutcome::Valid, "2026-08-24", &trusting), ReverseCharge);
        assert_eq!(reason(VatOutcome::Unavailable, TODAY, &trusting), ReverseCharge);
        assert_eq!(reason(VatOutcome::Invalid, TODAY, &trusting), NumberInvalid);
    }

    #[test]
    fn what_goes_through_the_one_stop_shop() {
        for (seller, taxed_in, want) in
            [("DE", "AT", true), ("DE", "DE", false), ("DE", "US", false), ("US", "AT", true), ("FR", "MC", false)]
        {
            assert_eq!(
                is_in_one_stop_shop(country(seller), country(taxed_in), day(TODAY)),
                want,
                "{seller} {taxed_in}"
            );
        }
    }

    proptest! {
        /// Nobody is relieved of VAT within a country, outside the Union, or without a number that holds.
        #[test]
        fn only_a_confirmed_business_of_another_member_is_relieved(
            seller in prop::sample::select(vec!["DE", "FR", "GR", "US"]),
            home in prop::sample::select(vec!["DE", "FR", "MC", "GR", "AT", "US", "GB"]),
            number in prop::sample::select(vec!["", "DE136695976", "FR40303265045", "EL094259216", "ATU13585627", "ATU13585626"]),
            outcome in prop::sample::select(vec![None, Some(VatOutcome::Valid), Some(VatOutcome::Invalid), Some(VatOutcome::Unavailable)]),
            age in 0_i64..200,
            oss in prop::sample::select(vec![Oss::Home, Oss::Destination]),
            is_exceeded in any::<bool>(),
        ) {
            let on = day(TODAY);
            let answer = outcome.map(|outcome| VatAnswer { outcome, on: on - chrono::Days::new(age.unsigned_abs()) });
            let settings = TaxSettings { oss, ..TaxSettings::default() };
            let treatment = treat(country(seller), &buyer(home, number), answer, &settings, is_exceeded, on);
            let at_home = |code: &str| if code == "MC" { "FR".to_string() } else { code.replace("GR", "EL") };
            let fits = number.starts_with(&at_home(home)) && number != "ATU13585626" && home != "US" && home != "GB" && !number.is_empty();
            let relieved = fits && seller != "US" && at_home(seller) != at_home(home) && outcome == Some(VatOutcome::Valid) && age <= 90;
            prop_assert_eq!(treatment.reason == ReverseCharge, relieved);
            let abroad = oss == Oss::Home && !is_exceeded && matches!(treatment.reason, Home | NumberInvalid | NumberUnverified);
            prop_assert_eq!(treatment.place.country, country(if abroad { seller } else { home }));
        }
    }
}
