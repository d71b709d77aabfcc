//! Which client stands for the seller itself (SUB-07, SUB-10): what that client has is the seller's own and never invoiced.

use crate::kernel::{Answer, Body, Call, Reply};
use crate::orders::take::buys;
use actix_web::{get, put};
use comptoir_db::{clients, own_clients, sellers};
use comptoir_domain::ClientId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// The client that stands for the seller.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OwnClientView {
    /// The client; none if no client is named.
    pub client_id: Option<ClientId>,
}

/// The client that is to stand for the seller.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s"}))]
pub struct OwnClientReplace {
    /// An active client; null for none.
    pub client_id: Option<ClientId>,
}

/// Get the client that stands for the seller
#[utoipa::path(tag = "sellers", responses((status = 200, body = OwnClientView, description = "The client")))]
#[get("/v1/seller/own-client")]
pub async fn get_own_client(call: Call<may::ReadSeller>) -> Answer {
    let client_id = call.read(|db, ctx| own_clients::find(db, ctx.scope)).await?;
    Ok(Reply::ok(&OwnClientView { client_id }))
}

/// Name the client that stands for the seller
///
/// What is transferred to that client is the seller's own from then on: it has no price and is never invoiced. What that
/// client has already stays as it is.
#[utoipa::path(tag = "sellers", request_body = OwnClientReplace, responses((status = 200, body = OwnClientView, description = "The client as named now")))]
#[put("/v1/seller/own-client")]
pub async fn replace_own_client(call: Call<may::WriteSeller>, body: Body<OwnClientReplace>) -> Answer {
    call.write(move |tx, ctx| {
        sellers::take_turn(tx, ctx.scope)?;
        let client_id = body.0.client_id;
        if let Some(id) = client_id {
            buys(&clients::find(tx, ctx.scope, id)?)?;
        }
        own_clients::replace(tx, ctx.scope, client_id)?;
        ctx.record(tx, "seller.own_client_named", ctx.scope.seller(), json!({ "client_id": client_id }))?;
        Ok(Reply::ok(&OwnClientView { client_id }))
    })
    .await
}
