//! What sandboxes look like.

use crate::sandboxes::houses::url;
use comptoir_db::sandboxes::SandboxRow;
use comptoir_domain::sandboxes::{Journey, SandboxState};
use comptoir_domain::{Instant, SandboxId};
use std::collections::BTreeMap;

/// A sandbox.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SandboxView {
    /// The sandbox.
    pub id: SandboxId,
    /// What you call it.
    #[schema(example = "What if everyone pays late?")]
    pub name: String,
    /// Where it stands.
    pub state: SandboxState,
    /// Why the copy, or the last advance, came to nothing; empty if nothing did.
    pub error: String,
    /// Put it in front of `/v1/…` and `/stores/…`: everything is there once more.
    #[schema(example = "https://shop.example.com/sandboxes/sbx_000g40o40k30e209185go38e1s")]
    pub url: String,
    /// What its clocks show; while it advances, how far it has come.
    pub clock_at: Instant,
    /// The advance that is under way, or the last one.
    pub journey: Option<JourneyView>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(SandboxList, SandboxView);

/// An advance: from one time to another, and what happened on the way.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct JourneyView {
    /// Where it began.
    pub from: Instant,
    /// Where it leads.
    pub to: Instant,
    /// Events that were attempted so far.
    pub events: i64,
    /// How much has happened by its end, by the kinds of activities, and how many mails were sent (`mail.sent`).
    #[schema(example = json!({"invoice.issued": 34, "transaction.approved": 30, "subscription.cancelled": 1, "mail.sent": 71}))]
    pub happened: BTreeMap<String, i64>,
}

impl From<Journey> for JourneyView {
    fn from(journey: Journey) -> Self {
        Self { from: journey.from, to: journey.to, events: journey.events, happened: journey.happened }
    }
}

impl SandboxView {
    /// The view of a row, in a house that people reach at `public_url`.
    pub fn new(row: SandboxRow, public_url: &str) -> Self {
        Self {
            id: row.id,
            name: row.name,
            state: row.state,
            error: row.error,
            url: url(public_url, row.id),
            clock_at: row.clock_at,
            journey: row.journey.0.map(JourneyView::from),
            created_at: row.created_at,
        }
    }
}

/// A new sandbox.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "What if everyone pays late?"}))]
pub struct SandboxCreate {
    /// What you call it.
    #[serde(default = "unnamed")]
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
}

fn unnamed() -> String {
    "Sandbox".into()
}

/// Where to: either of the two.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"days": 40}))]
pub struct SandboxAdvance {
    /// To this instant, later than the sandbox's clocks and at most ten years ahead.
    pub to: Option<Instant>,
    /// Through so many days.
    #[schema(minimum = 1, maximum = 3653)]
    pub days: Option<i64>,
}
