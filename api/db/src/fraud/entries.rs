//! The lists of a seller: who is never checked and who is always refused.

use crate::schema::fraud_entries;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::fraud::{FraudEntry, FraudEntryKind, FraudList};
use comptoir_domain::{FraudEntryId, Instant, SellerId};
use diesel::prelude::*;

/// An entry.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = fraud_entries, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct FraudEntryRow {
    pub seller_id: SellerId,
    pub id: FraudEntryId,
    pub list: FraudList,
    pub kind: FraudEntryKind,
    pub value: String,
    pub note: String,
    /// Who has entered it, by name.
    pub created_by: String,
    pub created_at: Instant,
    pub version: i64,
}

entity!(fraud_entries, FraudEntryRow, FraudEntryId);

/// Which entries of a list are wanted; `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct FraudEntryFilter {
    pub list: Option<FraudList>,
    pub kind: Option<FraudEntryKind>,
    pub value: Option<String>,
}

/// The entries of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &FraudEntryFilter, page: &Page) -> Outcome<Slice<FraudEntryRow>> {
    let mut query = fraud_entries::table.filter(fraud_entries::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(list) = filter.list {
        query = query.filter(fraud_entries::list.eq(list));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(fraud_entries::kind.eq(kind));
    }
    if let Some(value) = &filter.value {
        query = query.filter(fraud_entries::value.eq(value.clone()));
    }
    Ok(keyset!(db, query, page, fraud_entries::id: FraudEntryId, FraudEntryRow, {
        "value" => fraud_entries::value: String = value,
    }))
}

/// Those entries that are among some texts. The texts of different kinds do not mix: whoever asks compares the kinds.
pub fn among(db: &mut Db, scope: Scope, values: Vec<String>) -> Outcome<Vec<FraudEntry>> {
    let found = fraud_entries::table
        .filter(fraud_entries::seller_id.eq(scope.seller()))
        .filter(fraud_entries::value.eq_any(values))
        .order(fraud_entries::id);
    let rows: Vec<FraudEntryRow> = found.select(FraudEntryRow::as_select()).load(db)?;
    Ok(rows.into_iter().map(|row| FraudEntry { list: row.list, kind: row.kind, value: row.value }).collect())
}

/// Removes an entry.
pub fn delete(db: &mut Db, row: &FraudEntryRow) -> Outcome<()> {
    diesel::delete(fraud_entries::table.find((row.seller_id, row.id))).execute(db)?;
    Ok(())
}
