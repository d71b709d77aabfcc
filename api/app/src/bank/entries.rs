//! Entries of banks' answers that wait for a person: money that seems to be for an invoice is booked, the rest is dismissed.

use crate::bank::apply::todo_key;
use crate::bank::reply_views::{BankEntryList, BankEntryView, EntryConfirm, EntryDismiss};
use crate::invoices::lock_with_client;
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Body, Call, Id, List, Reply};
use crate::payments::manual::receive;
use crate::payments::views::PaymentCreate;
use actix_web::{get, post};
use comptoir_db::bank::replies::{self, BankEntryRow, EntryFilter};
use comptoir_db::{Db, Outcome, payments, todos};
use comptoir_domain::bank::EntryOutcome;
use comptoir_domain::payments::ManualMethod;
use comptoir_domain::permissions::may;
use comptoir_domain::{BankEntryId, BankReplyId, Check, Code, Problem, TransactionId};
use serde_json::json;

/// Which entries.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BankEntryQuery {
    /// Of one file.
    reply_id: Option<BankReplyId>,
    /// What followed.
    #[serde(default)]
    #[param(value_type = Vec<EntryOutcome>, style = Form, explode = false)]
    outcome: AnyOf<EntryOutcome>,
    /// About one debit.
    transaction_id: Option<TransactionId>,
    /// Whether a person still has to look.
    is_open: Option<bool>,
}

impl Filters for BankEntryQuery {}

/// List entries of banks' answers
#[utoipa::path(tag = "bank", params(ListParameters, BankEntryQuery), responses((status = 200, body = BankEntryList, description = "A page")))]
#[get("/v1/bank-entries")]
pub async fn list_bank_entries(call: Call<may::ReadPayments>, list: List<BankEntryQuery>) -> Answer {
    let filter = EntryFilter {
        reply_id: list.filters.reply_id,
        outcome: list.filters.outcome.0.clone(),
        transaction_id: list.filters.transaction_id,
        is_open: list.filters.is_open,
    };
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(reply) = filter.reply_id {
            replies::find_reply(db, ctx.scope, reply)?;
        }
        if let Some(transaction) = filter.transaction_id {
            payments::find(db, ctx.scope, transaction)?;
        }
        replies::list_entries(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&BankEntryList { data: slice.rows.into_iter().map(BankEntryView::from).collect(), next_cursor }))
}

/// Get an entry of a bank's answer
#[utoipa::path(tag = "bank", params(("id" = BankEntryId, Path)), responses((status = 200, body = BankEntryView, description = "The entry")))]
#[get("/v1/bank-entries/{id}")]
pub async fn get_bank_entry(call: Call<may::ReadPayments>, id: Id<BankEntryId>) -> Answer {
    call.read(move |db, ctx| {
        let row = replies::find(db, ctx.scope, id.0)?;
        Ok(reply(row))
    })
    .await
}

/// Book money of a bank's answer
///
/// For the invoice that it seems to be for, or another one. What is more than is open becomes the client's credit.
#[utoipa::path(tag = "bank", params(("id" = BankEntryId, Path)), request_body = EntryConfirm, responses((status = 200, body = BankEntryView, description = "The entry as it is now")))]
#[post("/v1/bank-entries/{id}/confirm")]
pub async fn confirm_bank_entry(
    call: Call<may::WritePayments>,
    id: Id<BankEntryId>,
    body: Body<EntryConfirm>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = waiting(tx, ctx, id.0)?;
        let amount = row.amount().filter(|amount| amount.minor() > 0);
        let Some(amount) = amount else {
            return Err(Problem::new(Code::WrongState, "no money came in with this entry").into());
        };
        let missing = || Problem::field("/invoice_id", "required", "no invoice is proposed: name one");
        let invoice = body.0.invoice_id.or(row.invoice_id).ok_or_else(missing)?;
        let invoice = lock_with_client(tx, ctx, invoice)?;
        if invoice.currency != amount.currency() {
            return Err(Problem::field("/invoice_id", "mixed_currency", "the money is of another currency").into());
        }
        let payment = PaymentCreate {
            method: ManualMethod::Transfer,
            amount: Some(amount),
            lines: Vec::new(),
            reference: row.remittance.chars().filter(|letter| !letter.is_control()).take(100).collect(),
            comment: String::new(),
        };
        let payment = receive(tx, ctx, &invoice, &payment)?;
        (row.outcome, row.invoice_id) = (EntryOutcome::Confirmed, Some(invoice.id));
        row.transaction_id = Some(payment.id);
        settle(tx, ctx, &mut row)?;
        // of several invoices that were proposed for the same money, one has got it
        for mut other in replies::siblings(tx, ctx.scope, &row)? {
            if other.settled_at.is_none() {
                other.outcome = EntryOutcome::Dismissed;
                settle(tx, ctx, &mut other)?;
            }
        }
        let fact = json!({ "invoice_id": invoice.id, "amount": amount, "transaction_id": payment.id });
        ctx.record(tx, "bank_entry.confirmed", row.id, fact)?;
        Ok(reply(row))
    })
    .await
}

/// Dismiss an entry of a bank's answer
///
/// Nothing follows from it, or what follows was done by hand.
#[utoipa::path(tag = "bank", params(("id" = BankEntryId, Path)), request_body = EntryDismiss, responses((status = 200, body = BankEntryView, description = "The entry as it is now")))]
#[post("/v1/bank-entries/{id}/dismiss")]
pub async fn dismiss_bank_entry(
    call: Call<may::WritePayments>,
    id: Id<BankEntryId>,
    body: Body<EntryDismiss>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut check = Check::new();
        check.text("/reason", &body.0.reason, 1..=200);
        check.done()?;
        let mut row = waiting(tx, ctx, id.0)?;
        row.outcome = EntryOutcome::Dismissed;
        settle(tx, ctx, &mut row)?;
        ctx.record(tx, "bank_entry.dismissed", row.id, json!({ "reason": body.0.reason }))?;
        Ok(reply(row))
    })
    .await
}

/// An entry that waits for a person, locked.
fn waiting(tx: &mut Db, ctx: &Ctx, id: BankEntryId) -> Outcome<BankEntryRow> {
    let row = replies::lock(tx, ctx.scope, id)?;
    if row.settled_at.is_none() {
        return Ok(row);
    }
    Err(Problem::new(Code::WrongState, format!("nobody has to look at it: it is {}", row.outcome)).into())
}

/// Nobody has to look at it any more. With the last one of a file its to-do is done.
fn settle(tx: &mut Db, ctx: &Ctx, row: &mut BankEntryRow) -> Outcome<()> {
    row.settled_at = Some(ctx.now);
    replies::save(tx, row)?;
    if replies::open_of_reply(tx, ctx.scope, row.reply_id)? == 0 {
        todos::settle(tx, ctx.scope, &todo_key(row.reply_id), ctx.now)?;
    }
    Ok(())
}

fn reply(row: BankEntryRow) -> Reply {
    let version = row.version;
    Reply::ok(&BankEntryView::from(row)).version(version)
}
