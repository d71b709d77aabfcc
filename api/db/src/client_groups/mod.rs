//! Groups of clients, and who is in them.

mod members;

pub use members::{MemberRow, Membership, join, members, membership, save_member};

use crate::schema::{client_group_members, client_groups};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::client_groups::GroupTerms;
use comptoir_domain::dunning::DunningPolicy;
use comptoir_domain::{ClientGroupId, Instant, Percent, SellerId};
use diesel::prelude::*;

/// A group.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = client_groups, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ClientGroupRow {
    pub seller_id: SellerId,
    pub id: ClientGroupId,
    pub name: String,
    pub is_default: bool,
    pub maximum_discount: Option<Percent>,
    pub guaranteed_discount: Percent,
    pub exempt_from_suspension: bool,
    pub dunning: Option<Json<DunningPolicy>>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(client_groups, ClientGroupRow, ClientGroupId);

impl ClientGroupRow {
    /// What its members get.
    pub fn terms(&self) -> GroupTerms {
        GroupTerms {
            maximum_discount: self.maximum_discount,
            guaranteed_discount: self.guaranteed_discount,
            exempt_from_suspension: self.exempt_from_suspension,
        }
    }
}

/// The groups of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<ClientGroupRow>> {
    let query = client_groups::table.filter(client_groups::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, client_groups::id: ClientGroupId, ClientGroupRow, {
        "name" => client_groups::name: String = name,
    }))
}

/// The group that clients are in who are not put into another one.
pub fn default_group(db: &mut Db, scope: Scope) -> Outcome<ClientGroupRow> {
    let marked = client_groups::table
        .filter(client_groups::seller_id.eq(scope.seller()))
        .filter(client_groups::is_default.eq(true));
    Ok(read_row!(db, marked, ClientGroupRow)?)
}

/// The dunning policies that groups of a seller have of their own.
pub fn dunning_policies(db: &mut Db, scope: Scope) -> Outcome<Vec<DunningPolicy>> {
    let own = client_groups::table
        .filter(client_groups::seller_id.eq(scope.seller()))
        .filter(client_groups::dunning.is_not_null())
        .select(client_groups::dunning);
    let found: Vec<Option<Json<DunningPolicy>>> = own.load(db)?;
    Ok(found.into_iter().flatten().map(|policy| policy.0).collect())
}

/// How many clients are in a group.
pub fn size(db: &mut Db, scope: Scope, id: ClientGroupId) -> Outcome<i64> {
    let inside = client_group_members::table
        .filter(client_group_members::seller_id.eq(scope.seller()))
        .filter(client_group_members::client_group_id.eq(id));
    Ok(inside.count().get_result(db)?)
}

/// Removes a group that nobody is in.
pub fn delete(db: &mut Db, scope: Scope, id: ClientGroupId) -> Outcome<()> {
    diesel::delete(client_groups::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
