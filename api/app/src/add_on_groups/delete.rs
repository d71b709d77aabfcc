//! Removing an empty add-on group.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::add_on_groups;
use comptoir_domain::permissions::may;
use comptoir_domain::{AddOnGroupId, Code, Problem};
use serde_json::json;

/// Delete an add-on group
#[utoipa::path(tag = "add_on_groups", params(("id" = AddOnGroupId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/add-on-groups/{id}")]
pub async fn delete_add_on_group(call: Call<may::WriteCatalog>, id: Id<AddOnGroupId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = add_on_groups::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        if add_on_groups::is_used(tx, ctx.scope, row.id)? {
            let detail = "add-ons belong to it: move them to another group first";
            return Err(Problem::new(Code::InUse, detail).into());
        }
        add_on_groups::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "add_on_group.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
