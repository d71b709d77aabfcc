//! Payments that the bank wants their client to confirm (strong customer authentication): one that was made without him stays
//! pending, and a mail and his account lead him to the bank's page. While it waits nothing else is charged; it ends when he pays in
//! another way, or after the days that the seller has set.

use crate::gateways::ready::ready;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, ApiError, AppState, Call, Reply};
use crate::payments::check::check;
use crate::payments::pay::begun;
use crate::payments::settle::{Asked, enter, lock, settle, tell};
use crate::payments::unanswered::todo_key;
use crate::payments::views::{RedirectField, redirect_fields};
use actix_web::get;
use chrono::TimeDelta;
use comptoir_connectors::payment::{Outcome as Answered, Payment};
use comptoir_db::payments::{self, TransactionDetail, TransactionRow};
use comptoir_db::{Db, Outcome, todos};
use comptoir_domain::mails::MailKind;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::permissions::may;
use comptoir_domain::{Instant, InvoiceId, Money, TransactionId};

/// A payment that waits for you.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ConfirmationView {
    /// The transaction.
    pub id: TransactionId,
    /// For which invoice.
    pub invoice_id: Option<InvoiceId>,
    /// Where.
    pub gateway: String,
    /// How much.
    pub amount: Money,
    /// Where to send the browser.
    pub redirect_to: String,
    /// What it has to post there; nothing for a plain redirect.
    pub redirect_fields: Vec<RedirectField>,
    /// Since when.
    pub created_at: Instant,
}

/// All of them.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ConfirmationsView {
    /// The oldest first.
    pub data: Vec<ConfirmationView>,
}

/// List payments that wait for your confirmation
///
/// Your bank wants to see that it is you: send the browser where `redirect_to` says.
#[utoipa::path(tag = "payments", responses((status = 200, body = ConfirmationsView, description = "All of them")))]
#[get("/v1/me/confirmations")]
pub async fn list_my_confirmations(call: Call<may::Own>) -> Answer {
    let (_, client) = call.ctx().client()?;
    let rows = call.read(move |db, ctx| payments::pending_of_client(db, ctx.scope, client)).await?;
    Ok(Reply::ok(&ConfirmationsView { data: rows.into_iter().filter_map(view).collect() }))
}

fn view(row: TransactionRow) -> Option<ConfirmationView> {
    let amount = row.amount();
    let TransactionDetail { redirect_to, redirect_fields: fields, .. } = row.detail.0;
    Some(ConfirmationView {
        id: row.id,
        invoice_id: row.invoice_id,
        gateway: row.gateway,
        amount,
        redirect_to: redirect_to?,
        redirect_fields: redirect_fields(fields),
        created_at: row.created_at,
    })
}

/// Whether the next step is the client's.
pub fn waits(row: &TransactionRow) -> bool {
    row.state == TransactionState::Pending && row.detail.0.redirect_to.is_some()
}

/// Whether it was made without the client, who has to be called. One that he began himself is open at a page of the gateway, which
/// says what becomes of it.
fn calls_for_client(row: &TransactionRow) -> bool {
    waits(row) && row.payment_method_id.is_some()
}

/// Tells the client of a payment that has just begun to wait for him.
pub fn call_client(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    if calls_for_client(row) { tell(tx, ctx, row, MailKind::PaymentConfirmation) } else { Ok(()) }
}

/// Whether a payment has waited for its client for so many days: he has left the page, or never went there.
pub fn is_overdue(ctx: &Ctx, row: &TransactionRow, days: u16) -> bool {
    waits(row) && ctx.now >= row.created_at.plus(TimeDelta::days(days.into()))
}

/// Why a payment that waits is ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its time is over: it counts as refused, and is tried again as such.
    RanOut,
    /// The client pays in another way.
    Replaced,
    /// Nobody has learned what became of it.
    Unanswered,
}

impl End {
    /// The state that it ends in, its code and what is said of it.
    const fn told(self) -> (TransactionState, &'static str, &'static str) {
        match self {
            Self::RanOut => (TransactionState::Declined, "not_confirmed", "the client has not confirmed it"),
            Self::Replaced => (TransactionState::Voided, "not_confirmed", "the client has not confirmed it"),
            Self::Unanswered => (TransactionState::Error, "unanswered", "the gateway did not say what became of it"),
        }
    }
}

/// Ends a payment that waits at its gateway. What the gateway has taken meanwhile is taken. One that it cannot end goes on waiting,
/// unless the client has begun it himself: then he has left its page, and should he come back and pay after all, a person hears of it.
pub async fn give_up(state: &AppState, ctx: &Ctx, row: TransactionRow, end: End) -> Result<TransactionRow, ApiError> {
    let ready = ready(state, ctx.scope, &row.gateway).await?;
    let (writing, id) = (ctx.clone(), row.id);
    let mut row = row;
    if let Some(voids) = ready.as_ref().and_then(|ready| ready.gateway.voids()) {
        match voids.void(&begun(&row)?, ctx.now).await {
            Ok(payment) => {
                let ctx = ctx.clone();
                row = state.store.write(move |tx| ended(tx, &ctx, id, &payment, end)).await?;
            }
            Err(error) => tracing::info!(transaction = %id, %error, "a payment that waits cannot be ended"),
        }
    }
    if !is_left(&row) {
        return Ok(row);
    }
    Ok(state.store.write(move |tx| leave(tx, &writing, id, end)).await?)
}

/// Whether it waits at a page that its client went to by himself.
fn is_left(row: &TransactionRow) -> bool {
    waits(row) && row.payment_method_id.is_none()
}

fn leave(tx: &mut Db, ctx: &Ctx, id: TransactionId, end: End) -> Outcome<TransactionRow> {
    let mut row = lock(tx, ctx, id)?;
    if is_left(&row) {
        end_here(tx, ctx, &mut row, end)?;
    }
    Ok(row)
}

fn end_here(tx: &mut Db, ctx: &Ctx, row: &mut TransactionRow, end: End) -> Outcome<()> {
    let (state, code, message) = end.told();
    row.detail.0 = TransactionDetail { code: Some(code.into()), message: message.into(), ..Default::default() };
    enter(tx, ctx, row, state)?;
    todos::settle(tx, ctx.scope, &todo_key(row.id), ctx.now)
}

fn ended(tx: &mut Db, ctx: &Ctx, id: TransactionId, payment: &Payment, end: End) -> Outcome<TransactionRow> {
    if payment.is_taken() {
        return settle(tx, ctx, id, Asked::Lookup, &Ok(payment.clone()));
    }
    let mut row = lock(tx, ctx, id)?;
    // any other answer than that it is ended may be about the call, and not about the payment
    if payment.outcome == Answered::Voided && row.state.is_under_way() {
        end_here(tx, ctx, &mut row, end)?;
    }
    Ok(row)
}

/// Ends the payment of an invoice that waits for its client, because he pays in another way; says whether there was one. If he has
/// paid there after all, that counts.
pub async fn give_way(state: &AppState, ctx: &Ctx, invoice: InvoiceId) -> Result<bool, ApiError> {
    let scope = ctx.scope;
    let all = state.store.read(move |db| payments::of_invoice(db, scope, invoice)).await?;
    let Some(mut row) = all.into_iter().rev().find(waits) else { return Ok(false) };
    match check(state, ctx, row.id).await {
        Ok(told) => row = told,
        Err(error) => tracing::info!(transaction = %row.id, ?error, "a payment that is to give way cannot be checked"),
    }
    if !waits(&row) {
        return Ok(!row.state.is_under_way());
    }
    let row = give_up(state, ctx, row, End::Replaced).await?;
    Ok(!row.state.is_under_way())
}
