//! Saying what should be, in the transaction that makes it so; the work that follows is queued with it. Nobody else
//! changes what is desired.

use crate::events::{Task, enqueue};
use crate::kernel::call::Ctx;
use crate::todos::{Todo, raise};
use comptoir_db::events::Now;
use comptoir_db::services::{self, ServiceRow};
use comptoir_db::{Db, Outcome, Scope, allotments};
use comptoir_domain::services::work;
use comptoir_domain::subscriptions::ServiceState;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{AddOnId, PlanId, SubscriptionId};
use serde_json::json;

/// What both clocks show.
pub(super) fn now(ctx: &Ctx) -> Now {
    Now { business: ctx.now, machine: ctx.machine_now }
}

/// The services of a subscription should be so from now on. Says whether they can be: a name that another service of
/// the seller holds is left to a person, so that whatever caused the wish (a payment) is not lost over it.
pub fn desire(tx: &mut Db, ctx: &Ctx, subscription: SubscriptionId, desired: ServiceState) -> Outcome<bool> {
    let now = now(ctx);
    match tx.savepoint(|tx| services::desire(tx, ctx.scope, subscription, desired, now)) {
        Ok(changed) => {
            queue(tx, ctx, &changed)?;
            Ok(true)
        }
        Err(failure) if failure.is_unique_violation() => {
            raise(tx, ctx.scope, ctx.now, taken(subscription))?;
            Ok(false)
        }
        Err(failure) => Err(failure),
    }
}

fn taken(subscription: SubscriptionId) -> Todo {
    Todo {
        unique_key: taken_key(subscription),
        kind: TodoKind::ProvisioningFailed,
        title: "Cannot be set up: the name is taken".into(),
        detail:
            "Another service of yours has the same name. Cancel one of the two subscriptions; then have the service \
                 of the other one brought about with POST /v1/services/{id}/sync."
                .into(),
        subject_id: subscription.to_string(),
    }
}

/// The key of the to-do about a name that is taken.
pub(super) fn taken_key(subscription: SubscriptionId) -> String {
    format!("service_name:{subscription}")
}

/// A subscription promises something else: what was delivered for it is brought in step.
pub fn follow_change(tx: &mut Db, ctx: &Ctx, subscription: SubscriptionId) -> Outcome<()> {
    disturb(tx, ctx, &[subscription])
}

/// A plan says something else about hosting: what was delivered under it is brought in step (SYN-01).
pub fn follow_plan(tx: &mut Db, ctx: &Ctx, plan: PlanId) -> Outcome<()> {
    let bound = services::bound_by_plan(tx, ctx.scope, plan)?;
    disturb(tx, ctx, &bound)
}

/// The same for an add-on: what was delivered with it (CAT-03).
pub fn follow_add_on(tx: &mut Db, ctx: &Ctx, add_on: AddOnId) -> Outcome<()> {
    let bound = services::bound_by_add_on(tx, ctx.scope, add_on, ctx.today())?;
    disturb(tx, ctx, &bound)
}

/// What some subscriptions promise is different now. Where that is what a reseller was allotted, it is different for all that
/// the reseller has sold, too: the next ProcessSync brings that in step.
fn disturb(tx: &mut Db, ctx: &Ctx, bound: &[SubscriptionId]) -> Outcome<()> {
    let changed = services::disturb_many(tx, ctx.scope, bound, now(ctx))?;
    for ids in bound.chunks(1_000) {
        for seller in allotments::living_on(tx, ctx.scope, ids)? {
            let sold = allotments::live(tx, seller)?;
            services::disturb_many(tx, Scope::of(seller), &sold, now(ctx))?;
        }
    }
    queue(tx, ctx, &changed)
}

/// Queues the work for what has just changed. The version names the wish: each is one event.
pub(super) fn queue(tx: &mut Db, ctx: &Ctx, changed: &[ServiceRow]) -> Outcome<()> {
    let tasks = changed.iter().map(|row| {
        let kind = work(row.observed, row.desired);
        Task {
            kind,
            unique_key: format!("{kind}:{}:{}", row.id, row.version),
            subject_id: row.id.to_string(),
            payload: json!({}),
            run_at: None,
        }
    });
    if changed.is_empty() {
        return Ok(());
    }
    enqueue(tx, ctx, tasks.collect()).map(|_| ())
}
