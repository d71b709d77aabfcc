//! Comments on a subscription (SUB-08), for those who work here: its client never sees them.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::path::parameter;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Body, Call, Id, IfMatch, List, Reply};
use actix_web::{HttpRequest, delete, get, post};
use comptoir_db::subscription_comments::{self, CommentRow};
use comptoir_db::{Db, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Instant, Problem, SubscriptionCommentId, SubscriptionId};
use serde_json::json;

/// The most letters of a comment.
const MOST: usize = 4_000;

/// A comment.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionCommentView {
    /// The comment.
    pub id: SubscriptionCommentId,
    /// On which subscription.
    pub subscription_id: SubscriptionId,
    /// What it says.
    pub text: String,
    /// By what kind of actor: `administrator` or `api_key`.
    pub author_kind: String,
    /// By whom.
    pub author_id: String,
    /// The same for people.
    pub author_name: String,
    /// When.
    pub created_at: Instant,
}

list_of!(SubscriptionCommentList, SubscriptionCommentView);

impl From<CommentRow> for SubscriptionCommentView {
    fn from(row: CommentRow) -> Self {
        Self {
            id: row.id,
            subscription_id: row.subscription_id,
            text: row.text,
            author_kind: row.author_kind,
            author_id: row.author_id,
            author_name: row.author_name,
            created_at: row.created_at,
        }
    }
}

/// A comment to write.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Called on Monday: wants more space from May on."}))]
pub struct SubscriptionCommentCreate {
    /// What it says.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}

/// Which comments.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionCommentQuery {}

impl Filters for SubscriptionCommentQuery {}

/// List the comments on a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ListParameters), responses((status = 200, body = SubscriptionCommentList, description = "A page")))]
#[get("/v1/subscriptions/{id}/comments")]
pub async fn list_subscription_comments(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    list: List<SubscriptionCommentQuery>,
) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        subscriptions::find(db, ctx.scope, id.0)?;
        subscription_comments::list(db, ctx.scope, id.0, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(Into::into).collect();
    Ok(Reply::ok(&SubscriptionCommentList { data, next_cursor }))
}

/// Comment on a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionCommentCreate,
    responses((status = 201, body = SubscriptionCommentView, description = "The comment")))]
#[post("/v1/subscriptions/{id}/comments")]
pub async fn create_subscription_comment(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionCommentCreate>,
) -> Answer {
    call.write(move |tx, ctx| {
        let subscription = subscriptions::find(tx, ctx.scope, id.0)?.id;
        let mut check = Check::new();
        check.paragraphs("/text", &body.0.text, MOST);
        check.ensure(!body.0.text.trim().is_empty(), "/text", "too_short", "a comment says something");
        check.done()?;
        let (author_kind, author_id) = ctx.actor.words();
        let row = CommentRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            subscription_id: subscription,
            text: body.0.text.clone(),
            author_kind: author_kind.into(),
            author_id,
            author_name: ctx.actor_name.clone(),
            created_at: ctx.now,
            version: 1,
        };
        subscription_comments::insert(tx, &row)?;
        ctx.record(tx, "subscription.commented", subscription, json!({ "comment_id": row.id }))?;
        let location = format!("/v1/subscriptions/{subscription}/comments/{}", row.id);
        Ok(Reply::created(&SubscriptionCommentView::from(row), location).version(1))
    })
    .await
}

/// Delete a comment on a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ("comment_id" = SubscriptionCommentId, Path)),
    responses((status = 204, description = "It is gone")))]
#[delete("/v1/subscriptions/{id}/comments/{comment_id}")]
pub async fn delete_subscription_comment(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    seen: IfMatch,
    request: HttpRequest,
) -> Answer {
    let comment: SubscriptionCommentId = parameter(&request, "comment_id")?;
    call.write(move |tx, ctx| {
        let row = subscription_comments::lock(tx, ctx.scope, comment)?;
        if row.subscription_id != id.0 {
            return Err(Problem::not_found().into());
        }
        seen.check(row.version)?;
        subscription_comments::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "subscription.comment_deleted", id.0, json!({ "comment_id": row.id }))?;
        Ok(Reply::no_content())
    })
    .await
}
