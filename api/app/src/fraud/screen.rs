//! Asking the scorer about an order that stands: by an event, and for those whose event is lost or given up by ProcessSync. The
//! answer, or that there was none, decides; so an order never waits for a scorer that is down.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::isolate::park;
use crate::events::sellers::for_sellers;
use crate::fraud::check::note;
use crate::fraud::gather::{facts, listed};
use crate::fraud::question::question;
use crate::fraud::settle::settle;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::todos::{Todo, raise};
use chrono::TimeDelta;
use comptoir_connectors::ConnectorError;
use comptoir_connectors::fraud::Question;
use comptoir_db::events::EventRow;
use comptoir_db::fraud::checks;
use comptoir_db::fraud::scorers::{self, FraudScorerRow};
use comptoir_db::{Db, Json, Outcome, Scope, clients, orders, sellers, settings, todos};
use comptoir_domain::FraudCheckId;
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::fraud::{FraudCheckState, Scored, Scoring, decide, judge};
use comptoir_domain::todos::TodoKind;
use serde_json::{Value, json};

/// For so long an order waits for its own event.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Checks of a seller in one run.
const CHUNK: i64 = 200;

/// A person is told when fewer queries than this are paid for.
const FEW: u64 = 100;

const TROUBLE: &str = "An order could not be checked for fraud";
const SILENT: &str = "fraud_scorer";
const RUNNING_OUT: &str = "fraud_scorer:few";

/// Asks about one order.
pub async fn screen_order(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let missing = || EventFailure::lasting("the event names no check");
    let seller = event.seller_id.ok_or_else(missing)?;
    let id: FraudCheckId = event.subject_id.parse().map_err(|_| missing())?;
    let seller = state.store.read(move |db| sellers::own(db, Scope::of(seller))).await?;
    let decided = screen(state, &Ctx::system(state, &seller, event.id), id).await?;
    Ok(json!({ "state": decided }))
}

/// Asks about what has waited for long, of one seller or of all; says how many orders that were.
pub async fn screen_due(state: &AppState, event: &EventRow) -> Result<usize, EventFailure> {
    let mut asked = 0;
    for ctx in for_sellers(state, event).await? {
        let (scope, before) = (ctx.scope, ctx.now.plus(-PATIENCE));
        let due = state.store.read(move |db| checks::overdue(db, scope, before, CHUNK)).await?;
        asked += due.len();
        for row in due {
            if let Err(failure) = screen(state, &ctx, row.id).await {
                park(state, &ctx, TROUBLE, row.order_id.to_string(), &failure).await?;
            }
        }
    }
    Ok(asked)
}

/// Which orders would be asked about.
pub fn foresee(db: &mut Db, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    for row in checks::overdue(db, ctx.scope, ctx.now.plus(-PATIENCE), CHUNK)? {
        let order = orders::find(db, ctx.scope, row.order_id)?;
        seen.add(ForeseenView::new(row.id, ForeseenAction::ScreenOrder, format!("order {}", order.number)))?;
    }
    Ok(())
}

/// What came of asking.
type Said = Result<Scored, ConnectorError>;

/// Asks and decides; where the check stands then.
async fn screen(state: &AppState, ctx: &Ctx, id: FraudCheckId) -> Outcome<FraudCheckState> {
    let reader = ctx.clone();
    let prepared = state.store.read(move |db| prepare(db, &reader, id)).await?;
    let Ok((asked, scorer)) = prepared else { return Ok(prepared.err().unwrap_or(FraudCheckState::Dropped)) };
    let said = match &scorer {
        Some(row) => match state.scorers.build(row) {
            Ok(screen) => screen.score(&asked).await,
            Err(error) => Err(error),
        },
        None => Err(ConnectorError::invalid("no_scorer", "no scorer is set up any more")),
    };
    let (writer, connector) = (ctx.clone(), scorer.map(|row| row.connector));
    let work = move |tx: &mut Db| record(tx, &writer, id, connector.as_deref(), &said);
    state.store.write(work).await
}

/// What is to be asked, and whom; or where a check stands that waits no more.
fn prepare(
    db: &mut Db,
    ctx: &Ctx,
    id: FraudCheckId,
) -> Outcome<Result<(Question, Option<FraudScorerRow>), FraudCheckState>> {
    let check = checks::find(db, ctx.scope, id)?;
    if check.state != FraudCheckState::Waiting {
        return Ok(Err(check.state));
    }
    let order = orders::find(db, ctx.scope, check.order_id)?;
    let client = clients::find(db, ctx.scope, check.client_id)?;
    let scorer = scorers::find(db, ctx.scope)?.filter(|scorer| scorer.is_enabled);
    Ok(Ok((question(db, ctx, &order, &client, &check)?, scorer)))
}

/// Decides by what was said. A second answer to the same question changes nothing.
fn record(tx: &mut Db, ctx: &Ctx, id: FraudCheckId, connector: Option<&str>, said: &Said) -> Outcome<FraudCheckState> {
    let (client, order) = {
        let check = checks::find(tx, ctx.scope, id)?;
        (check.client_id, check.order_id)
    };
    let client = clients::lock(tx, ctx.scope, client)?;
    let order = orders::lock(tx, ctx.scope, order)?;
    let mut check = checks::lock(tx, ctx.scope, id)?;
    if check.state != FraudCheckState::Waiting {
        return Ok(check.state);
    }
    let policy = settings::read(tx, ctx.scope)?.value.0.fraud;
    let mut known = facts(tx, ctx, &order, &client, &check)?;
    if let Ok(scored) = said {
        known = known.with(&scored.learned);
        check.scorer = connector.map(String::from);
        check.scored = Some(Json(scored.clone()));
    }
    let judged = judge(&policy, &known, &listed(tx, ctx, &known)?);
    note(&mut check, &judged);
    let why = said.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let scoring = said.as_ref().map_or(Scoring::Silent(&why), Scoring::Answered);
    let ruling = decide(&policy, &judged, &scoring);
    mind(tx, ctx, said)?;
    settle(tx, ctx, check, &ruling, true)?;
    Ok(ruling.decision.into())
}

/// Tells a person of a scorer that does not work, or will not for long; once it does, nobody has to look any more.
fn mind(tx: &mut Db, ctx: &Ctx, said: &Said) -> Outcome<()> {
    let todo = |unique_key: &str, title: String, detail: &str| Todo {
        unique_key: unique_key.into(),
        kind: TodoKind::FraudScorer,
        title,
        detail: detail.into(),
        subject_id: String::new(),
    };
    let found = match said {
        Err(error) => {
            let title = format!("The scorer of the fraud check does not answer ({})", error.code);
            let detail = format!(
                "{}. Orders are decided by `fraud.on_failure` of your settings. Try it with POST /v1/fraud-scorer/test.",
                error.message
            );
            todo(SILENT, title, &detail)
        }
        Ok(scored) => {
            todos::settle(tx, ctx.scope, SILENT, ctx.now)?;
            let Some(left) = scored.queries_remaining.filter(|left| *left < FEW) else {
                return todos::settle(tx, ctx.scope, RUNNING_OUT, ctx.now);
            };
            let title = format!("Only {left} queries of the fraud check's scorer are left");
            todo(RUNNING_OUT, title, "Buy more there before orders have to wait for a person.")
        }
    };
    raise(tx, ctx.scope, ctx.now, found).map(|_| ())
}
