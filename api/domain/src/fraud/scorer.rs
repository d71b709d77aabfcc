//! What scorers outside say, in our words.

use crate::{Country, FraudScore};

text_enum! {
    /// What the seller's own rules at the scorer say.
    pub enum FraudDisposition {
        /// Accept.
        Accept = "accept",
        /// Reject.
        Reject = "reject",
        /// Have a person look.
        ManualReview = "manual_review",
        /// Only a test of a rule.
        Test = "test",
    }
}

text_enum! {
    /// What a scorer is told about an order later.
    pub enum FraudTag {
        /// The payment was charged back.
        Chargeback = "chargeback",
        /// It was none.
        NotFraud = "not_fraud",
        /// It abused the service.
        SpamOrAbuse = "spam_or_abuse",
        /// A person takes it for one.
        SuspectedFraud = "suspected_fraud",
    }
}

/// Why a score is what it is.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FraudReason {
    /// The scorer's code.
    pub code: String,
    /// The scorer's sentence.
    pub detail: String,
    /// What it multiplies the score by, where that is told: more than 1 raises it.
    pub multiplier: Option<String>,
}

/// Facts that a scorer has found out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Learned {
    /// Where the IP address is.
    pub ip_country: Option<Country>,
    /// Whether it hides who is behind it.
    pub is_anonymous: Option<bool>,
    /// Where the card is from.
    pub card_country: Option<Country>,
    /// Whether the mail address is one to be thrown away.
    pub is_mail_disposable: Option<bool>,
}

/// The answer of a scorer.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    /// By what name the scorer knows its answer.
    pub id: String,
    /// How likely a fraud is, in per cent.
    pub score: FraudScore,
    /// The risk of the IP address alone.
    pub ip_risk: Option<FraudScore>,
    /// What the seller's own rules there say.
    pub disposition: Option<FraudDisposition>,
    /// Why.
    pub reasons: Vec<FraudReason>,
    /// What the scorer could not make use of.
    pub warnings: Vec<String>,
    /// What it has found out besides.
    pub learned: Learned,
    /// How many questions are paid for.
    pub queries_remaining: Option<u64>,
    /// SHA-256 of what was sent, in hexadecimal digits.
    pub request_digest: String,
}

/// What came of asking.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scoring<'a> {
    /// Nobody was asked.
    NotAsked,
    /// An answer.
    Answered(&'a Scored),
    /// None, and why.
    Silent(&'a str),
}
