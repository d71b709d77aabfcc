//! What providers of certificates look like.

use crate::kernel::Change;
use comptoir_db::certificates::CertificateProviderRow;
use comptoir_domain::certificates::{CertificateProduct, CertificateProviderKind};
use comptoir_domain::{CertificateProviderId, Check, Instant, Problem};

/// An account with a provider of certificates.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CertificateProviderView {
    /// The provider.
    pub id: CertificateProviderId,
    /// What it is called here.
    pub name: String,
    /// What speaks to it.
    pub kind: CertificateProviderKind,
    /// Whether plans can sell what it issues.
    pub is_enabled: bool,
    /// What it issues, as it said when it was asked last.
    pub products: Vec<CertificateProduct>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(CertificateProviderList, CertificateProviderView);

impl From<CertificateProviderRow> for CertificateProviderView {
    fn from(row: CertificateProviderRow) -> Self {
        let CertificateProviderRow { id, name, kind, is_enabled, products, created_at, .. } = row;
        Self { id, name, kind, is_enabled, products: products.0, created_at }
    }
}

/// A new account.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Certificates for trying out", "kind": "fake"}))]
pub struct CertificateProviderCreate {
    /// What it is called here.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// What speaks to it.
    pub kind: CertificateProviderKind,
}

/// Changes of an account: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Certificates of the north"}))]
pub struct CertificateProviderPatch {
    /// What it is called here.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
}

/// What holds for every account.
pub fn check(row: &CertificateProviderRow) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=80);
    check.done()
}
