//! Whom a seller asks. Its secrets are sealed and never shown again.

use crate::fraud::ready::Scorers;
use crate::fraud::views::{FraudScorerSet, FraudScorerTestView, FraudScorerView};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, IfMatch, Reply};
use actix_web::{delete, get, post, put};
use comptoir_connectors::fraud::registry::{self, Connector};
use comptoir_connectors::settings;
use comptoir_db::fraud::scorers::{self, FraudScorerRow};
use comptoir_db::{Json, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Problem};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Get the scorer
///
/// Whom you ask how likely an order is a fraud. 404 if nobody is asked.
#[utoipa::path(tag = "fraud", responses((status = 200, body = FraudScorerView, description = "The scorer")))]
#[get("/v1/fraud-scorer")]
pub async fn get_fraud_scorer(call: Call<may::ReadFraud>) -> Answer {
    let row = call.read(|db, ctx| scorers::find(db, ctx.scope)).await?.ok_or_else(Problem::not_found)?;
    let version = row.version;
    Ok(Reply::ok(&FraudScorerView::new(&call.state().scorers, row)).version(version))
}

/// Set the scorer
///
/// Secrets that are left out stay as they are, as long as the connector does. Whether orders are checked at all is said by
/// `fraud.is_on` of the settings.
#[utoipa::path(tag = "fraud", request_body = FraudScorerSet, responses((status = 200, body = FraudScorerView, description = "The scorer as it is now"),
    (status = 201, body = FraudScorerView, description = "Set up")))]
#[put("/v1/fraud-scorer")]
pub async fn set_fraud_scorer(call: Call<may::WriteFraud>, seen: IfMatch, body: Body<FraudScorerSet>) -> Answer {
    let houses = call.state().scorers.clone();
    call.write(move |tx, ctx| {
        let wanted = body.0.clone();
        let connector = connector(&wanted.connector)?;
        let old = scorers::lock(tx, ctx.scope)?;
        seen.check(old.as_ref().map_or(0, |row| row.version))?;
        let mut row = row(ctx, old.as_ref(), &wanted);
        let (open, mut secrets) = settings::apart(connector.fields, wanted.settings);
        if let Some(kept) =
            old.as_ref().filter(|old| old.connector == row.connector).and_then(|old| houses.secrets(old))
        {
            kept.into_iter().for_each(|(name, value)| {
                secrets.entry(name).or_insert(value);
            });
        }
        row.settings = Json(open);
        checked(&houses, &mut row, connector, &secrets)?;
        let told = json!({ "connector": row.connector, "is_enabled": row.is_enabled, "settings": row.settings.0 });
        if old.is_none() {
            scorers::insert(tx, &row)?;
        } else {
            scorers::save(tx, &mut row)?;
        }
        ctx.record(tx, "fraud_scorer.set", ctx.scope.seller(), told)?;
        let (version, view) = (row.version, FraudScorerView::new(&houses, row));
        let reply = if old.is_none() { Reply::created(&view, "/v1/fraud-scorer") } else { Reply::ok(&view) };
        Ok(reply.version(version))
    })
    .await
}

fn connector(code: &str) -> Result<&'static Connector, Problem> {
    registry::find(code).ok_or_else(|| {
        let known: Vec<_> = registry::CONNECTORS.iter().map(|connector| connector.code).collect();
        Problem::field("/connector", "unknown", format!("one of {}", known.join(", ")))
    })
}

fn row(ctx: &Ctx, old: Option<&FraudScorerRow>, wanted: &FraudScorerSet) -> FraudScorerRow {
    FraudScorerRow {
        seller_id: ctx.scope.seller(),
        connector: wanted.connector.clone(),
        settings: Json(BTreeMap::new()),
        secrets_sealed: None,
        is_enabled: wanted.is_enabled,
        created_at: old.map_or(ctx.now, |row| row.created_at),
        version: old.map_or(1, |row| row.version),
    }
}

/// Seals the secrets. The scorer has to get ready with what it was told.
fn checked(
    houses: &Scorers,
    row: &mut FraudScorerRow,
    connector: &Connector,
    secrets: &BTreeMap<String, Value>,
) -> Outcome<()> {
    let mut check = Check::new();
    let mut all = row.settings.0.clone();
    all.extend(secrets.clone());
    settings::check(&mut check, connector.fields, &all);
    check.done()?;
    houses.seal(row, secrets)?;
    let built = houses.build(row);
    built.map_err(|error| Problem::field("/settings", "unfit", error.to_string()))?;
    Ok(())
}

/// Delete the scorer
///
/// Nobody is asked any more: the rules alone decide. Orders that wait for an answer are decided as if none had come.
#[utoipa::path(tag = "fraud", responses((status = 204, description = "It is gone")))]
#[delete("/v1/fraud-scorer")]
pub async fn delete_fraud_scorer(call: Call<may::WriteFraud>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = scorers::lock(tx, ctx.scope)?.ok_or_else(Problem::not_found)?;
        seen.check(row.version)?;
        scorers::delete(tx, ctx.scope)?;
        ctx.record(tx, "fraud_scorer.deleted", ctx.scope.seller(), json!({ "connector": row.connector }))?;
        Ok(Reply::no_content())
    })
    .await
}

/// Test the scorer
///
/// Asks it about nothing in particular, to see whether address and credentials are right. minFraud counts that as a query.
#[utoipa::path(tag = "fraud", responses((status = 200, body = FraudScorerTestView, description = "What came of it")))]
#[post("/v1/fraud-scorer/test")]
pub async fn test_fraud_scorer(call: Call<may::WriteFraud>) -> Answer {
    let row = call.read(|db, ctx| scorers::find(db, ctx.scope)).await?.ok_or_else(Problem::not_found)?;
    let probed = match call.state().scorers.build(&row) {
        Ok(screen) => screen.probe().await,
        Err(error) => Err(error),
    };
    let view = match probed {
        Ok(queries_remaining) => FraudScorerTestView {
            works: true,
            code: None,
            message: "It answers as it should.".into(),
            queries_remaining,
        },
        Err(error) => FraudScorerTestView {
            works: false,
            code: Some(error.code.to_string()),
            message: error.message,
            queries_remaining: None,
        },
    };
    Ok(Reply::ok(&view))
}
