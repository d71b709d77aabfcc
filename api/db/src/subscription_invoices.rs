//! Which invoices charged subscriptions.

use crate::schema::{invoice_lines, invoices};
use crate::{Db, Outcome, Scope};
use comptoir_domain::invoices::{InvoiceKind, InvoiceState};
use comptoir_domain::{InvoiceId, SubscriptionId};
use diesel::prelude::*;
use std::collections::HashMap;

/// The invoice that charged each of some subscriptions last, of those that are issued.
pub fn last(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<HashMap<SubscriptionId, InvoiceId>> {
    let found: Vec<(Option<SubscriptionId>, InvoiceId)> = invoice_lines::table
        .inner_join(
            invoices::table
                .on(invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id))),
        )
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::subscription_id.eq_any(ids.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(invoices::kind.eq(InvoiceKind::Invoice))
        .filter(invoices::state.eq(InvoiceState::Issued))
        .order(invoice_lines::invoice_id)
        .select((invoice_lines::subscription_id, invoice_lines::invoice_id))
        .distinct()
        .load(db)?;
    // the later one takes the place of the earlier
    Ok(found.into_iter().filter_map(|(subscription, invoice)| Some((subscription?, invoice))).collect())
}
