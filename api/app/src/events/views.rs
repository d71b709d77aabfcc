//! What events look like.

use comptoir_db::events::EventRow;
use comptoir_domain::events::{EventAction, EventConnector, EventGroup, EventKind, EventState, open_actions};
use comptoir_domain::{EventId, Instant};

/// An event.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EventView {
    /// The event.
    pub id: EventId,
    /// What is done.
    pub kind: EventKind,
    /// The same in words.
    #[schema(example = "Invoice what is due")]
    pub title: String,
    /// What it belongs to.
    pub group: EventGroup,
    /// Whom it speaks to outside; null for what is done in the house.
    pub connector: Option<EventConnector>,
    /// Whether its kind comes again by itself.
    pub recurring: bool,
    /// Whether it is for all sellers; such events are the provider's.
    pub for_all_sellers: bool,
    /// What it is about; empty for nothing in particular.
    pub subject_id: String,
    /// Where it stands.
    pub state: EventState,
    /// What can be done with it now: `POST /v1/events/{id}/{action}`.
    pub open_actions: Vec<EventAction>,
    /// When it is due.
    pub run_at: Instant,
    /// How often it was begun.
    pub attempts: i32,
    /// How often it is begun at most.
    pub max_attempts: i32,
    /// Why the last attempt failed; empty if none has.
    pub last_error: String,
    /// What was done.
    #[schema(value_type = Object, additional_properties)]
    pub result: serde_json::Value,
    /// Since when.
    pub created_at: Instant,
    /// When it was finished, given up or called off.
    pub finished_at: Option<Instant>,
}

list_of!(EventList, EventView);

impl From<EventRow> for EventView {
    fn from(row: EventRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            title: row.kind.title().into(),
            group: row.kind.group(),
            connector: row.kind.connector(),
            recurring: row.kind.is_recurring(),
            for_all_sellers: row.seller_id.is_none(),
            subject_id: row.subject_id,
            state: row.state,
            open_actions: open_actions(row.state).collect(),
            run_at: row.run_at,
            attempts: row.attempts,
            max_attempts: row.kind.max_attempts(),
            last_error: row.last_error,
            result: row.result.0,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// Work to be done now.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "process_action_log"}))]
pub struct EventRequest {
    /// Which recurring kind.
    pub kind: EventKind,
}
