//! Checking an order in the transaction that places it. Nobody outside is asked here: what is to be asked becomes an event.

use crate::events::enqueue::{Task, enqueue};
use crate::fraud::gather::{facts, listed};
use crate::fraud::settle::settle;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use comptoir_db::clients::ClientRow;
use comptoir_db::fraud::checks::{self, FraudCheckRow};
use comptoir_db::fraud::scorers;
use comptoir_db::orders::OrderRow;
use comptoir_db::{Db, Json, Outcome, settings};
use comptoir_domain::FraudScore;
use comptoir_domain::events::EventKind;
use comptoir_domain::fraud::{FraudCheckState, FraudPolicy, Judged, Scoring, decide, judge};
use serde_json::json;

/// Whether a new order is checked; `is_taken` if an administrator has taken it.
pub const fn wants(policy: &FraudPolicy, is_taken: bool) -> bool {
    policy.is_on && (!is_taken || policy.check_taken_orders)
}

/// Checks an order that was just written as `new`: decides about it, or has the scorer asked.
pub fn check(tx: &mut Db, ctx: &Ctx, order: &OrderRow, client: &ClientRow, is_taken: bool) -> Outcome<()> {
    let policy = settings::read(tx, ctx.scope)?.value.0.fraud;
    let mut check = new_row(tx, ctx, order, client, is_taken)?;
    checks::insert(tx, &check)?;
    let facts = facts(tx, ctx, order, client, &check)?;
    let judged = judge(&policy, &facts, &listed(tx, ctx, &facts)?);
    note(&mut check, &judged);
    let is_asked = scorers::find(tx, ctx.scope)?.is_some_and(|scorer| scorer.is_enabled);
    if judged.is_open(&policy) && is_asked {
        checks::save(tx, &mut check)?;
        return ask_soon(tx, ctx, &check);
    }
    settle(tx, ctx, check, &decide(&policy, &judged, &Scoring::NotAsked), false)
}

fn new_row(tx: &mut Db, ctx: &Ctx, order: &OrderRow, client: &ClientRow, is_taken: bool) -> Outcome<FraudCheckRow> {
    let mail = super::gather::person(tx, ctx, client)?.email.to_lowercase();
    // an administrator is not who buys
    let ip = (!is_taken && !ctx.ip.is_empty()).then(|| ctx.ip.clone());
    Ok(FraudCheckRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        order_id: order.id,
        client_id: client.id,
        state: FraudCheckState::Waiting,
        is_taken,
        score: FraudScore::default(),
        rules_score: FraudScore::default(),
        findings: Json(Vec::new()),
        scorer: None,
        scored: None,
        ip_country: ctx.country.filter(|_| ip.is_some()),
        ip,
        mail: Some(mail),
        reason: String::new(),
        decided_by_kind: None,
        decided_by_name: None,
        decided_at: None,
        created_at: ctx.now,
        version: 1,
    })
}

/// Writes down what the rules have found.
pub fn note(check: &mut FraudCheckRow, judged: &Judged) {
    check.rules_score = judged.score;
    check.score = judged.score;
    check.findings = Json(judged.findings.clone());
}

fn ask_soon(tx: &mut Db, ctx: &Ctx, check: &FraudCheckRow) -> Outcome<()> {
    let task = Task {
        kind: EventKind::ScreenOrder,
        unique_key: format!("screen_order:{}", check.id),
        subject_id: check.id.to_string(),
        payload: json!({}),
        run_at: None,
    };
    enqueue(tx, ctx, vec![task]).map(|_| ())
}
