//! Withdrawing a version that is announced and not yet in effect (CAT-16).

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use crate::prices::version::Version;
use actix_web::delete;
use comptoir_db::subscriptions::SubscriptionItemRow;
use comptoir_db::{Db, Outcome, prices, subscription_changes, subscriptions};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::withdrawal;
use comptoir_domain::subscriptions::ChangeState;
use comptoir_domain::{Code, PriceId, Problem};
use std::collections::BTreeSet;

/// Withdraw an announced price
///
/// The version that was to end on its first day goes on, as if the later one had never been announced. What is in effect
/// stays: another version follows it, or it is taken off sale. To correct what is announced, withdraw it and announce it
/// anew.
#[utoipa::path(tag = "prices", params(("id" = PriceId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/prices/{id}")]
pub async fn withdraw_price(call: Call<may::WriteCatalog>, id: Id<PriceId>) -> Answer {
    call.write(move |tx, ctx| {
        let version = Version::lock(tx, ctx, id.0)?;
        let continues = withdrawal(&version.spans(), version.at, ctx.today())?;
        nobody_waits(tx, ctx, id.0)?;
        prices::delete(tx, ctx.scope, id.0)?;
        let before = continues.and_then(|one| Some((version.all.get(one.of)?.id, one.to)));
        if let Some((before, to)) = before {
            prices::end(tx, ctx.scope, before, to)?;
        }
        ctx.record(tx, "price.withdrawn", id.0, version.fact()?)?;
        version.touch(tx)?;
        Ok(Reply::no_content())
    })
    .await
}

/// Refuses while a subscription is to move to the price, or would be again if the change in its place were withdrawn or what
/// ends were kept.
fn nobody_waits(tx: &mut Db, ctx: &Ctx, id: PriceId) -> Outcome<()> {
    let items = prices::items_at(tx, ctx.scope, id)?;
    let begins = |item: &SubscriptionItemRow| item.to_on.is_none_or(|to| to > item.from_on);
    let mut waiting: BTreeSet<_> = items.iter().filter(|item| begins(item)).map(|item| item.subscription_id).collect();
    let theirs: BTreeSet<_> = items.iter().map(|item| item.subscription_id).collect();
    let changes = subscription_changes::in_the_way(tx, ctx.scope, &Vec::from_iter(theirs.clone()), ctx.today())?;
    for change in changes.iter().filter(|change| change.state == ChangeState::Waiting) {
        if items.iter().any(|item| change.ended_items.0.contains(&item.id)) {
            waiting.insert(change.subscription_id);
        }
    }
    let rows = subscriptions::find_many(tx, ctx.scope, &Vec::from_iter(theirs))?;
    waiting.extend(rows.iter().filter(|row| row.ends_on.is_some() && !row.status.is_ended()).map(|row| row.id));
    let Some(first) = waiting.first() else { return Ok(()) };
    let detail = format!(
        "subscriptions are to move to this price, {} in number: withdraw their changes first, or let them end, such as that of {first}",
        waiting.len()
    );
    Err(Problem::new(Code::InUse, detail).into())
}
