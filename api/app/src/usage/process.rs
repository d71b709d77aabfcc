//! ProcessUsage (EVT-02): compares what is used with what was bought. It gives notice, each once in a month, and holds what
//! uses too much, if its plan says so, until it uses less or a new month begins.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView, apart};
use crate::events::sweep::{Sweep, Swept};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::subscriptions::hold::{lift_hold, place_hold};
use crate::usage::notify::notify;
use crate::usage::terms::{Contracts, lifetime};
use crate::webhooks;
use chrono::{Days, NaiveDate};
use comptoir_db::events::EventRow;
use comptoir_db::usage::{self, UsageNoticeRow, UsageRecordRow};
use comptoir_db::{Db, Outcome, clients, subscriptions};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::subscriptions::HoldKind;
use comptoir_domain::usage::{OveruseNotice, Reported, Resource, in_use, overuse};
use comptoir_domain::{ClientId, SubscriptionId};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// Subscriptions in one transaction.
const CHUNK: i64 = 200;

/// What was reported so many days ago says nothing about today.
const DAYS: u64 = 32;

const JUDGING: Sweep<SubscriptionId> = Sweep {
    trouble: "The use of a subscription could not be judged",
    page: |db, ctx, after| usage::measured_or_held(db, ctx.scope, since(ctx), after, CHUNK),
    work: act,
};

/// Looks at what is used, of one seller or of all.
pub async fn process_usage(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let Swept { done, parked } = JUDGING.run(state, event).await?;
    Ok(json!({ "steps": done, "parked": parked }))
}

fn since(ctx: &Ctx) -> NaiveDate {
    ctx.today().checked_sub_days(Days::new(DAYS)).unwrap_or_default()
}

/// Something that people are told.
pub(super) struct Notice {
    pub subscription: SubscriptionId,
    pub client: ClientId,
    /// What the subscription is called.
    pub name: String,
    pub resource: Resource,
    pub notice: OveruseNotice,
    /// The first day of the month.
    pub month: NaiveDate,
    /// Bytes.
    pub used: u64,
    /// Bytes.
    pub limit: u64,
}

/// What is to be done about some subscriptions.
#[derive(Default)]
struct Decided {
    notices: Vec<Notice>,
    /// Subscriptions that use too much, and why they are held.
    held: Vec<(SubscriptionId, String)>,
    /// Subscriptions that use too much no more.
    lifted: Vec<SubscriptionId>,
}

/// Does what is to be done about some subscriptions; says how many steps that were.
fn act(tx: &mut Db, ctx: &Ctx, ids: &[SubscriptionId]) -> Outcome<usize> {
    let rows = subscriptions::find_many(tx, ctx.scope, ids)?;
    let theirs: BTreeSet<ClientId> = rows.iter().map(|row| row.client_id).collect();
    clients::lock_many(tx, ctx.scope, &Vec::from_iter(theirs))?;
    let decided = decide(tx, ctx, ids)?;
    let row = |notice: &Notice| UsageNoticeRow {
        seller_id: ctx.scope.seller(),
        subscription_id: notice.subscription,
        resource: notice.resource,
        notice: notice.notice,
        month_from: notice.month,
        created_at: ctx.now,
    };
    usage::insert_notices(tx, &decided.notices.iter().map(row).collect::<Vec<_>>())?;
    let fact = |notice: &Notice| {
        let said =
            json!({ "resource": notice.resource, "notice": notice.notice, "used": notice.used, "limit": notice.limit });
        ctx.fact("subscription.overuse_noticed", notice.subscription, said)
    };
    webhooks::append(tx, &decided.notices.iter().map(fact).collect::<Vec<_>>())?;
    notify(tx, ctx, &decided.notices)?;
    for (id, reason) in &decided.held {
        place_hold(tx, ctx, *id, HoldKind::Overuse, reason)?;
    }
    for id in &decided.lifted {
        lift_hold(tx, ctx, *id, HoldKind::Overuse, WITHIN)?;
    }
    Ok(decided.notices.len() + decided.held.len() + decided.lifted.len())
}

/// Why a hold is lifted.
const WITHIN: &str = "no more is used than there is";

/// Works out what is to be done; reads only.
fn decide(db: &mut Db, ctx: &Ctx, ids: &[SubscriptionId]) -> Outcome<Decided> {
    let (today, since) = (ctx.today(), since(ctx));
    let rows = subscriptions::find_many(db, ctx.scope, ids)?;
    let contracts = Contracts::read(db, ctx.scope, rows)?;
    let mut reports: HashMap<SubscriptionId, Vec<Reported>> = HashMap::new();
    for row in usage::recent(db, ctx.scope, ids, since)? {
        reports.entry(row.subscription_id).or_default().push(UsageRecordRow::reported(&row));
    }
    let given = usage::notices_of(db, ctx.scope, ids, since)?;
    let given: BTreeSet<_> =
        given.into_iter().map(|row| (row.subscription_id, row.resource, row.notice, row.month_from)).collect();
    let holds = subscriptions::holds_of(db, ctx.scope, ids)?;
    let holds = holds.iter().filter(|hold| hold.kind == HoldKind::Overuse && hold.lifted_at.is_none());
    let held: BTreeSet<_> = holds.map(|hold| hold.subscription_id).collect();
    let mut decided = Decided::default();
    for of in contracts.rows.values().filter(|of| of.starts_on <= today) {
        let month = lifetime(of).month(today)?;
        let properties = contracts.properties(of, today);
        let used = in_use(reports.get(&of.id).map_or(&[], Vec::as_slice), month);
        let found = overuse(&properties, &used);
        let new =
            found.notices.iter().filter(|(resource, notice)| !given.contains(&(of.id, *resource, *notice, month.from)));
        let notice = |(resource, notice): &(Resource, OveruseNotice)| Notice {
            subscription: of.id,
            client: of.client_id,
            name: of.name.clone(),
            resource: *resource,
            notice: *notice,
            month: month.from,
            used: used.get(resource).copied().unwrap_or_default(),
            // what has no limit may have a soft quota
            limit: properties
                .number(resource.as_str())
                .or_else(|| properties.number(resource.soft_quota()))
                .unwrap_or_default(),
        };
        decided.notices.extend(new.map(notice));
        match (found.hold, held.contains(&of.id)) {
            (true, false) => decided.held.push((of.id, "more is used than there is".into())),
            (false, true) => decided.lifted.push(of.id),
            _ => {}
        }
    }
    Ok(decided)
}

/// Which notices would be given, and which subscriptions held and let back in.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    JUDGING.look(db, ctx, |db, ids| {
        let pieces = |db: &mut Db, part: &[SubscriptionId]| Ok(pieces(&decide(db, ctx, part)?));
        let (pieces, sick) = apart(db, ids, &pieces)?;
        pieces.into_iter().try_for_each(|piece| seen.add(piece))?;
        sick.iter().try_for_each(|(subscription, failure)| seen.park(subscription, failure))
    })
}

fn pieces(decided: &Decided) -> Vec<ForeseenView> {
    let notice = |notice: &Notice| {
        let summary = format!("{}: {} of {} bytes of {} used", notice.name, notice.used, notice.limit, notice.resource);
        ForeseenView::new(notice.subscription, ForeseenAction::Notify, summary)
    };
    let held = decided.held.iter().map(|(id, reason)| ForeseenView::new(id, ForeseenAction::Suspend, reason.clone()));
    let lifted = decided.lifted.iter().map(|id| ForeseenView::new(id, ForeseenAction::LetBackIn, WITHIN));
    decided.notices.iter().map(notice).chain(held).chain(lifted).collect()
}
