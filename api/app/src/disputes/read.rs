//! Reading disputes.

use crate::disputes::views::{DisputeList, DisputeView};
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::disputes::{self, DisputeFilter};
use comptoir_db::{Db, clients, payments};
use comptoir_domain::disputes::DisputeState;
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, DisputeId, TransactionId};

/// Which disputes.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DisputeQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<DisputeState>>, style = Form, explode = false)]
    state: AnyOf<DisputeState>,
    /// Of this payment.
    transaction_id: Option<TransactionId>,
    /// Of this client's payments.
    client_id: Option<ClientId>,
    /// Of payments at this gateway.
    gateway: Option<String>,
}

impl Filters for DisputeQuery {}

/// List disputes
#[utoipa::path(tag = "payments", params(ListParameters, DisputeQuery), responses((status = 200, body = DisputeList, description = "A page")))]
#[get("/v1/disputes")]
pub async fn list_disputes(call: Call<may::ReadPayments>, list: List<DisputeQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = DisputeFilter {
        state: query.state.0.clone(),
        transaction_id: query.transaction_id,
        client_id: query.client_id,
        gateway: query.gateway.clone(),
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        if let Some(payment) = filter.transaction_id {
            payments::find(db, ctx.scope, payment)?;
        }
        disputes::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&DisputeList { data: slice.rows.into_iter().map(DisputeView::from).collect(), next_cursor }))
}

/// Get a dispute
#[utoipa::path(tag = "payments", params(("id" = DisputeId, Path)), responses((status = 200, body = DisputeView, description = "The dispute")))]
#[get("/v1/disputes/{id}")]
pub async fn get_dispute(call: Call<may::ReadPayments>, id: Id<DisputeId>) -> Answer {
    let row = call.read(move |db, ctx| disputes::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&DisputeView::from(row)).version(version))
}
