//! A contract that someone else has billed so far, taken over (SUB-01): what lies before its next renewal is not charged
//! again.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::orders::rows::{item_rows, service_row, subscription_row};
use crate::orders::take::{buys, pays};
use crate::orders::views::OrderItem;
use crate::payment_methods::shares::{can_be_named, name};
use crate::quotes::compute::{agreed, ids_for};
use crate::services::desire::desire;
use crate::subscriptions::stand::begin;
use crate::subscriptions::views::{SubscriptionImport, views};
use actix_web::post;
use comptoir_db::subscriptions::{self, SubscriptionRow, WaivedRow};
use comptoir_db::{Db, Outcome, clients, offers, services, stores};
use comptoir_domain::invoices::due::{DueKind, Horizon, ItemKind, Snapshot, Subscription, WaiveReason, due};
use comptoir_domain::orders::first_invoice::{Dated, Signed, imported};
use comptoir_domain::orders::{Cart, CartItem, Contract};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{ServiceState, SubscriptionStatus};
use comptoir_domain::{Check, Problem, UnitPrice};
use serde_json::json;

/// Import a subscription
///
/// It is active at once and invoiced from its next renewal on. Its webspace is set up, or found, at the panel; a domain or a
/// certificate waits for someone to say that it is there.
#[utoipa::path(tag = "subscriptions", request_body = SubscriptionImport, responses((status = 201, body = crate::subscriptions::views::SubscriptionView, description = "Imported")))]
#[post("/v1/subscriptions/import")]
pub async fn import_subscription(call: Call<may::WriteSubscriptions>, body: Body<SubscriptionImport>) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let row = import(tx, ctx, &wanted)?;
        let (id, version) = (row.id, row.version);
        let view = views(tx, ctx, vec![row])?.pop().ok_or_else(Problem::not_found)?;
        Ok(Reply::created(&view, format!("/v1/subscriptions/{id}")).version(version))
    })
    .await
}

fn import(tx: &mut Db, ctx: &Ctx, wanted: &SubscriptionImport) -> Outcome<SubscriptionRow> {
    let client = clients::lock(tx, ctx.scope, wanted.client_id)?;
    buys(&client)?;
    pays(tx, ctx, client.id)?;
    check(ctx, wanted)?;
    can_be_named(tx, ctx, client.id, wanted.gateway, wanted.payment_method_id)?;
    let store = stores::named_or_default(tx, ctx.scope, wanted.store_id)?;
    let plan = Some(wanted.item.plan_id);
    let offer = offers::with_plan(tx, ctx.scope, store.id, plan, ctx.today())?;
    let contract = the_one(tx, ctx, &wanted.item, &offer)?;
    let signed = Signed {
        client: client.id,
        currency: store.currency,
        today: ctx.today(),
        starts_on: wanted.starts_on.unwrap_or_else(|| ctx.today().min(wanted.next_renewal_on)),
    };
    let anchor = wanted.anchor_on.unwrap_or(wanted.next_renewal_on);
    let dated = imported(&contract, &ids_for(&contract), signed, anchor, wanted.next_renewal_on)?;
    let mut row = subscription_row(tx, ctx, store.id, wanted.gateway.as_str(), &contract, &dated)?;
    row.status = SubscriptionStatus::Active;
    row.next_invoice_on = first_invoice_day(&dated.subscription)?;
    begin(tx, ctx, &mut row)?;
    subscriptions::insert_items(tx, &item_rows(ctx, &contract, &dated))?;
    subscriptions::insert_waived(tx, &billed_elsewhere(ctx, &dated))?;
    name(tx, ctx, &row, wanted.payment_method_id)?;
    if let Some(service) = service_row(ctx, &contract, &row) {
        services::insert(tx, &service)?;
        desire(tx, ctx, row.id, ServiceState::Active)?;
    }
    ctx.record(tx, "subscription.imported", row.id, json!({ "name": row.name, "client_id": row.client_id }))?;
    Ok(row)
}

fn check(ctx: &Ctx, wanted: &SubscriptionImport) -> Result<(), Problem> {
    let mut check = Check::new();
    let ahead = wanted.next_renewal_on >= ctx.today();
    check.ensure(ahead, "/next_renewal_on", "out_of_range", "today or later: what lies behind is billed already");
    check.done()
}

/// The contract of the item: an imported name is there already, so that no other contract comes with it.
fn the_one(tx: &mut Db, ctx: &Ctx, item: &OrderItem, offer: &comptoir_domain::orders::Offer) -> Outcome<Contract> {
    let cart = Cart { items: vec![CartItem::from(item)], coupon: None, starts_on: None };
    let contracts =
        agreed(tx, ctx.scope, &cart, offer).map_err(|failure| failure.instead_of("/cart/items/0", "/item"))?;
    match <[Contract; 1]>::try_from(contracts) {
        Ok([mut contract]) => {
            // what it cost to begin was paid where it began
            contract.items.iter_mut().for_each(|item| item.setup_fee = UnitPrice::default());
            Ok(contract)
        }
        Err(_) => {
            Err(Problem::field("/item/domain/option", "not_wanted", "import the name by itself, with its domain plan")
                .into())
        }
    }
}

/// The day on which a subscription is invoiced that nothing was derived for yet.
pub fn first_invoice_day(subscription: &Subscription) -> Outcome<Option<chrono::NaiveDate>> {
    let snapshot = Snapshot { subscriptions: vec![subscription.clone()], ..Snapshot::default() };
    let found = due(&snapshot, Horizon::Before(subscription.billed_through))?;
    Ok(found.progress.first().and_then(|progress| progress.next_invoice_on))
}

/// The days up to the renewal, which nobody pays here.
fn billed_elsewhere(ctx: &Ctx, dated: &Dated) -> Vec<WaivedRow> {
    let subscription = &dated.subscription;
    let row = subscription.items.iter().map(|item| WaivedRow {
        seller_id: ctx.scope.seller(),
        subscription_id: subscription.id,
        item_id: item.id,
        kind: match item.kind {
            ItemKind::Plan => DueKind::Recurring,
            ItemKind::AddOn => DueKind::AddOn,
        },
        from_on: item.from,
        to_on: subscription.billed_through,
        reason: WaiveReason::Import,
    });
    row.filter(|row| row.from_on < row.to_on).collect()
}
