//! By which of its methods a client pays unless it says otherwise.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::payment_methods::views::PaymentMethodView;
use actix_web::post;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::{Db, Outcome, clients};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Code, PaymentMethodId, Problem};
use serde_json::json;

/// Make a stored payment method the default
///
/// What comes due is charged to it. The one that was is one no longer.
#[utoipa::path(tag = "payments", params(("id" = PaymentMethodId, Path)), responses((status = 200, body = PaymentMethodView, description = "The method as it is now")))]
#[post("/v1/payment-methods/{id}/make-default")]
pub async fn make_payment_method_default(call: Call<may::WritePayments>, id: Id<PaymentMethodId>) -> Answer {
    call.write(move |tx, ctx| reply(make_default(tx, ctx, id.0, None)?)).await
}

/// Make one of your stored payment methods the default
///
/// What comes due is charged to it. The one that was is one no longer.
#[utoipa::path(tag = "me", params(("id" = PaymentMethodId, Path)), responses((status = 200, body = PaymentMethodView, description = "The method as it is now")))]
#[post("/v1/me/payment-methods/{id}/make-default")]
pub async fn make_my_payment_method_default(call: Call<may::Own>, id: Id<PaymentMethodId>) -> Answer {
    call.write(move |tx, ctx| {
        let (_, client) = ctx.client()?;
        reply(make_default(tx, ctx, id.0, Some(client))?)
    })
    .await
}

fn reply(row: PaymentMethodRow) -> Outcome<Reply> {
    let version = row.version;
    Ok(Reply::ok(&PaymentMethodView::from(row)).version(version))
}

/// Makes a method the default: any of the seller's, or only one of a client's own.
pub fn make_default(tx: &mut Db, ctx: &Ctx, id: PaymentMethodId, own: Option<ClientId>) -> Outcome<PaymentMethodRow> {
    let row = behind_its_client(tx, ctx, id, own)?;
    if !row.works_on(ctx.today()) {
        return Err(Problem::new(Code::WrongState, "it can no longer be charged: choose or enter another one").into());
    }
    if row.is_default { Ok(row) } else { appoint(tx, ctx, row) }
}

/// A method that is locked behind its client, as everyone locks who changes which is the default.
pub fn behind_its_client(
    tx: &mut Db,
    ctx: &Ctx,
    id: PaymentMethodId,
    own: Option<ClientId>,
) -> Outcome<PaymentMethodRow> {
    let owner = payment_methods::find(tx, ctx.scope, id)?.client_id;
    clients::lock(tx, ctx.scope, owner)?;
    let row = payment_methods::lock(tx, ctx.scope, id)?;
    if row.forgotten_at.is_some() || own.is_some_and(|own| own != row.client_id) {
        return Err(Problem::not_found().into());
    }
    Ok(row)
}

/// When the default is gone, the newest of the others that works takes its place.
pub fn promote(tx: &mut Db, ctx: &Ctx, client: ClientId) -> Outcome<()> {
    let all = payment_methods::of_client(tx, ctx.scope, client)?;
    match all.into_iter().rev().find(|row| row.works_on(ctx.today())) {
        Some(row) => appoint(tx, ctx, row).map(|_| ()),
        None => Ok(()),
    }
}

fn appoint(tx: &mut Db, ctx: &Ctx, mut row: PaymentMethodRow) -> Outcome<PaymentMethodRow> {
    payment_methods::clear_default(tx, ctx.scope, row.client_id)?;
    row.is_default = true;
    payment_methods::save(tx, &mut row)?;
    ctx.record(tx, "payment_method.made_default", row.id, json!({ "client_id": row.client_id, "label": row.label }))?;
    Ok(row)
}
