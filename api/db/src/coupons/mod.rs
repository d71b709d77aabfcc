//! Coupons, and how often they are used.

mod uses;

pub use uses::{CouponUseRow, confirm, release, reserve, uses_by_client};

use crate::schema::{coupons, plans};
use crate::{Db, DbBackend, Failure, Json, Outcome, Page, Scope, Slice, rate};
use chrono::NaiveDate;
use comptoir_domain::coupons::{Coupon, normal_code};
use comptoir_domain::{CouponId, Currency, Instant, Percent, PlanId, Problem, SellerId, StoreId};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// A coupon. `uses` counts the reserved ones too.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = coupons, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct CouponRow {
    pub seller_id: SellerId,
    pub id: CouponId,
    pub name: String,
    pub code: Option<String>,
    pub is_active: bool,
    pub percent: Option<Percent>,
    pub fixed_minor: Option<i64>,
    pub fixed_currency: Option<Currency>,
    pub free_setup: bool,
    pub stores: Json<Vec<StoreId>>,
    pub plans: Json<Vec<PlanId>>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub max_uses: Option<i32>,
    pub max_uses_per_client: Option<i32>,
    pub cycles: Option<i32>,
    pub uses: i32,
    pub created_at: Instant,
    pub version: i64,
}

entity!(coupons, CouponRow, CouponId);

impl CouponRow {
    /// The coupon in the row.
    pub fn coupon(&self) -> Outcome<Coupon> {
        Ok(Coupon {
            id: self.id,
            code: self.code.clone(),
            value: rate::read(self.percent, self.fixed_minor, self.fixed_currency)?,
            stores: self.stores.0.clone(),
            plans: self.plans.0.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            max_uses: self.max_uses.map(count).transpose()?,
            max_uses_per_client: self.max_uses_per_client.map(count).transpose()?,
            cycles: self.cycles.map(count).transpose()?,
            free_setup: self.free_setup,
        })
    }

    /// How often it is used, reserved uses included.
    pub fn uses(&self) -> Outcome<u32> {
        count(self.uses)
    }
}

fn count(number: i32) -> Outcome<u32> {
    u32::try_from(number).map_err(|_| Failure::Corrupt("a count below nothing".into()))
}

/// Which coupons of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct CouponFilter {
    pub active: Option<bool>,
    pub code: Option<String>,
}

/// The coupons of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &CouponFilter, page: &Page) -> Outcome<Slice<CouponRow>> {
    let mut query = coupons::table.filter(coupons::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(active) = filter.active {
        query = query.filter(coupons::is_active.eq(active));
    }
    if let Some(code) = &filter.code {
        query = query.filter(coupons::code.eq(normal_code(code)));
    }
    Ok(keyset!(db, query, page, coupons::id: CouponId, CouponRow, { "name" => coupons::name: String = name }))
}

/// The active coupon with a code, in whatever case it was typed.
pub fn by_code(db: &mut Db, scope: Scope, code: &str) -> Outcome<Option<CouponRow>> {
    let found = coupons::table
        .filter(coupons::seller_id.eq(scope.seller()))
        .filter(coupons::code.eq(normal_code(code)))
        .filter(coupons::is_active.eq(true));
    Ok(found.select(CouponRow::as_select()).first(db).optional()?)
}

/// The active coupons that apply by themselves in a store, oldest first. Whether they are valid today, `domain` says.
pub fn automatic(db: &mut Db, scope: Scope, store: StoreId) -> Outcome<Vec<CouponRow>> {
    let found = coupons::table
        .filter(coupons::seller_id.eq(scope.seller()))
        .filter(coupons::code.is_null())
        .filter(coupons::is_active.eq(true))
        .order(coupons::id);
    let mut rows = read_rows!(db, found, CouponRow)?;
    rows.retain(|row| row.stores.0.is_empty() || row.stores.0.contains(&store));
    Ok(rows)
}

/// Some coupons, active or not, in no order; those of other sellers are left out.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[CouponId]) -> Outcome<Vec<CouponRow>> {
    let found = coupons::table.filter(coupons::seller_id.eq(scope.seller())).filter(coupons::id.eq_any(ids.to_vec()));
    Ok(found.select(CouponRow::as_select()).load(db)?)
}

/// Refuses plans that the seller does not have.
pub fn require_plans(db: &mut Db, scope: Scope, ids: &[PlanId]) -> Outcome<()> {
    let wanted: BTreeSet<_> = ids.iter().copied().collect();
    let own = plans::table
        .filter(plans::seller_id.eq(scope.seller()))
        .filter(plans::id.eq_any(wanted.iter().copied().collect::<Vec<_>>()));
    let found: i64 = own.count().get_result(db)?;
    if usize::try_from(found) == Ok(wanted.len()) { Ok(()) } else { Err(Problem::not_found().into()) }
}
