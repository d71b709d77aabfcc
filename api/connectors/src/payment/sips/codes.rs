//! What the codes and statuses of Sips mean, as data.

use crate::error::Kind;

/// What a response code means for a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// Accepted.
    Done,
    /// Not decided yet.
    Pending,
    /// Refused; it may work another time.
    Soft,
    /// Refused; this card will never do.
    Hard,
    /// Nothing of a card: what went wrong with the call.
    Call(Kind),
}

use Meaning::{Call, Done, Hard, Pending, Soft};

const CODES: &[(&str, Meaning, &str)] = &[
    ("00", Done, "accepted"),
    ("02", Soft, "the issuer wants to be asked by telephone"),
    ("03", Call(Kind::Auth), "the shop is not known or has no contract"),
    ("05", Soft, "refused by the issuer"),
    ("11", Hard, "the card is blocked"),
    ("12", Call(Kind::InvalidRequest), "a field is wrong"),
    ("14", Soft, "the card's data or its security code are wrong"),
    ("17", Soft, "the client has called it off"),
    ("24", Call(Kind::Conflict), "not possible where the payment stands"),
    (UNKNOWN, Call(Kind::NotFound), "there is no such payment"),
    ("30", Call(Kind::InvalidRequest), "a field has a wrong format"),
    (SEAL, Soft, "suspicion of fraud"),
    ("40", Call(Kind::InvalidRequest), "the shop may not do that"),
    ("51", Soft, "the amount is too high"),
    ("54", Hard, "the card has expired"),
    ("60", Pending, "not decided yet"),
    ("62", Pending, "to be confirmed by the shop"),
    ("63", Soft, "a rule of the shop has stopped it"),
    ("75", Soft, "the card number was tried too often"),
    ("90", Call(Kind::Unknown), "the service is not available"),
    (REPEATED, Call(Kind::Conflict), "the reference was used before"),
    ("97", Soft, "the client took too long"),
    ("99", Call(Kind::Unknown), "the service has failed"),
];

/// A reference that was used before.
pub(super) const REPEATED: &str = "94";

/// A reference that is not known.
const UNKNOWN: &str = "25";

/// In a payment a suspicion of fraud; for any other call a wrong seal.
pub(super) const SEAL: &str = "34";

/// What the issuer has answered (ISO 8583): cards to be withdrawn, lost, stolen, expired or not known to it.
const ISSUER_HARD: &[&str] = &["04", "07", "14", "33", "41", "43", "54", "56"];

/// What a response code means, and in words. What is not in the table nobody understands: it has to be asked.
pub(super) fn meaning(code: &str, issuer: &str) -> (Meaning, &'static str) {
    let row = CODES.iter().find(|(known, ..)| *known == code);
    match row.map_or((Call(Kind::Unknown), "not understood"), |(_, meaning, words)| (*meaning, *words)) {
        (Soft, words) if ISSUER_HARD.contains(&issuer) => (Hard, words),
        other => other,
    }
}

/// Where a payment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    /// Accepted, and taken in the night.
    ToTake,
    /// Taken.
    Taken,
    /// Reserved.
    Reserved,
    /// Not decided yet.
    Open,
    /// Refused.
    Refused,
    /// Released, or lapsed.
    Released,
    /// Given back, or about to be.
    Back,
}

const STATUSES: &[(&str, Status)] = &[
    ("TO_CAPTURE", Status::ToTake),
    ("CAPTURED", Status::Taken),
    ("TO_VALIDATE", Status::Reserved),
    ("TO_AUTHORIZE", Status::Open),
    ("TO_REPLAY", Status::Open),
    ("REFUSED", Status::Refused),
    ("CANCELLED", Status::Released),
    ("EXPIRED", Status::Released),
    ("TO_CREDIT", Status::Back),
    ("CREDITED", Status::Back),
];

/// Where a payment stands, by their word for it. One that is not in the table says nothing.
pub(super) fn status(word: &str) -> Status {
    STATUSES.iter().find(|(known, _)| *known == word).map_or(Status::Open, |(_, status)| *status)
}

/// The brand of a card by its first digits, as adding one to a wallet wants it.
const BRANDS: &[(&str, &str)] =
    &[("34", "AMEX"), ("37", "AMEX"), ("4", "VISA"), ("50", "MAESTRO"), ("5", "MASTERCARD"), ("2", "MASTERCARD")];

/// The brand of a card.
pub(super) fn brand(number: &str) -> &'static str {
    BRANDS.iter().find(|(digits, _)| number.starts_with(digits)).map_or("CB", |(_, brand)| brand)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of the page.
    #[test]
    fn codes_and_statuses_mean_what_the_page_says() {
        for (code, want) in [
            ("00", Done),
            ("05", Soft),
            ("11", Hard),
            ("17", Soft),
            ("54", Hard),
            ("60", Pending),
            ("97", Soft),
            ("03", Call(Kind::Auth)),
            ("94", Call(Kind::Conflict)),
            ("25", Call(Kind::NotFound)),
            ("90", Call(Kind::Unknown)),
            ("99", Call(Kind::Unknown)),
            ("77", Call(Kind::Unknown)),
            ("", Call(Kind::Unknown)),
        ] {
            assert_eq!(meaning(code, "00").0, want, "{code}");
        }
        assert_eq!((meaning("05", "43").0, meaning("05", "51").0, meaning("00", "43").0), (Hard, Soft, Done));
        let words = ["TO_CAPTURE", "CAPTURED", "TO_VALIDATE", "TO_REPLAY", "REFUSED", "EXPIRED", "CREDITED", "?"];
        let want = [
            Status::ToTake,
            Status::Taken,
            Status::Reserved,
            Status::Open,
            Status::Refused,
            Status::Released,
            Status::Back,
            Status::Open,
        ];
        assert_eq!(words.map(status), want);
        let cards = ["410000", "510000", "340000", "500000", "600000"];
        assert_eq!(cards.map(brand), ["VISA", "MASTERCARD", "AMEX", "MAESTRO", "CB"]);
    }
}
