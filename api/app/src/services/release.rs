//! From an order to its services: what waits is set up as soon as the seller's policy allows it (EVT-04). Asked when an
//! order is placed, accepted or paid, when a person releases it, and by ProcessSync for what has become true meanwhile.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::{Sweep, each};
use crate::fraud;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::services::desire::desire;
use crate::todos::{Todo, raise};
use comptoir_db::events::EventRow;
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::services::{self, ServiceRow};
use comptoir_db::{Db, Outcome, invoices, settings, subscriptions, todos};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::orders::{OrderState, transition};
use comptoir_domain::services::{OrderFacts, Provisioning, ProvisioningCondition, provisioning};
use comptoir_domain::subscriptions::{ServiceState, SubscriptionStatus};
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{OrderId, SubscriptionId};
use std::collections::BTreeSet;

/// Orders in one transaction.
const CHUNK: i64 = 100;

/// Where the delivery of an order stands.
struct Standing {
    /// Whether a subscription of it is not set up.
    is_waiting: bool,
    /// Whether someone has been told to set up a part of it.
    is_begun: bool,
    /// What nobody has been told to set up.
    unasked: Vec<ServiceRow>,
    /// What the policy says about that.
    decision: Provisioning,
}

impl Standing {
    /// Looks at an order; reads only.
    fn of(db: &mut Db, ctx: &Ctx, order: &OrderRow, released: bool) -> Outcome<Self> {
        let rows = subscriptions::of_order(db, ctx.scope, order.id)?;
        let waiting: Vec<SubscriptionId> =
            rows.iter().filter(|row| row.status.is_awaited()).map(|row| row.id).collect();
        let services = services::of_subscriptions(db, ctx.scope, &waiting)?;
        let (unasked, begun): (Vec<_>, Vec<_>) =
            services.into_iter().partition(|service| service.desired == ServiceState::Absent);
        let policy = settings::read(db, ctx.scope)?.value.0.provisioning;
        let facts = OrderFacts {
            validated: order.state != OrderState::WaitingForValidation,
            paid: matches!(order.state, OrderState::Paid | OrderState::Provisioning | OrderState::Done),
            nothing_overdue: !invoices::has_overdue(db, ctx.scope, order.client_id, ctx.today())?,
        };
        let decision = if fraud::stops(db, ctx, order)? {
            Provisioning::Wait(vec![ProvisioningCondition::OrderValidated])
        } else {
            provisioning(&policy, &facts, released)
        };
        // what belongs to a fraud waits for the acquittal
        let is_waiting = !waiting.is_empty() || rows.iter().any(|row| row.status == SubscriptionStatus::Fraudulent);
        Ok(Self { is_waiting, is_begun: !begun.is_empty(), unasked, decision })
    }
}

/// What came of asking.
pub enum Released {
    /// Nothing of the order waits to be set up.
    Nothing,
    /// It is being set up; or a name of it is another's, which is left to a person.
    Begun {
        /// Whether every name was free.
        is_free: bool,
    },
    /// It waits, for this or for a person.
    Waits(Vec<ProvisioningCondition>),
}

/// Has what an order waits for set up, as far as the policy allows; moves an order that is paid on. The row is saved by
/// the caller.
pub fn release(tx: &mut Db, ctx: &Ctx, order: &mut OrderRow, released: bool) -> Outcome<Released> {
    let standing = Standing::of(tx, ctx, order, released)?;
    let outcome = match &standing.decision {
        _ if standing.unasked.is_empty() => {
            // what waited may have been cancelled meanwhile
            todos::settle(tx, ctx.scope, &todo_key(order.id), ctx.now)?;
            Released::Nothing
        }
        Provisioning::Start => start(tx, ctx, order, &standing.unasked)?,
        Provisioning::Ask => wait(tx, ctx, order, &[])?,
        Provisioning::Wait(missing) => wait(tx, ctx, order, missing)?,
    };
    let is_begun = standing.is_begun || matches!(outcome, Released::Begun { .. });
    let next = match order.state {
        OrderState::Paid if !standing.is_waiting => Some(OrderState::Done),
        OrderState::Paid if is_begun => Some(OrderState::Provisioning),
        _ => None,
    };
    if let Some(next) = next {
        transition(order.state, next)?;
        order.state = next;
    }
    Ok(outcome)
}

fn start(tx: &mut Db, ctx: &Ctx, order: &OrderRow, unasked: &[ServiceRow]) -> Outcome<Released> {
    let contracts: BTreeSet<SubscriptionId> = unasked.iter().map(|service| service.subscription_id).collect();
    let mut is_free = true;
    for contract in contracts {
        is_free &= desire(tx, ctx, contract, ServiceState::Active)?;
    }
    todos::settle(tx, ctx.scope, &todo_key(order.id), ctx.now)?;
    Ok(Released::Begun { is_free })
}

/// Before the money is there, waiting is nothing to be told; afterwards a person has to know why nothing happens.
fn wait(tx: &mut Db, ctx: &Ctx, order: &OrderRow, missing: &[ProvisioningCondition]) -> Outcome<Released> {
    if !missing.contains(&ProvisioningCondition::Paid) && !missing.contains(&ProvisioningCondition::OrderValidated) {
        raise(tx, ctx.scope, ctx.now, waits(order, missing))?;
    }
    Ok(Released::Waits(missing.to_vec()))
}

fn todo_key(order: OrderId) -> String {
    format!("order_release:{order}")
}

fn waits(order: &OrderRow, missing: &[ProvisioningCondition]) -> Todo {
    let detail = if missing.is_empty() {
        "Look at it; then have it set up with POST /v1/orders/{id}/release.".to_string()
    } else {
        let words: Vec<_> = missing.iter().map(|condition| condition.as_str()).collect();
        format!("It waits for {}. Once that is so, it goes on within minutes.", words.join(", "))
    };
    Todo {
        unique_key: todo_key(order.id),
        kind: TodoKind::OrderWaits,
        title: format!("Order {} waits to be set up", order.number),
        detail,
        subject_id: order.id.to_string(),
    }
}

/// Where an order may be that waits for what the policy requires.
fn waiting_states(db: &mut Db, ctx: &Ctx) -> Outcome<&'static [OrderState]> {
    let policy = settings::read(db, ctx.scope)?.value.0.provisioning;
    Ok(match policy.requires(ProvisioningCondition::Paid) {
        true => &[OrderState::Paid],
        false => &[OrderState::WaitingForPayment, OrderState::Paid],
    })
}

const RELEASING: Sweep<OrderId> = Sweep {
    trouble: "An order could not be set up",
    page: |db, ctx, after| {
        let states = waiting_states(db, ctx)?;
        orders::in_states(db, ctx.scope, states, after, CHUNK)
    },
    work: |tx, ctx, ids| {
        let states = waiting_states(tx, ctx)?;
        each(ids, |id| release_one(tx, ctx, id, states))
    },
};

/// Looks again at what waits, of one seller or of all; says how many orders went on.
pub async fn release_due(state: &AppState, event: &EventRow) -> Result<usize, EventFailure> {
    Ok(RELEASING.run(state, event).await?.done)
}

fn release_one(tx: &mut Db, ctx: &Ctx, id: OrderId, states: &[OrderState]) -> Outcome<bool> {
    let mut order = orders::lock(tx, ctx.scope, id)?;
    if !states.contains(&order.state) {
        return Ok(false);
    }
    let before = order.state;
    let begun = matches!(release(tx, ctx, &mut order, false)?, Released::Begun { .. });
    if order.state != before {
        orders::save(tx, &mut order)?;
    }
    Ok(begun)
}

/// Which services would be set up because their order may go on by now.
pub fn foresee(db: &mut Db, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    RELEASING.look(db, ctx, |db, ids| {
        for order in &orders::some(db, ctx.scope, ids)? {
            let standing = Standing::of(db, ctx, order, false)?;
            if standing.decision == Provisioning::Start {
                for service in standing.unasked {
                    let summary = format!("{}: order {} may go on", service.name, order.number);
                    seen.add(ForeseenView::new(service.id, ForeseenAction::Provision, summary))?;
                }
            }
        }
        Ok(())
    })
}
