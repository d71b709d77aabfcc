//! Changing an add-on group.

use crate::add_on_groups::views::{AddOnGroupPatch, AddOnGroupView, check};
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use actix_web::patch;
use comptoir_db::add_on_groups;
use comptoir_domain::AddOnGroupId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change an add-on group
#[utoipa::path(tag = "add_on_groups", params(("id" = AddOnGroupId, Path)), request_body = AddOnGroupPatch, responses((status = 200, body = AddOnGroupView, description = "The group as it is now")))]
#[patch("/v1/add-on-groups/{id}")]
pub async fn update_add_on_group(
    call: Call<may::WriteCatalog>,
    id: Id<AddOnGroupId>,
    seen: IfMatch,
    body: Body<AddOnGroupPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = add_on_groups::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let AddOnGroupPatch { name, question, position } = body.0.clone();
        name.apply(&mut row.name);
        question.apply(&mut row.question);
        position.apply(&mut row.position);
        check(&row)?;
        add_on_groups::save(tx, &mut row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "add_on_group.updated", row.id, json!({ "name": row.name }))?;
        let version = row.version;
        Ok(Reply::ok(&AddOnGroupView::from(row)).version(version))
    })
    .await
}
