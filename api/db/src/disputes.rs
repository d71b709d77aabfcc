//! Disputes of payments.

use crate::schema::{disputes, transactions};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::disputes::DisputeState;
use comptoir_domain::{ClientId, Currency, DisputeId, Instant, Money, SellerId, TransactionId};
use diesel::prelude::*;

/// A dispute.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = disputes, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct DisputeRow {
    pub seller_id: SellerId,
    pub id: DisputeId,
    /// The payment.
    pub transaction_id: TransactionId,
    /// The gateway's id of it; none if it was recorded by hand.
    pub gateway_reference: Option<String>,
    pub state: DisputeState,
    pub currency: Currency,
    pub amount_minor: i64,
    /// Why, in the gateway's code or a person's words.
    pub reason: String,
    /// Where it stands in the gateway's own word.
    pub status: String,
    pub answer_by: Option<Instant>,
    /// The transaction by which the money has gone, if it has.
    pub chargeback_id: Option<TransactionId>,
    pub created_at: Instant,
    pub decided_at: Option<Instant>,
    pub version: i64,
}

entity!(disputes, DisputeRow, DisputeId);

impl DisputeRow {
    /// What is disputed.
    pub fn amount(&self) -> Money {
        Money::from_minor(self.amount_minor, self.currency)
    }
}

/// Which disputes.
#[derive(Clone, Default)]
pub struct DisputeFilter {
    /// Standing at one of these; all if empty.
    pub state: Vec<DisputeState>,
    /// Of this payment.
    pub transaction_id: Option<TransactionId>,
    /// Of this client's payments.
    pub client_id: Option<ClientId>,
    /// Of payments at this gateway.
    pub gateway: Option<String>,
}

/// A page of disputes.
pub fn list(db: &mut Db, scope: Scope, filter: &DisputeFilter, page: &Page) -> Outcome<Slice<DisputeRow>> {
    let mut query = disputes::table.filter(disputes::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.state.is_empty() {
        query = query.filter(disputes::state.eq_any(filter.state.clone()));
    }
    if let Some(payment) = filter.transaction_id {
        query = query.filter(disputes::transaction_id.eq(payment));
    }
    let payments = transactions::table.filter(transactions::seller_id.eq(scope.seller()));
    if let Some(client) = filter.client_id {
        let theirs = payments.filter(transactions::client_id.eq(client)).select(transactions::id);
        query = query.filter(disputes::transaction_id.eq_any(theirs));
    }
    if let Some(gateway) = &filter.gateway {
        let there = payments.filter(transactions::gateway.eq(gateway.clone())).select(transactions::id);
        query = query.filter(disputes::transaction_id.eq_any(there));
    }
    Ok(keyset!(db, query, page, disputes::id: DisputeId, DisputeRow, {}))
}

/// The disputes of a payment, oldest first.
pub fn of_payment(db: &mut Db, scope: Scope, payment: TransactionId) -> Outcome<Vec<DisputeRow>> {
    let found = disputes::table
        .filter(disputes::seller_id.eq(scope.seller()))
        .filter(disputes::transaction_id.eq(payment))
        .order(disputes::id);
    Ok(found.select(DisputeRow::as_select()).load(db)?)
}
