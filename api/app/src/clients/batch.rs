//! The same with many clients: each succeeds or fails for itself, and the answer says which (CLI-18).

use crate::clients::status::act;
use crate::clients::views::ClientStatusChange;
use crate::kernel::problem::ProblemView;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::Failure;
use comptoir_domain::clients::{ClientAction, ClientStatus};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::CancelPolicy;
use comptoir_domain::{ClientId, Problem};

/// What to do with which clients.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "suspend", "ids": ["cli_000g40o40k30e209185go38e1s"], "reason": "unpaid"}))]
pub struct ClientBatch {
    /// What to do.
    pub action: ClientAction,
    /// With whom; a hundred at most.
    #[schema(min_items = 1, max_items = 100)]
    pub ids: Vec<ClientId>,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
    /// What becomes of the subscriptions; has to be said when clients with subscriptions are cancelled.
    pub subscriptions: Option<CancelPolicy>,
}

/// What came of one client.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClientBatchItemView {
    /// The client.
    pub id: ClientId,
    /// The HTTP status that the single call would have had.
    pub status: u16,
    /// Where the client stands now, if it worked.
    pub client_status: Option<ClientStatus>,
    /// Why not, if it did not.
    pub problem: Option<ProblemView>,
}

/// What came of each, in the order asked for.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ClientBatchView {
    /// One result per client.
    pub results: Vec<ClientBatchItemView>,
}

/// Change where many clients stand
#[utoipa::path(tag = "clients", request_body = ClientBatch, responses((status = 200, body = ClientBatchView, description = "What came of each")))]
#[post("/v1/clients/batch")]
pub async fn change_clients(call: Call<may::WriteClients>, body: Body<ClientBatch>) -> Answer {
    let ClientBatch { action, ids, reason, subscriptions } = body.into_inner();
    let change = ClientStatusChange { reason, subscriptions };
    if !(1..=100).contains(&ids.len()) {
        return Err(Problem::field("/ids", "out_of_range", "from 1 to 100 clients").into());
    }
    change.check()?;
    call.write(move |tx, ctx| {
        let mut results = Vec::with_capacity(ids.len());
        for id in &ids {
            let item = match tx.savepoint(|tx| act(tx, ctx, *id, action, &change)) {
                Ok(row) => ClientBatchItemView { id: *id, status: 200, client_status: Some(row.status), problem: None },
                Err(failure) if is_refusal(&failure) => {
                    let problem = failure.problem();
                    let view = ProblemView::new(&problem, &format!("/v1/clients/{id}/{action}"), &ctx.request_id);
                    ClientBatchItemView { id: *id, status: view.status, client_status: None, problem: Some(view) }
                }
                Err(failure) => return Err(failure),
            };
            results.push(item);
        }
        Ok(Reply::ok(&ClientBatchView { results }))
    })
    .await
}

/// A refusal concerns one client; trouble with the database concerns all and undoes all.
fn is_refusal(failure: &Failure) -> bool {
    failure.problem().code.status() < 500
}
