//! What the fraud check looks like.

use crate::fraud::ready::Scorers;
use comptoir_db::fraud::checks::FraudCheckRow;
use comptoir_db::fraud::entries::FraudEntryRow;
use comptoir_db::fraud::scorers::FraudScorerRow;
use comptoir_domain::fraud::{FraudCheckState, FraudDisposition, FraudEntryKind, FraudFinding, FraudList, FraudReason};
use comptoir_domain::{ClientId, Country, FraudCheckId, FraudEntryId, FraudScore, Instant, OrderId};
use serde_json::Value;
use std::collections::BTreeMap;

/// A fraud check of an order.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FraudCheckView {
    /// The check.
    pub id: FraudCheckId,
    /// Of this order.
    pub order_id: OrderId,
    /// Of this client.
    pub client_id: ClientId,
    /// Where it stands.
    pub state: FraudCheckState,
    /// From 0 to 100.
    pub score: FraudScore,
    /// What the rules of the house alone came to.
    pub rules_score: FraudScore,
    /// What was found.
    pub findings: Vec<FraudFinding>,
    /// What the scorer said; null if it was not asked or did not answer.
    pub scored: Option<FraudScoredView>,
    /// Where the order came from; null if that is not known, or not any more.
    pub ip: Option<String>,
    /// In which country that is, if a proxy says so.
    pub ip_country: Option<Country>,
    /// The mail address; null once it is forgotten.
    pub email: Option<String>,
    /// Why it was decided so, if a person did.
    pub reason: String,
    /// Who has decided: `system`, `administrator` or `api_key`; null as long as nobody has.
    pub decided_by: Option<String>,
    /// The same by name.
    pub decided_by_name: Option<String>,
    /// When.
    pub decided_at: Option<Instant>,
    /// When the order was placed.
    pub created_at: Instant,
}

list_of!(FraudCheckList, FraudCheckView);

/// What a scorer said.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FraudScoredView {
    /// Its connector.
    pub connector: String,
    /// By what name it knows its answer.
    pub id: String,
    /// How likely a fraud is, in per cent.
    pub score: FraudScore,
    /// The risk of the IP address alone.
    pub ip_risk: Option<FraudScore>,
    /// What your own rules there say.
    pub disposition: Option<FraudDisposition>,
    /// Why.
    pub reasons: Vec<FraudReason>,
    /// What it could not make use of.
    pub warnings: Vec<String>,
    /// The country of the IP address, by the scorer.
    pub ip_country: Option<Country>,
    /// Whether that address hides who is behind it.
    pub is_anonymous: Option<bool>,
    /// The country of the card.
    pub card_country: Option<Country>,
    /// SHA-256 of what was sent.
    pub request_digest: String,
}

impl From<FraudCheckRow> for FraudCheckView {
    fn from(row: FraudCheckRow) -> Self {
        let connector = row.scorer.unwrap_or_default();
        let scored = row.scored.map(|scored| FraudScoredView {
            connector,
            id: scored.0.id,
            score: scored.0.score,
            ip_risk: scored.0.ip_risk,
            disposition: scored.0.disposition,
            reasons: scored.0.reasons,
            warnings: scored.0.warnings,
            ip_country: scored.0.learned.ip_country,
            is_anonymous: scored.0.learned.is_anonymous,
            card_country: scored.0.learned.card_country,
            request_digest: scored.0.request_digest,
        });
        Self {
            id: row.id,
            order_id: row.order_id,
            client_id: row.client_id,
            state: row.state,
            score: row.score,
            rules_score: row.rules_score,
            findings: row.findings.0,
            scored,
            ip: row.ip,
            ip_country: row.ip_country,
            email: row.mail,
            reason: row.reason,
            decided_by: row.decided_by_kind,
            decided_by_name: row.decided_by_name,
            decided_at: row.decided_at,
            created_at: row.created_at,
        }
    }
}

/// A decision by hand.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Called back: it was her own card."}))]
pub struct FraudDecisionCreate {
    /// Why; for you and for the scorer, the client does not see it.
    #[serde(default)]
    #[schema(max_length = 400)]
    pub reason: String,
}

/// An entry of the lists.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FraudEntryView {
    /// The entry.
    pub id: FraudEntryId,
    /// On which list.
    pub list: FraudList,
    /// What it is about.
    pub kind: FraudEntryKind,
    /// In its one spelling.
    pub value: String,
    /// Why, for you.
    pub note: String,
    /// Who has entered it.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
}

list_of!(FraudEntryList, FraudEntryView);

impl From<FraudEntryRow> for FraudEntryView {
    fn from(row: FraudEntryRow) -> Self {
        let FraudEntryRow { seller_id: _, id, list, kind, value, note, created_by, created_at, version: _ } = row;
        Self { id, list, kind, value, note, created_by, created_at }
    }
}

/// A new entry. A thing is on one list only.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"list": "deny", "kind": "address", "value": "192.0.2.0/24", "note": "Many orders in one night."}))]
pub struct FraudEntryCreate {
    /// On which list.
    pub list: FraudList,
    /// What it is about.
    pub kind: FraudEntryKind,
    /// A mail address, a domain, an IP address or network, a country code, the first digits of a card, or a telephone number.
    #[schema(max_length = 254)]
    pub value: String,
    /// Why, for you.
    #[serde(default)]
    #[schema(max_length = 400)]
    pub note: String,
}

/// Whom you ask how likely an order is a fraud.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FraudScorerView {
    /// Which connector speaks to it.
    pub connector: String,
    /// What it was told, as far as that is no secret.
    pub settings: BTreeMap<String, Value>,
    /// The names of the secrets that it was told; null if they do not open any more and have to be entered again.
    pub secrets: Option<Vec<String>>,
    /// Whether it is asked.
    pub is_enabled: bool,
    /// Since when it is set up.
    pub created_at: Instant,
}

impl FraudScorerView {
    /// Of a row.
    pub fn new(scorers: &Scorers, row: FraudScorerRow) -> Self {
        let secrets = scorers.secrets(&row).map(|secrets| secrets.into_keys().collect());
        let FraudScorerRow { connector, settings, is_enabled, created_at, .. } = row;
        Self { connector, settings: settings.0, secrets, is_enabled, created_at }
    }
}

/// How a scorer is to be set up.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"connector": "minfraud", "settings": {"account_id": "100001", "license_key": "0123456789", "service": "insights"}}))]
pub struct FraudScorerSet {
    /// Which connector: one of `fraud` of `/v1/connectors`.
    pub connector: String,
    /// What it has to be told.
    #[serde(default)]
    pub settings: BTreeMap<String, Value>,
    /// Whether it is asked.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub is_enabled: bool,
}

const fn yes() -> bool {
    true
}

/// What came of a test.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FraudScorerTestView {
    /// Whether it works.
    pub works: bool,
    /// What went wrong, in a word of the scorer or of ours.
    pub code: Option<String>,
    /// The same for people.
    pub message: String,
    /// How many queries are paid for, if it says so.
    pub queries_remaining: Option<u64>,
}
