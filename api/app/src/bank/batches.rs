//! Batches of direct debits: seen, closed by hand, downloaded, filled and emptied (PAY-08).

use crate::bank::close::{Means, close};
use crate::bank::views::{BatchList, BatchView, DebitChoice};
use crate::encryption::may_return;
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Body, Call, Id, List, Reply, seal};
use actix_web::{get, post};
use comptoir_db::bank::batches::{self, BatchFilter, DebitBatchRow};
use comptoir_db::bank::debits::{self, DebitRow};
use comptoir_db::entity::in_order;
use comptoir_db::{Db, Outcome, payments};
use comptoir_domain::bank::BatchState;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::permissions::may;
use comptoir_domain::stores::check_choices;
use comptoir_domain::{Check, Code, DebitBatchId, Problem, TransactionId};
use serde_json::json;
use std::collections::HashMap;

/// Which batches.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchQuery {
    /// Of one plug-in: the code of a gateway.
    gateway: Option<String>,
    /// In these states.
    #[serde(default)]
    #[param(value_type = Vec<BatchState>, style = Form, explode = false)]
    state: AnyOf<BatchState>,
}

impl Filters for BatchQuery {}

/// List batches of direct debits
#[utoipa::path(tag = "bank", params(ListParameters, BatchQuery), responses((status = 200, body = BatchList, description = "A page")))]
#[get("/v1/bank-batches")]
pub async fn list_bank_batches(call: Call<may::ReadPayments>, list: List<BatchQuery>) -> Answer {
    let filter = BatchFilter { gateway: list.filters.gateway.clone(), state: list.filters.state.0.clone() };
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| batches::list(db, ctx.scope, &filter, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let ids: Vec<DebitBatchId> = slice.rows.iter().map(|row| row.id).collect();
    let mut sums = call.read(move |db, ctx| debits::sums_of_batches(db, ctx.scope, &ids)).await?;
    let view = |row: DebitBatchRow| {
        let sums = sums.remove(&row.id).unwrap_or_default();
        BatchView::new(row, sums)
    };
    Ok(Reply::ok(&BatchList { data: slice.rows.into_iter().map(view).collect(), next_cursor }))
}

/// Get a batch of direct debits
#[utoipa::path(tag = "bank", params(("id" = DebitBatchId, Path)), responses((status = 200, body = BatchView, description = "The batch")))]
#[get("/v1/bank-batches/{id}")]
pub async fn get_bank_batch(call: Call<may::ReadPayments>, id: Id<DebitBatchId>) -> Answer {
    call.read(move |db, ctx| {
        let row = batches::find(db, ctx.scope, id.0)?;
        reply(db, ctx, row)
    })
    .await
}

/// Close a batch
///
/// Its file is made, to be downloaded and taken to the bank; what comes later joins the next batch. Debits that banks do not take
/// yet, because they are due in more than 14 days, wait for that, too.
#[utoipa::path(tag = "bank", params(("id" = DebitBatchId, Path)), responses((status = 200, body = BatchView, description = "The batch as it is now")))]
#[post("/v1/bank-batches/{id}/close")]
pub async fn close_bank_batch(call: Call<may::WritePayments>, id: Id<DebitBatchId>) -> Answer {
    let means = Means::of(call.state());
    call.write(move |tx, ctx| {
        let row = close(tx, ctx, &means, id.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Download the file of a batch
///
/// As it was made, byte for byte. It has account numbers in full, so the PIN or the pass-phrase is wanted where there is one.
#[utoipa::path(tag = "bank", params(("id" = DebitBatchId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The file")))]
#[get("/v1/bank-batches/{id}/file")]
pub async fn get_bank_batch_file(call: Call<may::ReadPayments>, id: Id<DebitBatchId>) -> Answer {
    let (key, shared) = (*call.state().file_key(), call.shared_state());
    let find = move |db: &mut Db, ctx: &Ctx| {
        let row = batches::find(db, ctx.scope, id.0)?;
        may_return(db, &shared, ctx).map(|()| row)
    };
    let row = call.read(find).await?;
    let (Some(sealed), Some(name)) = (&row.file_sealed, &row.file_name) else {
        return Err(Problem::new(Code::WrongState, "an open batch has no file yet: close it first").into());
    };
    let bytes = seal::open(&key, &row.id.to_string(), sealed).ok_or_else(sealed_elsewhere)?;
    Ok(Reply::file(bytes, name))
}

/// Download the sheet that goes with a batch
///
/// To be printed and signed, where the format has one (DTAUS, Begleitzettel): a page for each logical file of it.
#[utoipa::path(tag = "bank", params(("id" = DebitBatchId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The sheet, as text")))]
#[get("/v1/bank-batches/{id}/cover-note")]
pub async fn get_bank_batch_cover_note(call: Call<may::ReadPayments>, id: Id<DebitBatchId>) -> Answer {
    let key = *call.state().file_key();
    let row = call.read(move |db, ctx| batches::find(db, ctx.scope, id.0)).await?;
    let (Some(sealed), Some(name)) = (&row.cover_note_sealed, &row.name) else {
        return Err(
            Problem::new(Code::WrongState, "the file of this batch goes without a sheet, or is not made yet").into()
        );
    };
    let bytes = seal::open(&key, &row.id.to_string(), sealed).ok_or_else(sealed_elsewhere)?;
    Ok(Reply::file(bytes, &format!("{name}.txt")))
}

fn sealed_elsewhere() -> Problem {
    Problem::new(Code::Conflict, "the file was sealed with another master key")
}

/// Put debits into a batch
///
/// Those that are in none, of the same plug-in; the batch has to be open.
#[utoipa::path(tag = "bank", params(("id" = DebitBatchId, Path)), request_body = DebitChoice, responses((status = 200, body = BatchView, description = "The batch as it is now")))]
#[post("/v1/bank-batches/{id}/include")]
pub async fn include_in_bank_batch(
    call: Call<may::WritePayments>,
    id: Id<DebitBatchId>,
    body: Body<DebitChoice>,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = open(tx, ctx, id.0)?;
        let wanted = chosen(tx, ctx, &row, &body.0, |batch| batch.is_none(), "it is in a batch already")?;
        debits::move_to(tx, ctx.scope, &wanted, Some(row.id))?;
        ctx.record(tx, "bank_batch.included", row.id, json!({ "transactions": wanted }))?;
        reply(tx, ctx, row)
    })
    .await
}

/// Take debits out of a batch
///
/// They wait, in no batch, until they are put into one again. The batch has to be open.
#[utoipa::path(tag = "bank", params(("id" = DebitBatchId, Path)), request_body = DebitChoice, responses((status = 200, body = BatchView, description = "The batch as it is now")))]
#[post("/v1/bank-batches/{id}/exclude")]
pub async fn exclude_from_bank_batch(
    call: Call<may::WritePayments>,
    id: Id<DebitBatchId>,
    body: Body<DebitChoice>,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = open(tx, ctx, id.0)?;
        let wanted = chosen(tx, ctx, &row, &body.0, |batch| batch == Some(row.id), "it is not in this batch")?;
        debits::move_to(tx, ctx.scope, &wanted, None)?;
        ctx.record(tx, "bank_batch.excluded", row.id, json!({ "transactions": wanted }))?;
        reply(tx, ctx, row)
    })
    .await
}

fn open(tx: &mut Db, ctx: &Ctx, id: DebitBatchId) -> Outcome<DebitBatchRow> {
    let row = batches::lock(tx, ctx.scope, id)?;
    if row.state == BatchState::Open {
        return Ok(row);
    }
    Err(Problem::new(Code::WrongState, format!("a batch that is {} is not changed any more", row.state)).into())
}

/// The debits that are named, each where it has to be; every place that is wrong is named.
fn chosen(
    tx: &mut Db,
    ctx: &Ctx,
    batch: &DebitBatchRow,
    choice: &DebitChoice,
    fits: impl Fn(Option<DebitBatchId>) -> bool,
    unfit: &str,
) -> Outcome<Vec<TransactionId>> {
    let ids = choice.transactions.clone();
    let mut check = Check::new();
    check_choices(&mut check, "/transactions", &ids, 1);
    check.ensure(ids.len() <= 500, "/transactions", "too_many", "at most 500");
    check.done()?;
    let payments = in_order(&ids, payments::lock_many(tx, ctx.scope, &ids)?, |row| row.id)?;
    let rows = debits::some(tx, ctx.scope, &ids)?;
    let rows: HashMap<TransactionId, DebitRow> = rows.into_iter().map(|row| (row.transaction_id, row)).collect();
    let mut check = Check::new();
    for (at, payment) in payments.iter().enumerate() {
        let place = format!("/transactions/{at}");
        let Some(row) = rows.get(&payment.id) else {
            check.refuse(&place, "no_debit", "it is not collected from a bank account");
            continue;
        };
        check.ensure(row.gateway == batch.gateway, &place, "other_plugin", "batches hold debits of their plug-in only");
        check.ensure(
            payment.state == TransactionState::New,
            &place,
            "wrong_state",
            "the bank has it, or it is decided",
        );
        check.ensure(fits(row.batch_id), &place, "unfit", unfit);
    }
    check.done()?;
    Ok(ids)
}

/// A batch with what is in it.
pub fn reply(db: &mut Db, ctx: &Ctx, row: DebitBatchRow) -> Outcome<Reply> {
    let sums = debits::sums(db, ctx.scope, Some(row.id))?;
    let version = row.version;
    Ok(Reply::ok(&BatchView::new(row, sums)).version(version))
}
