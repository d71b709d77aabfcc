//! What plans are tied to: the stores that offer them, the add-ons they offer, the plans one may change to.

use crate::entity::in_order;
use crate::schema::stores as stores_table;
use crate::{Db, Outcome, Scope};
use comptoir_domain::StoreId;
use comptoir_domain::plans::StoreKind;
use diesel::prelude::*;

/// Writes a module for a table that ties plans to something: `of` reads, `set` replaces.
macro_rules! link {
    ($(#[$meta:meta])* $module:ident, $table:ident ($plan:ident, $other:ident: $id:ident)) => {
        $(#[$meta])*
        pub mod $module {
            use crate::schema::$table;
            use crate::{Db, Outcome, Scope};
            use comptoir_domain::{PlanId, SellerId};
            use diesel::prelude::*;

            #[derive(Insertable)]
            #[diesel(table_name = $table)]
            struct Link {
                seller_id: SellerId,
                $plan: PlanId,
                $other: comptoir_domain::$id,
            }

            /// The ties of some plans, each with its plan, in the order of creation of what they are tied to.
            pub fn of(db: &mut Db, scope: Scope, plans: &[PlanId]) -> Outcome<Vec<(PlanId, comptoir_domain::$id)>> {
                let mine = $table::table
                    .filter($table::seller_id.eq(scope.seller()))
                    .filter($table::$plan.eq_any(plans.to_vec()))
                    .order(($table::$plan.asc(), $table::$other.asc()));
                Ok(mine.select(($table::$plan, $table::$other)).load(db)?)
            }

            /// Ties a plan to these and to nothing else.
            pub fn set(db: &mut Db, scope: Scope, plan: PlanId, to: &[comptoir_domain::$id]) -> Outcome<()> {
                let mine = $table::table.filter($table::seller_id.eq(scope.seller())).filter($table::$plan.eq(plan));
                diesel::delete(mine).execute(db)?;
                let link = |other: &comptoir_domain::$id| Link { seller_id: scope.seller(), $plan: plan, $other: *other };
                let rows: Vec<Link> = to.iter().map(link).collect();
                insert_many!(db, $table::table, rows);
                Ok(())
            }
        }
    };
}

link! {
    /// The stores that offer a plan (CAT-09).
    stores, plan_stores (plan_id, store_id: StoreId)
}
link! {
    /// The add-ons that a plan offers (CAT-04).
    add_ons, plan_add_ons (plan_id, add_on_id: AddOnId)
}
link! {
    /// The plans that one may go up to from a plan (CAT-08).
    upgrades, plan_paths (from_plan_id, to_plan_id: PlanId)
}
link! {
    /// The plans that one may come down to from a plan (CAT-08).
    downgrades, plan_downgrades (from_plan_id, to_plan_id: PlanId)
}

/// Whom each of these stores serves, in that order; `not_found` if one is missing.
pub fn store_kinds(db: &mut Db, scope: Scope, ids: &[StoreId]) -> Outcome<Vec<StoreKind>> {
    let query = stores_table::table
        .filter(stores_table::seller_id.eq(scope.seller()))
        .filter(stores_table::id.eq_any(ids.to_vec()))
        .select((stores_table::id, stores_table::kind));
    let rows: Vec<(StoreId, StoreKind)> = query.load(db)?;
    Ok(in_order(ids, rows, |row| row.0)?.into_iter().map(|(_, kind)| kind).collect())
}
