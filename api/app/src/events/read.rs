//! Reading the queue.

use crate::events::reach;
use crate::events::views::{EventList, EventView};
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::events::{self, EventFilter};
use comptoir_domain::EventId;
use comptoir_domain::events::{EventGroup, EventKind, EventState};
use comptoir_domain::permissions::may;

/// Which events.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Of one of these kinds.
    #[serde(default)]
    #[param(value_type = Option<Vec<EventKind>>, style = Form, explode = false)]
    kind: AnyOf<EventKind>,
    /// Belonging to one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<EventGroup>>, style = Form, explode = false)]
    group: AnyOf<EventGroup>,
    /// Of kinds that come again by themselves, or not.
    recurring: Option<bool>,
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<EventState>>, style = Form, explode = false)]
    state: AnyOf<EventState>,
    /// About this.
    subject_id: Option<String>,
}

impl Filters for EventQuery {
    const SORTS: &'static [&'static str] = &["run_at"];
}

impl EventQuery {
    /// The kinds that all of the filters leave; `None` if nothing restricts them.
    fn kinds(&self) -> Option<Vec<EventKind>> {
        if self.kind.0.is_empty() && self.group.0.is_empty() && self.recurring.is_none() {
            return None;
        }
        let left = EventKind::ALL.iter().copied().filter(|kind| {
            (self.kind.0.is_empty() || self.kind.0.contains(kind))
                && (self.group.0.is_empty() || self.group.0.contains(&kind.group()))
                && self.recurring.is_none_or(|recurring| recurring == kind.is_recurring())
        });
        Some(left.collect())
    }
}

/// List events
///
/// Your own; the provider also sees those for all sellers.
#[utoipa::path(tag = "events", params(ListParameters, EventQuery), responses((status = 200, body = EventList, description = "A page")))]
#[get("/v1/events")]
pub async fn list_events(call: Call<may::ReadEvents>, list: List<EventQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter =
        EventFilter { kinds: query.kinds(), state: query.state.0.clone(), subject_id: query.subject_id.clone() };
    let slice = call.read(move |db, ctx| events::list(db, reach(ctx), &filter, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&EventList { data: slice.rows.into_iter().map(EventView::from).collect(), next_cursor }))
}

/// Get an event
#[utoipa::path(tag = "events", params(("id" = EventId, Path)), responses((status = 200, body = EventView, description = "The event")))]
#[get("/v1/events/{id}")]
pub async fn get_event(call: Call<may::ReadEvents>, id: Id<EventId>) -> Answer {
    let row = call.read(move |db, ctx| events::find(db, reach(ctx), id.0)).await?;
    Ok(Reply::ok(&EventView::from(row)))
}
