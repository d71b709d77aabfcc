//! Trying a gateway out: it is asked something that changes nothing.

use crate::gateways::ready::ready;
use crate::gateways::views::GatewayTestView;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::post;
use comptoir_db::gateways;
use comptoir_domain::permissions::may;
use comptoir_domain::{GatewayId, Problem};

/// Test a gateway
///
/// Asks it something that changes nothing, to see whether address and credentials are right.
#[utoipa::path(tag = "gateways", params(("id" = GatewayId, Path)), responses((status = 200, body = GatewayTestView, description = "What came of it")))]
#[post("/v1/gateways/{id}/test")]
pub async fn test_gateway(call: Call<may::WriteGateways>, id: Id<GatewayId>) -> Answer {
    let row = call.read(move |db, ctx| gateways::find(db, ctx.scope, id.0)).await?;
    let ready = ready(call.state(), call.ctx().scope, row.code.as_str()).await?.ok_or_else(Problem::not_found)?;
    let view = match ready.gateway.probe(call.ctx().now).await {
        Ok(()) => GatewayTestView { works: true, code: None, message: "It answers as it should.".into() },
        Err(error) => GatewayTestView { works: false, code: Some(error.code.to_string()), message: error.message },
    };
    Ok(Reply::ok(&view))
}
