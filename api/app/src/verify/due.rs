//! Deriving the open periods anew, so many subscriptions at a time.

use super::Checked;
use crate::events::timetable::timing;
use crate::invoices::renew::snapshot;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::verify::open;
use comptoir_db::{Db, Outcome, Scope, event_schedules, settings};
use comptoir_domain::Instant;
use comptoir_domain::events::EventKind;
use comptoir_domain::settings::BillingSettings;
use comptoir_domain::verify::{Finding, Stored, opens_on, rederive};

/// Subscriptions that are looked at together.
const PART: i64 = 500;

pub(super) fn open_periods(db: &mut Db, scope: Scope, today: NaiveDate) -> Outcome<Checked> {
    let billing = settings::read(db, scope)?.value.0.billing;
    let days = Days { today, ran_on: ran_on(db, today)? };
    let (mut checked, mut after) = (Checked { count: 0, findings: Vec::new() }, None);
    loop {
        let rows = open::running(db, scope, after, PART)?;
        let Some(last) = rows.last() else { return Ok(checked) };
        after = Some(last.id);
        checked.count += rows.len();
        checked.findings.extend(part(db, scope, &rows, &billing, days)?);
    }
}

#[derive(Clone, Copy)]
struct Days {
    today: NaiveDate,
    ran_on: Option<NaiveDate>,
}

/// The day before today on which the last billing run was to be. Today's may still come, and what a schedule that was just
/// changed leaves open is not late yet.
fn ran_on(db: &mut Db, today: NaiveDate) -> Outcome<Option<NaiveDate>> {
    let changed = event_schedules::find(db, EventKind::ProcessInvoices)?;
    let before = Instant::from_utc(today.and_time(NaiveTime::MIN).and_utc()).plus(TimeDelta::seconds(-1));
    let last = timing(EventKind::ProcessInvoices, changed.as_ref()).and_then(|timing| timing.latest(before));
    Ok(last.map(|at| at.utc().date_naive()))
}

fn part(
    db: &mut Db,
    scope: Scope,
    rows: &[SubscriptionRow],
    billing: &BillingSettings,
    days: Days,
) -> Outcome<Vec<Finding>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let items = subscriptions::items_of(db, scope, &ids)?;
    let item_ids: Vec<_> = items.iter().map(|item| item.id).collect();
    let snapshot = snapshot(db, scope, rows, items, billing)?;
    let opened = snapshot.subscriptions.iter().map(|of| opens_on(of, days.today)).collect::<Result<Vec<_>, _>>()?;
    let stored = open::stored(db, scope, &item_ids, opened.into_iter().min().unwrap_or(days.today))?;
    let next = rows.iter().filter_map(|row| Some((row.id, row.next_invoice_on?)));
    Ok(rederive(&snapshot, &Stored { next_invoice_on: next.collect(), ..stored }, days.today, days.ran_on)?)
}
