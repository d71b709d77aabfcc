//! Moving one subscription to the version of its prices that is in force on a day (CAT-16).

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id};
use crate::subscriptions::change_views::SubscriptionChangePreviewView;
use crate::subscriptions::changes::{make, preview};
use crate::subscriptions::price_moves::{PriceBook, PriceMove};
use crate::subscriptions::revise::{Revision, Subject};
use crate::subscriptions::views::SubscriptionView;
use actix_web::post;
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::PriceStay;
use comptoir_domain::{Code, Problem, SubscriptionId};

/// Which prices a subscription moves to, and when.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"priced_on": "2027-01-01", "reason": "prices of 2027"}))]
pub struct SubscriptionPriceMove {
    /// The day whose prices hold; today if absent.
    pub priced_on: Option<chrono::NaiveDate>,
    /// No earlier first day at the new price: today or later; if absent, as soon as that price is in force.
    pub from: Option<chrono::NaiveDate>,
    /// Whether prices that were agreed give way to the list, too.
    #[serde(default)]
    pub include_agreed: bool,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Move a subscription to another version of its prices
///
/// Plan and add-ons, from the first cycle on that is not charged yet. Until that day it can be withdrawn like any change.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionPriceMove,
    responses((status = 200, body = SubscriptionView, description = "With what will be charged from that day on")))]
#[post("/v1/subscriptions/{id}/move-price")]
pub async fn move_subscription_price(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionPriceMove>,
) -> Answer {
    make(call, id.0, move |db, ctx, subject| revision(db, ctx, subject, &body.0)).await
}

/// Preview a move to another version of the prices
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionPriceMove,
    responses((status = 200, body = SubscriptionChangePreviewView, description = "What it would do")))]
#[post("/v1/subscriptions/{id}/move-price/preview")]
pub async fn preview_subscription_price_move(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionPriceMove>,
) -> Answer {
    preview(call, id.0, move |db, ctx, subject| revision(db, ctx, subject, &body.0)).await
}

fn revision(db: &mut Db, ctx: &Ctx, subject: &Subject, wanted: &SubscriptionPriceMove) -> Outcome<Revision> {
    subject.changeable(db, ctx)?;
    let wanted = PriceMove::new(ctx, (wanted.priced_on, wanted.from), wanted.include_agreed, &wanted.reason)?;
    let book = PriceBook::read(db, ctx, std::slice::from_ref(&subject.row), wanted.priced_on)?;
    let moving = book.decide(ctx, &subject.row, &wanted)?.map_err(refusal)?;
    Ok(moving.revision(&wanted))
}

fn refusal(why: PriceStay) -> Problem {
    match why {
        PriceStay::NoPrice => Problem::field("/priced_on", "no_price", "no price for its cycle and currency then"),
        PriceStay::Agreed => Problem::field("/include_agreed", "agreed", "its price was agreed"),
        why => Problem::new(Code::WrongState, format!("it stays at its price: {why}")),
    }
}
