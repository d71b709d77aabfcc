//! Checks of subscriptions and documents.

use super::Checked;
use crate::invoices::verify::{chain_links, changed};
use comptoir_db::{Db, Outcome, Scope, subscription_statuses, verify};
use comptoir_domain::verify::{
    Finding, billed_as_far_as_said, numbers_follow, overuse_is_recorded, periods_tile, steps_follow, sums_agree,
    traces_hold, transfers_tile,
};

/// Lines that are looked at together.
const PART: i64 = 1_000;

pub(super) fn periods(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let (spans, periods) = (verify::spans(db, scope)?, verify::periods(db, scope)?);
    let count = periods.values().map(Vec::len).sum();
    Ok(Checked { count, findings: periods_tile(&spans, &periods) })
}

pub(super) fn billed(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let contracts = verify::contracts(db, scope)?;
    let (spans, periods) = (verify::spans(db, scope)?, verify::periods(db, scope)?);
    Ok(Checked { count: contracts.len(), findings: billed_as_far_as_said(&contracts, &spans, &periods) })
}

pub(super) fn sums(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let documents = verify::documents(db, scope)?;
    let lines = verify::line_sums(db, scope)?;
    Ok(Checked { count: documents.len(), findings: sums_agree(&documents, &lines) })
}

pub(super) fn traces(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let (mut checked, mut after) = (Checked { count: 0, findings: Vec::new() }, None);
    loop {
        let lines = verify::open::traced(db, scope, after, PART)?;
        let Some(last) = lines.last() else { return Ok(checked) };
        after = Some(last.id);
        checked.count += lines.len();
        checked.findings.extend(traces_hold(&lines));
    }
}

pub(super) fn documents(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let (sealed, _) = chain_links(db, scope)?;
    let count = sealed.len();
    let changed = changed(db, scope, sealed)?;
    let finding = |number| Finding::new(number, "not what was issued, or the document or its link is missing");
    Ok(Checked { count, findings: changed.into_iter().map(finding).collect() })
}

pub(super) fn chain(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let (sealed, first_break) = chain_links(db, scope)?;
    let finding = first_break.map(|found| Finding::new(format!("link {}", found.seq), found.fault.as_str()));
    Ok(Checked { count: sealed.len(), findings: finding.into_iter().collect() })
}

pub(super) fn numbers(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let documents = verify::numbered(db, scope)?;
    Ok(Checked { count: documents.len(), findings: numbers_follow(&documents) })
}

pub(super) fn overuse(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let (count, months) = verify::charged_months(db, scope)?;
    Ok(Checked { count, findings: overuse_is_recorded(&months, &verify::overuse_lines(db, scope)?) })
}

pub(super) fn statuses(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let steps = subscription_statuses::steps(db, scope)?;
    Ok(Checked { count: steps.len(), findings: steps_follow(&steps) })
}

pub(super) fn transfers(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let transfers = verify::transfers(db, scope)?;
    Ok(Checked { count: transfers.len(), findings: transfers_tile(&transfers) })
}

pub(super) fn services(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let (count, wrong) = verify::services(db, scope)?;
    let finding = |id| Finding::new(id, "called settled, but it is not what it should be");
    Ok(Checked {
        count: usize::try_from(count).unwrap_or_default(),
        findings: wrong.into_iter().map(finding).collect(),
    })
}
