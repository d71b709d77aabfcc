//! Calls that gateways make to us (PAY-02): verified by signature, safe to replay.

use crate::disputes;
use crate::gateways::ready::ready;
use crate::kernel::body::RawBody;
use crate::kernel::call::{Ctx, address, request_id};
use crate::kernel::path::parameter;
use crate::kernel::{Answer, AppState, Reply};
use crate::payment_methods;
use crate::payments::made_elsewhere;
use crate::payments::settle::{Asked, settle};
use actix_web::{HttpRequest, get, post, web};
use comptoir_connectors::payment::Callback;
use comptoir_connectors::{ConnectorError, Retry};
use comptoir_db::{payments, sellers};
use comptoir_domain::{Code, Problem};

/// Take a gateway's callback
///
/// The same callback twice does what it does once.
#[utoipa::path(tag = "payments", params(("gateway" = String, Path), ("seller_code" = String, Path)), security(()),
    responses((status = 204, description = "Taken")))]
#[post("/v1/gateway-callbacks/{gateway}/{seller_code}")]
pub async fn take_gateway_callback(state: web::Data<AppState>, request: HttpRequest, body: RawBody) -> Answer {
    take(state, request, body.0.to_vec()).await
}

/// Take a gateway's notice
///
/// Some gateways tell all in the address.
#[utoipa::path(tag = "payments", params(("gateway" = String, Path), ("seller_code" = String, Path)), security(()),
    responses((status = 204, description = "Taken")))]
#[get("/v1/gateway-callbacks/{gateway}/{seller_code}")]
pub async fn take_gateway_notice(state: web::Data<AppState>, request: HttpRequest, body: RawBody) -> Answer {
    take(state, request, body.0.to_vec()).await
}

async fn take(state: web::Data<AppState>, request: HttpRequest, body: Vec<u8>) -> Answer {
    let (name, code): (String, String) = (parameter(&request, "gateway")?, parameter(&request, "seller_code")?);
    let seller = state.store.read(move |db| sellers::by_code(db, &code)).await?.ok_or_else(Problem::not_found)?;
    let mut ctx = Ctx::system(&state, &seller, request_id(&request));
    ctx.ip = address(&state, &request);
    let ready = ready(&state, ctx.scope, &name).await?.ok_or_else(Problem::not_found)?;
    let callbacks = ready.gateway.callbacks().ok_or_else(Problem::not_found)?;
    let verified = callbacks.verify(&callback(&request, body), ctx.now).await;
    let event = verified.map_err(|error| refusal(&error))?;
    let thanks = callbacks.thanks();
    let Some(event) = event else { return Ok(acknowledged(thanks)) };
    let (settling, payment) = (ctx.clone(), Ok(event.payment.clone()));
    let work = move |tx: &mut comptoir_db::Db| {
        let ctx = &settling;
        let row = payments::by_reference(tx, ctx.scope, event.payment.reference.as_str())?;
        if row.gateway != name {
            return Err(Problem::not_found().into());
        }
        let mut row = settle(tx, ctx, row.id, Asked::Lookup, &Ok(event.payment.clone()))?;
        if let Some(dispute) = &event.dispute {
            disputes::heard(tx, ctx, &mut row, dispute)?;
        }
        let made = made_elsewhere::compare(tx, ctx, &row, &event.payment)?;
        Ok((row, made))
    };
    let (row, made) = state.store.write(work).await?;
    made_elsewhere::ask(&state, &ctx, &*ready.gateway, made).await?;
    payment_methods::keep(&state, &ctx, &row, &payment).await?;
    Ok(acknowledged(thanks))
}

/// What is not genuine is refused for good; where we could not ask the gateway, it is to post again.
fn refusal(error: &ConnectorError) -> Problem {
    match error.retry {
        Retry::Never => Problem::new(Code::Unauthenticated, format!("the callback is not genuine: {error}")),
        Retry::Safe | Retry::CheckFirst => Problem::new(Code::Busy, format!("the gateway could not be asked: {error}")),
    }
}

/// Most gateways read the status only, some a page.
fn acknowledged(thanks: &'static str) -> Reply {
    if thanks.is_empty() { Reply::no_content() } else { Reply::html(thanks) }
}

fn callback(request: &HttpRequest, body: Vec<u8>) -> Callback {
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or_default().to_string();
    let headers = request.headers().iter().map(|(name, value)| (name.as_str().to_ascii_lowercase(), text(value)));
    Callback { query: request.query_string().into(), headers: headers.collect(), body }
}
