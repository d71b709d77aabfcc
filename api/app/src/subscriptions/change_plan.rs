//! Upgrades, downgrades and other cycles (SUB-05, CAT-08), by administrators and by clients themselves.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id};
use crate::quotes::compute::tax_by_default;
use crate::subscriptions::change_views::SubscriptionChangePreviewView;
use crate::subscriptions::changes::{make, preview};
use crate::subscriptions::revise::{Renewal, Revision, Subject, cycle_ends_on};
use crate::subscriptions::views::SubscriptionView;
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::plans::{self, links};
use comptoir_db::subscriptions::{SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome, offers, settings};
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::money::MoneyError;
use comptoir_domain::orders::{CartItem, ContractItem, DomainName, Offer, OfferedPlan, charged_for};
use comptoir_domain::permissions::may;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::{ChangeDirection, ChangeKind, ChangePolicies, ChangePolicy, ChangeWay, Move};
use comptoir_domain::{AddOnId, Check, Code, Money, PlanId, Problem, SubscriptionId, UnitPrice};

/// A change of plan, of cycle, or of both.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"plan_id": "pla_000g40o40k30e209185go38e1s", "way": "now_with_credit", "invoice_now": true, "reason": "needs more space"}))]
pub struct SubscriptionPlanChange {
    /// The plan after: one that the present plan names as up or down, or the present one for another cycle.
    pub plan_id: PlanId,
    /// How often it renews after; as before if absent.
    #[schema(value_type = Option<String>, example = "1-year")]
    pub cycle: Option<Cycle>,
    /// In which way; as the policy of the plan or the seller says if absent.
    pub way: Option<ChangeWay>,
    /// Whether what is due is invoiced at once, when it counts from today; else by the next run.
    #[serde(default)]
    pub invoice_now: bool,
    /// What a cycle costs if that was agreed, in place of the list price.
    pub price: Option<Money>,
    /// Whether the fee for coming up or down is left out.
    #[serde(default)]
    pub without_fee: bool,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// A change that you make yourself.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"plan_id": "pla_000g40o40k30e209185go38e1s"}))]
pub struct MySubscriptionPlanChange {
    /// The plan after, or the present one for another cycle.
    pub plan_id: PlanId,
    /// How often it renews after; as before if absent.
    #[schema(value_type = Option<String>, example = "1-year")]
    pub cycle: Option<Cycle>,
}

/// Change the plan or the cycle
///
/// Add-ons that the new plan offers stay; the others end with the old plan. What was charged for unused days is given back
/// by credit notes.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionPlanChange,
    responses((status = 200, body = SubscriptionView, description = "Changed, or with what will be charged from the next cycle on")))]
#[post("/v1/subscriptions/{id}/change-plan")]
pub async fn change_subscription_plan(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionPlanChange>,
) -> Answer {
    make(call, id.0, move |db, ctx, subject| revision(db, ctx, subject, &body.0, None)).await
}

/// Preview a change of plan or cycle
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionPlanChange,
    responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/subscriptions/{id}/change-plan/preview")]
pub async fn preview_subscription_plan_change(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionPlanChange>,
) -> Answer {
    preview(call, id.0, move |db, ctx, subject| revision(db, ctx, subject, &body.0, None)).await
}

/// Change the plan or the cycle of your subscription
///
/// In the way that the seller has settled. What is due at once is invoiced at once.
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path)), request_body = MySubscriptionPlanChange,
    responses((status = 200, body = SubscriptionView, description = "Changed, or with what will be charged from the next cycle on")))]
#[post("/v1/me/subscriptions/{id}/change-plan")]
pub async fn change_my_subscription_plan(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    body: Body<MySubscriptionPlanChange>,
) -> Answer {
    make(call, id.0, move |db, ctx, subject| own_revision(db, ctx, subject, &body.0)).await
}

/// Preview a change of your subscription
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path)), request_body = MySubscriptionPlanChange,
    responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/me/subscriptions/{id}/change-plan/preview")]
pub async fn preview_my_subscription_plan_change(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    body: Body<MySubscriptionPlanChange>,
) -> Answer {
    preview(call, id.0, move |db, ctx, subject| own_revision(db, ctx, subject, &body.0)).await
}

fn own_revision(db: &mut Db, ctx: &Ctx, subject: &Subject, wanted: &MySubscriptionPlanChange) -> Outcome<Revision> {
    subject.is_own(ctx)?;
    let wanted = SubscriptionPlanChange {
        plan_id: wanted.plan_id,
        cycle: wanted.cycle,
        way: None,
        invoice_now: true,
        price: None,
        without_fee: false,
        reason: String::new(),
    };
    revision(db, ctx, subject, &wanted, Some(&clients_may))
}

/// Whether the policy allows whoever asks.
pub type Allowed<'a> = &'a dyn Fn(ChangePolicy) -> Result<(), Problem>;

/// What a change of plan or cycle ends and begins.
pub fn revision(
    db: &mut Db,
    ctx: &Ctx,
    subject: &Subject,
    wanted: &SubscriptionPlanChange,
    allowed: Option<Allowed<'_>>,
) -> Outcome<Revision> {
    let row = &subject.row;
    plans::find(db, ctx.scope, wanted.plan_id)?;
    subject.replannable(db, ctx)?;
    let mut check = Check::new();
    check.paragraphs("/reason", &wanted.reason, 500);
    check.done()?;
    let offer = offers::with_plan(db, ctx.scope, row.store_id, row.plan_id, ctx.today())?;
    let cycle = wanted.cycle.unwrap_or(row.cycle);
    keeps_its_years(row, &offer, wanted.plan_id)?;
    let (plan, mut charged) = charged_for(&choice(subject, ctx, &offer, wanted, cycle), &offer)?;
    let (direction, policy) = direction(db, ctx, subject, plan.id, cycle)?;
    allowed.map_or(Ok(()), |allowed| allowed(policy))?;
    let way = wanted.way.unwrap_or(policy.way);
    let dates = way.dates(ctx.today(), cycle_ends_on(db, ctx, &subject.row)?);
    tax_by_default(db, ctx.scope, charged.iter_mut())?;
    let renewal = renewal(db, ctx, subject, plan, cycle, dates.billed_from)?;
    let before: Vec<_> = subject.charged_from(dates.billed_from).collect();
    let begun = charged
        .iter()
        .filter_map(|item| begun(ctx, subject, &before, item, dates.billed_from, renewal.is_some()))
        .map(|item| with_fee(item, plan, cycle, direction, subject, wanted))
        .collect::<Result<Vec<_>, Problem>>()?;
    // at what it costs, be it on sale for the cycle or not
    let stays = |item: &&&SubscriptionItemRow| {
        item.kind == ItemKind::AddOn && renewal.is_none() && item.add_on_id.is_some_and(|id| plan.add_ons.contains(&id))
    };
    let ended = before.iter().filter(|item| !stays(item)).map(|item| item.id).collect();
    Ok(Revision {
        kind: ChangeKind::Plan,
        way,
        direction: Some(direction),
        dates,
        credit_from: dates.billed_from,
        ended,
        begun,
        plan: Some(plan.id),
        renewal,
        invoice_now: wanted.invoice_now && dates.billed_from <= ctx.today(),
        reason: wanted.reason.clone(),
    })
}

/// Refuses to change a name that costs what its ending does: the price list of a plan says nothing about it.
fn keeps_its_years(row: &SubscriptionRow, offer: &Offer, wanted: PlanId) -> Result<(), Problem> {
    let Ok(name) = row.name.parse::<DomainName>() else { return Ok(()) };
    let is_priced = |plan: &OfferedPlan| plan.priced_ending(&name).is_some();
    let concerned = offer.plans.iter().filter(|plan| plan.id == wanted || Some(plan.id) == row.plan_id);
    if concerned.into_iter().any(is_priced) {
        return Err(Problem::new(
            Code::WrongState,
            "a name costs what its ending does: it keeps its plan and its years",
        ));
    }
    Ok(())
}

/// The new plan with those of the present add-ons that it offers.
fn choice(subject: &Subject, ctx: &Ctx, offer: &Offer, wanted: &SubscriptionPlanChange, cycle: Cycle) -> CartItem {
    let offered: Vec<AddOnId> =
        offer.plans.iter().find(|plan| plan.id == wanted.plan_id).map(|plan| plan.add_ons.clone()).unwrap_or_default();
    let has_price = |id: &AddOnId| {
        let add_on = offer.add_ons.iter().find(|add_on| add_on.id == *id);
        add_on.is_some_and(|add_on| add_on.prices.iter().any(|offered| offered.price.cycle == cycle))
    };
    let present = subject.charged_on(ctx.today()).filter_map(|item| item.add_on_id);
    CartItem {
        plan_id: wanted.plan_id,
        cycle,
        add_on_ids: present.filter(|id| offered.contains(id) && has_price(id)).collect(),
        domain: None,
        price: wanted.price,
        add_on_prices: Vec::new(),
    }
}

fn direction(
    db: &mut Db,
    ctx: &Ctx,
    subject: &Subject,
    plan: PlanId,
    cycle: Cycle,
) -> Outcome<(ChangeDirection, ChangePolicy)> {
    let Some(present) = subject.row.plan_id else {
        return Err(Problem::new(Code::WrongState, "a subscription without a plan has no way to another one").into());
    };
    let up: Vec<PlanId> = links::upgrades::of(db, ctx.scope, &[present])?.into_iter().map(|(_, to)| to).collect();
    let down: Vec<PlanId> = links::downgrades::of(db, ctx.scope, &[present])?.into_iter().map(|(_, to)| to).collect();
    let step = Move { plan: (present, plan), cycle: (subject.row.cycle, cycle), up: &up, down: &down };
    let direction = step.direction()?;
    Ok((direction, policies(db, ctx, present)?.of(direction)))
}

/// How a plan is changed: as it says itself, or else as its seller has settled.
pub fn policies(db: &mut Db, ctx: &Ctx, plan: PlanId) -> Outcome<ChangePolicies> {
    match plans::find(db, ctx.scope, plan)?.change_policies {
        Some(own) => Ok(own.0),
        None => Ok(settings::read(db, ctx.scope)?.value.0.changes),
    }
}

/// Refuses clients where the seller makes such changes himself.
pub fn clients_may(policy: ChangePolicy) -> Result<(), Problem> {
    let refusal = || Problem::new(Code::Forbidden, "the seller makes such changes himself: please ask");
    if policy.clients_may { Ok(()) } else { Err(refusal()) }
}

/// Another cycle begins anew on the day of the change, as if it were ordered then.
fn renewal(
    db: &mut Db,
    ctx: &Ctx,
    subject: &Subject,
    plan: &OfferedPlan,
    cycle: Cycle,
    from: NaiveDate,
) -> Outcome<Option<Renewal>> {
    if cycle == subject.row.cycle {
        return Ok(None);
    }
    let rule = settings::read(db, ctx.scope)?.value.0.billing.rule;
    let start = rule.start(from, cycle, plan.prorates)?;
    let cycle_limit = plan.cycle_limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX));
    Ok(Some(Renewal { cycle, anchor_on: start.anchor, cycle_limit }))
}

/// What begins: the plan in any case, add-ons that are there already only with another cycle.
fn begun(
    ctx: &Ctx,
    subject: &Subject,
    before: &[&SubscriptionItemRow],
    item: &ContractItem,
    from_on: NaiveDate,
    other_cycle: bool,
) -> Option<SubscriptionItemRow> {
    if item.kind == ItemKind::AddOn && !other_cycle {
        return None;
    }
    let is_same = |present: &&&SubscriptionItemRow| present.kind == item.kind && present.add_on_id == item.add_on;
    let present = before.iter().find(is_same);
    let owed = |fee: fn(&SubscriptionItemRow) -> UnitPrice| {
        owed(subject, before.iter().filter(is_same).copied(), from_on, fee)
    };
    Some(SubscriptionItemRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        subscription_id: subject.row.id,
        kind: item.kind,
        plan_id: item.plan,
        add_on_id: item.add_on,
        price_id: item.price,
        description: item.description.clone(),
        unit_price: item.unit_price,
        setup_fee: owed(|item| item.setup_fee),
        change_fee: owed(|item| item.change_fee),
        quantity: present.filter(|_| item.kind == ItemKind::AddOn).map_or(item.quantity, |present| present.quantity),
        tax_policy_id: item.tax_policy,
        from_on,
        to_on: None,
        known_on: ctx.today(),
    })
}

/// A fee that what ends leaves to what takes its place, because nothing has charged it so far.
fn owed<'a>(
    subject: &Subject,
    ends: impl Iterator<Item = &'a SubscriptionItemRow>,
    on: NaiveDate,
    fee: impl Fn(&SubscriptionItemRow) -> UnitPrice,
) -> UnitPrice {
    let mut left = ends.filter(|item| subject.leaves_fee(item, on)).map(fee);
    left.find(|fee| !fee.get().is_zero()).unwrap_or_default()
}

/// The plan comes with the fee of its price list for coming up or down to it, also when another change follows on the same
/// day; another cycle of the same plan is free.
fn with_fee(
    item: SubscriptionItemRow,
    plan: &OfferedPlan,
    cycle: Cycle,
    direction: ChangeDirection,
    subject: &Subject,
    wanted: &SubscriptionPlanChange,
) -> Result<SubscriptionItemRow, Problem> {
    if item.kind != ItemKind::Plan || wanted.without_fee || subject.row.plan_id == Some(plan.id) {
        return Ok(item);
    }
    let price = plan.prices.iter().find(|offered| offered.price.cycle == cycle).map(|offered| &offered.price);
    let fee = price.map(|price| match direction {
        ChangeDirection::Upgrade => price.upgrade,
        ChangeDirection::Downgrade => price.downgrade,
    });
    let fee = fee.map_or(Ok(UnitPrice::default()), UnitPrice::of)?;
    let change_fee = UnitPrice::new(fee.get() + item.change_fee.get()).map_err(|_| MoneyError::Overflow)?;
    Ok(SubscriptionItemRow { change_fee, ..item })
}
