//! Choosing events of the queue (EVT-01): by what they do, for whom outside, and about which subscription.

use crate::kernel::call::Ctx;
use comptoir_db::{Db, Outcome, services, subscriptions};
use comptoir_domain::SubscriptionId;
use comptoir_domain::events::{EventConnector, EventGroup, EventKind};

/// Which events. What is left out restricts nothing.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"connectors": ["panel"]}))]
pub struct EventChoice {
    /// Of one of these kinds.
    pub kinds: Vec<EventKind>,
    /// Belonging to one of these.
    pub groups: Vec<EventGroup>,
    /// Speaking to one of these outside: the panel, the registrars, the gateways.
    pub connectors: Vec<EventConnector>,
    /// Of kinds that come again by themselves, or not.
    pub recurring: Option<bool>,
    /// About a subscription or what is delivered for it.
    pub subscription_id: Option<SubscriptionId>,
}

impl EventChoice {
    /// The kinds that all of it leaves; `None` if nothing restricts them.
    pub fn of_kinds(&self) -> Option<Vec<EventKind>> {
        let Self { kinds, groups, connectors, recurring, .. } = self;
        if kinds.is_empty() && groups.is_empty() && connectors.is_empty() && recurring.is_none() {
            return None;
        }
        let left = EventKind::ALL.iter().copied().filter(|kind| {
            (kinds.is_empty() || kinds.contains(kind))
                && (groups.is_empty() || groups.contains(&kind.group()))
                && (connectors.is_empty() || kind.connector().is_some_and(|one| connectors.contains(&one)))
                && recurring.is_none_or(|recurring| recurring == kind.is_recurring())
        });
        Some(left.collect())
    }
}

/// The subjects of events that are about a subscription: itself, and what is delivered for it.
pub fn about(db: &mut Db, ctx: &Ctx, id: Option<SubscriptionId>) -> Outcome<Option<Vec<String>>> {
    let Some(id) = id else { return Ok(None) };
    subscriptions::find(db, ctx.scope, id)?;
    let services = services::of_subscriptions(db, ctx.scope, &[id])?;
    let delivered = services.iter().map(|service| service.id.to_string());
    Ok(Some(delivered.chain([id.to_string()]).collect()))
}
