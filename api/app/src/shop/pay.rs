//! Paying by card or from a bank account: the first invoice of an order, or one in the account. A card goes to the gateway and
//! nowhere else; an account is stored sealed, with the mandate that is signed here.

use super::Shown;
use super::gateways::{asks_for_card, label, offered};
use super::visit::Visit;
use crate::bank::account::BankAccountCreate;
use crate::bank::text::{MandateForm, mandate_text};
use crate::bank::views::MandateSign;
use crate::credits::{left_after_credit, pay_by_credit, to_pay};
use crate::encryption::stores;
use crate::gateways::ready::Ready;
use crate::invoices::lock_with_client;
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use crate::payments::pay::pay;
use crate::payments::views::{CardCreate, PayCreate};
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::{Db, Outcome};
use comptoir_db::{orders, payment_methods};
use comptoir_domain::bank::MandateKind;
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::{Check, Code, InvoiceId, Money, OrderId, PaymentMethodId, Problem};
use comptoir_storefront::pages::{AccountForm, Form, KeptMethod, PayPage};
use std::sync::Arc;

/// What is paid, and where one goes on.
pub struct Bill {
    pub invoice: InvoiceId,
    amount: Money,
    /// Of the page where it is paid.
    pub address: String,
    subject: String,
    /// Of the page that says what came of it.
    pub after: String,
    /// By which gateway, if that was chosen before.
    gateway: Option<GatewayCode>,
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

/// The first invoice of an order.
pub async fn of_order(visit: &Visit) -> Result<Bill, ApiError> {
    let client = visit.client()?;
    let number: i64 = visit.part("id")?.parse().map_err(|_| Problem::not_found())?;
    let found = move |db: &mut Db, ctx: &Ctx| {
        let order = orders::by_number(db, ctx.scope, client, number)?;
        let invoice = first_invoice(db, ctx, order.id)?;
        Ok((left_after_credit(db, ctx, &invoice)?, invoice, order.gateway))
    };
    let (amount, invoice, gateway) = visit.desk.read(found).await?;
    Ok(Bill {
        invoice: invoice.id,
        amount,
        address: format!("checkout/pay/{number}/"),
        subject: visit.text("payment.order", &[("number", number.to_string())]),
        after: format!("checkout/result/{number}/"),
        gateway: gateway.parse().ok(),
    })
}

fn first_invoice(db: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<InvoiceRow> {
    let found = invoices::of_orders(db, ctx.scope, &[order])?.into_iter().next();
    let (_, invoice) = found.ok_or_else(Problem::not_found)?;
    invoices::find(db, ctx.scope, invoice)
}

/// An invoice of the client.
pub async fn of_invoice(visit: &Visit) -> Result<Bill, ApiError> {
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
        gateway: None,
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
    let means = means(visit, &bill).await?;
    visit.page(&page(visit, bill, &means, visit.form()).await?)
}

/// A gateway by which a bill can be paid here, and whether what is paid with may be kept.
type Means = (GatewayCode, Ready, bool);

/// The gateway that was chosen, with the form or with the order, or else the first of the store that is no waiting for money.
async fn means(visit: &Visit, bill: &Bill) -> Result<Means, ApiError> {
    let chosen = visit.fields.get("gateway").parse().ok().or(bill.gateway);
    let mut known = offered(visit).await?;
    known.retain(|(code, _)| !code.is_awaited());
    let at = known.iter().position(|(code, _)| Some(*code) == chosen).unwrap_or(0);
    if known.is_empty() {
        return Err(Problem::new(Code::Conflict, "nothing in this store takes payments at once").into());
    }
    let (code, ready) = known.swap_remove(at);
    Ok((code, ready, visit.desk.read(stores).await?))
}

/// Whoever comes to pay what his credit covers has paid: credit goes before any other payment (CLI-09).
async fn by_credit(visit: &Visit, id: InvoiceId) -> Result<(), ApiError> {
    let work = move |tx: &mut Db, ctx: &Ctx| {
        let row = lock_with_client(tx, ctx, id)?;
        if to_pay(&row).is_zero() { Ok(()) } else { pay_by_credit(tx, ctx, row).map(|_| ()) }
    };
    visit.desk.change(work).await
}

/// What is signed to pay from an account; `None` where that needs no signature.
pub async fn mandate(visit: &Visit, ready: &Ready) -> Result<Option<String>, ApiError> {
    let (client, locale, gateway) = (visit.client()?, visit.locale, Arc::clone(&ready.gateway));
    let text = move |db: &mut Db, ctx: &Ctx| {
        let Some((debits, scheme)) = gateway.debits().and_then(|debits| Some((debits, debits.scheme()?))) else {
            return Ok(None);
        };
        let form = MandateForm { debits, scheme, kind: MandateKind::Recurrent, client, signed: None };
        mandate_text(db, ctx, &form, locale).map(Some)
    };
    visit.desk.read(text).await
}

/// What the client has kept at gateways of this store and can pay with today, the usual one first.
async fn kept(visit: &Visit) -> Result<Vec<KeptMethod>, ApiError> {
    let (client, offered) = (visit.client()?, offered(visit).await?);
    let find = move |db: &mut Db, ctx: &Ctx| {
        let mut kept = payment_methods::of_client(db, ctx.scope, client)?;
        kept.retain(|row| row.works_on(ctx.today()) && offered.iter().any(|(code, _)| code.as_str() == row.gateway));
        kept.sort_by_key(|row| !row.is_default);
        Ok(kept.into_iter().map(|row| KeptMethod { id: row.id.to_string(), label: row.label }).collect())
    };
    visit.desk.read(find).await
}

async fn page(visit: &Visit, bill: Bill, (code, ready, keeps): &Means, form: Form) -> Result<PayPage, ApiError> {
    let debits = ready.gateway.debits().is_some();
    Ok(PayPage {
        kept: kept(visit).await?,
        account: if debits { Some(AccountForm { mandate: mandate(visit, ready).await? }) } else { None },
        address: bill.address,
        subject: bill.subject,
        amount: bill.amount,
        gateway: code.to_string(),
        page_of: (!asks_for_card(ready) && !debits).then(|| label(visit, *code, ready)),
        keeps: *keeps && (asks_for_card(ready) || ready.gateway.vault().is_some()),
        once: visit.fresh_once(),
        form,
    })
}

async fn send(visit: &Visit, bill: Result<Bill, ApiError>) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let bill = bill?;
    let means = means(visit, &bill).await?;
    match charge(visit, &bill, &means).await {
        Ok(Some(_)) => Ok(visit.see(&format!("{}go/", bill.address))),
        Ok(None) => Ok(visit.see(&bill.after)),
        Err(error) => {
            // an outage of the gateway is something to try again, not the end
            let form = if error.problem.code.status() == 503 {
                visit.refused(&error.problem)
            } else {
                visit.or_refused(error)?
            };
            visit.again(&page(visit, bill, &means, form).await?)
        }
    }
}

/// What the form asks for: the kept method that it names, or what was typed.
fn wanted(visit: &Visit, bill: &Bill, (code, ready, keeps): &Means) -> Result<PayCreate, Problem> {
    let nothing_typed = PayCreate {
        gateway: code.to_string(),
        payment_method_id: None,
        card: None,
        token: None,
        account: None,
        mandate: None,
        return_to: Some(visit.absolute(&format!("{}back/", bill.address))),
        save: false,
        authorise_only: false,
    };
    let method = visit.fields.get("method");
    if !method.is_empty() {
        let id: PaymentMethodId = method.parse().map_err(|_| Problem::not_found())?;
        return Ok(PayCreate { payment_method_id: Some(id), ..nothing_typed });
    }
    let debits = ready.gateway.debits();
    Ok(PayCreate {
        card: if asks_for_card(ready) { Some(card(visit)?) } else { None },
        account: debits.map(|_| account(visit)),
        mandate: debits.and_then(|debits| debits.scheme()).map(|_| signature(visit)),
        save: *keeps && visit.fields.get("save") == "yes",
        ..nothing_typed
    })
}

/// Pays; the page where the client has to go on, if there is one.
async fn charge(visit: &Visit, bill: &Bill, means: &Means) -> Result<Option<String>, ApiError> {
    let wanted = wanted(visit, bill, means)?;
    let paid = pay(&visit.once()?, bill.invoice, wanted, Some(visit.client()?)).await;
    let reply = paid.map_err(|error| ApiError { problem: as_typed(error.problem), ..error })?;
    let begun: Begun = serde_json::from_str(&reply.body)
        .map_err(|error| Problem::new(Code::Internal, format!("a payment was not remembered: {error}")))?;
    Ok(begun.redirect_to)
}

/// What is read of a payment that was begun.
#[derive(serde::Deserialize)]
struct Begun {
    redirect_to: Option<String>,
}

/// The bank account as typed.
pub fn account(visit: &Visit) -> BankAccountCreate {
    let some = |name: &str| Some(visit.fields.get(name).trim().to_string()).filter(|text| !text.is_empty());
    BankAccountCreate {
        holder: visit.fields.get("account_holder").trim().into(),
        iban: some("iban"),
        bic: some("bic"),
        ccc: None,
        bank_code: None,
        account_number: None,
    }
}

/// The mandate, signed by a tick.
pub fn signature(visit: &Visit) -> MandateSign {
    MandateSign {
        accepted: visit.fields.get("mandate") == "yes",
        kind: MandateKind::Recurrent,
        signed_on: None,
        reference: None,
        is_registered: false,
    }
}

/// The places of a refusal by the names of the fields of the form.
pub fn as_typed(mut problem: Problem) -> Problem {
    for field in &mut problem.fields {
        field.pointer = match field.pointer.as_str() {
            "/account/holder" => "/account_holder".into(),
            "/mandate/accepted" => "/mandate".into(),
            "/card/expiry_year" => "/expiry".into(),
            other => other.strip_prefix("/account").filter(|rest| rest.starts_with('/')).unwrap_or(other).into(),
        };
    }
    problem
}

/// The card as typed: blanks in its number do not count, `08/30` is August 2030.
pub fn card(visit: &Visit) -> Result<CardCreate, Problem> {
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
