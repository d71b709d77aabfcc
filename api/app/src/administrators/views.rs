//! What administrators look like.

use crate::kernel::Change;
use comptoir_db::administrators::AdministratorRow;
use comptoir_domain::people::AdministratorStatus;
use comptoir_domain::{AdministratorId, Check, Country, Instant, Locale, Problem, RoleId};

/// An administrator.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AdministratorView {
    /// The administrator.
    pub id: AdministratorId,
    /// The address to sign in with.
    pub email: String,
    /// The name.
    pub name: String,
    /// The language of the interface and of mails.
    pub locale: Locale,
    /// The country.
    pub country: Country,
    /// Whether signing in is allowed.
    pub status: AdministratorStatus,
    /// What is allowed.
    pub role_id: RoleId,
    /// Whether a second sign-in at the same time is refused.
    pub refuse_parallel_sessions: bool,
    /// Whether a password has been set.
    pub has_password: bool,
    /// When it was set.
    pub password_changed_at: Option<Instant>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(AdministratorList, AdministratorView);

impl From<AdministratorRow> for AdministratorView {
    fn from(row: AdministratorRow) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            locale: row.locale,
            country: row.country,
            status: row.status,
            role_id: row.role_id,
            refuse_parallel_sessions: row.refuse_parallel_sessions,
            has_password: row.password_hash.is_some(),
            password_changed_at: row.password_changed_at,
            created_at: row.created_at,
        }
    }
}

/// A new administrator.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "ines@example.com", "name": "Inès Martin", "locale": "fr", "country": "FR",
    "role_id": "rol_000g40o40k30e209185go38e1s", "password": "correct horse battery"}))]
pub struct AdministratorCreate {
    /// The address to sign in with.
    pub email: String,
    /// The name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The language of the interface and of mails.
    pub locale: Locale,
    /// The country.
    pub country: Country,
    /// What is allowed.
    pub role_id: RoleId,
    /// The password; without it a link to set one is mailed.
    #[schema(min_length = 10)]
    pub password: Option<String>,
    /// Whether a second sign-in at the same time is refused.
    #[serde(default)]
    pub refuse_parallel_sessions: bool,
}

/// Changes of an administrator: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Inès Dupont", "role_id": "rol_000g40o40k30e209185go38e1s"}))]
pub struct AdministratorPatch {
    /// The address to sign in with.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    pub email: Change<String>,
    /// The name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 120)]
    pub name: Change<String>,
    /// The language of the interface and of mails.
    #[serde(default)]
    #[schema(value_type = Locale, required = false)]
    pub locale: Change<Locale>,
    /// The country.
    #[serde(default)]
    #[schema(value_type = Country, required = false)]
    pub country: Change<Country>,
    /// What is allowed.
    #[serde(default)]
    #[schema(value_type = RoleId, required = false)]
    pub role_id: Change<RoleId>,
    /// Whether a second sign-in at the same time is refused.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub refuse_parallel_sessions: Change<bool>,
}

/// What holds for every administrator.
pub fn check(row: &AdministratorRow) -> Result<(), Problem> {
    let mut check = Check::new();
    check.email("/email", &row.email);
    check.text("/name", &row.name, 1..=120);
    check.done()
}
