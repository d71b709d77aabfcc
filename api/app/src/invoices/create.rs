//! A one-off invoice for a client (INV-07), as a draft.

use crate::invoices::draft::{NewInvoice, NewLine, write_draft};
use crate::invoices::read::view;
use crate::invoices::tax::tax_facts;
use crate::invoices::views::{InvoiceCreate, InvoiceLineCreate, InvoiceView};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::{Db, Outcome, sellers};
use comptoir_domain::coupons::GroupDiscount;
use comptoir_domain::permissions::may;
use comptoir_domain::quotes::{CartLine, Description, LineKind, PriceBasis, PriceRequest, price};
use comptoir_domain::schedule::Share;
use comptoir_domain::{Check, Currency, Percent, Problem};
use serde_json::json;
use std::collections::BTreeSet;

/// Write a one-off invoice
///
/// It stays a draft, without a number, until it is issued.
#[utoipa::path(tag = "invoices", request_body = InvoiceCreate, responses((status = 201, body = InvoiceView, description = "The draft")))]
#[post("/v1/invoices")]
pub async fn create_invoice(call: Call<may::WriteInvoices>, body: Body<InvoiceCreate>) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let client = clients::find(tx, ctx.scope, wanted.client_id)?;
        check(&wanted)?;
        let wanted = new_invoice(tx, ctx, client, &wanted)?;
        let draft = write_draft(tx, ctx, wanted)?;
        ctx.record(tx, "invoice.drafted", draft.id, json!({ "client_id": draft.client_id }))?;
        let location = format!("/v1/invoices/{}", draft.id);
        Ok(Reply::created(&view(tx, ctx, draft)?, location).version(1))
    })
    .await
}

fn check(wanted: &InvoiceCreate) -> Result<(), Problem> {
    let mut check = Check::new();
    check.paragraphs("/comment", &wanted.comment, 2000);
    check.ensure((1..=200).contains(&wanted.lines.len()), "/lines", "out_of_range", "from 1 to 200 lines");
    for (at, line) in wanted.lines.iter().enumerate() {
        check.text(&format!("/lines/{at}/description"), &line.description, 1..=500);
        let whole = line.period.is_none_or(|period| !period.is_empty());
        check.ensure(whole, &format!("/lines/{at}/period"), "empty", "`to` is the first day after it");
    }
    check.done()
}

fn new_invoice(tx: &mut Db, ctx: &Ctx, client: ClientRow, wanted: &InvoiceCreate) -> Outcome<NewInvoice> {
    let currency = match wanted.currency {
        Some(currency) => currency,
        None => sellers::own(tx, ctx.scope)?.currency,
    };
    // several lines may have the same
    let policies: BTreeSet<_> = wanted.lines.iter().filter_map(|line| line.tax_policy_id).collect();
    let policies = Vec::from_iter(policies);
    let request = PriceRequest {
        currency,
        prices: PriceBasis::Net,
        lines: wanted.lines.iter().enumerate().map(|(at, line)| cart_line(at, line, currency)).collect(),
        group: GroupDiscount::default(),
        coupons: Vec::new(),
        tax: tax_facts(tx, ctx, &client, &policies, ctx.today())?,
    };
    let line = |line: &InvoiceLineCreate| NewLine {
        subscription_id: None,
        item_id: None,
        kind: LineKind::OneOff,
        period: line.period,
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
        priced: price(&request)?,
    })
}

fn cart_line(at: usize, line: &InvoiceLineCreate, currency: Currency) -> CartLine {
    CartLine {
        key: at.to_string(),
        kind: LineKind::OneOff,
        description: Description::Text(line.description.clone()),
        quantity: line.quantity,
        unit_price: line.unit_price,
        share: Share::WHOLE,
        currency,
        tax_policy: line.tax_policy_id,
        discountable: false,
        offered: Percent::default(),
    }
}
