//! Sessions: sign-ins of people.

use crate::schema::sessions;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::people::Audience;
use comptoir_domain::{AdministratorId, ContactId, Instant, SellerId, SessionId};
use diesel::prelude::*;

/// A sign-in.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct SessionRow {
    pub seller_id: SellerId,
    pub id: SessionId,
    pub audience: Audience,
    pub administrator_id: Option<AdministratorId>,
    pub contact_id: Option<ContactId>,
    pub impersonated_by: Option<AdministratorId>,
    pub ip: String,
    pub user_agent: String,
    pub refresh_hash: Vec<u8>,
    pub previous_refresh_hash: Option<Vec<u8>>,
    pub created_at: Instant,
    pub last_used_at: Instant,
    pub expires_at: Instant,
    pub ended_at: Option<Instant>,
}

/// Whose sessions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    /// An administrator's.
    Administrator(AdministratorId),
    /// A contact's.
    Contact(ContactId),
}

/// One session of a seller.
pub fn find(db: &mut Db, scope: Scope, id: SessionId) -> Outcome<SessionRow> {
    Ok(read_row!(db, sessions::table.find((scope.seller(), id)), SessionRow)?)
}

/// Writes a new session.
pub fn insert(db: &mut Db, row: &SessionRow) -> Outcome<()> {
    diesel::insert_into(sessions::table).values(row).execute(db)?;
    Ok(())
}

/// The session that a refresh token belongs to, current or just replaced, whatever the seller: the token is the secret.
pub fn by_refresh_hash(db: &mut Db, hash: &[u8]) -> Outcome<Option<SessionRow>> {
    let either = sessions::refresh_hash.eq(hash.to_vec()).or(sessions::previous_refresh_hash.eq(hash.to_vec()));
    Ok(sessions::table.filter(either.assume_not_null()).select(SessionRow::as_select()).first(db).optional()?)
}

/// Replaces the refresh token, if it is still the one that was read.
pub fn rotate(db: &mut Db, row: &SessionRow, fresh: &[u8], now: Instant) -> Outcome<bool> {
    let current =
        sessions::table.find((row.seller_id, row.id)).filter(sessions::refresh_hash.eq(row.refresh_hash.clone()));
    let change = (
        sessions::refresh_hash.eq(fresh.to_vec()),
        sessions::previous_refresh_hash.eq(Some(row.refresh_hash.clone())),
        sessions::last_used_at.eq(now),
    );
    Ok(diesel::update(current).set(change).execute(db)? == 1)
}

/// Notes that a session is in use.
pub fn touch(db: &mut Db, scope: Scope, id: SessionId, now: Instant) -> Outcome<()> {
    diesel::update(sessions::table.find((scope.seller(), id))).set(sessions::last_used_at.eq(now)).execute(db)?;
    Ok(())
}

/// Which sessions of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct SessionFilter {
    pub audience: Option<Audience>,
    pub administrator_id: Option<AdministratorId>,
    pub contact_id: Option<ContactId>,
    /// Only those that have not ended and not expired at this instant.
    pub live_at: Option<Instant>,
}

/// The sessions of a seller's people.
pub fn list(db: &mut Db, scope: Scope, filter: &SessionFilter, page: &Page) -> Outcome<Slice<SessionRow>> {
    let mut query = sessions::table.filter(sessions::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(audience) = filter.audience {
        query = query.filter(sessions::audience.eq(audience));
    }
    if let Some(administrator) = filter.administrator_id {
        query = query.filter(sessions::administrator_id.eq(administrator));
    }
    if let Some(contact) = filter.contact_id {
        query = query.filter(sessions::contact_id.eq(contact));
    }
    if let Some(now) = filter.live_at {
        query = query.filter(sessions::ended_at.is_null()).filter(sessions::expires_at.gt(now));
    }
    Ok(keyset!(db, query, page, sessions::id: SessionId, SessionRow, {}))
}

/// Ends one session; says whether it was open.
pub fn end(db: &mut Db, scope: Scope, id: SessionId, now: Instant) -> Outcome<bool> {
    let open = sessions::table.find((scope.seller(), id)).filter(sessions::ended_at.is_null());
    Ok(diesel::update(open).set(sessions::ended_at.eq(Some(now))).execute(db)? == 1)
}

/// Ends all open sessions of some people, but for one to keep; says how many.
pub fn end_all(db: &mut Db, scope: Scope, holders: &[Holder], keep: Option<SessionId>, now: Instant) -> Outcome<usize> {
    let mut ended = 0;
    let administrators: Vec<_> =
        holders.iter().filter_map(|who| if let Holder::Administrator(id) = who { Some(*id) } else { None }).collect();
    let contacts: Vec<_> =
        holders.iter().filter_map(|who| if let Holder::Contact(id) = who { Some(*id) } else { None }).collect();
    let kept = keep.into_iter().collect::<Vec<_>>();
    let open = || {
        sessions::table
            .filter(sessions::seller_id.eq(scope.seller()))
            .filter(sessions::ended_at.is_null())
            .filter(sessions::id.ne_all(kept.clone()))
    };
    if !administrators.is_empty() {
        let theirs = open().filter(sessions::administrator_id.eq_any(administrators));
        ended += diesel::update(theirs).set(sessions::ended_at.eq(Some(now))).execute(db)?;
    }
    if !contacts.is_empty() {
        let theirs = open().filter(sessions::contact_id.eq_any(contacts));
        ended += diesel::update(theirs).set(sessions::ended_at.eq(Some(now))).execute(db)?;
    }
    Ok(ended)
}

/// Ends all open sessions of a seller but one; says how many.
pub fn end_others(db: &mut Db, scope: Scope, keep: Option<SessionId>, now: Instant) -> Outcome<usize> {
    let kept: Vec<_> = keep.into_iter().collect();
    let open = sessions::table
        .filter(sessions::seller_id.eq(scope.seller()))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::id.ne_all(kept));
    Ok(diesel::update(open).set(sessions::ended_at.eq(Some(now))).execute(db)?)
}
