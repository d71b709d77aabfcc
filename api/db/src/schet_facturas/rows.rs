//! The documents and their lines.

use crate::schema::{schet_factura_lines, schet_facturas};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::schedule::Period;
use comptoir_domain::schet_facturas::SchetFacturaKind;
use comptoir_domain::{
    ClientId, Currency, Instant, InvoiceId, InvoiceLineId, SchetFacturaId, SellerId, SubscriptionId,
};
use diesel::dsl::max;
use diesel::prelude::*;

/// A document. It never changes: what is wrong on it is corrected by another one.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = schet_facturas, treat_none_as_default_value = false)]
pub struct SchetFacturaRow {
    pub seller_id: SellerId,
    pub id: SchetFacturaId,
    pub kind: SchetFacturaKind,
    pub sequence: i64,
    pub number: String,
    pub client_id: ClientId,
    pub currency: Currency,
    pub issued_on: NaiveDate,
    pub period_from: NaiveDate,
    pub period_to: NaiveDate,
    pub net_minor: i64,
    pub tax_minor: i64,
    pub gross_minor: i64,
    /// What stands on it, as it was hashed.
    pub frozen: String,
    pub frozen_hash: String,
    pub created_at: Instant,
}

/// What a document says of a line of an invoice.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = schet_factura_lines, treat_none_as_default_value = false)]
pub struct SchetFacturaLineRow {
    pub seller_id: SellerId,
    pub schet_factura_id: SchetFacturaId,
    pub position: i32,
    pub invoice_id: InvoiceId,
    pub invoice_line_id: InvoiceLineId,
    pub subscription_id: Option<SubscriptionId>,
    /// The document whose row it corrects.
    pub corrects_id: Option<SchetFacturaId>,
    pub period_from: Option<NaiveDate>,
    pub period_to: Option<NaiveDate>,
    pub net_minor: i64,
    pub tax_minor: i64,
    pub gross_minor: i64,
    /// Whether nothing of the line is left to be documented, unless it is credited.
    pub is_last: bool,
}

impl SchetFacturaLineRow {
    /// The days that it is for, if it is for time.
    pub fn period(&self) -> Option<Period> {
        Some(Period { from: self.period_from?, to: self.period_to? })
    }
}

/// Writes documents.
pub fn insert_many(db: &mut Db, rows: &[SchetFacturaRow]) -> Outcome<()> {
    insert_many!(db, schet_facturas::table, rows);
    Ok(())
}

/// Writes their lines.
pub fn insert_lines(db: &mut Db, rows: &[SchetFacturaLineRow]) -> Outcome<()> {
    insert_many!(db, schet_factura_lines::table, rows);
    Ok(())
}

/// The document, or `not_found` if it does not exist or is another seller's.
pub fn find(db: &mut Db, scope: Scope, id: SchetFacturaId) -> Outcome<SchetFacturaRow> {
    Ok(schet_facturas::table.find((scope.seller(), id)).select(SchetFacturaRow::as_select()).get_result(db)?)
}

/// The date of the last document: none is dated before it.
pub fn last_issued_on(db: &mut Db, scope: Scope) -> Outcome<Option<NaiveDate>> {
    let own = schet_facturas::table.filter(schet_facturas::seller_id.eq(scope.seller()));
    Ok(own.select(max(schet_facturas::issued_on)).first(db)?)
}

/// A row of a document about a line of an invoice.
#[derive(Clone, Debug)]
pub struct DocumentedLine {
    pub row: SchetFacturaLineRow,
    pub number: String,
    pub issued_on: NaiveDate,
}

/// What is documented of some lines of invoices, in the order in which it was.
pub fn documented(db: &mut Db, scope: Scope, lines: &[InvoiceLineId]) -> Outcome<Vec<DocumentedLine>> {
    let of = schet_facturas::seller_id
        .eq(schet_factura_lines::seller_id)
        .and(schet_facturas::id.eq(schet_factura_lines::schet_factura_id));
    let found: Vec<(SchetFacturaLineRow, String, NaiveDate)> = schet_factura_lines::table
        .inner_join(schet_facturas::table.on(of))
        .filter(schet_factura_lines::seller_id.eq(scope.seller()))
        .filter(schet_factura_lines::invoice_line_id.eq_any(lines.to_vec()))
        .order((schet_facturas::sequence, schet_factura_lines::position))
        .select((SchetFacturaLineRow::as_select(), schet_facturas::number, schet_facturas::issued_on))
        .load(db)?;
    Ok(found.into_iter().map(|(row, number, issued_on)| DocumentedLine { row, number, issued_on }).collect())
}

/// Which documents of a list are wanted; `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct SchetFacturaFilter {
    pub kind: Option<SchetFacturaKind>,
    pub client_id: Option<ClientId>,
    /// Only what documents this subscription.
    pub subscription_id: Option<SubscriptionId>,
    /// Only what documents this invoice.
    pub invoice_id: Option<InvoiceId>,
    pub number: Option<String>,
    pub currency: Option<Currency>,
    pub issued_on_gte: Option<NaiveDate>,
    pub issued_on_lt: Option<NaiveDate>,
}

/// The documents of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &SchetFacturaFilter, page: &Page) -> Outcome<Slice<SchetFacturaRow>> {
    let mut query =
        schet_facturas::table.filter(schet_facturas::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(kind) = filter.kind {
        query = query.filter(schet_facturas::kind.eq(kind));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(schet_facturas::client_id.eq(client));
    }
    let lines = || {
        schet_factura_lines::table
            .filter(schet_factura_lines::seller_id.eq(scope.seller()))
            .select(schet_factura_lines::schet_factura_id)
    };
    if let Some(subscription) = filter.subscription_id {
        let about = lines().filter(schet_factura_lines::subscription_id.eq(subscription));
        query = query.filter(schet_facturas::id.eq_any(about));
    }
    if let Some(invoice) = filter.invoice_id {
        query = query.filter(schet_facturas::id.eq_any(lines().filter(schet_factura_lines::invoice_id.eq(invoice))));
    }
    if let Some(number) = &filter.number {
        query = query.filter(schet_facturas::number.eq(number.clone()));
    }
    if let Some(currency) = filter.currency {
        query = query.filter(schet_facturas::currency.eq(currency));
    }
    if let Some(from) = filter.issued_on_gte {
        query = query.filter(schet_facturas::issued_on.ge(from));
    }
    if let Some(to) = filter.issued_on_lt {
        query = query.filter(schet_facturas::issued_on.lt(to));
    }
    Ok(keyset!(db, query, page, schet_facturas::id: SchetFacturaId, SchetFacturaRow, {}))
}
