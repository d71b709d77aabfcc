//! Credit notes: what corrects an issued invoice. How much of which line they take back is a rule of `domain`.

use crate::credits::{Movement, record};
use crate::invoices::draft::Document;
use crate::invoices::issue::insert_issued;
use crate::invoices::read::{lock_with_client, view};
use crate::invoices::views::InvoiceView;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::ledger;
use crate::orders::paid::paid;
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::invoices::{self, InvoiceLineRow, InvoiceRow, LineTrace};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::invoices::credit_note::{ExtentKind, LineLeft, credit_note, left_after, trace};
use comptoir_domain::invoices::shares::TaxShare;
use comptoir_domain::invoices::{InvoiceKind, InvoiceState};
use comptoir_domain::ledger::{EntryKind, over_credited};
use comptoir_domain::money::MoneyError;
use comptoir_domain::payments::CreditKind;
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::TaxAmount;
use comptoir_domain::{Check, Code, InvoiceId, InvoiceLineId, Money, Problem, Quantity};
use std::collections::HashMap;

pub use comptoir_domain::invoices::credit_note::Extent;

/// A line to take back.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreditNoteLineCreate {
    /// The line of the invoice.
    pub line_id: InvoiceLineId,
    /// So much of it, without tax; all that is left if absent.
    pub amount: Option<Money>,
}

/// A new credit note.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"extent": "lines", "lines": [{"line_id": "lin_000g40o40k30e209185go38e1s"}], "comment": "Not delivered"}))]
pub struct CreditNoteCreate {
    /// How much.
    pub extent: ExtentKind,
    /// Which lines, for `lines`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub lines: Vec<CreditNoteLineCreate>,
    /// How much with tax, for `amount`.
    pub amount: Option<Money>,
    /// For the client.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub comment: String,
}

/// Credit an invoice
///
/// The credit note is issued at once. What was paid already becomes the client's credit.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), request_body = CreditNoteCreate, responses((status = 201, body = InvoiceView, description = "The credit note")))]
#[post("/v1/invoices/{id}/credit-notes")]
pub async fn create_credit_note(
    call: Call<may::WriteInvoices>,
    id: Id<InvoiceId>,
    body: Body<CreditNoteCreate>,
) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let mut row = lock_with_client(tx, ctx, id.0)?;
        let note = credit_by(tx, ctx, &mut row, &wanted)?;
        let location = format!("/v1/invoices/{}", note.id);
        Ok(Reply::created(&view(tx, ctx, note)?, location).version(1))
    })
    .await
}

/// Issues a credit note as it is wanted on an invoice that is locked behind its client.
pub fn credit_by(tx: &mut Db, ctx: &Ctx, invoice: &mut InvoiceRow, wanted: &CreditNoteCreate) -> Outcome<InvoiceRow> {
    let own: Vec<_> = invoices::lines(tx, ctx.scope, &[invoice.id])?.iter().map(|line| line.id).collect();
    if wanted.lines.iter().any(|line| !own.contains(&line.line_id)) {
        return Err(Problem::not_found().into());
    }
    credit(tx, ctx, invoice, &extents(wanted)?, None, &wanted.comment)
}

fn extents(wanted: &CreditNoteCreate) -> Result<Vec<Extent>, Problem> {
    let mut check = Check::new();
    check.paragraphs("/comment", &wanted.comment, 2000);
    let (by_line, by_amount) = (wanted.extent == ExtentKind::Lines, wanted.extent == ExtentKind::Amount);
    check.ensure(by_line != wanted.lines.is_empty(), "/lines", "unfit", "given with the extent `lines`, and only then");
    check.ensure(by_amount == wanted.amount.is_some(), "/amount", "unfit", "given with `amount`, and only then");
    for (at, line) in wanted.lines.iter().enumerate() {
        let again = wanted.lines.iter().take(at).any(|before| before.line_id == line.line_id);
        check.ensure(!again, &format!("/lines/{at}/line_id"), "repeated", "this line is named twice");
    }
    check.done()?;
    let line = |line: &CreditNoteLineCreate| match line.amount {
        Some(amount) => Extent::PartOfLine(line.line_id, amount),
        None => Extent::Lines(vec![line.line_id]),
    };
    Ok(match (wanted.extent, wanted.amount) {
        (ExtentKind::Lines, _) => wanted.lines.iter().map(line).collect(),
        (_, Some(amount)) => vec![Extent::Amount(amount)],
        (_, None) => vec![Extent::Whole],
    })
}

/// Issues a credit note on an invoice that is locked behind its client. What it takes back lowers what is open; what was
/// paid already becomes credit. When nothing is left the invoice is cancelled, or refunded if all of it had been paid.
/// With `from` it takes back the time from that day on, which is not earned yet.
pub fn credit(
    tx: &mut Db,
    ctx: &Ctx,
    invoice: &mut InvoiceRow,
    extents: &[Extent],
    from: Option<NaiveDate>,
    comment: &str,
) -> Outcome<InvoiceRow> {
    if invoice.kind != InvoiceKind::Invoice || invoice.state != InvoiceState::Issued || invoice.is_written_off {
        let detail = "only an issued invoice that is neither cancelled nor written off can be credited";
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    let lines = invoices::lines(tx, ctx.scope, &[invoice.id])?;
    let (taken, left) = take_back(tx, ctx, invoice, &lines, extents)?;
    let wanted = document(ctx, invoice, &lines, &taken, from, comment)?;
    let note = insert_issued(tx, ctx, vec![wanted])?.pop().ok_or_else(Problem::not_found)?;
    let nothing_left = left.iter().all(|line| line.net.is_zero() && line.taxes.iter().all(|(_, tax)| tax.is_zero()));
    settle(tx, ctx, invoice, &note, nothing_left)?;
    Ok(note)
}

/// What a credit note takes of a line, behind what was left of the line before.
pub type Taken = (LineLeft, LineLeft);

/// What a credit note takes of an invoice, and what it leaves.
pub fn take_back(
    db: &mut Db,
    ctx: &Ctx,
    invoice: &InvoiceRow,
    lines: &[InvoiceLineRow],
    extents: &[Extent],
) -> Outcome<(Vec<Taken>, Vec<LineLeft>)> {
    let ids: Vec<_> = lines.iter().map(|line| line.id).collect();
    let earlier = invoices::credit_lines(db, ctx.scope, &ids)?;
    let mut left = lines.iter().map(|line| line_left(invoice, line, &earlier)).collect::<Result<Vec<_>, _>>()?;
    let mut taken = Vec::new();
    for extent in extents {
        let note = credit_note(invoice.currency, &left, extent)?;
        let after = left_after(&left, &note)?;
        let before = |part: &LineLeft| left.iter().find(|line| line.line == part.line).cloned();
        taken.extend(note.lines.into_iter().filter_map(|part| Some((before(&part)?, part))));
        left = after;
    }
    Ok((taken, left))
}

fn line_left(invoice: &InvoiceRow, line: &InvoiceLineRow, earlier: &[InvoiceLineRow]) -> Result<LineLeft, Problem> {
    let taken: Vec<_> = earlier.iter().filter(|credit| credit.credits_line_id == Some(line.id)).collect();
    let net = line.net_minor + taken.iter().map(|credit| credit.net_minor).sum::<i64>();
    let tax = |share: &TaxShare| -> Result<_, MoneyError> {
        let of_rule = taken.iter().flat_map(|credit| &credit.trace.0.taxes).filter(|taken| taken.rule == share.rule);
        let taken = Money::sum(invoice.currency, of_rule.map(|taken| taken.amount))?;
        Ok((share.rule, share.amount.plus(taken)?))
    };
    let taxes = line.trace.0.taxes.iter().map(tax).collect::<Result<_, _>>()?;
    let is_free = line.net_minor == 0 && line.tax_minor == 0 && taken.is_empty();
    Ok(LineLeft { line: line.id, net: invoice.money(net), taxes, is_free })
}

/// The rows of a credit note: of each line what was left before, and what is taken.
fn document(
    ctx: &Ctx,
    invoice: &InvoiceRow,
    lines: &[InvoiceLineRow],
    taken: &[Taken],
    from: Option<NaiveDate>,
    comment: &str,
) -> Result<Document, Problem> {
    let id = fresh();
    let mut rows = Vec::with_capacity(taken.len());
    for (position, (before, part)) in (1..).zip(taken) {
        let Some(line) = lines.iter().find(|line| line.id == part.line) else { continue };
        let tax = Money::sum(invoice.currency, part.taxes.iter().map(|(_, tax)| *tax))?;
        let taxes = part.taxes.iter().map(|(rule, amount)| TaxShare { rule: *rule, amount: *amount }).collect();
        rows.push(InvoiceLineRow {
            id: fresh(),
            invoice_id: id,
            position,
            quantity: Quantity::from(1),
            credits_line_id: Some(line.id),
            period_from: line.period_from.max(from.filter(|_| line.period_from.is_some())),
            before_discount_minor: part.net.minor(),
            discount_minor: 0,
            coupon_discount_minor: 0,
            net_minor: part.net.minor(),
            tax_minor: tax.minor(),
            gross_minor: part.net.plus(tax)?.minor(),
            trace: Json(LineTrace { steps: trace(before, part)?, taxes }),
            ..line.clone()
        });
    }
    let parts: Vec<_> = taken.iter().map(|(_, part)| part.clone()).collect();
    let sum = |part: fn(&InvoiceLineRow) -> i64| rows.iter().map(part).sum::<i64>();
    let note = InvoiceRow {
        id,
        kind: InvoiceKind::CreditNote,
        state: InvoiceState::Draft,
        credits_invoice_id: Some(invoice.id),
        series: None,
        number: None,
        sequence: None,
        issued_on: None,
        due_on: Some(ctx.today()),
        net_minor: sum(|line| line.net_minor),
        discount_minor: 0,
        tax_minor: sum(|line| line.tax_minor),
        gross_minor: sum(|line| line.gross_minor),
        open_minor: 0,
        refunded_minor: 0,
        taxes: Json(taxes(invoice, lines, &parts)?),
        comment: comment.into(),
        frozen: None,
        frozen_hash: None,
        created_at: ctx.now,
        version: 1,
        ..invoice.clone()
    };
    Ok(Document { invoice: note, lines: rows, credits: invoice.number.clone() })
}

/// The taxes of the invoice with what is taken back of each.
fn taxes(invoice: &InvoiceRow, lines: &[InvoiceLineRow], taken: &[LineLeft]) -> Result<Vec<TaxAmount>, MoneyError> {
    let policies: HashMap<_, _> = lines.iter().map(|line| (line.id, line.tax_policy_id)).collect();
    let mut all = Vec::new();
    for tax in &invoice.taxes.0 {
        // what was not taxed has no rule: it is what its policy covers
        let bearing = |line: &&LineLeft| match tax.rule {
            Some(_) => line.taxes.iter().any(|(rule, _)| Some(*rule) == tax.rule),
            None => policies.get(&line.line) == Some(&Some(tax.policy)),
        };
        let base = Money::sum(invoice.currency, taken.iter().filter(bearing).map(|line| line.net))?;
        let parts = taken.iter().flat_map(|line| &line.taxes).filter(|(rule, _)| Some(*rule) == tax.rule);
        let amount = Money::sum(invoice.currency, parts.map(|(_, amount)| *amount))?;
        all.push(TaxAmount { base, amount, ..tax.clone() });
    }
    Ok(all)
}

/// What the credit note does to the invoice and to the client's credit.
fn settle(tx: &mut Db, ctx: &Ctx, invoice: &mut InvoiceRow, note: &InvoiceRow, nothing_left: bool) -> Outcome<()> {
    let taken = -note.gross_minor;
    let from_open = taken.min(invoice.open_minor);
    let over = invoice.money(taken - from_open);
    invoice.open_minor -= from_open;
    invoice.refunded_minor += over.minor();
    if nothing_left && (invoice.refunded_minor == 0 || invoice.refunded_minor < invoice.gross_minor) {
        invoice.state = InvoiceState::Cancelled;
    }
    invoices::save(tx, invoice)?;
    // what was paid is enough now
    if let Some(order) = invoice.order_id.filter(|_| invoice.open_minor == 0 && !nothing_left) {
        paid(tx, ctx, order)?;
    }
    if over.is_zero() {
        return Ok(());
    }
    let movement = Movement {
        client: invoice.client_id,
        kind: CreditKind::CreditNote,
        amount: over,
        reason: note.number.clone().unwrap_or_default(),
        invoice: Some(note.id),
        transaction: None,
    };
    record(tx, ctx, movement)?;
    let postings = over_credited(over).map_err(Problem::from)?;
    ledger::post(tx, ctx, EntryKind::OverCredited, note.id, Some(invoice.client_id), postings)
}
