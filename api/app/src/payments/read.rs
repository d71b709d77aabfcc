//! Reading transactions (PAY-10).

use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::payments::views::{TransactionList, TransactionView};
use actix_web::get;
use comptoir_db::payments::{self, TransactionFilter};
use comptoir_db::{Db, clients, invoices};
use comptoir_domain::payments::{TransactionKind, TransactionState};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Instant, InvoiceId, TransactionId};

/// Which transactions.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TransactionQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<TransactionState>>, style = Form, explode = false)]
    state: AnyOf<TransactionState>,
    /// Payments, refunds or chargebacks.
    kind: Option<TransactionKind>,
    /// Of this client.
    client_id: Option<ClientId>,
    /// For this invoice.
    invoice_id: Option<InvoiceId>,
    /// At this gateway.
    gateway: Option<String>,
    /// Whether it is collected from a bank account; see `GET /v1/bank-debits`.
    is_debit: Option<bool>,
    /// Since this instant.
    created_at_gte: Option<Instant>,
    /// Before this instant.
    created_at_lt: Option<Instant>,
}

impl Filters for TransactionQuery {}

/// List transactions
#[utoipa::path(tag = "payments", params(ListParameters, TransactionQuery), responses((status = 200, body = TransactionList, description = "A page")))]
#[get("/v1/transactions")]
pub async fn list_transactions(call: Call<may::ReadPayments>, list: List<TransactionQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = TransactionFilter {
        state: query.state.0.clone(),
        kind: query.kind,
        client_id: query.client_id,
        invoice_id: query.invoice_id,
        gateway: query.gateway.clone(),
        is_debit: query.is_debit,
        created_at_gte: query.created_at_gte,
        created_at_lt: query.created_at_lt,
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        if let Some(invoice) = filter.invoice_id {
            invoices::find(db, ctx.scope, invoice)?;
        }
        payments::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&TransactionList { data: slice.rows.into_iter().map(TransactionView::from).collect(), next_cursor }))
}

/// Get a transaction
#[utoipa::path(tag = "payments", params(("id" = TransactionId, Path)), responses((status = 200, body = TransactionView, description = "The transaction")))]
#[get("/v1/transactions/{id}")]
pub async fn get_transaction(call: Call<may::ReadPayments>, id: Id<TransactionId>) -> Answer {
    let row = call.read(move |db, ctx| payments::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&TransactionView::from(row)).version(version))
}
