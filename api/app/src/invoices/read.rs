//! Reading invoices.

use crate::invoices::views::{InvoiceList, InvoiceView};
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::invoices::{self, InvoiceFilter, InvoiceLineRow, InvoiceRow};
use comptoir_db::{Db, Failure, Outcome, Page, Slice, clients, orders, payments, subscriptions};
use comptoir_domain::invoices::line_payments::{LineCharge, paid_by_line};
use comptoir_domain::invoices::{InvoiceKind, InvoiceStatus};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Currency, Instant, InvoiceId, OrderId, Problem, SubscriptionId};
use std::collections::HashMap;

/// Which invoices.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvoiceQuery {
    /// Standing at one of these today.
    #[serde(default)]
    #[param(value_type = Option<Vec<InvoiceStatus>>, style = Form, explode = false)]
    status: AnyOf<InvoiceStatus>,
    /// Invoices or credit notes.
    kind: Option<InvoiceKind>,
    /// Of this client.
    client_id: Option<ClientId>,
    /// With exactly this number.
    number: Option<String>,
    /// In this currency.
    currency: Option<Currency>,
    /// Because of this order.
    order_id: Option<OrderId>,
    /// With lines of this subscription.
    subscription_id: Option<SubscriptionId>,
    /// Issued on or after this day.
    issued_on_gte: Option<NaiveDate>,
    /// Issued before this day.
    issued_on_lt: Option<NaiveDate>,
    /// Due on or after this day.
    due_on_gte: Option<NaiveDate>,
    /// Due before this day.
    due_on_lt: Option<NaiveDate>,
    /// Made since this instant.
    created_at_gte: Option<Instant>,
    /// Made before this instant.
    created_at_lt: Option<Instant>,
}

impl Filters for InvoiceQuery {}

/// List invoices
#[utoipa::path(tag = "invoices", params(ListParameters, InvoiceQuery), responses((status = 200, body = InvoiceList, description = "A page")))]
#[get("/v1/invoices")]
pub async fn list_invoices(call: Call<may::ReadInvoices>, list: List<InvoiceQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = InvoiceFilter {
        status: query.status.0.clone(),
        today: call.ctx().today(),
        kind: query.kind,
        client_id: query.client_id,
        number: query.number.clone(),
        currency: query.currency,
        order_id: query.order_id,
        subscription_id: query.subscription_id,
        issued_on_gte: query.issued_on_gte,
        issued_on_lt: query.issued_on_lt,
        due_on_gte: query.due_on_gte,
        due_on_lt: query.due_on_lt,
        created_at_gte: query.created_at_gte,
        created_at_lt: query.created_at_lt,
        issued_only: false,
    };
    let (slice, views) = call.read(move |db, ctx| page_of(db, ctx, &filter, &page)).await?;
    Ok(Reply::ok(&InvoiceList { data: views, next_cursor: list.next_cursor(&slice) }))
}

/// One page of invoices with their lines.
pub fn page_of(
    db: &mut Db,
    ctx: &Ctx,
    filter: &InvoiceFilter,
    page: &Page,
) -> Outcome<(Slice<InvoiceRow>, Vec<InvoiceView>)> {
    if let Some(client) = filter.client_id {
        clients::find(db, ctx.scope, client)?;
    }
    if let Some(order) = filter.order_id {
        orders::find(db, ctx.scope, order)?;
    }
    if let Some(subscription) = filter.subscription_id {
        subscriptions::find(db, ctx.scope, subscription)?;
    }
    let slice = invoices::list(db, ctx.scope, filter, page)?;
    let views = views_of(db, ctx, slice.rows.clone())?;
    Ok((slice, views))
}

/// The views of some invoices, with four queries however many there are.
pub fn views_of(db: &mut Db, ctx: &Ctx, rows: Vec<InvoiceRow>) -> Outcome<Vec<InvoiceView>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    // a credit note has the unit prices of what it credits
    let termed = |row: &InvoiceRow| row.credits_invoice_id.unwrap_or(row.id);
    let terms = invoices::draft_terms(db, ctx.scope, &rows.iter().map(termed).collect::<Vec<_>>())?;
    let lines = invoices::lines(db, ctx.scope, &ids)?;
    let paid = payments::paid(db, ctx.scope, &ids)?;
    let meant = payments::meant_for(db, ctx.scope, &lines.iter().map(|line| line.id).collect::<Vec<_>>())?;
    let mut of_invoice: HashMap<InvoiceId, Vec<InvoiceLineRow>> = HashMap::new();
    for line in lines {
        of_invoice.entry(line.invoice_id).or_default().push(line);
    }
    let view = |row: InvoiceRow| {
        let own = terms.get(&termed(&row)).copied().unwrap_or_default();
        let lines = of_invoice.remove(&row.id).unwrap_or_default();
        let named = |line: &InvoiceLineRow| row.money(meant.get(&line.id).copied().unwrap_or_default());
        let charge = |line: &InvoiceLineRow| LineCharge { gross: row.money(line.gross_minor), named: named(line) };
        let charges: Vec<_> = lines.iter().map(charge).collect();
        let paid = row.money(paid.get(&row.id).copied().unwrap_or_default());
        let paid = paid_by_line(paid, &charges).map_err(Problem::from)?;
        InvoiceView::new(row, own, lines.into_iter().zip(paid).collect(), ctx.today())
    };
    rows.into_iter().map(view).collect()
}

/// Get an invoice
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 200, body = InvoiceView, description = "The invoice")))]
#[get("/v1/invoices/{id}")]
pub async fn get_invoice(call: Call<may::ReadInvoices>, id: Id<InvoiceId>) -> Answer {
    call.read(move |db, ctx| {
        let row = invoices::find(db, ctx.scope, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// The view of an invoice.
pub fn view(db: &mut Db, ctx: &Ctx, row: InvoiceRow) -> Outcome<InvoiceView> {
    let view = views_of(db, ctx, vec![row])?.pop();
    view.ok_or_else(|| Failure::Corrupt("one invoice in, no view out".into()))
}

/// The answer that shows an invoice.
pub fn reply(db: &mut Db, ctx: &Ctx, row: InvoiceRow) -> Outcome<Reply> {
    let version = row.version;
    Ok(Reply::ok(&view(db, ctx, row)?).version(version))
}

/// Locks an invoice for a movement of money, behind its client: credit belongs to the client, and everyone locks in
/// this order.
pub fn lock_with_client(tx: &mut Db, ctx: &Ctx, id: InvoiceId) -> Outcome<InvoiceRow> {
    let client = invoices::find(tx, ctx.scope, id)?.client_id;
    clients::lock(tx, ctx.scope, client)?;
    invoices::lock(tx, ctx.scope, id)
}
