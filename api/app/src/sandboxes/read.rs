//! Reading sandboxes.

use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::sandboxes::views::{SandboxList, SandboxView};
use actix_web::get;
use comptoir_db::sandboxes;
use comptoir_domain::SandboxId;
use comptoir_domain::permissions::may;
use comptoir_domain::sandboxes::SandboxState;

/// Which sandboxes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SandboxQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<SandboxState>>, style = Form, explode = false)]
    state: AnyOf<SandboxState>,
}

impl Filters for SandboxQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List sandboxes
#[utoipa::path(tag = "sandboxes", params(ListParameters, SandboxQuery), responses((status = 200, body = SandboxList, description = "A page")))]
#[get("/v1/sandboxes")]
pub async fn list_sandboxes(call: Call<may::ReadSandboxes>, list: List<SandboxQuery>) -> Answer {
    let (state, page) = (list.filters.state.0.clone(), list.page.clone());
    let slice = call.read(move |db, ctx| sandboxes::list(db, ctx.scope, &state, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let public_url = &call.state().settings.public_url;
    let data = slice.rows.into_iter().map(|row| SandboxView::new(row, public_url)).collect();
    Ok(Reply::ok(&SandboxList { data, next_cursor }))
}

/// Get a sandbox
///
/// While it advances, `clock_at` says how far it has come.
#[utoipa::path(tag = "sandboxes", params(("id" = SandboxId, Path)), responses((status = 200, body = SandboxView, description = "The sandbox")))]
#[get("/v1/sandboxes/{id}")]
pub async fn get_sandbox(call: Call<may::ReadSandboxes>, id: Id<SandboxId>) -> Answer {
    let row = call.read(move |db, ctx| sandboxes::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&SandboxView::new(row, &call.state().settings.public_url)).version(version))
}
