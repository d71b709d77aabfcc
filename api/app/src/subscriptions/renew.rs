//! Renewing a subscription whose validity is dated, by another date (SUB-10). Nothing renews by itself: on its date it is
//! suspended, and the days until someone renews it are never charged.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id};
use crate::subscriptions::hold::lift_hold;
use crate::subscriptions::read::reply;
use crate::subscriptions::revise::Subject;
use crate::subscriptions::views::SubscriptionView;
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::subscription_changes::end_items;
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{HoldKind, check_renewal, resumes_on};
use comptoir_domain::{Check, Code, Problem, SubscriptionId};
use serde_json::json;

/// Until when a subscription is valid.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"expires_on": "2027-12-31", "reason": "paid for another year"}))]
pub struct SubscriptionRenewal {
    /// The day on which it is suspended unless it was renewed again, after today; null without end.
    pub expires_on: Option<NaiveDate>,
    /// For the record.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Renew a subscription
///
/// Gives it another date, or none. If it has expired, it is let back in and charged from today on; the cycles stay where they
/// are.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionRenewal,
    responses((status = 200, body = SubscriptionView, description = "It goes on")))]
#[post("/v1/subscriptions/{id}/renew")]
pub async fn renew_subscription(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    body: Body<SubscriptionRenewal>,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = renew(tx, ctx, id.0, &body.0)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Renews it.
pub fn renew(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, wanted: &SubscriptionRenewal) -> Outcome<SubscriptionRow> {
    let mut subject = Subject::lock(tx, ctx, id)?;
    check(ctx, &subject.row, wanted)?;
    go_on(tx, ctx, &mut subject)?;
    let row = &mut subject.row;
    let from = std::mem::replace(&mut row.expires_on, wanted.expires_on);
    // the billing run looks at it at once and sets its next day
    row.next_invoice_on = Some(ctx.today());
    subscriptions::save(tx, row)?;
    lift_hold(tx, ctx, row.id, HoldKind::Expired, &wanted.reason)?;
    let fact = json!({ "from": from, "to": wanted.expires_on, "reason": wanted.reason });
    ctx.record(tx, "subscription.renewed", row.id, fact)?;
    subscriptions::find(tx, ctx.scope, row.id)
}

fn check(ctx: &Ctx, row: &SubscriptionRow, wanted: &SubscriptionRenewal) -> Result<(), Problem> {
    if row.status.is_over() {
        let detail = format!("the subscription is {}: create a new one", row.status);
        return Err(Problem::new(Code::WrongState, detail));
    }
    let mut check = Check::new();
    check.paragraphs("/reason", &wanted.reason, 500);
    check_renewal(&mut check, "/expires_on", wanted.expires_on, ctx.today());
    let billed = wanted.expires_on.is_some_and(|day| row.expires_on != Some(day) && day < row.billed_through);
    let detail = format!("it is invoiced up to {} already", row.billed_through);
    check.ensure(!billed, "/expires_on", "out_of_range", &detail);
    check.done()
}

/// What was cut short at the old date, or stood still since, begins anew on the same terms.
fn go_on(tx: &mut Db, ctx: &Ctx, subject: &mut Subject) -> Outcome<()> {
    let row = &subject.row;
    let resumed = row.expires_on.and_then(|day| resumes_on(day, row.billed_through, ctx.today()));
    let Some((end, from)) = resumed else { return Ok(()) };
    let lasting: Vec<&SubscriptionItemRow> =
        subject.items.iter().filter(|item| item.from_on < end && item.to_on.is_none_or(|to| to > end)).collect();
    let ids: Vec<_> = lasting.iter().map(|item| item.id).collect();
    end_items(tx, ctx.scope, &ids, end)?;
    let again = lasting.into_iter().filter(|item| item.to_on.is_none_or(|to| to > from));
    let again: Vec<_> =
        again.map(|item| SubscriptionItemRow { to_on: item.to_on, ..subject.copy(item, from, ctx) }).collect();
    subscriptions::insert_items(tx, &again)?;
    if row.billed_through >= end {
        subject.row.billed_through = from;
    }
    Ok(())
}
