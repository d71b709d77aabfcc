//! Debits: listed apart from other transactions, with what they come to by state (PAY-08).

use crate::bank::views::{DebitList, DebitTotal, DebitTotals, DebitView};
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::bank::batches;
use comptoir_db::bank::debits::{self, DebitFilter, DebitRow};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome, clients};
use comptoir_domain::payments::TransactionState;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, DebitBatchId, Problem, TransactionId};
use std::collections::HashMap;

/// Which debits.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DebitQuery {
    /// Of one plug-in: the code of a gateway.
    gateway: Option<String>,
    /// In these states.
    #[serde(default)]
    #[param(value_type = Vec<TransactionState>, style = Form, explode = false)]
    state: AnyOf<TransactionState>,
    /// Of one client.
    client_id: Option<ClientId>,
    /// Of one batch.
    batch_id: Option<DebitBatchId>,
    /// Whether they are in a batch.
    is_batched: Option<bool>,
}

impl Filters for DebitQuery {}

/// List direct debits
#[utoipa::path(tag = "bank", params(ListParameters, DebitQuery), responses((status = 200, body = DebitList, description = "A page")))]
#[get("/v1/bank-debits")]
pub async fn list_bank_debits(call: Call<may::ReadPayments>, list: List<DebitQuery>) -> Answer {
    let filter = DebitFilter {
        gateway: list.filters.gateway.clone(),
        state: list.filters.state.0.clone(),
        client_id: list.filters.client_id,
        batch_id: list.filters.batch_id,
        is_batched: list.filters.is_batched,
    };
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        if let Some(batch) = filter.batch_id {
            batches::find(db, ctx.scope, batch)?;
        }
        let slice = debits::list(db, ctx.scope, &filter, &page)?;
        let next = slice.next.clone();
        Ok((views(db, ctx, slice.rows)?, next))
    };
    let (data, next) = call.read(work).await?;
    let next_cursor = list.cursor_text(next.as_ref());
    Ok(Reply::ok(&DebitList { data, next_cursor }))
}

/// Get the sums of direct debits
///
/// By plug-in, state and currency.
#[utoipa::path(tag = "bank", responses((status = 200, body = DebitTotals, description = "What they come to")))]
#[get("/v1/bank-debits/totals")]
pub async fn get_bank_debit_totals(call: Call<may::ReadPayments>) -> Answer {
    let sums = call.read(|db, ctx| debits::sums(db, ctx.scope, None)).await?;
    Ok(Reply::ok(&DebitTotals { totals: sums.into_iter().map(DebitTotal::from).collect() }))
}

/// Get a direct debit
#[utoipa::path(tag = "bank", params(("id" = TransactionId, Path)), responses((status = 200, body = DebitView, description = "The debit")))]
#[get("/v1/bank-debits/{id}")]
pub async fn get_bank_debit(call: Call<may::ReadPayments>, id: Id<TransactionId>) -> Answer {
    call.read(move |db, ctx| {
        let payment = payments::find(db, ctx.scope, id.0)?;
        let row = debits::of_transaction(db, ctx.scope, id.0)?.ok_or_else(Problem::not_found)?;
        Ok(Reply::ok(&DebitView::new(row, payment)))
    })
    .await
}

fn views(db: &mut Db, ctx: &Ctx, payments: Vec<TransactionRow>) -> Outcome<Vec<DebitView>> {
    let ids: Vec<TransactionId> = payments.iter().map(|row| row.id).collect();
    let mut rows: HashMap<TransactionId, DebitRow> =
        debits::some(db, ctx.scope, &ids)?.into_iter().map(|row| (row.transaction_id, row)).collect();
    let view = |payment: TransactionRow| Some(DebitView::new(rows.remove(&payment.id)?, payment));
    Ok(payments.into_iter().filter_map(view).collect())
}
