//! Reading operations.

use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::operations::views::{OperationList, OperationView};
use actix_web::get;
use comptoir_db::operations;
use comptoir_domain::OperationId;
use comptoir_domain::operations::OperationState;
use comptoir_domain::permissions::may;

/// Which operations.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OperationQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<OperationState>>, style = Form, explode = false)]
    state: AnyOf<OperationState>,
}

impl Filters for OperationQuery {}

/// List operations
#[utoipa::path(tag = "operations", params(ListParameters, OperationQuery), responses((status = 200, body = OperationList, description = "A page")))]
#[get("/v1/operations")]
pub async fn list_operations(call: Call<may::ReadSeller>, list: List<OperationQuery>) -> Answer {
    let (state, page) = (list.filters.state.0.clone(), list.page.clone());
    let slice = call.read(move |db, ctx| operations::list(db, ctx.scope, &state, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(OperationView::from).collect();
    Ok(Reply::ok(&OperationList { data, next_cursor }))
}

/// Get an operation
///
/// Read it again until it has succeeded or failed: `done` of `total` says how far it is.
#[utoipa::path(tag = "operations", params(("id" = OperationId, Path)), responses((status = 200, body = OperationView, description = "The operation")))]
#[get("/v1/operations/{id}")]
pub async fn get_operation(call: Call<may::ReadSeller>, id: Id<OperationId>) -> Answer {
    let row = call.read(move |db, ctx| operations::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&OperationView::from(row)).version(version))
}
