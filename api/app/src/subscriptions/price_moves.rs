//! Working out which subscriptions move to another version of their prices (CAT-16): for one or for many with the same few
//! questions. The decision reads only.

use crate::kernel::call::Ctx;
use crate::subscriptions::revise::{Revision, changed, copy_of, record};
use crate::webhooks;
use chrono::NaiveDate;
use comptoir_db::plans::subscribers::touch;
use comptoir_db::prices::{self, PriceRow};
use comptoir_db::subscription_changes::{self, charged_beyond, end_items, in_the_way};
use comptoir_db::subscriptions::{self, SubscriptionItemRow, SubscriptionRow};
use comptoir_db::{Db, Failure, Outcome, invoices};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::{
    ChangeDates, ChangeKind, ChangeWay, ListPrice, PriceStay, SubscriptionStatus, cycle_price, first_day, leaves_fee,
    moved,
};
use comptoir_domain::{
    AddOnId, Check, Currency, Money, PlanId, PriceId, Problem, SubscriptionId, SubscriptionItemId, UnitPrice,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What is asked for.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct PriceMove {
    /// The day whose prices hold.
    pub priced_on: NaiveDate,
    /// No first day at the new price before this one.
    pub from: NaiveDate,
    /// Whether agreed prices move, too.
    pub agreed_too: bool,
    /// For the record.
    pub reason: String,
}

impl PriceMove {
    /// Of what is sent: the prices of today if no other day is named, and none before it is valid.
    pub fn new(
        ctx: &Ctx,
        (priced_on, from): (Option<NaiveDate>, Option<NaiveDate>),
        agreed_too: bool,
        reason: &str,
    ) -> Result<Self, Problem> {
        let today = ctx.today();
        let priced_on = priced_on.unwrap_or(today);
        let from = from.unwrap_or(priced_on.max(today));
        let mut check = Check::new();
        check.paragraphs("/reason", reason, 500);
        check.ensure(from >= today, "/from", "in_past", "what was charged stays: choose today or a later day");
        check.done()?;
        Ok(Self { priced_on, from, agreed_too, reason: reason.into() })
    }
}

/// A subscription that moves.
pub struct Moving {
    /// The subscription.
    pub row: SubscriptionRow,
    /// The first day at the new price.
    pub first_day: NaiveDate,
    /// Everything that is charged then: as it would be, and as it will be if that is something else.
    pub items: Vec<(SubscriptionItemRow, Option<SubscriptionItemRow>)>,
}

impl Moving {
    /// The items that end.
    pub fn ended(&self) -> impl Iterator<Item = SubscriptionItemId> {
        self.items.iter().filter(|(_, new)| new.is_some()).map(|(old, _)| old.id)
    }

    /// The items that begin.
    pub fn begun(&self) -> impl Iterator<Item = &SubscriptionItemRow> {
        self.items.iter().filter_map(|(_, new)| new.as_ref())
    }

    /// What a cycle costs before and after.
    pub fn cycle_prices(&self) -> Result<(Money, Money), Problem> {
        let terms = |item: &SubscriptionItemRow| (item.unit_price, item.quantity);
        let before = cycle_price(self.row.currency, self.items.iter().map(|(old, _)| terms(old)))?;
        let after = self.items.iter().map(|(old, new)| terms(new.as_ref().unwrap_or(old)));
        Ok((before, cycle_price(self.row.currency, after)?))
    }

    /// The change that it is.
    pub fn revision(&self, wanted: &PriceMove) -> Revision {
        Revision {
            kind: ChangeKind::PriceMoved,
            way: ChangeWay::EndOfCycle,
            direction: None,
            dates: ChangeDates { billed_from: self.first_day, delivered_from: self.first_day, locked_until: None },
            credit_from: self.first_day,
            ended: self.ended().collect(),
            begun: self.begun().cloned().collect(),
            plan: self.row.plan_id,
            renewal: None,
            invoice_now: false,
            reason: wanted.reason.clone(),
        }
    }
}

/// What has a price.
type Sold = (Option<PlanId>, Option<AddOnId>);

/// Everything that the moves of some subscriptions depend on.
pub struct PriceBook {
    items: HashMap<SubscriptionId, Vec<SubscriptionItemRow>>,
    versions: HashMap<PriceId, ListPrice>,
    offered: HashMap<(Sold, Cycle, Currency), ListPrice>,
    under_change: HashSet<SubscriptionId>,
    charged: HashSet<SubscriptionItemId>,
    /// Up to which day issued lines charge an item.
    charged_to: HashMap<SubscriptionItemId, NaiveDate>,
    /// From which day on lines of drafts do, which the move throws away.
    drafted_from: HashMap<SubscriptionItemId, NaiveDate>,
}

impl PriceBook {
    /// Seven queries, however many there are.
    pub fn read(db: &mut Db, ctx: &Ctx, rows: &[SubscriptionRow], priced_on: NaiveDate) -> Outcome<Self> {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let items = subscriptions::items_of(db, ctx.scope, &ids)?;
        let used = BTreeSet::from_iter(items.iter().filter_map(|item| item.price_id));
        let plans = BTreeSet::from_iter(items.iter().filter_map(|item| item.plan_id));
        let add_ons = BTreeSet::from_iter(items.iter().filter_map(|item| item.add_on_id));
        let versions = prices::some(db, ctx.scope, &Vec::from_iter(used))?;
        let mut offered = prices::current_of_plans(db, ctx.scope, &Vec::from_iter(plans), priced_on)?;
        offered.extend(prices::current_of_add_ons(db, ctx.scope, &Vec::from_iter(add_ons), priced_on)?);
        let sold = |row: &PriceRow| ((row.plan_id, row.add_on_id), row.cycle, row.currency);
        let (mut charged_to, mut drafted_from) = (HashMap::new(), HashMap::new());
        let ids_of_items: Vec<_> = items.iter().map(|item| item.id).collect();
        for line in charged_beyond(db, ctx.scope, &ids_of_items, ctx.today())? {
            if line.state == InvoiceState::Draft {
                let from = drafted_from.entry(line.item).or_insert(line.period.from);
                *from = line.period.from.min(*from);
            } else {
                let to = charged_to.entry(line.item).or_insert(line.period.to);
                *to = line.period.to.max(*to);
            }
        }
        let under_change = in_the_way(db, ctx.scope, &ids, ctx.today())?.into_iter().map(|row| row.subscription_id);
        let mut of_subscription: HashMap<_, Vec<_>> = HashMap::new();
        items.into_iter().for_each(|item| of_subscription.entry(item.subscription_id).or_default().push(item));
        Ok(Self {
            items: of_subscription,
            versions: versions.iter().map(|row| Ok((row.id, list_price(row)?))).collect::<Outcome<_>>()?,
            offered: offered.iter().map(|row| Ok((sold(row), list_price(row)?))).collect::<Outcome<_>>()?,
            under_change: under_change.collect(),
            charged: invoices::charged_items(db, ctx.scope, &ids_of_items)?,
            charged_to,
            drafted_from,
        })
    }

    /// The move of one of the subscriptions, or why it stays.
    pub fn decide(&self, ctx: &Ctx, row: &SubscriptionRow, wanted: &PriceMove) -> Outcome<Result<Moving, PriceStay>> {
        let runs = row.status == SubscriptionStatus::Active && row.starts_on <= ctx.today() && row.ends_on.is_none();
        if !runs {
            return Ok(Err(PriceStay::NotActive));
        }
        if self.under_change.contains(&row.id) {
            return Ok(Err(PriceStay::UnderChange));
        }
        let items = self.items.get(&row.id).map_or(&[][..], Vec::as_slice);
        let charged_to = self.charged_to(row, items);
        let day = first_day(row.cycle, row.anchor_on, charged_to, wanted.from.max(ctx.today()))?;
        let over = row.cycle_limit.map(|cycles| row.cycle.start(row.anchor_on, cycles)).transpose()?;
        if over.is_some_and(|over| day >= over) {
            return Ok(Err(PriceStay::NoMoreCycles));
        }
        Ok(self.on(ctx, row, items, day, wanted))
    }

    /// The day up to which a subscription is charged, once its drafts are thrown away. What was charged beyond the end of an
    /// item was given back.
    fn charged_to(&self, row: &SubscriptionRow, items: &[SubscriptionItemRow]) -> NaiveDate {
        let drafted = items.iter().filter_map(|item| self.drafted_from.get(&item.id)).copied();
        let billed = drafted.fold(row.billed_through, NaiveDate::min);
        let charged = items.iter().filter_map(|item| {
            let day = *self.charged_to.get(&item.id)?;
            Some(item.to_on.map_or(day, |end| end.min(day)))
        });
        charged.fold(billed, NaiveDate::max)
    }

    fn on(
        &self,
        ctx: &Ctx,
        row: &SubscriptionRow,
        items: &[SubscriptionItemRow],
        day: NaiveDate,
        wanted: &PriceMove,
    ) -> Result<Moving, PriceStay> {
        let mut stays = None;
        let mut then = Vec::new();
        for item in items.iter().filter(|item| item.from_on <= day && item.to_on.is_none_or(|to| day < to)) {
            let version = item.price_id.and_then(|id| self.versions.get(&id)).copied();
            let sold = ((item.plan_id, item.add_on_id), row.cycle, row.currency);
            match moved(item.unit_price, version, self.offered.get(&sold).copied(), wanted.agreed_too) {
                Ok(to) => {
                    let is_paid = self.charged.contains(&item.id) || !leaves_fee(item.from_on, row.trial_until, day);
                    let copy = copy_of(item, day, is_paid, ctx);
                    let new = SubscriptionItemRow { price_id: Some(to.id), unit_price: to.amount, ..copy };
                    then.push((item.clone(), Some(new)));
                }
                Err(why) => {
                    stays.get_or_insert(why);
                    then.push((item.clone(), None));
                }
            }
        }
        if then.iter().any(|(_, new)| new.is_some()) {
            return Ok(Moving { row: row.clone(), first_day: day, items: then });
        }
        Err(stays.unwrap_or(PriceStay::NoMoreCycles))
    }
}

fn list_price(row: &PriceRow) -> Outcome<ListPrice> {
    let amount = UnitPrice::of(row.price().recurring);
    let amount = amount.map_err(|error| Failure::Corrupt(format!("the price {}: {error}", row.id)))?;
    Ok(ListPrice { id: row.id, amount })
}

/// Writes many moves whose clients are locked: nothing is edited, items end and others begin, and each has its record.
pub fn write(tx: &mut Db, ctx: &Ctx, moves: &[Moving], wanted: &PriceMove) -> Outcome<()> {
    let mut ends: BTreeMap<NaiveDate, Vec<SubscriptionItemId>> = BTreeMap::new();
    moves.iter().for_each(|one| ends.entry(one.first_day).or_default().extend(one.ended()));
    for (day, items) in ends {
        end_items(tx, ctx.scope, &items, day)?;
    }
    let begun: Vec<_> = moves.iter().flat_map(Moving::begun).cloned().collect();
    subscriptions::insert_items(tx, &begun)?;
    touch(tx, ctx.scope, &moves.iter().map(|one| one.row.id).collect::<Vec<_>>())?;
    let changes: Vec<_> = moves.iter().map(|one| record(ctx, &one.row, &one.revision(wanted))).collect();
    subscription_changes::insert_many(tx, &changes)?;
    webhooks::append(tx, &changes.iter().map(|change| changed(ctx, change)).collect::<Vec<_>>())
}
