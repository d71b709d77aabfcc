//! What a transfer of a subscription writes: the end of the old one, the new one with what goes along, and whose the services
//! are. Panels hear nothing of it, unless something that was shut for the old client's debts opens again.

use crate::hosting::Promises;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::services::desire::desire;
use crate::subscriptions::give_back::ensure_settled;
use crate::subscriptions::revise::copy_of;
use crate::subscriptions::stand::{begin, stand};
use chrono::{Days, NaiveDate};
use comptoir_db::custom_hosting::CustomHostingRow;
use comptoir_db::services::{self, ServiceRow};
use comptoir_db::subscription_changes::{self, SubscriptionChangeRow, charged_beyond, end_items, in_the_way};
use comptoir_db::subscription_transfers::{self, SubscriptionTransferRow};
use comptoir_db::subscriptions::{self, HoldRow, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Json, Outcome, counters, custom_hosting, plans};
use comptoir_domain::hosting::Properties;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::subscriptions::{
    ChangeKind, ChangeState, ChangedBy, ChargedItem, HoldKind, Holds, ServiceState, SubscriptionStatus, carried_on,
    goes_along, standing, transition,
};
use comptoir_domain::{Code, Problem};
use serde_json::json;

/// Everything that changes.
pub struct Handover {
    /// The old subscription, with the day on which it ends.
    pub old: SubscriptionRow,
    /// The one that carries on.
    pub new: SubscriptionRow,
    /// Whether it becomes the seller's own, which has no items.
    pub is_own: bool,
    /// Each item of the old one that ends, with the one that carries it on, unless it becomes the seller's own.
    pub items: Vec<(SubscriptionItemRow, SubscriptionItemRow)>,
    /// What holds the old one; some of it goes along.
    pub holds: Vec<HoldRow>,
    /// What is delivered.
    pub services: Vec<ServiceRow>,
    /// What hosting that is or becomes custom goes on being promised.
    pub promised: Option<Properties>,
}

/// Works out a transfer to the client of `new`; reads only.
pub fn decide(
    db: &mut Db,
    ctx: &Ctx,
    mut old: SubscriptionRow,
    mut new: SubscriptionRow,
    is_own: bool,
    reason: &str,
) -> Outcome<Handover> {
    transferable(db, ctx, &old)?;
    let holds = subscriptions::holds_of(db, ctx.scope, &[old.id])?;
    let holds: Vec<_> = holds.into_iter().filter(|hold| hold.lifted_at.is_none()).collect();
    let kept: Holds = holds.iter().map(|hold| hold.kind).filter(|kind| goes_along(*kind)).collect();
    let promised = custom(db, ctx, &old)?;
    new.status = standing(&kept);
    new.status_reason = reason.into();
    (new.number, new.order_id, new.version) = (0, None, 1);
    (new.coupon_id, new.coupon_cycles) = (None, None);
    (new.starts_on, new.created_at) = (ctx.today(), ctx.now);
    if promised.is_some() || is_own {
        new.plan_id = None;
    }
    let items = carried(db, ctx, &old, &new)?;
    new.billed_through = items.iter().map(|(_, item)| item.from_on).min().unwrap_or(old.billed_through);
    if new.billed_through < old.billed_through {
        let lead = Days::new(u64::try_from(new.lead_days).unwrap_or_default());
        let ahead = new.billed_through.checked_sub_days(lead).unwrap_or(new.billed_through);
        new.next_invoice_on = Some(ahead.max(ctx.today()));
    }
    if is_own {
        (new.cycle_limit, new.trial_until) = (None, None);
    }
    (old.next_invoice_on, old.ends_on) = (None, Some(ctx.today()));
    let services = services::of_subscriptions(db, ctx.scope, &[old.id])?;
    Ok(Handover { old, new, is_own, items, holds, services, promised })
}

/// Refuses what cannot go to another client as it stands.
fn transferable(db: &mut Db, ctx: &Ctx, old: &SubscriptionRow) -> Outcome<()> {
    transition(old.status, SubscriptionStatus::Transferred, ChangedBy::System)?;
    let refuse = |detail: String| Err(Problem::new(Code::WrongState, detail).into());
    if old.status.is_over() {
        return refuse(format!("the subscription is {}: there is nothing left to carry on", old.status));
    }
    let waits =
        |change: &SubscriptionChangeRow| change.state == ChangeState::Waiting && change.kind != ChangeKind::PriceMoved;
    if let Some(change) = in_the_way(db, ctx.scope, &[old.id], ctx.today())?.into_iter().find(waits) {
        let id = change.id;
        return refuse(format!("a change waits for {}: withdraw {id} first", change.delivered_from));
    }
    ensure_settled(db, ctx, old.id)?;
    let items = subscriptions::items_of(db, ctx.scope, &[old.id])?;
    let is_charged = items.iter().any(|item| item.to_on.is_none_or(|to| old.billed_through < to));
    if is_charged && old.billed_through < ctx.today() {
        let detail = format!(
            "it is invoiced up to {} only: invoice the time up to today first (POST /v1/invoices/generate)",
            old.billed_through
        );
        return refuse(detail);
    }
    Ok(())
}

/// What hosting is promised today by plan and add-ons, or by itself; none if it is no hosting.
fn custom(db: &mut Db, ctx: &Ctx, old: &SubscriptionRow) -> Outcome<Option<Properties>> {
    let Some(plan) = old.plan_id else {
        return Ok(custom_hosting::of_subscriptions(db, ctx.scope, &[old.id])?.remove(&old.id));
    };
    if !plans::find(db, ctx.scope, plan)?.kind.has_hosting_properties() {
        return Ok(None);
    }
    let today = ctx.today();
    let items = subscriptions::items_of(db, ctx.scope, &[old.id])?;
    let runs = items.iter().filter(|item| item.from_on <= today && item.to_on.is_none_or(|to| today < to));
    let add_ons: Vec<_> = runs.filter_map(|item| item.add_on_id).collect();
    let promises = Promises::read(db, ctx.scope, [plan].into(), add_ons.iter().copied().collect())?;
    Ok(Some(promises.of(Some(plan), add_ons.into_iter())))
}

/// The items that go on, each from the day up to which it is charged. What has no plan any more has no price list either.
fn carried(
    db: &mut Db,
    ctx: &Ctx,
    old: &SubscriptionRow,
    new: &SubscriptionRow,
) -> Outcome<Vec<(SubscriptionItemRow, SubscriptionItemRow)>> {
    let items = subscriptions::items_of(db, ctx.scope, &[old.id])?;
    let ids: Vec<_> = items.iter().map(|item| item.id).collect();
    let lines = charged_beyond(db, ctx.scope, &ids, ctx.today())?;
    // what stands on a draft is not charged: drafts are thrown away before
    let (drafted, issued): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.state == InvoiceState::Draft);
    let billed = drafted.iter().map(|line| line.period.from).fold(old.billed_through, NaiveDate::min);
    let is_custom = new.plan_id.is_none();
    let one = |item: SubscriptionItemRow| {
        let charged_to = issued.iter().filter(|line| line.item == item.id).map(|line| line.period.to).max();
        let charged = ChargedItem { from: item.from_on, to: item.to_on, charged_to };
        let on = carried_on(charged, billed)?;
        let copy = copy_of(&item, on, on != item.from_on, ctx);
        let mut next = SubscriptionItemRow { subscription_id: new.id, to_on: item.to_on, ..copy };
        if is_custom {
            (next.plan_id, next.add_on_id, next.price_id) = (None, None, None);
        }
        Some((item, next))
    };
    Ok(items.into_iter().filter_map(one).collect())
}

/// Writes a transfer whose clients are locked; the subscription that carries on.
pub fn write(tx: &mut Db, ctx: &Ctx, handover: Handover, reason: &str) -> Outcome<SubscriptionRow> {
    let Handover { mut old, mut new, is_own, items, holds, services, promised } = handover;
    new.number = counters::next(tx, ctx.scope, "subscriptions", crate::orders::rows::FIRST_NUMBER)?;
    for (ended, begun) in &items {
        end_items(tx, ctx.scope, &[ended.id], begun.from_on)?;
    }
    subscription_changes::supersede(tx, ctx.scope, old.id)?;
    let open: Vec<HoldKind> = holds.iter().map(|hold| hold.kind).collect();
    subscriptions::lift_holds(tx, ctx.scope, old.id, &open, ctx.today(), ctx.now)?;
    stand(tx, ctx, &mut old, SubscriptionStatus::Transferred, reason)?;
    begin(tx, ctx, &mut new)?;
    if let Some(promised) = promised {
        let (seller_id, subscription_id, properties) = (new.seller_id, new.id, Json(promised));
        custom_hosting::insert(tx, &CustomHostingRow { seller_id, subscription_id, properties })?;
    }
    if !is_own {
        subscriptions::insert_items(tx, &items.into_iter().map(|(_, begun)| begun).collect::<Vec<_>>())?;
    }
    for hold in holds.iter().filter(|hold| goes_along(hold.kind)) {
        let (placed_on, placed_at) = (ctx.today(), ctx.now);
        let along = HoldRow { id: fresh(), subscription_id: new.id, placed_on, placed_at, ..hold.clone() };
        subscriptions::insert_hold(tx, &along)?;
    }
    for service in services {
        let mut service = services::lock(tx, ctx.scope, service.id)?;
        service.subscription_id = new.id;
        services::save(tx, &mut service)?;
    }
    if !holds.is_empty() && new.status == SubscriptionStatus::Active {
        desire(tx, ctx, new.id, ServiceState::Active)?;
    }
    record(tx, ctx, &old, &new, reason)?;
    Ok(new)
}

fn record(tx: &mut Db, ctx: &Ctx, old: &SubscriptionRow, new: &SubscriptionRow, reason: &str) -> Outcome<()> {
    let row = SubscriptionTransferRow {
        seller_id: ctx.scope.seller(),
        from_subscription_id: old.id,
        to_subscription_id: new.id,
        reason: reason.into(),
        transferred_on: ctx.today(),
        created_at: ctx.now,
    };
    subscription_transfers::insert(tx, &row)?;
    let fact = json!({
        "to_subscription_id": new.id, "from_client_id": old.client_id, "to_client_id": new.client_id,
        "charged_from": new.billed_through, "reason": reason,
    });
    ctx.record(tx, "subscription.transferred", old.id, fact)
}
