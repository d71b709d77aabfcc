//! Taking a gateway away. What stores offer, what has yet to be decided there and what is kept there hold it.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::gateways;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, GatewayId, Problem};
use serde_json::json;

/// Delete a gateway
///
/// Only one that no store offers, where no method is stored and no payment is under way.
#[utoipa::path(tag = "gateways", params(("id" = GatewayId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/gateways/{id}")]
pub async fn delete_gateway(call: Call<may::WriteGateways>, id: Id<GatewayId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = gateways::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        // cheque and transfer are there without being set up
        let holder = if row.code.is_awaited() { None } else { gateways::holder(tx, ctx.scope, row.code)? };
        if let Some(holder) = holder {
            return Err(Problem::new(Code::InUse, format!("{holder} it: switch it off instead")).into());
        }
        gateways::delete(tx, &row)?;
        ctx.record(tx, "gateway.deleted", row.id, json!({ "code": row.code }))?;
        Ok(Reply::no_content())
    })
    .await
}
