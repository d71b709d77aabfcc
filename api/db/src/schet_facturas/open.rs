//! What is still to be documented: lines of issued invoices that no document has completed, and what credit notes take back of
//! those that are documented.

use crate::schema::{clients, invoice_lines, invoices, schet_factura_lines};
use crate::{Db, DbBackend, Json, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::invoices::InvoiceKind;
use comptoir_domain::people::ClientKind;
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::Period;
use comptoir_domain::taxes::TaxAmount;
use comptoir_domain::{
    ClientId, Currency, InvoiceId, InvoiceLineId, Quantity, SubscriptionId, SubscriptionItemId, TaxPolicyId,
};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// The next clients, by id, with lines that are not documented to the end, or with credit notes on lines that are documented.
/// What was over before `starts_on` does not count.
pub fn due_clients(
    db: &mut Db,
    scope: Scope,
    starts_on: NaiveDate,
    only_companies: bool,
    after: Option<ClientId>,
    limit: i64,
) -> Outcome<Vec<ClientId>> {
    let completed = schet_factura_lines::table
        .filter(schet_factura_lines::seller_id.eq(invoice_lines::seller_id))
        .filter(schet_factura_lines::invoice_line_id.eq(invoice_lines::id))
        .filter(schet_factura_lines::is_last.eq(true));
    let open = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(invoices::seller_id))
        .filter(invoice_lines::invoice_id.eq(invoices::id))
        .filter(invoice_lines::gross_minor.gt(0))
        .filter(invoice_lines::period_to.gt(starts_on).or(invoices::issued_on.ge(starts_on)))
        .filter(not(exists(completed)));
    let documented = schet_factura_lines::table
        .filter(schet_factura_lines::seller_id.eq(invoices::seller_id))
        .filter(schet_factura_lines::invoice_id.nullable().eq(invoices::credits_invoice_id));
    let invoiced = invoices::kind.eq(InvoiceKind::Invoice).and(exists(open));
    let credited = invoices::kind.eq(InvoiceKind::CreditNote).and(exists(documented));
    let whose = clients::seller_id.eq(invoices::seller_id).and(clients::id.eq(invoices::client_id));
    let mut found = invoices::table
        .inner_join(clients::table.on(whose))
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::number.is_not_null())
        .filter(invoiced.nullable().or(credited.nullable()))
        .into_boxed::<DbBackend>();
    if only_companies {
        found = found.filter(clients::kind.eq(ClientKind::Company));
    }
    if let Some(after) = after {
        found = found.filter(invoices::client_id.gt(after));
    }
    Ok(found.select(invoices::client_id).distinct().order(invoices::client_id).limit(limit).load(db)?)
}

/// A line of an issued invoice, and what of the invoice counts for it.
#[derive(Clone, Debug, Queryable)]
pub struct OpenLine {
    pub client_id: ClientId,
    pub currency: Currency,
    pub issued_on: Option<NaiveDate>,
    /// The taxes of the whole invoice.
    pub taxes: Json<Vec<TaxAmount>>,
    pub invoice_id: InvoiceId,
    pub id: InvoiceLineId,
    pub kind: LineKind,
    pub description: String,
    pub quantity: Quantity,
    pub subscription_id: Option<SubscriptionId>,
    pub item_id: Option<SubscriptionItemId>,
    pub period_from: Option<NaiveDate>,
    pub period_to: Option<NaiveDate>,
    pub net_minor: i64,
    pub tax_minor: i64,
    pub tax_policy_id: Option<TaxPolicyId>,
}

impl OpenLine {
    /// The period that stands on the line.
    pub fn period(&self) -> Option<Period> {
        Some(Period { from: self.period_from?, to: self.period_to? })
    }
}

/// The lines of some clients that are not documented to the end, and all lines of invoices that were credited; by client,
/// invoice and position.
pub fn open_lines(db: &mut Db, scope: Scope, of: &[ClientId], starts_on: NaiveDate) -> Outcome<Vec<OpenLine>> {
    let credited: Vec<Option<InvoiceId>> = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::client_id.eq_any(of.to_vec()))
        .filter(invoices::kind.eq(InvoiceKind::CreditNote))
        .select(invoices::credits_invoice_id)
        .load(db)?;
    let credited = BTreeSet::from_iter(credited.into_iter().flatten());
    let completed = schet_factura_lines::table
        .filter(schet_factura_lines::seller_id.eq(invoice_lines::seller_id))
        .filter(schet_factura_lines::invoice_line_id.eq(invoice_lines::id))
        .filter(schet_factura_lines::is_last.eq(true));
    let whose = invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id));
    let found = invoice_lines::table
        .inner_join(invoices::table.on(whose))
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::client_id.eq_any(of.to_vec()))
        .filter(invoices::kind.eq(InvoiceKind::Invoice))
        .filter(invoices::number.is_not_null())
        .filter(invoice_lines::gross_minor.gt(0))
        .filter(invoice_lines::period_to.gt(starts_on).or(invoices::issued_on.ge(starts_on)))
        .filter(not(exists(completed)).or(invoices::id.eq_any(Vec::from_iter(credited))))
        .order((invoices::client_id, invoices::id, invoice_lines::position))
        .select((
            invoices::client_id,
            invoices::currency,
            invoices::issued_on,
            invoices::taxes,
            invoice_lines::invoice_id,
            invoice_lines::id,
            invoice_lines::kind,
            invoice_lines::description,
            invoice_lines::quantity,
            invoice_lines::subscription_id,
            invoice_lines::item_id,
            invoice_lines::period_from,
            invoice_lines::period_to,
            invoice_lines::net_minor,
            invoice_lines::tax_minor,
            invoice_lines::tax_policy_id,
        ));
    Ok(found.load(db)?)
}

/// What a credit note takes back of a line.
#[derive(Clone, Debug, Queryable)]
pub struct CreditedLine {
    pub line: Option<InvoiceLineId>,
    pub issued_on: Option<NaiveDate>,
    pub from: Option<NaiveDate>,
    pub net_minor: i64,
    pub tax_minor: i64,
}

/// What credit notes take back of some lines.
pub fn taken_back(db: &mut Db, scope: Scope, lines: &[InvoiceLineId]) -> Outcome<Vec<CreditedLine>> {
    let whose = invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id));
    let found = invoice_lines::table
        .inner_join(invoices::table.on(whose))
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::credits_line_id.eq_any(lines.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(invoices::number.is_not_null())
        .order(invoice_lines::id)
        .select((
            invoice_lines::credits_line_id,
            invoices::issued_on,
            invoice_lines::period_from,
            invoice_lines::net_minor,
            invoice_lines::tax_minor,
        ));
    Ok(found.load(db)?)
}
