//! Credit pays an invoice.

use crate::credits::{Movement, record};
use crate::fraud;
use crate::invoices::read::reply;
use crate::invoices::views::InvoiceView;
use crate::invoices::{issue, lock_with_client};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id};
use crate::ledger;
use crate::orders::paid::paid;
use crate::payments::lines::{check_lines, meant};
use crate::payments::pay::is_payable;
use crate::payments::views::PaymentLineCreate;
use actix_web::post;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::payments::{self, AllocationRow};
use comptoir_db::{Db, Outcome, credits};
use comptoir_domain::invoices::line_payments::cut_to;
use comptoir_domain::invoices::{InvoiceKind, InvoiceState};
use comptoir_domain::ledger::{EntryKind, credit_applied};
use comptoir_domain::payments::CreditKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Code, InvoiceId, InvoiceLineId, Money, Problem};
use std::collections::BTreeSet;

/// Credit for an invoice (INV-09).
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": "2.00", "currency": "EUR"}, "comment": "As agreed by phone"}))]
pub struct CreditUse {
    /// How much; as much as there is credit if absent.
    pub amount: Option<Money>,
    /// Instead of an amount: for which lines of the invoice it is.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub lines: Vec<PaymentLineCreate>,
    /// For the history of the client's credit; the number of the invoice if empty.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub comment: String,
}

/// Pay an invoice from the client's credit
///
/// As much of it as there is credit in its currency, or so much, or chosen lines. The first invoice of an order is paid as a
/// whole or not at all.
#[utoipa::path(tag = "credits", params(("id" = InvoiceId, Path)), request_body = CreditUse, responses((status = 200, body = InvoiceView, description = "The invoice as it stands now")))]
#[post("/v1/invoices/{id}/apply-credit")]
pub async fn apply_credit(call: Call<may::WritePayments>, id: Id<InvoiceId>, body: Body<CreditUse>) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let row = lock_with_client(tx, ctx, id.0)?;
        let row = match part(tx, ctx, &row, &wanted)? {
            None => pay_by_credit(tx, ctx, row)?,
            Some(part) => pay_part(tx, ctx, row, &part)?,
        };
        reply(tx, ctx, row)
    })
    .await
}

/// A part of an invoice that credit is to pay.
struct Part {
    amount: Money,
    meant: Vec<(InvoiceLineId, Money)>,
    comment: String,
}

/// What of an issued invoice is to be paid, if not as much as possible.
fn part(tx: &mut Db, ctx: &Ctx, row: &InvoiceRow, wanted: &CreditUse) -> Outcome<Option<Part>> {
    let meant = meant(tx, ctx, row, &wanted.lines)?;
    let mut findings = Check::new();
    check_lines(&mut findings, &wanted.lines, &meant);
    findings.paragraphs("/comment", &wanted.comment, 500);
    if let Some(amount) = wanted.amount {
        findings.ensure(wanted.lines.is_empty(), "/amount", "not_wanted", "an amount or lines, not both");
        findings.ensure(amount.minor() > 0, "/amount/amount", "too_small", "more than nothing");
        let same = amount.currency() == row.currency;
        findings.ensure(same, "/amount/currency", "mixed_currency", "expected the currency of the invoice");
        let fits = !same || amount.minor() <= to_pay(row).minor();
        findings.ensure(fits, "/amount/amount", "too_much", "more than is open");
    }
    findings.done()?;
    let meant: Vec<_> = meant.into_iter().map(|one| (one.line, one.amount)).collect();
    let named = Money::sum(row.currency, meant.iter().map(|(_, amount)| *amount)).map_err(Problem::from)?;
    let amount = wanted.amount.unwrap_or(if meant.is_empty() { to_pay(row) } else { named });
    let whole = wanted.amount.is_none() && meant.is_empty() && wanted.comment.is_empty();
    Ok((!whole).then(|| Part { amount, meant, comment: wanted.comment.clone() }))
}

fn pay_part(tx: &mut Db, ctx: &Ctx, mut row: InvoiceRow, part: &Part) -> Outcome<InvoiceRow> {
    if row.payable().is_zero() || row.kind != InvoiceKind::Invoice {
        return Err(Problem::new(Code::WrongState, "nothing of this invoice waits for money, or it is a draft").into());
    }
    if use_up(tx, ctx, &mut row, part)?.is_zero() {
        return Err(Problem::new(Code::Conflict, "the client has no credit in this currency").into());
    }
    Ok(row)
}

/// Pay one of your invoices from your credit
///
/// As much of it as there is credit in its currency. The first invoice of an order is paid as a whole or not at all.
#[utoipa::path(tag = "credits", params(("id" = InvoiceId, Path)), responses((status = 200, body = InvoiceView, description = "The invoice as it stands now")))]
#[post("/v1/me/invoices/{id}/apply-credit")]
pub async fn apply_my_credit(call: Call<may::Own>, id: Id<InvoiceId>) -> Answer {
    call.write(move |tx, ctx| {
        let row = lock_with_client(tx, ctx, id.0)?;
        if row.client_id != ctx.client()?.1 || !is_payable(&row) {
            return Err(Problem::not_found().into());
        }
        let row = pay_by_credit(tx, ctx, row)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Uses credit for an invoice that somebody wants to pay with it.
pub fn pay_by_credit(tx: &mut Db, ctx: &Ctx, mut row: InvoiceRow) -> Outcome<InvoiceRow> {
    if to_pay(&row).is_zero() || row.kind != InvoiceKind::Invoice {
        return Err(Problem::new(Code::WrongState, "nothing of this invoice waits for money").into());
    }
    fraud::may_be_charged(tx, ctx, &row)?;
    if row.state == InvoiceState::Draft {
        if !left_after_credit(tx, ctx, &row)?.is_zero() {
            return Err(Problem::new(
                Code::Conflict,
                "the credit is not enough: pay the rest, and it is used with that",
            )
            .into());
        }
        return issue(tx, ctx, row.id);
    }
    if apply_credits(tx, ctx, &mut row)?.is_zero() {
        return Err(Problem::new(Code::Conflict, "the client has no credit in this currency").into());
    }
    Ok(row)
}

/// What of an invoice waits for money, whether it is issued already or will be by being paid.
pub fn to_pay(invoice: &InvoiceRow) -> Money {
    if invoice.state == InvoiceState::Draft { invoice.money(invoice.open_minor) } else { invoice.payable() }
}

/// What is left to pay of an invoice once the client's credit is used.
pub fn left_after_credit(db: &mut Db, ctx: &Ctx, invoice: &InvoiceRow) -> Outcome<Money> {
    let open = to_pay(invoice);
    if open.is_zero() {
        return Ok(open);
    }
    let balance = credits::balance(db, ctx.scope, invoice.client_id, invoice.currency)?;
    Ok(invoice.money(open.minor() - balance.min(open.minor())))
}

/// Credit pays before anything else does (CLI-09): newly issued invoices take what there is of it. Their clients are
/// locked.
pub fn use_credit(tx: &mut Db, ctx: &Ctx, issued: &mut [InvoiceRow]) -> Outcome<()> {
    let clients: BTreeSet<ClientId> = issued.iter().map(|invoice| invoice.client_id).collect();
    let credited = credits::in_credit(tx, ctx.scope, &clients.into_iter().collect::<Vec<_>>())?;
    for invoice in issued.iter_mut().filter(|invoice| credited.contains(&(invoice.client_id, invoice.currency))) {
        apply_credits(tx, ctx, invoice)?;
    }
    Ok(())
}

/// Pays what is open of an issued invoice from the client's credit, as far as it goes; says how much that was. The
/// caller has locked the invoice behind its client.
pub fn apply_credits(tx: &mut Db, ctx: &Ctx, invoice: &mut InvoiceRow) -> Outcome<Money> {
    let whole = Part { amount: invoice.payable(), meant: Vec::new(), comment: String::new() };
    use_up(tx, ctx, invoice, &whole)
}

fn use_up(tx: &mut Db, ctx: &Ctx, invoice: &mut InvoiceRow, part: &Part) -> Outcome<Money> {
    let balance = credits::balance(tx, ctx.scope, invoice.client_id, invoice.currency)?;
    let amount = invoice.money(balance.min(part.amount.minor()).min(invoice.payable().minor()));
    if amount.is_zero() {
        return Ok(amount);
    }
    let movement = Movement {
        client: invoice.client_id,
        kind: CreditKind::Applied,
        amount: amount.negated().map_err(Problem::from)?,
        reason: Some(part.comment.clone())
            .filter(|text| !text.is_empty())
            .or(invoice.number.clone())
            .unwrap_or_default(),
        invoice: Some(invoice.id),
        transaction: None,
    };
    record(tx, ctx, movement)?;
    let allocation = AllocationRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        invoice_id: invoice.id,
        transaction_id: None,
        currency: invoice.currency,
        amount_minor: amount.minor(),
        created_at: ctx.now,
    };
    payments::allocate(tx, &allocation, &cut_to(amount, &part.meant).map_err(Problem::from)?)?;
    invoice.open_minor -= amount.minor();
    invoices::save(tx, invoice)?;
    let postings = credit_applied(amount).map_err(Problem::from)?;
    ledger::post(tx, ctx, EntryKind::CreditApplied, invoice.id, Some(invoice.client_id), postings)?;
    ctx.record(tx, "credit.applied", invoice.id, serde_json::json!({ "amount": amount }))?;
    if let Some(order) = invoice.order_id.filter(|_| invoice.open_minor == 0) {
        paid(tx, ctx, order)?;
    }
    Ok(amount)
}
