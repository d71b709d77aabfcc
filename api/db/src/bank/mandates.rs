//! What clients have signed so that their bank accounts may be debited.

use crate::schema::mandates;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::bank::{Mandate, MandateKind, SddScheme};
use comptoir_domain::{ClientId, Instant, MandateId, PaymentMethodId, SellerId};
use diesel::prelude::*;

/// A mandate. The account is that of its stored method; here is only what may be shown of it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mandates, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MandateRow {
    pub seller_id: SellerId,
    pub id: MandateId,
    pub client_id: ClientId,
    pub payment_method_id: PaymentMethodId,
    pub gateway: String,
    pub reference: String,
    pub scheme: SddScheme,
    pub kind: MandateKind,
    pub label: String,
    /// What was signed, word for word.
    pub text: String,
    pub signed_on: NaiveDate,
    /// When it was signed here; nothing if on paper.
    pub signed_at: Option<Instant>,
    /// From which address it was signed here.
    pub signed_from: Option<String>,
    pub is_consumer: bool,
    pub is_registered: bool,
    pub last_collected_on: Option<NaiveDate>,
    pub suspended_because: Option<String>,
    pub ended_on: Option<NaiveDate>,
    pub ended_because: Option<String>,
    pub created_at: Instant,
    pub version: i64,
    /// By whom it was last collected, or else to whom it was given; nothing if that was not noted.
    pub creditor_name: Option<String>,
    /// The same by its identifier.
    pub creditor_id: Option<String>,
}

entity!(mandates, MandateRow, MandateId);

impl MandateRow {
    /// What decides whether it can be used.
    pub fn terms(&self) -> Mandate {
        Mandate {
            scheme: self.scheme,
            kind: self.kind,
            signed_on: self.signed_on,
            last_collected_on: self.last_collected_on,
            ended_on: self.ended_on,
            consumer: self.is_consumer,
            registered: self.is_registered,
        }
    }
}

/// The mandates of a seller, or of one client.
pub fn list(db: &mut Db, scope: Scope, client: Option<ClientId>, page: &Page) -> Outcome<Slice<MandateRow>> {
    let mut query = mandates::table.filter(mandates::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(client) = client {
        query = query.filter(mandates::client_id.eq(client));
    }
    Ok(keyset!(db, query, page, mandates::id: MandateId, MandateRow, {}))
}

/// The mandates of some stored methods that have not ended, oldest first.
pub fn of_methods(db: &mut Db, scope: Scope, methods: &[PaymentMethodId]) -> Outcome<Vec<MandateRow>> {
    let found = mandates::table
        .filter(mandates::seller_id.eq(scope.seller()))
        .filter(mandates::payment_method_id.eq_any(methods.to_vec()))
        .filter(mandates::ended_on.is_null())
        .order(mandates::id);
    Ok(found.select(MandateRow::as_select()).load(db)?)
}

/// The recurrent mandates that have not ended and were last used, or else signed, by a day, by id, after one of them.
pub fn unused_since(
    db: &mut Db,
    scope: Scope,
    day: NaiveDate,
    after: Option<MandateId>,
    limit: i64,
) -> Outcome<Vec<MandateRow>> {
    let unused = mandates::last_collected_on.is_null().and(mandates::signed_on.le(day));
    let mut found = mandates::table
        .filter(mandates::seller_id.eq(scope.seller()))
        .filter(mandates::kind.eq(MandateKind::Recurrent))
        .filter(mandates::ended_on.is_null())
        .filter(mandates::last_collected_on.le(day).or(unused).assume_not_null())
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(mandates::id.gt(after));
    }
    Ok(found.order(mandates::id).limit(limit).select(MandateRow::as_select()).load(db)?)
}

/// Some mandates, as far as they are the seller's.
pub fn some(db: &mut Db, scope: Scope, ids: &[MandateId]) -> Outcome<Vec<MandateRow>> {
    let found =
        mandates::table.filter(mandates::seller_id.eq(scope.seller())).filter(mandates::id.eq_any(ids.to_vec()));
    Ok(found.select(MandateRow::as_select()).load(db)?)
}

/// How many mandates a client has ever signed.
pub fn count_of_client(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<i64> {
    let theirs = mandates::table.filter(mandates::seller_id.eq(scope.seller())).filter(mandates::client_id.eq(client));
    Ok(theirs.count().get_result(db)?)
}

/// Whether a mandate has this reference.
pub fn is_taken(db: &mut Db, scope: Scope, reference: &str) -> Outcome<bool> {
    let same = mandates::table.filter(mandates::seller_id.eq(scope.seller())).filter(mandates::reference.eq(reference));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(db)?)
}

/// Notes when some mandates were collected.
pub fn collected(db: &mut Db, scope: Scope, ids: &[MandateId], on: NaiveDate) -> Outcome<()> {
    let theirs =
        mandates::table.filter(mandates::seller_id.eq(scope.seller())).filter(mandates::id.eq_any(ids.to_vec()));
    let change = (mandates::last_collected_on.eq(Some(on)), mandates::version.eq(mandates::version + 1));
    diesel::update(theirs).set(change).execute(db)?;
    Ok(())
}

/// Notes by whom some mandates are collected now.
pub fn collected_by(db: &mut Db, scope: Scope, ids: &[MandateId], name: Option<&str>, id: Option<&str>) -> Outcome<()> {
    for some in ids.chunks(500) {
        let theirs =
            mandates::table.filter(mandates::seller_id.eq(scope.seller())).filter(mandates::id.eq_any(some.to_vec()));
        let change = (
            mandates::creditor_name.eq(name),
            mandates::creditor_id.eq(id),
            mandates::version.eq(mandates::version + 1),
        );
        diesel::update(theirs).set(change).execute(db)?;
    }
    Ok(())
}

/// Notes when some mandates were collected for the last time; nothing if they never were.
pub fn collected_last(db: &mut Db, scope: Scope, ids: &[MandateId], on: Option<NaiveDate>) -> Outcome<()> {
    for some in ids.chunks(500) {
        let theirs =
            mandates::table.filter(mandates::seller_id.eq(scope.seller())).filter(mandates::id.eq_any(some.to_vec()));
        let change = (mandates::last_collected_on.eq(on), mandates::version.eq(mandates::version + 1));
        diesel::update(theirs).set(change).execute(db)?;
    }
    Ok(())
}
