//! What webhook endpoints and deliveries look like.

use crate::kernel::Change;
use comptoir_db::webhook_deliveries::WebhookDeliveryRow;
use comptoir_db::webhook_endpoints::WebhookEndpointRow;
use comptoir_domain::webhooks::{DeliveryState, EndpointState, check_url};
use comptoir_domain::{ActivityId, Check, Instant, Problem, WebhookDeliveryId, WebhookEndpointId};

/// An endpoint.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct WebhookEndpointView {
    /// The endpoint.
    pub id: WebhookEndpointId,
    /// Where messages go.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// The kinds of activity it is told of; empty for all.
    pub kinds: Vec<String>,
    /// Whether it is told anything.
    pub state: EndpointState,
    /// Deliveries given up since the last that was accepted.
    pub failures: i32,
    /// Until when messages are signed with the secret before as well; null if there is none.
    pub previous_secret_until: Option<Instant>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(WebhookEndpointList, WebhookEndpointView);

impl From<WebhookEndpointRow> for WebhookEndpointView {
    fn from(row: WebhookEndpointRow) -> Self {
        Self {
            id: row.id,
            url: row.url,
            description: row.description,
            kinds: row.kinds.0,
            state: row.state,
            failures: row.failures,
            previous_secret_until: row.previous_until,
            created_at: row.created_at,
        }
    }
}

/// An endpoint with the secret that its messages are signed with.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct WebhookSecretView {
    /// `whsec_…`: verify messages with it. It is shown this once; null when the request is repeated.
    pub secret: Option<String>,
    /// The endpoint.
    pub endpoint: WebhookEndpointView,
}

/// A new endpoint.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"url": "https://books.example/hooks/comptoir", "description": "Bookkeeping", "kinds": ["invoice.issued", "client.created"]}))]
pub struct WebhookEndpointCreate {
    /// Where messages go: `https`, on the public Internet.
    #[schema(max_length = 2000)]
    pub url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub description: String,
    /// The kinds of activity to be told of; empty for all.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub kinds: Vec<String>,
}

/// Changes of an endpoint: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Bookkeeping, new", "state": "disabled"}))]
pub struct WebhookEndpointPatch {
    /// Where messages go.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 2000)]
    pub url: Change<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 200)]
    pub description: Change<String>,
    /// The kinds of activity to be told of.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false, max_items = 100)]
    pub kinds: Change<Vec<String>>,
    /// Whether it is told anything.
    #[serde(default)]
    #[schema(value_type = EndpointState, required = false)]
    pub state: Change<EndpointState>,
}

/// A delivery.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct WebhookDeliveryView {
    /// The delivery.
    pub id: WebhookDeliveryId,
    /// The endpoint.
    pub endpoint_id: WebhookEndpointId,
    /// What it tells of; sent as `webhook-id`.
    pub activity_id: ActivityId,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next; null once it is accepted or given up.
    pub next_try_at: Option<Instant>,
    /// What the endpoint answered at the last try; null if it did not.
    pub last_status: Option<i32>,
    /// What went wrong at the last try; empty if nothing did.
    pub last_error: String,
    /// Since when.
    pub created_at: Instant,
    /// When it was accepted.
    pub delivered_at: Option<Instant>,
}

list_of!(WebhookDeliveryList, WebhookDeliveryView);

impl From<WebhookDeliveryRow> for WebhookDeliveryView {
    fn from(row: WebhookDeliveryRow) -> Self {
        Self {
            id: row.id,
            endpoint_id: row.endpoint_id,
            activity_id: row.activity_id,
            state: row.state,
            attempts: row.attempts,
            next_try_at: (row.state == DeliveryState::Pending).then_some(row.run_at),
            last_status: row.last_status,
            last_error: row.last_error,
            created_at: row.created_at,
            delivered_at: row.delivered_at,
        }
    }
}

/// What holds for every endpoint. `local` allows loopback and private addresses.
pub fn check(url: &str, description: &str, kinds: &[String], local: bool) -> Result<(), Problem> {
    let mut check = Check::new();
    if let Err(problem) = check_url(url, local) {
        problem.fields.into_iter().for_each(|field| check.refuse(&field.pointer, field.code, field.detail));
    }
    check.text("/description", description, 0..=200);
    check.ensure(kinds.len() <= 100, "/kinds", "too_many", "a hundred at most");
    for (index, kind) in kinds.iter().enumerate() {
        let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let good = kind.len() <= 60 && kind.split_once('.').is_some_and(|(noun, verb)| word(noun) && word(verb));
        check.ensure(good, &format!("/kinds/{index}"), "invalid", "expected a kind such as client.created");
    }
    check.done()
}
