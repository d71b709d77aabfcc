//! From activities to deliveries, in the transaction that makes them true: nothing is told that did not happen, and
//! nothing that happened is left out.

use crate::kernel::clock::fresh;
use comptoir_db::activities::{self, ActivityRow};
use comptoir_db::webhook_deliveries::{self, WebhookDeliveryRow};
use comptoir_db::webhook_endpoints;
use comptoir_db::{Db, Outcome};
use comptoir_domain::webhooks::{DeliveryState, wants};
use std::collections::BTreeSet;

/// Appends facts to the activity log, and a delivery for every endpoint that wants to hear of them.
pub fn append(tx: &mut Db, facts: &[ActivityRow]) -> Outcome<()> {
    activities::append(tx, facts)?;
    let sellers: BTreeSet<_> = facts.iter().map(|fact| fact.seller_id).collect();
    let endpoints = webhook_endpoints::listening(tx, &Vec::from_iter(sellers))?;
    let mut deliveries = Vec::new();
    for fact in facts {
        let theirs = endpoints.iter().filter(|endpoint| endpoint.seller_id == fact.seller_id);
        for endpoint in theirs.filter(|endpoint| wants(&endpoint.kinds.0, &fact.kind)) {
            deliveries.push(WebhookDeliveryRow {
                seller_id: fact.seller_id,
                id: fresh(),
                endpoint_id: endpoint.id,
                activity_id: fact.id,
                state: DeliveryState::Pending,
                attempts: 0,
                run_at: fact.happened_at,
                last_status: None,
                last_error: String::new(),
                created_at: fact.happened_at,
                delivered_at: None,
            });
        }
    }
    webhook_deliveries::insert(tx, &deliveries)
}
