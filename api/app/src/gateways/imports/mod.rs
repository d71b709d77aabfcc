//! Taking over what a gateway that is gone has left behind (PAY-01): stored cards, which stay as dead references so that their
//! owners are asked to enter them again, and open transactions, which are settled or given back by hand. All rows or none; what
//! was taken over before is left as it is, so a file may come twice.

mod write;

use crate::gateways::imports::write::take_over;
use crate::kernel::body::FileBody;
use crate::kernel::{Answer, Body, Call, Id, Query, Reply};
use actix_web::post;
use comptoir_domain::GatewayId;
use comptoir_domain::gateways::imports::{FileOf, GatewayImport, Rows, understand};
use comptoir_domain::permissions::may;

/// What was taken over.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct GatewayImportView {
    /// Stored cards that are new.
    pub methods: usize,
    /// Open transactions that are new.
    pub transactions: usize,
    /// Rows that were taken over before.
    pub known: usize,
}

/// Take over what a retired gateway has left
///
/// Only at a gateway whose connector is `retired`. Nothing is sent and nothing can be charged. What is pending is decided by
/// `POST /v1/transactions/{id}/decide`, what is authorised is captured or voided, what is captured can be given back; all of it
/// is recorded only. Needs an `Idempotency-Key`.
#[utoipa::path(tag = "gateways", params(("id" = GatewayId, Path)), request_body = GatewayImport, responses((status = 200, body = GatewayImportView, description = "Taken over")))]
#[post("/v1/gateways/{id}/imports")]
pub async fn import_at_gateway(call: Call<may::WriteGateways>, id: Id<GatewayId>, body: Body<GatewayImport>) -> Answer {
    take(call, id.0, Rows::of(body.into_inner())?).await
}

/// Which rows a file has.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportedFile {
    /// What its rows are.
    #[param(inline, example = "methods")]
    of: FileOf,
}

/// Take over what a retired gateway has left, as a file
///
/// CSV with a line of names. `methods`: client, brand, last_four, expiry_month, expiry_year, token. `transactions`: client,
/// reference, state, amount, currency, begun_on, comment; the last two may be missing. A client is named by number or id. Needs an
/// `Idempotency-Key`.
#[utoipa::path(tag = "gateways", params(("id" = GatewayId, Path), ImportedFile), request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, in UTF-8"),
    responses((status = 200, body = GatewayImportView, description = "Taken over")))]
#[post("/v1/gateways/{id}/imports/file")]
pub async fn import_file_at_gateway(
    call: Call<may::WriteGateways>,
    id: Id<GatewayId>,
    query: Query<ImportedFile>,
    body: FileBody,
) -> Answer {
    let rows = understand(query.0.of, &body.0);
    // whether the gateway is there at all is said first
    call.read(move |db, ctx| comptoir_db::gateways::find(db, ctx.scope, id.0)).await?;
    take(call, id.0, rows?).await
}

async fn take(call: Call<may::WriteGateways>, id: GatewayId, rows: Rows) -> Answer {
    let keyring = call.state().keyring.clone();
    call.write_once(move |tx, ctx| Ok(Reply::ok(&take_over(tx, ctx, &keyring, id, &rows)?))).await
}
