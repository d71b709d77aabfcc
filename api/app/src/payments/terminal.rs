//! The virtual terminal (PAY-03): a person types a card in and charges it, or reserves the money, for no invoice. Whoever pays
//! need not be a client. A client's money becomes its credit, as a deposit does, so that an invoice makes income of it, with
//! taxes; anybody else's is other income at once. Without ledger entries it is a trial of the gateway and stands in the list only.

use crate::encryption::may_pay;
use crate::gateways::ready::ready;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::payments::pay::new_payment;
use crate::payments::send::{Entered, How, send, source};
use crate::payments::terminal_payer::TerminalPayer;
use crate::payments::views::{CardCreate, TransactionView};
use actix_web::post;
use comptoir_connectors::payment::Presence;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Json, clients};
use comptoir_domain::payments::Books;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Money, Problem};
use serde_json::json;

/// What is to be charged at the terminal, to whom, and with what.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"gateway": "fake", "amount": {"amount": "30.00", "currency": "EUR"}, "comment": "Advice by telephone",
    "client_id": "cli_000g40o40k30e209185go38e1s",
    "payer": {"first_name": "Paul", "last_name": "Passant", "email": "paul@passant.example", "phone": "+33 3 80 00 00 01", "fax": "+33 3 80 00 00 02",
        "address": {"line1": "2 rue Haute", "city": "Dijon", "postal_code": "21000", "country": "FR"}},
    "card": {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Paul Passant"}}))]
pub struct TerminalCreate {
    /// Which gateway: `fake` or one that is set up.
    #[schema(max_length = 40)]
    pub gateway: String,
    /// How much, in a currency that the gateway takes.
    pub amount: Money,
    /// Whose money it is, if a client's. Without a payer, the gateway is told the client.
    pub client_id: Option<ClientId>,
    /// Who pays; required where no client does.
    pub payer: Option<TerminalPayer>,
    /// A card, typed in. It is passed on and never stored.
    pub card: Option<CardCreate>,
    /// What the gateway's own fields have made of a card.
    #[schema(max_length = 500)]
    pub token: Option<String>,
    /// Where the gateway's own page sends the payer afterwards.
    #[schema(max_length = 2000)]
    pub return_to: Option<String>,
    /// Whether to reserve the money only: `POST /v1/transactions/{id}/capture` takes it, `…/void` releases it.
    #[serde(default)]
    pub authorise_only: bool,
    /// Whether it is booked: a client's as its credit, anybody else's as other income. If not, it stands in the list only.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub ledger_entries: bool,
    /// For people.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub comment: String,
}

fn yes() -> bool {
    true
}

/// Charge at the virtual terminal
///
/// For no invoice; to pay one with a new card, `POST /v1/invoices/{id}/pay`. Needs an `Idempotency-Key`. 200: taken. 202: reserved,
/// or not decided yet. 402: declined.
#[utoipa::path(tag = "payments", request_body = TerminalCreate,
    responses((status = 200, body = TransactionView, description = "Taken"), (status = 202, body = TransactionView, description = "Reserved, or not decided yet")))]
#[post("/v1/transactions")]
pub async fn charge_at_terminal(call: Call<may::WritePayments>, body: Body<TerminalCreate>) -> Answer {
    call.require_key()?;
    let (desk, wanted) = (call.desk()?, body.into_inner());
    let client = wanted.client_id;
    // another seller's client is not found, whatever else is wrong
    let shared = desk.state.clone();
    let look = move |db: &mut Db, ctx: &Ctx| {
        client.map(|client| clients::find(db, ctx.scope, client)).transpose()?;
        may_pay(db, &shared, ctx)
    };
    desk.read(look).await?;
    check(&wanted)?;
    let found = ready(&desk.state, desk.ctx.scope, &wanted.gateway).await?;
    let found = found.ok_or_else(|| Problem::field("/gateway", "unknown", "no such gateway"))?;
    found.check_alive("/gateway")?;
    if found.gateway.debits().is_some() {
        return Err(Problem::field("/gateway", "not_available", "bank accounts are debited for invoices only").into());
    }
    let entered = Entered { card: &wanted.card, token: &wanted.token, return_to: &wanted.return_to };
    let source = source(&entered, None, found.gateway.entries())?;
    if wanted.authorise_only && found.gateway.captures().is_none() {
        return Err(Problem::field("/authorise_only", "not_available", "this gateway takes money at once only").into());
    }
    let gateway = found.gateway.clone();
    let how = How {
        source,
        reserve: wanted.authorise_only,
        save: false,
        presence: Presence::Desk,
        return_to: wanted.return_to.clone(),
    };
    let begun = desk.write(move |tx: &mut Db, ctx: &Ctx| {
        found.check("/gateway", wanted.amount.currency())?;
        let row = new_row(ctx, &wanted);
        payments::insert(tx, &row)?;
        let fact = json!({ "amount": row.amount(), "gateway": row.gateway, "books": row.books });
        ctx.record(tx, "transaction.begun_at_terminal", row.id, fact)?;
        Ok(Reply::ok(&TransactionView::from(row)))
    });
    let begun = begun.await?;
    send(&desk, &*gateway, &begun, how).await
}

fn check(wanted: &TerminalCreate) -> Result<(), Problem> {
    let mut check = Check::new();
    check.ensure(wanted.amount.minor() > 0, "/amount/amount", "too_small", "more than nothing");
    let known = wanted.client_id.is_some() || wanted.payer.is_some();
    check.ensure(known, "/payer", "required", "who pays, or which client");
    if let Some(payer) = &wanted.payer {
        payer.check(&mut check);
    }
    check.paragraphs("/comment", &wanted.comment, 500);
    check.done()
}

fn new_row(ctx: &Ctx, wanted: &TerminalCreate) -> TransactionRow {
    TransactionRow {
        client_id: wanted.client_id,
        comment: wanted.comment.clone(),
        books: match (wanted.ledger_entries, wanted.client_id) {
            (false, _) => Books::Nothing,
            (true, Some(_)) => Books::Client,
            (true, None) => Books::Income,
        },
        payer: wanted.payer.clone().map(|payer| Json(payer.into())),
        ..new_payment(ctx, &wanted.gateway, wanted.amount)
    }
}
