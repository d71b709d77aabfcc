//! Invoices in the account area: the list, one to read and print, and how to pay it.

use super::Shown;
use super::account::{newest, waiting};
use super::gateways::payments;
use super::visit::Visit;
use crate::addresses::Address;
use crate::invoices::parties::SellerPartyView;
use crate::invoices::read::view;
use crate::invoices::views::{InvoiceLineView, InvoiceView};
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use chrono::NaiveDate;
use comptoir_db::invoices::{self, InvoiceFilter, InvoiceRow};
use comptoir_db::paging::Cursor;
use comptoir_db::{Db, Page};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::invoices::InvoiceKind;
use comptoir_domain::orders::first_invoice::without_days;
use comptoir_domain::{InvoiceId, Locale, Money, Problem};
use comptoir_storefront::pages::{Choice, InvoiceLine, InvoicePage, InvoicesPage, NamedAmount, Totals};

/// Invoices on a page.
const LIMIT: i64 = 25;

/// A line of the list.
pub fn row(invoice: &InvoiceRow, today: NaiveDate) -> comptoir_storefront::pages::InvoiceRow {
    let day = invoice.created_at.utc().date_naive();
    comptoir_storefront::pages::InvoiceRow {
        id: invoice.id.to_string(),
        number: invoice.number.clone().unwrap_or_default(),
        status: invoice.status(today).to_string(),
        issued_on: invoice.issued_on.unwrap_or(day),
        due_on: invoice.due_on.unwrap_or(day),
        total: invoice.money(invoice.gross_minor),
        open: invoice.money(invoice.open_minor),
    }
}

/// All of them, the newest first.
pub async fn list(visit: &Visit) -> Shown {
    let Some((_, client)) = visit.signed_in() else { return Ok(visit.sign_in_first()) };
    let before: Option<InvoiceId> = visit.fields.get("before").parse().ok();
    let after = before.map(|id| Cursor { value: String::new(), id: id.to_string() });
    let filter = InvoiceFilter { client_id: Some(client), issued_only: true, ..InvoiceFilter::default() };
    let page = Page { after, ..newest(LIMIT) };
    let slice = visit.desk.read(move |db, ctx| invoices::list(db, ctx.scope, &filter, &page)).await?;
    let today = visit.desk.ctx.today();
    let page = InvoicesPage {
        client: visit.name().unwrap_or_default(),
        csrf: visit.csrf(),
        next: slice.next.as_ref().map(|cursor| format!("before={}", cursor.id)),
        invoices: slice.rows.iter().map(|invoice| row(invoice, today)).collect(),
    };
    visit.page(&page)
}

/// One invoice.
pub async fn show(visit: &Visit) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let (row, view, waits) = own(visit).await?;
    let chosen = visit.fields.get("pay").parse::<GatewayCode>().ok().filter(|gateway| gateway.is_awaited());
    let page = page(visit, &row, view, waits, chosen, payments(visit).await?)?;
    visit.page(&page)
}

/// Goes on to the way to pay that was chosen: the card form, or what to write on a transfer.
pub async fn choose(visit: &Visit) -> Shown {
    if visit.signed_in().is_none() {
        return Ok(visit.sign_in_first());
    }
    let (row, ..) = own(visit).await?;
    let here = format!("account/invoices/{}/", row.id);
    match visit.fields.get("payment").parse::<GatewayCode>() {
        Ok(gateway) if gateway.is_awaited() => Ok(visit.see(&format!("{here}?pay={gateway}"))),
        Ok(gateway) => Ok(visit.see(&format!("{here}pay/?gateway={gateway}"))),
        Err(_) => Ok(visit.see(&here)),
    }
}

/// An invoice of the client, and whether a payment of it waits for him.
async fn own(visit: &Visit) -> Result<(InvoiceRow, InvoiceView, bool), ApiError> {
    let client = visit.client()?;
    let id: InvoiceId = visit.part("id")?.parse().map_err(|_| Problem::not_found())?;
    let work = move |db: &mut Db, ctx: &Ctx| {
        let row = invoices::find(db, ctx.scope, id)?;
        if row.client_id != client || row.number.is_none() {
            return Err(Problem::not_found().into());
        }
        let view = view(db, ctx, row.clone())?;
        Ok((row, view, waiting(db, ctx, client)?.contains(&id)))
    };
    visit.desk.read(work).await
}

fn page(
    visit: &Visit,
    invoice: &InvoiceRow,
    view: InvoiceView,
    waits: bool,
    chosen: Option<GatewayCode>,
    payments: Vec<Choice>,
) -> Result<InvoicePage, Problem> {
    let payable = invoice.kind == InvoiceKind::Invoice && !invoice.payable().is_zero();
    Ok(InvoicePage {
        client: visit.name().unwrap_or_default(),
        row: row(invoice, visit.desk.ctx.today()),
        seller: seller(invoice, visit.locale),
        buyer: buyer(&view, visit.locale),
        lines: view.lines.iter().map(line).collect(),
        totals: totals(visit, &view)?,
        paid: view.gross.minus(view.open)?,
        notes: [view.comment.clone(), view.buyer.tax_exemption.clone()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect(),
        pdf_url: None,
        instructions: chosen.filter(|_| payable).map_or(Vec::new(), |gateway| instructions(visit, invoice, gateway)),
        waits,
        payments: if payable { payments } else { Vec::new() },
        form: visit.form(),
    })
}

/// A line; its days are shown below it in the reader's language, so they need not stand in the description too.
fn line(line: &InvoiceLineView) -> InvoiceLine {
    let period = line.period.filter(|period| !period.is_empty());
    let description = period.map_or(&*line.description, |period| without_days(&line.description, period)).to_string();
    let period = period.map(|period| (period.from, period.to.pred_opt().unwrap_or(period.to)));
    InvoiceLine { description, period, quantity: line.quantity.to_string(), amount: line.before_discount }
}

/// Who sold, as it was printed on the day of issue.
fn seller(invoice: &InvoiceRow, locale: Locale) -> Vec<String> {
    let Some(seller) = invoice.frozen.as_deref().and_then(|document| SellerPartyView::frozen(document).ok()) else {
        return Vec::new();
    };
    party(seller.company, &seller.address, seller.vat_number, locale)
}

fn buyer(view: &InvoiceView, locale: Locale) -> Vec<String> {
    let buyer = view.buyer.clone();
    party(buyer.name, &buyer.address, buyer.vat_number, locale)
}

fn party(name: String, address: &Address, vat_number: String, locale: Locale) -> Vec<String> {
    let lines = std::iter::once(name).chain(address.lines(locale)).chain([vat_number]);
    lines.filter(|line| !line.is_empty()).collect()
}

/// The sums of a document are without taxes, whatever the store shows.
fn totals(visit: &Visit, view: &InvoiceView) -> Result<Totals, Problem> {
    let off = view.discount.negated()?;
    let label = visit.text("payment.discount", &[]);
    Ok(Totals {
        subtotal: view.net.plus(view.discount)?,
        discounts: (!off.is_zero()).then_some(NamedAmount { label, amount: off }).into_iter().collect(),
        taxes: view.taxes.iter().map(|tax| visit.tax_line(tax)).collect(),
        taxes_included: false,
        total: view.gross,
        trials: Vec::new(),
        later: Vec::new(),
    })
}

/// How to pay by transfer or cheque: to whom, how much, and what to name.
pub fn instructions(visit: &Visit, invoice: &InvoiceRow, gateway: GatewayCode) -> Vec<(String, String)> {
    let word = |key: &str| visit.text(&format!("payment.{key}"), &[]);
    let amount: Money = invoice.payable();
    let mut lines = vec![(word("payee"), visit.seller.company.clone())];
    if gateway == GatewayCode::CHEQUE {
        let seller = &visit.seller;
        let town = format!("{} {}", seller.postal_code, seller.city).trim().to_string();
        let place = [seller.address_line1.clone(), seller.address_line2.clone(), town];
        let place: Vec<_> = place.into_iter().filter(|text| !text.is_empty()).collect();
        lines.push((word("address"), place.join(", ")));
    }
    lines.push((word("amount"), comptoir_storefront::format::notation(visit.locale).money(amount)));
    lines.push((word("reference"), invoice.number.clone().unwrap_or_default()));
    lines
}
