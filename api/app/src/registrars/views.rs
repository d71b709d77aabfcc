//! What registrars look like.

use crate::kernel::Change;
use comptoir_db::registrars::RegistrarRow;
use comptoir_domain::tlds::{RegistrarKind, SupportedTld};
use comptoir_domain::{Check, Instant, Problem, RegistrarId};

/// An account with a registrar.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RegistrarView {
    /// The registrar.
    pub id: RegistrarId,
    /// What it is called here.
    pub name: String,
    /// What speaks to it.
    pub kind: RegistrarKind,
    /// The endings that it takes, as it said when it was asked last.
    pub supported: Vec<SupportedTld>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(RegistrarList, RegistrarView);

impl From<RegistrarRow> for RegistrarView {
    fn from(row: RegistrarRow) -> Self {
        let RegistrarRow { id, name, kind, supported, created_at, .. } = row;
        Self { id, name, kind, supported: supported.0, created_at }
    }
}

/// A new account.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Names for trying out", "kind": "fake"}))]
pub struct RegistrarCreate {
    /// What it is called here.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// What speaks to it.
    pub kind: RegistrarKind,
}

/// Changes of an account: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Names of the north"}))]
pub struct RegistrarPatch {
    /// What it is called here.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
}

/// What holds for every account.
pub fn check(row: &RegistrarRow) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=80);
    check.done()
}
