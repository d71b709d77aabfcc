//! Giving credit, and its history.

use crate::credits::received::{self, MoneyMoved, take_deposit};
use crate::credits::{Movement, record};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Body, Call, Id, List, Reply};
use crate::ledger;
use actix_web::{get, post};
use comptoir_db::clients;
use comptoir_db::credits::{self, CreditRow};
use comptoir_domain::ledger::{EntryKind, credit_granted};
use comptoir_domain::payments::CreditKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, CreditId, Instant, InvoiceId, Money, Problem, TransactionId};
use serde_json::json;

/// Credit for a client.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": "20.00", "currency": "EUR"}, "reason": "In advance for the year",
    "received": {"method": "cheque", "reference": "0012345", "on": "2026-01-05"}}))]
pub struct CreditCreate {
    /// More than nothing.
    pub amount: Money,
    /// For people.
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// The money that has come in for it: then it is a deposit. Without it the credit is goodwill, an expense of yours.
    pub received: Option<MoneyMoved>,
}

/// A movement of a client's credit.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CreditView {
    /// The movement.
    pub id: CreditId,
    /// Whose.
    pub client_id: ClientId,
    /// Why it changed.
    pub kind: CreditKind,
    /// Above nothing if it grew.
    pub amount: Money,
    /// What there was afterwards in this currency.
    pub balance: Money,
    /// For people.
    pub reason: String,
    /// The invoice it paid or came from.
    pub invoice_id: Option<InvoiceId>,
    /// The transaction it came from or left with.
    pub transaction_id: Option<TransactionId>,
    /// When.
    pub created_at: Instant,
}

/// One page of a client's movements, and what there is now.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CreditList {
    /// The movements.
    pub data: Vec<CreditView>,
    /// Pass it as `cursor` to go on; null at the end.
    pub next_cursor: Option<String>,
    /// What there is now, one amount per currency.
    pub balances: Vec<Money>,
}

impl From<CreditRow> for CreditView {
    fn from(row: CreditRow) -> Self {
        let money = |minor| Money::from_minor(minor, row.currency);
        Self {
            amount: money(row.amount_minor),
            balance: money(row.balance_minor),
            id: row.id,
            client_id: row.client_id,
            kind: row.kind,
            reason: row.reason,
            invoice_id: row.invoice_id,
            transaction_id: row.transaction_id,
            created_at: row.created_at,
        }
    }
}

/// Give a client credit
///
/// As goodwill, or as a deposit: what the client has paid in advance. Credit pays the client's next invoices.
#[utoipa::path(tag = "credits", params(("id" = ClientId, Path)), request_body = CreditCreate, responses((status = 201, body = CreditView, description = "The movement")))]
#[post("/v1/clients/{id}/credits")]
pub async fn grant_credit(call: Call<may::WritePayments>, id: Id<ClientId>, body: Body<CreditCreate>) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let client = clients::lock(tx, ctx.scope, id.0)?.id;
        let mut findings = Check::new();
        findings.ensure(wanted.amount.minor() > 0, "/amount/amount", "too_small", "more than nothing");
        findings.text("/reason", &wanted.reason, 1..=500);
        if let Some(came) = &wanted.received {
            received::check(&mut findings, "/received", came, ctx.today());
        }
        findings.done()?;
        if let Some(came) = &wanted.received {
            let row = take_deposit(tx, ctx, client, wanted.amount, &wanted.reason, came)?;
            return Ok(Reply::created(&CreditView::from(row), format!("/v1/clients/{client}/credits")));
        }
        let reason = wanted.reason.clone();
        let (kind, amount) = (CreditKind::Granted, wanted.amount);
        let row = record(tx, ctx, Movement { client, kind, amount, reason, invoice: None, transaction: None })?;
        let postings = credit_granted(amount).map_err(Problem::from)?;
        ledger::post(tx, ctx, EntryKind::CreditGranted, row.id, Some(client), postings)?;
        ctx.record(tx, "credit.granted", client, json!({ "amount": amount, "reason": wanted.reason }))?;
        Ok(Reply::created(&CreditView::from(row), format!("/v1/clients/{client}/credits")))
    })
    .await
}

/// All of them.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllCredits {}

impl Filters for AllCredits {}

/// List the movements of a client's credit
#[utoipa::path(tag = "credits", params(ListParameters, ("id" = ClientId, Path)), responses((status = 200, body = CreditList, description = "A page")))]
#[get("/v1/clients/{id}/credits")]
pub async fn list_credits(call: Call<may::ReadPayments>, id: Id<ClientId>, list: List<AllCredits>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut comptoir_db::Db, ctx: &crate::kernel::Ctx| {
        let client = clients::find(db, ctx.scope, id.0)?.id;
        let slice = credits::list(db, ctx.scope, client, &page)?;
        let mut balances = Vec::new();
        for currency in credits::currencies(db, ctx.scope, client)? {
            balances.push(Money::from_minor(credits::balance(db, ctx.scope, client, currency)?, currency));
        }
        Ok((slice, balances))
    };
    let (slice, balances) = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&CreditList { data: slice.rows.into_iter().map(CreditView::from).collect(), next_cursor, balances }))
}
