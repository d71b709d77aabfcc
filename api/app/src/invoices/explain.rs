//! Why a line is what it is (INV-14): the trace that the computation itself has left, with what went into it.

use crate::invoices::explanation::{Agreed, LineExplanationView};
use crate::kernel::path::parameter;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::{HttpRequest, get};
use comptoir_db::invoices::InvoiceLineRow;
use comptoir_db::{Db, Outcome, Scope, invoices, prices, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::{InvoiceId, InvoiceLineId, Problem};

/// Explain a line
///
/// What went into its amounts (the version of the price, days, discounts, taxes, rounding), and the arithmetic step by step: as
/// sentences, and as numbers that can be added up again. It was written down when the line was made, so it stays true
/// whatever has changed since.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path), ("line_id" = InvoiceLineId, Path)), responses((status = 200, body = LineExplanationView, description = "How it came about")))]
#[get("/v1/invoices/{id}/lines/{line_id}/explain")]
pub async fn explain_line(call: Call<may::ReadInvoices>, id: Id<InvoiceId>, request: HttpRequest) -> Answer {
    let line_id: InvoiceLineId = parameter(&request, "line_id")?;
    call.read(move |db, ctx| {
        let invoice = invoices::find(db, ctx.scope, id.0)?;
        let lines = invoices::lines(db, ctx.scope, &[id.0])?;
        let line = lines.into_iter().find(|line| line.id == line_id).ok_or_else(Problem::not_found)?;
        let agreed = agreed(db, ctx.scope, &line)?;
        Ok(Reply::ok(&LineExplanationView::new(invoice, line, agreed)?))
    })
    .await
}

/// What was agreed on with the client: the cycle, and the version of the price.
fn agreed(db: &mut Db, scope: Scope, line: &InvoiceLineRow) -> Outcome<Agreed> {
    let ids: Vec<_> = line.subscription_id.into_iter().collect();
    let cycle = subscriptions::find_many(db, scope, &ids)?.first().map(|subscription| subscription.cycle);
    let items = subscriptions::items_of(db, scope, &ids)?;
    let item = items.iter().find(|item| Some(item.id) == line.item_id);
    let price = match item.and_then(|item| item.price_id) {
        Some(price) => prices::some(db, scope, &[price])?.pop(),
        None => None,
    };
    Ok(Agreed { cycle, price })
}
