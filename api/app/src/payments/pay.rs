//! Paying at a gateway, in three steps (PAY-11).

use crate::bank::pay::debit;
use crate::credits::{left_after_credit, to_pay};
use crate::encryption::{self, Held, may_pay, may_store};
use crate::fraud;
use crate::gateways::ready::{Ready, ready};
use crate::invoices::lock_with_client;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, ApiError, Body, Call, Desk, Id, Reply};
use crate::payment_methods;
use crate::payments::confirm::give_way;
use crate::payments::send::{Entered, How, send, source};
use crate::payments::views::{PayCreate, TransactionView};
use crate::stores::check_offered;
use actix_web::post;
use comptoir_connectors::payment::{Begun, Presence, Reference};
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::payments::{self, TransactionDetail, TransactionRow};
use comptoir_db::{Db, Json, Outcome, invoices};
use comptoir_domain::fraud::Bin;
use comptoir_domain::invoices::InvoiceKind;
use comptoir_domain::payments::{Books, TransactionKind, TransactionState};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Code, InvoiceId, Money, PaymentMethodId, Problem, TransactionId};
use secrecy::SecretString;

/// Charge an invoice at a gateway
///
/// Needs an `Idempotency-Key`. 200: paid. 202: not decided yet. 402: declined.
#[utoipa::path(tag = "payments", params(("id" = InvoiceId, Path)), request_body = PayCreate,
    responses((status = 200, body = TransactionView, description = "Paid"), (status = 202, body = TransactionView, description = "Not decided yet")))]
#[post("/v1/invoices/{id}/pay")]
pub async fn pay_invoice(call: Call<may::WritePayments>, id: Id<InvoiceId>, body: Body<PayCreate>) -> Answer {
    call.require_key()?;
    let shared = call.shared_state();
    call.read(move |db, ctx| may_pay(db, &shared, ctx)).await?;
    pay(&call.desk()?, id.0, body.into_inner(), None).await
}

/// Pay one of your invoices
///
/// Needs an `Idempotency-Key`. 200: paid. 202: not decided yet; follow `redirect_to` if there is one. 402: declined.
#[utoipa::path(tag = "payments", params(("id" = InvoiceId, Path)), request_body = PayCreate,
    responses((status = 200, body = TransactionView, description = "Paid"), (status = 202, body = TransactionView, description = "Not decided yet")))]
#[post("/v1/me/invoices/{id}/pay")]
pub async fn pay_my_invoice(call: Call<may::Own>, id: Id<InvoiceId>, body: Body<PayCreate>) -> Answer {
    let (_, client) = call.ctx().client()?;
    call.require_key()?;
    pay(&call.desk()?, id.0, body.into_inner(), Some(client)).await
}

/// Pays an invoice at a gateway: any of the seller's, or only one that is `own`'s to pay. Wants a desk with a key.
pub async fn pay(desk: &Desk, id: InvoiceId, wanted: PayCreate, own: Option<ClientId>) -> Result<Reply, ApiError> {
    let stored = stored(desk, id, &wanted, own).await?;
    let name = stored.as_ref().map_or(&wanted.gateway, |(gateway, _)| gateway).clone();
    let known = ready(&desk.state, desk.ctx.scope, &name).await?;
    let wanting = known.clone();
    // his bank may want to see a client who is not here: then he is called
    let (saving, is_stored, charged) = (wanted.save, stored.is_some(), wanted.payment_method_id);
    let bin = wanted.card.as_ref().and_then(|card| Bin::of_card(&card.number));
    let begin = move |tx: &mut Db, ctx: &Ctx| {
        if saving {
            may_store(tx, ctx, "/save")?;
        }
        let invoice = lock_with_client(tx, ctx, id)?;
        if !own.is_none_or(|own| invoice.client_id == own && is_payable(&invoice)) {
            return Err(Problem::not_found().into());
        }
        if let Some(ready) = &wanting {
            ready.check("/gateway", invoice.currency)?;
        }
        if own.is_some() && !is_stored {
            check_offered(tx, ctx, invoice.order_id, &name)?;
        }
        fraud::may_pay_with(tx, ctx, bin.as_ref())?;
        let part = charged.filter(|_| own.is_none()).map(|method| (method, to_pay(&invoice)));
        let row = begin(tx, ctx, &invoice, &name, part)?;
        Ok(Reply::ok(&TransactionView::from(row)))
    };
    if known.is_none() {
        desk.read(move |db, ctx| invoices::find(db, ctx.scope, id)).await?;
    }
    let known = known.ok_or_else(|| Problem::field("/gateway", "unknown", "no such gateway"))?;
    known.check_alive("/gateway")?;
    if known.gateway.debits().is_some() {
        return debit(desk, id, wanted, own, known).await;
    }
    if wanted.account.is_some() || wanted.mandate.is_some() {
        return Err(Problem::field("/account", "not_taken_here", "this gateway debits no bank accounts").into());
    }
    let Ready { gateway, .. } = known;
    let entered = Entered { card: &wanted.card, token: &wanted.token, return_to: &wanted.return_to };
    let source = source(&entered, stored.map(|(_, token)| token), gateway.entries())?;
    if wanted.authorise_only && gateway.captures().is_none() {
        return Err(Problem::field("/authorise_only", "not_available", "this gateway takes money at once only").into());
    }
    let begun = match desk.write(begin.clone()).await {
        // whoever pays anew does not go on with what waits for a confirmation
        Err(error) if error.problem.code == Code::Conflict && give_way(&desk.state, &desk.ctx, id).await? => {
            desk.write(begin).await?
        }
        outcome => outcome?,
    };
    let presence = match own {
        Some(_) => Presence::Client,
        None if is_stored => Presence::Nobody,
        None => Presence::Desk,
    };
    let how = How { source, reserve: wanted.authorise_only, save: wanted.save, presence, return_to: wanted.return_to };
    send(desk, &*gateway, &begun, how).await
}

/// The gateway of a stored method that is to be charged, and the token that it knows it by.
async fn stored(
    desk: &Desk,
    id: InvoiceId,
    wanted: &PayCreate,
    own: Option<ClientId>,
) -> Result<Option<(String, SecretString)>, ApiError> {
    let Some(method) = wanted.payment_method_id else { return Ok(None) };
    let keyring = desk.state.keyring.clone();
    let rows = move |db: &mut Db, ctx: &Ctx| {
        let payer = invoices::find(db, ctx.scope, id)?.client_id;
        if own.is_some_and(|own| own != payer) {
            return Err(Problem::not_found().into());
        }
        let method = payment_methods::stored(db, ctx, method, payer)?;
        let token = payment_methods::token(db, ctx.scope, (&keyring, ctx.machine_now), &method)?;
        Ok((method, token))
    };
    let (method, token) = desk.read(rows).await?;
    let mut findings = Check::new();
    let here = wanted.gateway.is_empty() || wanted.gateway == method.gateway;
    findings.ensure(here, "/gateway", "unfit", "the method is at another gateway");
    let alone = wanted.card.is_none() && wanted.token.is_none();
    findings.ensure(alone, "/payment_method_id", "not_wanted", "a stored method, a card or a token, not two of them");
    findings.done()?;
    match token {
        Held::Open(token) => Ok(Some((method.gateway, token))),
        Held::Locked => Err(encryption::locked(&desk.ctx).into()),
        Held::Unreadable => Err(Problem::field("/payment_method_id", "unusable", "it cannot be charged here").into()),
    }
}

/// Clients pay what has a number, and the first invoice of an order, which gets its number by being paid.
pub fn is_payable(invoice: &InvoiceRow) -> bool {
    invoice.number.is_some() || invoice.order_id.is_some()
}

/// Writes our reference down, for all that is open or for the part of a method. While a payment of the invoice is under way,
/// no other begins.
pub fn begin(
    tx: &mut Db,
    ctx: &Ctx,
    invoice: &InvoiceRow,
    gateway: &str,
    part: Option<(PaymentMethodId, Money)>,
) -> Outcome<TransactionRow> {
    let open = to_pay(invoice);
    if open.is_zero() || invoice.kind != InvoiceKind::Invoice {
        return Err(Problem::new(Code::WrongState, "nothing of this invoice waits for money").into());
    }
    fraud::may_be_charged(tx, ctx, invoice)?;
    let mut terms = || invoices::draft_terms(tx, ctx.scope, &[invoice.id]);
    if invoice.number.is_none() && terms()?.values().any(|terms| terms.dated_on.is_some()) {
        // a date of its own may not fit any more when the money has come
        return Err(Problem::new(Code::WrongState, "issue it first, then charge it").into());
    }
    // credit is used when the payment is there, and before it
    let open = left_after_credit(tx, ctx, invoice)?;
    if open.is_zero() {
        return Err(Problem::new(Code::Conflict, "there is credit enough: use POST …/apply-credit").into());
    }
    let earlier = payments::of_invoice(tx, ctx.scope, invoice.id)?;
    if let Some(other) = earlier.iter().find(|other| other.state.is_under_way()) {
        let detail = format!("{} is {}: wait until it is decided, or check it", other.id, other.state);
        return Err(Problem::new(Code::Conflict, detail).into());
    }
    let amount = part.map_or(open, |(_, part)| invoice.money(part.minor().min(open.minor())));
    let method = part.map(|(method, _)| method);
    let row = TransactionRow { payment_method_id: method, ..new_row(ctx, invoice, gateway, amount) };
    payments::insert(tx, &row)?;
    Ok(row)
}

/// A payment of an invoice that has just begun.
pub fn new_row(ctx: &Ctx, invoice: &InvoiceRow, gateway: &str, amount: Money) -> TransactionRow {
    TransactionRow {
        client_id: Some(invoice.client_id),
        invoice_id: Some(invoice.id),
        order_id: invoice.order_id,
        ..new_payment(ctx, gateway, amount)
    }
}

/// A payment that has just begun, for nothing yet. Our reference is its id.
pub fn new_payment(ctx: &Ctx, gateway: &str, amount: Money) -> TransactionRow {
    let id: TransactionId = fresh();
    TransactionRow {
        seller_id: ctx.scope.seller(),
        id,
        kind: TransactionKind::Payment,
        state: TransactionState::New,
        client_id: None,
        invoice_id: None,
        order_id: None,
        refunds_transaction_id: None,
        gateway: gateway.into(),
        reference: id.to_string(),
        gateway_reference: None,
        currency: amount.currency(),
        amount_minor: amount.minor(),
        attempts: 1,
        detail: Json(TransactionDetail::default()),
        comment: String::new(),
        created_at: ctx.now,
        settled_at: None,
        version: 1,
        payment_method_id: None,
        is_debit: false,
        books: Books::Client,
        payer: None,
    }
}

/// A payment as its gateway is asked about it.
pub fn begun(row: &TransactionRow) -> Result<Begun, Problem> {
    let (gateway_id, amount, at) = (row.gateway_reference.clone(), row.amount(), row.created_at);
    Ok(Begun { reference: reference(row)?, gateway_id, amount, at })
}

/// Our reference as gateways take it.
pub fn reference(row: &TransactionRow) -> Result<Reference, Problem> {
    Reference::new(row.reference.as_str()).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

/// What is answered when a transaction stands so.
pub fn answer(row: TransactionRow) -> Result<Reply, Problem> {
    let why = format!("{}: {}", row.id, row.detail.0.message);
    match row.state {
        TransactionState::Declined => Err(Problem::new(Code::PaymentDeclined, why)),
        TransactionState::Error | TransactionState::Voided => Err(Problem::new(Code::Busy, why)),
        state => {
            let mut reply = Reply::ok(&TransactionView::from(row));
            reply.status = if state.is_under_way() { 202 } else { 200 };
            Ok(reply)
        }
    }
}
