//! Seeing the methods of a client, and having one forgotten.

use crate::kernel::call::Ctx;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, IfMatch, List, Reply};
use crate::payment_methods::forget::forget;
use crate::payment_methods::keep::Keepers;
use crate::payment_methods::views::{PaymentMethodList, PaymentMethodView};
use actix_web::{delete, get};
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::{Db, Outcome, clients, payment_methods};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, PaymentMethodId, Problem};

/// Which payment methods.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentMethodQuery {
    /// Of one client.
    client_id: Option<ClientId>,
}

impl Filters for PaymentMethodQuery {}

/// List stored payment methods
#[utoipa::path(tag = "payments", params(ListParameters, PaymentMethodQuery), responses((status = 200, body = PaymentMethodList, description = "A page")))]
#[get("/v1/payment-methods")]
pub async fn list_payment_methods(call: Call<may::ReadPayments>, list: List<PaymentMethodQuery>) -> Answer {
    let (client, page) = (list.filters.client_id, list.page.clone());
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = client {
            clients::find(db, ctx.scope, client)?;
        }
        payment_methods::list(db, ctx.scope, client, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(PaymentMethodView::from).collect();
    Ok(Reply::ok(&PaymentMethodList { data, next_cursor }))
}

/// Forget a stored payment method
///
/// It can no longer be charged at once. A gateway that keeps its card is told to forget it too, by the event `forget_method`.
#[utoipa::path(tag = "payments", params(("id" = PaymentMethodId, Path)), responses((status = 204, description = "Forgotten")))]
#[delete("/v1/payment-methods/{id}")]
pub async fn delete_payment_method(call: Call<may::WritePayments>, id: Id<PaymentMethodId>, seen: IfMatch) -> Answer {
    let keepers = Keepers::of(call.state());
    call.write(move |tx, ctx| forget(tx, ctx, &keepers, (id.0, None), &seen)).await
}

/// A method that is to be charged today for a client; another client's is named so only to the seller.
pub fn stored(db: &mut Db, ctx: &Ctx, id: PaymentMethodId, payer: ClientId) -> Outcome<PaymentMethodRow> {
    let row = payment_methods::find(db, ctx.scope, id)?;
    if row.client_id != payer {
        return Err(match ctx.client() {
            Ok(_) => Problem::not_found().into(),
            Err(_) => Problem::field("/payment_method_id", "of_another", "a method of another client").into(),
        });
    }
    if row.retired_at.is_some() {
        let detail = "its gateway is gone, a payment with it is disputed, or its bank refuses it for good: choose or enter another one";
        return Err(Problem::field("/payment_method_id", "retired", detail).into());
    }
    if row.expires_on.is_some_and(|end| end <= ctx.today()) {
        return Err(Problem::field("/payment_method_id", "expired", "it no longer works").into());
    }
    Ok(row)
}
