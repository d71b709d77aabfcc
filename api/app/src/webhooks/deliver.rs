//! Delivering: [`due`] claims what is due by a small transaction, [`deliver_one`] sends and records it. Whoever is told
//! twice recognises the second time by `webhook-id`, which is the activity's and the same at every try.

use crate::kernel::AppState;
use crate::kernel::clock::fresh;
use crate::kernel::seal;
use crate::webhooks::fan_out::append;
use crate::webhooks::sign::signature;
use chrono::TimeDelta;
use comptoir_connectors::post::post;
use comptoir_db::activities::{self, ActivityRow};
use comptoir_db::webhook_deliveries::{self, WebhookDeliveryRow};
use comptoir_db::webhook_endpoints::{self, WebhookEndpointRow};
use comptoir_db::{Db, Json, Outcome, Scope};
use comptoir_domain::Instant;
use comptoir_domain::webhooks::{DeliveryState, EndpointState, pause_after};
use serde_json::json;

/// How long a claim lasts: longer than a request may take.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Claims up to `limit` deliveries that are due. Give each to [`deliver_one`].
pub async fn due(state: &AppState, limit: i64) -> Outcome<Vec<WebhookDeliveryRow>> {
    let now = state.work_now();
    state.store.write_batch(move |tx| webhook_deliveries::claim(tx, now, now.plus(LEASE), limit)).await
}

/// Sends a claimed delivery and records what became of it.
pub async fn deliver_one(state: &AppState, delivery: WebhookDeliveryRow) -> Outcome<DeliveryState> {
    let (scope, wanted) = (Scope::of(delivery.seller_id), delivery.clone());
    let (endpoint, fact) = state
        .store
        .read(move |db| {
            let endpoint = webhook_endpoints::find(db, scope, wanted.endpoint_id)?;
            Ok((endpoint, activities::find(db, scope, wanted.activity_id)?))
        })
        .await?;
    let outcome = match endpoint.state {
        _ if !state.settings.send_webhooks => Tried::GivenUp("this is a sandbox: it was written down, not sent".into()),
        EndpointState::Enabled => send(state, &endpoint, &fact).await,
        EndpointState::Disabled => Tried::GivenUp("the endpoint is disabled".into()),
    };
    let now = state.work_now();
    let (delivery, gone) = settled(delivery, outcome, now);
    let state_now = delivery.state;
    state.store.write(move |tx| record(tx, scope, &delivery, gone, now)).await?;
    Ok(state_now)
}

/// What came of a try.
enum Tried {
    Answered(u16),
    Unanswered(String),
    GivenUp(String),
}

async fn send(state: &AppState, endpoint: &WebhookEndpointRow, fact: &ActivityRow) -> Tried {
    let (id, now) = (fact.id.to_string(), state.machine.now());
    let body = message(fact);
    let secrets = secrets(state.webhook_key(), endpoint, now);
    let signatures: Option<Vec<String>> =
        secrets.iter().map(|secret| signature(secret.as_deref()?, &id, now.seconds(), &body)).collect();
    let Some(signatures) = signatures else {
        return Tried::GivenUp("the secret cannot be opened with this master key: rotate it".into());
    };
    let headers = [
        ("webhook-id", id),
        ("webhook-timestamp", now.seconds().to_string()),
        ("webhook-signature", signatures.join(" ")),
    ];
    match post(&endpoint.url, state.settings.local_webhooks, &headers, body).await {
        Ok(status) => Tried::Answered(status),
        Err(error) => Tried::Unanswered(error),
    }
}

/// The message that tells of a fact.
fn message(fact: &ActivityRow) -> String {
    let data = json!({
        "activity_id": fact.id,
        "subject_id": fact.subject_id,
        "actor": {"kind": fact.actor_kind, "id": fact.actor_id},
        "payload": fact.payload.0,
    });
    json!({"type": fact.kind, "timestamp": fact.happened_at, "data": data}).to_string()
}

/// The secret, and the one before as long as it holds.
fn secrets(key: &[u8; 32], endpoint: &WebhookEndpointRow, now: Instant) -> Vec<Option<String>> {
    let owner = endpoint.id.to_string();
    let previous =
        endpoint.previous_secret_sealed.as_ref().filter(|_| endpoint.previous_until.is_some_and(|until| now < until));
    let sealed = std::iter::once(&endpoint.secret_sealed).chain(previous);
    sealed.map(|sealed| seal::open(key, &owner, sealed).and_then(|bytes| String::from_utf8(bytes).ok())).collect()
}

/// The delivery after a try, and whether the endpoint wants no more (410).
fn settled(mut delivery: WebhookDeliveryRow, tried: Tried, now: Instant) -> (WebhookDeliveryRow, bool) {
    let (status, error) = match tried {
        Tried::Answered(status @ 200..300) => {
            delivery.state = DeliveryState::Delivered;
            delivery.delivered_at = Some(now);
            (Some(status), String::new())
        }
        Tried::Answered(status) => (Some(status), format!("answered {status}")),
        Tried::Unanswered(error) => (None, error),
        Tried::GivenUp(error) => {
            delivery.state = DeliveryState::Failed;
            (None, error)
        }
    };
    delivery.last_status = status.map(i32::from);
    delivery.last_error = error;
    let gone = status == Some(410);
    if delivery.state == DeliveryState::Pending {
        match pause_after(delivery.attempts).filter(|_| !gone) {
            Some(pause) => delivery.run_at = now.plus(pause),
            None => delivery.state = DeliveryState::Failed,
        }
    }
    (delivery, gone)
}

fn record(tx: &mut Db, scope: Scope, delivery: &WebhookDeliveryRow, gone: bool, now: Instant) -> Outcome<()> {
    if !webhook_deliveries::settle(tx, delivery)? {
        return Ok(());
    }
    match delivery.state {
        DeliveryState::Pending => {}
        DeliveryState::Delivered => webhook_endpoints::count_failure(tx, scope, delivery.endpoint_id, false)?,
        DeliveryState::Failed => webhook_endpoints::count_failure(tx, scope, delivery.endpoint_id, true)?,
    }
    if gone {
        let mut endpoint = webhook_endpoints::lock(tx, scope, delivery.endpoint_id)?;
        endpoint.state = EndpointState::Disabled;
        webhook_endpoints::save(tx, &mut endpoint)?;
        append(tx, &[disabled(&endpoint, now)])?;
    }
    Ok(())
}

fn disabled(endpoint: &WebhookEndpointRow, now: Instant) -> ActivityRow {
    ActivityRow {
        seller_id: endpoint.seller_id,
        id: fresh(),
        happened_at: now,
        actor_kind: "system".into(),
        actor_id: String::new(),
        actor_name: String::new(),
        ip: String::new(),
        request_id: String::new(),
        kind: "webhook_endpoint.disabled".into(),
        subject_id: endpoint.id.to_string(),
        payload: Json(json!({ "reason": "it answered 410" })),
    }
}
