//! Changing a group of clients: its members follow at once, except where they have something of their own.

use crate::client_groups::views::{ClientGroupPatch, ClientGroupView, check, reply};
use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use actix_web::patch;
use comptoir_db::client_groups;
use comptoir_domain::ClientGroupId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a client group
///
/// Its members follow at once, except where they have something of their own.
#[utoipa::path(tag = "client_groups", params(("id" = ClientGroupId, Path)), request_body = ClientGroupPatch, responses((status = 200, body = ClientGroupView, description = "The group as it is now")))]
#[patch("/v1/client-groups/{id}")]
pub async fn update_client_group(
    call: Call<may::WriteClientGroups>,
    id: Id<ClientGroupId>,
    seen: IfMatch,
    body: Body<ClientGroupPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = client_groups::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        body.0.clone().apply(&mut row);
        check(&row)?;
        client_groups::save(tx, &mut row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "client_group.updated", row.id, json!({ "name": row.name, "terms": row.terms() }))?;
        Ok(reply(row))
    })
    .await
}
