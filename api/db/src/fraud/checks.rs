//! Fraud checks: one an order.

use crate::schema::fraud_checks;
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::fraud::{FraudCheckState, FraudFinding, Scored};
use comptoir_domain::{ClientId, Country, FraudCheckId, FraudScore, Instant, OrderId, SellerId};
use diesel::prelude::*;

/// A check.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = fraud_checks, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct FraudCheckRow {
    pub seller_id: SellerId,
    pub id: FraudCheckId,
    pub order_id: OrderId,
    pub client_id: ClientId,
    pub state: FraudCheckState,
    /// Whether an administrator has taken the order.
    pub is_taken: bool,
    pub score: FraudScore,
    /// What the rules of the house alone came to.
    pub rules_score: FraudScore,
    pub findings: Json<Vec<FraudFinding>>,
    /// The connector that was asked.
    pub scorer: Option<String>,
    pub scored: Option<Json<Scored>>,
    pub ip_country: Option<Country>,
    /// Forgotten after a while, like the mail address.
    pub ip: Option<String>,
    pub mail: Option<String>,
    /// Why, in the words of whoever decided.
    pub reason: String,
    /// None as long as nothing is decided.
    pub decided_by_kind: Option<String>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<Instant>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(fraud_checks, FraudCheckRow, FraudCheckId);

/// The check of an order, if it was checked.
pub fn of_order(db: &mut Db, scope: Scope, order: OrderId) -> Outcome<Option<FraudCheckRow>> {
    let found =
        fraud_checks::table.filter(fraud_checks::seller_id.eq(scope.seller())).filter(fraud_checks::order_id.eq(order));
    Ok(read_row!(db, found, FraudCheckRow).optional()?)
}

/// The same, kept from changing until the transaction ends.
pub fn lock_of_order(db: &mut Db, scope: Scope, order: OrderId) -> Outcome<Option<FraudCheckRow>> {
    match of_order(db, scope, order)? {
        Some(row) => lock(db, scope, row.id).map(Some),
        None => Ok(None),
    }
}

/// Why nothing may be charged or set up for an order: its check is open, or has refused it.
pub fn stopping(db: &mut Db, scope: Scope, order: OrderId) -> Outcome<Option<FraudCheckState>> {
    let found = fraud_checks::table
        .filter(fraud_checks::seller_id.eq(scope.seller()))
        .filter(fraud_checks::order_id.eq(order))
        .select(fraud_checks::state);
    let state: Option<FraudCheckState> = on!(db, c => found.get_result(c).optional())?;
    Ok(state.filter(|state| state.is_open() || *state == FraudCheckState::Declined))
}

/// Which checks of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default)]
pub struct FraudCheckFilter {
    pub state: Vec<FraudCheckState>,
    pub client_id: Option<ClientId>,
    pub order_id: Option<OrderId>,
    pub ip: Option<String>,
    pub mail: Option<String>,
}

/// The checks of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &FraudCheckFilter, page: &Page) -> Outcome<Slice<FraudCheckRow>> {
    let mut query = fraud_checks::table.filter(fraud_checks::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.state.is_empty() {
        query = query.filter(fraud_checks::state.eq_any(filter.state.clone()));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(fraud_checks::client_id.eq(client));
    }
    if let Some(order) = filter.order_id {
        query = query.filter(fraud_checks::order_id.eq(order));
    }
    if let Some(ip) = &filter.ip {
        query = query.filter(fraud_checks::ip.eq(ip.clone()));
    }
    if let Some(mail) = &filter.mail {
        query = query.filter(fraud_checks::mail.eq(mail.to_lowercase()));
    }
    Ok(keyset!(db, query, page, fraud_checks::id: FraudCheckId, FraudCheckRow, {}))
}

/// What is counted: orders of an address, with a mail address, of a client.
#[derive(Clone, Debug)]
pub enum Of<'a> {
    Ip(&'a str),
    Mail(&'a str),
    Client(ClientId),
}

/// How many orders were checked since an instant.
pub fn count_since(db: &mut Db, scope: Scope, of: &Of<'_>, since: Instant) -> Outcome<i64> {
    let query = fraud_checks::table
        .filter(fraud_checks::seller_id.eq(scope.seller()))
        .filter(fraud_checks::created_at.gt(since))
        .into_boxed::<DbBackend>();
    let query = match of {
        Of::Ip(ip) => query.filter(fraud_checks::ip.eq((*ip).to_string())),
        Of::Mail(mail) => query.filter(fraud_checks::mail.eq((*mail).to_string())),
        Of::Client(client) => query.filter(fraud_checks::client_id.eq(*client)),
    };
    Ok(query.count().get_result(db)?)
}

/// Checks that have waited for the scorer since before an instant, by id.
pub fn overdue(db: &mut Db, scope: Scope, before: Instant, limit: i64) -> Outcome<Vec<FraudCheckRow>> {
    let found = fraud_checks::table
        .filter(fraud_checks::seller_id.eq(scope.seller()))
        .filter(crate::few::word_for_word("state = 'waiting'"))
        .filter(fraud_checks::created_at.le(before))
        .order(fraud_checks::id)
        .limit(limit);
    Ok(found.select(FraudCheckRow::as_select()).load(db)?)
}

/// How many checks older than an instant still know whose they were.
pub fn count_known_before(db: &mut Db, scope: Scope, before: Instant) -> Outcome<i64> {
    let old = fraud_checks::table
        .filter(fraud_checks::seller_id.eq(scope.seller()))
        .filter(fraud_checks::created_at.lt(before))
        .filter(fraud_checks::ip.is_not_null().or(fraud_checks::mail.is_not_null()));
    Ok(old.count().get_result(db)?)
}

/// Forgets the addresses of checks older than an instant; says how many.
pub fn forget_before(db: &mut Db, scope: Scope, before: Instant) -> Outcome<usize> {
    let old = fraud_checks::table
        .filter(fraud_checks::seller_id.eq(scope.seller()))
        .filter(fraud_checks::created_at.lt(before))
        .filter(fraud_checks::ip.is_not_null().or(fraud_checks::mail.is_not_null()));
    let nothing = (fraud_checks::ip.eq(None::<String>), fraud_checks::mail.eq(None::<String>));
    Ok(diesel::update(old).set((nothing, fraud_checks::version.eq(fraud_checks::version + 1))).execute(db)?)
}
