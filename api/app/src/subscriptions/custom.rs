//! Custom subscriptions (SUB-10): of no plan, on terms of their own, billed like any other. What is delivered for them is not
//! ours to know; what hosting is promised begins with the default plan. Without a price nothing is ever charged: so a seller
//! keeps what is its own.

use crate::hosting::HostingPropertiesPatch;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::orders::rows::subscription_number;
use crate::orders::take::{LONGEST_WAY, buys};
use crate::payment_methods::shares::{can_be_named, name};
use crate::subscriptions::custom_hosting;
use crate::subscriptions::import::first_invoice_day;
use crate::subscriptions::stand::begin;
use crate::subscriptions::views::{SubscriptionView, views};
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::stores::StoreRow;
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Json, Outcome, clients, own_clients, settings, stores, taxes};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::PlanType;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::{SubscriptionStatus, check_renewal};
use comptoir_domain::{
    Check, ClientId, Currency, Money, PaymentMethodId, Problem, Quantity, StoreId, SubscriptionId, TaxPolicyId,
    UnitPrice,
};
use serde_json::json;

/// A contract for what no plan offers.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s", "store_id": "sto_000g40o40k30e209185go38e1s", "name": "Rack B7",
    "cycle": "1-month", "price": {"amount": "120.00", "currency": "EUR"}, "tax_policy_id": "txp_000g40o40k30e209185go38e1s", "gateway": "transfer"}))]
pub struct CustomSubscriptionCreate {
    /// Whose.
    pub client_id: ClientId,
    /// The store whose currency holds; the default one if absent.
    pub store_id: Option<StoreId>,
    /// What it is called on invoices.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// How often it renews.
    #[schema(value_type = String, example = "1-month")]
    pub cycle: Cycle,
    /// What a cycle costs, in the currency of the store; nothing is ever charged if absent, and for the
    /// client that stands for the seller it has to be.
    pub price: Option<Money>,
    /// How it is taxed; by the default policy if absent.
    pub tax_policy_id: Option<TaxPolicyId>,
    /// The first day; today if absent.
    pub starts_on: Option<NaiveDate>,
    /// The day on which it is suspended unless it was renewed; without end if absent.
    pub expires_on: Option<NaiveDate>,
    /// How the client means to pay.
    pub gateway: GatewayCode,
    /// The stored method of the client that pays for it; the default one if absent. It is at that gateway.
    pub payment_method_id: Option<PaymentMethodId>,
    /// What hosting it promises, where that is not what the default hosting plan says: a value sets, null takes away.
    pub hosting_properties: Option<HostingPropertiesPatch>,
}

/// Create a custom subscription
///
/// It is active at once and invoiced by the next run. It takes no add-ons; its price is changed like that of any other. What
/// hosting it promises begins with the values of the default hosting plan, if there is one, whose `validity` is left to
/// `expires_on`.
#[utoipa::path(tag = "subscriptions", request_body = CustomSubscriptionCreate, responses((status = 201, body = SubscriptionView, description = "Created")))]
#[post("/v1/subscriptions/custom")]
pub async fn create_custom_subscription(
    call: Call<may::WriteSubscriptions>,
    body: Body<CustomSubscriptionCreate>,
) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let row = create(tx, ctx, &wanted)?;
        let (id, version) = (row.id, row.version);
        let view = views(tx, ctx, vec![row])?.pop().ok_or_else(Problem::not_found)?;
        Ok(Reply::created(&view, format!("/v1/subscriptions/{id}")).version(version))
    })
    .await
}

fn create(tx: &mut Db, ctx: &Ctx, wanted: &CustomSubscriptionCreate) -> Outcome<SubscriptionRow> {
    let client = clients::lock(tx, ctx.scope, wanted.client_id)?;
    buys(&client)?;
    let store = stores::named_or_default(tx, ctx.scope, wanted.store_id)?;
    let tax_policy_id = match wanted.tax_policy_id {
        Some(id) => Some(taxes::find(tx, ctx.scope, id)?.id),
        None => taxes::default_policy(tx, ctx.scope)?,
    };
    let mut findings = Check::new();
    let is_own = own_clients::find(tx, ctx.scope)? == Some(client.id);
    check(&mut findings, ctx, wanted, store.currency, is_own);
    let promised = custom_hosting::first(tx, ctx, wanted.hosting_properties.as_ref(), &mut findings)?;
    findings.done()?;
    can_be_named(tx, ctx, client.id, wanted.gateway, wanted.payment_method_id)?;
    let mut row = contract(tx, ctx, wanted, &store)?;
    let items: Vec<_> = item(ctx, wanted, &row, tax_policy_id).into_iter().collect();
    let billed = subscriptions::as_billed(std::slice::from_ref(&row), items.clone(), &[], |_| true)?;
    row.next_invoice_on = billed.first().map(first_invoice_day).transpose()?.flatten();
    begin(tx, ctx, &mut row)?;
    subscriptions::insert_items(tx, &items)?;
    name(tx, ctx, &row, wanted.payment_method_id)?;
    if let Some(promised) = promised {
        custom_hosting::promise(tx, ctx, &row, promised)?;
    }
    ctx.record(tx, "subscription.created", row.id, json!({ "name": row.name, "client_id": row.client_id }))?;
    Ok(row)
}

fn check(check: &mut Check, ctx: &Ctx, wanted: &CustomSubscriptionCreate, currency: Currency, is_own: bool) {
    let today = ctx.today();
    let starts_on = wanted.starts_on.unwrap_or(today);
    check.text("/name", &wanted.name, 1..=200);
    let near = (starts_on - today).num_days().abs() <= LONGEST_WAY;
    check.ensure(near, "/starts_on", "out_of_range", "within a year of today");
    check_renewal(check, "/expires_on", wanted.expires_on, today.max(starts_on));
    check.ensure(!is_own || wanted.price.is_none(), "/price", "not_here", "what is the seller's own has no price");
    if let Some(price) = wanted.price {
        let same = price.currency() == currency;
        check.ensure(same, "/price/currency", "wrong_currency", &format!("expected {currency}, that of the store"));
        check.price("/price/amount", price);
    }
}

/// The contract, as it is billed from its first day on.
fn contract(tx: &mut Db, ctx: &Ctx, wanted: &CustomSubscriptionCreate, store: &StoreRow) -> Outcome<SubscriptionRow> {
    let billing = settings::read(tx, ctx.scope)?.value.0.billing;
    let start = billing.rule.start(wanted.starts_on.unwrap_or_else(|| ctx.today()), wanted.cycle, false)?;
    Ok(SubscriptionRow {
        seller_id: ctx.scope.seller(),
        id: fresh::<SubscriptionId>(),
        number: subscription_number(tx, ctx)?,
        client_id: wanted.client_id,
        store_id: store.id,
        plan_id: None,
        order_id: None,
        name: wanted.name.clone(),
        status: SubscriptionStatus::Active,
        status_reason: String::new(),
        currency: store.currency,
        cycle: wanted.cycle,
        anchor_on: start.anchor,
        starts_on: start.first.from,
        billed_through: start.first.from,
        next_invoice_on: None,
        ends_on: None,
        trial_until: None,
        cycle_limit: None,
        lead_days: billing.lead_days_of(PlanType::Generic).into(),
        coupon_id: None,
        coupon_cycles: None,
        gateway: wanted.gateway.as_str().into(),
        created_at: ctx.now,
        version: 1,
        rests: Json::default(),
        expires_on: wanted.expires_on,
    })
}

/// What is charged for it, if anything.
fn item(
    ctx: &Ctx,
    wanted: &CustomSubscriptionCreate,
    row: &SubscriptionRow,
    tax_policy_id: Option<TaxPolicyId>,
) -> Option<SubscriptionItemRow> {
    let unit_price = UnitPrice::of(wanted.price?).ok()?;
    Some(SubscriptionItemRow {
        seller_id: row.seller_id,
        id: fresh(),
        subscription_id: row.id,
        kind: ItemKind::Plan,
        plan_id: None,
        add_on_id: None,
        price_id: None,
        description: row.name.clone(),
        unit_price,
        setup_fee: UnitPrice::default(),
        change_fee: UnitPrice::default(),
        quantity: Quantity::from(1),
        tax_policy_id,
        from_on: row.starts_on,
        to_on: None,
        known_on: ctx.today(),
    })
}
