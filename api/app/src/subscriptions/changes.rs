//! The changes of a subscription: making and previewing one, reading them, and taking one back that waits for its day.

use crate::kernel::call::Ctx;
use crate::kernel::path::parameter;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::subscriptions::change_views::{
    SubscriptionChangeList, SubscriptionChangePreviewView, SubscriptionChangeView,
};
use crate::subscriptions::read::reply;
use crate::subscriptions::revise::{Decided, Renewal, Revision, Subject, decide, is_same_thing, revise};
use crate::subscriptions::views::SubscriptionView;
use actix_web::{HttpRequest, get, post};
use comptoir_db::subscription_changes::{self, SubscriptionChangeRow};
use comptoir_db::subscriptions::{SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::subscriptions::{ChangeDates, ChangeState, SubscriptionStatus};
use comptoir_domain::{Code, Problem, SubscriptionChangeId, SubscriptionId, SubscriptionItemId};
use std::collections::BTreeMap;

/// Makes the change that is worked out for a subscription, once.
pub async fn make<P, F>(call: Call<P>, id: SubscriptionId, revision: F) -> Answer
where
    F: Fn(&mut Db, &Ctx, &Subject) -> Outcome<Revision> + Send + 'static,
{
    call.write_once(move |tx, ctx| {
        let row = change(tx, ctx, id, |db, subject| revision(db, ctx, subject))?;
        reply(tx, ctx, row)
    })
    .await
}

/// The same in a transaction that is there.
pub fn change(
    tx: &mut Db,
    ctx: &Ctx,
    id: SubscriptionId,
    revision: impl FnOnce(&mut Db, &Subject) -> Outcome<Revision>,
) -> Outcome<SubscriptionRow> {
    let subject = Subject::lock(tx, ctx, id)?;
    let revision = revision(tx, &subject)?;
    Ok(revise(tx, ctx, &subject, &revision)?.row)
}

/// Shows what that change would do.
pub async fn preview<P, F>(call: Call<P>, id: SubscriptionId, revision: F) -> Answer
where
    F: FnOnce(&mut Db, &Ctx, &Subject) -> Outcome<Revision> + Send + 'static,
{
    call.read(move |db, ctx| {
        let subject = Subject::read(db, ctx, id)?;
        let revision = revision(db, ctx, &subject)?;
        Ok(Reply::ok(&SubscriptionChangePreviewView::of(&decide(db, ctx, &subject, &revision)?)?))
    })
    .await
}

/// Which changes.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionChangeQuery {}

impl Filters for SubscriptionChangeQuery {}

/// List the changes of a subscription
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ListParameters), responses((status = 200, body = SubscriptionChangeList, description = "A page")))]
#[get("/v1/subscriptions/{id}/changes")]
pub async fn list_subscription_changes(
    call: Call<may::ReadSubscriptions>,
    id: Id<SubscriptionId>,
    list: List<SubscriptionChangeQuery>,
) -> Answer {
    changes_of(call, id.0, list, |db, ctx, id| subscriptions::find(db, ctx.scope, id)).await
}

/// A page of the changes of a subscription, for whoever may find it.
pub async fn changes_of<P>(
    call: Call<P>,
    id: SubscriptionId,
    list: List<SubscriptionChangeQuery>,
    find: fn(&mut Db, &Ctx, SubscriptionId) -> Outcome<SubscriptionRow>,
) -> Answer {
    let page = list.page.clone();
    let work = move |db: &mut Db, ctx: &Ctx| {
        find(db, ctx, id)?;
        subscription_changes::list(db, ctx.scope, id, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    let data: Vec<_> = slice.rows.into_iter().map(SubscriptionChangeView::from).collect();
    Ok(Reply::ok(&SubscriptionChangeList { data, next_cursor }))
}

/// Withdraw a change that waits for its day
///
/// What was invoiced ahead on the new terms is credited, and the old terms go on; so does a move to another price that the
/// change had taken the place of.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path), ("change_id" = SubscriptionChangeId, Path)),
    responses((status = 200, body = SubscriptionView, description = "As if it had not been asked for")))]
#[post("/v1/subscriptions/{id}/changes/{change_id}/withdraw")]
pub async fn withdraw_subscription_change(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    request: HttpRequest,
) -> Answer {
    let change: SubscriptionChangeId = parameter(&request, "change_id")?;
    call.write_once(move |tx, ctx| {
        let subject = Subject::lock(tx, ctx, id.0)?;
        let change = subscription_changes::lock(tx, ctx.scope, change)?;
        let row = withdraw(tx, ctx, &subject, change)?;
        reply(tx, ctx, row)
    })
    .await
}

/// Takes back a change that waits for its day, of a subscription that is locked behind its client.
pub fn withdraw(
    tx: &mut Db,
    ctx: &Ctx,
    subject: &Subject,
    mut change: SubscriptionChangeRow,
) -> Outcome<SubscriptionRow> {
    let (revision, again) = withdrawal(ctx, subject, &change)?;
    change.state = ChangeState::Withdrawn;
    subscription_changes::save(tx, &mut change)?;
    let Decided { row, .. } = revise(tx, ctx, subject, &revision)?;
    take_up(tx, ctx, row.id, &again)?;
    Ok(row)
}

/// Which item goes on as which.
pub type Again = BTreeMap<SubscriptionItemId, SubscriptionItemId>;

/// Price moves in whose place something else came wait for their day again.
pub fn take_up(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, again: &Again) -> Outcome<()> {
    for mut superseded in subscription_changes::superseded(tx, ctx.scope, id)? {
        if superseded.begun_items.0.iter().any(|item| again.contains_key(item)) {
            let items = superseded.ended_items.0.iter_mut().chain(&mut superseded.begun_items.0);
            items.for_each(|item| *item = again.get(item).copied().unwrap_or(*item));
            superseded.state = ChangeState::Waiting;
            subscription_changes::save(tx, &mut superseded)?;
        }
    }
    Ok(())
}

/// The change the other way round, on the same day: what was to begin never does, and what was to end goes on anew.
fn withdrawal(ctx: &Ctx, subject: &Subject, change: &SubscriptionChangeRow) -> Result<(Revision, Again), Problem> {
    if change.subscription_id != subject.row.id {
        return Err(Problem::not_found());
    }
    if change.state != ChangeState::Waiting || subject.row.status != SubscriptionStatus::Active {
        let detail = format!("the change is {}: only one that waits for its day can be withdrawn", change.state);
        return Err(Problem::new(Code::WrongState, detail));
    }
    let ended: Vec<_> = subject.items.iter().filter(|item| change.ended_items.0.contains(&item.id)).collect();
    let begun = ended.iter().map(|item| {
        let from_on = item.from_on.max(change.billed_from);
        // another price was agreed for a later day
        let next = ended.iter().filter(|other| is_same_thing(item, other) && other.from_on > from_on);
        SubscriptionItemRow { to_on: next.map(|other| other.from_on).min(), ..subject.copy(item, from_on, ctx) }
    });
    let begun: Vec<_> = begun.collect();
    let again = ended.iter().zip(&begun).map(|(old, new)| (old.id, new.id)).collect();
    let other_cycle = change.from_cycle != change.to_cycle;
    let revision = Revision {
        kind: change.kind,
        way: change.way,
        direction: None,
        dates: ChangeDates { billed_from: change.billed_from, delivered_from: ctx.today(), locked_until: None },
        credit_from: change.billed_from,
        ended: change.begun_items.0.clone(),
        begun,
        plan: change.from_plan_id,
        renewal: other_cycle.then_some(Renewal {
            cycle: change.from_cycle,
            anchor_on: change.from_anchor_on,
            cycle_limit: change.from_cycle_limit,
        }),
        invoice_now: false,
        reason: "withdrawn".into(),
    };
    Ok((revision, again))
}
