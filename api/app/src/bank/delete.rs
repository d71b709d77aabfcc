//! Deleting a batch (PAY-08): the only way to undo what a bank's answer was taken for. A bank may have the file, so nothing of
//! it is used again: what was approved is taken back, and each debit whose invoice is still open gets a successor with a
//! reference of its own in the open batch of the plug-in.

use crate::bank::amendments;
use crate::bank::close::plugin;
use crate::bank::join::enter_batch;
use crate::bank::mandates::USED;
use crate::credits::to_pay;
use crate::encryption::may_pay;
use crate::gateways::ready::Gateways;
use crate::invoices::lock_with_client;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use crate::payments::pay::begin;
use crate::payments::reverse::{Back, reverse};
use crate::payments::settle::{enter, lock};
use actix_web::delete;
use chrono::NaiveDate;
use comptoir_db::bank::batches;
use comptoir_db::bank::debits::{self, Debit};
use comptoir_db::bank::mandates;
use comptoir_db::{Db, Failure, Outcome, payment_methods};
use comptoir_domain::payments::TransactionState;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, DebitBatchId, MandateId, Problem};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Delete a batch
///
/// Only while one of its debits is undecided. Approvals in it are undone: their invoices are open again. For every invoice that is
/// open then, a new debit joins the open batch, unless credit covers it or another payment of it is under way. Mandates are as if
/// nothing of the batch had been collected. Make sure that the bank does not get the old file as well.
#[utoipa::path(tag = "bank", params(("id" = DebitBatchId, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/v1/bank-batches/{id}")]
pub async fn delete_bank_batch(call: Call<may::WritePayments>, id: Id<DebitBatchId>, seen: IfMatch) -> Answer {
    let (gateways, shared) = (call.state().gateways.clone(), call.shared_state());
    call.write(move |tx, ctx| {
        may_pay(tx, &shared, ctx)?;
        remove(tx, ctx, &gateways, id.0, &seen)?;
        Ok(Reply::no_content())
    })
    .await
}

fn remove(tx: &mut Db, ctx: &Ctx, gateways: &Gateways, id: DebitBatchId, seen: &IfMatch) -> Outcome<()> {
    let row = batches::lock(tx, ctx.scope, id)?;
    seen.check(row.version)?;
    let all = debits::of_batch(tx, ctx.scope, id)?;
    let undecided = all.iter().filter(|(_, payment)| payment.state.is_under_way()).count();
    if undecided == 0 {
        let detail = "nothing in this batch is undecided: what was approved is given back by a refund instead";
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    // what would be begun has to be collectable
    plugin(tx, ctx, gateways, &row.gateway)?;
    let ids: Vec<_> = all.iter().map(|(_, payment)| payment.id).collect();
    debits::move_to(tx, ctx.scope, &ids, None)?;
    batches::delete(tx, &row)?;
    let mut moved = 0;
    for debit in &all {
        moved += usize::from(replace(tx, ctx, debit)?);
    }
    give_back_mandates(tx, ctx, &all)?;
    amendments::take_back(tx, ctx, all.iter().map(|(row, _)| row))?;
    let fact = json!({ "gateway": row.gateway, "name": row.name, "debits": all.len(), "moved": moved });
    ctx.record(tx, "bank_batch.deleted", id, fact)
}

/// Undoes what closing has done to the mandates: each is called as the files that are left say. What was ended by its single
/// collection can be used again, unless the client has signed another one since.
fn give_back_mandates(tx: &mut Db, ctx: &Ctx, all: &[Debit]) -> Outcome<()> {
    let used = all.iter().filter(|(row, _)| row.group_name.is_some()).filter_map(|(row, _)| row.mandate_id);
    let used = Vec::from_iter(used.collect::<BTreeSet<MandateId>>());
    let left = debits::collections(tx, ctx.scope, &used)?;
    let mut days: BTreeMap<Option<NaiveDate>, Vec<MandateId>> = BTreeMap::new();
    for id in used {
        let mut row = mandates::lock(tx, ctx.scope, id)?;
        let last = left.get(&id).copied();
        let used_up = row.ended_because.as_deref() == Some(USED) && last.is_none();
        if used_up && mandates::of_methods(tx, ctx.scope, &[row.payment_method_id])?.is_empty() {
            (row.ended_on, row.ended_because, row.last_collected_on) = (None, None, None);
            mandates::save(tx, &mut row)?;
            ctx.record(tx, "mandate.given_back", row.id, json!({ "client_id": row.client_id }))?;
        } else if row.last_collected_on != last {
            days.entry(last).or_default().push(id);
        }
    }
    days.into_iter().try_for_each(|(day, ids)| mandates::collected_last(tx, ctx.scope, &ids, day))
}

/// Undoes a debit and begins its successor, if its invoice is still to be paid; says whether it did.
fn replace(tx: &mut Db, ctx: &Ctx, (old, payment): &Debit) -> Outcome<bool> {
    let mut payment = lock(tx, ctx, payment.id)?;
    match payment.state {
        TransactionState::Approved => {
            let back = Back { amount: None, fee: None, why: "its batch was deleted" };
            reverse(tx, ctx, &mut payment, back)?;
        }
        state if state.is_under_way() => enter(tx, ctx, &mut payment, TransactionState::Voided)?,
        _ => {}
    }
    let Some(invoice) = payment.invoice_id else { return Ok(false) };
    let invoice = lock_with_client(tx, ctx, invoice)?;
    let method = payment_methods::some(tx, ctx.scope, &[old.payment_method_id])?.pop();
    let (Some(method), false) = (method, to_pay(&invoice).is_zero()) else { return Ok(false) };
    let part = Some((method.id, payment.amount()));
    let begun = match begin(tx, ctx, &invoice, &payment.gateway, part) {
        // credit is enough by now, another payment is under way, or it must not be charged: it goes the way of other invoices
        Err(Failure::Refused(why)) if matches!(why.code, Code::Conflict | Code::WrongState) => return Ok(false),
        begun => begun?,
    };
    let mandate = old.mandate_id.map(|id| mandates::find(tx, ctx.scope, id)).transpose()?;
    // the payer was told of this debit: nobody is told again; when the file is made, the day is one that the bank can still do
    let row = enter_batch(tx, ctx, begun, mandate.as_ref(), &method, old.collect_on)?;
    let successor = debits::of_transaction(tx, ctx.scope, row.id)?;
    if let Some(mut successor) = successor {
        (successor.replaces_id, successor.noticed_on) = (Some(payment.id), old.noticed_on);
        debits::save(tx, &successor)?;
    }
    Ok(true)
}
