//! Several methods for one subscription, each with its share (SUB-08). The shares are part of the subscription: its version is
//! theirs.

use crate::gateways::ready::check_known;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::payment_methods::read::stored;
use crate::subscriptions::read::own;
use actix_web::{get, put};
use comptoir_db::entity::in_order;
use comptoir_db::payment_shares::{self, PaymentShareRow};
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::{Db, Outcome, payment_methods};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::payment_shares::check_shares;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, PaymentMethodId, Percent, Problem, SubscriptionId};
use serde_json::json;

/// The share of a payment method.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentShare {
    /// A stored method of the subscription's client.
    pub payment_method_id: PaymentMethodId,
    /// What it pays of the subscription, in per cent.
    #[schema(example = "75")]
    pub share: Percent,
}

/// By which methods a subscription is paid.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentSharesView {
    /// None: by the default method of its client alone.
    pub methods: Vec<PaymentShare>,
}

/// By which methods a subscription is to be paid.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"methods": [{"payment_method_id": "pmt_000g40o40k30e209185go38e1s", "share": "100"}]}))]
pub struct PaymentSharesReplace {
    /// All of them, each once, together 100 %; none for the default method alone.
    #[schema(max_items = 10)]
    pub methods: Vec<PaymentShare>,
}

/// Get the payment methods of a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), responses((status = 200, body = PaymentSharesView, description = "Methods and shares")))]
#[get("/v1/subscriptions/{id}/payment-methods")]
pub async fn get_payment_shares(call: Call<may::ReadSubscriptions>, id: Id<SubscriptionId>) -> Answer {
    call.read(move |db, ctx| {
        let subscription = subscriptions::find(db, ctx.scope, id.0)?;
        reply(db, ctx, &subscription)
    })
    .await
}

/// Replace the payment methods of a subscription
///
/// Each is charged its share of what the subscription costs by itself. If one is declined, its part stays open.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = PaymentSharesReplace,
    responses((status = 200, body = PaymentSharesView, description = "Methods and shares as they are now")))]
#[put("/v1/subscriptions/{id}/payment-methods")]
pub async fn replace_payment_shares(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    seen: IfMatch,
    body: Body<PaymentSharesReplace>,
) -> Answer {
    call.write(move |tx, ctx| {
        let subscription = subscriptions::lock(tx, ctx.scope, id.0)?;
        share_out(tx, ctx, subscription, &seen, &body.0.methods)
    })
    .await
}

/// Get the payment methods of one of your subscriptions
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path)), responses((status = 200, body = PaymentSharesView, description = "Methods and shares")))]
#[get("/v1/me/subscriptions/{id}/payment-methods")]
pub async fn get_my_payment_shares(call: Call<may::Own>, id: Id<SubscriptionId>) -> Answer {
    call.read(move |db, ctx| {
        let subscription = own(db, ctx, id.0)?;
        reply(db, ctx, &subscription)
    })
    .await
}

/// Replace the payment methods of one of your subscriptions
///
/// Each of your stored methods that is named is charged its share of what the subscription costs by itself.
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path)), request_body = PaymentSharesReplace,
    responses((status = 200, body = PaymentSharesView, description = "Methods and shares as they are now")))]
#[put("/v1/me/subscriptions/{id}/payment-methods")]
pub async fn replace_my_payment_shares(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    seen: IfMatch,
    body: Body<PaymentSharesReplace>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mine = own(tx, ctx, id.0)?;
        let subscription = subscriptions::lock(tx, ctx.scope, mine.id)?;
        share_out(tx, ctx, subscription, &seen, &body.0.methods)
    })
    .await
}

/// Puts these shares in place of those of a subscription that is locked.
fn share_out(
    tx: &mut Db,
    ctx: &Ctx,
    mut of: SubscriptionRow,
    seen: &IfMatch,
    methods: &[PaymentShare],
) -> Outcome<Reply> {
    seen.check(of.version)?;
    check(tx, ctx, &of, methods)?;
    replace(tx, ctx, &of, methods)?;
    subscriptions::save(tx, &mut of)?;
    reply(tx, ctx, &of)
}

fn check(tx: &mut Db, ctx: &Ctx, of: &SubscriptionRow, methods: &[PaymentShare]) -> Outcome<()> {
    let ids: Vec<_> = methods.iter().map(|one| one.payment_method_id).collect();
    let rows = in_order(&ids, payment_methods::some(tx, ctx.scope, &ids)?, |row| row.id)?;
    let mut check = Check::new();
    for (at, row) in rows.iter().enumerate() {
        let place = format!("/methods/{at}/payment_method_id");
        check.ensure(row.client_id == of.client_id, &place, "of_another", "a method of another client");
        let is_first = !ids.iter().take(at).any(|earlier| *earlier == row.id);
        check.ensure(is_first, &place, "duplicate", "it is named before");
    }
    check_shares(&mut check, "/methods", &methods.iter().map(|one| one.share).collect::<Vec<_>>());
    Ok(check.done()?)
}

/// Refuses a gateway that is not there, and a method that cannot be named for what a client takes: another's, one that has expired, or one at another gateway
/// than the client means to pay by.
pub fn can_be_named(
    db: &mut Db,
    ctx: &Ctx,
    client: ClientId,
    gateway: GatewayCode,
    named: Option<PaymentMethodId>,
) -> Outcome<()> {
    check_known(db, ctx.scope, gateway)?;
    let Some(id) = named else { return Ok(()) };
    let method = stored(db, ctx, id, client)?;
    if method.gateway == gateway.as_str() {
        return Ok(());
    }
    let detail = format!("it is at {}: say so as the gateway", method.gateway);
    Err(Problem::field("/payment_method_id", "other_gateway", detail).into())
}

/// Has a new subscription paid by the method that was named for it, if one was.
pub fn name(tx: &mut Db, ctx: &Ctx, of: &SubscriptionRow, named: Option<PaymentMethodId>) -> Outcome<()> {
    let whole = |payment_method_id| PaymentShare { payment_method_id, share: Percent::from(100) };
    named.map_or(Ok(()), |id| replace(tx, ctx, of, &[whole(id)]))
}

/// Writes the shares of a subscription, which were checked.
pub fn replace(tx: &mut Db, ctx: &Ctx, of: &SubscriptionRow, methods: &[PaymentShare]) -> Outcome<()> {
    let row = |one: &PaymentShare| PaymentShareRow {
        seller_id: of.seller_id,
        subscription_id: of.id,
        payment_method_id: one.payment_method_id,
        share: one.share,
    };
    payment_shares::replace(tx, ctx.scope, of.id, &methods.iter().map(row).collect::<Vec<_>>())?;
    ctx.record(tx, "subscription.payment_methods_replaced", of.id, json!({ "methods": methods }))
}

fn reply(db: &mut Db, ctx: &Ctx, of: &SubscriptionRow) -> Outcome<Reply> {
    let rows = payment_shares::of_subscriptions(db, ctx.scope, &[of.id])?;
    let share = |row: PaymentShareRow| PaymentShare { payment_method_id: row.payment_method_id, share: row.share };
    let view = PaymentSharesView { methods: rows.into_iter().map(share).collect() };
    Ok(Reply::ok(&view).version(of.version))
}
