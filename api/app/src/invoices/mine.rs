//! A client's own invoices: those that are issued.

use crate::invoices::read::{InvoiceQuery, page_of, reply};
use crate::invoices::views::{InvoiceList, InvoiceView};
use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::subscriptions::read::own;
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::Db;
use comptoir_db::invoices::{self, InvoiceFilter};
use comptoir_domain::invoices::{InvoiceKind, InvoiceStatus};
use comptoir_domain::permissions::may;
use comptoir_domain::{InvoiceId, Problem, SubscriptionId};

/// Which of them.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OwnInvoices {
    /// Standing at one of these today.
    #[serde(default)]
    #[param(value_type = Option<Vec<InvoiceStatus>>, style = Form, explode = false)]
    status: AnyOf<InvoiceStatus>,
    /// Invoices or credit notes.
    kind: Option<InvoiceKind>,
    /// With exactly this number.
    number: Option<String>,
    /// With lines of this subscription, which has to be yours.
    subscription_id: Option<SubscriptionId>,
    /// Issued on or after this day.
    issued_on_gte: Option<NaiveDate>,
    /// Issued before this day.
    issued_on_lt: Option<NaiveDate>,
}

impl Filters for OwnInvoices {
    const SORTS: &'static [&'static str] = InvoiceQuery::SORTS;
}

/// List your invoices
#[utoipa::path(tag = "invoices", params(ListParameters, OwnInvoices), responses((status = 200, body = InvoiceList, description = "A page")))]
#[get("/v1/me/invoices")]
pub async fn list_my_invoices(call: Call<may::Own>, list: List<OwnInvoices>) -> Answer {
    let (_, client) = call.ctx().client()?;
    let page = list.page.clone();
    let query = &list.filters;
    let filter = InvoiceFilter {
        client_id: Some(client),
        issued_only: true,
        status: query.status.0.clone(),
        today: call.ctx().today(),
        kind: query.kind,
        number: query.number.clone(),
        subscription_id: query.subscription_id,
        issued_on_gte: query.issued_on_gte,
        issued_on_lt: query.issued_on_lt,
        ..InvoiceFilter::default()
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(subscription) = filter.subscription_id {
            own(db, ctx, subscription)?;
        }
        page_of(db, ctx, &filter, &page)
    };
    let (slice, views) = call.read(work).await?;
    Ok(Reply::ok(&InvoiceList { data: views, next_cursor: list.next_cursor(&slice) }))
}

/// Get one of your invoices
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 200, body = InvoiceView, description = "The invoice")))]
#[get("/v1/me/invoices/{id}")]
pub async fn get_my_invoice(call: Call<may::Own>, id: Id<InvoiceId>) -> Answer {
    let (_, client) = call.ctx().client()?;
    call.read(move |db, ctx| {
        let row = invoices::find(db, ctx.scope, id.0)?;
        if row.client_id != client || row.number.is_none() {
            return Err(Problem::not_found().into());
        }
        reply(db, ctx, row)
    })
    .await
}
