//! Add-ons added, edited and removed (SUB-06), and prices that were agreed: each is a change like that of a plan.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::path::parameter;
use crate::kernel::{Answer, Body, Call, Id};
use crate::quotes::compute::tax_by_default;
use crate::subscriptions::change_views::SubscriptionChangePreviewView;
use crate::subscriptions::changes::{make, preview};
use crate::subscriptions::revise::{Revision, Subject, cycle_ends_on, is_same_thing};
use crate::subscriptions::views::SubscriptionView;
use actix_web::{HttpRequest, post};
use chrono::NaiveDate;
use comptoir_db::subscriptions::SubscriptionItemRow;
use comptoir_db::{Db, Failure, Outcome, add_ons, offers};
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::orders::{CartItem, charged_add_ons};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{ChangeDates, ChangeKind, ChangeWay};
use comptoir_domain::{AddOnId, Check, Code, Money, Problem, Quantity, SubscriptionId, SubscriptionItemId, UnitPrice};

/// An add-on to come.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_on_id": "ado_000g40o40k30e209185go38e1s", "way": "now_with_credit", "invoice_now": true}))]
pub struct SubscriptionAddOnCreate {
    /// One that the plan offers, and that is not there already.
    pub add_on_id: AddOnId,
    /// How many; one if absent.
    pub quantity: Option<Quantity>,
    /// What one costs a cycle if that was agreed, in place of the list price.
    pub price: Option<Money>,
    /// From today on, or from the next cycle on.
    pub way: ChangeWay,
    /// Whether the rest of this cycle is invoiced at once; else by the next run.
    #[serde(default)]
    pub invoice_now: bool,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Other terms of something that is charged.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quantity": "2", "price": {"amount": "4.50", "currency": "EUR"}, "way": "end_of_cycle", "reason": "agreed by telephone"}))]
pub struct SubscriptionItemChange {
    /// How many; as before if absent. Of a plan there is one.
    pub quantity: Option<Quantity>,
    /// What one costs a cycle; as before if absent.
    pub price: Option<Money>,
    /// From today on, or from the next cycle on.
    pub way: ChangeWay,
    /// Whether what is due is invoiced at once; else by the next run.
    #[serde(default)]
    pub invoice_now: bool,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// How an add-on goes.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"way": "end_of_cycle", "reason": "not needed any more"}))]
pub struct SubscriptionItemRemove {
    /// Today with or without what was paid for the rest of the cycle, or with the cycle.
    pub way: ChangeWay,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Add an add-on
///
/// The rest of the cycle is charged by days if it comes today.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionAddOnCreate,
    responses((status = 200, body = SubscriptionView, description = "Added")))]
#[post("/v1/subscriptions/{id}/add-ons")]
pub async fn add_subscription_add_on(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionAddOnCreate>,
) -> Answer {
    make(call, id.0, move |db, ctx, subject| addition(db, ctx, subject, &body.0)).await
}

/// Preview an add-on
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionAddOnCreate,
    responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/subscriptions/{id}/add-ons/preview")]
pub async fn preview_subscription_add_on(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionAddOnCreate>,
) -> Answer {
    preview(call, id.0, move |db, ctx, subject| addition(db, ctx, subject, &body.0)).await
}

/// Change quantity or price of something that is charged
///
/// Unused days are given back at the old terms and charged at the new ones.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    request_body = SubscriptionItemChange, responses((status = 200, body = SubscriptionView, description = "Changed")))]
#[post("/v1/subscriptions/{id}/items/{item_id}/change")]
pub async fn change_subscription_item(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionItemChange>,
    request: HttpRequest,
) -> Answer {
    let item = parameter(&request, "item_id")?;
    make(call, id.0, move |db, ctx, subject| edit(db, ctx, subject, item, &body.0)).await
}

/// Preview other terms
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    request_body = SubscriptionItemChange, responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/subscriptions/{id}/items/{item_id}/change/preview")]
pub async fn preview_subscription_item_change(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionItemChange>,
    request: HttpRequest,
) -> Answer {
    let item = parameter(&request, "item_id")?;
    preview(call, id.0, move |db, ctx, subject| edit(db, ctx, subject, item, &body.0)).await
}

/// Remove an add-on
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    request_body = SubscriptionItemRemove, responses((status = 200, body = SubscriptionView, description = "Removed, or with the day on which it goes")))]
#[post("/v1/subscriptions/{id}/items/{item_id}/remove")]
pub async fn remove_subscription_item(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionItemRemove>,
    request: HttpRequest,
) -> Answer {
    let item = parameter(&request, "item_id")?;
    make(call, id.0, move |db, ctx, subject| removal(db, ctx, subject, item, &body.0)).await
}

/// Preview the removal of an add-on
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    request_body = SubscriptionItemRemove, responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/subscriptions/{id}/items/{item_id}/remove/preview")]
pub async fn preview_subscription_item_removal(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionItemRemove>,
    request: HttpRequest,
) -> Answer {
    let item = parameter(&request, "item_id")?;
    preview(call, id.0, move |db, ctx, subject| removal(db, ctx, subject, item, &body.0)).await
}

/// What an add-on that comes begins. It is chosen as in an order.
pub fn addition(db: &mut Db, ctx: &Ctx, subject: &Subject, wanted: &SubscriptionAddOnCreate) -> Outcome<Revision> {
    add_ons::find(db, ctx.scope, wanted.add_on_id)?;
    subject.changeable(db, ctx)?;
    let row = &subject.row;
    let Some(plan_id) = row.plan_id else {
        return Err(Problem::field("/add_on_id", "no_plan", "only a subscription with a plan takes add-ons").into());
    };
    let mut check = Check::new();
    check.paragraphs("/reason", &wanted.reason, 500);
    let there = subject.charged_on(ctx.today()).any(|item| item.add_on_id == Some(wanted.add_on_id));
    check.ensure(!there, "/add_on_id", "already_present", "the subscription has it already: change its quantity");
    check_quantity(&mut check, wanted.quantity);
    let price = agreed(&mut check, wanted.price, subject);
    check.done()?;
    let offer = offers::with_plan(db, ctx.scope, row.store_id, row.plan_id, ctx.today())?;
    let choice = CartItem {
        plan_id,
        cycle: row.cycle,
        add_on_ids: vec![wanted.add_on_id],
        domain: None,
        price: None,
        add_on_prices: Vec::new(),
    };
    let mut charged = charged_add_ons(&choice, &offer)
        .map_err(|problem| Failure::from(problem).instead_of("/add_on_ids/0", "/add_on_id"))?;
    tax_by_default(db, ctx.scope, charged.iter_mut())?;
    let item = charged.into_iter().find(|item| item.add_on == Some(wanted.add_on_id)).ok_or_else(Problem::not_found)?;
    let dates = dates(db, ctx, subject, wanted.way)?;
    let begun = SubscriptionItemRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        subscription_id: row.id,
        kind: item.kind,
        plan_id: item.plan,
        add_on_id: item.add_on,
        price_id: item.price,
        description: item.description,
        unit_price: price.unwrap_or(item.unit_price),
        setup_fee: item.setup_fee,
        change_fee: UnitPrice::default(),
        quantity: wanted.quantity.unwrap_or(item.quantity),
        tax_policy_id: item.tax_policy,
        from_on: dates.billed_from,
        to_on: None,
        known_on: ctx.today(),
    };
    let revision = revision(subject, ChangeKind::AddOnAdded, wanted.way, dates, &wanted.reason);
    Ok(Revision { begun: vec![begun], invoice_now: wanted.invoice_now && dates.billed_from <= ctx.today(), ..revision })
}

/// Other terms of an item: it ends, and copies on the new terms begin.
pub fn edit(
    db: &mut Db,
    ctx: &Ctx,
    subject: &Subject,
    id: SubscriptionItemId,
    wanted: &SubscriptionItemChange,
) -> Outcome<Revision> {
    let item = charged(subject, ctx, id)?;
    subject.changeable(db, ctx)?;
    let mut check = Check::new();
    check.paragraphs("/reason", &wanted.reason, 500);
    check_quantity(&mut check, wanted.quantity);
    let alone = item.kind == ItemKind::AddOn || wanted.quantity.is_none_or(|quantity| quantity == Quantity::from(1));
    check.ensure(alone, "/quantity", "out_of_range", "of a plan there is one");
    let price = agreed(&mut check, wanted.price, subject);
    check.done()?;
    let dates = dates(db, ctx, subject, wanted.way)?;
    let begun = other_terms(ctx, subject, item, dates.billed_from, wanted.quantity, price);
    let revision = revision(subject, ChangeKind::ItemChanged, wanted.way, dates, &wanted.reason);
    let invoice_now = wanted.invoice_now && dates.billed_from <= ctx.today();
    Ok(Revision { ended: subject.same_from(item, dates.billed_from), begun, invoice_now, ..revision })
}

/// Copies of an item from a day on, on other terms. What costs something else later, as a name does after its first year,
/// still does, unless a price was agreed.
fn other_terms(
    ctx: &Ctx,
    subject: &Subject,
    item: &SubscriptionItemRow,
    day: NaiveDate,
    quantity: Option<Quantity>,
    price: Option<UnitPrice>,
) -> Vec<SubscriptionItemRow> {
    let mut present: Vec<_> = subject.charged_from(day).filter(|other| is_same_thing(item, other)).collect();
    present.sort_by_key(|other| other.from_on);
    let lasts = |to_on: Option<NaiveDate>| to_on.filter(|_| price.is_none());
    let other_terms = |old: &SubscriptionItemRow| {
        let copy = subject.copy(old, old.from_on.max(day), ctx);
        SubscriptionItemRow {
            quantity: quantity.unwrap_or(copy.quantity),
            unit_price: price.unwrap_or(copy.unit_price),
            to_on: lasts(old.to_on),
            ..copy
        }
    };
    present.into_iter().take(if price.is_some() { 1 } else { usize::MAX }).map(other_terms).collect()
}

/// An add-on that goes.
pub fn removal(
    db: &mut Db,
    ctx: &Ctx,
    subject: &Subject,
    id: SubscriptionItemId,
    wanted: &SubscriptionItemRemove,
) -> Outcome<Revision> {
    let item = charged(subject, ctx, id)?;
    subject.changeable(db, ctx)?;
    let mut check = Check::new();
    check.paragraphs("/reason", &wanted.reason, 500);
    check.done()?;
    if item.kind == ItemKind::Plan {
        let detail = "the plan goes with its subscription: call POST /v1/subscriptions/{id}/cancel instead";
        return Err(Problem::new(Code::WrongState, detail).into());
    }
    let (today, end) = (ctx.today(), cycle_ends_on(db, ctx, &subject.row)?);
    // what goes today is not charged any more, given back or not; what was paid beyond this cycle is given back in any case
    let (goes_on, credit_from) = match wanted.way {
        ChangeWay::NowWithCredit => (today, today),
        ChangeWay::NowWithoutCredit => (today, end),
        ChangeWay::EndOfCycle => (end, end),
    };
    let dates = ChangeDates { billed_from: goes_on, delivered_from: goes_on, locked_until: None };
    let revision = revision(subject, ChangeKind::ItemRemoved, wanted.way, dates, &wanted.reason);
    Ok(Revision { ended: subject.same_from(item, goes_on), credit_from, ..revision })
}

/// An item that is charged today; what ended or is of another subscription is not there.
pub fn charged<'a>(
    subject: &'a Subject,
    ctx: &Ctx,
    id: SubscriptionItemId,
) -> Result<&'a SubscriptionItemRow, Problem> {
    let today = ctx.today();
    subject.charged_on(today).find(|item| item.id == id).ok_or_else(Problem::not_found)
}

/// Without a credit there is nothing to give back for what only comes, so it counts from today or from the next cycle.
fn dates(db: &mut Db, ctx: &Ctx, subject: &Subject, way: ChangeWay) -> Outcome<ChangeDates> {
    if way == ChangeWay::NowWithoutCredit {
        let detail = "now_with_credit or end_of_cycle: there is no price for a cycle that is half paid";
        return Err(Problem::field("/way", "not_possible", detail).into());
    }
    Ok(way.dates(ctx.today(), cycle_ends_on(db, ctx, &subject.row)?))
}

fn check_quantity(check: &mut Check, quantity: Option<Quantity>) {
    let fits = quantity.is_none_or(|quantity| quantity > Quantity::from(0) && quantity <= Quantity::from(10_000));
    check.ensure(fits, "/quantity", "out_of_range", "more than 0, at most 10000");
}

/// An agreed price, in the currency of the subscription.
fn agreed(check: &mut Check, price: Option<Money>, subject: &Subject) -> Option<UnitPrice> {
    let price = price?;
    if price.currency() != subject.row.currency {
        check.refuse("/price/currency", "wrong_currency", format!("expected {}", subject.row.currency));
    }
    check.price("/price/amount", price)
}

/// A change that neither ends nor begins anything yet.
fn revision(subject: &Subject, kind: ChangeKind, way: ChangeWay, dates: ChangeDates, reason: &str) -> Revision {
    Revision {
        kind,
        way,
        direction: None,
        dates,
        credit_from: dates.billed_from,
        ended: Vec::new(),
        begun: Vec::new(),
        plan: subject.row.plan_id,
        renewal: None,
        invoice_now: false,
        reason: reason.into(),
    }
}
