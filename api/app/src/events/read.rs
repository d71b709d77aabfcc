//! Reading the queue.

use crate::events::choice::{EventChoice, about};
use crate::events::reach;
use crate::events::views::{EventList, EventView};
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::Db;
use comptoir_db::events::{self, EventFilter};
use comptoir_domain::events::{EventConnector, EventGroup, EventKind, EventState};
use comptoir_domain::permissions::may;
use comptoir_domain::{EventId, SubscriptionId};

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
    /// That speak to one of these outside.
    #[serde(default)]
    #[param(value_type = Option<Vec<EventConnector>>, style = Form, explode = false)]
    connector: AnyOf<EventConnector>,
    /// Of kinds that come again by themselves, or not.
    recurring: Option<bool>,
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<EventState>>, style = Form, explode = false)]
    state: AnyOf<EventState>,
    /// About this.
    subject_id: Option<String>,
    /// About a subscription or what is delivered for it.
    subscription_id: Option<SubscriptionId>,
}

impl Filters for EventQuery {
    const SORTS: &'static [&'static str] = &["run_at"];
}

impl EventQuery {
    fn choice(&self) -> EventChoice {
        EventChoice {
            kinds: self.kind.0.clone(),
            groups: self.group.0.clone(),
            connectors: self.connector.0.clone(),
            recurring: self.recurring,
            subscription_id: self.subscription_id,
        }
    }
}

/// List events
///
/// Your own; the provider also sees those for all sellers.
#[utoipa::path(tag = "events", params(ListParameters, EventQuery), responses((status = 200, body = EventList, description = "A page")))]
#[get("/v1/events")]
pub async fn list_events(call: Call<may::ReadEvents>, list: List<EventQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let (choice, state, subject_id) = (query.choice(), query.state.0.clone(), query.subject_id.clone());
    let work = move |db: &mut Db, ctx: &Ctx| {
        let subjects = about(db, ctx, choice.subscription_id)?;
        let filter = EventFilter { kinds: choice.of_kinds(), state, subject_id, subjects };
        events::list(db, reach(ctx), &filter, &page)
    };
    let slice = call.read(work).await?;
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
