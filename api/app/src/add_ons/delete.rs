//! Removing an add-on that was never on sale.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::add_ons;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::PlanState;
use comptoir_domain::{AddOnId, Code, Problem};
use serde_json::json;

/// Delete an add-on
///
/// Only a draft that no plan offers; what was on sale is retired instead.
#[utoipa::path(tag = "add_ons", params(("id" = AddOnId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/add-ons/{id}")]
pub async fn delete_add_on(call: Call<may::WriteCatalog>, id: Id<AddOnId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = add_ons::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        if row.state != PlanState::Draft {
            let detail = format!("it was on sale: POST /v1/add-ons/{}/retire instead", row.id);
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        if add_ons::is_offered(tx, ctx.scope, row.id)? {
            let detail = "plans offer it: take it out of their add_on_ids first";
            return Err(Problem::new(Code::InUse, detail).into());
        }
        add_ons::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "add_on.deleted", row.id, json!({ "code": row.code }))?;
        Ok(Reply::no_content())
    })
    .await
}
