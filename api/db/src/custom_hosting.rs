//! What hosting of no plan promises (SUB-10).

use crate::schema::custom_hosting;
use crate::{Db, Json, Outcome, Scope};
use comptoir_domain::hosting::Properties;
use comptoir_domain::{SellerId, SubscriptionId};
use diesel::prelude::*;
use std::collections::HashMap;

/// The promises of a subscription without a plan.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = custom_hosting)]
pub struct CustomHostingRow {
    pub seller_id: SellerId,
    pub subscription_id: SubscriptionId,
    pub properties: Json<Properties>,
}

/// Writes them.
pub fn insert(db: &mut Db, row: &CustomHostingRow) -> Outcome<()> {
    diesel::insert_into(custom_hosting::table).values(row).execute(db)?;
    Ok(())
}

/// Writes them over what was promised so far.
pub fn replace(db: &mut Db, row: &CustomHostingRow) -> Outcome<()> {
    diesel::delete(custom_hosting::table.find((row.seller_id, row.subscription_id))).execute(db)?;
    insert(db, row)
}

/// What some subscriptions promise; those that promise no hosting of their own are left out.
pub fn of_subscriptions(
    db: &mut Db,
    scope: Scope,
    ids: &[SubscriptionId],
) -> Outcome<HashMap<SubscriptionId, Properties>> {
    let found: Vec<(SubscriptionId, Json<Properties>)> = custom_hosting::table
        .filter(custom_hosting::seller_id.eq(scope.seller()))
        .filter(custom_hosting::subscription_id.eq_any(ids.to_vec()))
        .select((custom_hosting::subscription_id, custom_hosting::properties))
        .load(db)?;
    Ok(found.into_iter().map(|(id, properties)| (id, properties.0)).collect())
}
