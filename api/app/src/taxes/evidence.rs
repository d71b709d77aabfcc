//! Evidence of where the buyer of an order is (TAX-06): noted when the order is placed by a seller of the Union. What
//! contradicts the invoice address comes before a person.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::todos::{Todo, raise};
use actix_web::get;
use comptoir_db::clients::ClientRow;
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::taxes::evidence::{self, TaxEvidenceRow};
use comptoir_db::{Db, Outcome, contacts, sellers, settings};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::{
    Contradiction, EvidenceKind, EvidenceVerdict, TaxReason, calling_country, in_union, weigh,
};
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Country, Instant, OrderId};

/// What shows where the buyer of an order is.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxEvidenceView {
    /// What it comes to; null where no evidence is asked for.
    pub verdict: Option<EvidenceVerdict>,
    /// The pieces.
    pub evidence: Vec<TaxEvidenceItemView>,
}

/// A piece of evidence.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxEvidenceItemView {
    /// What it is.
    pub kind: EvidenceKind,
    /// The country that it shows.
    pub country: Country,
    /// When it was noted.
    pub noted_at: Instant,
}

/// Get the evidence of an order's place
///
/// Sellers of the European Union keep what shows where a private buyer is, for ten years.
#[utoipa::path(tag = "taxes", params(("id" = OrderId, Path)), responses((status = 200, body = TaxEvidenceView, description = "What shows where the buyer is")))]
#[get("/v1/orders/{id}/tax-evidence")]
pub async fn get_tax_evidence(call: Call<may::ReadOrders>, id: Id<OrderId>) -> Answer {
    call.read(move |db, ctx| {
        let order = orders::find(db, ctx.scope, id.0)?;
        let rows = evidence::of_order(db, ctx.scope, order.id)?;
        let item =
            |row: &TaxEvidenceRow| TaxEvidenceItemView { kind: row.kind, country: row.country, noted_at: row.noted_at };
        Ok(Reply::ok(&TaxEvidenceView { verdict: verdict(&rows), evidence: rows.iter().map(item).collect() }))
    })
    .await
}

fn verdict(rows: &[TaxEvidenceRow]) -> Option<EvidenceVerdict> {
    let is_address = |row: &&TaxEvidenceRow| row.kind == EvidenceKind::BillingAddress;
    let address = rows.iter().find(is_address)?.country;
    let others = rows.iter().filter(|row| !is_address(row)).map(|row| (row.kind, row.country));
    Some(weigh(address, &others.collect::<Vec<_>>()))
}

/// The evidence for an order that is about to be written.
pub struct Found {
    rows: Vec<TaxEvidenceRow>,
    verdict: Option<EvidenceVerdict>,
    /// Whether a person has to accept the order first.
    pub holds: bool,
}

/// Gathers the evidence for an order. Of a business that owes the VAT itself, and of buyers of sellers outside the Union,
/// nobody asks for any.
pub fn gather(tx: &mut Db, ctx: &Ctx, order: &OrderRow, client: &ClientRow, reason: TaxReason) -> Outcome<Found> {
    if reason.note().is_some() || !in_union(sellers::own(tx, ctx.scope)?.country, ctx.today()) {
        return Ok(Found { rows: Vec::new(), verdict: None, holds: false });
    }
    let contact = contacts::primary_of(tx, ctx.scope, &[client.id])?.into_iter().next();
    let pieces = [
        (EvidenceKind::BillingAddress, Some(client.country)),
        (EvidenceKind::IpAddress, ctx.country),
        (EvidenceKind::Telephone, contact.and_then(|contact| calling_country(&contact.phone))),
    ];
    let row = |(kind, country): (EvidenceKind, Option<Country>)| {
        let (seller_id, order_id) = (ctx.scope.seller(), order.id);
        Some(TaxEvidenceRow { seller_id, order_id, kind, country: country?, noted_at: ctx.now })
    };
    let rows: Vec<_> = pieces.into_iter().filter_map(row).collect();
    let verdict = verdict(&rows);
    let decides = settings::read(tx, ctx.scope)?.value.0.taxes.contradicting_evidence;
    let holds = verdict == Some(EvidenceVerdict::Contradicted) && decides == Contradiction::Hold;
    Ok(Found { rows, verdict, holds })
}

/// Whether a person has to accept an order because of its evidence.
pub fn holds(db: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<bool> {
    let decides = settings::read(db, ctx.scope)?.value.0.taxes.contradicting_evidence;
    let rows = evidence::of_order(db, ctx.scope, order)?;
    Ok(decides == Contradiction::Hold && verdict(&rows) == Some(EvidenceVerdict::Contradicted))
}

/// Writes the evidence of an order, and tells a person of what contradicts the address.
pub fn keep(tx: &mut Db, ctx: &Ctx, order: &OrderRow, found: &Found) -> Outcome<()> {
    evidence::insert_all(tx, &found.rows)?;
    if found.verdict != Some(EvidenceVerdict::Contradicted) {
        return Ok(());
    }
    let shown: Vec<_> = found.rows.iter().map(|row| format!("{}: {}", row.kind, row.country)).collect();
    let todo = Todo {
        unique_key: format!("tax_evidence:{}", order.id),
        kind: TodoKind::TaxEvidence,
        title: format!("Order {}: the buyer may be in another country", order.number),
        detail: format!("{}. Ask the client, and correct the address if it is wrong.", shown.join(", ")),
        subject_id: order.id.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}
