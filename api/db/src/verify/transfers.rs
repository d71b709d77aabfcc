//! What the check of transfers reads.

use crate::schema::{subscription_items, subscription_transfers};
use crate::{Db, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::SubscriptionId;
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::verify::{Carried, Transfer};
use diesel::prelude::*;
use std::collections::HashMap;

type Columns = (SubscriptionId, ItemKind, String, NaiveDate, Option<NaiveDate>);

/// All transfers, with the items of both subscriptions; two queries.
pub fn transfers(db: &mut Db, scope: Scope) -> Outcome<Vec<Transfer>> {
    let pairs: Vec<(SubscriptionId, SubscriptionId)> = subscription_transfers::table
        .filter(subscription_transfers::seller_id.eq(scope.seller()))
        .order(subscription_transfers::from_subscription_id)
        .select((subscription_transfers::from_subscription_id, subscription_transfers::to_subscription_id))
        .load(db)?;
    let mine = || subscription_transfers::table.filter(subscription_transfers::seller_id.eq(scope.seller()));
    let old = mine().select(subscription_transfers::from_subscription_id);
    let new = mine().select(subscription_transfers::to_subscription_id);
    let found: Vec<Columns> = subscription_items::table
        .filter(subscription_items::seller_id.eq(scope.seller()))
        .filter(subscription_items::subscription_id.eq_any(old).or(subscription_items::subscription_id.eq_any(new)))
        .order(subscription_items::id)
        .select((
            subscription_items::subscription_id,
            subscription_items::kind,
            subscription_items::description,
            subscription_items::from_on,
            subscription_items::to_on,
        ))
        .load(db)?;
    let mut items: HashMap<SubscriptionId, Vec<Carried>> = HashMap::new();
    for (subscription, kind, description, from, to) in found {
        items.entry(subscription).or_default().push(Carried { kind, description, from, to });
    }
    let of = |subscription: SubscriptionId| items.get(&subscription).cloned().unwrap_or_default();
    Ok(pairs.into_iter().map(|(from, to)| Transfer { from, old: of(from), new: of(to) }).collect())
}
