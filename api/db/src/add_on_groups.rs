//! Add-on groups: the questions that a store asks and add-ons answer (CAT-04).

use crate::schema::{add_on_groups, add_ons};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::{AddOnGroupId, Instant, SellerId};
use diesel::prelude::*;

/// A group.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = add_on_groups, primary_key(seller_id, id), treat_none_as_default_value = false)]
pub struct AddOnGroupRow {
    pub seller_id: SellerId,
    pub id: AddOnGroupId,
    pub name: String,
    pub question: String,
    pub position: i64,
    pub created_at: Instant,
    pub version: i64,
}

entity!(add_on_groups, AddOnGroupRow, AddOnGroupId);

/// The groups of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<AddOnGroupRow>> {
    let query = add_on_groups::table.filter(add_on_groups::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, add_on_groups::id: AddOnGroupId, AddOnGroupRow, {
        "position" => add_on_groups::position: i64 = position,
        "name" => add_on_groups::name: String = name,
    }))
}

/// The groups with these ids, in the order they are shown; those of other sellers are left out.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[AddOnGroupId]) -> Outcome<Vec<AddOnGroupRow>> {
    let found = add_on_groups::table
        .filter(add_on_groups::seller_id.eq(scope.seller()))
        .filter(add_on_groups::id.eq_any(ids.to_vec()))
        .order((add_on_groups::position, add_on_groups::id));
    Ok(found.select(AddOnGroupRow::as_select()).load(db)?)
}

/// Whether an add-on belongs to the group.
pub fn is_used(db: &mut Db, scope: Scope, id: AddOnGroupId) -> Outcome<bool> {
    let members = add_ons::table.filter(add_ons::seller_id.eq(scope.seller())).filter(add_ons::add_on_group_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(members)).get_result(db)?)
}

/// Removes an empty group.
pub fn delete(db: &mut Db, scope: Scope, id: AddOnGroupId) -> Outcome<()> {
    diesel::delete(add_on_groups::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
