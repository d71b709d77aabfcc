//! Why a line is what it is (INV-14): the trace that the computation itself has left.

use crate::kernel::path::parameter;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::{HttpRequest, get};
use comptoir_db::invoices;
use comptoir_domain::invoices::shares::TaxShare;
use comptoir_domain::permissions::may;
use comptoir_domain::quotes::TraceStep;
use comptoir_domain::{InvoiceId, InvoiceLineId, Problem};

/// How the amounts of a line came about.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LineExplanationView {
    /// The line.
    pub line_id: InvoiceLineId,
    /// The line it takes back, on a credit note: its amounts come from there.
    pub credits_line_id: Option<InvoiceLineId>,
    /// Each step of the computation.
    pub steps: Vec<TraceStep>,
    /// What it bears of each tax.
    pub taxes: Vec<TaxShare>,
}

/// Explain a line
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path), ("line_id" = InvoiceLineId, Path)), responses((status = 200, body = LineExplanationView, description = "How it came about")))]
#[get("/v1/invoices/{id}/lines/{line_id}/explain")]
pub async fn explain_line(call: Call<may::ReadInvoices>, id: Id<InvoiceId>, request: HttpRequest) -> Answer {
    let line_id: InvoiceLineId = parameter(&request, "line_id")?;
    call.read(move |db, ctx| {
        let lines = invoices::lines(db, ctx.scope, &[id.0])?;
        let line = lines.into_iter().find(|line| line.id == line_id).ok_or_else(Problem::not_found)?;
        let (trace, credits_line_id) = (line.trace.0, line.credits_line_id);
        Ok(Reply::ok(&LineExplanationView { line_id, credits_line_id, steps: trace.steps, taxes: trace.taxes }))
    })
    .await
}
