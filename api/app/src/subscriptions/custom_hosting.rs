//! What hosting of no plan promises: the values it begins with, and changes of them (SUB-10).

use crate::hosting::HostingPropertiesPatch;
use crate::hosting::allotment::check_mailboxes;
use crate::kernel::call::Ctx;
use crate::services::desire::follow_change;
use comptoir_db::custom_hosting::{self, CustomHostingRow};
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Json, Outcome, plans};
use comptoir_domain::Check;
use comptoir_domain::hosting::allotment::MAILBOX_SIZE;
use comptoir_domain::hosting::{Bearer, Properties};
use comptoir_domain::plans::PlanType;

/// The property of plans that says for how many days their subscriptions are valid.
const VALIDITY: &str = "validity";
const PLACE: &str = "/hosting_properties";

/// What it begins with: the values of the default plan, and what is to be different. None if neither says anything.
pub fn first(
    db: &mut Db,
    ctx: &Ctx,
    wanted: Option<&HostingPropertiesPatch>,
    check: &mut Check,
) -> Outcome<Option<Properties>> {
    let first = plans::default_of(db, ctx.scope, PlanType::Hosting)?.map(|plan| plan.properties.0);
    if first.is_none() && wanted.is_none() {
        return Ok(None);
    }
    let wanted = wanted.cloned().unwrap_or_default();
    let promised = patched(&first.unwrap_or_default(), &wanted, check);
    fits_allotment(db, ctx, &wanted, &promised, check)?;
    Ok(Some(promised))
}

/// What a subscription promises from now on; for the field if it has a plan, which says that.
pub fn changed(
    db: &mut Db,
    ctx: &Ctx,
    row: &SubscriptionRow,
    wanted: &HostingPropertiesPatch,
    check: &mut Check,
) -> Outcome<Properties> {
    check.ensure(row.plan_id.is_none(), PLACE, "not_here", "its plan says what it promises: change the plan");
    let so_far = custom_hosting::of_subscriptions(db, ctx.scope, &[row.id])?.remove(&row.id);
    let promised = patched(&so_far.unwrap_or_default(), wanted, check);
    fits_allotment(db, ctx, wanted, &promised, check)?;
    Ok(promised)
}

/// Notes a mailbox size that is larger than the seller's own, if it is asked for.
fn fits_allotment(
    db: &mut Db,
    ctx: &Ctx,
    wanted: &HostingPropertiesPatch,
    promised: &Properties,
    check: &mut Check,
) -> Outcome<()> {
    if wanted.applied_to(&Properties::default()).contains_key(MAILBOX_SIZE) {
        check_mailboxes(db, ctx, check, PLACE, promised)?;
    }
    Ok(())
}

fn patched(values: &Properties, wanted: &HostingPropertiesPatch, check: &mut Check) -> Properties {
    let dated = wanted.applied_to(&Properties::default()).contains_key(VALIDITY);
    check.ensure(!dated, &format!("{PLACE}/{VALIDITY}"), "not_here", "expires_on says how long it is valid");
    let mut whole = wanted.applied_to(values);
    whole.remove(VALIDITY);
    Properties::parse(check, PLACE, &whole, Bearer::Plan, None)
}

/// Writes what a subscription promises; what was delivered for it is brought in step.
pub fn promise(tx: &mut Db, ctx: &Ctx, row: &SubscriptionRow, promised: Properties) -> Outcome<()> {
    let (seller_id, subscription_id, properties) = (row.seller_id, row.id, Json(promised));
    custom_hosting::replace(tx, &CustomHostingRow { seller_id, subscription_id, properties })?;
    follow_change(tx, ctx, row.id)
}
