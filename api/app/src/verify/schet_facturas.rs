//! Checks of schet-facturas.

use super::Checked;
use comptoir_db::{Db, Outcome, Scope, verify};
use comptoir_domain::invoices::frozen::Frozen;
use comptoir_domain::verify::{Finding, certificates_hold, documented_as_charged};

/// Documents that are looked at together.
const PART: i64 = 1_000;

pub(super) fn documented(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let lines = verify::documented_sums(db, scope)?;
    Ok(Checked { count: lines.len(), findings: documented_as_charged(&lines) })
}

pub(super) fn certificates(db: &mut Db, scope: Scope) -> Outcome<Checked> {
    let certificates = verify::certificates(db, scope)?;
    let mut checked = Checked { count: certificates.len(), findings: certificates_hold(&certificates) };
    let mut after = 0;
    loop {
        let part = verify::frozen(db, scope, after, PART)?;
        let Some((last, ..)) = part.last() else { return Ok(checked) };
        after = *last;
        let forged = part.into_iter().filter_map(|(_, number, json, sha256)| {
            let is_intact = Frozen { json, sha256 }.is_intact();
            (!is_intact).then(|| Finding::new(number, "not what was frozen"))
        });
        checked.findings.extend(forged);
    }
}
