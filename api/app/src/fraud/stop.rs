//! What is neither invoiced, charged nor set up: orders that are not decided or are refused, and cards on the list of those denied.

use crate::kernel::call::Ctx;
use comptoir_db::fraud::{checks, entries};
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::orders::OrderRow;
use comptoir_db::{Db, Outcome, settings};
use comptoir_domain::fraud::{Bin, FraudCheckState, FraudList, card_candidates};
use comptoir_domain::orders::OrderState;
use comptoir_domain::{Code, Problem};

/// Refuses to invoice or charge what was ordered before the order is decided, and ever after it was refused.
pub fn may_be_charged(db: &mut Db, ctx: &Ctx, invoice: &InvoiceRow) -> Outcome<()> {
    let Some(order) = invoice.order_id else { return Ok(()) };
    let detail = match checks::stopping(db, ctx.scope, order)? {
        None => return Ok(()),
        // nobody is told that he was taken for a fraud
        Some(FraudCheckState::Declined) => "the order could not be accepted: please contact us",
        Some(_) => "the order is still being looked at: it can be paid once it is accepted",
    };
    Err(Problem::new(Code::Conflict, detail).into())
}

/// Whether nothing of an order is set up, whoever asks for it.
pub fn stops(db: &mut Db, ctx: &Ctx, order: &OrderRow) -> Outcome<bool> {
    let may_wait = matches!(order.state, OrderState::New | OrderState::WaitingForValidation | OrderState::Fraud);
    Ok(may_wait && checks::stopping(db, ctx.scope, order.id)?.is_some())
}

/// Refuses the first digits of a card that the seller wants nothing of.
pub fn may_pay_with(db: &mut Db, ctx: &Ctx, bin: Option<&Bin>) -> Outcome<()> {
    let Some(bin) = bin else { return Ok(()) };
    if !settings::read(db, ctx.scope)?.value.0.fraud.is_on {
        return Ok(());
    }
    let starts = card_candidates(bin);
    let found = entries::among(db, ctx.scope, starts.iter().map(|(_, value)| value.clone()).collect())?;
    let is_denied =
        found.iter().any(|entry| entry.list == FraudList::Deny && starts.contains(&(entry.kind, entry.value.clone())));
    if is_denied {
        return Err(Problem::new(Code::PaymentDeclined, "this card is not taken here: use another one").into());
    }
    Ok(())
}
