//! When recurring work is done, where that is not as it was delivered. Of the whole house: there is no seller in it.

use crate::schema::event_schedules;
use crate::{Db, Outcome};
use comptoir_domain::events::EventKind;
use comptoir_domain::{Code, Instant, Problem};
use diesel::prelude::*;

/// What was changed about a kind; `since` is by the clock of the kind.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = event_schedules, primary_key(kind), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct EventScheduleRow {
    pub kind: EventKind,
    /// `None`: as delivered.
    pub pattern: Option<String>,
    pub is_on: bool,
    pub since: Instant,
    /// 0 before the first change.
    pub version: i64,
}

/// All that were ever changed.
pub fn all(db: &mut Db) -> Outcome<Vec<EventScheduleRow>> {
    Ok(event_schedules::table.select(EventScheduleRow::as_select()).load(db)?)
}

/// What was changed about a kind, if anything was.
pub fn find(db: &mut Db, kind: EventKind) -> Outcome<Option<EventScheduleRow>> {
    let found = event_schedules::table.filter(event_schedules::kind.eq(kind));
    Ok(found.select(EventScheduleRow::as_select()).get_result(db).optional()?)
}

/// Writes a change with the next version; `stale` if someone was faster.
pub fn save(db: &mut Db, row: &mut EventScheduleRow) -> Outcome<()> {
    let read = row.version;
    row.version += 1;
    let written = if read == 0 {
        on!(db, c => diesel::insert_into(event_schedules::table).values(&*row).on_conflict_do_nothing().execute(c))?
    } else {
        let target =
            event_schedules::table.filter(event_schedules::kind.eq(row.kind)).filter(event_schedules::version.eq(read));
        diesel::update(target).set(&*row).execute(db)?
    };
    if written == 1 {
        return Ok(());
    }
    row.version = read;
    Err(Problem::new(Code::Stale, "read it again and repeat your change").into())
}
