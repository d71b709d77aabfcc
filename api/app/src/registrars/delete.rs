//! Removing a registrar that no ending depends on.

use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::registrars;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, RegistrarId};
use serde_json::json;

/// Delete a registrar
///
/// Not while it is the default one of an ending.
#[utoipa::path(tag = "registrars", params(("id" = RegistrarId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/registrars/{id}")]
pub async fn delete_registrar(call: Call<may::WriteCatalog>, id: Id<RegistrarId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = registrars::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let names = registrars::defaults_of(tx, ctx.scope, row.id)?;
        if !names.is_empty() {
            let detail = format!("give its endings to another registrar first: {}", names.join(", "));
            return Err(Problem::new(Code::InUse, detail).into());
        }
        registrars::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "registrar.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
