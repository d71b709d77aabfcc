//! What we ask of a gateway.

use crate::error::ConnectorError;
use comptoir_domain::{Instant, Money};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// Our own name for a payment or refund, committed before the call: the key against doing it twice.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

/// The text cannot be a reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 1 to 40 letters, digits, hyphens or underscores")]
pub struct InvalidReference;

impl Reference {
    /// 1 to 40 ASCII letters, digits, `-` and `_`: what every known gateway lets through.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidReference> {
        let text = text.into();
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if plain && (1..=40).contains(&text.len()) { Ok(Self(text)) } else { Err(InvalidReference) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = InvalidReference;
    fn try_from(text: String) -> Result<Self, InvalidReference> {
        Self::new(text)
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> String {
        reference.0
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// A card as typed into the store. Its number and code never show in logs and are never stored.
#[derive(Clone, Debug)]
pub struct Card {
    /// Digits only.
    pub number: SecretString,
    /// 1 to 12.
    pub expiry_month: u8,
    /// Four digits.
    pub expiry_year: u16,
    /// The three or four digits on the back.
    pub code: SecretString,
    /// The name on the card.
    pub holder: String,
}

/// Where the money comes from.
#[derive(Clone, Debug)]
pub enum PaymentSource {
    /// A card entered in our store.
    Card(Card),
    /// What the gateway's own fields in our store made of a card: good for one payment, or to be kept.
    Token(SecretString),
    /// A method that the gateway keeps for us under a token.
    Saved(SecretString),
    /// The gateway's own page; the client comes back to [`PaymentRequest::return_to`].
    HostedPage,
    /// Outside of any machine: a cheque, a bank transfer.
    Offline,
}

impl PaymentSource {
    /// How it is entered; nothing has to be for what is kept.
    pub const fn entry(&self) -> Option<Entry> {
        match self {
            PaymentSource::Card(_) => Some(Entry::Card),
            PaymentSource::Token(_) => Some(Entry::Token),
            PaymentSource::Saved(_) => None,
            PaymentSource::HostedPage => Some(Entry::Page),
            PaymentSource::Offline => Some(Entry::Offline),
        }
    }
}

/// Where a client enters what a payment is made with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A card in our store, whose number passes through our hands.
    Card,
    /// A card in fields of the gateway's that stand in our store.
    Token,
    /// On the gateway's page.
    Page,
    /// A bank account typed into our page: payments are collected from it by files.
    Account,
    /// Nowhere: the client is told what to do.
    Offline,
}

/// Who pays, as far as it is known: gateways show it, and judge by it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payer {
    /// Our name for the client.
    pub id: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Company; empty for a person.
    pub company: String,
    /// Address for mail.
    pub email: String,
    /// Telephone, as it was written.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub city: String,
    /// State or province, as its country writes it.
    pub region: String,
    /// Two capital letters.
    pub country: String,
    /// Two small letters.
    pub language: String,
    /// From where it is ordered, if someone is there.
    pub ip: String,
}

/// Whether to take the money or only to reserve it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// Take it at once.
    Now,
    /// Reserve it; [`super::Captures`] takes it later.
    Reserve,
}

/// Who is there when a payment is begun. Gateways tell the bank, which judges by it whom it may ask, and for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// The client, who can be asked to confirm.
    Client,
    /// A person of ours who types what the client has said or written: an order by mail or telephone. Nobody can be asked.
    Desk,
    /// Nobody: a stored method is charged, as was agreed when it was stored.
    Nobody,
}

/// One payment to begin.
#[derive(Clone, Debug)]
pub struct PaymentRequest {
    /// Our key.
    pub reference: Reference,
    /// More than nothing.
    pub amount: Money,
    /// What the client reads on the statement or page.
    pub description: String,
    /// Where the money comes from.
    pub source: PaymentSource,
    /// Now, or reserved first.
    pub take: Take,
    /// Whether to keep the method for later payments, where the gateway can.
    pub save: bool,
    /// Who is there.
    pub presence: Presence,
    /// Who pays.
    pub payer: Payer,
    /// Where a page of the bank or the gateway sends the client afterwards.
    pub return_to: String,
    /// The caller's clock.
    pub at: Instant,
}

impl PaymentRequest {
    /// From where the client orders; empty if he is not there, for then it is the address of somebody else.
    pub fn client_ip(&self) -> &str {
        if self.presence == Presence::Client { &self.payer.ip } else { "" }
    }

    /// What the gateway is later asked about.
    pub fn begun(&self, gateway_id: Option<String>) -> Begun {
        Begun { reference: self.reference.clone(), gateway_id, amount: self.amount, at: self.at }
    }

    /// Refuses an amount of nothing or less, and a source that is not among these.
    pub fn check(&self, entries: &[Entry]) -> Result<(), ConnectorError> {
        if self.amount.minor() <= 0 {
            return Err(ConnectorError::invalid("amount", "the amount must be more than nothing"));
        }
        match self.source.entry() {
            Some(entry) if !entries.contains(&entry) => {
                Err(ConnectorError::invalid("source", "this gateway does not take what is offered"))
            }
            _ => Ok(()),
        }
    }
}

/// A payment that was begun, as we know it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Begun {
    /// Our key.
    pub reference: Reference,
    /// The gateway's own id, if its answer has reached us.
    pub gateway_id: Option<String>,
    /// What was asked.
    pub amount: Money,
    /// When it was begun, for gateways that want to know where to look.
    pub at: Instant,
}

/// One refund.
#[derive(Clone, Debug)]
pub struct RefundRequest {
    /// Our key for the refund.
    pub reference: Reference,
    /// The payment it belongs to.
    pub payment: Begun,
    /// More than nothing, in the payment's currency.
    pub amount: Money,
    /// The caller's clock.
    pub at: Instant,
}

/// Taking a reserved amount.
#[derive(Clone, Debug)]
pub struct CaptureRequest {
    /// The payment that reserved it.
    pub payment: Begun,
    /// At most what was reserved.
    pub amount: Money,
    /// The caller's clock.
    pub at: Instant,
}

/// Something to be kept for later payments.
#[derive(Clone, Debug)]
pub struct KeepRequest {
    /// Our key: what is sent under it once more is kept once.
    pub reference: Reference,
    /// A card, a token or the gateway's page.
    pub source: PaymentSource,
    /// Whose.
    pub payer: Payer,
    /// Where a page of the bank or the gateway sends the client afterwards; empty if he cannot go there.
    pub return_to: String,
    /// The caller's clock.
    pub at: Instant,
}

/// A call that a gateway made to us, as it came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callback {
    /// The query string without `?`.
    pub query: String,
    /// Header names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte: signatures are made over it.
    pub body: Vec<u8>,
}

impl Callback {
    /// The first header of that name (small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_plain_and_short() {
        assert!(Reference::new("txn_0phg3n1k0000000000000000ab").is_ok());
        for text in ["", "a b", "é", "a/b", "a\n", &"x".repeat(41)] {
            assert_eq!(Reference::new(text), Err(InvalidReference), "{text:?}");
        }
    }

    #[test]
    fn a_card_does_not_show_its_secrets() {
        let card = Card {
            number: "4242424242424242".into(),
            expiry_month: 12,
            expiry_year: 2030,
            code: "987".into(),
            holder: "Anna".into(),
        };
        let shown = format!("{:?}", PaymentSource::Card(card));
        assert!(!shown.contains("4242") && !shown.contains("987") && shown.contains("Anna"), "{shown}");
    }
}
