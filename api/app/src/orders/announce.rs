//! What is written to the client about an order.

use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::mails::{Mail, enqueue};
use crate::quotes::compute::Quoted;
use crate::quotes::views::text;
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_db::orders::OrderRow;
use comptoir_db::{Db, Outcome};
use comptoir_domain::mails::MailKind;
use comptoir_domain::orders::first_invoice::{FirstLine, without_days};
use comptoir_domain::quotes::PricedLine;
use serde_json::{Value, json};

/// Says that the order has come in, with what it is about.
pub fn new_order(tx: &mut Db, ctx: &Ctx, order: &OrderRow, quoted: &Quoted) -> Outcome<()> {
    let parties = Parties::load(tx, ctx, &[order.client_id])?;
    let (client, contact) = parties.buyer(order.client_id)?;
    let variables = json!({
        "orderNumber": order.number, "orderDate": ctx.today(), "orderAmount": quoted.priced.totals.gross,
        "lineItems": quoted.priced.lines.iter().zip(&quoted.lines).map(line).collect::<Vec<_>>(),
    });
    let kind = MailKind::NewOrder;
    enqueue(tx, ctx.scope, ctx.now, vec![mail(kind, format!("{kind}:{}", order.id), client, contact, variables)])
}

/// Says whether an order is accepted, and if not, why.
pub fn answered(tx: &mut Db, ctx: &Ctx, order: &OrderRow, is_accepted: bool, reason: &str) -> Outcome<()> {
    let parties = Parties::load(tx, ctx, &[order.client_id])?;
    let (client, contact) = parties.buyer(order.client_id)?;
    let variables = json!({ "orderNumber": order.number, "orderAccepted": is_accepted, "orderReason": reason });
    let kind = MailKind::OrderValidation;
    // what was refused may be accepted after all
    let unique_key = format!("{kind}:{}:{is_accepted}", order.id);
    enqueue(tx, ctx.scope, ctx.now, vec![mail(kind, unique_key, client, contact, variables)])
}

/// Greets a new client.
pub fn welcome(tx: &mut Db, ctx: &Ctx, client: &ClientRow, contact: &ContactRow) -> Outcome<()> {
    let kind = MailKind::ClientWelcome;
    enqueue(tx, ctx.scope, ctx.now, vec![mail(kind, format!("{kind}:{}", client.id), client, contact, json!({}))])
}

fn mail<'a>(
    kind: MailKind,
    unique_key: String,
    client: &ClientRow,
    contact: &'a ContactRow,
    variables: Value,
) -> Mail<'a> {
    Mail { kind, unique_key, recipient: &contact.email, locale: client.locale, format: contact.mail_format, variables }
}

fn line((line, first): (&PricedLine, &FirstLine)) -> Value {
    let said = text(&line.description);
    let period = Some(first.line.period).filter(|period| !period.is_empty());
    json!({
        "packageComments": "", "lineItemQuantity": line.quantity,
        "lineItemDescription": period.map_or(&*said, |period| without_days(&said, period)),
        "lineItemPeriodStart": period.map(|period| period.from),
        "lineItemPeriodEnd": period.map(|period| period.to.pred_opt().unwrap_or(period.to)),
        "lineItemPriceAmount": line.unit_price, "lineItemDiscountAmount": line.discount, "lineItemTaxAmount": line.tax,
        "lineItemTotalAmount": line.gross,
    })
}
