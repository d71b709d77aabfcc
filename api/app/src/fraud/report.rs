//! Telling the scorer what an order turned out to be: after a person has decided, and when a payment is charged back.

use crate::events::EventFailure;
use crate::events::enqueue::{Task, enqueue};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use comptoir_connectors::fraud::Report;
use comptoir_connectors::{Kind, Retry};
use comptoir_db::events::EventRow;
use comptoir_db::fraud::checks::{self, FraudCheckRow};
use comptoir_db::fraud::scorers;
use comptoir_db::payments::TransactionRow;
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::FraudCheckId;
use comptoir_domain::events::EventKind;
use comptoir_domain::fraud::FraudTag;
use serde_json::{Value, json};

/// What the event carries.
#[derive(serde::Deserialize)]
struct Told {
    tag: FraudTag,
    notes: String,
}

/// Has the scorer told, if it has scored the order.
pub fn report_soon(tx: &mut Db, ctx: &Ctx, check: &FraudCheckRow, tag: FraudTag, notes: &str) -> Outcome<()> {
    if check.scored.is_none() {
        return Ok(());
    }
    let task = Task {
        kind: EventKind::ReportFraud,
        unique_key: format!("report_fraud:{}:{tag}", check.id),
        subject_id: check.id.to_string(),
        payload: json!({ "tag": tag, "notes": notes }),
        run_at: None,
    };
    enqueue(tx, ctx, vec![task]).map(|_| ())
}

/// A payment comes back. What a bank returns of a direct debit is no charge-back of a card.
pub fn charged_back(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    let Some(order) = row.order_id.filter(|_| !row.is_debit) else { return Ok(()) };
    match checks::of_order(tx, ctx.scope, order)? {
        Some(check) => report_soon(tx, ctx, &check, FraudTag::Chargeback, ""),
        None => Ok(()),
    }
}

/// The work of an event: tells what it carries.
pub async fn report_fraud(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let missing = || EventFailure::lasting("the event does not say what is to be told about which check");
    let seller = event.seller_id.ok_or_else(missing)?;
    let id: FraudCheckId = event.subject_id.parse().map_err(|_| missing())?;
    let told: Told = serde_json::from_value(event.payload.0.clone()).map_err(|_| missing())?;
    let work = move |db: &mut Db| {
        let scope = Scope::of(seller);
        Ok((checks::find(db, scope, id)?, scorers::find(db, scope)?))
    };
    let (check, scorer) = state.store.read(work).await?;
    // whoever has never scored it would not know what is meant
    let scorer = scorer.filter(|row| row.is_enabled && check.scorer.as_deref() == Some(&row.connector));
    let (Some(row), Some(scored)) = (scorer, check.scored) else { return Ok(json!({ "outcome": "nobody_to_tell" })) };
    let failed = |error: comptoir_connectors::ConnectorError| match (error.retry, error.kind) {
        (Retry::Never, kind) if kind != Kind::Auth && kind != Kind::Declined => {
            EventFailure::lasting(error.to_string())
        }
        // telling it twice is no harm
        _ => EventFailure::passing(error.to_string()),
    };
    let screen = state.scorers.build(&row).map_err(failed)?;
    let report = Report { tag: told.tag, scored: scored.0.id, notes: told.notes };
    screen.report(&report).await.map_err(failed)?;
    Ok(json!({ "outcome": "told" }))
}
