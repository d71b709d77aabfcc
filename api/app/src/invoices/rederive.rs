//! Drafts that were made from subscriptions (INV-08): thrown away when a subscription changes, so that the next run or the
//! next person makes them anew, or made anew at once in place. The subscriptions stand again where they stood before.

use crate::invoices::draft::{Document, document};
use crate::invoices::drop::drop_draft;
use crate::invoices::parties::Parties;
use crate::invoices::reach::Reach;
use crate::invoices::read::{lock_with_client, reply};
use crate::invoices::renew::{move_on, work_out};
use crate::invoices::reprice::{reprice, write_lines};
use crate::invoices::views::InvoiceView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::invoices::{self, InvoiceLineRow, InvoiceRow};
use comptoir_db::subscriptions::{self, Billed, SubscriptionRow};
use comptoir_db::{Db, Json, Outcome, clients, discounts};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::invoices::due::undo;
use comptoir_domain::invoices::granted::Granted;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Code, InvoiceId, Problem, SubscriptionId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Make a draft of subscriptions anew
///
/// As its subscriptions are now, over the same time; hand-written lines stay. A draft of which nothing is left is removed.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)),
    responses((status = 200, body = InvoiceView, description = "The draft as it is now"), (status = 204, description = "Nothing was left of it")))]
#[post("/v1/invoices/{id}/rederive")]
pub async fn rederive_invoice(call: Call<may::WriteInvoices>, id: Id<InvoiceId>) -> Answer {
    call.write(move |tx, ctx| match anew(tx, ctx, id.0)? {
        Some(row) => reply(tx, ctx, row),
        None => Ok(Reply::no_content()),
    })
    .await
}

/// Throws away what drafts of some clients hold of their subscriptions, whose terms have changed or are about to: the
/// caller has locked the clients. What was written in them by hand stays.
pub fn rederive(tx: &mut Db, ctx: &Ctx, clients: &[ClientId]) -> Outcome<()> {
    for row in invoices::lock_derived_drafts(tx, ctx.scope, clients)? {
        drop_derived(tx, ctx, row)?;
    }
    Ok(())
}

fn drop_derived(tx: &mut Db, ctx: &Ctx, mut row: InvoiceRow) -> Outcome<()> {
    let (derived, by_hand) = parted(tx, ctx, &row)?;
    if derived.is_empty() {
        return Ok(());
    }
    invoices::delete_lines(tx, ctx.scope, row.id)?;
    set_back(tx, ctx, &derived)?;
    if by_hand.is_empty() {
        drop_draft(tx, ctx, &row)?;
        return ctx.record(tx, "invoice.dropped", row.id, json!({ "client_id": row.client_id, "reason": "rederived" }));
    }
    reprice(tx, ctx, &mut row, by_hand)?;
    ctx.record(tx, "invoice.rederived", row.id, json!({ "client_id": row.client_id }))
}

/// Makes the derived lines of one draft anew, in place.
fn anew(tx: &mut Db, ctx: &Ctx, id: InvoiceId) -> Outcome<Option<InvoiceRow>> {
    let mut row = lock_with_client(tx, ctx, id)?;
    if row.state != InvoiceState::Draft || row.order_id.is_some() {
        let detail = "only a draft that was made from subscriptions, and not by an order, can be made anew";
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    let (derived, by_hand) = parted(tx, ctx, &row)?;
    let reach = Reach::Each(reached(&derived));
    invoices::delete_lines(tx, ctx.scope, row.id)?;
    let subscriptions = set_back(tx, ctx, &derived)?;
    let client = clients::find(tx, ctx.scope, row.client_id)?;
    let decided = work_out(tx, ctx, vec![client], subscriptions, &reach)?;
    let parties = Parties::load(tx, ctx, &[row.client_id])?;
    let mut documents = Vec::new();
    for one in move_on(tx, ctx, decided)? {
        documents.push(document(ctx, &parties, &one)?);
    }
    if documents.is_empty() && by_hand.is_empty() {
        drop_draft(tx, ctx, &row)?;
        ctx.record(tx, "invoice.dropped", row.id, json!({ "client_id": row.client_id, "reason": "rederived" }))?;
        return Ok(None);
    }
    replace(tx, ctx, &mut row, documents, by_hand)?;
    ctx.record(tx, "invoice.rederived", row.id, json!({ "client_id": row.client_id }))?;
    Ok(Some(row))
}

/// One invoice as it was worked out is taken over as it is; otherwise the taxes are those of all lines together.
fn replace(
    tx: &mut Db,
    ctx: &Ctx,
    row: &mut InvoiceRow,
    documents: Vec<Document>,
    by_hand: Vec<InvoiceLineRow>,
) -> Outcome<()> {
    if let ([one], true) = (documents.as_slice(), by_hand.is_empty()) {
        row.taxes = Json(one.invoice.taxes.0.clone());
        return write_lines(tx, ctx, row, one.lines.clone());
    }
    let lines = documents.into_iter().flat_map(|one| one.lines).chain(by_hand).collect();
    reprice(tx, ctx, row, lines)
}

/// The lines of a draft that can be made anew from subscriptions, and the others: what was written by hand, and the time
/// of subscriptions that have ended, at which no run looks again.
fn parted(tx: &mut Db, ctx: &Ctx, row: &InvoiceRow) -> Outcome<(Vec<InvoiceLineRow>, Vec<InvoiceLineRow>)> {
    let lines = invoices::lines(tx, ctx.scope, &[row.id])?;
    let ids: BTreeSet<SubscriptionId> = lines.iter().filter_map(|line| line.subscription_id).collect();
    let of = subscriptions::find_many(tx, ctx.scope, &Vec::from_iter(ids))?;
    let go_on: BTreeSet<_> = of.iter().filter(|row| !row.status.is_over()).map(|row| row.id).collect();
    let derived = |line: &InvoiceLineRow| line.subscription_id.is_some_and(|id| go_on.contains(&id));
    Ok(lines.into_iter().partition(|line| line.item_id.is_some() && derived(line)))
}

/// The last day on which something begins of each subscription.
fn reached(derived: &[InvoiceLineRow]) -> BTreeMap<SubscriptionId, NaiveDate> {
    let mut days = BTreeMap::new();
    for (subscription, from) in derived.iter().filter_map(|line| Some((line.subscription_id?, line.period_from?))) {
        let day = days.entry(subscription).or_insert(from);
        *day = from.max(*day);
    }
    days
}

/// Sets the subscriptions back to where they stood without these lines, which are gone; gives them as they are now.
pub fn set_back(tx: &mut Db, ctx: &Ctx, derived: &[InvoiceLineRow]) -> Outcome<Vec<SubscriptionRow>> {
    let ids: Vec<SubscriptionId> = reached(derived).into_keys().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = subscriptions::find_many(tx, ctx.scope, &ids)?;
    let items = subscriptions::items_of(tx, ctx.scope, &ids)?;
    let mut lines: HashMap<SubscriptionId, Vec<_>> = HashMap::new();
    for line in derived {
        if let (Some(subscription), Some(item), Some(from)) = (line.subscription_id, line.item_id, line.period_from) {
            lines.entry(subscription).or_default().push((item, from, Granted::of(&line.trace.0.steps)));
        }
    }
    let (mut moved, mut discounts_again) = (Vec::with_capacity(rows.len()), Vec::new());
    let billed = subscriptions::as_billed(&rows, items, &[], |_| true)?;
    for (row, of) in rows.iter().zip(&billed) {
        let theirs = lines.get(&row.id).map_or(&[][..], Vec::as_slice);
        if let Some(undone) = undo(of, theirs)? {
            let next = row.next_invoice_on.map_or(undone.next_invoice_on, |day| day.min(undone.next_invoice_on));
            let to = Billed {
                billed_through: undone.billed_through,
                next_invoice_on: Some(next).filter(|_| !row.status.is_ended()),
                coupon_cycles: row.coupon_cycles.map(|left| left.saturating_add_unsigned(undone.again.coupon)),
            };
            moved.push((row.id, to));
            discounts_again.push((row.id, undone.again.discount));
        }
    }
    subscriptions::advance(tx, ctx.scope, moved)?;
    discounts::give_again(tx, ctx.scope, discounts_again)?;
    subscriptions::find_many(tx, ctx.scope, &ids)
}
