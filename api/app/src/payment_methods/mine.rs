//! A client's view of its own methods.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, IfMatch, List, Reply};
use crate::payment_methods::forget::forget;
use crate::payment_methods::keep::Keepers;
use crate::payment_methods::views::{PaymentMethodList, PaymentMethodView};
use actix_web::{delete, get};
use comptoir_db::{Db, payment_methods};
use comptoir_domain::PaymentMethodId;
use comptoir_domain::permissions::may;

/// All of them.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllMethods {}

impl Filters for AllMethods {}

/// List your stored payment methods
#[utoipa::path(tag = "me", params(ListParameters), responses((status = 200, body = PaymentMethodList, description = "A page")))]
#[get("/v1/me/payment-methods")]
pub async fn list_my_payment_methods(call: Call<may::Own>, list: List<AllMethods>) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        let (_, client) = ctx.client()?;
        payment_methods::list(db, ctx.scope, Some(client), &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(PaymentMethodView::from).collect();
    Ok(Reply::ok(&PaymentMethodList { data, next_cursor }))
}

/// Forget one of your stored payment methods
///
/// It can no longer be charged at once. The gateway that keeps the card is told to forget it too.
#[utoipa::path(tag = "me", params(("id" = PaymentMethodId, Path)), responses((status = 204, description = "Forgotten")))]
#[delete("/v1/me/payment-methods/{id}")]
pub async fn delete_my_payment_method(call: Call<may::Own>, id: Id<PaymentMethodId>, seen: IfMatch) -> Answer {
    let keepers = Keepers::of(call.state());
    call.write(move |tx, ctx| {
        let (_, client) = ctx.client()?;
        forget(tx, ctx, &keepers, (id.0, Some(client)), &seen)
    })
    .await
}
