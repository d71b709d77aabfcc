//! Removing a group that nobody is in.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::client_groups;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientGroupId, Code, Problem};
use serde_json::json;

/// Delete a client group
///
/// The default group stays, and so does one that somebody is in.
#[utoipa::path(tag = "client_groups", params(("id" = ClientGroupId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/client-groups/{id}")]
pub async fn delete_client_group(call: Call<may::WriteClientGroups>, id: Id<ClientGroupId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = client_groups::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        if row.is_default {
            let detail = "it is the default group, which every seller has: change it instead";
            return Err(Problem::new(Code::Conflict, detail).into());
        }
        let members = client_groups::size(tx, ctx.scope, row.id)?;
        if members > 0 {
            let detail = format!(
                "clients are in it ({members}): list them by GET /v1/clients?client_group_id={} and put them into \
                 another group by PATCH /v1/clients/{{id}} first",
                row.id
            );
            return Err(Problem::new(Code::InUse, detail).into());
        }
        client_groups::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "client_group.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
