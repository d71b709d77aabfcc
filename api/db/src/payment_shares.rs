//! By which methods a subscription is paid, and for which share each.

use crate::schema::payment_shares;
use crate::{Db, Outcome, Scope};
use comptoir_domain::{PaymentMethodId, Percent, SellerId, SubscriptionId};
use diesel::prelude::*;

/// The share of a method.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = payment_shares)]
pub struct PaymentShareRow {
    pub seller_id: SellerId,
    pub subscription_id: SubscriptionId,
    pub payment_method_id: PaymentMethodId,
    pub share: Percent,
}

/// The shares of some subscriptions, by method.
pub fn of_subscriptions(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<PaymentShareRow>> {
    let found = payment_shares::table
        .filter(payment_shares::seller_id.eq(scope.seller()))
        .filter(payment_shares::subscription_id.eq_any(ids.to_vec()))
        .order((payment_shares::subscription_id, payment_shares::payment_method_id));
    Ok(found.select(PaymentShareRow::as_select()).load(db)?)
}

/// Puts these shares in place of those that a subscription had.
pub fn replace(db: &mut Db, scope: Scope, subscription: SubscriptionId, rows: &[PaymentShareRow]) -> Outcome<()> {
    let theirs = payment_shares::table
        .filter(payment_shares::seller_id.eq(scope.seller()))
        .filter(payment_shares::subscription_id.eq(subscription));
    diesel::delete(theirs).execute(db)?;
    insert_many!(db, payment_shares::table, rows);
    Ok(())
}

/// A method is forgotten: its share is the default method's from now on.
pub fn forget(db: &mut Db, scope: Scope, method: PaymentMethodId) -> Outcome<()> {
    let theirs = payment_shares::table
        .filter(payment_shares::seller_id.eq(scope.seller()))
        .filter(payment_shares::payment_method_id.eq(method));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}

/// All methods of a seller are forgotten, and all shares with them.
pub fn forget_all(db: &mut Db, scope: Scope) -> Outcome<()> {
    diesel::delete(payment_shares::table.filter(payment_shares::seller_id.eq(scope.seller()))).execute(db)?;
    Ok(())
}
