//! The hand-written lines of a draft (INV-08): added, changed, removed. Lines of subscriptions are made anew instead
//! (`rederive.rs`), and the first invoice of an order is as it was quoted.

use crate::invoices::read::{reply, view};
use crate::invoices::reprice::reprice;
use crate::invoices::views::{InvoiceLineCreate, InvoiceLinePatch, InvoiceView};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::path::parameter;
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Nullable, Reply};
use actix_web::{HttpRequest, delete, patch, post};
use comptoir_db::invoices::{self, InvoiceLineRow, InvoiceRow, LineTrace};
use comptoir_db::{Db, Json, Outcome, taxes};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::permissions::may;
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::Share;
use comptoir_domain::{Check, Code, InvoiceId, InvoiceLineId, Problem, Quantity, TaxPolicyId, UnitPrice};
use serde_json::json;

/// So many lines at most.
const MOST: usize = 200;

/// Add a line to a draft
///
/// The taxes of the whole draft are worked out anew.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), request_body = InvoiceLineCreate, responses((status = 201, body = InvoiceView, description = "The draft as it is now")))]
#[post("/v1/invoices/{id}/lines")]
pub async fn add_invoice_line(
    call: Call<may::WriteInvoices>,
    id: Id<InvoiceId>,
    body: Body<InvoiceLineCreate>,
) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let (mut row, mut lines) = draft(tx, ctx, id.0)?;
        let policy = policies(tx, ctx, std::slice::from_ref(&wanted))?.pop().flatten();
        let mut check = Check::new();
        check_line(&mut check, "", &wanted);
        check.done()?;
        if lines.len() >= MOST {
            return Err(Problem::new(Code::Conflict, "an invoice has at most 200 lines").into());
        }
        lines.push(line_row(&row, &wanted, policy));
        reprice(tx, ctx, &mut row, lines)?;
        ctx.record(tx, "invoice.line_added", row.id, json!({ "description": wanted.description }))?;
        let (location, version) = (format!("/v1/invoices/{}", row.id), row.version);
        Ok(Reply::created(&view(tx, ctx, row)?, location).version(version))
    })
    .await
}

/// Change a hand-written line of a draft
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path), ("line_id" = InvoiceLineId, Path)), request_body = InvoiceLinePatch, responses((status = 200, body = InvoiceView, description = "The draft as it is now")))]
#[patch("/v1/invoices/{id}/lines/{line_id}")]
pub async fn update_invoice_line(
    call: Call<may::WriteInvoices>,
    id: Id<InvoiceId>,
    request: HttpRequest,
    seen: IfMatch,
    body: Body<InvoiceLinePatch>,
) -> Answer {
    let line_id: InvoiceLineId = parameter(&request, "line_id")?;
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let (mut row, mut lines) = draft(tx, ctx, id.0)?;
        seen.check(row.version)?;
        let at = by_hand(&lines, line_id)?;
        if let Some(line) = lines.get_mut(at) {
            change(tx, ctx, line, &wanted)?;
        }
        reprice(tx, ctx, &mut row, lines)?;
        ctx.record(tx, "invoice.line_changed", row.id, json!({ "line_id": line_id }))?;
        reply(tx, ctx, row)
    })
    .await
}

/// Remove a hand-written line of a draft
///
/// The last line goes with the draft only.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path), ("line_id" = InvoiceLineId, Path)), responses((status = 200, body = InvoiceView, description = "The draft as it is now")))]
#[delete("/v1/invoices/{id}/lines/{line_id}")]
pub async fn delete_invoice_line(
    call: Call<may::WriteInvoices>,
    id: Id<InvoiceId>,
    request: HttpRequest,
    seen: IfMatch,
) -> Answer {
    let line_id: InvoiceLineId = parameter(&request, "line_id")?;
    call.write(move |tx, ctx| {
        let (mut row, mut lines) = draft(tx, ctx, id.0)?;
        seen.check(row.version)?;
        let gone = lines.remove(by_hand(&lines, line_id)?);
        if lines.is_empty() {
            return Err(Problem::new(Code::Conflict, "nothing would be left: delete the draft").into());
        }
        reprice(tx, ctx, &mut row, lines)?;
        ctx.record(tx, "invoice.line_removed", row.id, json!({ "description": gone.description }))?;
        reply(tx, ctx, row)
    })
    .await
}

/// A draft that may be written in, with its lines.
fn draft(tx: &mut Db, ctx: &Ctx, id: InvoiceId) -> Outcome<(InvoiceRow, Vec<InvoiceLineRow>)> {
    let row = invoices::lock(tx, ctx.scope, id)?;
    if row.state != InvoiceState::Draft {
        return Err(Problem::new(Code::WrongState, "an issued invoice never changes: credit it instead").into());
    }
    if row.order_id.is_some() {
        return Err(Problem::new(Code::WrongState, "the first invoice of an order is as it was quoted").into());
    }
    let lines = invoices::lines(tx, ctx.scope, &[row.id])?;
    Ok((row, lines))
}

/// Where a hand-written line stands.
fn by_hand(lines: &[InvoiceLineRow], id: InvoiceLineId) -> Result<usize, Problem> {
    let at = lines.iter().position(|line| line.id == id).ok_or_else(Problem::not_found)?;
    if lines.get(at).is_some_and(|line| line.item_id.is_some()) {
        let detail = "it charges a subscription: change that, and let the draft be made anew (POST …/rederive)";
        return Err(Problem::new(Code::WrongState, detail));
    }
    Ok(at)
}

fn change(tx: &mut Db, ctx: &Ctx, line: &mut InvoiceLineRow, wanted: &InvoiceLinePatch) -> Outcome<()> {
    if let Nullable::To(policy) = &wanted.tax_policy_id {
        taxes::policies(tx, ctx.scope, &[*policy])?;
    }
    let wanted = wanted.clone();
    wanted.description.apply(&mut line.description);
    wanted.quantity.apply(&mut line.quantity);
    wanted.unit_price.apply(&mut line.unit_price);
    wanted.tax_policy_id.apply(&mut line.tax_policy_id);
    let mut period = line.period();
    wanted.period.apply(&mut period);
    (line.period_from, line.period_to) = (period.map(|period| period.from), period.map(|period| period.to));
    let mut check = Check::new();
    check.text("/description", &line.description, 1..=500);
    check_amounts(&mut check, "", line.quantity, line.unit_price);
    check.ensure(period.is_none_or(|period| !period.is_empty()), "/period", "empty", "`to` is the first day after it");
    Ok(check.done()?)
}

/// Notes what is wrong with a hand-written line.
pub fn check_line(check: &mut Check, at: &str, line: &InvoiceLineCreate) {
    check_amounts(check, at, line.quantity, line.unit_price);
    check.text(&format!("{at}/description"), &line.description, 1..=500);
    let whole = line.period.is_none_or(|period| !period.is_empty());
    check.ensure(whole, &format!("{at}/period"), "empty", "`to` is the first day after it");
}

fn check_amounts(check: &mut Check, at: &str, quantity: Quantity, unit_price: UnitPrice) {
    check.ensure(quantity >= Quantity::from(0), &format!("{at}/quantity"), "negative", "nothing or more");
    check.ensure(unit_price >= UnitPrice::from(0), &format!("{at}/unit_price"), "negative", "nothing or more");
}

/// By which policy each line is taxed: its own, the seller's default one, or none.
pub fn policies(db: &mut Db, ctx: &Ctx, lines: &[InvoiceLineCreate]) -> Outcome<Vec<Option<TaxPolicyId>>> {
    let usual = if lines.iter().any(|line| line.tax_policy_id == Nullable::Keep) {
        taxes::default_policy(db, ctx.scope)?
    } else {
        None
    };
    let policy = |line: &InvoiceLineCreate| match line.tax_policy_id {
        Nullable::Keep => usual,
        Nullable::Clear => None,
        Nullable::To(policy) => Some(policy),
    };
    Ok(lines.iter().map(policy).collect())
}

/// A hand-written line that is not priced yet.
fn line_row(invoice: &InvoiceRow, line: &InvoiceLineCreate, tax_policy_id: Option<TaxPolicyId>) -> InvoiceLineRow {
    InvoiceLineRow {
        seller_id: invoice.seller_id,
        id: fresh(),
        invoice_id: invoice.id,
        position: 0,
        kind: LineKind::OneOff,
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        subscription_id: None,
        item_id: None,
        credits_line_id: None,
        period_from: line.period.map(|period| period.from),
        period_to: line.period.map(|period| period.to),
        before_discount_minor: 0,
        discount_minor: 0,
        coupon_discount_minor: 0,
        net_minor: 0,
        tax_minor: 0,
        gross_minor: 0,
        tax_policy_id,
        share: Share::WHOLE,
        trace: Json(LineTrace::default()),
    }
}
