//! Reading what was said about VAT numbers.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, List, Reply};
use crate::taxes::vat_numbers::views::{VatCheckList, VatCheckView};
use actix_web::get;
use comptoir_db::taxes::vat_checks;
use comptoir_db::{Db, clients};
use comptoir_domain::ClientId;
use comptoir_domain::permissions::may;

/// Which checks.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VatCheckQuery {
    /// Of the number that this client has now.
    client_id: Option<ClientId>,
}

impl Filters for VatCheckQuery {}

/// List checks of VAT numbers
///
/// The evidence for what was not taxed: every answer, and every question without one.
#[utoipa::path(tag = "taxes", params(ListParameters, VatCheckQuery), responses((status = 200, body = VatCheckList, description = "A page")))]
#[get("/v1/vat-checks")]
pub async fn list_vat_checks(call: Call<may::ReadClients>, list: List<VatCheckQuery>) -> Answer {
    let (client, page) = (list.filters.client_id, list.page.clone());
    let work = move |db: &mut Db, ctx: &Ctx| {
        let number = client.map(|client| clients::find(db, ctx.scope, client)).transpose()?.map(|row| row.vat_number);
        vat_checks::list(db, ctx.scope, number, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&VatCheckList { data: slice.rows.into_iter().map(VatCheckView::from).collect(), next_cursor }))
}
