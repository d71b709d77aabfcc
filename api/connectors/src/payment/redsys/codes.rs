//! What the numbers mean that Redsys answers with, as data: `Ds_Response` of operations, and the codes of calls that were not
//! taken.

use crate::error::Kind;

/// What an answer means for an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// It was done.
    Done,
    /// The bank wants to see the client first.
    NeedsClient,
    /// Nobody knows yet.
    Pending,
    /// Refused; it may work another time.
    Soft,
    /// Refused; this card will never do.
    Hard,
    /// It failed, and nothing was taken.
    Failed,
    /// The order number was used before.
    Repeated,
}

use Meaning::{Failed, Hard, NeedsClient, Pending, Repeated, Soft};

/// `Ds_Response` from the first number to the second. What is not in the table is a refusal that may pass.
const RESPONSES: &[(u16, u16, Meaning, &str)] = &[
    (0, 99, Meaning::Done, "authorised"),
    (101, 101, Hard, "the card has expired"),
    (102, 102, Soft, "the card is blocked for now"),
    (106, 106, Soft, "the PIN was tried too often"),
    (112, 112, Pending, "authentication is running"),
    (116, 116, Soft, "the account does not cover it"),
    (118, 118, Hard, "the card is not known"),
    (125, 125, Hard, "the card is not in effect"),
    (129, 129, Soft, "the security code is wrong"),
    (167, 167, Soft, "the issuer suspects fraud"),
    (172, 172, Hard, "refused: do not try again"),
    (173, 173, Hard, "refused: the card's data have changed"),
    (174, 174, Soft, "refused: not again within 72 hours"),
    (180, 180, Hard, "the card is not taken here"),
    (181, 182, Soft, "the card is restricted"),
    (184, 184, Soft, "the client was not authenticated"),
    (190, 190, Soft, "refused by the issuer"),
    (191, 191, Hard, "the expiry date is wrong"),
    (195, 195, NeedsClient, "the bank wants the client to confirm"),
    (201, 202, Hard, "the card is to be withdrawn"),
    (208, 209, Hard, "the card was lost or stolen"),
    (280, 280, Hard, "the security code is wrong; the card is to be withdrawn"),
    (290, 290, Hard, "the card is to be withdrawn"),
    (400, 400, Meaning::Done, "cancelled"),
    (481, 481, Meaning::Done, "cancelled"),
    (900, 900, Meaning::Done, "accepted"),
    (904, 904, Failed, "the merchant is not registered"),
    (909, 909, Failed, "the bank's system failed"),
    (912, 912, Failed, "the issuer cannot be reached"),
    (913, 913, Repeated, "the order number was used before"),
    (944, 944, Failed, "the session is wrong"),
    (950, 950, Soft, "a refund is not possible"),
    (8210, 8210, Pending, "authentication is running"),
    (8220, 8220, Pending, "authentication is running"),
    (9064, 9064, Hard, "the card number has a wrong length"),
    (9093, 9093, Hard, "the card does not exist"),
    (9253, 9253, Hard, "the card number is wrong"),
    (9912, 9912, Failed, "the issuer cannot be reached"),
    (9915, 9915, Soft, "the client has called it off"),
    (9997, 9997, Soft, "another operation with this card is running"),
    (9998, 9998, Pending, "the card's data are being entered"),
    (9999, 9999, Pending, "authentication is running"),
];

/// What an answer means, and in words.
pub(super) fn response(code: &str) -> (Meaning, &'static str) {
    let digits = Some(code).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let number: Option<u16> = digits.and_then(|text| text.parse().ok());
    match number {
        None => (Pending, "no answer yet"),
        Some(number) => RESPONSES
            .iter()
            .find(|(from, to, ..)| (*from..=*to).contains(&number))
            .map_or((Soft, "refused"), |(_, _, meaning, words)| (*meaning, words)),
    }
}

/// What a call means that was not taken: the code, what kind of failure it is, and in words. Any other code is about what was
/// sent, and nothing was done.
const ERRORS: &[(&str, Kind, &str)] = &[
    ("SIS0042", Kind::Auth, "the signature is wrong: is the key that of the terminal?"),
    ("SIS0026", Kind::Auth, "no such merchant or terminal"),
    (REPEATED, Kind::Conflict, "the order number was used before"),
    ("SIS0054", Kind::NotFound, "there is no such payment to give back"),
    ("SIS0055", Kind::NotFound, "there are several such payments"),
    ("SIS0057", Kind::Declined, "more than what was paid cannot be given back"),
    ("SIS0059", Kind::NotFound, "there is no such reservation"),
    ("SIS0060", Kind::Conflict, "it was taken before"),
    ("SIS0061", Kind::Conflict, "nothing is reserved"),
    ("SIS0062", Kind::Declined, "more than what is reserved cannot be taken"),
    ("SIS0093", Kind::Declined, "the card number is wrong"),
    ("SIS0222", Kind::Conflict, "it was taken or released before"),
    ("SIS0223", Kind::Conflict, "nothing is reserved"),
    ("SIS0225", Kind::NotFound, "there is no such reservation"),
    ("XML0023", Kind::Auth, "the signature is wrong: is the key that of the terminal?"),
    ("XML0024", Kind::NotFound, "there is no such operation"),
    ("XML0028", Kind::Auth, "the terminal is closed"),
];

/// What Redsys says of an order number that it has seen.
pub(super) const REPEATED: &str = "SIS0051";

/// What it says of a number that no card can have.
pub(super) const NO_CARD: &str = "SIS0093";

/// What a code means, and in words.
pub(super) fn error(code: &str) -> (Kind, &'static str) {
    let row = ERRORS.iter().find(|(known, ..)| *known == code);
    row.map_or((Kind::InvalidRequest, "what was sent is not understood"), |(_, kind, words)| (*kind, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_without_overlap() {
        let bounds: Vec<u16> = RESPONSES.iter().flat_map(|(from, to, ..)| [*from, *to]).collect();
        assert!(bounds.is_sorted());
        assert!(RESPONSES.windows(2).all(|pair| pair[0].1 < pair[1].0));
    }

    /// Rows of the page.
    #[test]
    fn answers_mean_what_the_page_says() {
        for (code, meaning) in [
            ("0000", Meaning::Done),
            ("0099", Meaning::Done),
            ("0100", Soft),
            ("0195", NeedsClient),
            ("0116", Soft),
            ("0174", Soft),
            ("0208", Hard),
            ("0290", Hard),
            ("0400", Meaning::Done),
            ("0481", Meaning::Done),
            ("0900", Meaning::Done),
            ("0912", Failed),
            ("9912", Failed),
            ("0913", Repeated),
            ("8210", Pending),
            ("9999", Pending),
            ("9104", Soft),
            ("9915", Soft),
            ("9997", Soft),
            ("", Pending),
            ("+001", Pending),
        ] {
            assert_eq!(response(code).0, meaning, "{code}");
        }
        let kinds = ["SIS0042", "SIS0051", "SIS0054", "SIS0057", "SIS0093", "SIS0429", "SIS0435"].map(|it| error(it).0);
        let stop = Kind::InvalidRequest;
        let want = [Kind::Auth, Kind::Conflict, Kind::NotFound, Kind::Declined, Kind::Declined, stop, stop];
        assert_eq!(kinds, want);
    }
}
