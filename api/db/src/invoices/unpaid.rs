//! Invoices that wait for money: what is collected and dunned.

use super::InvoiceRow;
use crate::few::word_for_word;
use crate::schema::{invoice_lines, invoices};
use crate::{Db, DbBackend, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::invoices::{InvoiceKind, InvoiceState};
use comptoir_domain::{ClientId, InvoiceId, SubscriptionId};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// Those that are due by a day, by id, after one of them.
pub fn unpaid(
    db: &mut Db,
    scope: Scope,
    due_by: NaiveDate,
    after: Option<InvoiceId>,
    limit: i64,
) -> Outcome<Vec<InvoiceRow>> {
    let mut found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::state.eq(InvoiceState::Issued))
        .filter(invoices::open_minor.gt(0))
        .filter(invoices::kind.eq(InvoiceKind::Invoice))
        .filter(invoices::is_written_off.eq(false))
        .filter(invoices::due_on.le(due_by))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(invoices::id.gt(after));
    }
    Ok(found.order(invoices::id).limit(limit).select(InvoiceRow::as_select()).load(db)?)
}

/// Which unpaid invoices the payment queue looks at.
#[derive(Clone, Debug, Default)]
pub struct Owed {
    /// Due by this day; whatever their day if absent.
    pub due_by: Option<NaiveDate>,
    /// Of these clients; of all if absent.
    pub clients: Option<Vec<ClientId>>,
}

/// The condition of the index of what is open.
const OPEN: &str = "invoices.state = 'issued' AND invoices.open_minor > 0";

fn owed(scope: Scope, wanted: &Owed) -> invoices::BoxedQuery<'static, DbBackend> {
    let mut found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(word_for_word(OPEN))
        .filter(invoices::kind.eq(InvoiceKind::Invoice))
        .filter(invoices::is_written_off.eq(false))
        .into_boxed::<DbBackend>();
    if let Some(due_by) = wanted.due_by {
        found = found.filter(invoices::due_on.le(due_by));
    }
    if let Some(clients) = &wanted.clients {
        found = found.filter(invoices::client_id.eq_any(clients.clone()));
    }
    found
}

/// Who owes something, by id, after one of them.
pub fn debtors(
    db: &mut Db,
    scope: Scope,
    wanted: &Owed,
    after: Option<ClientId>,
    limit: i64,
) -> Outcome<Vec<ClientId>> {
    let mut found = owed(scope, wanted);
    if let Some(after) = after {
        found = found.filter(invoices::client_id.gt(after));
    }
    Ok(found.select(invoices::client_id).distinct().order(invoices::client_id).limit(limit).load(db)?)
}

/// What some clients owe, by client, oldest first.
pub fn owed_by(db: &mut Db, scope: Scope, clients: Vec<ClientId>) -> Outcome<Vec<InvoiceRow>> {
    let found = owed(scope, &Owed { due_by: None, clients: Some(clients) }).order((invoices::client_id, invoices::id));
    Ok(found.select(InvoiceRow::as_select()).load(db)?)
}

/// How many invoices that is.
pub fn count_owed(db: &mut Db, scope: Scope, wanted: &Owed) -> Outcome<i64> {
    Ok(owed(scope, wanted).count().get_result(db)?)
}

/// A part of it by id, from one invoice on, that one included.
pub fn owed_from(
    db: &mut Db,
    scope: Scope,
    wanted: &Owed,
    (from, descending): (Option<InvoiceId>, bool),
    limit: i64,
) -> Outcome<Vec<(ClientId, InvoiceId)>> {
    let mut found = owed(scope, wanted);
    found = match (from, descending) {
        (None, _) => found,
        (Some(from), true) => found.filter(invoices::id.le(from)),
        (Some(from), false) => found.filter(invoices::id.ge(from)),
    };
    found = if descending { found.order(invoices::id.desc()) } else { found.order(invoices::id) };
    Ok(found.select((invoices::client_id, invoices::id)).limit(limit).load(db)?)
}

/// How many invoices a client has paid in full, none of it given back.
pub fn count_paid(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<i64> {
    let found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::client_id.eq(client))
        .filter(invoices::state.eq(InvoiceState::Issued))
        .filter(invoices::kind.eq(InvoiceKind::Invoice))
        .filter(invoices::is_written_off.eq(false))
        .filter(invoices::gross_minor.gt(0))
        .filter(invoices::open_minor.eq(0))
        .filter(invoices::refunded_minor.eq(0));
    Ok(found.count().get_result(db)?)
}

/// Whether a client has an invoice whose day to pay has passed.
pub fn has_overdue(db: &mut Db, scope: Scope, client: ClientId, today: NaiveDate) -> Outcome<bool> {
    let found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::client_id.eq(client))
        .filter(invoices::state.eq(InvoiceState::Issued))
        .filter(invoices::open_minor.gt(0))
        .filter(invoices::kind.eq(InvoiceKind::Invoice))
        .filter(invoices::is_written_off.eq(false))
        .filter(invoices::due_on.lt(today));
    Ok(on!(db, c => diesel::select(diesel::dsl::exists(found)).get_result(c))?)
}

/// Which subscriptions some invoices charge.
pub fn charged_subscriptions(
    db: &mut Db,
    scope: Scope,
    of: &[InvoiceId],
) -> Outcome<BTreeSet<(InvoiceId, SubscriptionId)>> {
    let found: Vec<(InvoiceId, Option<SubscriptionId>)> = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::invoice_id.eq_any(of.to_vec()))
        .filter(invoice_lines::subscription_id.is_not_null())
        .select((invoice_lines::invoice_id, invoice_lines::subscription_id))
        .distinct()
        .load(db)?;
    Ok(found.into_iter().filter_map(|(invoice, subscription)| Some((invoice, subscription?))).collect())
}

/// What some invoices charge, line by line: for which subscription, if it is one, and how much with tax.
pub fn grosses(db: &mut Db, scope: Scope, of: &[InvoiceId]) -> Outcome<Vec<(InvoiceId, Option<SubscriptionId>, i64)>> {
    let found = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::invoice_id.eq_any(of.to_vec()))
        .order((invoice_lines::invoice_id, invoice_lines::position))
        .select((invoice_lines::invoice_id, invoice_lines::subscription_id, invoice_lines::gross_minor));
    Ok(found.load(db)?)
}
