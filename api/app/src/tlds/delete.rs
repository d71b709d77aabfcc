//! Removing an own ending that no plan names.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::{plans, tlds};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, TldId};
use serde_json::json;

/// Delete a TLD
///
/// Only an own one that no plan names; a predefined one is suspended instead.
#[utoipa::path(tag = "tlds", params(("id" = TldId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/tlds/{id}")]
pub async fn delete_tld(call: Call<may::WriteCatalog>, id: Id<TldId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = tlds::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        if row.is_predefined {
            let detail = format!("it is predefined: POST /v1/tlds/{}/suspend takes it off sale", row.id);
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        let names = plans::naming(tx, ctx.scope, &row.name)?;
        if !names.is_empty() {
            let detail = format!("take it out of the plans first: {}", names.join(", "));
            return Err(Problem::new(Code::InUse, detail).into());
        }
        tlds::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "tld.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
