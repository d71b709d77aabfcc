//! Deriving the open periods anew, so many subscriptions at a time.

use super::Checked;
use crate::invoices::renew::snapshot;
use chrono::NaiveDate;
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::verify::open;
use comptoir_db::{Db, Outcome, Scope, settings};
use comptoir_domain::settings::BillingSettings;
use comptoir_domain::verify::{Finding, Stored, opens_on, rederive};

/// Subscriptions that are looked at together.
const PART: i64 = 500;

pub(super) fn open_periods(db: &mut Db, scope: Scope, today: NaiveDate) -> Outcome<Checked> {
    let billing = settings::read(db, scope)?.value.0.billing;
    let (mut checked, mut after) = (Checked { count: 0, findings: Vec::new() }, None);
    loop {
        let rows = open::running(db, scope, after, PART)?;
        let Some(last) = rows.last() else { return Ok(checked) };
        after = Some(last.id);
        checked.count += rows.len();
        checked.findings.extend(part(db, scope, &rows, &billing, today)?);
    }
}

fn part(
    db: &mut Db,
    scope: Scope,
    rows: &[SubscriptionRow],
    billing: &BillingSettings,
    today: NaiveDate,
) -> Outcome<Vec<Finding>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let items = subscriptions::items_of(db, scope, &ids)?;
    let item_ids: Vec<_> = items.iter().map(|item| item.id).collect();
    let snapshot = snapshot(db, scope, rows, items, billing)?;
    let opened = snapshot.subscriptions.iter().map(|of| opens_on(of, today)).collect::<Result<Vec<_>, _>>()?;
    let stored = open::stored(db, scope, &item_ids, opened.into_iter().min().unwrap_or(today))?;
    let next = rows.iter().filter_map(|row| Some((row.id, row.next_invoice_on?)));
    Ok(rederive(&snapshot, &Stored { next_invoice_on: next.collect(), ..stored }, today)?)
}
