//! What is known of an order and of whoever places it.

use crate::fraud::scorer::Learned;
use crate::{Country, Money};
use core::net::IpAddr;

/// The first six to eight digits of a card, which name its bank. Never more of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bin(String);

impl Bin {
    /// Of the number of a card, however it is written; nothing if that is too short to be one.
    pub fn of_card(number: &str) -> Option<Self> {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        (12..=19).contains(&digits.len()).then(|| Self(digits.chars().take(8).collect()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the rules look at. Counts are those of the last 24 hours, this order among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FraudFacts {
    /// Where it was placed from.
    pub ip: Option<IpAddr>,
    /// In which country that is.
    pub ip_country: Option<Country>,
    /// Whether that address hides who is behind it; nothing if nobody has said so.
    pub is_anonymous: Option<bool>,
    /// Where the invoice goes.
    pub billing_country: Country,
    /// Where the card is from.
    pub card_country: Option<Country>,
    /// Which bank's it is.
    pub bin: Option<Bin>,
    /// The mail address.
    pub mail: String,
    /// Whether someone who knows says that it is one to be thrown away.
    pub is_mail_disposable: Option<bool>,
    /// The telephone number as it was typed; empty for none.
    pub phone: String,
    /// What is to be paid.
    pub amount: Money,
    /// The domain names that are ordered, or used with what is ordered.
    pub domains: Vec<String>,
    /// Invoices that the client has paid before.
    pub paid_invoices: u32,
    /// Orders from this IP address.
    pub orders_of_address: u32,
    /// Orders with this mail address.
    pub orders_of_mail: u32,
    /// Orders of this client.
    pub orders_of_client: u32,
    /// Payment methods that the client has stored.
    pub cards_of_client: u32,
}

impl FraudFacts {
    /// With what a scorer has found out; what was known before stays.
    #[must_use]
    pub fn with(self, learned: &Learned) -> Self {
        Self {
            ip_country: self.ip_country.or(learned.ip_country),
            is_anonymous: self.is_anonymous.or(learned.is_anonymous),
            card_country: self.card_country.or(learned.card_country),
            is_mail_disposable: self.is_mail_disposable.or(learned.is_mail_disposable),
            ..self
        }
    }

    /// The domain of the mail address, in small letters.
    pub fn mail_domain(&self) -> String {
        self.mail.rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default()
    }
}
