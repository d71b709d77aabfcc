//! The rules by name, and what each weighs unless the seller has settled otherwise.

use crate::FraudScore;

text_enum! {
    /// What was found about an order.
    pub enum FraudRule {
        /// On the list of those allowed.
        Allowed = "allowed",
        /// On the list of those denied.
        Denied = "denied",
        /// The client has paid invoices before.
        KnownClient = "known_client",
        /// Many orders came from this IP address within a day.
        ManyOrdersOfAddress = "many_orders_of_address",
        /// Many orders were placed with this mail address within a day.
        ManyOrdersOfMail = "many_orders_of_mail",
        /// The client has placed many orders within a day.
        ManyOrdersOfClient = "many_orders_of_client",
        /// The client has stored many payment methods within a day.
        ManyCardsOfClient = "many_cards_of_client",
        /// The client has never paid anything here.
        NewClient = "new_client",
        /// The IP address is in another country than the invoice goes to.
        AddressAbroad = "address_abroad",
        /// The card is from another country than the invoice goes to.
        CardAbroad = "card_abroad",
        /// The telephone number is of another country than the invoice goes to.
        PhoneAbroad = "phone_abroad",
        /// The IP address hides who is behind it.
        AnonymousProxy = "anonymous_proxy",
        /// The mail address is one to be thrown away.
        DisposableMail = "disposable_mail",
        /// There is no telephone number.
        MissingPhone = "missing_phone",
        /// The order is over more than is usual.
        HighAmount = "high_amount",
        /// A name is ordered that looks like someone else's.
        SuspiciousName = "suspicious_name",
        /// The score of the scorer.
        Scorer = "scorer",
        /// A rule of the seller's own at the scorer says what is to be done.
        ScorerRule = "scorer_rule",
        /// The scorer was asked and did not answer.
        ScorerSilent = "scorer_silent",
    }
}

/// Points of what is weighed.
const WEIGHTS: &[(FraudRule, u8)] = &[
    (FraudRule::ManyOrdersOfAddress, 30),
    (FraudRule::ManyOrdersOfMail, 20),
    (FraudRule::ManyOrdersOfClient, 20),
    (FraudRule::ManyCardsOfClient, 30),
    (FraudRule::NewClient, 2),
    (FraudRule::AddressAbroad, 15),
    (FraudRule::CardAbroad, 20),
    (FraudRule::PhoneAbroad, 5),
    (FraudRule::AnonymousProxy, 40),
    (FraudRule::DisposableMail, 40),
    (FraudRule::MissingPhone, 3),
    (FraudRule::HighAmount, 10),
    (FraudRule::SuspiciousName, 25),
];

impl FraudRule {
    /// What it weighs; nothing if it is not weighed.
    pub fn weight(self) -> Option<u8> {
        WEIGHTS.iter().find(|(rule, _)| *rule == self).map(|(_, weight)| *weight)
    }

    /// Those that are weighed.
    pub fn weighed() -> impl Iterator<Item = Self> {
        WEIGHTS.iter().map(|(rule, _)| *rule)
    }
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FraudFinding {
    /// Which rule.
    pub rule: FraudRule,
    /// What it adds to the score.
    pub points: FraudScore,
    /// What was found, for people.
    pub detail: String,
}

impl FraudFinding {
    /// A finding that adds nothing to the score.
    pub fn note(rule: FraudRule, detail: impl Into<String>) -> Self {
        Self { rule, points: FraudScore::default(), detail: detail.into() }
    }
}
