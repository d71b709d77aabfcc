//! The statuses of subscriptions: what each means, and where a subscription stood (SUB-02).

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::subscriptions::read::own;
use actix_web::get;
use comptoir_db::subscription_statuses::{self, StatusChangeRow};
use comptoir_db::{Db, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{ChangedBy, Invoiced, SetBy, SubscriptionStatus};
use comptoir_domain::{Instant, SubscriptionId, SubscriptionStatusChangeId};

/// What a status means.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionStatusView {
    /// The status.
    pub status: SubscriptionStatus,
    /// In words.
    pub meaning: String,
    /// Whether runs invoice it.
    pub invoiced: Invoiced,
    /// Who sets it.
    pub set_by: SetBy,
    /// The call that does what people mean when they try to set it by hand, where there is one.
    pub instead: Option<String>,
    /// What a person may set from here.
    pub next_by_hand: Vec<SubscriptionStatus>,
    /// Where use cases may lead from here.
    pub next_by_system: Vec<SubscriptionStatus>,
}

/// All of them.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionStatusesView {
    /// One row for each.
    pub statuses: Vec<SubscriptionStatusView>,
}

/// List the statuses of subscriptions
#[utoipa::path(tag = "subscriptions", responses((status = 200, body = SubscriptionStatusesView, description = "What each means, and what may follow")))]
#[get("/v1/subscription-statuses")]
pub async fn list_subscription_statuses(_call: Call<may::ReadSubscriptions>) -> Answer {
    let statuses = SubscriptionStatus::ALL.iter().map(|status| SubscriptionStatusView {
        status: *status,
        meaning: status.meaning().into(),
        invoiced: status.invoiced(),
        set_by: status.set_by(),
        instead: status.instead().map(Into::into),
        next_by_hand: status.followers(ChangedBy::Hand).collect(),
        next_by_system: status.followers(ChangedBy::System).collect(),
    });
    Ok(Reply::ok(&SubscriptionStatusesView { statuses: statuses.collect() }))
}

/// A subscription came to another status, or into the world.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionStatusChangeView {
    /// The change.
    pub id: SubscriptionStatusChangeId,
    /// From where; null where it came into the world.
    pub from: Option<SubscriptionStatus>,
    /// To where.
    pub to: SubscriptionStatus,
    /// Why, if someone said so.
    pub reason: String,
    /// When.
    pub changed_at: Instant,
    /// By what kind of actor: `administrator`, `contact`, `api_key`, `shopper` or `system`.
    pub actor_kind: String,
    /// By whom; empty for the system.
    pub actor_id: String,
    /// The same for people.
    pub actor_name: String,
}

list_of!(SubscriptionStatusChangeList, SubscriptionStatusChangeView);

/// One of your subscriptions came to another status, or into the world.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MySubscriptionStatusChangeView {
    /// From where; null where it came into the world.
    pub from: Option<SubscriptionStatus>,
    /// To where.
    pub to: SubscriptionStatus,
    /// Why, if someone said so.
    pub reason: String,
    /// When.
    pub changed_at: Instant,
}

list_of!(MySubscriptionStatusChangeList, MySubscriptionStatusChangeView);

impl From<StatusChangeRow> for SubscriptionStatusChangeView {
    fn from(row: StatusChangeRow) -> Self {
        Self {
            id: row.id,
            from: row.from_status,
            to: row.to_status,
            reason: row.reason,
            changed_at: row.changed_at,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
        }
    }
}

impl From<StatusChangeRow> for MySubscriptionStatusChangeView {
    fn from(row: StatusChangeRow) -> Self {
        Self { from: row.from_status, to: row.to_status, reason: row.reason, changed_at: row.changed_at }
    }
}

/// Which changes.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionStatusQuery {}

impl Filters for SubscriptionStatusQuery {}

/// List where a subscription stood
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ListParameters), responses((status = 200, body = SubscriptionStatusChangeList, description = "A page")))]
#[get("/v1/subscriptions/{id}/status-history")]
pub async fn list_subscription_status_changes(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    list: List<SubscriptionStatusQuery>,
) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        subscriptions::find(db, ctx.scope, id.0)?;
        subscription_statuses::list(db, ctx.scope, id.0, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(Into::into).collect();
    Ok(Reply::ok(&SubscriptionStatusChangeList { data, next_cursor }))
}

/// List where one of your subscriptions stood
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), ListParameters), responses((status = 200, body = MySubscriptionStatusChangeList, description = "A page")))]
#[get("/v1/me/subscriptions/{id}/status-history")]
pub async fn list_my_subscription_status_changes(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    list: List<SubscriptionStatusQuery>,
) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        own(db, ctx, id.0)?;
        subscription_statuses::list(db, ctx.scope, id.0, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(Into::into).collect();
    Ok(Reply::ok(&MySubscriptionStatusChangeList { data, next_cursor }))
}
