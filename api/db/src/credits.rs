//! What clients have to their credit, movement by movement.

use crate::schema::client_credits;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::payments::CreditKind;
use comptoir_domain::{ClientId, CreditId, Currency, Instant, InvoiceId, SellerId, TransactionId};
use diesel::prelude::*;
use std::collections::HashSet;

/// A movement and the balance after it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = client_credits, treat_none_as_default_value = false)]
pub struct CreditRow {
    pub seller_id: SellerId,
    pub id: CreditId,
    pub client_id: ClientId,
    pub currency: Currency,
    pub amount_minor: i64,
    pub balance_minor: i64,
    pub kind: CreditKind,
    pub reason: String,
    pub invoice_id: Option<InvoiceId>,
    pub transaction_id: Option<TransactionId>,
    pub created_at: Instant,
}

/// Writes a movement. The caller has locked the client's row, so that balances follow each other.
pub fn insert(db: &mut Db, row: &CreditRow) -> Outcome<()> {
    diesel::insert_into(client_credits::table).values(row).execute(db)?;
    Ok(())
}

/// Who among some clients has credit, and in which currency.
pub fn in_credit(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<HashSet<(ClientId, Currency)>> {
    let found = client_credits::table
        .filter(client_credits::seller_id.eq(scope.seller()))
        .filter(client_credits::client_id.eq_any(clients.to_vec()))
        .group_by((client_credits::client_id, client_credits::currency))
        .having(diesel::dsl::sql::<diesel::sql_types::Bool>("SUM(amount_minor) > 0"))
        .select((client_credits::client_id, client_credits::currency));
    Ok(found.load::<(ClientId, Currency)>(db)?.into_iter().collect())
}

/// The balance of a client in a currency, in minor units.
pub fn balance(db: &mut Db, scope: Scope, client: ClientId, currency: Currency) -> Outcome<i64> {
    let last = client_credits::table
        .filter(client_credits::seller_id.eq(scope.seller()))
        .filter(client_credits::client_id.eq(client))
        .filter(client_credits::currency.eq(currency))
        .order(client_credits::id.desc())
        .select(client_credits::balance_minor);
    Ok(last.first(db).optional()?.unwrap_or(0))
}

/// The currencies in which a client ever had credit.
pub fn currencies(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<Currency>> {
    let known = client_credits::table
        .filter(client_credits::seller_id.eq(scope.seller()))
        .filter(client_credits::client_id.eq(client))
        .select(client_credits::currency)
        .distinct()
        .order(client_credits::currency);
    Ok(known.load(db)?)
}

/// The movements of a client.
pub fn list(db: &mut Db, scope: Scope, client: ClientId, page: &Page) -> Outcome<Slice<CreditRow>> {
    let query = client_credits::table
        .filter(client_credits::seller_id.eq(scope.seller()))
        .filter(client_credits::client_id.eq(client))
        .into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, client_credits::id: CreditId, CreditRow, {}))
}
