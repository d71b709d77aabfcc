//! Booking what templates say, in the transaction that issues the documents: for many documents at once, one question whether
//! the seller has templates at all, and nothing more if it has none.

use crate::invoices::draft::Document;
use crate::kernel::call::Ctx;
use crate::ledger::{self, Entry};
use comptoir_db::invoices::{self, InvoiceLineRow, InvoiceRow};
use comptoir_db::ledger_templates::{self, LedgerTemplateRow, TemplatePostingRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::invoices::InvoiceKind;
use comptoir_domain::ledger::{EntryKind, Posting, taken_back, template_postings};
use comptoir_domain::money::MoneyError;
use comptoir_domain::quotes::LineKind;
use comptoir_domain::{InvoiceId, InvoiceLineId, LedgerTemplateId, Money, Problem};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is to be booked: one entry for each document and template.
#[derive(Default)]
struct Books {
    entries: BTreeMap<(InvoiceId, LedgerTemplateId), Entry>,
    rows: Vec<TemplatePostingRow>,
}

/// Books what the templates of plans say about documents that have just got their numbers.
pub fn book_templates(tx: &mut Db, ctx: &Ctx, documents: &[Document]) -> Outcome<()> {
    let mut books = Books::default();
    let of = |kind: InvoiceKind| documents.iter().filter(move |document| document.invoice.kind == kind);
    if of(InvoiceKind::Invoice).next().is_some() {
        let templates = ledger_templates::all(tx, ctx.scope)?;
        if !templates.is_empty() {
            charge(tx, ctx, &mut books, &templates, of(InvoiceKind::Invoice))?;
        }
    }
    if of(InvoiceKind::CreditNote).next().is_some() {
        take_back(tx, ctx, &mut books, of(InvoiceKind::CreditNote))?;
    }
    if books.rows.is_empty() {
        return Ok(());
    }
    ledger::post_all(tx, ctx, &books.entries.into_values().collect::<Vec<_>>())?;
    ledger_templates::insert_postings(tx, &books.rows)
}

/// Whether a line charges a plan for a time, so that its templates apply.
const fn is_for_a_time(kind: LineKind) -> bool {
    match kind {
        LineKind::Recurring | LineKind::Domain | LineKind::Certificate | LineKind::Proration => true,
        LineKind::Setup | LineKind::AddOn | LineKind::Overuse | LineKind::Fee | LineKind::OneOff => false,
    }
}

fn charge<'a>(
    tx: &mut Db,
    ctx: &Ctx,
    books: &mut Books,
    templates: &[LedgerTemplateRow],
    documents: impl Iterator<Item = &'a Document>,
) -> Outcome<()> {
    let lines = |document: &'a Document| {
        let charging = document.lines.iter().filter(|line| is_for_a_time(line.kind));
        charging.filter_map(|line| Some((&document.invoice, line, line.item_id?)))
    };
    let lines: Vec<_> = documents.flat_map(lines).collect();
    let items: BTreeSet<_> = lines.iter().map(|(.., item)| *item).collect();
    let sold = ledger_templates::plans_of_items(tx, ctx.scope, &Vec::from_iter(items))?;
    for (invoice, line, item) in lines {
        let Some((plan, cycle)) = sold.get(&item) else { continue };
        let fits = |template: &&LedgerTemplateRow| {
            let (currencies, cycles) = (&template.currencies.0, &template.cycles.0);
            template.plan_id == *plan
                && (currencies.is_empty() || currencies.contains(&invoice.currency))
                && (cycles.is_empty() || cycles.contains(cycle))
        };
        for template in templates.iter().filter(fits) {
            let net = invoice.money(line.net_minor);
            let postings = template_postings(&template.entries.0, net, line.quantity).map_err(Problem::from)?;
            books.add(ctx, invoice, line.id, template.id, &positioned(postings).map_err(Problem::from)?);
        }
    }
    Ok(())
}

fn positioned(postings: Vec<Posting>) -> Result<Vec<(i32, Posting)>, MoneyError> {
    let at = |(at, posting)| Ok((i32::try_from(at).map_err(|_| MoneyError::Overflow)?, posting));
    postings.into_iter().enumerate().map(at).collect()
}

/// Takes back of what was booked for a line the share of it that is credited now.
fn take_back<'a>(
    tx: &mut Db,
    ctx: &Ctx,
    books: &mut Books,
    documents: impl Iterator<Item = &'a Document>,
) -> Outcome<()> {
    let lines = |document: &'a Document| {
        document.lines.iter().filter_map(|line| Some((&document.invoice, line, line.credits_line_id?)))
    };
    let lines: Vec<_> = documents.flat_map(lines).collect();
    let corrected: BTreeSet<InvoiceLineId> = lines.iter().map(|(.., corrected)| *corrected).collect();
    let corrected = Vec::from_iter(corrected);
    let booked = ledger_templates::postings(tx, ctx.scope, &corrected)?;
    if booked.is_empty() {
        return Ok(());
    }
    let mut earlier = Earlier::read(tx, ctx, &corrected)?;
    for (invoice, line, corrected) in lines {
        let of_line = booked.iter().filter(|row| row.line_id == corrected);
        let net = earlier.nets.get(&corrected).copied().unwrap_or_default();
        let credited = earlier.credited.entry(corrected).or_default();
        *credited -= line.net_minor;
        for row in of_line {
            let whole = Money::from_minor(row.amount_minor, row.currency);
            let taken = earlier.taken.entry((corrected, row.template_id, row.position)).or_default();
            let already = Money::from_minor(*taken, row.currency);
            let part =
                taken_back(whole, already, invoice.money(*credited), invoice.money(net)).map_err(Problem::from)?;
            if part.minor() > 0 {
                *taken += part.minor();
                let posting = Posting::new(row.credit, row.debit, part).map_err(Problem::from)?;
                let posting: Vec<_> = posting.into_iter().map(|posting| (row.position, posting)).collect();
                books.add(ctx, invoice, line.id, row.template_id, &posting);
            }
        }
    }
    Ok(())
}

/// What earlier credit notes have credited of lines, and taken back of what was booked for them.
struct Earlier {
    nets: HashMap<InvoiceLineId, i64>,
    credited: HashMap<InvoiceLineId, i64>,
    taken: HashMap<(InvoiceLineId, LedgerTemplateId, i32), i64>,
}

impl Earlier {
    fn read(tx: &mut Db, ctx: &Ctx, corrected: &[InvoiceLineId]) -> Outcome<Self> {
        let nets = invoices::lines_by_id(tx, ctx.scope, corrected)?;
        let nets = nets.into_iter().map(|line| (line.id, line.net_minor)).collect();
        let notes: Vec<InvoiceLineRow> = invoices::credit_lines(tx, ctx.scope, corrected)?;
        let of: HashMap<_, _> = notes.iter().filter_map(|note| Some((note.id, note.credits_line_id?))).collect();
        let mut credited: HashMap<InvoiceLineId, i64> = HashMap::new();
        for note in &notes {
            if let Some(line) = note.credits_line_id {
                // the amounts of credit notes are below nothing
                *credited.entry(line).or_default() -= note.net_minor;
            }
        }
        let mut taken: HashMap<_, i64> = HashMap::new();
        for row in ledger_templates::postings(tx, ctx.scope, &of.keys().copied().collect::<Vec<_>>())? {
            if let Some(line) = of.get(&row.line_id) {
                *taken.entry((*line, row.template_id, row.position)).or_default() += row.amount_minor;
            }
        }
        Ok(Self { nets, credited, taken })
    }
}

impl Books {
    fn add(
        &mut self,
        ctx: &Ctx,
        invoice: &InvoiceRow,
        line: InvoiceLineId,
        template: LedgerTemplateId,
        postings: &[(i32, Posting)],
    ) {
        if postings.is_empty() {
            return;
        }
        let entry = self.entries.entry((invoice.id, template)).or_insert_with(|| Entry {
            kind: EntryKind::PlanTemplate,
            subject: invoice.id.to_string(),
            client: Some(invoice.client_id),
            on: invoice.issued_on.unwrap_or_else(|| ctx.today()),
            postings: Vec::new(),
        });
        entry.postings.extend(postings.iter().map(|(_, posting)| *posting));
        self.rows.extend(postings.iter().map(|(position, posting)| TemplatePostingRow {
            seller_id: ctx.scope.seller(),
            line_id: line,
            template_id: template,
            position: *position,
            debit: posting.debit(),
            credit: posting.credit(),
            currency: posting.amount().currency(),
            amount_minor: posting.amount().minor(),
        }));
    }
}
