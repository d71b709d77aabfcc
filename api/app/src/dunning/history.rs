//! What has been done about a client's unpaid invoices (CLI-13, EVT-05).

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::dunning::{self, TakenRow};
use comptoir_db::{Db, clients};
use comptoir_domain::dunning::{Step, StepKind};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Instant, InvoiceId};

/// Something that was done about an unpaid invoice.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DunningStepView {
    /// About which invoice.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub invoice_number: Option<String>,
    /// What was done.
    pub step: StepKind,
    /// For a reminder: so many days after the due day, below zero before it. Null for the others.
    pub days_after_due: Option<i16>,
    /// On which day.
    pub happened_on: NaiveDate,
    /// When exactly.
    pub created_at: Instant,
}

list_of!(DunningStepList, DunningStepView);

impl DunningStepView {
    /// The view of a row; none of a word that is no step any more.
    fn new(TakenRow { taken, number }: TakenRow) -> Option<Self> {
        let step: Step = taken.step.parse().ok()?;
        Some(Self {
            invoice_id: taken.invoice_id,
            invoice_number: number,
            step: step.kind(),
            days_after_due: if let Step::Remind(days) = step { Some(days) } else { None },
            happened_on: taken.happened_on,
            created_at: taken.created_at,
        })
    }
}

/// All of them.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllSteps {}

impl Filters for AllSteps {}

/// List what was done about a client's unpaid invoices
#[utoipa::path(tag = "dunning", params(ListParameters, ("id" = ClientId, Path)), responses((status = 200, body = DunningStepList, description = "A page")))]
#[get("/v1/clients/{id}/dunning-steps")]
pub async fn list_dunning_steps(call: Call<may::ReadInvoices>, id: Id<ClientId>, list: List<AllSteps>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let client = clients::find(db, ctx.scope, id.0)?.id;
        dunning::of_client(db, ctx.scope, client, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().filter_map(DunningStepView::new).collect();
    Ok(Reply::ok(&DunningStepList { data, next_cursor }))
}
