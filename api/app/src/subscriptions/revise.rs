//! A change of a subscription (SUB-05, SUB-06): on one day some items end and others begin. What the old ones charged for
//! days after it is given back; what the new ones cost is derived like any renewal.
//!
//! The decision reads only. A preview shows it, the change writes it.

use crate::invoices::reach::Reach;
use crate::invoices::rederive::rederive;
use crate::invoices::renew;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::services::desire::follow_change;
use crate::subscriptions::give_back::{self, Credit};
use crate::usage::charge::Overuse;
use crate::webhooks;
use chrono::{Days, NaiveDate};
use comptoir_db::activities::ActivityRow;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::invoices::{charged_items, traces_beyond};
use comptoir_db::subscription_changes::{self, SubscriptionChangeRow, end_items};
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Json, Outcome, discounts};
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::invoices::granted::{CyclesAgain, Granted, cycles_again};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::{
    ChangeDates, ChangeDirection, ChangeKind, ChangeState, ChangeWay, SubscriptionStatus, leaves_fee,
};
use comptoir_domain::{Code, PlanId, Problem, SubscriptionId, SubscriptionItemId, UnitPrice};
use serde_json::json;
use std::collections::{BTreeMap, HashSet};

/// A subscription with its items and its client.
pub struct Subject {
    /// Who pays.
    pub client: ClientRow,
    /// The contract.
    pub row: SubscriptionRow,
    /// What was, is and will be charged.
    pub items: Vec<SubscriptionItemRow>,
    /// Which of the items are charged already.
    charged: HashSet<SubscriptionItemId>,
}

impl Subject {
    /// As it is, for a preview.
    pub fn read(db: &mut Db, ctx: &Ctx, id: SubscriptionId) -> Outcome<Self> {
        let row = subscriptions::find(db, ctx.scope, id)?;
        let client = clients::find(db, ctx.scope, row.client_id)?;
        Self::with(db, ctx, client, row)
    }

    /// What is another client's is not there.
    pub fn is_own(&self, ctx: &Ctx) -> Outcome<()> {
        if self.row.client_id == ctx.client()?.1 { Ok(()) } else { Err(Problem::not_found().into()) }
    }

    /// Kept from changing, behind its client, like a billing run does. Drafts of its client are made anew later, on the
    /// terms that hold then: none of them is in the way.
    pub fn lock(tx: &mut Db, ctx: &Ctx, id: SubscriptionId) -> Outcome<Self> {
        let client = subscriptions::find(tx, ctx.scope, id)?.client_id;
        let client = clients::lock(tx, ctx.scope, client)?;
        rederive(tx, ctx, &[client.id])?;
        let row = subscriptions::lock(tx, ctx.scope, id)?;
        Self::with(tx, ctx, client, row)
    }

    fn with(db: &mut Db, ctx: &Ctx, client: ClientRow, row: SubscriptionRow) -> Outcome<Self> {
        let items = subscriptions::items_of(db, ctx.scope, &[row.id])?;
        let charged = charged_items(db, ctx.scope, &items.iter().map(|item| item.id).collect::<Vec<_>>())?;
        Ok(Self { client, row, items, charged })
    }

    /// Refuses what cannot be changed now: not active, or under a change that waits for its day or locks the cycle.
    pub fn changeable(&self, db: &mut Db, ctx: &Ctx) -> Outcome<()> {
        self.free(db, ctx, |_| true)
    }

    /// The same for a change of plan or cycle: a move to another price that waits is not in its way, it is superseded.
    pub fn replannable(&self, db: &mut Db, ctx: &Ctx) -> Outcome<()> {
        self.free(db, ctx, |change| change.kind != ChangeKind::PriceMoved)
    }

    fn free(&self, db: &mut Db, ctx: &Ctx, hinders: impl Fn(&SubscriptionChangeRow) -> bool) -> Outcome<()> {
        let status = self.row.status;
        if status != SubscriptionStatus::Active || self.row.starts_on > ctx.today() {
            let detail = format!("the subscription is {status}: only an active one that has begun can be changed");
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        if self.row.ends_on.is_some() {
            let detail = "the subscription is to end: keep it first (POST /v1/subscriptions/{id}/keep)";
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        let others = subscription_changes::in_the_way(db, ctx.scope, &[self.row.id], ctx.today())?;
        let Some(other) = others.into_iter().rfind(hinders) else { return Ok(()) };
        let detail = match (other.state, other.locked_until) {
            (ChangeState::Waiting, _) => format!(
                "a change waits for {}: withdraw it first (POST /v1/subscriptions/{}/changes/{}/withdraw)",
                other.delivered_from, self.row.id, other.id
            ),
            (_, Some(until)) => format!("it was changed without credit and cannot be changed again before {until}"),
            (_, None) => format!("{} is in the way", other.id),
        };
        Err(Problem::new(Code::WrongState, detail).into())
    }

    /// Refuses to charge anew what was paid before the subscription was transferred by another client, or before it was
    /// imported to someone else.
    fn ensure_own(&self, db: &mut Db, ctx: &Ctx, revision: &Revision) -> Outcome<()> {
        if revision.begun.is_empty() {
            return Ok(());
        }
        let own = self.items.iter().filter(|item| item.kind == ItemKind::Plan).map(|item| item.from_on).min();
        let elsewhere = subscriptions::billed_elsewhere(db, ctx.scope, self.row.id)?;
        for (paid, whom) in [(own, "by the client before"), (elsewhere, "where it was before")] {
            if let Some(paid) = paid.filter(|paid| *paid > revision.dates.billed_from) {
                let detail = format!("it is paid up to {paid} {whom}: it can be changed with that day or a later one");
                return Err(Problem::new(Code::WrongState, detail).into());
            }
        }
        Ok(())
    }

    /// An item on the same terms from a later day on. What it costs to begin is paid once: with its first line.
    pub fn copy(&self, item: &SubscriptionItemRow, from_on: NaiveDate, ctx: &Ctx) -> SubscriptionItemRow {
        copy_of(item, from_on, !self.leaves_fee(item, from_on), ctx)
    }

    /// Whether the fee of an item that ends on a day is left to what takes its place.
    pub fn leaves_fee(&self, item: &SubscriptionItemRow, ends_on: NaiveDate) -> bool {
        !self.charged.contains(&item.id) && leaves_fee(item.from_on, self.row.trial_until, ends_on)
    }

    /// What is charged on a day.
    pub fn charged_on(&self, day: NaiveDate) -> impl Iterator<Item = &SubscriptionItemRow> {
        self.items.iter().filter(move |item| item.from_on <= day && item.to_on.is_none_or(|to| day < to))
    }

    /// What is charged on a day or later: what begins later, too.
    pub fn charged_from(&self, day: NaiveDate) -> impl Iterator<Item = &SubscriptionItemRow> {
        self.items.iter().filter(move |item| item.to_on.is_none_or(|to| day < to && item.from_on < to))
    }

    /// What charges for the same thing as an item, on a day or later.
    pub fn same_from(&self, item: &SubscriptionItemRow, day: NaiveDate) -> Vec<SubscriptionItemId> {
        self.charged_from(day).filter(|other| is_same_thing(item, other)).map(|other| other.id).collect()
    }
}

/// The day on which the cycle ends that runs today, also while another one is agreed to follow it.
pub fn cycle_ends_on(db: &mut Db, ctx: &Ctx, row: &SubscriptionRow) -> Outcome<NaiveDate> {
    let mut agreed = subscription_changes::in_the_way(db, ctx.scope, &[row.id], ctx.today())?.into_iter();
    let next = agreed.find(|change| change.billed_from > ctx.today());
    let (cycle, anchor) = next.map_or((row.cycle, row.anchor_on), |change| (change.from_cycle, change.from_anchor_on));
    let running = cycle.index_at(anchor, ctx.today())?;
    let over = cycle.period(anchor, running)?.to;
    // what was imported begins here with the renewal up to which it is paid elsewhere
    let elsewhere = subscriptions::billed_elsewhere(db, ctx.scope, row.id)?;
    Ok(elsewhere.map_or(over, |day| day.max(over)))
}

/// Whether two items charge for the plan, or for the same add-on.
pub fn is_same_thing(one: &SubscriptionItemRow, other: &SubscriptionItemRow) -> bool {
    let named = one.kind == ItemKind::Plan || one.add_on_id.is_some() || one.description == other.description;
    one.kind == other.kind && one.add_on_id == other.add_on_id && named
}

/// The same terms from a later day on, under a new id. Its fees are still to be paid unless the item itself pays them.
pub fn copy_of(item: &SubscriptionItemRow, from_on: NaiveDate, is_paid: bool, ctx: &Ctx) -> SubscriptionItemRow {
    let owed = |fee: UnitPrice| if is_paid { UnitPrice::default() } else { fee };
    SubscriptionItemRow {
        id: fresh(),
        setup_fee: owed(item.setup_fee),
        change_fee: owed(item.change_fee),
        from_on,
        to_on: None,
        known_on: ctx.today(),
        ..item.clone()
    }
}

/// How often a subscription renews after a change.
#[derive(Clone, Copy)]
pub struct Renewal {
    /// The cycle.
    pub cycle: Cycle,
    /// The day its periods are counted from.
    pub anchor_on: NaiveDate,
    /// After how many cycles from there it is complete.
    pub cycle_limit: Option<i32>,
}

/// What is to change.
pub struct Revision {
    /// What it is.
    pub kind: ChangeKind,
    /// In which way.
    pub way: ChangeWay,
    /// Up or down, if it is a change of plan.
    pub direction: Option<ChangeDirection>,
    /// When it counts.
    pub dates: ChangeDates,
    /// From which day on what the ended items have charged is given back.
    pub credit_from: NaiveDate,
    /// The items that end.
    pub ended: Vec<SubscriptionItemId>,
    /// The items that begin, on `dates.billed_from` or later.
    pub begun: Vec<SubscriptionItemRow>,
    /// The plan that is delivered then.
    pub plan: Option<PlanId>,
    /// How often it renews then, if that changes.
    pub renewal: Option<Renewal>,
    /// Whether what is due is invoiced at once; else by the next run.
    pub invoice_now: bool,
    /// For the record.
    pub reason: String,
}

/// Everything that a change writes.
pub struct Decided {
    /// The contract as it is then.
    pub row: SubscriptionRow,
    /// The record.
    pub change: SubscriptionChangeRow,
    /// What is given back.
    pub credits: Vec<Credit>,
    /// What is charged at once on the old terms.
    pub arrears: renew::Decided,
    /// What is charged: at once, or as the next run would.
    pub renewal: renew::Decided,
    /// What coupon and discount are to give again.
    again: CyclesAgain,
}

/// Decides; reads only.
pub fn decide(db: &mut Db, ctx: &Ctx, subject: &Subject, revision: &Revision) -> Outcome<Decided> {
    subject.ensure_own(db, ctx, revision)?;
    let credits = give_back::decide(db, ctx, &revision.ended, revision.credit_from)?;
    let arrears = arrears(db, ctx, subject, revision)?;
    let again = reopened(db, ctx, subject, revision)?;
    let row = after(ctx, subject, revision, again);
    let mut items = ended(subject, revision);
    items.extend(revision.begun.iter().cloned());
    let reach = if revision.invoice_now { Reach::Day(ctx.today()) } else { Reach::Through(revision.dates.billed_from) };
    let discounts_again = BTreeMap::from([(row.id, again.discount)]);
    let contracts = renew::Contracts { rows: vec![row.clone()], items, discounts_again };
    let renewal = renew::decide_for(db, ctx, vec![subject.client.clone()], contracts, Overuse::default(), &reach)?;
    let change = record(ctx, &subject.row, revision);
    Ok(Decided { row, change, credits, arrears, renewal, again })
}

/// The items of before, with those that end.
fn ended(subject: &Subject, revision: &Revision) -> Vec<SubscriptionItemRow> {
    let mut items = subject.items.clone();
    for item in items.iter_mut().filter(|item| revision.ended.contains(&item.id)) {
        item.to_on = Some(item.from_on.max(revision.dates.billed_from));
    }
    items
}

/// Whether time before another cycle is not charged yet: because a run is late, or because it stood on a draft. The new
/// cycle is counted from its first day, so what comes before has to be charged by the old one.
fn is_behind(subject: &Subject, revision: &Revision) -> bool {
    revision.renewal.is_some() && subject.row.billed_through < revision.dates.billed_from
}

/// What is to be charged of that time.
fn arrears(db: &mut Db, ctx: &Ctx, subject: &Subject, revision: &Revision) -> Outcome<renew::Decided> {
    if !is_behind(subject, revision) {
        return Ok(renew::Decided::default());
    }
    let contracts = renew::Contracts::new(vec![subject.row.clone()], ended(subject, revision));
    let today = Reach::Day(ctx.today());
    renew::decide_for(db, ctx, vec![subject.client.clone()], contracts, Overuse::default(), &today)
}

/// The contract after the change: what begins in time that was billed already makes that time open again.
fn after(ctx: &Ctx, subject: &Subject, revision: &Revision, again: CyclesAgain) -> SubscriptionRow {
    let (mut row, from) = (subject.row.clone(), revision.dates.billed_from);
    if revision.dates.delivered_from <= ctx.today() {
        row.plan_id = revision.plan;
    }
    if revision.begun.is_empty() {
        return row;
    }
    row.coupon_cycles = row.coupon_cycles.map(|left| left.saturating_add_unsigned(again.coupon));
    if let Some(renewal) = revision.renewal {
        (row.cycle, row.anchor_on, row.cycle_limit) = (renewal.cycle, renewal.anchor_on, renewal.cycle_limit);
        row.billed_through = from;
    }
    row.billed_through = row.billed_through.min(from);
    let lead = Days::new(u64::try_from(row.lead_days).unwrap_or_default());
    let ahead = from.checked_sub_days(lead).unwrap_or(from).max(ctx.today());
    row.next_invoice_on = Some(row.next_invoice_on.map_or(ahead, |day| day.min(ahead)));
    row
}

/// For how many cycles coupon and discount were used already that are open again: they are not used up twice.
fn reopened(db: &mut Db, ctx: &Ctx, subject: &Subject, revision: &Revision) -> Outcome<CyclesAgain> {
    if revision.begun.is_empty() {
        return Ok(CyclesAgain::default());
    }
    // in another cycle the rest of the present one is no cycle of its own
    let is_again = |from: NaiveDate| revision.renewal.is_none() || from >= revision.dates.billed_from;
    used_beyond(db, ctx, &subject.row, &subject.items, revision.dates.billed_from, is_again)
}

/// For how many cycles coupon and discount were used that reach beyond a day.
pub fn used_beyond(
    db: &mut Db,
    ctx: &Ctx,
    row: &SubscriptionRow,
    items: &[SubscriptionItemRow],
    day: NaiveDate,
    is_again: impl Fn(NaiveDate) -> bool,
) -> Outcome<CyclesAgain> {
    let items: Vec<_> = items.iter().map(|item| item.id).collect();
    // a cycle that is open again is given again already
    let open = row.cycle.index_at(row.anchor_on, row.billed_through)?;
    let is_used = |from| row.cycle.index_at(row.anchor_on, from).is_ok_and(|n| n < open) && is_again(from);
    let lines = traces_beyond(db, ctx.scope, &items, day)?.into_iter().filter(|line| is_used(line.period.from));
    let lines: Vec<_> = lines.map(|line| (line.period.from, Granted::of(&line.trace.steps))).collect();
    Ok(cycles_again(row.cycle, row.anchor_on, &lines)?)
}

/// The record of a change.
pub fn record(ctx: &Ctx, row: &SubscriptionRow, revision: &Revision) -> SubscriptionChangeRow {
    let dates = revision.dates;
    let waits = dates.delivered_from > ctx.today();
    SubscriptionChangeRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        subscription_id: row.id,
        kind: revision.kind,
        way: revision.way,
        direction: revision.direction,
        from_plan_id: row.plan_id,
        to_plan_id: revision.plan,
        from_cycle: row.cycle,
        to_cycle: revision.renewal.map_or(row.cycle, |renewal| renewal.cycle),
        from_anchor_on: row.anchor_on,
        from_cycle_limit: row.cycle_limit,
        billed_from: dates.billed_from,
        delivered_from: dates.delivered_from,
        locked_until: dates.locked_until,
        state: if waits { ChangeState::Waiting } else { ChangeState::Done },
        ended_items: Json(revision.ended.clone()),
        begun_items: Json(revision.begun.iter().map(|item| item.id).collect()),
        reason: revision.reason.clone(),
        created_at: ctx.now,
        version: 1,
        is_by_client: ctx.client().is_ok(),
    }
}

/// Decides and writes a change of a subscription that is locked behind its client.
pub fn revise(tx: &mut Db, ctx: &Ctx, subject: &Subject, revision: &Revision) -> Outcome<Decided> {
    let settled;
    let subject = if is_behind(subject, revision) {
        let arrears = arrears(tx, ctx, subject, revision)?;
        renew::write(tx, ctx, arrears)?;
        settled = Subject::read(tx, ctx, subject.row.id)?;
        &settled
    } else {
        subject
    };
    let mut decided = decide(tx, ctx, subject, revision)?;
    end_items(tx, ctx.scope, &revision.ended, revision.dates.billed_from)?;
    subscriptions::insert_items(tx, &revision.begun)?;
    subscriptions::save(tx, &mut decided.row)?;
    discounts::give_again(tx, ctx.scope, [(decided.row.id, decided.again.discount)])?;
    if revision.kind == ChangeKind::Plan {
        subscription_changes::supersede(tx, ctx.scope, decided.row.id)?;
    }
    subscription_changes::insert(tx, &decided.change)?;
    let comment = if revision.reason.is_empty() { &decided.row.name } else { &revision.reason };
    give_back::write(tx, ctx, &decided.credits, revision.credit_from, comment)?;
    if revision.invoice_now {
        renew::write(tx, ctx, std::mem::take(&mut decided.renewal))?;
        decided.row = subscriptions::find(tx, ctx.scope, decided.row.id)?;
    }
    if decided.change.state == ChangeState::Done {
        follow_change(tx, ctx, decided.row.id)?;
    }
    webhooks::append(tx, &[changed(ctx, &decided.change)])?;
    Ok(decided)
}

/// What is told of a change.
pub fn changed(ctx: &Ctx, change: &SubscriptionChangeRow) -> ActivityRow {
    let fact = json!({
        "change_id": change.id, "kind": change.kind, "way": change.way, "from_plan_id": change.from_plan_id,
        "to_plan_id": change.to_plan_id, "from_cycle": change.from_cycle, "to_cycle": change.to_cycle,
        "billed_from": change.billed_from, "delivered_from": change.delivered_from, "reason": change.reason,
    });
    ctx.fact("subscription.changed", change.subscription_id, fact)
}
