//! What a reseller was allotted by its provider (CAT-02), and what its subscriptions get of what they were promised.

use crate::hosting::Promises;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome, Scope, allotments, custom_hosting, sellers};
use comptoir_domain::hosting::allotment::{MAILBOX_SIZE, available, check_mailbox_size};
use comptoir_domain::hosting::{Conflict, Properties, SyncState, differences, sync_state};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Problem, SubscriptionId};
use std::collections::{BTreeSet, HashMap};

/// What a seller may pass on: what its reseller hosting promises. Nothing restricts the provider, or a reseller that has never
/// had such hosting.
pub fn of_seller(db: &mut Db, scope: Scope, today: NaiveDate) -> Outcome<Option<Properties>> {
    let seller = sellers::own(db, scope)?;
    let (Some(parent), Some(client)) = (seller.parent_seller_id, seller.parent_client_id) else { return Ok(None) };
    let Some(bought) = allotments::subscription_of(db, Scope::of(parent), client)? else { return Ok(None) };
    Ok(promised(db, Scope::of(parent), today, &[bought])?.pop())
}

/// What some subscriptions promise on a day, in their order; four queries however many there are.
pub fn promised(db: &mut Db, scope: Scope, today: NaiveDate, rows: &[SubscriptionRow]) -> Outcome<Vec<Properties>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let items = subscriptions::items_of(db, scope, &ids)?;
    let runs = |item: &&SubscriptionItemRow| item.from_on <= today && item.to_on.is_none_or(|to| to > today);
    let bought: Vec<_> = items.iter().filter(runs).collect();
    let plans: BTreeSet<_> = rows.iter().filter_map(|row| row.plan_id).collect();
    let promises = Promises::read(db, scope, plans, bought.iter().filter_map(|item| item.add_on_id).collect())?;
    let custom: HashMap<SubscriptionId, Properties> = custom_hosting::of_subscriptions(db, scope, &ids)?;
    let one = |row: &SubscriptionRow| match custom.get(&row.id).filter(|_| row.plan_id.is_none()) {
        Some(own) => own.clone(),
        None => {
            let theirs = bought.iter().filter(|item| item.subscription_id == row.id);
            promises.of(row.plan_id, theirs.filter_map(|item| item.add_on_id))
        }
    };
    Ok(rows.iter().map(one).collect())
}

/// Whether each of some subscriptions can be given what it promises.
pub fn sync_states(db: &mut Db, ctx: &Ctx, rows: &[SubscriptionRow]) -> Outcome<Vec<SyncState>> {
    let Some(own) = of_seller(db, ctx.scope, ctx.today())? else { return Ok(vec![SyncState::InSync; rows.len()]) };
    let promised = promised(db, ctx.scope, ctx.today(), rows)?;
    let state = |promised: &Properties| sync_state(false, &differences(promised, &available(promised, &own)));
    Ok(promised.iter().map(state).collect())
}

/// Notes a mailbox size above the seller's own, which is refused at once.
pub fn check_mailboxes(db: &mut Db, ctx: &Ctx, check: &mut Check, pointer: &str, promised: &Properties) -> Outcome<()> {
    if promised.get(MAILBOX_SIZE).is_some()
        && let Some(own) = of_seller(db, ctx.scope, ctx.today())?
    {
        check_mailbox_size(check, pointer, promised, &own);
    }
    Ok(())
}

/// What hosting a subscription promises, and what of it can be given.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionHostingView {
    /// Whether all of it can be given.
    pub sync_state: SyncState,
    /// What its plan with the add-ons promises, or what it promises by itself.
    pub promised: Properties,
    /// What is delivered of that: permissions that you do not have yourself are off, and no limit is above yours.
    pub available: Properties,
    /// Each promise that cannot be kept.
    pub conflicts: Vec<Conflict>,
}

/// See what hosting a subscription promises and gets
///
/// A reseller may sell more than its provider has allotted it: what is lacking is not delivered, and shows here.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), responses((status = 200, body = SubscriptionHostingView, description = "Promised, and what of it can be given")))]
#[get("/v1/subscriptions/{id}/hosting")]
pub async fn get_subscription_hosting(call: Call<may::ReadSubscriptions>, id: Id<SubscriptionId>) -> Answer {
    call.read(move |db, ctx| {
        let row = subscriptions::find(db, ctx.scope, id.0)?;
        let promised = promised(db, ctx.scope, ctx.today(), &[row])?.pop().ok_or_else(Problem::not_found)?;
        let own = of_seller(db, ctx.scope, ctx.today())?;
        let available = own.map_or_else(|| promised.clone(), |own| available(&promised, &own));
        let conflicts = differences(&promised, &available);
        let sync_state = sync_state(false, &conflicts);
        Ok(Reply::ok(&SubscriptionHostingView { sync_state, promised, available, conflicts }))
    })
    .await
}
