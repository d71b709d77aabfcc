//! The queue as it stands: what the next recurring run would charge.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, List, Reply};
use crate::payment_queue::plan::{Due, Lanes, Means, lanes};
use crate::payment_queue::process::collection;
use crate::payment_queue::views::{PaymentQueueList, PaymentQueueView};
use crate::payment_queue::wanted::Wanted;
use actix_web::get;
use comptoir_db::paging::foreign_cursor;
use comptoir_db::{Cursor, Db, Outcome, Page, Slice, clients, invoices};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, InvoiceId, PaymentMethodId};
use std::collections::{BTreeSet, HashMap};

/// Invoices that are looked at together.
const CHUNK: i64 = 100;

/// Which charges.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentQueueQuery {
    /// Of this client.
    client_id: Option<ClientId>,
}

impl Filters for PaymentQueueQuery {}

/// List the payment queue
///
/// What the next recurring run would charge if nothing of it were refused, by the invoices' age. An invoice that several
/// methods share has a charge for each.
#[utoipa::path(tag = "payment_queue", params(ListParameters, PaymentQueueQuery), responses((status = 200, body = PaymentQueueList, description = "A page")))]
#[get("/v1/payment-queue")]
pub async fn list_payment_queue(call: Call<may::ReadPayments>, list: List<PaymentQueueQuery>) -> Answer {
    let (only, page, means) = (list.filters.client_id, list.page.clone(), Means::of(call.state()));
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = only {
            clients::find(db, ctx.scope, client)?;
        }
        let usual = Wanted::usual(&collection(db, ctx.scope)?, ctx.today());
        let wanted = Wanted { clients: only.map(|client| vec![client]), ..usual };
        slice(db, ctx, &wanted, &means, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&PaymentQueueList { data: slice.rows.into_iter().map(PaymentQueueView::from).collect(), next_cursor }))
}

/// One page of it. It goes on after an invoice and one of its methods.
fn slice(db: &mut Db, ctx: &Ctx, wanted: &Wanted, means: &Means, page: &Page) -> Outcome<Slice<Due>> {
    let seen = page.after.as_ref().map(|cursor| Some((cursor.id.parse().ok()?, cursor.value.parse().ok()?)));
    let seen: Option<(InvoiceId, PaymentMethodId)> = seen.map(|known| known.ok_or_else(foreign_cursor)).transpose()?;
    let (mut from, mut rows) = (seen.map(|(invoice, _)| invoice), Vec::new());
    let enough = usize::try_from(page.limit).unwrap_or(usize::MAX);
    loop {
        let found = invoices::owed_from(db, ctx.scope, &wanted.owed(), (from, page.descending), CHUNK + 1)?;
        let mut due = by_invoice(db, ctx, wanted, means, found.iter().map(|(client, _)| *client).collect())?;
        let is_last = found.len() <= usize::try_from(CHUNK).unwrap_or(usize::MAX);
        // the last one is where the next part begins
        let here = if is_last { found.len() } else { found.len().saturating_sub(1) };
        for (_, invoice) in found.iter().take(here) {
            for charge in due.remove(invoice).unwrap_or_default() {
                let is_seen = seen.is_some_and(|(last, method)| last == *invoice && charge.part.method.id <= method);
                if !is_seen {
                    rows.push(charge);
                }
            }
        }
        if is_last || rows.len() > enough {
            let at = |due: &Due| Cursor { value: due.part.method.id.to_string(), id: due.part.invoice.to_string() };
            return Ok(Slice::cut(rows, page, at));
        }
        from = found.last().map(|(_, invoice)| *invoice);
    }
}

/// What some clients are to be charged, by invoice.
fn by_invoice(
    db: &mut Db,
    ctx: &Ctx,
    wanted: &Wanted,
    means: &Means,
    clients: BTreeSet<ClientId>,
) -> Outcome<HashMap<InvoiceId, Vec<Due>>> {
    let Lanes { lanes, .. } = lanes(db, ctx, wanted, means, clients.into_iter().collect())?;
    let mut all: HashMap<InvoiceId, Vec<Due>> = HashMap::new();
    lanes.into_iter().flatten().for_each(|due| all.entry(due.part.invoice).or_default().push(due));
    Ok(all)
}
