//! What the fake does for which card, as a table. The same rows can be chosen by an amount, for sources without a card.
//!
//! Every number passes the Luhn check, so that it gets through the store; none belongs to a bank. Any other card is
//! refused: the fake never takes a real one for granted.

use super::super::{Card, PaymentSource};
use comptoir_domain::{Country, Money};
use secrecy::ExposeSecret;

/// How the fake answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Behaviour {
    /// Takes (or reserves) the money at once.
    Approve,
    /// Refuses for now: no funds.
    DeclineSoft,
    /// Refuses for ever: stolen.
    DeclineHard,
    /// Answers that it failed; nothing is taken.
    Error,
    /// Cannot be reached; nothing is taken.
    Outage,
    /// The call is lost on the way: no answer, nothing taken. The second attempt goes through.
    LostBefore,
    /// The answer is lost on the way back: the money is taken, the caller does not know.
    LostAfter,
    /// Pending, then approved by a callback.
    Later,
    /// Pending, then declined by a callback.
    LaterDecline,
    /// Pending, then approved by a callback that comes twice.
    LaterTwice,
    /// Pending for ever, without any callback.
    Never,
    /// The client has to confirm on a page.
    Action,
    /// Takes the money. To keep the card, the client has to confirm on a page.
    ActionToKeep,
    /// Takes the money while the client is there, refuses for now when the card is charged as a saved one.
    DeclineSaved,
}

/// One row: this card or this amount (in minor units of any currency) makes that happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Magic {
    /// The card number.
    pub card: &'static str,
    /// The amount in minor units: 990 001 is 9900.01 EUR.
    pub minor: i64,
    /// What happens.
    pub behaviour: Behaviour,
}

const fn row(card: &'static str, minor: i64, behaviour: Behaviour) -> Magic {
    Magic { card, minor, behaviour }
}

/// The whole table.
pub const MAGIC: &[Magic] = &[
    row("4242424242424242", 990_000, Behaviour::Approve),
    row("4000000000000010", 990_001, Behaviour::DeclineSoft),
    row("4000000000000028", 990_002, Behaviour::DeclineHard),
    row("4000000000000036", 990_003, Behaviour::Error),
    row("4000000000000044", 990_004, Behaviour::Outage),
    row("4000000000000051", 990_005, Behaviour::LostBefore),
    row("4000000000000069", 990_006, Behaviour::LostAfter),
    row("4000000000000077", 990_007, Behaviour::Later),
    row("4000000000000085", 990_008, Behaviour::LaterDecline),
    row("4000000000000093", 990_009, Behaviour::LaterTwice),
    row("4000000000000101", 990_010, Behaviour::Never),
    row("4000000000000119", 990_011, Behaviour::Action),
    row("4000000000000127", 990_012, Behaviour::DeclineSaved),
    row(BRITISH, 990_013, Behaviour::Approve),
    row("4000000000000135", 990_014, Behaviour::ActionToKeep),
];

/// The one card of which the fake says where it is from.
const BRITISH: &str = "4000008260000000";

/// Where a card is from, by its last four digits.
pub(super) fn country(four: &str) -> Option<Country> {
    if four == last_four(BRITISH) { "GB".parse().ok() } else { None }
}

/// The token of a stored card that is always good.
pub const ALWAYS_GOOD: &str = "fake_tok_4242";

/// The last four digits, all that may be shown of a card.
pub(super) fn last_four(number: &str) -> &str {
    number.get(number.len().saturating_sub(4)..).unwrap_or_default()
}

/// The row of a card; `None` if it is not in the table.
pub(super) fn of_card(card: &Card) -> Option<Behaviour> {
    MAGIC.iter().find(|row| row.card == card.number.expose_secret()).map(|row| row.behaviour)
}

/// The row that a payment asks for: by its amount first, else by its source. `None` for a card not in the table.
pub(super) fn behaviour(source: &PaymentSource, amount: Money) -> Option<Behaviour> {
    let by = |fits: &dyn Fn(&Magic) -> bool| MAGIC.iter().find(|row| fits(row)).map(|row| row.behaviour);
    let by_source = || match source {
        PaymentSource::Card(card) => of_card(card),
        PaymentSource::Saved(token) => {
            let four = last_four(token.expose_secret());
            by(&|row| last_four(row.card) == four)
        }
        PaymentSource::HostedPage => Some(Behaviour::Action),
        PaymentSource::Token(_) | PaymentSource::Offline => None,
    };
    by(&|row| row.minor == amount.minor()).or_else(by_source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cards_get_through_a_store_and_differ_in_four_digits() {
        let mut tails: Vec<_> = MAGIC.iter().map(|row| last_four(row.card)).collect();
        tails.sort_unstable();
        tails.dedup();
        assert_eq!(tails.len(), MAGIC.len());
        assert_eq!((last_four(MAGIC[0].card), MAGIC[0].behaviour), (last_four(ALWAYS_GOOD), Behaviour::Approve));
        for row in MAGIC {
            let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
            let digits = row.card.chars().rev().map(|digit| digit.to_digit(10).unwrap());
            let luhn: u32 = digits.enumerate().map(|(at, digit)| if at % 2 == 1 { double(digit) } else { digit }).sum();
            assert_eq!(luhn % 10, 0, "{}", row.card);
        }
    }
}
