//! What API keys look like.

use crate::kernel::{Change, Nullable};
use comptoir_db::api_keys::ApiKeyRow;
use comptoir_domain::permissions::Permission;
use comptoir_domain::{ApiKeyId, Check, Instant};

/// A key.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ApiKeyView {
    /// The key.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// The beginning of the secret, to recognise it by.
    pub hint: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// How often it may call; null for the usual rate.
    pub requests_per_minute: Option<i64>,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(ApiKeyList, ApiKeyView);

impl From<ApiKeyRow> for ApiKeyView {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            hint: row.hint,
            permissions: row.permissions.0,
            requests_per_minute: row.requests_per_minute,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
        }
    }
}

/// A key that has just been made.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct NewApiKeyView {
    /// Send it as `Authorization: Bearer`. It is shown this once; null when the request is repeated.
    pub secret: Option<String>,
    /// The key.
    pub api_key: ApiKeyView,
}

/// A new key.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Web site", "permissions": ["clients:read"], "requests_per_minute": 300}))]
pub struct ApiKeyCreate {
    /// What it is for.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// How often it may call; the usual rate if absent.
    #[schema(minimum = 1, maximum = 60000)]
    pub requests_per_minute: Option<i64>,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
}

/// Changes of a key: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "New web site", "requests_per_minute": null}))]
pub struct ApiKeyPatch {
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 60)]
    pub name: Change<String>,
    /// How often it may call; null for the usual rate.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 60000)]
    pub requests_per_minute: Nullable<i64>,
    /// When it ends by itself; null for never.
    #[serde(default)]
    #[schema(value_type = Option<Instant>)]
    pub expires_at: Nullable<Instant>,
}

/// What holds for every key.
pub fn check(name: &str, requests_per_minute: Option<i64>) -> Result<(), comptoir_domain::Problem> {
    let mut check = Check::new();
    check.text("/name", name, 1..=60);
    let rate = requests_per_minute.is_none_or(|rate| (1..=60_000).contains(&rate));
    check.ensure(rate, "/requests_per_minute", "out_of_range", "from 1 to 60000");
    check.done()
}
