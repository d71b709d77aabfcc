//! Money without an invoice (CLI-09): what a client pays in advance is a deposit, a debt of the seller and no expense; what is
//! left of a client's credit can be given back by hand. Either is a transaction, so that cash and bank show it.

use crate::credits::grant::CreditView;
use crate::credits::{Movement, record};
use crate::encryption::may_return;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::ledger::{self, Entry};
use crate::payments::pay::new_payment;
use crate::payments::settle::{receipt, tell};
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::credits::CreditRow;
use comptoir_db::payments::{self, TransactionDetail, TransactionRow};
use comptoir_db::{Db, Json, Outcome, clients};
use comptoir_domain::ledger::{EntryKind, Posting, Settlement, payment_received, refund};
use comptoir_domain::mails::MailKind;
use comptoir_domain::payments::{CreditKind, MoneyWay, TransactionKind, TransactionState};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Instant, Money, Problem};
use serde_json::json;

/// How money came, or went.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneyMoved {
    /// By which way.
    pub method: MoneyWay,
    /// The cheque's number, the reference of the bank or of the gateway.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub reference: String,
    /// On which day, today or earlier; today if absent.
    pub on: Option<NaiveDate>,
    /// Whether the client is told by mail.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub mail: bool,
}

fn yes() -> bool {
    true
}

/// Credit to give back.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": "2.00", "currency": "EUR"}, "reason": "The contract has ended",
    "paid": {"method": "transfer", "reference": "RF-17", "on": "2026-01-05"}}))]
pub struct CreditRefundCreate {
    /// More than nothing, and not more than the client has to its credit.
    pub amount: Money,
    /// For people.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// How it was given back.
    pub paid: MoneyMoved,
}

/// Give a client's credit back
///
/// Records that you have paid out what no invoice has used: a deposit, what was paid too much, or what was credited. It does
/// not move the money.
#[utoipa::path(tag = "credits", params(("id" = ClientId, Path)), request_body = CreditRefundCreate, responses((status = 201, body = CreditView, description = "The movement")))]
#[post("/v1/clients/{id}/credits/refund")]
pub async fn refund_credit(call: Call<may::WritePayments>, id: Id<ClientId>, body: Body<CreditRefundCreate>) -> Answer {
    let (wanted, shared) = (body.into_inner(), call.shared_state());
    call.write(move |tx, ctx| {
        let client = clients::lock(tx, ctx.scope, id.0)?.id;
        may_return(tx, &shared, ctx)?;
        let mut findings = Check::new();
        findings.ensure(wanted.amount.minor() > 0, "/amount/amount", "too_small", "more than nothing");
        findings.text("/reason", &wanted.reason, 1..=500);
        check(&mut findings, "/paid", &wanted.paid, ctx.today());
        findings.done()?;
        let row = give_back(tx, ctx, client, &wanted)?;
        Ok(Reply::created(&CreditView::from(row), format!("/v1/clients/{client}/credits")))
    })
    .await
}

/// Notes what is wrong with how money moved.
pub fn check(check: &mut Check, at: &str, moved: &MoneyMoved, today: NaiveDate) {
    check.text(&format!("{at}/reference"), &moved.reference, 0..=100);
    let past = moved.on.is_none_or(|day| day <= today);
    check.ensure(past, &format!("{at}/on"), "out_of_range", "today or earlier");
}

/// Books money that has come in for no invoice: the client's credit grows. The client is locked.
pub fn take_deposit(
    tx: &mut Db,
    ctx: &Ctx,
    client: ClientId,
    amount: Money,
    reason: &str,
    came: &MoneyMoved,
) -> Outcome<CreditRow> {
    let moved = transaction(ctx, TransactionKind::Payment, client, amount, reason, came);
    payments::insert(tx, &moved)?;
    let row = credit(tx, ctx, CreditKind::Deposit, amount, reason, &moved)?;
    let settlement =
        Settlement { allocated: Money::zero(amount.currency()), over: amount, fee: Money::zero(amount.currency()) };
    let postings = payment_received(came.method.arrives(), settlement).map_err(Problem::from)?;
    book(tx, ctx, EntryKind::PaymentReceived, &moved, came, postings)?;
    ctx.record(tx, "credit.deposited", client, json!({ "amount": amount, "transaction_id": moved.id }))?;
    if came.mail {
        tell(tx, ctx, &moved, receipt(&moved))?;
    }
    Ok(row)
}

fn give_back(tx: &mut Db, ctx: &Ctx, client: ClientId, wanted: &CreditRefundCreate) -> Outcome<CreditRow> {
    let (amount, paid) = (wanted.amount, &wanted.paid);
    let moved = transaction(ctx, TransactionKind::Refund, client, amount, &wanted.reason, paid);
    payments::insert(tx, &moved)?;
    let less = amount.negated().map_err(Problem::from)?;
    let row = credit(tx, ctx, CreditKind::Refunded, less, &wanted.reason, &moved)?;
    let postings = refund(paid.method.arrives(), amount).map_err(Problem::from)?;
    book(tx, ctx, EntryKind::Refund, &moved, paid, postings)?;
    ctx.record(tx, "credit.refunded", client, json!({ "amount": amount, "transaction_id": moved.id }))?;
    if paid.mail {
        tell(tx, ctx, &moved, MailKind::Refund)?;
    }
    Ok(row)
}

fn credit(
    tx: &mut Db,
    ctx: &Ctx,
    kind: CreditKind,
    amount: Money,
    reason: &str,
    moved: &TransactionRow,
) -> Outcome<CreditRow> {
    let (client, transaction) = (moved.client()?, Some(moved.id));
    record(tx, ctx, Movement { client, kind, amount, reason: reason.into(), invoice: None, transaction })
}

fn book(
    tx: &mut Db,
    ctx: &Ctx,
    kind: EntryKind,
    moved: &TransactionRow,
    how: &MoneyMoved,
    postings: Vec<Posting>,
) -> Outcome<()> {
    let on = how.on.unwrap_or_else(|| ctx.today());
    let entry = Entry { kind, subject: moved.id.to_string(), client: moved.client_id, on, postings };
    ledger::post_all(tx, ctx, &[entry])
}

/// Money that has moved already.
fn transaction(
    ctx: &Ctx,
    kind: TransactionKind,
    client: ClientId,
    amount: Money,
    reason: &str,
    how: &MoneyMoved,
) -> TransactionRow {
    let earlier = how.on.filter(|day| *day != ctx.today());
    TransactionRow {
        kind,
        state: TransactionState::Approved,
        client_id: Some(client),
        // the same cheque number may come from two banks: it is no key
        detail: Json(TransactionDetail { message: how.reference.clone(), ..TransactionDetail::default() }),
        comment: reason.into(),
        settled_at: Some(earlier.and_then(|day| Instant::noon_of(day, ctx.zone)).unwrap_or(ctx.now)),
        ..new_payment(ctx, how.method.as_str(), amount)
    }
}
