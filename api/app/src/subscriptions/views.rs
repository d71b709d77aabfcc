//! What subscriptions look like.

use crate::hosting::allotment;
use crate::kernel::call::Ctx;
use crate::orders::views::OrderItem;
use crate::services::views::ServiceView;
use crate::subscriptions::billing_views::{Bills, GrantedCouponView, GrantedDiscountView, LastInvoiceView};
use comptoir_db::services::ServiceRow;
use comptoir_db::subscriptions::{HoldRow, SubscriptionItemRow, SubscriptionRow, holds_of, items_of};
use comptoir_db::{Db, Outcome, custom_hosting, services, subscription_transfers};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::hosting::{Properties, SyncState};
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::services::ServiceKind;
use comptoir_domain::subscriptions::{HoldKind, SubscriptionStatus};
use comptoir_domain::{
    AddOnId, ClientId, Currency, HoldId, Instant, OrderId, PaymentMethodId, PlanId, Quantity, StoreId, SubscriptionId,
    SubscriptionItemId, UnitPrice,
};

/// What is charged each cycle, from one day to another.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionItemView {
    /// The item.
    pub id: SubscriptionItemId,
    /// Plan or add-on.
    pub kind: ItemKind,
    /// The plan, if it is one.
    pub plan_id: Option<PlanId>,
    /// The add-on, if it is one.
    pub add_on_id: Option<AddOnId>,
    /// For people.
    pub description: String,
    /// Price of one unit for a cycle, in the currency of the subscription.
    pub unit_price: UnitPrice,
    /// How many.
    pub quantity: Quantity,
    /// The first day that is charged.
    pub from_on: chrono::NaiveDate,
    /// The first day that is no longer charged.
    pub to_on: Option<chrono::NaiveDate>,
}

/// A reason to be suspended, present or past.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct HoldView {
    /// The hold.
    pub id: HoldId,
    /// Why.
    pub kind: HoldKind,
    /// In words.
    pub reason: String,
    /// Since when.
    pub placed_at: Instant,
    /// Until when; null while it lasts.
    pub lifted_at: Option<Instant>,
}

/// A contract.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionView {
    /// The subscription.
    pub id: SubscriptionId,
    /// The number that people use.
    pub number: i64,
    /// Whose.
    pub client_id: ClientId,
    /// Where it was bought.
    pub store_id: StoreId,
    /// The plan; null for a custom one.
    pub plan_id: Option<PlanId>,
    /// The order it came from.
    pub order_id: Option<OrderId>,
    /// The domain name, or the plan's name.
    pub name: String,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// Why, if someone said so.
    pub status_reason: String,
    /// Its currency, for ever.
    pub currency: Currency,
    /// How often it renews.
    #[schema(value_type = String, example = "1-month")]
    pub cycle: Cycle,
    /// The day its periods are counted from.
    pub anchor_on: chrono::NaiveDate,
    /// The first day of delivery.
    pub starts_on: chrono::NaiveDate,
    /// Everything before this day has been invoiced.
    pub billed_through: chrono::NaiveDate,
    /// The day of its next invoice; null if there will be none.
    pub next_invoice_on: Option<chrono::NaiveDate>,
    /// The first day after it ends, if that is known.
    pub ends_on: Option<chrono::NaiveDate>,
    /// Free before this day.
    pub trial_until: Option<chrono::NaiveDate>,
    /// It completes after so many cycles.
    pub cycle_limit: Option<i32>,
    /// The day on which it is suspended unless it was renewed; null without end.
    pub expires_on: Option<chrono::NaiveDate>,
    /// How the client means to pay.
    pub gateway: String,
    /// The invoice that charged it last.
    pub last_invoice: Option<LastInvoiceView>,
    /// The discount it was promised.
    pub discount: Option<GrantedDiscountView>,
    /// The coupon it came with.
    pub coupon: Option<GrantedCouponView>,
    /// The subscription of another client that it carries on.
    pub transferred_from_id: Option<SubscriptionId>,
    /// The subscription of another client that carries it on.
    pub transferred_to_id: Option<SubscriptionId>,
    /// What is charged.
    pub items: Vec<SubscriptionItemView>,
    /// What holds it or held it.
    pub holds: Vec<HoldView>,
    /// What is delivered.
    pub services: Vec<ServiceView>,
    /// What hosting it promises by itself; null where a plan says it, or where it is no hosting.
    pub hosting_properties: Option<Properties>,
    /// Whether what hosting it promises can be given (`GET /v1/subscriptions/{id}/hosting` says what is lacking); null where it
    /// is no hosting.
    pub sync_state: Option<SyncState>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(SubscriptionList, SubscriptionView);

/// The views of some subscriptions, with a dozen queries or a few more however many there are.
pub fn views(db: &mut Db, ctx: &Ctx, rows: Vec<SubscriptionRow>) -> Outcome<Vec<SubscriptionView>> {
    let scope = ctx.scope;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let items = items_of(db, scope, &ids)?;
    let holds = holds_of(db, scope, &ids)?;
    let services = services::of_subscriptions(db, scope, &ids)?;
    let bills = Bills::load(db, scope, &ids)?;
    let transfers = subscription_transfers::of_subscriptions(db, scope, &ids)?;
    let in_sync = allotment::sync_states(db, ctx, &rows)?;
    let mut all: Vec<_> = rows.into_iter().map(|row| view(row, &items, &holds, &services, &bills)).collect();
    let mut custom = custom_hosting::of_subscriptions(db, scope, &ids)?;
    for (view, sync_state) in all.iter_mut().zip(in_sync) {
        view.hosting_properties = custom.remove(&view.id).filter(|_| view.plan_id.is_none());
        let is_hosting = view.services.iter().any(|service| service.kind == ServiceKind::Webspace);
        view.sync_state = Some(sync_state).filter(|_| is_hosting || view.hosting_properties.is_some());
        let from = transfers.iter().find(|row| row.to_subscription_id == view.id);
        let to = transfers.iter().find(|row| row.from_subscription_id == view.id);
        view.transferred_from_id = from.map(|row| row.from_subscription_id);
        view.transferred_to_id = to.map(|row| row.to_subscription_id);
        if ctx.client().is_ok() {
            view.status = view.status.told();
        }
    }
    Ok(all)
}

fn view(
    row: SubscriptionRow,
    items: &[SubscriptionItemRow],
    holds: &[HoldRow],
    services: &[ServiceRow],
    bills: &Bills,
) -> SubscriptionView {
    SubscriptionView {
        items: items.iter().filter(|item| item.subscription_id == row.id).map(SubscriptionItemView::from).collect(),
        holds: holds.iter().filter(|hold| hold.subscription_id == row.id).map(HoldView::from).collect(),
        services: services.iter().filter(|service| service.subscription_id == row.id).map(ServiceView::from).collect(),
        last_invoice: bills.invoice(row.id),
        discount: bills.discount(row.id),
        coupon: GrantedCouponView::of(&row),
        id: row.id,
        number: row.number,
        client_id: row.client_id,
        store_id: row.store_id,
        plan_id: row.plan_id,
        order_id: row.order_id,
        name: row.name,
        status: row.status,
        status_reason: row.status_reason,
        currency: row.currency,
        cycle: row.cycle,
        anchor_on: row.anchor_on,
        starts_on: row.starts_on,
        billed_through: row.billed_through,
        next_invoice_on: row.next_invoice_on,
        ends_on: row.ends_on,
        trial_until: row.trial_until,
        cycle_limit: row.cycle_limit,
        expires_on: row.expires_on,
        gateway: row.gateway,
        transferred_from_id: None,
        transferred_to_id: None,
        hosting_properties: None,
        sync_state: None,
        created_at: row.created_at,
    }
}

impl From<&SubscriptionItemRow> for SubscriptionItemView {
    fn from(row: &SubscriptionItemRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            plan_id: row.plan_id,
            add_on_id: row.add_on_id,
            description: row.description.clone(),
            unit_price: row.unit_price,
            quantity: row.quantity,
            from_on: row.from_on,
            to_on: row.to_on,
        }
    }
}

impl From<&HoldRow> for HoldView {
    fn from(row: &HoldRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            reason: row.reason.clone(),
            placed_at: row.placed_at,
            lifted_at: row.lifted_at,
        }
    }
}

/// A contract that someone else has billed so far.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s", "store_id": "sto_000g40o40k30e209185go38e1s", "gateway": "transfer", "next_renewal_on": "2027-03-15",
    "item": {"plan_id": "pla_000g40o40k30e209185go38e1s", "cycle": "1-month", "domain": {"name": "example.com", "option": "use_own"}}}))]
pub struct SubscriptionImport {
    /// Whose.
    pub client_id: ClientId,
    /// The store whose prices and currency hold; the default one if absent.
    pub store_id: Option<StoreId>,
    /// What it is.
    pub item: OrderItem,
    /// The day from which it is charged here: today or later.
    pub next_renewal_on: chrono::NaiveDate,
    /// The first day of delivery, for the record; today if absent.
    pub starts_on: Option<chrono::NaiveDate>,
    /// The day its periods are counted from, if that is not the day of the next renewal: 31 January for a contract that
    /// renews on 28 February and then on 31 March.
    pub anchor_on: Option<chrono::NaiveDate>,
    /// How the client means to pay.
    pub gateway: GatewayCode,
    /// The stored method of the client that pays for it; the default one if absent. It is at that gateway.
    pub payment_method_id: Option<PaymentMethodId>,
}
