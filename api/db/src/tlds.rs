//! Endings of names, with their prices (CAT-12).

use crate::few::among;
use crate::schema::tlds;
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::tlds::{TldPrice, TldState};
use comptoir_domain::{Instant, RegistrarId, SellerId, TldId};
use diesel::prelude::*;

/// An ending.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tlds, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct TldRow {
    pub seller_id: SellerId,
    pub id: TldId,
    /// Without the dot.
    pub name: String,
    pub state: TldState,
    pub default_registrar_id: Option<RegistrarId>,
    pub prices: Json<Vec<TldPrice>>,
    /// Whether it was there from the beginning.
    pub is_predefined: bool,
    pub created_at: Instant,
    pub version: i64,
}

entity!(tlds, TldRow, TldId);

/// Which endings; `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct TldFilter {
    pub state: Vec<TldState>,
    pub registrar_id: Option<RegistrarId>,
}

/// The endings of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &TldFilter, page: &Page) -> Outcome<Slice<TldRow>> {
    let mut query = tlds::table.filter(tlds::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.state.is_empty() {
        query = query.filter(tlds::state.eq_any(filter.state.clone()));
    }
    if let Some(registrar) = filter.registrar_id {
        query = query.filter(tlds::default_registrar_id.eq(registrar));
    }
    Ok(keyset!(db, query, page, tlds::id: TldId, TldRow, {
        "name" => tlds::name: String = name,
    }))
}

/// Those of these names that there are.
pub fn named(db: &mut Db, scope: Scope, names: &[String]) -> Outcome<Vec<TldRow>> {
    let found = tlds::table.filter(tlds::seller_id.eq(scope.seller())).filter(among(tlds::name, names.to_vec()));
    Ok(read_rows!(db, found.order(tlds::name), TldRow)?)
}

/// Writes those that a seller begins with.
pub fn insert_many(db: &mut Db, rows: &[TldRow]) -> Outcome<()> {
    insert_many!(db, tlds::table, rows);
    Ok(())
}

/// Gives endings to a registrar and puts them to work, unless another one has them by now.
pub fn adopt(db: &mut Db, scope: Scope, ids: &[TldId], registrar: RegistrarId) -> Outcome<()> {
    let free = tlds::table
        .filter(tlds::seller_id.eq(scope.seller()))
        .filter(tlds::id.eq_any(ids.to_vec()))
        .filter(tlds::default_registrar_id.is_null());
    let change = (
        tlds::default_registrar_id.eq(registrar),
        tlds::state.eq(TldState::Active),
        tlds::version.eq(tlds::version + 1),
    );
    diesel::update(free).set(change).execute(db)?;
    Ok(())
}

/// Removes one.
pub fn delete(db: &mut Db, scope: Scope, id: TldId) -> Outcome<()> {
    diesel::delete(tlds::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
