//! A second look at an order that the rules have let go: its payment shows where the card is from, which nobody knew before. If
//! the order would not have gone on then, a person decides, because the money is there already.

use crate::fraud::check::note;
use crate::fraud::gather::{facts, listed};
use crate::fraud::settle::{close, hold};
use crate::kernel::call::Ctx;
use comptoir_db::fraud::checks::{self, FraudCheckRow};
use comptoir_db::orders::OrderRow;
use comptoir_db::{Db, Json, Outcome, clients, invoices, payments, settings};
use comptoir_domain::fraud::{FraudCheckState, FraudDecision, FraudRule, Scoring, decide, judge};
use comptoir_domain::{Country, OrderId};

/// Holds an order whose payment has just come in, if its card is a reason to; says whether it did.
pub fn holds_paid(tx: &mut Db, ctx: &Ctx, order: &OrderRow) -> Outcome<bool> {
    let Some(mut check) = checks::lock_of_order(tx, ctx.scope, order.id)?.filter(was_let_go) else { return Ok(false) };
    let Some(country) = card_country(tx, ctx, order.id)? else { return Ok(false) };
    let policy = settings::read(tx, ctx.scope)?.value.0.fraud;
    let client = clients::find(tx, ctx.scope, order.client_id)?;
    let mut known = facts(tx, ctx, order, &client, &check)?;
    // what this order pays is no history
    known.paid_invoices = known.paid_invoices.saturating_sub(1);
    known.card_country = Some(country);
    if let Some(scored) = &check.scored {
        known = known.with(&scored.0.learned);
    }
    let judged = judge(&policy, &known, &listed(tx, ctx, &known)?);
    let scored = check.scored.as_ref().map(|scored| scored.0.clone());
    let ruling = decide(&policy, &judged, &scored.as_ref().map_or(Scoring::NotAsked, Scoring::Answered));
    // that nobody answered stays true
    let silence = check.findings.0.iter().filter(|finding| finding.rule == FraudRule::ScorerSilent).cloned();
    let findings = ruling.findings.iter().cloned().chain(silence).collect();
    note(&mut check, &judged);
    (check.score, check.findings) = (ruling.score, Json(findings));
    if ruling.decision == FraudDecision::Accept {
        checks::save(tx, &mut check)?;
        return Ok(false);
    }
    close(tx, ctx, &mut check, FraudCheckState::Held, None)?;
    hold(tx, ctx, order.clone(), &check, true)?;
    Ok(true)
}

/// Whether the rules alone have let it go: what a person has accepted stays accepted.
pub(super) fn was_let_go(check: &FraudCheckRow) -> bool {
    check.state == FraudCheckState::Accepted && check.decided_by_kind.as_deref() == Some("system")
}

/// Where the card is from that has paid for an order.
fn card_country(db: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<Option<Country>> {
    let Some((_, invoice)) = invoices::of_orders(db, ctx.scope, &[order])?.first().copied() else { return Ok(None) };
    let paid = payments::of_invoice(db, ctx.scope, invoice)?;
    Ok(paid.iter().rev().filter(|row| row.state.is_taken()).find_map(|row| row.detail.0.card_country))
}
