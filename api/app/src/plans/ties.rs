//! What a plan is tied to: the add-ons it offers, the stores that offer it, the plans one may change to. Everything named
//! is looked up in the seller's scope first, so that a foreign id is never more than not found.

use crate::kernel::call::Ctx;
use comptoir_db::add_ons::{self, AddOnRow};
use comptoir_db::plans::{self, PlanRow, links};
use comptoir_db::prices::{self, PriceRow};
use comptoir_db::{Db, Outcome, tlds};
use comptoir_domain::add_ons::check_common_price;
use comptoir_domain::plans::{Price, StoreKind, Target, check_paths, check_stores};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::tlds::TldState;
use comptoir_domain::{AddOnId, Check, Id, PlanId, StoreId};
use std::collections::BTreeSet;

/// What is asked for; `None` leaves what there is.
#[derive(Default)]
pub struct Ties {
    pub add_on_ids: Option<Vec<AddOnId>>,
    pub store_ids: Option<Vec<StoreId>>,
    pub upgrade_to: Option<Vec<PlanId>>,
    pub downgrade_to: Option<Vec<PlanId>>,
}

/// The same, found.
pub struct Tied {
    ties: Ties,
    add_ons: Vec<AddOnRow>,
    add_on_prices: Vec<PriceRow>,
    store_kinds: Vec<StoreKind>,
    up: Vec<Target>,
    down: Vec<Target>,
}

impl Ties {
    /// Looks everything up.
    pub fn find(self, db: &mut Db, ctx: &Ctx) -> Outcome<Tied> {
        let add_on_ids = self.add_on_ids.as_deref().unwrap_or_default();
        let add_ons = add_ons::find_many(db, ctx.scope, add_on_ids)?;
        let add_on_prices = prices::open_of_add_ons(db, ctx.scope, add_on_ids, ctx.today())?;
        let store_kinds = links::store_kinds(db, ctx.scope, self.store_ids.as_deref().unwrap_or_default())?;
        let up = targets(db, ctx, self.upgrade_to.as_deref())?;
        let down = targets(db, ctx, self.downgrade_to.as_deref())?;
        Ok(Tied { ties: self, add_ons, add_on_prices, store_kinds, up, down })
    }
}

impl Tied {
    /// Notes what cannot be tied to a plan with these prices.
    pub fn check(&self, findings: &mut Check, plan: &PlanRow, book: &[Price<Cycle>]) {
        each_once(findings, "/add_on_ids", self.ties.add_on_ids.as_deref());
        each_once(findings, "/store_ids", self.ties.store_ids.as_deref());
        for (index, add_on) in self.add_ons.iter().enumerate() {
            let place = format!("/add_on_ids/{index}");
            let of_it = |price: &&PriceRow| price.add_on_id == Some(add_on.id);
            let theirs: Vec<_> = self.add_on_prices.iter().filter(of_it).map(PriceRow::price).collect();
            check_common_price(findings, &place, book, &theirs);
            let fits = plan.kind.has_hosting_properties() || add_on.properties.0.is_empty();
            findings.ensure(fits, &place, "no_hosting", "the add-on extends hosting, and the plan is none");
        }
        check_stores(findings, "/store_ids", plan.kind, &self.store_kinds);
        let plan = Target { id: plan.id, plan_type: plan.kind };
        check_paths(findings, "/upgrade_to", plan, &self.up);
        check_paths(findings, "/downgrade_to", plan, &self.down);
    }

    /// Ties the plan to what was asked for.
    pub fn save(&self, tx: &mut Db, ctx: &Ctx, plan: PlanId) -> Outcome<()> {
        if let Some(add_ons) = &self.ties.add_on_ids {
            links::add_ons::set(tx, ctx.scope, plan, add_ons)?;
        }
        if let Some(stores) = &self.ties.store_ids {
            links::stores::set(tx, ctx.scope, plan, stores)?;
        }
        if let Some(targets) = &self.ties.upgrade_to {
            links::upgrades::set(tx, ctx.scope, plan, targets)?;
        }
        if let Some(targets) = &self.ties.downgrade_to {
            links::downgrades::set(tx, ctx.scope, plan, targets)?;
        }
        Ok(())
    }
}

/// Notes endings that a plan cannot take up: it names active ones only. What it names already stays.
pub fn check_endings(db: &mut Db, ctx: &Ctx, findings: &mut Check, named: &[String], before: &[String]) -> Outcome<()> {
    let new: Vec<String> = named.iter().filter(|name| !before.contains(name)).cloned().collect();
    let known = tlds::named(db, ctx.scope, &new)?;
    for (index, name) in named.iter().enumerate().filter(|(_, name)| new.contains(name)) {
        let place = format!("/tlds/{index}");
        match known.iter().find(|row| row.name == *name).map(|row| row.state) {
            Some(TldState::Active) => {}
            Some(TldState::Suspended) => findings.refuse(&place, "not_active", format!("activate .{name} first")),
            None => findings.refuse(&place, "unknown", format!("there is no ending .{name}: create it first")),
        }
    }
    Ok(())
}

fn targets(db: &mut Db, ctx: &Ctx, ids: Option<&[PlanId]>) -> Outcome<Vec<Target>> {
    let rows = plans::find_many(db, ctx.scope, ids.unwrap_or_default())?;
    Ok(rows.into_iter().map(|row| Target { id: row.id, plan_type: row.kind }).collect())
}

fn each_once<T: Id + Ord>(findings: &mut Check, pointer: &str, ids: Option<&[T]>) {
    let mut seen = BTreeSet::new();
    for (index, id) in ids.unwrap_or_default().iter().enumerate() {
        findings.ensure(seen.insert(id), &format!("{pointer}/{index}"), "duplicate", "each is named once");
    }
}
