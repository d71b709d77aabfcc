//! Documents and their lines.

use crate::schema::{invoice_lines, invoices};
use crate::{Db, Json, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::invoices::shares::TaxShare;
use comptoir_domain::invoices::{InvoiceKind, InvoiceState, InvoiceStatus, Standing};
use comptoir_domain::quotes::{LineKind, TraceStep};
use comptoir_domain::schedule::{Period, Share};
use comptoir_domain::taxes::TaxAmount;
use comptoir_domain::{
    ClientId, Country, Currency, Instant, InvoiceId, InvoiceLineId, Money, OrderId, Quantity, SellerId, SubscriptionId,
    SubscriptionItemId, TaxPolicyId, UnitPrice,
};
use diesel::prelude::*;
use std::collections::HashSet;

/// An invoice or a credit note.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = invoices, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct InvoiceRow {
    pub seller_id: SellerId,
    pub id: InvoiceId,
    pub kind: InvoiceKind,
    pub state: InvoiceState,
    pub client_id: ClientId,
    pub order_id: Option<OrderId>,
    pub credits_invoice_id: Option<InvoiceId>,
    pub currency: Currency,
    pub series: Option<String>,
    pub number: Option<String>,
    pub sequence: Option<i64>,
    pub issued_on: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub net_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
    pub gross_minor: i64,
    pub open_minor: i64,
    pub refunded_minor: i64,
    pub is_written_off: bool,
    pub taxes: Json<Vec<TaxAmount>>,
    pub buyer: Json<serde_json::Value>,
    pub comment: String,
    pub frozen: Option<String>,
    pub frozen_hash: Option<String>,
    pub gateway: String,
    pub created_at: Instant,
    pub version: i64,
    pub taxed_in: Option<Country>,
    /// Whether the client is told by mail when it is issued.
    pub is_mailed: bool,
    /// In which other member of the Union its private buyer is; none for everybody else.
    pub private_in: Option<Country>,
}

entity!(invoices, InvoiceRow, InvoiceId);

impl InvoiceRow {
    /// An amount in the currency of the document.
    pub fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.currency)
    }

    /// What a payment may pay of it: nothing of what is not issued or was given up.
    pub fn payable(&self) -> Money {
        let waits = self.state == InvoiceState::Issued && !self.is_written_off;
        self.money(if waits { self.open_minor.max(0) } else { 0 })
    }

    /// What people see of it on a day.
    pub fn status(&self, today: NaiveDate) -> InvoiceStatus {
        let standing = Standing {
            state: self.state,
            total: self.money(self.gross_minor),
            open: self.money(self.open_minor),
            refunded: self.money(self.refunded_minor),
            due_on: self.due_on.unwrap_or(today),
            written_off: self.is_written_off,
        };
        standing.status(today)
    }
}

/// How the amounts of a line came about: the steps of the computation, and its share of each tax.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct LineTrace {
    pub steps: Vec<TraceStep>,
    pub taxes: Vec<TaxShare>,
}

/// A line. On a credit note `credits_line_id` names the line it takes back and amounts are below nothing.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = invoice_lines, treat_none_as_default_value = false)]
pub struct InvoiceLineRow {
    pub seller_id: SellerId,
    pub id: InvoiceLineId,
    pub invoice_id: InvoiceId,
    pub position: i32,
    pub kind: LineKind,
    pub description: String,
    pub quantity: Quantity,
    pub unit_price: UnitPrice,
    pub subscription_id: Option<SubscriptionId>,
    pub item_id: Option<SubscriptionItemId>,
    pub credits_line_id: Option<InvoiceLineId>,
    pub period_from: Option<NaiveDate>,
    pub period_to: Option<NaiveDate>,
    pub before_discount_minor: i64,
    pub discount_minor: i64,
    pub coupon_discount_minor: i64,
    pub net_minor: i64,
    pub tax_minor: i64,
    pub gross_minor: i64,
    pub tax_policy_id: Option<TaxPolicyId>,
    pub trace: Json<LineTrace>,
    pub share: Share,
}

impl InvoiceLineRow {
    /// The period it pays for, if it does.
    pub fn period(&self) -> Option<Period> {
        Some(Period { from: self.period_from?, to: self.period_to? })
    }
}

/// Some documents, as far as they are the seller's.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[InvoiceId]) -> Outcome<Vec<InvoiceRow>> {
    let found =
        invoices::table.filter(invoices::seller_id.eq(scope.seller())).filter(invoices::id.eq_any(ids.to_vec()));
    Ok(found.order(invoices::id).select(InvoiceRow::as_select()).load(db)?)
}

/// Locks several documents, in the order of their ids.
pub fn lock_many(db: &mut Db, scope: Scope, ids: &[InvoiceId]) -> Outcome<Vec<InvoiceRow>> {
    let wanted = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::id.eq_any(ids.to_vec()))
        .order(invoices::id);
    Ok(match db {
        Db::Sqlite(c) => wanted.select(InvoiceRow::as_select()).load(c)?,
        Db::Pg(c) => wanted.select(InvoiceRow::as_select()).for_update().load(c)?,
    })
}

/// Writes many documents.
pub fn insert_many(db: &mut Db, rows: &[InvoiceRow]) -> Outcome<()> {
    insert_many!(db, invoices::table, rows);
    Ok(())
}

/// Writes many lines.
pub fn insert_lines(db: &mut Db, rows: &[InvoiceLineRow]) -> Outcome<()> {
    insert_many!(db, invoice_lines::table, rows);
    Ok(())
}

/// The lines of some documents, in order.
pub fn lines(db: &mut Db, scope: Scope, of: &[InvoiceId]) -> Outcome<Vec<InvoiceLineRow>> {
    let found = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::invoice_id.eq_any(of.to_vec()))
        .order((invoice_lines::invoice_id, invoice_lines::position));
    Ok(found.select(InvoiceLineRow::as_select()).load(db)?)
}

/// Which periods of some items are on invoices already, from a day on.
pub fn charged(
    db: &mut Db,
    scope: Scope,
    items: &[SubscriptionItemId],
    from: NaiveDate,
) -> Outcome<Vec<(SubscriptionItemId, LineKind, Period)>> {
    type Columns = (Option<SubscriptionItemId>, LineKind, Option<NaiveDate>, Option<NaiveDate>);
    let found = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::item_id.eq_any(items.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(invoice_lines::credits_line_id.is_null())
        .filter(invoice_lines::period_from.ge(from))
        .select((invoice_lines::item_id, invoice_lines::kind, invoice_lines::period_from, invoice_lines::period_to))
        .load::<Columns>(db)?;
    Ok(found
        .into_iter()
        .filter_map(|(item, kind, from, to)| Some((item?, kind, Period { from: from?, to: to? })))
        .collect())
}

/// Which of some items are charged: on issued invoices, or on the draft of an order, which is never made anew.
pub fn charged_items(db: &mut Db, scope: Scope, items: &[SubscriptionItemId]) -> Outcome<HashSet<SubscriptionItemId>> {
    let of_order = invoices::state.eq(InvoiceState::Draft).and(invoices::order_id.is_not_null());
    let found = invoice_lines::table
        .inner_join(
            invoices::table
                .on(invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id))),
        )
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::item_id.eq_any(items.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(invoices::state.eq(InvoiceState::Issued).or(of_order))
        .select(invoice_lines::item_id)
        .distinct()
        .load::<Option<SubscriptionItemId>>(db)?;
    Ok(found.into_iter().flatten().collect())
}

/// What a line pays for, and how that came about.
pub struct TracedLine {
    pub item: SubscriptionItemId,
    pub period: Period,
    pub trace: LineTrace,
}

/// The lines of some items that pay for days after one day, set-up and fees left aside.
pub fn traces_beyond(
    db: &mut Db,
    scope: Scope,
    items: &[SubscriptionItemId],
    day: NaiveDate,
) -> Outcome<Vec<TracedLine>> {
    type Columns = (Option<SubscriptionItemId>, Option<NaiveDate>, Option<NaiveDate>, Json<LineTrace>);
    let found = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::item_id.eq_any(items.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(invoice_lines::credits_line_id.is_null())
        .filter(invoice_lines::period_to.gt(day))
        .filter(invoice_lines::kind.ne_all(vec![LineKind::Setup, LineKind::Fee]))
        .select((invoice_lines::item_id, invoice_lines::period_from, invoice_lines::period_to, invoice_lines::trace))
        .load::<Columns>(db)?;
    let line = |(item, from, to, trace): Columns| {
        Some(TracedLine { item: item?, period: Period { from: from?, to: to? }, trace: trace.0 })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

/// Some lines, of whatever documents of the seller.
pub fn lines_by_id(db: &mut Db, scope: Scope, ids: &[InvoiceLineId]) -> Outcome<Vec<InvoiceLineRow>> {
    let found = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::id.eq_any(ids.to_vec()));
    Ok(found.select(InvoiceLineRow::as_select()).load(db)?)
}

/// The lines of credit notes that take something back of these lines.
pub fn credit_lines(db: &mut Db, scope: Scope, of: &[InvoiceLineId]) -> Outcome<Vec<InvoiceLineRow>> {
    let found = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::credits_line_id.eq_any(of.iter().copied().map(Some).collect::<Vec<_>>()));
    Ok(found.select(InvoiceLineRow::as_select()).load(db)?)
}

/// The drafts of some clients that hold lines of subscriptions and belong to no order, by id, locked.
pub fn lock_derived_drafts(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<Vec<InvoiceRow>> {
    let derived = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::item_id.is_not_null())
        .select(invoice_lines::invoice_id);
    let drafts = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::client_id.eq_any(clients.to_vec()))
        .filter(invoices::state.eq(InvoiceState::Draft))
        .filter(invoices::order_id.is_null())
        .filter(invoices::id.eq_any(derived))
        .order(invoices::id);
    Ok(match db {
        Db::Sqlite(c) => drafts.select(InvoiceRow::as_select()).load(c)?,
        Db::Pg(c) => drafts.select(InvoiceRow::as_select()).for_update().load(c)?,
    })
}

/// The draft of an order on which something of a subscription stands, if there is one.
pub fn ordered_draft(db: &mut Db, scope: Scope, subscription: SubscriptionId) -> Outcome<Option<InvoiceRow>> {
    let charging = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::subscription_id.eq(subscription))
        .select(invoice_lines::invoice_id);
    let draft = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::state.eq(InvoiceState::Draft))
        .filter(invoices::order_id.is_not_null())
        .filter(invoices::id.eq_any(charging));
    Ok(draft.select(InvoiceRow::as_select()).first(db).optional()?)
}

/// Removes the lines of a draft. The caller has seen that it is one.
pub fn delete_lines(db: &mut Db, scope: Scope, of: InvoiceId) -> Outcome<()> {
    let lines = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::invoice_id.eq(of));
    diesel::delete(lines).execute(db)?;
    Ok(())
}

/// Removes a draft with its lines. The caller has seen that it is one.
pub fn delete_draft(db: &mut Db, scope: Scope, id: InvoiceId) -> Outcome<()> {
    delete_lines(db, scope, id)?;
    super::terms::delete(db, scope, id)?;
    let draft = invoices::table.find((scope.seller(), id)).filter(invoices::state.eq(InvoiceState::Draft));
    diesel::delete(draft).execute(db)?;
    Ok(())
}

/// The numbered documents of a seller that follow a number, a part at a time, by number.
pub fn sealed(db: &mut Db, scope: Scope, after: &str, limit: i64) -> Outcome<Vec<InvoiceRow>> {
    let found = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::number.gt(after))
        .order(invoices::number)
        .limit(limit);
    Ok(found.select(InvoiceRow::as_select()).load(db)?)
}
