//! Checking that nothing issued was changed, dropped or slipped in: every link of the chain, every frozen document
//! against its hash and its rows, and every series for gaps.

use crate::invoices::draft::Document;
use crate::invoices::freeze::freeze;
use crate::kernel::{Answer, Call, Reply};
use actix_web::get;
use comptoir_db::invoices::{self, ChainLinkRow, InvoiceLineRow, InvoiceRow};
use comptoir_db::verify::numbered;
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::InvoiceId;
use comptoir_domain::invoices::chain::{Chain, Fault, Link, verify_chain as verify_links};
use comptoir_domain::invoices::numbering::gaps;
use comptoir_domain::permissions::may;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many rows are read at a time.
const PART: i64 = 500;

/// The first place where the chain is broken.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChainBreakView {
    /// The link.
    pub seq: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// Numbers that are missing in a series.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SeriesGapView {
    /// The series.
    pub series: String,
    /// The first missing count.
    pub from: u64,
    /// The last missing count.
    pub to: u64,
}

/// What the check has found.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChainReportView {
    /// Nothing is wrong.
    pub intact: bool,
    /// How many links were checked.
    pub links: u64,
    /// The first break.
    pub first_break: Option<ChainBreakView>,
    /// Numbers of documents that are not what was issued, or are in no link; and of links without a document.
    pub changed: Vec<String>,
    /// Missing numbers.
    pub gaps: Vec<SeriesGapView>,
}

/// Verify the chain of issued documents
#[utoipa::path(tag = "invoices", responses((status = 200, body = ChainReportView, description = "What was found")))]
#[get("/v1/invoices/verify-chain")]
pub async fn verify_chain(call: Call<may::ReadInvoices>) -> Answer {
    call.read(|db, ctx| Ok(Reply::ok(&verify(db, ctx.scope)?))).await
}

fn verify(db: &mut Db, scope: Scope) -> Outcome<ChainReportView> {
    let (sealed, first_break) = chain_links(db, scope)?;
    let count = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
    let changed = changed(db, scope, sealed)?;
    let mut counts: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for document in numbered(db, scope)? {
        counts.entry(document.series).or_default().insert(document.count);
    }
    let gap = |(series, used): (String, BTreeSet<u64>)| {
        gaps(&used).into_iter().map(move |gap| SeriesGapView {
            series: series.clone(),
            from: *gap.start(),
            to: *gap.end(),
        })
    };
    let gaps: Vec<_> = counts.into_iter().flat_map(gap).collect();
    let intact = first_break.is_none() && changed.is_empty() && gaps.is_empty();
    Ok(ChainReportView { intact, links: count, first_break, changed, gaps })
}

/// The numbers of documents that are not what was issued or are in no link, and of links without a document.
pub fn changed(db: &mut Db, scope: Scope, mut sealed: HashMap<String, ChainLinkRow>) -> Outcome<Vec<String>> {
    let mut changed = Vec::new();
    let mut after = String::new();
    loop {
        let rows = invoices::sealed(db, scope, &after, PART)?;
        let Some(last) = rows.last() else { break };
        after = last.number.clone().unwrap_or_default();
        for document in documents(db, scope, rows)? {
            let number = document.invoice.number.clone().unwrap_or_default();
            let link = sealed.remove(&number);
            if !link.is_some_and(|link| is_as_issued(&document, &link)) {
                changed.push(number);
            }
        }
    }
    changed.extend(sealed.into_keys());
    changed.sort();
    Ok(changed)
}

/// The links by number, and the first break among them. A chain that ends before its head has lost its end.
pub fn chain_links(db: &mut Db, scope: Scope) -> Outcome<(HashMap<String, ChainLinkRow>, Option<ChainBreakView>)> {
    let mut by_number = HashMap::new();
    let (mut first_break, mut last): (Option<ChainBreakView>, Option<Link>) = (None, None);
    let mut after = 0;
    loop {
        let rows = invoices::links(db, scope, Chain::Invoices, after, PART)?;
        let Some(end) = rows.last() else { break };
        after = end.seq;
        let part: Vec<_> = rows.iter().map(ChainLinkRow::link).collect();
        if let (None, Err(found)) = (&first_break, verify_links(last.as_ref(), &part)) {
            first_break = Some(ChainBreakView { seq: found.seq, fault: found.fault });
        }
        last = part.into_iter().last();
        by_number.extend(rows.into_iter().map(|row| (row.number.clone(), row)));
    }
    let head = invoices::head(db, scope, Chain::Invoices)?;
    let (seq, hash) = last.map_or((0, String::new()), |last| (last.seq, last.hash));
    let ends = head.is_none_or(|head| u64::try_from(head.seq) == Ok(seq) && head.hash == hash);
    if first_break.is_none() && !ends {
        first_break = Some(ChainBreakView { seq: seq.saturating_add(1), fault: Fault::MissingSeq });
    }
    Ok((by_number, first_break))
}

fn documents(db: &mut Db, scope: Scope, rows: Vec<InvoiceRow>) -> Outcome<Vec<Document>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut of_invoice: HashMap<InvoiceId, Vec<InvoiceLineRow>> = HashMap::new();
    for line in invoices::lines(db, scope, &ids)? {
        of_invoice.entry(line.invoice_id).or_default().push(line);
    }
    let document = |invoice: InvoiceRow| {
        let lines = of_invoice.remove(&invoice.id).unwrap_or_default();
        Document { invoice, lines, credits: None }
    };
    Ok(rows.into_iter().map(document).collect())
}

/// Freezes the rows again, with the seller and the reference of that day, and compares with what is chained.
fn is_as_issued(document: &Document, link: &ChainLinkRow) -> bool {
    let invoice = &document.invoice;
    let text = invoice.frozen.as_deref().unwrap_or_default();
    let Ok(frozen) = serde_json::from_str::<serde_json::Value>(text) else { return false };
    let part = |name: &str| frozen.get(name).cloned().unwrap_or_default();
    let again = Document {
        invoice: invoice.clone(),
        lines: document.lines.clone(),
        credits: part("credits").as_str().map(String::from),
    };
    let amounts = (link.net_minor, link.tax_minor, link.gross_minor, link.currency, link.kind.as_str());
    let printed =
        (invoice.net_minor, invoice.tax_minor, invoice.gross_minor, invoice.currency, invoice.kind.type_code());
    amounts == printed
        && invoice.frozen_hash.as_deref() == Some(link.frozen_hash.as_str())
        && freeze(&again, &part("seller")).is_ok_and(|again| again.json == text && again.sha256 == link.frozen_hash)
}
