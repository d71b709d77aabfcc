//! What services look like.

use comptoir_db::services::ServiceRow;
use comptoir_domain::services::ServiceKind;
use comptoir_domain::subscriptions::ServiceState;
use comptoir_domain::{Instant, ServiceId, SubscriptionId};

/// What is delivered.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ServiceView {
    /// The service.
    pub id: ServiceId,
    /// What it is delivered for.
    pub subscription_id: SubscriptionId,
    /// What kind of thing.
    pub kind: ServiceKind,
    /// Its name: the domain.
    pub name: String,
    /// What it should be.
    pub desired: ServiceState,
    /// What it was when last seen.
    pub observed: ServiceState,
    /// Whether the two agree.
    pub is_settled: bool,
    /// Whether a person delivers it; otherwise a panel does.
    pub is_by_hand: bool,
    /// How often the present wish was tried.
    pub attempts: i32,
    /// When it is tried next; null when it is as it should be.
    pub retry_at: Option<Instant>,
    /// What went wrong last; empty if nothing did.
    pub last_error: String,
    /// Bytes on disk when they were last measured.
    pub disk_bytes: Option<i64>,
    /// When they were.
    pub measured_at: Option<Instant>,
    /// Since when it should be so.
    pub changed_at: Instant,
    /// Since when it is known.
    pub created_at: Instant,
}

list_of!(ServiceList, ServiceView);

impl From<&ServiceRow> for ServiceView {
    fn from(row: &ServiceRow) -> Self {
        Self {
            id: row.id,
            subscription_id: row.subscription_id,
            kind: row.kind,
            name: row.name.clone(),
            desired: row.desired,
            observed: row.observed,
            is_settled: row.is_settled,
            is_by_hand: row.is_by_hand || !row.kind.has_panel(),
            attempts: row.attempts,
            retry_at: Some(row.retry_at).filter(|_| !row.is_settled),
            last_error: row.last_error.clone(),
            disk_bytes: row.disk_bytes,
            measured_at: row.measured_at,
            changed_at: row.changed_at,
            created_at: row.created_at,
        }
    }
}
