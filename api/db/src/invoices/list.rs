//! Lists of documents. The statuses that people see are conditions here, so that they can be filters.

use super::InvoiceRow;
use crate::schema::{invoice_lines, invoices};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::invoices::{InvoiceKind, InvoiceState, InvoiceStatus};
use comptoir_domain::{ClientId, Currency, Instant, InvoiceId, OrderId, SubscriptionId};
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

/// Which documents of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default)]
pub struct InvoiceFilter {
    pub status: Vec<InvoiceStatus>,
    pub today: NaiveDate,
    pub kind: Option<InvoiceKind>,
    pub client_id: Option<ClientId>,
    pub number: Option<String>,
    pub currency: Option<Currency>,
    pub order_id: Option<OrderId>,
    /// Only what charges this subscription.
    pub subscription_id: Option<SubscriptionId>,
    pub issued_on_gte: Option<NaiveDate>,
    pub issued_on_lt: Option<NaiveDate>,
    pub due_on_gte: Option<NaiveDate>,
    pub due_on_lt: Option<NaiveDate>,
    pub created_at_gte: Option<Instant>,
    pub created_at_lt: Option<Instant>,
    /// Only what has a number.
    pub issued_only: bool,
}

type Condition = Box<dyn BoxableExpression<invoices::table, DbBackend, SqlType = Nullable<Bool>>>;

/// `Standing::status` of `domain`, said in SQL.
fn standing_at(status: InvoiceStatus, today: NaiveDate) -> Condition {
    use invoices::dsl::{due_on, gross_minor, is_written_off, open_minor, refunded_minor, state};
    let issued = || state.eq(InvoiceState::Issued).nullable();
    let given_back = || refunded_minor.ne(0).and(refunded_minor.ge(gross_minor));
    let waits = move || issued().and(open_minor.ne(0)).and(is_written_off.eq(false));
    match status {
        InvoiceStatus::Draft => Box::new(state.eq(InvoiceState::Draft).nullable()),
        InvoiceStatus::Cancelled => Box::new(state.eq(InvoiceState::Cancelled).nullable()),
        InvoiceStatus::Refunded => Box::new(issued().and(open_minor.eq(0)).and(given_back())),
        InvoiceStatus::Paid => Box::new(issued().and(open_minor.eq(0)).and(diesel::dsl::not(given_back()))),
        InvoiceStatus::Uncollectible => Box::new(issued().and(open_minor.ne(0)).and(is_written_off.eq(true))),
        InvoiceStatus::Overdue => Box::new(waits().and(due_on.lt(today))),
        InvoiceStatus::PartlyPaid => Box::new(waits().and(due_on.ge(today)).and(open_minor.ne(gross_minor))),
        InvoiceStatus::Due => Box::new(waits().and(due_on.ge(today)).and(open_minor.eq(gross_minor))),
    }
}

/// The documents of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &InvoiceFilter, page: &Page) -> Outcome<Slice<InvoiceRow>> {
    let mut query = invoices::table.filter(invoices::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    let standings = filter.status.iter().map(|status| standing_at(*status, filter.today));
    if let Some(any) = standings.reduce(|some, other| Box::new(some.or(other))) {
        query = query.filter(any);
    }
    if let Some(client) = filter.client_id {
        query = query.filter(invoices::client_id.eq(client));
    }
    if let Some(number) = &filter.number {
        query = query.filter(invoices::number.eq(number.clone()));
    }
    if let Some(currency) = filter.currency {
        query = query.filter(invoices::currency.eq(currency));
    }
    if let Some(order) = filter.order_id {
        query = query.filter(invoices::order_id.eq(order));
    }
    if let Some(subscription) = filter.subscription_id {
        let charging = invoice_lines::table
            .filter(invoice_lines::seller_id.eq(scope.seller()))
            .filter(invoice_lines::subscription_id.eq(subscription))
            .select(invoice_lines::invoice_id);
        query = query.filter(invoices::id.eq_any(charging));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(invoices::kind.eq(kind));
    }
    if let Some(from) = filter.issued_on_gte {
        query = query.filter(invoices::issued_on.ge(from));
    }
    if let Some(to) = filter.issued_on_lt {
        query = query.filter(invoices::issued_on.lt(to));
    }
    if let Some(from) = filter.due_on_gte {
        query = query.filter(invoices::due_on.ge(from));
    }
    if let Some(to) = filter.due_on_lt {
        query = query.filter(invoices::due_on.lt(to));
    }
    if let Some(from) = filter.created_at_gte {
        query = query.filter(invoices::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_lt {
        query = query.filter(invoices::created_at.lt(to));
    }
    if filter.issued_only {
        query = query.filter(invoices::number.is_not_null());
    }
    Ok(keyset!(db, query, page, invoices::id: InvoiceId, InvoiceRow, {}))
}

/// The invoices of some orders; credit notes do not count.
pub fn of_orders(db: &mut Db, scope: Scope, orders: &[OrderId]) -> Outcome<Vec<(OrderId, InvoiceId)>> {
    let found: Vec<(Option<OrderId>, InvoiceId)> = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::order_id.eq_any(orders.to_vec()))
        .filter(invoices::kind.eq(InvoiceKind::Invoice))
        .order(invoices::id)
        .select((invoices::order_id, invoices::id))
        .load(db)?;
    Ok(found.into_iter().filter_map(|(order, id)| order.map(|order| (order, id))).collect())
}
