//! Giving a payment back to the method that it was made with (PAY-06), in three steps like the payment itself. What is given back
//! comes out of the client's credit: a credit note, written along if that is wanted, makes credit of what was paid. The credit
//! is gone as soon as the refund is begun, so it is spent once; if the refund fails, it is back.

use crate::credits::{Movement, record};
use crate::encryption::may_return;
use crate::gateways::ready::ready;
use crate::invoices::credit_note::{CreditNoteCreate, credit_by};
use crate::invoices::lock_with_client;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, ApiError, AppState, Body, Call, Desk, Id, Reply};
use crate::ledger;
use crate::payments::check::may_be_on_its_way;
use crate::payments::made_elsewhere;
use crate::payments::pay::{answer, begun, reference};
use crate::payments::poll;
use crate::payments::send::transaction_of;
use crate::payments::settle::{Asked, after_error, lock, tell};
use crate::payments::unanswered::ask_a_person;
use crate::payments::views::TransactionView;
use crate::todos::{Todo, raise};
use actix_web::post;
use comptoir_connectors::payment::{PaymentGateway, Refund, RefundRequest};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::payments::{self, TransactionDetail, TransactionRow};
use comptoir_db::{Db, Json, Outcome, credits};
use comptoir_domain::ledger::{EntryKind, income, refund, refund_of_elsewhere};
use comptoir_domain::mails::MailKind;
use comptoir_domain::payments::{Books, CreditKind, MoneyWay, TransactionKind, TransactionState, transition};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, Money, Problem, TransactionId};
use serde_json::json;
use std::slice;

/// What is to be given back.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"credit_note": {"extent": "whole"}, "reason": "Not what was wanted"}))]
pub struct RefundCreate {
    /// How much; as much as the payment and the client's credit allow if absent.
    pub amount: Option<Money>,
    /// Writes this credit note on the payment's invoice first: the whole of it, some lines, or an amount.
    pub credit_note: Option<CreditNoteCreate>,
    /// For people.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// It was given back already, and is recorded, not sent: `gateway` if that was at the gateway's own desk. Of a payment at a
    /// gateway that is gone: how you have given it back; by transfer if absent.
    #[serde(default)]
    pub paid_by: Option<MoneyWay>,
}

/// Refund a payment
///
/// To the method that it was made with. It comes out of the client's credit, which `credit_note` can make of the invoice.
/// Needs an `Idempotency-Key`. 200: given back. 202: not decided yet. 402: refused.
#[utoipa::path(tag = "payments", params(("id" = TransactionId, Path)), request_body = RefundCreate,
    responses((status = 200, body = TransactionView, description = "Given back"), (status = 202, body = TransactionView, description = "Not decided yet")))]
#[post("/v1/transactions/{id}/refund")]
pub async fn refund_transaction(
    call: Call<may::WritePayments>,
    id: Id<TransactionId>,
    body: Body<RefundCreate>,
) -> Answer {
    call.require_key()?;
    give_back(&call.desk()?, id.0, body.into_inner()).await
}

async fn give_back(desk: &Desk, id: TransactionId, wanted: RefundCreate) -> Answer {
    let payment = desk.read(move |db, ctx| payments::find(db, ctx.scope, id)).await?;
    let ready = ready(&desk.state, desk.ctx.scope, &payment.gateway).await?;
    let gateway = ready.map(|ready| ready.gateway).filter(|gateway| gateway.refunds().is_some());
    let Some(gateway) = gateway else {
        let detail = "this gateway gives nothing back: pay it out, then POST /v1/clients/{id}/credits/refund";
        return Err(Problem::new(Code::Conflict, detail).into());
    };
    let done = done_already(&*gateway, wanted.paid_by)?;
    let state = desk.state.clone();
    let begin = move |tx: &mut Db, ctx: &Ctx| {
        may_return(tx, &state, ctx)?;
        let mut row = begin(tx, ctx, id, &wanted, done)?;
        if done.is_some() {
            enter(tx, ctx, &mut row, TransactionState::Approved)?;
            made_elsewhere::recorded(tx, ctx, id)?;
        }
        Ok(Reply::ok(&TransactionView::from(row)))
    };
    let begun = desk.write(begin).await?;
    if done.is_some() {
        return Ok(begun);
    }
    let id = transaction_of(&begun)?;
    if begun.headers.iter().any(|(name, _)| name == "idempotency-replayed") {
        let row = desk.read(move |db, ctx| payments::find(db, ctx.scope, id)).await?;
        return Ok(answer(row)?.header("idempotency-replayed", "true"));
    }
    let row = send(&desk.state, &desk.ctx, &*gateway, id, Asked::Start).await?;
    Ok(answer(row)?)
}

/// By which way it has gone back already, if it has.
fn done_already(gateway: &dyn PaymentGateway, told: Option<MoneyWay>) -> Result<Option<MoneyWay>, Problem> {
    match (gateway.retired(), told) {
        (Some(_), way) => Ok(Some(way.unwrap_or(MoneyWay::Transfer))),
        (None, None | Some(MoneyWay::Gateway)) => Ok(told),
        (None, Some(_)) => {
            let detail = "this gateway gives it back itself; `gateway` says that it has done so already";
            Err(Problem::field("/paid_by", "not_wanted", detail))
        }
    }
}

/// Writes our reference down and takes the credit. What a person gives back may go by another way than it came.
fn begin(
    tx: &mut Db,
    ctx: &Ctx,
    id: TransactionId,
    wanted: &RefundCreate,
    done: Option<MoneyWay>,
) -> Outcome<TransactionRow> {
    let mut check = Check::new();
    check.text("/reason", &wanted.reason, 1..=500);
    check.done()?;
    let payment = lock(tx, ctx, id)?;
    if payment.kind != TransactionKind::Payment || !payment.state.is_taken() {
        let detail = format!("a {} that is {} has nothing to be given back", payment.kind, payment.state);
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    if let Some(note) = &wanted.credit_note {
        let missing = || Problem::field("/credit_note", "no_invoice", "the payment is for no invoice");
        let mut invoice = lock_with_client(tx, ctx, payment.invoice_id.ok_or_else(missing)?)?;
        credit_by(tx, ctx, &mut invoice, note)?;
    }
    let amount = amount(tx, ctx, &payment, wanted.amount)?;
    let row = TransactionRow {
        id: fresh(),
        kind: TransactionKind::Refund,
        state: TransactionState::New,
        refunds_transaction_id: Some(payment.id),
        gateway: other_way(done).map_or_else(|| payment.gateway.clone(), |way| way.to_string()),
        gateway_reference: None,
        amount_minor: amount.minor(),
        attempts: 1,
        detail: Json(TransactionDetail::default()),
        comment: wanted.reason.clone(),
        created_at: ctx.now,
        settled_at: None,
        version: 1,
        ..payment
    };
    let row = TransactionRow { reference: row.id.to_string(), ..row };
    payments::insert(tx, &row)?;
    move_money(tx, ctx, &row, CreditKind::Refunded, EntryKind::Refund)?;
    ctx.record(tx, "transaction.refund_begun", row.id, json!({ "amount": amount, "payment": payment.id }))?;
    Ok(row)
}

/// A way that does not lead through the payment's own gateway.
fn other_way(done: Option<MoneyWay>) -> Option<MoneyWay> {
    done.filter(|way| *way != MoneyWay::Gateway)
}

/// What is given back: no more than is left of the payment, and of a client's money than the client has to its credit.
fn amount(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, wanted: Option<Money>) -> Outcome<Money> {
    let left = Money::from_minor(payment.amount_minor - given_back(tx, ctx, payment.id)?, payment.currency);
    let held = match payment.books {
        Books::Client => credits::balance(tx, ctx.scope, payment.client()?, payment.currency)?,
        Books::Income | Books::Nothing | Books::Elsewhere => left.minor(),
    };
    let most = Money::from_minor(left.minor().min(held), payment.currency);
    let amount = wanted.unwrap_or(most);
    let mut check = Check::new();
    let same = amount.currency() == payment.currency;
    check.ensure(same, "/amount/currency", "mixed_currency", "expected the currency of the payment");
    if same && wanted.is_some() {
        check.ensure(amount.minor() > 0, "/amount/amount", "too_small", "more than nothing");
        let fits = amount.minor() <= left.minor();
        check.ensure(fits, "/amount/amount", "too_large", &format!("{left} of the payment are left"));
    }
    check.done()?;
    if amount.minor() <= 0 && left.is_zero() {
        return Err(Problem::new(Code::Conflict, "all of it is on its way back").into());
    }
    if amount.minor() > held || amount.minor() <= 0 {
        let held = Money::from_minor(held, payment.currency);
        let detail =
            format!("the client has {held} to its credit: credit the invoice first, or along by `credit_note`");
        return Err(Problem::new(Code::Conflict, detail).into());
    }
    Ok(amount)
}

/// What was given back of a payment, or is about to be, in minor units.
fn given_back(tx: &mut Db, ctx: &Ctx, payment: TransactionId) -> Outcome<i64> {
    let all = payments::refunds_of(tx, ctx.scope, payment)?;
    let counts = |row: &&TransactionRow| row.state.is_taken() || row.state.is_under_way();
    Ok(all.iter().filter(counts).map(|row| row.amount_minor).sum())
}

/// Takes a refund out of the client's credit, or puts it back, in the books too. What is no client's goes out of what it was
/// booked as.
fn move_money(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, kind: CreditKind, entry: EntryKind) -> Outcome<()> {
    let less = row.amount().negated().map_err(Problem::from)?;
    let (left, booked) = if kind == CreditKind::Refunded { (less, row.amount()) } else { (row.amount(), less) };
    if row.books == Books::Client {
        let movement = Movement {
            client: row.client()?,
            kind,
            amount: left,
            reason: row.comment.clone(),
            invoice: None,
            transaction: Some(row.id),
        };
        record(tx, ctx, movement)?;
    }
    let postings = match row.books {
        Books::Client => refund(row.arrival(), booked),
        Books::Income => income(row.arrival(), left),
        Books::Nothing => Ok(Vec::new()),
        Books::Elsewhere => refund_of_elsewhere(row.arrival(), booked),
    };
    ledger::post(tx, ctx, entry, row.id, row.client_id, postings.map_err(Problem::from)?)
}

/// Sends a refund that was begun, or asks what became of it, and records the answer.
pub async fn send(
    state: &AppState,
    ctx: &Ctx,
    gateway: &dyn PaymentGateway,
    id: TransactionId,
    asked: Asked,
) -> Result<TransactionRow, ApiError> {
    let scope = ctx.scope;
    let find = move |db: &mut Db| {
        let row = payments::find(db, scope, id)?;
        let payment = payments::find(db, scope, row.refunds_transaction_id.ok_or_else(Problem::not_found)?)?;
        Ok((row, payment))
    };
    let (row, payment) = state.store.read(find).await?;
    let refunds = gateway.refunds().ok_or_else(|| Problem::new(Code::Conflict, "this gateway gives nothing back"))?;
    let request =
        RefundRequest { reference: reference(&row)?, payment: begun(&payment)?, amount: row.amount(), at: ctx.now };
    let answered = match asked {
        Asked::Start => refunds.refund(&request).await,
        Asked::Lookup => refunds.fetch_refund(&request).await,
    };
    let is_unseen = answered.as_ref().is_err_and(|error| error.kind == Kind::NotFound);
    if asked == Asked::Lookup && is_unseen && may_be_on_its_way(ctx, &row) {
        return Ok(row);
    }
    let (settling, keyed) = (ctx.clone(), refunds.are_keyed());
    Ok(state.store.write(move |tx| settle(tx, &settling, id, asked, &answered, keyed)).await?)
}

/// Money that has gone back though its refund was given up: the client has it, and the credit, too.
fn mind_late_refund(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    let todo = Todo::of_payment(
        row,
        format!("late-refund:{}", row.id),
        format!("{} has given back {} after all", row.gateway, row.amount()),
        format!(
            "The refund was {}, so the client has the money and the credit: take the credit back by hand.",
            row.state
        ),
    );
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// Records what a gateway said about a refund. One that is decided stays as it is.
fn settle(
    tx: &mut Db,
    ctx: &Ctx,
    id: TransactionId,
    asked: Asked,
    answered: &Result<Refund, ConnectorError>,
    keyed: bool,
) -> Outcome<TransactionRow> {
    let mut row = lock(tx, ctx, id)?;
    if !row.state.is_under_way() {
        match answered {
            Ok(refund) if !refund.is_pending && !row.state.is_taken() => mind_late_refund(tx, ctx, &row)?,
            Err(error) if error.kind == Kind::Declined && row.state.is_taken() => bounce(tx, ctx, &mut row, error)?,
            _ => {}
        }
        return Ok(row);
    }
    let agreed = match answered {
        Ok(refund) if refund.amount == row.amount() => Ok(refund),
        Ok(refund) => {
            let message = format!("asked for {}, the gateway says {}", row.amount(), refund.amount);
            Err(ConnectorError::new(Kind::Conflict, "amount_differs", message))
        }
        Err(error) => Err(error.clone()),
    };
    let to = match &agreed {
        Ok(refund) if refund.is_pending => TransactionState::Pending,
        Ok(_) => TransactionState::Approved,
        Err(error) if error.kind == Kind::Declined => TransactionState::Declined,
        Err(error) => after_error(row.state, asked, error.kind),
    };
    row.detail.0 = match &agreed {
        Ok(refund) => TransactionDetail { raw: refund.raw.clone(), ..Default::default() },
        Err(error) => TransactionDetail {
            code: Some(error.code.to_string()),
            message: error.message.clone(),
            ..Default::default()
        },
    };
    if let Ok(refund) = agreed {
        row.gateway_reference = refund.gateway_id.clone();
    }
    enter(tx, ctx, &mut row, to)?;
    if to == TransactionState::Unknown && !keyed {
        ask_a_person(tx, ctx, &row)?;
    } else if asked == Asked::Start {
        poll::watch(tx, ctx, slice::from_ref(&row))?;
    }
    Ok(row)
}

/// A refund that was made and has come back, because the payer's account is gone: nothing else is ever taken out of `approved`
/// like this. The money is ours again and the client's credit with it.
fn bounce(tx: &mut Db, ctx: &Ctx, row: &mut TransactionRow, error: &ConnectorError) -> Outcome<()> {
    row.state = TransactionState::Declined;
    row.settled_at = Some(ctx.now);
    (row.detail.0.code, row.detail.0.message) = (Some(error.code.to_string()), error.message.clone());
    payments::save(tx, row)?;
    move_money(tx, ctx, row, CreditKind::RefundFailed, EntryKind::RefundFailed)?;
    if let Some(id) = row.refunds_transaction_id {
        let mut payment = payments::lock(tx, ctx.scope, id)?;
        if payment.state == TransactionState::Refunded {
            payment.state = TransactionState::Approved;
            payments::save(tx, &mut payment)?;
        }
    }
    ctx.record(tx, "transaction.refund_bounced", row.id, json!({ "amount": row.amount(), "code": error.code }))?;
    let todo = Todo::of_payment(
        row,
        format!("refund-bounced:{}", row.id),
        format!("{} could not give back {}: it has come back", row.gateway, row.amount()),
        format!("{}. The client has its credit again: pay it out in another way.", error.message),
    );
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// Brings a refund that is locked behind its client into a state, with all that follows from it.
pub fn enter(tx: &mut Db, ctx: &Ctx, row: &mut TransactionRow, to: TransactionState) -> Outcome<()> {
    if to == row.state {
        return payments::save(tx, row);
    }
    transition(row.state, to)?;
    row.state = to;
    row.settled_at = Some(ctx.now).filter(|_| !to.is_under_way());
    payments::save(tx, row)?;
    ctx.record(tx, &format!("transaction.{to}"), row.id, json!({ "amount": row.amount(), "kind": row.kind }))?;
    match to {
        TransactionState::Approved => {
            close(tx, ctx, row)?;
            tell(tx, ctx, row, MailKind::Refund)
        }
        TransactionState::Declined | TransactionState::Error => {
            move_money(tx, ctx, row, CreditKind::RefundFailed, EntryKind::RefundFailed)
        }
        _ => Ok(()),
    }
}

/// A payment of which nothing is left is refunded.
fn close(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    let Some(id) = row.refunds_transaction_id else { return Ok(()) };
    let mut payment = payments::lock(tx, ctx.scope, id)?;
    let all = payments::refunds_of(tx, ctx.scope, id)?;
    let left =
        payment.amount_minor - all.iter().filter(|row| row.state.is_taken()).map(|row| row.amount_minor).sum::<i64>();
    if left > 0 || !payment.state.is_taken() {
        return Ok(());
    }
    transition(payment.state, TransactionState::Refunded)?;
    payment.state = TransactionState::Refunded;
    payments::save(tx, &mut payment)
}
