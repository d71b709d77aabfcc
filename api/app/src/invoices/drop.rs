//! Removing a draft. What was tried to pay it stays on record, but names it no longer.

use crate::kernel::call::Ctx;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::payments::{self, BY_HAND};
use comptoir_db::{Db, Outcome};
use comptoir_domain::payments::{TransactionState, transition};
use comptoir_domain::{Code, Problem};
use serde_json::json;

/// Removes a draft that is locked behind its client. A payment that a gateway may yet take needs it: that has to be decided
/// first. One that was only announced, by transfer or cheque, is called off with it.
pub fn drop_draft(tx: &mut Db, ctx: &Ctx, draft: &InvoiceRow) -> Outcome<()> {
    for mut attempt in payments::of_invoice(tx, ctx.scope, draft.id)? {
        if !attempt.state.is_under_way() {
            continue;
        }
        if !BY_HAND.contains(&attempt.gateway.as_str()) {
            let detail = format!(
                "a payment of the draft {} is under way: wait until it is decided, or ask for it (POST /v1/transactions/{}/check)",
                draft.id, attempt.id
            );
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        transition(attempt.state, TransactionState::Voided)?;
        attempt.state = TransactionState::Voided;
        attempt.settled_at = Some(ctx.now);
        payments::save(tx, &mut attempt)?;
        let fact = json!({ "amount": attempt.amount(), "invoice_id": draft.id });
        ctx.record(tx, "transaction.voided", attempt.id, fact)?;
    }
    payments::outlive(tx, ctx.scope, draft.id)?;
    invoices::delete_draft(tx, ctx.scope, draft.id)
}
