//! Uses of coupons by orders: reserved at checkout, used when the order is paid, released when it ends unpaid (PRO-05).
//!
//! The coupon's own counter is the limit: it is raised by one conditional update, which also locks the row until the
//! transaction ends, so the count per client behind it is made by one order at a time.

use crate::schema::{coupon_uses, coupons};
use crate::{Db, Outcome, Scope};
use comptoir_domain::coupons::CouponUseState;
use comptoir_domain::{ClientId, CouponId, CouponUseId, Instant, OrderId, SellerId};
use diesel::prelude::*;
use std::collections::HashMap;

/// One use of a coupon by one order.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = coupon_uses, primary_key(seller_id, id))]
pub struct CouponUseRow {
    pub seller_id: SellerId,
    pub id: CouponUseId,
    pub coupon_id: CouponId,
    pub client_id: ClientId,
    pub order_id: OrderId,
    pub state: CouponUseState,
    pub created_at: Instant,
}

/// Reserves one use for an order; `false`, with nothing changed, if the coupon is not active or is used up, by all or
/// by this client. An order that holds the coupon already keeps it; one that had released it gets it anew. `id` names
/// the use if it is the order's first. The caller has written or locked the order.
pub fn reserve(
    db: &mut Db,
    scope: Scope,
    id: CouponUseId,
    coupon: CouponId,
    client: ClientId,
    order: OrderId,
    now: Instant,
) -> Outcome<bool> {
    let earlier = of_order(db, scope, coupon, order)?;
    if earlier.as_ref().is_some_and(|earlier| earlier.state != CouponUseState::Released) {
        return Ok(true);
    }
    let Some(per_client) = count_up(db, scope, coupon)? else { return Ok(false) };
    if let Some(most) = per_client
        && client_count(db, scope, client, coupon)? >= i64::from(most)
    {
        undo_count_up(db, scope, coupon)?;
        return Ok(false);
    }
    if let Some(earlier) = earlier {
        let target = coupon_uses::table.find((scope.seller(), earlier.id));
        diesel::update(target).set(coupon_uses::state.eq(CouponUseState::Reserved)).execute(db)?;
        return Ok(true);
    }
    let row = CouponUseRow {
        seller_id: scope.seller(),
        id,
        coupon_id: coupon,
        client_id: client,
        order_id: order,
        state: CouponUseState::Reserved,
        created_at: now,
    };
    diesel::insert_into(coupon_uses::table).values(&row).execute(db)?;
    Ok(true)
}

/// Gives back what an order has reserved and not used.
pub fn release(db: &mut Db, scope: Scope, order: OrderId) -> Outcome<()> {
    let reserved = coupon_uses::table
        .filter(coupon_uses::seller_id.eq(scope.seller()))
        .filter(coupon_uses::order_id.eq(order))
        .filter(coupon_uses::state.eq(CouponUseState::Reserved));
    let released: Vec<CouponId> = diesel::update(reserved)
        .set(coupon_uses::state.eq(CouponUseState::Released))
        .returning(coupon_uses::coupon_id)
        .get_results(db)?;
    count_down(db, scope, &released)
}

/// Makes what an order has reserved used, for good.
pub fn confirm(db: &mut Db, scope: Scope, order: OrderId) -> Outcome<()> {
    let reserved = coupon_uses::table
        .filter(coupon_uses::seller_id.eq(scope.seller()))
        .filter(coupon_uses::order_id.eq(order))
        .filter(coupon_uses::state.eq(CouponUseState::Reserved));
    diesel::update(reserved).set(coupon_uses::state.eq(CouponUseState::Used)).execute(db)?;
    Ok(())
}

/// How often a client uses some coupons, reserved uses included; those it never used are left out.
pub fn uses_by_client(
    db: &mut Db,
    scope: Scope,
    client: ClientId,
    coupons: &[CouponId],
) -> Outcome<HashMap<CouponId, u32>> {
    let standing = coupon_uses::table
        .filter(coupon_uses::seller_id.eq(scope.seller()))
        .filter(coupon_uses::client_id.eq(client))
        .filter(coupon_uses::coupon_id.eq_any(coupons.to_vec()))
        .filter(coupon_uses::state.ne(CouponUseState::Released));
    let mut counts = HashMap::new();
    for coupon in standing.select(coupon_uses::coupon_id).load::<CouponId>(db)? {
        *counts.entry(coupon).or_default() += 1;
    }
    Ok(counts)
}

/// Raises the counter if the limit allows it. Then the coupon stays locked, and the answer is its limit per client.
fn count_up(db: &mut Db, scope: Scope, coupon: CouponId) -> Outcome<Option<Option<i32>>> {
    let free = coupons::max_uses.is_null().or(coupons::max_uses.gt(coupons::uses.nullable()));
    let target = coupons::table.find((scope.seller(), coupon)).filter(coupons::is_active.eq(true)).filter(free);
    let change = (coupons::uses.eq(coupons::uses + 1), coupons::version.eq(coupons::version + 1));
    let raised = diesel::update(target).set(change).returning(coupons::max_uses_per_client);
    Ok(raised.get_result(db).optional()?)
}

/// As if it had never been raised: nobody has seen it yet.
fn undo_count_up(db: &mut Db, scope: Scope, coupon: CouponId) -> Outcome<()> {
    let change = (coupons::uses.eq(coupons::uses - 1), coupons::version.eq(coupons::version - 1));
    diesel::update(coupons::table.find((scope.seller(), coupon))).set(change).execute(db)?;
    Ok(())
}

fn count_down(db: &mut Db, scope: Scope, coupons: &[CouponId]) -> Outcome<()> {
    let target =
        coupons::table.filter(coupons::seller_id.eq(scope.seller())).filter(coupons::id.eq_any(coupons.to_vec()));
    let change = (coupons::uses.eq(coupons::uses - 1), coupons::version.eq(coupons::version + 1));
    diesel::update(target).set(change).execute(db)?;
    Ok(())
}

fn client_count(db: &mut Db, scope: Scope, client: ClientId, coupon: CouponId) -> Outcome<i64> {
    Ok(uses_by_client(db, scope, client, &[coupon])?.get(&coupon).copied().unwrap_or_default().into())
}

fn of_order(db: &mut Db, scope: Scope, coupon: CouponId, order: OrderId) -> Outcome<Option<CouponUseRow>> {
    let found = coupon_uses::table
        .filter(coupon_uses::seller_id.eq(scope.seller()))
        .filter(coupon_uses::coupon_id.eq(coupon))
        .filter(coupon_uses::order_id.eq(order));
    Ok(found.select(CouponUseRow::as_select()).first(db).optional()?)
}
