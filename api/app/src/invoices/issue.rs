//! Issuing: numbers, dates, the frozen form, the chain, the books, the mail and the record, in one transaction. Many
//! documents take one range of numbers under one lock.

use crate::credits::use_credit;
use crate::fraud;
use crate::invoices::announce::Readers;
use crate::invoices::draft::{Document, NewInvoice, document};
use crate::invoices::freeze::freeze;
use crate::invoices::parties::{BuyerView, Parties};
use crate::invoices::read::{lock_with_client, reply};
use crate::invoices::views::InvoiceView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id};
use crate::ledger::{self, Entry};
use crate::ledger_templates::book_templates;
use crate::mails::enqueue_about;
use crate::webhooks;
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::invoices::{self, ChainLinkRow, DraftTerms, InvoiceLineRow, InvoiceRow};
use comptoir_db::{Db, Json, Outcome, activities, settings};
use comptoir_domain::invoices::chain::{Chain, Fact, Link};
use comptoir_domain::invoices::due::due_on;
use comptoir_domain::invoices::numbering::SeriesKind;
use comptoir_domain::invoices::{InvoiceKind, InvoiceState};
use comptoir_domain::ledger::{AccountCode, Charge, EntryKind, invoice_issued, recognised_until};
use comptoir_domain::permissions::may;
use comptoir_domain::usage::Recipients;
use comptoir_domain::{Code, InvoiceId, Money, Problem};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What was settled about some of the documents.
type Terms = HashMap<InvoiceId, DraftTerms>;

/// Issue a draft
///
/// It gets its number and never changes again.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 200, body = InvoiceView, description = "The invoice as issued")))]
#[post("/v1/invoices/{id}/issue")]
pub async fn issue_invoice(call: Call<may::WriteInvoices>, id: Id<InvoiceId>) -> Answer {
    call.write(move |tx, ctx| {
        let draft = lock_with_client(tx, ctx, id.0)?;
        fraud::may_be_charged(tx, ctx, &draft)?;
        let row = issue(tx, ctx, id.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Issues one draft, whose client the caller has locked.
pub fn issue(tx: &mut Db, ctx: &Ctx, id: InvoiceId) -> Outcome<InvoiceRow> {
    let issued = issue_many(tx, ctx, &[id])?;
    issued.into_iter().next().ok_or_else(|| Problem::not_found().into())
}

/// Issues drafts, in the order of their ids, which is the order in which they were made. What their clients have to their
/// credit pays them at once: the
/// caller has locked the clients.
pub fn issue_many(tx: &mut Db, ctx: &Ctx, ids: &[InvoiceId]) -> Outcome<Vec<InvoiceRow>> {
    let wanted: BTreeSet<_> = ids.iter().copied().collect();
    let wanted: Vec<_> = wanted.into_iter().collect();
    let rows = invoices::lock_many(tx, ctx.scope, &wanted)?;
    if rows.len() != wanted.len() {
        return Err(Problem::not_found().into());
    }
    if let Some(row) = rows.iter().find(|row| row.state != InvoiceState::Draft) {
        return Err(Problem::new(Code::WrongState, format!("{} was issued already", row.id)).into());
    }
    let mut of_invoice: HashMap<InvoiceId, Vec<InvoiceLineRow>> = HashMap::new();
    for line in invoices::lines(tx, ctx.scope, &wanted)? {
        of_invoice.entry(line.invoice_id).or_default().push(line);
    }
    let document = |invoice: InvoiceRow| {
        let lines = of_invoice.remove(&invoice.id).unwrap_or_default();
        Document { invoice, lines, credits: None }
    };
    let mut documents: Vec<_> = rows.into_iter().map(document).collect();
    let parties = parties_of(tx, ctx, &documents)?;
    as_of_today(&parties, &mut documents)?;
    let terms = invoices::draft_terms(tx, ctx.scope, &wanted)?;
    seal(tx, ctx, &parties, &mut documents, &terms)?;
    let mut issued = Vec::with_capacity(documents.len());
    for mut document in documents {
        invoices::save(tx, &mut document.invoice)?;
        issued.push(document.invoice);
    }
    use_credit(tx, ctx, &mut issued)?;
    Ok(issued)
}

/// Writes new invoices that are issued at once, without a draft in between: what a billing run does. The caller has
/// locked the clients, whose credit is used.
pub fn write_issued(tx: &mut Db, ctx: &Ctx, wanted: &[NewInvoice]) -> Outcome<Vec<InvoiceRow>> {
    let parties = Parties::of(tx, ctx, wanted)?;
    let documents = wanted.iter().map(|one| document(ctx, &parties, one)).collect::<Outcome<Vec<_>>>()?;
    let mut issued = insert_sealed(tx, ctx, &parties, documents)?;
    use_credit(tx, ctx, &mut issued)?;
    Ok(issued)
}

/// Seals documents that are not in the tables yet, and writes them.
pub(super) fn insert_issued(tx: &mut Db, ctx: &Ctx, mut documents: Vec<Document>) -> Outcome<Vec<InvoiceRow>> {
    let parties = parties_of(tx, ctx, &documents)?;
    as_of_today(&parties, &mut documents)?;
    insert_sealed(tx, ctx, &parties, documents)
}

fn insert_sealed(tx: &mut Db, ctx: &Ctx, parties: &Parties, mut documents: Vec<Document>) -> Outcome<Vec<InvoiceRow>> {
    seal(tx, ctx, parties, &mut documents, &Terms::new())?;
    let (mut rows, mut lines) = (Vec::with_capacity(documents.len()), Vec::with_capacity(documents.len()));
    for document in documents {
        rows.push(document.invoice);
        lines.extend(document.lines);
    }
    invoices::insert_many(tx, &rows)?;
    invoices::insert_lines(tx, &lines)?;
    Ok(rows)
}

fn parties_of(tx: &mut Db, ctx: &Ctx, documents: &[Document]) -> Outcome<Parties> {
    let clients: BTreeSet<_> = documents.iter().map(|document| document.invoice.client_id).collect();
    Parties::load(tx, ctx, &clients.into_iter().collect::<Vec<_>>())
}

/// Documents that were made earlier are for the client as it is on the day of issue.
fn as_of_today(parties: &Parties, documents: &mut [Document]) -> Outcome<()> {
    for document in documents {
        let (client, contact) = parties.buyer(document.invoice.client_id)?;
        document.invoice.buyer = Json(BuyerView::new(client, contact).value()?);
    }
    Ok(())
}

/// Everything that issuing means, except writing the documents themselves.
fn seal(tx: &mut Db, ctx: &Ctx, parties: &Parties, documents: &mut [Document], terms: &Terms) -> Outcome<()> {
    let seller = parties.seller_value();
    let billing = settings::read(tx, ctx.scope)?.value.0.billing;
    number(tx, ctx, documents, terms, billing.term_days)?;
    for document in documents.iter_mut() {
        let frozen = freeze(document, &seller)?;
        document.invoice.frozen = Some(frozen.json);
        document.invoice.frozen_hash = Some(frozen.sha256);
    }
    chain(tx, ctx, documents)?;
    let entries = documents.iter().map(|document| entry(ctx, document)).collect::<Outcome<Vec<_>>>()?;
    ledger::post_all(tx, ctx, &entries)?;
    book_templates(tx, ctx, documents)?;
    let facts: Vec<_> = documents.iter().map(|document| fact(ctx, document)).collect();
    webhooks::append(tx, &facts)?;
    announce(tx, ctx, parties, documents, &billing.recipients)
}

/// Mails the documents to those who get them.
fn announce(tx: &mut Db, ctx: &Ctx, parties: &Parties, documents: &[Document], chosen: &Recipients) -> Outcome<()> {
    let mailed = || documents.iter().filter(|document| document.invoice.is_mailed);
    let clients: BTreeSet<_> = mailed().map(|document| document.invoice.client_id).collect();
    let readers = Readers::load(tx, ctx, parties, chosen, &Vec::from_iter(clients))?;
    let mut mails = Vec::with_capacity(documents.len());
    for document in mailed() {
        mails.extend(readers.announce(document)?);
    }
    enqueue_about(tx, ctx.scope, ctx.now, mails).map(|_| ())
}

/// Takes the numbers, one range for each series and date, and dates the documents: within a series dates never go back.
fn number(tx: &mut Db, ctx: &Ctx, documents: &mut [Document], terms: &Terms, term_days: u16) -> Outcome<()> {
    let scheme = invoices::numbering(tx, ctx.scope)?;
    let dated_on = |document: &Document| terms.get(&document.invoice.id).and_then(|terms| terms.dated_on);
    let mut by_series: BTreeMap<(SeriesKind, NaiveDate), Vec<&mut Document>> = BTreeMap::new();
    for document in documents {
        let is_credit_note = document.invoice.kind == InvoiceKind::CreditNote;
        let kind = scheme.series(is_credit_note, document.invoice.tax_minor != 0);
        let day = dated_on(document).unwrap_or_else(|| ctx.today());
        by_series.entry((kind, day)).or_default().push(document);
    }
    for ((kind, day), documents) in by_series {
        let series = invoices::lock_series(tx, ctx.scope, scheme, kind)?;
        let count = u64::try_from(documents.len()).unwrap_or(u64::MAX);
        let taken = series.take(day, count)?;
        if documents.iter().any(|document| dated_on(document).is_some_and(|day| day != taken.issued_on)) {
            let detail = format!("its series goes on from {}: that day or later", taken.issued_on);
            return Err(Problem::field("/dated_on", "out_of_order", detail).into());
        }
        for (document, (sequence, number)) in documents.into_iter().zip(taken.range.clone().zip(taken.numbers())) {
            let invoice = &mut document.invoice;
            invoice.state = InvoiceState::Issued;
            invoice.series = Some(series.scheme.key(kind, taken.issued_on));
            invoice.sequence = i64::try_from(sequence).ok();
            invoice.number = Some(number);
            invoice.issued_on = Some(taken.issued_on);
            invoice.due_on = Some(term(invoice.due_on, taken.issued_on, term_days));
        }
        invoices::save_series(tx, ctx.scope, kind, &taken.series)?;
    }
    Ok(())
}

/// The day that was named, but not before the day of issue; without one, the seller's usual term.
fn term(wanted: Option<NaiveDate>, issued_on: NaiveDate, term_days: u16) -> NaiveDate {
    wanted.map_or_else(|| due_on(issued_on, issued_on, term_days), |day| due_on(day, issued_on, 0))
}

/// Adds the documents to the chain. Its time never goes back, even when a request that began earlier commits later.
fn chain(tx: &mut Db, ctx: &Ctx, documents: &[Document]) -> Outcome<()> {
    let mut head = invoices::lock_head(tx, ctx.scope, Chain::Invoices)?;
    let mut last: Option<Link> = invoices::last_link(tx, &head)?.map(|row| row.link());
    let mut rows = Vec::with_capacity(documents.len());
    for Document { invoice, .. } in documents {
        let fact = Fact {
            entity: ctx.scope.seller().to_string(),
            chain: Chain::Invoices,
            kind: invoice.kind.type_code().into(),
            number: invoice.number.clone().unwrap_or_default(),
            at: last.as_ref().map_or(ctx.now, |last| last.fact.at.max(ctx.now)),
            amounts: Some([invoice.net_minor, invoice.tax_minor, invoice.gross_minor].map(|part| invoice.money(part))),
            sha256: invoice.frozen_hash.clone().unwrap_or_default(),
        };
        let link = fact.link(last.as_ref());
        rows.push(ChainLinkRow::new(ctx.scope.seller(), link.clone())?);
        last = Some(link);
    }
    if let Some(row) = rows.last() {
        (head.seq, head.hash) = (row.seq, row.hash.clone());
        invoices::append_links(tx, &rows)?;
        invoices::move_head(tx, &head)?;
    }
    Ok(())
}

/// The entry of a document: a credit note books the same the other way round.
fn entry(ctx: &Ctx, document: &Document) -> Outcome<Entry> {
    let invoice = &document.invoice;
    let mut charges: BTreeMap<AccountCode, Charge> = BTreeMap::new();
    for line in &document.lines {
        let zero = Money::zero(invoice.currency);
        let revenue = AccountCode::of_line(line.kind);
        let charge = charges.entry(revenue).or_insert(Charge {
            revenue,
            net: zero,
            deferred: zero,
            discount: zero,
            coupon: zero,
        });
        let add = |sum: Money, minor: i64| sum.plus(invoice.money(minor)).map_err(Problem::from);
        charge.net = add(charge.net, line.net_minor)?;
        charge.deferred = add(charge.deferred, deferred(ctx, invoice, line)?)?;
        charge.discount = add(charge.discount, line.discount_minor - line.coupon_discount_minor)?;
        charge.coupon = add(charge.coupon, line.coupon_discount_minor)?;
    }
    let charges: Vec<_> = charges.into_values().collect();
    Ok(Entry {
        kind: match invoice.kind {
            InvoiceKind::Invoice => EntryKind::InvoiceIssued,
            InvoiceKind::CreditNote => EntryKind::CreditNote,
        },
        subject: invoice.id.to_string(),
        client: Some(invoice.client_id),
        on: invoice.issued_on.unwrap_or_else(|| ctx.today()),
        postings: invoice_issued(&charges, invoice.money(invoice.tax_minor)).map_err(Problem::from)?,
    })
}

/// What of a line is earned later: on an invoice all that pays for a period, on a credit note what is not earned yet.
fn deferred(ctx: &Ctx, invoice: &InvoiceRow, line: &InvoiceLineRow) -> Outcome<i64> {
    let Some(period) = line.period() else { return Ok(0) };
    let net = invoice.money(line.net_minor);
    match invoice.kind {
        InvoiceKind::Invoice => Ok(net.minor()),
        InvoiceKind::CreditNote => {
            let earned = recognised_until(net, period, ctx.today()).map_err(Problem::from)?;
            Ok(net.minus(earned).map_err(Problem::from)?.minor())
        }
    }
}

fn fact(ctx: &Ctx, document: &Document) -> activities::ActivityRow {
    let invoice = &document.invoice;
    let kind = match invoice.kind {
        InvoiceKind::Invoice => "invoice.issued",
        InvoiceKind::CreditNote => "credit_note.issued",
    };
    let gross = invoice.money(invoice.gross_minor);
    ctx.fact(
        kind,
        invoice.id,
        json!({ "number": invoice.number, "client_id": invoice.client_id, "gross": gross, "due_on": invoice.due_on }),
    )
}
