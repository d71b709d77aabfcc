//! What subscriptions promise and pay on any day: read once for many of them.

use crate::hosting::Promises;
use chrono::NaiveDate;
use comptoir_db::overuse_prices::{self, OverusePriceRow};
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Outcome, Scope, custom_hosting, subscription_changes};
use comptoir_domain::hosting::Properties;
use comptoir_domain::invoices::due::ItemKind;
use comptoir_domain::schedule::Period;
use comptoir_domain::usage::{Lifetime, Resource, Terms, limit};
use comptoir_domain::{PlanId, SubscriptionId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU64;

/// Subscriptions with what they have bought, and what their plans promise and charge.
pub struct Contracts {
    /// The subscriptions.
    pub rows: BTreeMap<SubscriptionId, SubscriptionRow>,
    items: HashMap<SubscriptionId, Vec<SubscriptionItemRow>>,
    /// Which plans were delivered from which day on, where that has changed.
    delivered: HashMap<SubscriptionId, BTreeMap<NaiveDate, Option<PlanId>>>,
    promises: Promises,
    custom: HashMap<SubscriptionId, Properties>,
    prices: Vec<OverusePriceRow>,
}

/// When a subscription was there.
pub fn lifetime(row: &SubscriptionRow) -> Lifetime {
    Lifetime { anchor: row.anchor_on, starts_on: row.starts_on, ends_on: row.ends_on }
}

impl Contracts {
    /// Seven queries, however many there are.
    pub fn read(db: &mut Db, scope: Scope, rows: Vec<SubscriptionRow>) -> Outcome<Self> {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let bought = subscriptions::items_of(db, scope, &ids)?;
        let held = rows.iter().filter_map(|row| row.plan_id);
        let mut delivered: HashMap<_, BTreeMap<_, _>> = HashMap::new();
        let mut plans: BTreeSet<PlanId> = bought.iter().filter_map(|item| item.plan_id).chain(held).collect();
        for (id, from, plan) in subscription_changes::delivered(db, scope, &ids)? {
            delivered.entry(id).or_default().insert(from, plan);
            plans.extend(plan);
        }
        let prices = overuse_prices::of_plans(db, scope, &Vec::from_iter(plans.iter().copied()))?;
        let promises = Promises::read(db, scope, plans, bought.iter().filter_map(|item| item.add_on_id).collect())?;
        let custom = custom_hosting::of_subscriptions(db, scope, &ids)?;
        let mut items: HashMap<_, Vec<_>> = HashMap::new();
        bought.into_iter().for_each(|item| items.entry(item.subscription_id).or_default().push(item));
        let rows = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(Self { rows, items, delivered, promises, custom, prices })
    }

    /// What a subscription pays for on a day.
    fn items_on(&self, of: &SubscriptionRow, day: NaiveDate) -> impl Iterator<Item = &SubscriptionItemRow> {
        let theirs = self.items.get(&of.id).into_iter().flatten();
        theirs.filter(move |item| item.from_on <= day && item.to_on.is_none_or(|to| day < to))
    }

    /// The item of its plan on a day.
    pub fn plan_item(&self, of: &SubscriptionRow, day: NaiveDate) -> Option<&SubscriptionItemRow> {
        self.items_on(of, day).find(|item| item.kind == ItemKind::Plan)
    }

    /// The plan that is delivered on a day: a change without credit delivers it before it is charged.
    fn plan_id(&self, of: &SubscriptionRow, day: NaiveDate) -> Option<PlanId> {
        let changed = self.delivered.get(&of.id).and_then(|changes| changes.range(..=day).next_back());
        if let Some((_, plan)) = changed {
            return *plan;
        }
        self.plan_item(of, day).and_then(|item| item.plan_id).or(of.plan_id)
    }

    /// What it may use on a day.
    pub fn properties(&self, of: &SubscriptionRow, day: NaiveDate) -> Properties {
        let plan = self.plan_id(of, day);
        if let Some(own) = self.custom.get(&of.id).filter(|_| plan.is_none()) {
            return own.clone();
        }
        self.promises.of(plan, self.items_on(of, day).filter_map(|item| item.add_on_id))
    }

    /// On which terms a month is charged: with what is delivered on its last day, at the price of its first. None if
    /// nothing is charged.
    pub fn terms(&self, of: &SubscriptionRow, resource: Resource, month: Period) -> Option<Terms> {
        let last = lifetime(of).last_day(month);
        let plan = self.plan_id(of, last)?;
        let fits = |row: &&OverusePriceRow| {
            row.plan_id == plan && row.resource == resource && row.currency == of.currency && row.is_current(month.from)
        };
        let price = self.prices.iter().find(fits).filter(|price| !price.unit_price.get().is_zero())?;
        let unit_size = u64::try_from(price.unit_size).ok().and_then(NonZeroU64::new)?;
        let limit = limit(&self.properties(of, last), resource);
        Some(Terms { limit, unit_size, unit_price: price.unit_price })
    }
}
