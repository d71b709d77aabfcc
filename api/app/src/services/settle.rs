//! Writing down what came of an attempt, in one transaction with all that follows: the subscription becomes active, the
//! order done, people are told.

use crate::kernel::call::Ctx;
use crate::services::announce::{self, Access};
use crate::services::desire::desire;
use crate::subscriptions::stand::stand;
use crate::todos::{Todo, raise};
use comptoir_connectors::{ConnectorError, Kind, Retry};
use comptoir_db::orders::{self, OrderRow};
use comptoir_db::services::{self, ServiceRow};
use comptoir_db::subscriptions::{self, SubscriptionRow, holds_of, open_holds};
use comptoir_db::{Db, Outcome, todos};
use comptoir_domain::orders::OrderState;
use comptoir_domain::services::{REMINDER, after_failure, deed};
use comptoir_domain::subscriptions::{ChangedBy, ServiceState, SubscriptionStatus, standing, transition};
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Instant, ServiceId};
use serde_json::json;

/// What was tried.
pub enum Attempt {
    /// It is as it was asked for.
    Done {
        /// What it uses, if that was measured.
        disk_bytes: Option<i64>,
    },
    /// It is not.
    Failed(ConnectorError),
    /// No panel does it.
    ForAPerson,
}

/// What was written down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settled {
    /// It is as it should be.
    Done,
    /// It will be tried again.
    Failed {
        /// When.
        retry_at: Instant,
        /// Whether a person was told.
        told: bool,
        /// Why.
        error: String,
    },
    /// A person was asked to do it.
    ForAPerson,
    /// Something else is wanted by now: it is due again.
    Outdated,
    /// Another worker has it by now: nothing was written.
    Lost,
}

/// Writes down what came of an attempt at a service that was claimed.
pub fn settle(
    tx: &mut Db,
    ctx: &Ctx,
    held: &ServiceRow,
    attempt: &Attempt,
    now: Instant,
    jitter: u16,
    access: &Access,
) -> Outcome<Settled> {
    let mut delivery = Delivery::lock(tx, ctx, held.id)?;
    let row = &mut delivery.service;
    if row.leased_until != held.leased_until {
        return Ok(Settled::Lost);
    }
    row.leased_until = None;
    let outdated = row.version != held.version;
    match attempt {
        Attempt::Done { disk_bytes } => {
            let before = row.observed;
            row.observed = held.desired;
            if let Some(bytes) = disk_bytes {
                (row.disk_bytes, row.measured_at) = (Some(*bytes), Some(now));
            }
            if outdated {
                services::save(tx, row)?;
                return Ok(Settled::Outdated);
            }
            delivery.done(tx, ctx, before, access)?;
            Ok(Settled::Done)
        }
        _ if outdated => {
            services::save(tx, row)?;
            Ok(Settled::Outdated)
        }
        Attempt::Failed(error) => failed(tx, ctx, &mut delivery, error, now, jitter),
        Attempt::ForAPerson => {
            row.retry_at = now.plus(REMINDER);
            row.last_error = "it waits for a person".into();
            services::save(tx, row)?;
            raise(tx, ctx.scope, ctx.now, work_for_a_person(row))?;
            Ok(Settled::ForAPerson)
        }
    }
}

fn failed(
    tx: &mut Db,
    ctx: &Ctx,
    delivery: &mut Delivery,
    error: &ConnectorError,
    now: Instant,
    jitter: u16,
) -> Outcome<Settled> {
    let row = &mut delivery.service;
    // a name may be another's only until that one is removed
    let is_lasting = error.retry == Retry::Never && error.kind != Kind::Conflict;
    let next = after_failure(row.attempts, is_lasting, jitter);
    row.retry_at = now.plus(next.wait);
    row.last_error = error.to_string();
    services::save(tx, row)?;
    if next.tell && raise(tx, ctx.scope, ctx.now, trouble(row))? {
        let payload = json!({ "desired": row.desired, "error": row.last_error, "attempts": row.attempts });
        ctx.record(tx, "service.failed", row.id, payload)?;
    }
    let settled = Settled::Failed { retry_at: row.retry_at, told: next.tell, error: row.last_error.clone() };
    if next.tell {
        delivery.give_up(tx, ctx)?;
    }
    Ok(settled)
}

/// One open to-do for each service, whatever is the matter.
fn todo_key(service: ServiceId) -> String {
    format!("service:{service}")
}

fn trouble(row: &ServiceRow) -> Todo {
    Todo {
        unique_key: todo_key(row.id),
        kind: TodoKind::ProvisioningFailed,
        title: format!("{} is not {}", row.name, row.desired),
        detail: format!(
            "After {} attempts: {}. It is tried again from time to time. Mend the cause; then POST /v1/services/{{id}}/sync, \
             or do it yourself and POST /v1/services/{{id}}/deliver.",
            row.attempts, row.last_error
        ),
        subject_id: row.id.to_string(),
    }
}

fn work_for_a_person(row: &ServiceRow) -> Todo {
    let deed = match row.desired {
        ServiceState::Active if row.observed == ServiceState::Suspended => "Let in again",
        ServiceState::Active => "Set up",
        ServiceState::Suspended => "Suspend",
        ServiceState::Absent => "Remove",
    };
    Todo {
        unique_key: todo_key(row.id),
        kind: TodoKind::ProvisioningFailed,
        title: format!("{deed}: {} ({})", row.name, row.kind),
        detail: "No panel does this. Do it, then say so with POST /v1/services/{id}/deliver.".into(),
        subject_id: row.id.to_string(),
    }
}

/// A service with what depends on it, locked in the order in which checkout takes them: order, subscription, service.
pub(super) struct Delivery {
    order: Option<OrderRow>,
    subscription: SubscriptionRow,
    pub(super) service: ServiceRow,
}

impl Delivery {
    pub(super) fn lock(tx: &mut Db, ctx: &Ctx, id: ServiceId) -> Outcome<Self> {
        let of = services::find(tx, ctx.scope, id)?.subscription_id;
        let placed = subscriptions::find(tx, ctx.scope, of)?.order_id;
        let order = placed.map(|order| orders::lock(tx, ctx.scope, order)).transpose()?;
        let subscription = subscriptions::lock(tx, ctx.scope, of)?;
        Ok(Self { order, subscription, service: services::lock(tx, ctx.scope, id)? })
    }

    /// Whether it was ordered and paid for and has not been set up yet.
    pub(super) fn is_awaited(&self) -> bool {
        self.subscription.status.is_awaited() && self.order_is(OrderState::Provisioning)
    }

    /// Whether its order is paid and waits for what the seller's policy requires.
    pub(super) fn is_held_back(&self) -> bool {
        self.subscription.status.is_awaited() && self.order_is(OrderState::Paid)
    }

    fn order_is(&self, state: OrderState) -> bool {
        self.order.as_ref().is_some_and(|order| order.state == state)
    }

    /// The service is as it should be; `before` is what it was.
    pub(super) fn done(mut self, tx: &mut Db, ctx: &Ctx, before: ServiceState, access: &Access) -> Outcome<ServiceRow> {
        let row = &mut self.service;
        (row.is_settled, row.attempts) = (true, 0);
        row.last_error.clear();
        services::save(tx, row)?;
        todos::settle(tx, ctx.scope, &todo_key(row.id), ctx.now)?;
        let payload = json!({ "subscription_id": row.subscription_id, "kind": row.kind, "name": row.name, "by_hand": row.is_by_hand });
        ctx.record(tx, deed(before, row.desired), row.id, payload)?;
        self.follow(tx, ctx, before, access)?;
        Ok(self.service)
    }

    fn follow(&mut self, tx: &mut Db, ctx: &Ctx, before: ServiceState, access: &Access) -> Outcome<()> {
        let (now, waiting) = (self.service.desired, self.subscription.status.is_awaited());
        match now {
            ServiceState::Active if waiting => self.activate(tx, ctx, access)?,
            ServiceState::Active if before == ServiceState::Suspended => {
                announce::resumed(tx, ctx, &self.subscription, &self.service)?;
            }
            ServiceState::Suspended if before == ServiceState::Active => {
                announce::suspended(tx, ctx, &self.subscription, &self.service)?;
            }
            ServiceState::Absent if before != ServiceState::Absent => {
                announce::cancelled(tx, ctx, &self.subscription)?;
            }
            _ => {}
        }
        self.finish_order(tx, ctx)
    }

    /// What could not be set up in time has failed: nothing is charged for it until it works (SUB-02). It is tried again from
    /// time to time all the same.
    fn give_up(&mut self, tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
        let (service, row) = (&self.service, &mut self.subscription);
        let never_came = service.observed == ServiceState::Absent && service.desired != ServiceState::Absent;
        if !never_came || !row.status.is_awaited() || row.status == SubscriptionStatus::Failed {
            return Ok(());
        }
        transition(row.status, SubscriptionStatus::Failed, ChangedBy::System)?;
        // what the panel said is the seller's to know: it stands with the service
        let reason = format!("it could not be set up (attempt {})", service.attempts);
        stand(tx, ctx, row, SubscriptionStatus::Failed, &reason)?;
        let payload = json!({ "name": row.name, "service_id": service.id, "attempts": service.attempts });
        ctx.record(tx, "subscription.failed", row.id, payload)
    }

    /// With the last of its services a subscription is set up. A hold placed meanwhile counts from now on.
    fn activate(&mut self, tx: &mut Db, ctx: &Ctx, access: &Access) -> Outcome<()> {
        let row = &mut self.subscription;
        let services = services::of_subscriptions(tx, ctx.scope, &[row.id])?;
        if services.iter().any(|service| !service.is_settled || service.observed == ServiceState::Absent) {
            return Ok(());
        }
        let status = standing(&open_holds(&holds_of(tx, ctx.scope, &[row.id])?));
        transition(row.status, status, ChangedBy::System)?;
        // of a hold that was placed meanwhile, unless it says why it failed
        let reason = Some(row.status_reason.clone()).filter(|_| row.status != SubscriptionStatus::Failed);
        stand(tx, ctx, row, status, &reason.unwrap_or_default())?;
        ctx.record(tx, "subscription.activated", row.id, json!({ "name": row.name, "status": row.status }))?;
        announce::set_up(tx, ctx, row, &self.service, access)?;
        if status != SubscriptionStatus::Active {
            desire(tx, ctx, row.id, ServiceState::Suspended)?;
        }
        Ok(())
    }

    /// An order is done when none of its subscriptions waits any more; given up if all were cancelled before.
    fn finish_order(&mut self, tx: &mut Db, ctx: &Ctx) -> Outcome<()> {
        let Some(order) = self.order.as_mut().filter(|order| order.state == OrderState::Provisioning) else {
            return Ok(());
        };
        let all = subscriptions::of_order(tx, ctx.scope, order.id)?;
        if all.iter().any(|row| row.status.is_awaited()) {
            return Ok(());
        }
        let given_up = all.iter().all(|row| row.status.is_ended());
        let next = if given_up { OrderState::Cancelled } else { OrderState::Done };
        comptoir_domain::orders::transition(order.state, next)?;
        order.state = next;
        orders::save(tx, order)?;
        let kind = if given_up { "order.cancelled" } else { "order.done" };
        ctx.record(tx, kind, order.id, json!({ "number": order.number }))
    }
}
