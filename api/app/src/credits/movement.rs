//! One movement of a client's credit.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use comptoir_db::credits::{self, CreditRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::payments::CreditKind;
use comptoir_domain::{ClientId, Code, InvoiceId, Money, Problem, TransactionId};

/// What moves, and why.
pub struct Movement {
    /// Whose credit.
    pub client: ClientId,
    /// Why.
    pub kind: CreditKind,
    /// Above nothing if it grows.
    pub amount: Money,
    /// For people.
    pub reason: String,
    /// The invoice it paid or came from.
    pub invoice: Option<InvoiceId>,
    /// The transaction it came from or left with.
    pub transaction: Option<TransactionId>,
}

/// Writes a movement with the balance after it; refuses to go below nothing. The caller holds the lock on the client's
/// row and books the entry in the ledger.
pub fn record(tx: &mut Db, ctx: &Ctx, movement: Movement) -> Outcome<CreditRow> {
    let currency = movement.amount.currency();
    let before = Money::from_minor(credits::balance(tx, ctx.scope, movement.client, currency)?, currency);
    let after = before.plus(movement.amount).map_err(Problem::from)?;
    if after.is_negative() {
        let detail = format!("the client has {before} to its credit: less than is needed");
        return Err(Problem::new(Code::Conflict, detail).into());
    }
    let row = CreditRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        client_id: movement.client,
        currency,
        amount_minor: movement.amount.minor(),
        balance_minor: after.minor(),
        kind: movement.kind,
        reason: movement.reason,
        invoice_id: movement.invoice,
        transaction_id: movement.transaction,
        created_at: ctx.now,
    };
    credits::insert(tx, &row)?;
    Ok(row)
}
