//! Subscriptions that went from one client to another.

use crate::schema::{invoice_lines, invoices, subscription_transfers};
use crate::{Db, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::{Instant, InvoiceId, Money, SellerId, SubscriptionId};
use diesel::prelude::*;

/// Which subscription carries on another one.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_transfers)]
pub struct SubscriptionTransferRow {
    pub seller_id: SellerId,
    pub from_subscription_id: SubscriptionId,
    pub to_subscription_id: SubscriptionId,
    pub reason: String,
    pub transferred_on: NaiveDate,
    pub created_at: Instant,
}

/// Writes one.
pub fn insert(db: &mut Db, row: &SubscriptionTransferRow) -> Outcome<()> {
    diesel::insert_into(subscription_transfers::table).values(row).execute(db)?;
    Ok(())
}

/// The transfers that some subscriptions came from or went by.
pub fn of_subscriptions(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<SubscriptionTransferRow>> {
    let found = subscription_transfers::table.filter(subscription_transfers::seller_id.eq(scope.seller())).filter(
        subscription_transfers::from_subscription_id
            .eq_any(ids.to_vec())
            .or(subscription_transfers::to_subscription_id.eq_any(ids.to_vec())),
    );
    Ok(found.select(SubscriptionTransferRow::as_select()).load(db)?)
}

/// The invoices about a subscription that have something open: number and open amount.
pub fn open_invoices(
    db: &mut Db,
    scope: Scope,
    subscription: SubscriptionId,
) -> Outcome<Vec<(InvoiceId, Option<String>, Money)>> {
    let about = invoice_lines::table
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::subscription_id.eq(subscription))
        .select(invoice_lines::invoice_id);
    let found: Vec<(InvoiceId, Option<String>, i64, comptoir_domain::Currency)> = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::state.eq(InvoiceState::Issued))
        .filter(invoices::open_minor.gt(0))
        .filter(invoices::is_written_off.eq(false))
        .filter(invoices::id.eq_any(about))
        .order(invoices::id)
        .select((invoices::id, invoices::number, invoices::open_minor, invoices::currency))
        .load(db)?;
    let open = found.into_iter().map(|(id, number, minor, currency)| (id, number, Money::from_minor(minor, currency)));
    Ok(open.collect())
}
