//! Reading the log.

use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::activities::{self, ActivityFilter, ActivityRow};
use comptoir_domain::permissions::may;
use comptoir_domain::{ActivityId, Instant};

/// Something that happened.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ActivityView {
    /// The fact.
    pub id: ActivityId,
    /// What happened: `client.created`, `session.ended`…
    pub kind: String,
    /// When, by the business clock.
    pub happened_at: Instant,
    /// `administrator`, `contact`, `api_key` or `system`.
    pub actor_kind: String,
    /// Who; empty for the system.
    pub actor_id: String,
    /// Who, by name at that time.
    pub actor_name: String,
    /// From where.
    pub ip: String,
    /// In which request.
    pub request_id: String,
    /// With what; empty if with nothing in particular.
    pub subject_id: String,
    /// What changed.
    #[schema(value_type = Object, additional_properties)]
    pub payload: serde_json::Value,
}

list_of!(ActivityList, ActivityView);

impl From<ActivityRow> for ActivityView {
    fn from(row: ActivityRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            happened_at: row.happened_at,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            ip: row.ip,
            request_id: row.request_id,
            subject_id: row.subject_id,
            payload: row.payload.0,
        }
    }
}

/// Which facts.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// Of one of these kinds.
    #[serde(default)]
    #[param(value_type = Option<Vec<String>>, style = Form, explode = false)]
    kind: AnyOf<String>,
    /// About this.
    subject_id: Option<String>,
    /// By this actor.
    actor_id: Option<String>,
    /// Since this instant.
    happened_at_gte: Option<Instant>,
    /// Before this instant.
    happened_at_lt: Option<Instant>,
}

impl Filters for ActivityQuery {}

/// List activities
#[utoipa::path(tag = "activities", params(ListParameters, ActivityQuery), responses((status = 200, body = ActivityList, description = "A page")))]
#[get("/v1/activities")]
pub async fn list_activities(call: Call<may::ReadActivities>, list: List<ActivityQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = ActivityFilter {
        kind: query.kind.0.clone(),
        subject_id: query.subject_id.clone(),
        actor_id: query.actor_id.clone(),
        happened_at_gte: query.happened_at_gte,
        happened_at_lt: query.happened_at_lt,
    };
    let slice = call.read(move |db, ctx| activities::list(db, ctx.scope, &filter, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&ActivityList { data: slice.rows.into_iter().map(ActivityView::from).collect(), next_cursor }))
}

/// Get an activity
#[utoipa::path(tag = "activities", params(("id" = ActivityId, Path)), responses((status = 200, body = ActivityView, description = "The fact")))]
#[get("/v1/activities/{id}")]
pub async fn get_activity(call: Call<may::ReadActivities>, id: Id<ActivityId>) -> Answer {
    let row = call.read(move |db, ctx| activities::find(db, ctx.scope, id.0)).await?;
    Ok(Reply::ok(&ActivityView::from(row)))
}
