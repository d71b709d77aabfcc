//! What the checks read in parts: lines with their traces, and the open periods of running subscriptions.

use crate::invoices::LineTrace;
use crate::schema::{invoice_lines, invoices, subscriptions, waived_periods};
use crate::subscriptions::SubscriptionRow;
use crate::{Db, DbBackend, Json, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::invoices::due::DueKind;
use comptoir_domain::invoices::renewal::due_kind;
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::{Period, Share};
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::verify::{Charged, Stored, TracedLine};
use comptoir_domain::{Currency, InvoiceLineId, Quantity, SubscriptionId, SubscriptionItemId, UnitPrice};
use diesel::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// So many lines with their traces, by id, after one of them.
pub fn traced(db: &mut Db, scope: Scope, after: Option<InvoiceLineId>, limit: i64) -> Outcome<Vec<TracedLine>> {
    type Row =
        (InvoiceLineId, Currency, Quantity, UnitPrice, Share, (i64, i64, i64), Option<InvoiceLineId>, Json<LineTrace>);
    let mut found = invoice_lines::table
        .inner_join(
            invoices::table
                .on(invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id))),
        )
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(invoice_lines::id.gt(after));
    }
    let found = found.order(invoice_lines::id).limit(limit).select((
        invoice_lines::id,
        invoices::currency,
        invoice_lines::quantity,
        invoice_lines::unit_price,
        invoice_lines::share,
        (invoice_lines::net_minor, invoice_lines::tax_minor, invoice_lines::gross_minor),
        invoice_lines::credits_line_id,
        invoice_lines::trace,
    ));
    let rows: Vec<Row> = found.load(db)?;
    let line = |(id, currency, quantity, unit_price, share, (net, tax, gross), credits, trace): Row| TracedLine {
        id,
        currency,
        quantity,
        unit_price,
        share,
        net,
        tax,
        gross,
        takes_back: credits.is_some(),
        steps: trace.0.steps,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// So many subscriptions that run or are paid and about to, by id, after one of them.
pub fn running(db: &mut Db, scope: Scope, after: Option<SubscriptionId>, limit: i64) -> Outcome<Vec<SubscriptionRow>> {
    let is_paid =
        subscriptions::status.ne(SubscriptionStatus::Pending).or(subscriptions::next_invoice_on.is_not_null());
    let mut found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::over()))
        .filter(is_paid)
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(subscriptions::id.gt(after));
    }
    Ok(found.order(subscriptions::id).limit(limit).select(SubscriptionRow::as_select()).load(db)?)
}

/// What is charged and what is waived of some items for time after a day.
pub fn stored(db: &mut Db, scope: Scope, items: &[SubscriptionItemId], after: NaiveDate) -> Outcome<Stored> {
    type Row = (
        InvoiceLineId,
        Option<SubscriptionItemId>,
        LineKind,
        (Option<NaiveDate>, Option<NaiveDate>),
        UnitPrice,
        Quantity,
        Share,
    );
    let rows: Vec<Row> = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::item_id.eq_any(items.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(invoice_lines::credits_line_id.is_null())
        .filter(invoice_lines::period_to.gt(after))
        .order(invoice_lines::id)
        .select((
            invoice_lines::id,
            invoice_lines::item_id,
            invoice_lines::kind,
            (invoice_lines::period_from, invoice_lines::period_to),
            invoice_lines::unit_price,
            invoice_lines::quantity,
            invoice_lines::share,
        ))
        .load(db)?;
    let waived: Vec<(SubscriptionItemId, NaiveDate, NaiveDate)> = waived_periods::table
        .filter(waived_periods::seller_id.eq(scope.seller()))
        .filter(waived_periods::item_id.eq_any(items.to_vec()))
        .filter(waived_periods::kind.ne(DueKind::Setup))
        .filter(waived_periods::to_on.gt(after))
        .select((waived_periods::item_id, waived_periods::from_on, waived_periods::to_on))
        .load(db)?;
    let credited = credited(db, scope, rows.iter().map(|row| row.0).collect())?;
    let charged = |(line, item, kind, (from, to), unit_price, quantity, share): Row| {
        let period = Period { from: from?, to: to? };
        let is_credited = credited.contains(&line);
        Some(Charged { line, item: item?, kind: due_kind(kind)?, period, unit_price, quantity, share, is_credited })
    };
    Ok(Stored {
        next_invoice_on: BTreeMap::new(),
        charged: rows.into_iter().filter_map(charged).collect(),
        waived: waived.into_iter().map(|(item, from, to)| (item, Period { from, to })).collect(),
    })
}

/// Which of these lines a credit note takes something back of.
fn credited(db: &mut Db, scope: Scope, lines: Vec<InvoiceLineId>) -> Outcome<HashSet<InvoiceLineId>> {
    let found: Vec<Option<InvoiceLineId>> = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::credits_line_id.eq_any(lines.into_iter().map(Some).collect::<Vec<_>>()))
        .select(invoice_lines::credits_line_id)
        .distinct()
        .load(db)?;
    Ok(found.into_iter().flatten().collect())
}
