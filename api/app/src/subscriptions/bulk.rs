//! The same with many subscriptions (SUB-11): asked for at once, done one by one in the background, each in a transaction of
//! its own. What is done with each is what the call for one does, and its body is the same.

use crate::kernel::call::{Actor, Ctx};
use crate::kernel::{Answer, Body, Call};
use crate::operations::start::start;
use crate::operations::views::OperationView;
use crate::subscriptions::cancel::SubscriptionCancel;
use crate::subscriptions::change_items::SubscriptionAddOnCreate;
use crate::subscriptions::change_plan::SubscriptionPlanChange;
use crate::subscriptions::hold::SubscriptionReason;
use crate::subscriptions::renew::SubscriptionRenewal;
use crate::subscriptions::set_status::SubscriptionStatusSet;
use crate::subscriptions::transfer::{SubscriptionTransfer, receiver};
use actix_web::post;
use comptoir_db::entity::in_order;
use comptoir_db::subscriptions::{self, SubscriptionFilter};
use comptoir_db::{Db, Failure, Outcome, Page, clients, plans};
use comptoir_domain::events::EventKind;
use comptoir_domain::operations::OperationKind;
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{Check, ClientId, PlanId, Problem, SubscriptionId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The most subscriptions of one operation.
const MOST: usize = 500;

/// What to do with each: the body of the call that does it with one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionBulkAction {
    /// Set its status by hand.
    SetStatus(SubscriptionStatusSet),
    /// Suspend it through its control panel.
    Suspend(SubscriptionReason),
    /// Activate it through its control panel.
    Activate(SubscriptionReason),
    /// Cancel it.
    Cancel(SubscriptionCancel),
    /// Renew it by another date.
    Renew(SubscriptionRenewal),
    /// Change its plan or its cycle.
    ChangePlan(SubscriptionPlanChange),
    /// Add an add-on.
    AddAddOn(SubscriptionAddOnCreate),
    /// Transfer it to another client, or to the seller itself.
    Transfer(SubscriptionTransfer),
}

/// Which subscriptions: all for which every part holds.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SubscriptionBulkFilter {
    /// Standing at one of these.
    pub status: Vec<SubscriptionStatus>,
    /// Of one client.
    pub client_id: Option<ClientId>,
    /// Of one plan.
    pub plan_id: Option<PlanId>,
}

/// What to do with which subscriptions.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ids": ["sub_000g40o40k30e209185go38e1s"], "action": {"cancel": {"when": "end_of_cycle", "reason": "the server is switched off"}}, "dry_run": true}))]
pub struct SubscriptionBulk {
    /// With which.
    #[schema(min_items = 1, max_items = 500)]
    pub ids: Option<Vec<SubscriptionId>>,
    /// Or with all of these, 500 at most.
    pub filter: Option<SubscriptionBulkFilter>,
    /// What to do.
    pub action: SubscriptionBulkAction,
    /// Whether to show only what would be done and refused.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a worker is to do, and in whose name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BulkOrder {
    /// The kind and the id of whoever asked.
    pub by: (String, String),
    /// The same for people.
    pub by_name: String,
    /// With which subscriptions.
    pub ids: Vec<SubscriptionId>,
    /// What.
    pub action: SubscriptionBulkAction,
    /// Whether nothing is to stay of it.
    pub dry_run: bool,
}

/// Change many subscriptions
///
/// Each succeeds or is refused for itself. The result of the operation has them in order under `results`: the `status` that
/// the call for one would have had, where the `subscription` stands then, or the `problem`. Of a transfer, that is the one
/// that carries on. A dry run shows the same and writes nothing.
#[utoipa::path(tag = "subscriptions", request_body = SubscriptionBulk, responses((status = 202, body = OperationView, description = "The operation")))]
#[post("/v1/subscriptions/bulk")]
pub async fn change_subscriptions(call: Call<may::WriteSubscriptions>, body: Body<SubscriptionBulk>) -> Answer {
    let wanted = body.into_inner();
    call.write_once(move |tx, ctx| {
        let order = order(tx, ctx, &wanted)?;
        let payload = serde_json::to_value(&order).map_err(|error| Failure::Corrupt(error.to_string()))?;
        start(tx, ctx, OperationKind::ChangeSubscriptions, EventKind::ChangeSubscriptions, payload)
    })
    .await
}

fn order(db: &mut Db, ctx: &Ctx, wanted: &SubscriptionBulk) -> Outcome<BulkOrder> {
    let ids = match (&wanted.ids, &wanted.filter) {
        (Some(ids), None) => named(db, ctx, ids)?,
        (None, Some(filter)) => matching(db, ctx, filter)?,
        _ => return Err(Problem::field("/ids", "required", "either ids or a filter").into()),
    };
    if let SubscriptionBulkAction::Transfer(transfer) = &wanted.action {
        receiver(db, ctx, transfer)?;
    }
    let (kind, id) = ctx.actor.words();
    Ok(BulkOrder {
        by: (kind.into(), id),
        by_name: ctx.actor_name.clone(),
        ids,
        action: wanted.action.clone(),
        dry_run: wanted.dry_run,
    })
}

fn named(db: &mut Db, ctx: &Ctx, ids: &[SubscriptionId]) -> Outcome<Vec<SubscriptionId>> {
    let mut check = Check::new();
    check.ensure((1..=MOST).contains(&ids.len()), "/ids", "out_of_range", "from 1 to 500 subscriptions");
    let mut seen = BTreeSet::new();
    for (index, id) in ids.iter().enumerate().take(MOST) {
        check.ensure(seen.insert(*id), &format!("/ids/{index}"), "duplicate", "each once");
    }
    check.done()?;
    let rows = subscriptions::find_many(db, ctx.scope, ids)?;
    Ok(in_order(ids, rows, |row| row.id)?.into_iter().map(|row| row.id).collect())
}

fn matching(db: &mut Db, ctx: &Ctx, filter: &SubscriptionBulkFilter) -> Outcome<Vec<SubscriptionId>> {
    if filter.status.is_empty() && filter.client_id.is_none() && filter.plan_id.is_none() {
        return Err(Problem::field("/filter", "required", "at least one part: not simply all").into());
    }
    filter.client_id.map(|id| clients::find(db, ctx.scope, id)).transpose()?;
    filter.plan_id.map(|id| plans::find(db, ctx.scope, id)).transpose()?;
    let which = SubscriptionFilter {
        status: filter.status.clone(),
        client_id: filter.client_id,
        plan_id: filter.plan_id,
        ..Default::default()
    };
    let page =
        Page { limit: i64::try_from(MOST).unwrap_or(i64::MAX), sort: "id".into(), descending: false, after: None };
    let found = subscriptions::list(db, ctx.scope, &which, &page)?;
    if found.next.is_some() {
        return Err(Problem::field("/filter", "out_of_range", "more than 500 subscriptions: name fewer").into());
    }
    Ok(found.rows.into_iter().map(|row| row.id).collect())
}

impl BulkOrder {
    /// Whoever asked acts again, at the present of the worker.
    pub fn acting(&self, system: Ctx) -> Result<Ctx, Problem> {
        let actor = Actor::of_words(&self.by.0, &self.by.1).ok_or_else(Problem::not_found)?;
        Ok(Ctx { actor, actor_name: self.by_name.clone(), ..system })
    }
}
