//! What clients change about their own subscriptions beside the plan: add-ons come, go, become more or fewer, in the way that
//! the seller has settled for changes up and down; and what waits for its day is taken back by who asked for it.

use crate::kernel::call::Ctx;
use crate::kernel::path::parameter;
use crate::kernel::query::ListParameters;
use crate::kernel::{Answer, Body, Call, Id, List};
use crate::subscriptions::change_items::{
    SubscriptionAddOnCreate, SubscriptionItemChange, SubscriptionItemRemove, addition, charged, edit, removal,
};
use crate::subscriptions::change_plan::{clients_may, policies};
use crate::subscriptions::change_views::{SubscriptionChangeList, SubscriptionChangePreviewView};
use crate::subscriptions::changes::{SubscriptionChangeQuery, changes_of, make, preview, withdraw};
use crate::subscriptions::read::{own, reply};
use crate::subscriptions::revise::{Revision, Subject};
use crate::subscriptions::views::SubscriptionView;
use actix_web::{HttpRequest, get, post};
use comptoir_db::{Db, Outcome, subscription_changes};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{ChangeDirection, ChangePolicy, ChangeState};
use comptoir_domain::{AddOnId, Code, Problem, Quantity, SubscriptionChangeId, SubscriptionId, SubscriptionItemId};

/// An add-on that you take.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_on_id": "ado_000g40o40k30e209185go38e1s"}))]
pub struct MySubscriptionAddOn {
    /// One that your plan offers, and that is not there already.
    pub add_on_id: AddOnId,
    /// How many; one if absent.
    #[schema(minimum = 1, maximum = 10000)]
    pub quantity: Option<u32>,
}

/// More or fewer of an add-on.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quantity": 2}))]
pub struct MySubscriptionItemChange {
    /// How many.
    #[schema(minimum = 1, maximum = 10000)]
    pub quantity: u32,
}

/// Take an add-on
///
/// In the way that the seller has settled for changes upwards. What is due at once is invoiced at once.
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path)), request_body = MySubscriptionAddOn,
    responses((status = 200, body = SubscriptionView, description = "Taken, or with the day on which it comes")))]
#[post("/v1/me/subscriptions/{id}/add-ons")]
pub async fn add_my_add_on(call: Call<may::Own>, id: Id<SubscriptionId>, body: Body<MySubscriptionAddOn>) -> Answer {
    make(call, id.0, move |db, ctx, subject| own_addition(db, ctx, subject, &body.0)).await
}

/// Preview an add-on of yours
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path)), request_body = MySubscriptionAddOn,
    responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/me/subscriptions/{id}/add-ons/preview")]
pub async fn preview_my_add_on(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    body: Body<MySubscriptionAddOn>,
) -> Answer {
    preview(call, id.0, move |db, ctx, subject| own_addition(db, ctx, subject, &body.0)).await
}

/// Take more or fewer of an add-on
///
/// More is a change upwards and fewer one downwards, each in the way that the seller has settled.
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    request_body = MySubscriptionItemChange, responses((status = 200, body = SubscriptionView, description = "Changed, or with the day on which it will be")))]
#[post("/v1/me/subscriptions/{id}/items/{item_id}/change")]
pub async fn change_my_item(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    body: Body<MySubscriptionItemChange>,
    request: HttpRequest,
) -> Answer {
    let item = parameter(&request, "item_id")?;
    make(call, id.0, move |db, ctx, subject| own_edit(db, ctx, subject, item, &body.0)).await
}

/// Preview more or fewer of an add-on
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    request_body = MySubscriptionItemChange, responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/me/subscriptions/{id}/items/{item_id}/change/preview")]
pub async fn preview_my_item_change(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    body: Body<MySubscriptionItemChange>,
    request: HttpRequest,
) -> Answer {
    let item = parameter(&request, "item_id")?;
    preview(call, id.0, move |db, ctx, subject| own_edit(db, ctx, subject, item, &body.0)).await
}

/// Give an add-on up
///
/// In the way that the seller has settled for changes downwards.
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    responses((status = 200, body = SubscriptionView, description = "Gone, or with the day on which it goes")))]
#[post("/v1/me/subscriptions/{id}/items/{item_id}/remove")]
pub async fn remove_my_item(call: Call<may::Own>, id: Id<SubscriptionId>, request: HttpRequest) -> Answer {
    let item = parameter(&request, "item_id")?;
    make(call, id.0, move |db, ctx, subject| own_removal(db, ctx, subject, item)).await
}

/// Preview giving an add-on up
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), ("item_id" = SubscriptionItemId, Path)),
    responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/me/subscriptions/{id}/items/{item_id}/remove/preview")]
pub async fn preview_my_item_removal(call: Call<may::Own>, id: Id<SubscriptionId>, request: HttpRequest) -> Answer {
    let item = parameter(&request, "item_id")?;
    preview(call, id.0, move |db, ctx, subject| own_removal(db, ctx, subject, item)).await
}

/// List the changes of your subscription
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), ListParameters), responses((status = 200, body = SubscriptionChangeList, description = "A page")))]
#[get("/v1/me/subscriptions/{id}/changes")]
pub async fn list_my_changes(
    call: Call<may::Own>,
    id: Id<SubscriptionId>,
    list: List<SubscriptionChangeQuery>,
) -> Answer {
    changes_of(call, id.0, list, own).await
}

/// Withdraw a change of yours that waits for its day
///
/// One that you have made yourself. What was invoiced ahead on the new terms is credited, and the old terms go on.
#[utoipa::path(tag = "me", params(("id" = SubscriptionId, Path), ("change_id" = SubscriptionChangeId, Path)),
    responses((status = 200, body = SubscriptionView, description = "As if you had not asked for it")))]
#[post("/v1/me/subscriptions/{id}/changes/{change_id}/withdraw")]
pub async fn withdraw_my_change(call: Call<may::Own>, id: Id<SubscriptionId>, request: HttpRequest) -> Answer {
    let change: SubscriptionChangeId = parameter(&request, "change_id")?;
    call.write_once(move |tx, ctx| {
        let subject = Subject::lock(tx, ctx, id.0)?;
        subject.is_own(ctx)?;
        let change = subscription_changes::lock(tx, ctx.scope, change)?;
        if change.subscription_id != subject.row.id {
            return Err(Problem::not_found().into());
        }
        if change.state == ChangeState::Waiting && !change.is_by_client {
            return Err(Problem::new(Code::Forbidden, "the seller has made this change: please ask").into());
        }
        let row = withdraw(tx, ctx, &subject, change)?;
        reply(tx, ctx, row)
    })
    .await
}

/// How changes in a direction are made, if clients make them at all; what is another client's is not there.
fn policy(db: &mut Db, ctx: &Ctx, subject: &Subject, direction: ChangeDirection) -> Outcome<ChangePolicy> {
    subject.is_own(ctx)?;
    let no_plan = || Problem::new(Code::WrongState, "a subscription without a plan has no add-ons");
    let plan = subject.row.plan_id.ok_or_else(no_plan)?;
    let policy = policies(db, ctx, plan)?.of(direction);
    clients_may(policy)?;
    Ok(policy)
}

fn own_addition(db: &mut Db, ctx: &Ctx, subject: &Subject, wanted: &MySubscriptionAddOn) -> Outcome<Revision> {
    let policy = policy(db, ctx, subject, ChangeDirection::Upgrade)?;
    let wanted = SubscriptionAddOnCreate {
        add_on_id: wanted.add_on_id,
        quantity: wanted.quantity.map(Quantity::from),
        price: None,
        way: policy.way_of_more(),
        invoice_now: true,
        reason: String::new(),
    };
    addition(db, ctx, subject, &wanted)
}

fn own_edit(
    db: &mut Db,
    ctx: &Ctx,
    subject: &Subject,
    item: SubscriptionItemId,
    wanted: &MySubscriptionItemChange,
) -> Outcome<Revision> {
    subject.is_own(ctx)?;
    let quantity = Quantity::from(wanted.quantity);
    let present = charged(subject, ctx, item)?;
    if quantity == present.quantity {
        return Err(Problem::field("/quantity", "unchanged", "there are so many already").into());
    }
    let is_more = quantity > present.quantity;
    let direction = if is_more { ChangeDirection::Upgrade } else { ChangeDirection::Downgrade };
    let policy = policy(db, ctx, subject, direction)?;
    let wanted = SubscriptionItemChange {
        quantity: Some(quantity),
        price: None,
        way: if is_more { policy.way_of_more() } else { policy.way_of_less() },
        invoice_now: true,
        reason: String::new(),
    };
    edit(db, ctx, subject, item, &wanted)
}

fn own_removal(db: &mut Db, ctx: &Ctx, subject: &Subject, item: SubscriptionItemId) -> Outcome<Revision> {
    let policy = policy(db, ctx, subject, ChangeDirection::Downgrade)?;
    removal(db, ctx, subject, item, &SubscriptionItemRemove { way: policy.way, reason: String::new() })
}
