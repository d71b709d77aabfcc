//! What the checks of schet-facturas read: sums made by the database.

use crate::schema::{invoice_lines, invoices, schet_factura_lines, schet_facturas};
use crate::{Db, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::verify::{Certificate, DocumentedSums, Sums};
use comptoir_domain::{ClientId, InvoiceLineId, SchetFacturaId};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::HashMap;

type Amounts = (i64, i64, i64);

fn sums((net, tax, gross): Amounts) -> Sums {
    Sums { net, tax, gross }
}

macro_rules! row_totals {
    () => {
        (
            sql::<BigInt>("CAST(SUM(schet_factura_lines.net_minor) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(schet_factura_lines.tax_minor) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(schet_factura_lines.gross_minor) AS BIGINT)"),
        )
    };
}

/// All documents, in the order of their counts, with the sums of their rows; two queries.
pub fn certificates(db: &mut Db, scope: Scope) -> Outcome<Vec<Certificate>> {
    let of_rows: Vec<(SchetFacturaId, Amounts)> = schet_factura_lines::table
        .filter(schet_factura_lines::seller_id.eq(scope.seller()))
        .group_by(schet_factura_lines::schet_factura_id)
        .select((schet_factura_lines::schet_factura_id, row_totals!()))
        .load(db)?;
    let of_rows: HashMap<_, _> = of_rows.into_iter().map(|(id, amounts)| (id, sums(amounts))).collect();
    let found: Vec<(SchetFacturaId, String, i64, Amounts)> = schet_facturas::table
        .filter(schet_facturas::seller_id.eq(scope.seller()))
        .order(schet_facturas::sequence)
        .select((
            schet_facturas::id,
            schet_facturas::number,
            schet_facturas::sequence,
            (schet_facturas::net_minor, schet_facturas::tax_minor, schet_facturas::gross_minor),
        ))
        .load(db)?;
    let certificate = |(id, number, sequence, amounts): (_, String, i64, Amounts)| Certificate {
        number,
        sequence,
        sums: sums(amounts),
        of_rows: of_rows.get(&id).copied().unwrap_or_default(),
    };
    Ok(found.into_iter().map(certificate).collect())
}

/// So many documents as they were frozen, by their counts, after one: number, form and hash.
pub fn frozen(db: &mut Db, scope: Scope, after: i64, limit: i64) -> Outcome<Vec<(i64, String, String, String)>> {
    let found = schet_facturas::table
        .filter(schet_facturas::seller_id.eq(scope.seller()))
        .filter(schet_facturas::sequence.gt(after))
        .order(schet_facturas::sequence)
        .limit(limit)
        .select((
            schet_facturas::sequence,
            schet_facturas::number,
            schet_facturas::frozen,
            schet_facturas::frozen_hash,
        ));
    Ok(found.load(db)?)
}

/// What is documented of each line of an invoice, beside what it charges and what was taken back of it; four queries.
pub fn documented_sums(db: &mut Db, scope: Scope) -> Outcome<Vec<DocumentedSums>> {
    let documented: Vec<(InvoiceLineId, Amounts)> = schet_factura_lines::table
        .filter(schet_factura_lines::seller_id.eq(scope.seller()))
        .group_by(schet_factura_lines::invoice_line_id)
        .select((schet_factura_lines::invoice_line_id, row_totals!()))
        .load(db)?;
    let last: Vec<(ClientId, Option<NaiveDate>)> = schet_facturas::table
        .filter(schet_facturas::seller_id.eq(scope.seller()))
        .group_by(schet_facturas::client_id)
        .select((schet_facturas::client_id, diesel::dsl::max(schet_facturas::issued_on)))
        .load(db)?;
    let last: HashMap<_, _> = last.into_iter().collect();
    let lines = || {
        schet_factura_lines::table
            .filter(schet_factura_lines::seller_id.eq(scope.seller()))
            .select(schet_factura_lines::invoice_line_id)
    };
    let charged: Vec<(InvoiceLineId, Amounts)> = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::id.eq_any(lines()))
        .select((invoice_lines::id, (invoice_lines::net_minor, invoice_lines::tax_minor, invoice_lines::gross_minor)))
        .load(db)?;
    let charged: HashMap<_, _> = charged.into_iter().collect();
    let whose = invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id));
    let credits: Vec<(Option<InvoiceLineId>, ClientId, Option<NaiveDate>, Amounts)> = invoice_lines::table
        .inner_join(invoices::table.on(whose))
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::credits_line_id.eq_any(lines().select(schet_factura_lines::invoice_line_id.nullable())))
        .filter(invoices::number.is_not_null())
        .select((
            invoice_lines::credits_line_id,
            invoices::client_id,
            invoices::issued_on,
            (invoice_lines::net_minor, invoice_lines::tax_minor, invoice_lines::gross_minor),
        ))
        .load(db)?;
    let mut credited: HashMap<InvoiceLineId, Sums> = HashMap::new();
    for (line, client, issued_on, amounts) in credits {
        let is_known = last.get(&client).copied().flatten().is_some_and(|last| issued_on.is_some_and(|day| day < last));
        if let Some(line) = line.filter(|_| is_known) {
            let sum = credited.entry(line).or_default();
            let Sums { net, tax, gross } = sums(amounts);
            *sum = Sums { net: sum.net + net, tax: sum.tax + tax, gross: sum.gross + gross };
        }
    }
    let one = |(line, amounts)| DocumentedSums {
        line,
        charged: charged.get(&line).copied().map(sums).unwrap_or_default(),
        credited: credited.get(&line).copied().unwrap_or_default(),
        documented: sums(amounts),
    };
    Ok(documented.into_iter().map(one).collect())
}
