//! A subscription goes to another client (SUB-07): the old one is transferred and never invoiced again, a new one carries on
//! what is delivered from the day up to which the old one is charged. Of the seller itself, nothing is charged. The decision reads
//! only.

use crate::gateways::ready::check_known;
use crate::invoices::rederive::rederive;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::orders::take::buys;
use crate::payment_methods::shares::{PaymentShare, replace};
use crate::payment_methods::stored;
use crate::subscriptions::hand_over::{Handover, decide, write};
use crate::subscriptions::transfer_mails::{letters, send};
use crate::subscriptions::transfer_views::SubscriptionTransferPreviewView;
use crate::subscriptions::views::{SubscriptionView, views};
use actix_web::post;
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::{Db, Outcome, own_clients};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, PaymentMethodId, Percent, Problem, SubscriptionId};

/// To whom, and how it is paid from then on.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s", "gateway": "transfer", "reason": "the shop was sold"}))]
pub struct SubscriptionTransfer {
    /// The client who takes over: an active one.
    pub client_id: Option<ClientId>,
    /// Or the seller itself, that is the client that stands for it: without a price, never invoiced.
    #[serde(default)]
    pub to_seller: bool,
    /// How that client means to pay; as the old one if absent.
    pub gateway: Option<GatewayCode>,
    /// A stored method of that client, which pays it from then on; the default one if absent.
    pub payment_method_id: Option<PaymentMethodId>,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
    /// Whether both clients are told by mail; yes if absent. The seller itself is never told.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub notify: bool,
}

fn yes() -> bool {
    true
}

/// Transfer a subscription to another client
///
/// What was charged stays with the old client, open invoices too, and nothing is given back: the time goes along. Hosting
/// becomes custom, with the same items, prices and promises; coupons, discounts and debts stay behind. What becomes the seller's
/// own is custom and has no items.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionTransfer,
    responses((status = 201, body = SubscriptionView, description = "The subscription that carries on")))]
#[post("/v1/subscriptions/{id}/transfer")]
pub async fn transfer_subscription(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionTransfer>,
) -> Answer {
    call.write_once(move |tx, ctx| {
        let row = transfer(tx, ctx, id.0, &body.0)?;
        let (location, version) = (format!("/v1/subscriptions/{}", row.id), row.version);
        let view = views(tx, ctx, vec![row])?.pop().ok_or_else(Problem::not_found)?;
        Ok(Reply::created(&view, location).version(version))
    })
    .await
}

/// Preview a transfer
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionTransfer,
    responses((status = 200, body = SubscriptionTransferPreviewView, description = "What it would change")))]
#[post("/v1/subscriptions/{id}/transfer/preview")]
pub async fn preview_subscription_transfer(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionTransfer>,
) -> Answer {
    call.read(move |db, ctx| {
        let old = subscriptions::find(db, ctx.scope, id.0)?;
        let to = receiver(db, ctx, &body.0)?;
        let to = clients::find(db, ctx.scope, to)?;
        let handover = prepared(db, ctx, old, &to, &body.0)?;
        let letters = letters(db, ctx, &handover, body.0.notify)?;
        Ok(Reply::ok(&SubscriptionTransferPreviewView::of(db, ctx, &handover, letters)?))
    })
    .await
}

/// Transfers a subscription; the one that carries on.
pub fn transfer(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, wanted: &SubscriptionTransfer) -> Outcome<SubscriptionRow> {
    let to = receiver(tx, ctx, wanted)?;
    let (old, to) = lock(tx, ctx, id, to)?;
    let handover = prepared(tx, ctx, old, &to, wanted)?;
    let letters = letters(tx, ctx, &handover, wanted.notify)?;
    let row = write(tx, ctx, handover, &wanted.reason)?;
    send(tx, ctx, &letters)?;
    if let Some(method) = wanted.payment_method_id {
        replace(tx, ctx, &row, &[PaymentShare { payment_method_id: method, share: Percent::from(100) }])?;
    }
    Ok(row)
}

/// Who takes over: the client that is named, or the one that stands for the seller.
pub fn receiver(db: &mut Db, ctx: &Ctx, wanted: &SubscriptionTransfer) -> Outcome<ClientId> {
    match (wanted.client_id, wanted.to_seller) {
        (Some(id), false) => Ok(clients::find(db, ctx.scope, id)?.id),
        (None, true) => {
            let nobody = "no client stands for the seller: name one first (PUT /v1/seller/own-client)";
            Ok(own_clients::find(db, ctx.scope)?.ok_or_else(|| Problem::field("/to_seller", "required", nobody))?)
        }
        _ => Err(Problem::field("/client_id", "required", "either a client or the seller itself").into()),
    }
}

/// Both clients in the order of their ids, as billing runs lock theirs, and then the subscription.
fn lock(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, to: ClientId) -> Outcome<(SubscriptionRow, ClientRow)> {
    let from = subscriptions::find(tx, ctx.scope, id)?.client_id;
    let mut locked = clients::lock_many(tx, ctx.scope, &[from, to])?;
    let at = locked.iter().position(|client| client.id == to).ok_or_else(Problem::not_found)?;
    let to = locked.swap_remove(at);
    rederive(tx, ctx, &[from])?;
    Ok((subscriptions::lock(tx, ctx.scope, id)?, to))
}

fn prepared(
    db: &mut Db,
    ctx: &Ctx,
    old: SubscriptionRow,
    to: &ClientRow,
    wanted: &SubscriptionTransfer,
) -> Outcome<Handover> {
    let is_own = own_clients::find(db, ctx.scope)? == Some(to.id);
    let mut check = Check::new();
    let free = "what is the seller's own is not paid for";
    check.ensure(!is_own || wanted.gateway.is_none(), "/gateway", "not_here", free);
    check.ensure(!is_own || wanted.payment_method_id.is_none(), "/payment_method_id", "not_here", free);
    check.paragraphs("/reason", &wanted.reason, 500);
    let named = if wanted.to_seller { "/to_seller" } else { "/client_id" };
    check.ensure(old.client_id != to.id, named, "same_client", "it is that client's already");
    check.done()?;
    buys(to)?;
    let method = wanted.payment_method_id.map(|method| stored(db, ctx, method, to.id)).transpose()?;
    wanted.gateway.map_or(Ok(()), |gateway| check_known(db, ctx.scope, gateway))?;
    let named = wanted.gateway.map(|gateway| gateway.as_str().to_string());
    let gateway = method.map(|method| method.gateway).or(named).unwrap_or_else(|| old.gateway.clone());
    let new = SubscriptionRow { id: fresh(), client_id: to.id, gateway, ..old.clone() };
    decide(db, ctx, old, new, is_own, &wanted.reason)
}
