//! What tax policies look like.

use crate::kernel::{Change, Reply};
use comptoir_db::taxes::TaxPolicyRow;
use comptoir_domain::{Check, Instant, Problem, TaxPolicyId};

/// A tax policy. Its rules are at `/v1/tax-rules?tax_policy_id=…`.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxPolicyView {
    /// The policy.
    pub id: TaxPolicyId,
    /// Its name.
    pub name: String,
    /// Whether plans that name no policy get this one; one policy is it.
    pub is_default: bool,
    /// Since when.
    pub created_at: Instant,
}

list_of!(TaxPolicyList, TaxPolicyView);

impl From<TaxPolicyRow> for TaxPolicyView {
    fn from(row: TaxPolicyRow) -> Self {
        Self { id: row.id, name: row.name, is_default: row.is_default, created_at: row.created_at }
    }
}

/// The answer that shows a policy.
pub fn reply(row: TaxPolicyRow) -> Reply {
    let version = row.version;
    Reply::ok(&TaxPolicyView::from(row)).version(version)
}

/// A new tax policy.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Digital services"}))]
pub struct TaxPolicyCreate {
    /// Its name.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
}

/// Changes of a tax policy: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Electronic services"}))]
pub struct TaxPolicyPatch {
    /// Its name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
}

/// What holds for every policy.
pub fn check(name: &str) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/name", name, 1..=80);
    check.done()
}
