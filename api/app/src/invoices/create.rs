//! A one-off invoice for a client (INV-07): as a draft, or issued and paid in the same call. A charge to a stored method is
//! a second step behind the transaction, since nothing waits for the network inside one.

use crate::invoices::draft::{NewInvoice, NewLine, write_draft};
use crate::invoices::issue;
use crate::invoices::lines::{check_line, policies};
use crate::invoices::read::view;
use crate::invoices::tax::price_on;
use crate::invoices::views::{InvoiceCreate, InvoiceLineCreate, InvoiceView};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, ApiError, Body, Call, Desk, Reply};
use crate::payment_methods::stored;
use crate::payments::manual::receive;
use crate::payments::pay::pay;
use crate::payments::views::PayCreate;
use actix_web::post;
use chrono::{Datelike, NaiveDate};
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::invoices::{self, DraftTerms, InvoiceRow};
use comptoir_db::{Db, Outcome, sellers};
use comptoir_domain::coupons::GroupDiscount;
use comptoir_domain::permissions::{Permission, may};
use comptoir_domain::quotes::{CartLine, Description, LineKind, PriceRequest};
use comptoir_domain::schedule::Share;
use comptoir_domain::{Check, Currency, InvoiceId, PaymentMethodId, Percent, Problem, TaxPolicyId};
use serde_json::json;
use std::collections::BTreeSet;

/// Write a one-off invoice
///
/// It stays a draft, without a number, until it is issued; with a payment it is issued at once.
#[utoipa::path(tag = "invoices", request_body = InvoiceCreate, responses((status = 201, body = InvoiceView, description = "The invoice")))]
#[post("/v1/invoices")]
pub async fn create_invoice(call: Call<may::WriteInvoices>, body: Body<InvoiceCreate>) -> Answer {
    let wanted = body.into_inner();
    let method = wanted.payment_method_id;
    if method.is_some() {
        call.require_key()?;
    }
    let desk = call.desk()?;
    let made = desk.write(move |tx, ctx| {
        let row = create(tx, ctx, &wanted)?;
        let (location, version) = (format!("/v1/invoices/{}", row.id), row.version);
        Ok(Reply::created(&view(tx, ctx, row)?, location).version(version))
    });
    let made = made.await?;
    match method {
        None => Ok(made),
        Some(method) => charge(desk, made, method).await,
    }
}

fn create(tx: &mut Db, ctx: &Ctx, wanted: &InvoiceCreate) -> Outcome<InvoiceRow> {
    let client = clients::lock(tx, ctx.scope, wanted.client_id)?;
    let policies = policies(tx, ctx, &wanted.lines)?;
    check(wanted, ctx.today())?;
    if wanted.payment.is_some() || wanted.payment_method_id.is_some() {
        ctx.require(Permission::WritePayments)?;
    }
    if let Some(method) = wanted.payment_method_id {
        stored(tx, ctx, method, client.id)?;
    }
    let drafted = new_invoice(tx, ctx, client, wanted, &policies)?;
    let mut row = write_draft(tx, ctx, drafted)?;
    ctx.record(tx, "invoice.drafted", row.id, json!({ "client_id": row.client_id }))?;
    invoices::set_draft_terms(tx, ctx.scope, row.id, DraftTerms { dated_on: wanted.dated_on, prices: wanted.prices })?;
    if !wanted.mail {
        row.is_mailed = false;
        invoices::save(tx, &mut row)?;
    }
    if wanted.issue || wanted.payment.is_some() || wanted.payment_method_id.is_some() {
        row = issue(tx, ctx, row.id)?;
    }
    if let Some(payment) = &wanted.payment {
        receive(tx, ctx, &row, payment).map_err(|failure| failure.under("/payment"))?;
        row = invoices::find(tx, ctx.scope, row.id)?;
    }
    Ok(row)
}

fn check(wanted: &InvoiceCreate, today: NaiveDate) -> Result<(), Problem> {
    let mut check = Check::new();
    check.paragraphs("/comment", &wanted.comment, 2000);
    check.ensure((1..=200).contains(&wanted.lines.len()), "/lines", "out_of_range", "from 1 to 200 lines");
    for (at, line) in wanted.lines.iter().enumerate() {
        check_line(&mut check, &format!("/lines/{at}"), line);
    }
    let whole = wanted.deferral.is_none_or(|period| !period.is_empty());
    check.ensure(whole, "/deferral", "empty", "`to` is the first day after it");
    check_date(&mut check, wanted.dated_on, today);
    let by_line = wanted.payment.as_ref().is_some_and(|payment| !payment.lines.is_empty());
    check.ensure(!by_line, "/payment/lines", "not_wanted", "the lines have no ids yet: name an amount");
    let twice = wanted.payment.is_some() && wanted.payment_method_id.is_some();
    check.ensure(!twice, "/payment_method_id", "not_wanted", "money that was received or a charge, not both");
    check.done()
}

/// Notes a date that no document may bear: what is issued tomorrow could not follow it.
pub fn check_date(check: &mut Check, dated_on: Option<NaiveDate>, today: NaiveDate) {
    let fits = |day: NaiveDate| day <= today && day.year() == today.year();
    check.ensure(dated_on.is_none_or(fits), "/dated_on", "out_of_range", "today or earlier in this year");
}

/// Charges the invoice that was made, under a key of its own. What a bank refuses stays open; what is repeated is not
/// charged again.
async fn charge(desk: Desk, made: Reply, method: PaymentMethodId) -> Answer {
    let shown: serde_json::Value = serde_json::from_str(&made.body).unwrap_or_default();
    let id: Option<InvoiceId> = shown.get("id").and_then(|id| id.as_str()?.parse().ok());
    let id = id.ok_or_else(Problem::not_found)?;
    let once = desk.once.clone().map(|mut once| {
        once.actor.push_str(":charge");
        once
    });
    let second = Desk { state: desk.state.clone(), ctx: desk.ctx.clone(), once };
    let wanted = PayCreate {
        account: None,
        mandate: None,
        gateway: String::new(),
        payment_method_id: Some(method),
        card: None,
        token: None,
        return_to: None,
        save: false,
        authorise_only: false,
    };
    if let Err(error) = pay(&second, id, wanted, None).await {
        is_refused(&error).then_some(()).ok_or(error)?;
    }
    let now = desk.read(move |db, ctx| {
        let row = invoices::find(db, ctx.scope, id)?;
        let version = row.version;
        Ok(Reply::created(&view(db, ctx, row)?, format!("/v1/invoices/{id}")).version(version))
    });
    let now = now.await?;
    let replayed = made.headers.into_iter().find(|(name, _)| name == "idempotency-replayed");
    Ok(replayed.into_iter().fold(now, |now, (name, value)| now.header(&name, value)))
}

/// Whether a charge came to nothing for a reason of its own: declined, an outage, or nothing was left to pay.
fn is_refused(error: &ApiError) -> bool {
    matches!(error.problem.code.status(), 402 | 409 | 503)
}

fn new_invoice(
    tx: &mut Db,
    ctx: &Ctx,
    client: ClientRow,
    wanted: &InvoiceCreate,
    policies: &[Option<TaxPolicyId>],
) -> Outcome<NewInvoice> {
    let currency = match wanted.currency {
        Some(currency) => currency,
        None => sellers::own(tx, ctx.scope)?.currency,
    };
    let used = BTreeSet::from_iter(policies.iter().copied().flatten());
    let lines = wanted.lines.iter().zip(policies).enumerate();
    let request = |tax| PriceRequest {
        currency,
        prices: wanted.prices,
        lines: lines.map(|(at, (line, policy))| cart_line(at, line, *policy, currency)).collect(),
        group: GroupDiscount::default(),
        coupons: Vec::new(),
        tax,
    };
    let date = wanted.dated_on.unwrap_or_else(|| ctx.today());
    let priced = price_on(tx, ctx, date, &client, &Vec::from_iter(used), request)?;
    let line = |line: &InvoiceLineCreate| NewLine {
        subscription_id: None,
        item_id: None,
        kind: LineKind::OneOff,
        period: line.period.or(wanted.deferral),
        description: line.description.clone(),
    };
    Ok(NewInvoice {
        client,
        order_id: None,
        currency,
        due_on: wanted.due_on,
        comment: wanted.comment.clone(),
        gateway: String::new(),
        lines: wanted.lines.iter().map(line).collect(),
        priced,
    })
}

fn cart_line(at: usize, line: &InvoiceLineCreate, policy: Option<TaxPolicyId>, currency: Currency) -> CartLine {
    CartLine {
        key: at.to_string(),
        kind: LineKind::OneOff,
        description: Description::Text(line.description.clone()),
        quantity: line.quantity,
        unit_price: line.unit_price,
        share: Share::WHOLE,
        currency,
        tax_policy: policy,
        discountable: false,
        offered: Percent::default(),
    }
}
