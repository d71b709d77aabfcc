//! Paying by card: the first invoice of an order, or one in the account. The card goes to the gateway and nowhere else.

use super::Shown;
use super::visit::Visit;
use crate::credits::{left_after_credit, pay_by_credit, to_pay};
use crate::invoices::lock_with_client;
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use crate::payments::pay::pay;
use crate::payments::views::{CardCreate, PayCreate};
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::orders;
use comptoir_db::{Db, Outcome};
use comptoir_domain::stores::StoreGateway;
use comptoir_domain::{Check, ClientId, InvoiceId, Money, Problem};
use comptoir_storefront::pages::{Form, PayPage};

/// What is paid, and where one goes on.
struct Bill {
    invoice: InvoiceId,
    amount: Money,
    address: String,
    subject: String,
    after: String,
}

/// The card form of an order.
pub async fn show_order(visit: &Visit) -> Shown {
    show(visit, of_order(visit).await).await
}

/// Pays an order.
pub async fn pay_order(visit: &Visit) -> Shown {
    send(visit, of_order(visit).await).await
}

/// The card form of an invoice.
pub async fn show_invoice(visit: &Visit) -> Shown {
    show(visit, of_invoice(visit).await).await
}

/// Pays an invoice.
pub async fn pay_invoice(visit: &Visit) -> Shown {
    send(visit, of_invoice(visit).await).await
}

async fn of_order(visit: &Visit) -> Result<Bill, ApiError> {
    let client = visit.client()?;
    let number: i64 = visit.part("id")?.parse().map_err(|_| Problem::not_found())?;
    let found = move |db: &mut Db, ctx: &Ctx| {
        let invoice = first_invoice(db, ctx, client, number)?;
        Ok((left_after_credit(db, ctx, &invoice)?, invoice))
    };
    let (amount, invoice) = visit.desk.read(found).await?;
    Ok(Bill {
        invoice: invoice.id,
        amount,
        address: format!("checkout/pay/{number}/"),
        subject: visit.text("payment.order", &[("number", number.to_string())]),
        after: format!("checkout/result/{number}/"),
    })
}

fn first_invoice(db: &mut Db, ctx: &Ctx, client: ClientId, number: i64) -> Outcome<InvoiceRow> {
    let order = orders::by_number(db, ctx.scope, client, number)?;
    let found = invoices::of_orders(db, ctx.scope, &[order.id])?.into_iter().next();
    let (_, invoice) = found.ok_or_else(Problem::not_found)?;
    invoices::find(db, ctx.scope, invoice)
}

async fn of_invoice(visit: &Visit) -> Result<Bill, ApiError> {
    let client = visit.client()?;
    let id: InvoiceId = visit.part("id")?.parse().map_err(|_| Problem::not_found())?;
    let own = move |db: &mut Db, ctx: &Ctx| {
        let row = invoices::find(db, ctx.scope, id)?;
        if row.client_id != client || row.number.is_none() {
            return Err(Problem::not_found().into());
        }
        Ok((left_after_credit(db, ctx, &row)?, row))
    };
    let (amount, invoice) = visit.desk.read(own).await?;
    let number = invoice.number.clone().unwrap_or_default();
    Ok(Bill {
        invoice: id,
        amount,
        address: format!("account/invoices/{id}/pay/"),
        subject: visit.text("payment.invoice", &[("number", number)]),
        after: format!("account/invoices/{id}/"),
    })
}

async fn show(visit: &Visit, bill: Result<Bill, ApiError>) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let bill = bill?;
    if bill.amount.is_zero() {
        by_credit(visit, bill.invoice).await?;
        return Ok(visit.see(&bill.after));
    }
    visit.page(&page(visit, bill, visit.form()))
}

/// Whoever comes to pay what his credit covers has paid: credit goes before any other payment (CLI-09).
async fn by_credit(visit: &Visit, id: InvoiceId) -> Result<(), ApiError> {
    let work = move |tx: &mut Db, ctx: &Ctx| {
        let row = lock_with_client(tx, ctx, id)?;
        if to_pay(&row).is_zero() { Ok(()) } else { pay_by_credit(tx, ctx, row).map(|_| ()) }
    };
    visit.desk.change(work).await
}

fn page(visit: &Visit, bill: Bill, form: Form) -> PayPage {
    PayPage { address: bill.address, subject: bill.subject, amount: bill.amount, once: visit.fresh_once(), form }
}

async fn send(visit: &Visit, bill: Result<Bill, ApiError>) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let bill = bill?;
    match charge(visit, bill.invoice).await {
        Ok(()) => Ok(visit.see(&bill.after)),
        Err(error) => {
            // an outage of the gateway is something to try again, not the end
            let form = if error.problem.code.status() == 503 {
                visit.refused(&error.problem)
            } else {
                visit.or_refused(error)?
            };
            visit.again(&page(visit, bill, form))
        }
    }
}

async fn charge(visit: &Visit, invoice: InvoiceId) -> Result<(), ApiError> {
    let wanted = PayCreate {
        gateway: StoreGateway::Fake.to_string(),
        payment_method_id: None,
        card: Some(card(visit)?),
        return_to: None,
        save: visit.fields.get("save") == "yes",
    };
    pay(&visit.once()?, invoice, wanted, Some(visit.client()?)).await?;
    Ok(())
}

/// The card as typed: blanks in its number do not count, `08/30` is August 2030.
fn card(visit: &Visit) -> Result<CardCreate, Problem> {
    let fields = &visit.fields;
    let number: String = fields.get("number").chars().filter(|letter| !letter.is_whitespace()).collect();
    let digits = |text: &str, from: usize, to: usize| {
        (from..=to).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let expiry = expiry(fields.get("expiry"));
    let (code, holder) = (fields.get("code"), fields.get("holder"));
    let mut check = Check::new();
    check.ensure(digits(&number, 12, 19), "/number", "invalid_card", "12 to 19 digits");
    check.ensure(expiry.is_some(), "/expiry", "invalid_expiry", "month and year");
    check.ensure(digits(code, 3, 4), "/code", "required", "three or four digits");
    check.text("/holder", holder, 1..=120);
    check.done()?;
    let (expiry_month, expiry_year) = expiry.unwrap_or_default();
    Ok(CardCreate { number, expiry_month, expiry_year, code: code.into(), holder: holder.into() })
}

fn expiry(text: &str) -> Option<(u8, u16)> {
    let (month, year) = text.split_once('/')?;
    let (month, year): (u8, u16) = (month.trim().parse().ok()?, year.trim().parse().ok()?);
    let year = if year < 100 { 2000 + year } else { year };
    ((1..=12).contains(&month) && (2000..2100).contains(&year)).then_some((month, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_years_as_cards_print_them() {
        assert_eq!(expiry("08/30"), Some((8, 2030)));
        assert_eq!(expiry(" 12 / 2031 "), Some((12, 2031)));
        for text in ["", "08", "13/30", "0/30", "08/199", "x/30", "08-30"] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }
}
