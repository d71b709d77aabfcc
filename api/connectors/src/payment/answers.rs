//! What a gateway answers, in neutral words.

use super::Reference;
use crate::error::{ConnectorError, Kind, Result};
pub use comptoir_domain::disputes::DisputeState;
pub use comptoir_domain::payment_methods::MethodKind;
use comptoir_domain::{Country, Instant, Money};
use serde::{Deserialize, Serialize};

/// Where a payment stands at the gateway (PAY-10 adds `new`, `refunded` and `unknown`, which only we can know).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "status")]
pub enum Outcome {
    /// Taken at once.
    Approved,
    /// Reserved.
    Authorised,
    /// Taken after it was reserved.
    Captured,
    /// Not decided yet.
    Pending {
        /// What the client has to do, if anything: where to send a cheque or a transfer.
        instructions: Option<String>,
    },
    /// The client has to confirm it first.
    ActionNeeded(ClientAction),
    /// Refused by the bank or the gateway.
    Declined(Decline),
    /// The gateway failed and says that nothing was taken.
    Error {
        /// The gateway's code.
        code: String,
        /// For people.
        message: String,
    },
    /// Reserved and released again.
    Voided,
}

/// What the client's browser has to do: show a page of the bank or gateway.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientAction {
    /// Where to send the browser.
    pub redirect_to: String,
    /// Fields to post there; empty for a plain redirect.
    pub fields: Vec<(String, String)>,
}

/// A refusal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decline {
    /// The method will never work (stolen, closed, expired): do not try it again. Otherwise it may work later.
    pub hard: bool,
    /// The gateway's code.
    pub code: String,
    /// For people.
    pub message: String,
}

/// A method the gateway keeps for later payments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SavedMethod {
    /// Hand it back in [`super::PaymentSource::Saved`].
    pub token: String,
    /// To show to the client: `visa •••• 4242`.
    pub label: String,
    /// What it is.
    #[serde(default = "card")]
    pub kind: MethodKind,
    /// The brand of a card in the gateway's word, in small letters.
    pub brand: Option<String>,
    /// The last four digits of a card, the last four characters of an account.
    pub last_four: Option<String>,
    /// Month and year it ends.
    pub expires: Option<(u8, u16)>,
    /// Where its bank is, if the gateway says so.
    pub country: Option<Country>,
    /// The same for each token of one card, and another for every other card, where the gateway tells that.
    pub fingerprint: Option<String>,
}

/// What was written down before there were other kinds.
const fn card() -> MethodKind {
    MethodKind::Card
}

/// Four characters of which something can be known again.
fn four(text: &str) -> Option<String> {
    (text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| text.into())
}

impl SavedMethod {
    /// A card, with as much of its brand and of its last digits as is told; empty texts for what is not.
    pub fn card(token: impl Into<String>, brand: &str, last_four: &str) -> Self {
        let brand = Some(brand.to_lowercase()).filter(|brand| !brand.is_empty());
        let word = brand.as_deref().unwrap_or("card");
        let label = if last_four.is_empty() { word.to_string() } else { format!("{word} •••• {last_four}") };
        Self { brand, last_four: four(last_four), ..Self::of(MethodKind::Card, token.into(), label) }
    }

    /// A bank account.
    pub fn account(token: impl Into<String>, label: String, last_four: &str) -> Self {
        Self { last_four: four(last_four), ..Self::of(MethodKind::BankAccount, token.into(), label) }
    }

    /// What the client has agreed to at the gateway.
    pub fn agreement(token: impl Into<String>, label: String) -> Self {
        Self::of(MethodKind::Agreement, token.into(), label)
    }

    const fn of(kind: MethodKind, token: String, label: String) -> Self {
        let (brand, last_four, expires, country, fingerprint) = (None, None, None, None, None);
        Self { token, label, kind, brand, last_four, expires, country, fingerprint }
    }
}

/// What came of keeping a method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kept {
    /// It can be charged.
    Saved(SavedMethod),
    /// The client has to agree first; [`super::Vault::finish`] says what became of it.
    ActionNeeded {
        /// By what it is asked about: worth nothing to a payer, but to be kept like a token.
        handle: String,
        /// Where he has to go.
        action: ClientAction,
    },
}

/// The code of an answer about another amount than was asked for.
pub const AMOUNT_DIFFERS: &str = "amount_differs";

/// A payment as the gateway sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Payment {
    /// Our key.
    pub reference: Reference,
    /// The gateway's own id.
    pub gateway_id: Option<String>,
    /// What was or would be taken; after a partial capture the captured part.
    pub amount: Money,
    /// Where it stands.
    pub outcome: Outcome,
    /// What was given back so far.
    pub refunded: Money,
    /// The method kept for later, if that was asked and granted.
    pub saved: Option<SavedMethod>,
    /// Where the bank of the card is, if the gateway says so.
    #[serde(default)]
    pub card_country: Option<Country>,
    /// The raw answer without secrets, kept for inquiries (PAY-10).
    pub raw: String,
}

impl Payment {
    /// Compares with what was asked: another amount or currency is a contradiction that a person must look at.
    pub fn agrees_with(&self, asked: Money) -> Result<()> {
        if self.amount == asked {
            return Ok(());
        }
        let message = format!("asked for {asked}, the gateway says {}", self.amount);
        Err(ConnectorError::new(Kind::Conflict, AMOUNT_DIFFERS, message))
    }

    /// Whether the money was taken.
    pub fn is_taken(&self) -> bool {
        matches!(self.outcome, Outcome::Approved | Outcome::Captured)
    }
}

/// A refund as the gateway sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Our key for the refund.
    pub reference: Reference,
    /// The payment it belongs to.
    pub payment: Reference,
    /// The gateway's own id.
    pub gateway_id: Option<String>,
    /// What was given back.
    pub amount: Money,
    /// It was accepted, but whether it reaches the payer is not decided yet.
    #[serde(default)]
    pub is_pending: bool,
    /// The raw answer without secrets.
    pub raw: String,
}

/// Something a gateway told us about a payment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PaymentEvent {
    /// The same each time the gateway repeats itself: drop what was seen.
    pub id: String,
    /// When the gateway says it happened.
    pub at: Instant,
    /// The payment as it then stood.
    pub payment: Payment,
    /// What the payer disputes of it, if the gateway told us about that.
    #[serde(default)]
    pub dispute: Option<Dispute>,
}

/// A payer, or the bank, wants money back without asking us: a claim, a chargeback, or a question that may become one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// The gateway's own id: the same from beginning to end.
    pub id: String,
    /// Where it stands now.
    pub state: DisputeState,
    /// How much is disputed; not always the whole payment.
    pub amount: Money,
    /// Why, in the gateway's code; empty if it does not say.
    pub reason: String,
    /// Where it stands in the gateway's own word, which is more precise.
    pub status: String,
    /// Until when it can be answered; none if it is over, or nobody says.
    pub answer_by: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_shown_as_far_as_it_is_known() {
        let table = [
            ("VISA", "4242", "visa •••• 4242", Some("visa"), Some("4242")),
            ("", "4242", "card •••• 4242", None, Some("4242")),
            ("Visa", "", "visa", Some("visa"), None),
            ("", "**12", "card •••• **12", None, None),
        ];
        for (brand, digits, label, known, four) in table {
            let saved = SavedMethod::card("t", brand, digits);
            assert_eq!(
                (saved.label.as_str(), saved.brand.as_deref(), saved.last_four.as_deref()),
                (label, known, four)
            );
        }
    }

    #[test]
    fn another_amount_or_currency_is_noticed() {
        let money = |text, currency: &str| Money::parse(text, currency.parse().unwrap()).unwrap();
        let payment = Payment {
            reference: Reference::new("r1").unwrap(),
            gateway_id: None,
            amount: money("12.10", "EUR"),
            outcome: Outcome::Approved,
            refunded: money("0", "EUR"),
            saved: None,
            card_country: None,
            raw: String::new(),
        };
        assert_eq!(payment.agrees_with(money("12.10", "EUR")), Ok(()));
        for other in [money("12.11", "EUR"), money("12.10", "USD"), money("1210", "JPY")] {
            let error = payment.agrees_with(other).unwrap_err();
            assert_eq!((error.kind, error.code.as_ref()), (Kind::Conflict, "amount_differs"));
        }
    }
}
