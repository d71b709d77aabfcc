//! Reading schet-facturas: for those who work at the seller's only. Clients get them by mail.

use crate::invoices::sealed::FrozenDocument;
use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::schet_facturas::issuer::Issuer;
use crate::schet_facturas::views::{SchetFacturaList, SchetFacturaView};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::schet_facturas::{self, SchetFacturaFilter};
use comptoir_db::{Db, Outcome, clients, invoices, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::schet_facturas::SchetFacturaKind;
use comptoir_domain::{ClientId, Currency, InvoiceId, SchetFacturaId, SubscriptionId};

/// Which schet-facturas.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SchetFacturaQuery {
    /// Written for this reason.
    kind: Option<SchetFacturaKind>,
    /// Of this client.
    client_id: Option<ClientId>,
    /// With rows of this subscription.
    subscription_id: Option<SubscriptionId>,
    /// With rows of this invoice.
    invoice_id: Option<InvoiceId>,
    /// With exactly this number.
    number: Option<String>,
    /// In this currency.
    currency: Option<Currency>,
    /// Dated on or after this day.
    issued_on_gte: Option<NaiveDate>,
    /// Dated before this day.
    issued_on_lt: Option<NaiveDate>,
}

impl Filters for SchetFacturaQuery {}

/// List schet-facturas
///
/// There is nothing here unless they are switched on (`schet_facturas.enabled` of the settings): they are for sellers in
/// Russia.
#[utoipa::path(tag = "schet_facturas", params(ListParameters, SchetFacturaQuery), responses((status = 200, body = SchetFacturaList, description = "A page")))]
#[get("/v1/schet-facturas")]
pub async fn list_schet_facturas(call: Call<may::ReadInvoices>, list: List<SchetFacturaQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = SchetFacturaFilter {
        kind: query.kind,
        client_id: query.client_id,
        subscription_id: query.subscription_id,
        invoice_id: query.invoice_id,
        number: query.number.clone(),
        currency: query.currency,
        issued_on_gte: query.issued_on_gte,
        issued_on_lt: query.issued_on_lt,
    };
    let slice = call
        .read(move |db, ctx| {
            Issuer::find(db, ctx)?;
            are_own(db, ctx, &filter)?;
            schet_facturas::list(db, ctx.scope, &filter, &page)
        })
        .await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(SchetFacturaView::new).collect::<Outcome<Vec<_>>>()?;
    Ok(Reply::ok(&SchetFacturaList { data, next_cursor }))
}

/// What is asked for by an id has to be the seller's.
fn are_own(db: &mut Db, ctx: &Ctx, filter: &SchetFacturaFilter) -> Outcome<()> {
    if let Some(client) = filter.client_id {
        clients::find(db, ctx.scope, client)?;
    }
    if let Some(subscription) = filter.subscription_id {
        subscriptions::find(db, ctx.scope, subscription)?;
    }
    if let Some(invoice) = filter.invoice_id {
        invoices::find(db, ctx.scope, invoice)?;
    }
    Ok(())
}

/// Get a schet-factura
#[utoipa::path(tag = "schet_facturas", params(("id" = SchetFacturaId, Path)), responses((status = 200, body = SchetFacturaView, description = "The schet-factura")))]
#[get("/v1/schet-facturas/{id}")]
pub async fn get_schet_factura(call: Call<may::ReadInvoices>, id: Id<SchetFacturaId>) -> Answer {
    call.read(move |db, ctx| {
        Issuer::find(db, ctx)?;
        Ok(Reply::ok(&SchetFacturaView::new(schet_facturas::find(db, ctx.scope, id.0)?)?))
    })
    .await
}

/// Get a schet-factura as it was frozen
///
/// The bytes that were hashed when it was written: canonical JSON (RFC 8785).
#[utoipa::path(tag = "schet_facturas", params(("id" = SchetFacturaId, Path)), responses((status = 200, body = FrozenDocument, description = "The frozen document")))]
#[get("/v1/schet-facturas/{id}/frozen")]
pub async fn get_frozen_schet_factura(call: Call<may::ReadInvoices>, id: Id<SchetFacturaId>) -> Answer {
    call.read(move |db, ctx| {
        Issuer::find(db, ctx)?;
        let row = schet_facturas::find(db, ctx.scope, id.0)?;
        Ok(Reply::written(row.frozen).header("etag", format!("\"{}\"", row.frozen_hash)))
    })
    .await
}
