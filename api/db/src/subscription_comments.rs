//! Comments on subscriptions, for those who work here.

use crate::schema::subscription_comments;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::{Instant, SellerId, SubscriptionCommentId, SubscriptionId};
use diesel::prelude::*;

/// A comment.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subscription_comments, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct CommentRow {
    pub seller_id: SellerId,
    pub id: SubscriptionCommentId,
    pub subscription_id: SubscriptionId,
    pub text: String,
    pub author_kind: String,
    pub author_id: String,
    pub author_name: String,
    pub created_at: Instant,
    pub version: i64,
}

entity!(subscription_comments, CommentRow, SubscriptionCommentId);

/// The comments on a subscription.
pub fn list(db: &mut Db, scope: Scope, subscription: SubscriptionId, page: &Page) -> Outcome<Slice<CommentRow>> {
    let query = subscription_comments::table
        .filter(subscription_comments::seller_id.eq(scope.seller()))
        .filter(subscription_comments::subscription_id.eq(subscription))
        .into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, subscription_comments::id: SubscriptionCommentId, CommentRow, {}))
}

/// Removes a comment.
pub fn delete(db: &mut Db, scope: Scope, id: SubscriptionCommentId) -> Outcome<()> {
    diesel::delete(subscription_comments::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
