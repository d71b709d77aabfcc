//! What keeps issued documents from being changed, for whoever wants to check it himself (INV-05): the frozen form, byte for
//! byte, and the links of the chain with the texts that were hashed.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::invoices::{self, ChainLinkRow};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::invoices::chain::{Chain, Fault, Link, verify_chain};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Instant, InvoiceId, Money, Problem};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A document as it was frozen on the day of issue: canonical JSON (RFC 8785). Its SHA-256 is the `sha256` of the document.
#[derive(Debug, utoipa::ToSchema)]
pub struct FrozenDocument(
    #[allow(dead_code, reason = "a description of what is sent as it is")] pub Map<String, Value>,
);

/// A link of the chain of issued documents.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ChainLinkView {
    /// Its place in the chain, from 1, without gap.
    pub seq: u64,
    /// The number of the document.
    pub number: String,
    /// The type of the document: 380 invoice, 381 credit note (UNTDID 1001).
    pub kind: String,
    /// When it was chained; whole seconds are hashed.
    pub at: Instant,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
    /// Of the frozen document.
    pub sha256: String,
    /// The hash of the link before; 64 zeros for the first.
    pub previous_hash: String,
    /// Of the text.
    pub hash: String,
    /// What was hashed: the parts in order, with the previous hash at the end.
    pub text: String,
    /// What is wrong with it; null if nothing is.
    pub fault: Option<Fault>,
}

list_of!(ChainLinkList, ChainLinkView);

impl ChainLinkView {
    fn new(row: &ChainLinkRow, before: Option<&ChainLinkRow>) -> Self {
        let (link, before) = (row.link(), before.map(ChainLinkRow::link));
        let money = |minor| Money::from_minor(minor, row.currency);
        Self {
            fault: fault(before.as_ref(), &link),
            text: link.text(),
            seq: link.seq,
            number: link.fact.number,
            kind: link.fact.kind,
            at: link.fact.at,
            net: money(row.net_minor),
            tax: money(row.tax_minor),
            gross: money(row.gross_minor),
            sha256: link.fact.sha256,
            previous_hash: link.previous,
            hash: link.hash,
        }
    }
}

fn fault(before: Option<&Link>, link: &Link) -> Option<Fault> {
    verify_chain(before, [link]).err().map(|found| found.fault)
}

/// Get an invoice as it was frozen
///
/// Or a credit note: the bytes that were hashed when it was issued, with the seller and the buyer of that day.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 200, body = FrozenDocument, description = "The frozen document")))]
#[get("/v1/invoices/{id}/frozen")]
pub async fn get_frozen_invoice(call: Call<may::ReadInvoices>, id: Id<InvoiceId>) -> Answer {
    call.read(move |db, ctx| {
        let row = invoices::find(db, ctx.scope, id.0)?;
        let (Some(frozen), Some(hash)) = (row.frozen, row.frozen_hash) else { return Err(not_sealed()) };
        Ok(Reply::written(frozen).header("etag", format!("\"{hash}\"")))
    })
    .await
}

/// Get the seal of an invoice
///
/// Its link in the chain of the seller's documents, checked against the link before.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 200, body = ChainLinkView, description = "The link")))]
#[get("/v1/invoices/{id}/seal")]
pub async fn get_invoice_seal(call: Call<may::ReadInvoices>, id: Id<InvoiceId>) -> Answer {
    call.read(move |db, ctx| {
        let number = invoices::find(db, ctx.scope, id.0)?.number.ok_or_else(not_sealed)?;
        let link = invoices::link_of(db, ctx.scope, Chain::Invoices, &number)?;
        let view = views(db, ctx, &[link])?.pop();
        Ok(Reply::ok(&view.ok_or_else(|| Failure::Corrupt("one link in, no view out".into()))?))
    })
    .await
}

/// Which links.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChainQuery {
    /// Of documents that were counted in this series, such as `invoice:2026`.
    series: Option<String>,
}

impl Filters for ChainQuery {}

/// List the chain of issued documents
///
/// Each link with what was hashed, checked against the link before. The whole chain with its documents is checked by
/// `GET /v1/invoices/verify-chain`.
#[utoipa::path(tag = "invoices", params(ListParameters, ChainQuery), responses((status = 200, body = ChainLinkList, description = "A page")))]
#[get("/v1/invoices/chain")]
pub async fn list_chain(call: Call<may::ReadInvoices>, list: List<ChainQuery>) -> Answer {
    let (series, page) = (list.filters.series.clone(), list.page.clone());
    let work = move |db: &mut Db, ctx: &Ctx| {
        let slice = invoices::list_links(db, ctx.scope, Chain::Invoices, series.as_deref(), &page)?;
        Ok((views(db, ctx, &slice.rows)?, slice.next))
    };
    let (data, next) = call.read(work).await?;
    Ok(Reply::ok(&ChainLinkList { data, next_cursor: list.cursor_text(next.as_ref()) }))
}

/// Links with those before them, which are read at once.
fn views(db: &mut Db, ctx: &Ctx, rows: &[ChainLinkRow]) -> Outcome<Vec<ChainLinkView>> {
    let before: Vec<i64> = rows.iter().map(|row| row.seq - 1).collect();
    let before = invoices::links_at(db, ctx.scope, Chain::Invoices, &before)?;
    let before: HashMap<i64, ChainLinkRow> = before.into_iter().map(|row| (row.seq, row)).collect();
    Ok(rows.iter().map(|row| ChainLinkView::new(row, before.get(&(row.seq - 1)))).collect())
}

fn not_sealed() -> Failure {
    Problem::new(Code::WrongState, "a draft is not frozen: issue it first").into()
}
