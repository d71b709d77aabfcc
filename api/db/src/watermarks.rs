//! Watermarks: through which date a recurring event has worked for a seller, so that what was missed is caught up and
//! nothing is done twice.

use crate::schema::watermarks;
use crate::{Db, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::events::EventKind;
use diesel::prelude::*;

/// Through which date a kind has worked; `None` if never.
pub fn read(db: &mut Db, scope: Scope, kind: EventKind) -> Outcome<Option<NaiveDate>> {
    let mark = watermarks::table.find((scope.seller(), kind.as_str())).select(watermarks::done_through);
    Ok(mark.get_result(db).optional()?)
}

/// Notes that a kind has worked through a date; a mark never goes back. Says whether it moved.
pub fn advance(db: &mut Db, scope: Scope, kind: EventKind, through: NaiveDate) -> Outcome<bool> {
    let row = (
        watermarks::seller_id.eq(scope.seller()),
        watermarks::kind.eq(kind.as_str()),
        watermarks::done_through.eq(through),
    );
    let new = on!(db, c => diesel::insert_into(watermarks::table).values(row).on_conflict_do_nothing().execute(c))?;
    let behind = watermarks::table.find((scope.seller(), kind.as_str())).filter(watermarks::done_through.lt(through));
    let moved = diesel::update(behind).set(watermarks::done_through.eq(through)).execute(db)?;
    Ok(new + moved > 0)
}
