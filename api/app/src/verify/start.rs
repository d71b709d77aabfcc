//! The checks as an operation, for houses on which they take their time.

use crate::kernel::{Answer, Call};
use crate::operations::start::start;
use crate::operations::views::OperationView;
use actix_web::post;
use comptoir_domain::events::EventKind;
use comptoir_domain::operations::OperationKind;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Start to check that what is stored can be true
///
/// The same as `GET /v1/verify`, in the background: the result of the operation is what that call answers.
#[utoipa::path(tag = "verify", responses((status = 202, body = OperationView, description = "The operation")))]
#[post("/v1/verify")]
pub async fn start_verification(call: Call<may::ReadSeller>) -> Answer {
    call.write(|tx, ctx| start(tx, ctx, OperationKind::Verify, EventKind::Verify, json!({}))).await
}
