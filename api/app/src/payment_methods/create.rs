//! Keeping a card without a payment (CLI-01): the gateway takes it and gives a token, which alone is stored. Then the card is
//! there when the first invoice comes due.

use crate::gateways::ready::ready;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, ApiError, AppState, Body, Call, Reply};
use crate::payment_methods::keep::{method_row, write};
use crate::payment_methods::views::{PaymentMethodCard, PaymentMethodCreate, PaymentMethodView};
use crate::payments::pay::card;
use crate::payments::payer::payer;
use actix_web::post;
use comptoir_connectors::payment::{KeepRequest, Payer, PaymentSource, SavedMethod};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::{Db, Outcome, clients};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Code, Problem};

/// Store a card of a client
///
/// The gateway keeps it; what comes due is charged to it. Needs an `Idempotency-Key`.
#[utoipa::path(tag = "payments", request_body = PaymentMethodCreate, responses((status = 201, body = PaymentMethodView, description = "Stored")))]
#[post("/v1/payment-methods")]
pub async fn create_payment_method(call: Call<may::WritePayments>, body: Body<PaymentMethodCreate>) -> Answer {
    call.require_key()?;
    let PaymentMethodCreate { client_id, method } = body.into_inner();
    call.read(move |db, ctx| clients::find(db, ctx.scope, client_id)).await?;
    store(&call, client_id, method).await
}

/// Store a card of yours
///
/// The gateway keeps it; what comes due is charged to it. Needs an `Idempotency-Key`.
#[utoipa::path(tag = "me", request_body = PaymentMethodCard, responses((status = 201, body = PaymentMethodView, description = "Stored")))]
#[post("/v1/me/payment-methods")]
pub async fn create_my_payment_method(call: Call<may::Own>, body: Body<PaymentMethodCard>) -> Answer {
    call.require_key()?;
    let (_, client) = call.ctx().client()?;
    store(&call, client, body.into_inner()).await
}

async fn store<P>(call: &Call<P>, client: ClientId, method: PaymentMethodCard) -> Answer {
    let payer = call.read(move |db, ctx| payer(db, ctx, client)).await?;
    let stored = hand_over(call.state(), call.ctx(), payer, method).await?;
    let key = *call.state().method_key();
    call.write(move |tx, ctx| {
        let row = keep_stored(tx, ctx, &key, client, &stored)?;
        let location = format!("/v1/payment-methods/{}", row.id);
        Ok(Reply::created(&PaymentMethodView::from(row), location))
    })
    .await
}

/// A card that a gateway keeps for us.
#[derive(Clone)]
pub struct Stored {
    gateway: String,
    saved: SavedMethod,
}

/// Gives a card to its gateway, outside any transaction. Places in refusals are those of the method.
pub async fn hand_over(
    state: &AppState,
    ctx: &Ctx,
    payer: Payer,
    wanted: PaymentMethodCard,
) -> Result<Stored, ApiError> {
    let found = ready(state, ctx.scope, &wanted.gateway).await?;
    let found = found.ok_or_else(|| Problem::field("/gateway", "unknown", "no such gateway"))?;
    let vault = found.gateway.vault();
    let vault = vault.ok_or_else(|| Problem::field("/gateway", "not_available", "it keeps no cards by themselves"))?;
    let request = KeepRequest { source: PaymentSource::Card(card(wanted.card)), payer, at: ctx.now };
    let saved = vault.keep(&request).await.map_err(refusal)?;
    Ok(Stored { gateway: wanted.gateway, saved })
}

fn refusal(error: ConnectorError) -> Problem {
    match error.kind {
        Kind::Declined => {
            Problem::new(Code::PaymentDeclined, error.message).at("/card", "declined", "another card, please")
        }
        Kind::InvalidRequest => Problem::field("/card", "invalid_card", error.message),
        _ => Problem::new(Code::Busy, format!("the gateway cannot be reached: {error}")),
    }
}

/// Writes a card that was handed over into the client's methods, as its default.
pub fn keep_stored(
    tx: &mut Db,
    ctx: &Ctx,
    key: &[u8; 32],
    client: ClientId,
    stored: &Stored,
) -> Outcome<PaymentMethodRow> {
    let row = method_row(key, (ctx.scope.seller(), client), &stored.gateway, &stored.saved, ctx.now)?;
    write(tx, ctx, row)
}
