//! Seeing and changing when recurring work is done (EVT-02). The schedules are the house's: every seller sees those of its
//! work, the provider changes them.

use crate::events::schedule::slot;
use crate::events::timetable::timing;
use crate::kernel::call::Ctx;
use crate::kernel::patch::{Change, Nullable};
use crate::kernel::path::parameter;
use crate::kernel::{Answer, AppState, Body, Call, IfMatch, Reply};
use actix_web::{HttpRequest, get, patch};
use comptoir_db::event_schedules::{self, EventScheduleRow};
use comptoir_db::events::{self, Now};
use comptoir_db::{Db, Outcome};
use comptoir_domain::events::{EventClock, EventGroup, EventKind, Schedule, Timing};
use comptoir_domain::people::SellerKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, Instant, Problem};
use serde_json::json;
use std::collections::BTreeMap;

/// When a recurring kind of work is done.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EventScheduleView {
    /// What is done.
    pub kind: EventKind,
    /// The same in words.
    #[schema(example = "Invoice what is due")]
    pub title: String,
    /// What it belongs to.
    pub group: EventGroup,
    /// Whether this installation does it at all. What nobody does is not queued, and cannot be run by hand.
    pub is_handled: bool,
    /// Second, minute, hour, day, month, weekday, in UTC.
    #[schema(example = "0 15 0 * * *")]
    pub pattern: String,
    /// The pattern with which it is delivered.
    #[schema(example = "0 15 0 * * *")]
    pub default_pattern: String,
    /// Whether it recurs.
    pub is_on: bool,
    /// Whether it may be switched off. What others have been promised may not, and comes at least once a week.
    pub can_be_off: bool,
    /// By which clock it is due.
    pub clock: EventClock,
    /// When it was last done, for all or for you.
    pub last_run_at: Option<Instant>,
    /// When it is due next; null if it does not recur.
    pub next_run_at: Option<Instant>,
    /// Since when the pattern and the switch are as they are; null for always.
    pub changed_at: Option<Instant>,
}

/// All of them.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EventSchedulesView {
    /// One for each recurring kind.
    pub schedules: Vec<EventScheduleView>,
}

/// What to change.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"pattern": "0 30 6 * * 1-5"}))]
pub struct EventSchedulePatch {
    /// Second (a single one), minute, hour, day, month, weekday, in UTC; where day and weekday are given both have to fit.
    /// Null is the delivered pattern.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub pattern: Nullable<String>,
    /// Whether it recurs.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub is_on: Change<bool>,
}

/// List when recurring work is done
///
/// Resellers see the kinds that are done for them; when, the provider settles for all.
#[utoipa::path(tag = "events", responses((status = 200, body = EventSchedulesView, description = "One for each recurring kind")))]
#[get("/v1/event-schedules")]
pub async fn list_event_schedules(call: Call<may::ReadEvents>) -> Answer {
    let state = call.shared_state();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let changed: BTreeMap<_, _> = event_schedules::all(db)?.into_iter().map(|row| (row.kind, row)).collect();
        let last = events::last_done(db, ctx.scope)?;
        let kinds = EventKind::ALL.iter().filter(|kind| is_shown(**kind, ctx));
        let views = kinds.filter_map(|kind| view(&state, ctx, *kind, changed.get(kind), last.get(kind)));
        Ok(views.collect::<Vec<_>>())
    };
    let schedules = call.read(work).await?;
    Ok(Reply::ok(&EventSchedulesView { schedules }))
}

/// See when a recurring kind of work is done
#[utoipa::path(tag = "events", params(("kind" = EventKind, Path, example = "process_invoices")), responses((status = 200, body = EventScheduleView, description = "When")))]
#[get("/v1/event-schedules/{kind}")]
pub async fn get_event_schedule(call: Call<may::ReadEvents>, request: HttpRequest) -> Answer {
    let (kind, state) = (parameter(&request, "kind")?, call.shared_state());
    call.read(move |db, ctx| reply(db, &state, ctx, kind)).await
}

/// Change when a recurring kind of work is done
///
/// For the whole house, at once, and without a restart of anything. What was due by now is still done; from now on only
/// the new times count. Only the provider may.
#[utoipa::path(tag = "events", params(("kind" = EventKind, Path, example = "process_invoices")), request_body = EventSchedulePatch,
    responses((status = 200, body = EventScheduleView, description = "When it is done from now on")))]
#[patch("/v1/event-schedules/{kind}")]
pub async fn update_event_schedule(
    call: Call<may::WriteEvents>,
    request: HttpRequest,
    seen: IfMatch,
    body: Body<EventSchedulePatch>,
) -> Answer {
    let (kind, state) = (parameter(&request, "kind")?, call.shared_state());
    if call.ctx().seller_kind != SellerKind::Provider {
        return Err(Problem::new(Code::Forbidden, "this concerns the whole house: only the provider changes it").into());
    }
    let answer = call
        .write(move |tx, ctx| {
            change(tx, &state, ctx, kind, &seen, &body.0)?;
            reply(tx, &state, ctx, kind)
        })
        .await?;
    call.state().rescheduled.notify_one();
    Ok(answer)
}

fn is_shown(kind: EventKind, ctx: &Ctx) -> bool {
    kind.is_recurring() && (kind.is_for_sellers() || ctx.seller_kind == SellerKind::Provider)
}

fn reply(db: &mut Db, state: &AppState, ctx: &Ctx, kind: EventKind) -> Outcome<Reply> {
    let row = event_schedules::find(db, kind)?;
    let last = events::last_done(db, ctx.scope)?;
    let view = view(state, ctx, kind, row.as_ref(), last.get(&kind)).filter(|_| is_shown(kind, ctx));
    let view = view.ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&view).version(row.map_or(0, |row| row.version)))
}

fn view(
    state: &AppState,
    ctx: &Ctx,
    kind: EventKind,
    row: Option<&EventScheduleRow>,
    last: Option<&Instant>,
) -> Option<EventScheduleView> {
    let timing = timing(kind, row)?;
    let (is_handled, now) = (state.handlers.has(kind), now(ctx).by(kind.clock()));
    Some(EventScheduleView {
        kind,
        title: kind.title().into(),
        group: kind.group(),
        is_handled,
        pattern: timing.schedule.pattern().into(),
        default_pattern: kind.schedule()?.pattern().into(),
        is_on: timing.is_on,
        can_be_off: kind.can_rest(),
        clock: kind.clock(),
        last_run_at: last.copied(),
        next_run_at: timing.next(now).filter(|_| is_handled),
        changed_at: timing.since,
    })
}

fn now(ctx: &Ctx) -> Now {
    Now { business: ctx.now, machine: ctx.machine_now }
}

/// Writes the change. In the same transaction the run that should exist by the old schedule is queued if nobody has done
/// so yet, because from then on nobody would.
fn change(
    tx: &mut Db,
    state: &AppState,
    ctx: &Ctx,
    kind: EventKind,
    seen: &IfMatch,
    wanted: &EventSchedulePatch,
) -> Outcome<()> {
    let found = event_schedules::find(tx, kind)?;
    let Some(before) = timing(kind, found.as_ref()) else { return Err(Problem::not_found().into()) };
    seen.check(found.as_ref().map_or(0, |row| row.version))?;
    let after = settled(kind, &before, wanted)?;
    if (&after.schedule, after.is_on) == (&before.schedule, before.is_on) {
        return Ok(());
    }
    let (now, clock) = (now(ctx), kind.clock());
    if let Some(at) = before.latest(now.by(clock)).filter(|_| state.handlers.has(kind)) {
        events::enqueue(tx, &[slot(kind, at, now)])?;
    }
    let delivered = kind.schedule().is_some_and(|schedule| schedule == after.schedule);
    let mut row = EventScheduleRow {
        kind,
        pattern: Some(after.schedule.pattern().to_string()).filter(|_| !delivered),
        is_on: after.is_on,
        since: now.by(clock),
        version: found.map_or(0, |row| row.version),
    };
    event_schedules::save(tx, &mut row)?;
    let told = json!({ "pattern": after.schedule.pattern(), "is_on": after.is_on, "from": before.schedule.pattern(), "was_on": before.is_on });
    ctx.record(tx, "event_schedule.changed", kind, told)
}

/// What is to be in force; refuses what cannot be.
fn settled(kind: EventKind, before: &Timing, wanted: &EventSchedulePatch) -> Result<Timing, Problem> {
    let mut after = before.clone();
    let mut check = Check::new();
    match &wanted.pattern {
        Nullable::Keep => {}
        Nullable::Clear => after.schedule = kind.schedule().unwrap_or(after.schedule),
        Nullable::To(pattern) => match Schedule::parse(pattern) {
            Ok(schedule) => after.schedule = schedule,
            Err(problem) => check.part("", Err(problem)),
        },
    }
    wanted.is_on.clone().apply(&mut after.is_on);
    let detail = "others rely on it: change its times instead";
    check.ensure(after.is_on || kind.can_rest(), "/is_on", "not_possible", detail);
    let is_kept = kind.can_rest() || after.schedule.is_weekly();
    check.ensure(is_kept, "/pattern", "too_seldom", "others rely on it: at least once a week");
    check.done()?;
    Ok(after)
}
