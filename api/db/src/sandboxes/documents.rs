//! The documents that a house has issued since a day, for whoever compares it with another one.

use crate::invoices::{self, InvoiceRow};
use crate::schema::invoices as table;
use crate::{Db, DbBackend, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::sandboxes::diff::{Document, Line};
use comptoir_domain::{ClientId, Currency, InvoiceId, Money};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::HashMap;

fn since<'a>(scope: Scope, from: NaiveDate) -> table::BoxedQuery<'a, DbBackend> {
    table::table
        .filter(table::seller_id.eq(scope.seller()))
        .filter(table::state.ne(InvoiceState::Draft))
        .filter(table::issued_on.ge(from))
        .into_boxed::<DbBackend>()
}

/// Whose there are, after one client.
pub fn clients(
    db: &mut Db,
    scope: Scope,
    from: NaiveDate,
    after: Option<ClientId>,
    limit: i64,
) -> Outcome<Vec<ClientId>> {
    let mut query = since(scope, from);
    if let Some(after) = after {
        query = query.filter(table::client_id.gt(after));
    }
    Ok(query.select(table::client_id).distinct().order(table::client_id).limit(limit).load(db)?)
}

/// Those of some clients with their lines, oldest first; two queries.
pub fn of_clients(db: &mut Db, scope: Scope, from: NaiveDate, clients: &[ClientId]) -> Outcome<Vec<Document>> {
    let theirs = since(scope, from).filter(table::client_id.eq_any(clients.to_vec())).order(table::id);
    let rows: Vec<InvoiceRow> = theirs.select(InvoiceRow::as_select()).load(db)?;
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let currencies: HashMap<InvoiceId, Currency> = rows.iter().map(|row| (row.id, row.currency)).collect();
    let mut lines: HashMap<InvoiceId, Vec<Line>> = HashMap::new();
    for row in invoices::lines(db, scope, &ids)? {
        let Some(currency) = currencies.get(&row.invoice_id) else { continue };
        let money = |minor| Money::from_minor(minor, *currency);
        lines.entry(row.invoice_id).or_default().push(Line {
            subscription: row.subscription_id,
            item: row.item_id,
            kind: row.kind,
            period: row.period(),
            net: money(row.net_minor),
            gross: money(row.gross_minor),
            description: row.description,
        });
    }
    let document = |row: InvoiceRow| {
        Some(Document {
            lines: lines.remove(&row.id).unwrap_or_default(),
            id: row.id,
            client: row.client_id,
            currency: row.currency,
            issued_on: row.issued_on?,
            kind: row.kind,
            net: row.money(row.net_minor),
            gross: row.money(row.gross_minor),
            number: row.number,
        })
    };
    Ok(rows.into_iter().filter_map(document).collect())
}

/// How many there are in each currency, and what they come to without and with tax.
pub fn totals(db: &mut Db, scope: Scope, from: NaiveDate) -> Outcome<Vec<(Currency, i64, i64, i64)>> {
    let query = table::table
        .filter(table::seller_id.eq(scope.seller()))
        .filter(table::state.ne(InvoiceState::Draft))
        .filter(table::issued_on.ge(from))
        .group_by(table::currency)
        .order(table::currency)
        .select((
            table::currency,
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("CAST(SUM(invoices.net_minor) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(invoices.gross_minor) AS BIGINT)"),
        ));
    Ok(query.load(db)?)
}
