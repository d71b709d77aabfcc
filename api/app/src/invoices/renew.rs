//! Renewing: what is due for some clients becomes issued invoices, in one transaction (design: derive, then write the
//! difference). A second call finds nothing to do. What a person asks for by hand goes the same way, only further.

use crate::events::foresee::ForeseenInvoiceView;
use crate::invoices::draft::{NewInvoice, NewLine};
use crate::invoices::issue::write_issued;
use crate::invoices::reach::Reach;
use crate::invoices::tax::facts;
use crate::kernel::call::Ctx;
use crate::taxes::treat::{Taxation, buyer_of};
use crate::usage::charge::{self, Overuse, OveruseLine};
use chrono::NaiveDate;
use comptoir_db::client_groups::{self, Membership};
use comptoir_db::clients::{self, ClientRow};
use comptoir_db::discounts::{self, SubscriptionDiscountRow};
use comptoir_db::subscriptions::{self, Billed, SubscriptionItemRow, SubscriptionRow, WaivedRow};
use comptoir_db::{Db, Failure, Outcome, Scope, coupons, invoices, plans, settings, stores, taxes};
use comptoir_domain::coupons::Coupon;
use comptoir_domain::discounts::Discount;
use comptoir_domain::invoices::due::{Due, DueInvoice, DueLine, ItemKind, LineKey, Snapshot, Subscription, due_on};
use comptoir_domain::invoices::granted::FixedPart;
use comptoir_domain::invoices::renewal::{self, Covered, ItemTerms, Terms, covered, due_kind};
use comptoir_domain::plans::PlanType;
use comptoir_domain::quotes::{Description, PriceBasis, Priced};
use comptoir_domain::schedule::Period;
use comptoir_domain::settings::BillingSettings;
use comptoir_domain::subscriptions::is_invoiced;
use comptoir_domain::taxes::TaxPolicy;
use comptoir_domain::{ClientId, CouponId, DiscountId, PlanId, Rate, StoreId, SubscriptionId, SubscriptionItemId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;

/// What is due for some clients: nothing of it is written yet.
#[derive(Default)]
pub struct Decided {
    /// The invoices, priced; numbers and dates come when they are issued.
    pub invoices: Vec<NewInvoice>,
    /// The day on which each of them is issued, if everything runs in time.
    pub days: Vec<NaiveDate>,
    waived: Vec<WaivedRow>,
    moved: Vec<(SubscriptionId, Billed)>,
    overuse: Overuse,
    /// For how many cycles more discounts last, where that has changed.
    discounts: Vec<(SubscriptionId, i32)>,
}

impl Decided {
    /// The invoices as they are shown before they exist.
    pub fn views(&self) -> Vec<ForeseenInvoiceView> {
        self.invoices.iter().zip(&self.days).map(|(one, day)| ForeseenInvoiceView::new(one, *day)).collect()
    }
}

/// Invoices everything that is due for some clients; says how many invoices that made.
pub fn renew(tx: &mut Db, ctx: &Ctx, ids: &[ClientId]) -> Outcome<usize> {
    let clients = clients::lock_many(tx, ctx.scope, ids)?;
    let decided = decide(tx, ctx, clients)?;
    write(tx, ctx, decided)
}

/// Writes what was decided, with the invoices issued; says how many.
pub fn write(tx: &mut Db, ctx: &Ctx, decided: Decided) -> Outcome<usize> {
    let invoices = move_on(tx, ctx, decided)?;
    Ok(write_issued(tx, ctx, &invoices)?.len())
}

/// Works out what is due for some clients; reads only.
pub fn decide(db: &mut Db, ctx: &Ctx, clients: Vec<ClientRow>) -> Outcome<Decided> {
    let by_id: BTreeMap<ClientId, ClientRow> = clients.iter().map(|client| (client.id, client.clone())).collect();
    let rows = subscriptions::due(db, ctx.scope, ctx.today(), &by_id.keys().copied().collect::<Vec<_>>())?;
    let overuse = charge::owed(db, ctx, &by_id)?;
    if rows.is_empty() && overuse.is_empty() {
        return Ok(Decided::default());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let items = subscriptions::items_of(db, ctx.scope, &ids)?;
    decide_for(db, ctx, clients, Contracts::new(rows, items), overuse, &Reach::Day(ctx.today()))
}

/// Subscriptions that are at hand, with their items: as they are in the tables, or as they would be.
pub struct Contracts {
    /// The contracts.
    pub rows: Vec<SubscriptionRow>,
    /// What is charged for them.
    pub items: Vec<SubscriptionItemRow>,
    /// For how many cycles more some have their discount than the tables say.
    pub discounts_again: BTreeMap<SubscriptionId, u32>,
}

impl Contracts {
    /// With discounts as the tables say.
    pub fn new(rows: Vec<SubscriptionRow>, items: Vec<SubscriptionItemRow>) -> Self {
        Self { rows, items, discounts_again: BTreeMap::new() }
    }
}

/// Works out what is missing of some subscriptions of these clients; reads only.
pub fn work_out(
    db: &mut Db,
    ctx: &Ctx,
    clients: Vec<ClientRow>,
    rows: Vec<SubscriptionRow>,
    reach: &Reach,
) -> Outcome<Decided> {
    if rows.is_empty() {
        return Ok(Decided::default());
    }
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let items = subscriptions::items_of(db, ctx.scope, &ids)?;
    decide_for(db, ctx, clients, Contracts::new(rows, items), Overuse::default(), reach)
}

/// The same for contracts that are at hand, with what was used above their limits.
pub fn decide_for(
    db: &mut Db,
    ctx: &Ctx,
    clients: Vec<ClientRow>,
    contracts: Contracts,
    overuse: Overuse,
    reach: &Reach,
) -> Outcome<Decided> {
    let mut decided = Decided::default();
    let run = Run::load(db, ctx, contracts, clients, &overuse)?;
    for basis in [PriceBasis::Net, PriceBasis::Gross] {
        let snapshot = run.sold_at(basis);
        let found = reach.derive(&snapshot)?;
        run.add_up(ctx, &snapshot, found, (basis, reach), &overuse, &mut decided)?;
    }
    decided.overuse = overuse;
    Ok(decided)
}

/// Writes what was worked out, except the invoices: these are left to be issued or drafted.
pub fn move_on(tx: &mut Db, ctx: &Ctx, decided: Decided) -> Outcome<Vec<NewInvoice>> {
    subscriptions::insert_waived(tx, &decided.waived)?;
    subscriptions::advance(tx, ctx.scope, decided.moved)?;
    decided.overuse.write(tx, ctx.scope)?;
    discounts::count_down(tx, ctx.scope, decided.discounts)?;
    Ok(decided.invoices)
}

/// Everything that a chunk of a billing run depends on.
struct Run {
    clients: BTreeMap<ClientId, ClientRow>,
    places: HashMap<ClientId, Membership>,
    rows: BTreeMap<SubscriptionId, SubscriptionRow>,
    snapshot: Snapshot,
    terms: BTreeMap<SubscriptionId, Terms>,
    bases: HashMap<StoreId, PriceBasis>,
    policies: Vec<TaxPolicy>,
    taxation: Taxation,
    billing: BillingSettings,
}

impl Run {
    fn load(tx: &mut Db, ctx: &Ctx, contracts: Contracts, clients: Vec<ClientRow>, overuse: &Overuse) -> Outcome<Self> {
        let billing = settings::read(tx, ctx.scope)?.value.0.billing;
        let Contracts { rows, items, discounts_again } = contracts;
        let mut terms = terms(tx, ctx, &rows, &items)?;
        for (id, again) in discounts_again {
            let left = terms.get_mut(&id).and_then(|terms| terms.discount_cycles.as_mut());
            left.into_iter().for_each(|left| *left = left.saturating_add(again));
        }
        let of_items = terms.values().flat_map(|terms| &terms.items).filter_map(|(_, item)| item.tax_policy);
        let used = BTreeSet::from_iter(of_items.chain(overuse.tax_policies()));
        let stores = BTreeSet::from_iter(rows.iter().map(|row| row.store_id));
        let buyers: Vec<_> = clients.iter().map(buyer_of).collect();
        let stores = stores::find_many(tx, ctx.scope, &Vec::from_iter(stores))?;
        let ids: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
        Ok(Self {
            places: client_groups::members(tx, ctx.scope, &ids)?,
            clients: clients.into_iter().map(|client| (client.id, client)).collect(),
            snapshot: snapshot(tx, ctx.scope, &rows, items, &billing)?,
            rows: rows.into_iter().map(|row| (row.id, row)).collect(),
            terms,
            bases: stores.into_iter().map(|store| (store.id, store.price_basis)).collect(),
            policies: taxes::policies(tx, ctx.scope, &Vec::from_iter(used))?,
            taxation: Taxation::load(tx, ctx, &buyers)?,
            billing,
        })
    }

    /// The subscriptions of stores with net or with gross prices: an invoice has one or the other.
    fn sold_at(&self, basis: PriceBasis) -> Snapshot {
        let sold =
            |of: &&Subscription| self.rows.get(&of.id).and_then(|row| self.bases.get(&row.store_id)) == Some(&basis);
        Snapshot {
            subscriptions: self.snapshot.subscriptions.iter().filter(sold).cloned().collect(),
            existing: self.snapshot.existing.clone(),
            lines_per_invoice: self.snapshot.lines_per_invoice,
        }
    }

    /// Where the subscriptions move on to, and their invoices with prices.
    fn add_up(
        &self,
        ctx: &Ctx,
        snapshot: &Snapshot,
        mut found: Due,
        (basis, reach): (PriceBasis, &Reach),
        overuse: &Overuse,
        decided: &mut Decided,
    ) -> Outcome<()> {
        let mut covered = self.covered(snapshot, &found)?;
        let waived = found.waived.iter().map(|waived| WaivedRow {
            seller_id: ctx.scope.seller(),
            subscription_id: waived.subscription,
            item_id: waived.item,
            kind: waived.kind,
            from_on: waived.period.from,
            to_on: waived.period.to,
            reason: waived.reason,
        });
        decided.waived.extend(waived);
        let moved = found.progress.iter().map(|progress| {
            let left = covered.get(&progress.subscription).and_then(|covered| covered.cycles_left);
            let is_over = self.rows.get(&progress.subscription).is_some_and(|row| row.status.is_ended());
            let to = Billed {
                billed_through: progress.billed_through,
                next_invoice_on: progress.next_invoice_on.filter(|_| !is_over),
                coupon_cycles: left.and_then(|left| i32::try_from(left).ok()),
            };
            (progress.subscription, to)
        });
        decided.moved.extend(moved);
        decided.discounts.extend(covered.iter().filter_map(|(id, covered)| {
            let before = self.terms.get(id)?.discount_cycles;
            let left = covered.discount_cycles_left.filter(|left| before != Some(*left))?;
            Some((*id, i32::try_from(left).ok()?))
        }));
        let used = overuse.place(basis, &mut found.invoices, snapshot.lines_per_invoice);
        for (invoice, used) in found.invoices.iter().zip(&used) {
            let issued_on = reach.issued_on(invoice, ctx.today());
            let priced = self.new_invoice(issued_on, invoice, used, &covered, basis)?;
            renewal::remember(&mut covered, invoice, &priced.priced);
            decided.invoices.push(priced);
            decided.days.push(issued_on);
        }
        Ok(())
    }

    fn covered(&self, snapshot: &Snapshot, found: &Due) -> Outcome<BTreeMap<SubscriptionId, Covered>> {
        let mut lines: HashMap<SubscriptionId, Vec<&DueLine>> = HashMap::new();
        for line in found.invoices.iter().flat_map(|invoice| &invoice.lines) {
            lines.entry(line.subscription).or_default().push(line);
        }
        let mut all = BTreeMap::new();
        for of in &snapshot.subscriptions {
            if let Some(terms) = self.terms.get(&of.id) {
                all.insert(of.id, covered(of, terms, lines.get(&of.id).map_or(&[], Vec::as_slice))?);
            }
        }
        Ok(all)
    }

    fn new_invoice(
        &self,
        issued_on: NaiveDate,
        invoice: &DueInvoice,
        overuse: &[&OveruseLine],
        covered: &BTreeMap<SubscriptionId, Covered>,
        basis: PriceBasis,
    ) -> Outcome<NewInvoice> {
        let missing = || Failure::Corrupt(format!("{} or its group is not among those of the run", invoice.client));
        let client = self.clients.get(&invoice.client).ok_or_else(missing)?;
        let group = self.places.get(&invoice.client).ok_or_else(missing)?.discount();
        let buyer = buyer_of(client);
        let tax = facts(self.policies.clone(), self.taxation.of(&buyer), issued_on);
        let mut request = renewal::price_request(invoice, &self.terms, covered, basis, group, tax)?;
        request.lines.extend(overuse.iter().map(|line| line.cart.clone()));
        let priced = self.taxation.price(&buyer, &mut request)?;
        let renewed = invoice.lines.first().and_then(|line| self.rows.get(&line.subscription));
        let gateway = renewed.map(|row| &row.gateway).or_else(|| overuse.first().map(|line| &line.gateway));
        Ok(NewInvoice {
            client: client.clone(),
            order_id: None,
            currency: invoice.currency,
            due_on: Some(due_on(invoice.begins_on, issued_on, self.billing.term_days)),
            comment: String::new(),
            gateway: gateway.cloned().unwrap_or_default(),
            lines: new_lines(invoice, overuse, &priced),
            priced,
        })
    }
}

/// What a line charges: a subscription, perhaps one item of it, for some days.
type About = (SubscriptionId, Option<SubscriptionItemId>, Period);

/// The lines stand in the order in which they were derived.
fn new_lines(invoice: &DueInvoice, overuse: &[&OveruseLine], priced: &Priced) -> Vec<NewLine> {
    let renewed =
        invoice.lines.iter().map(|line| (renewal::key(line), (line.subscription, Some(line.item), line.period)));
    let used = overuse.iter().map(|line| (line.cart.key.clone(), (line.subscription, None, line.period)));
    let by_key: HashMap<String, About> = renewed.chain(used).collect();
    let line = |priced: &comptoir_domain::quotes::PricedLine| {
        let about = by_key.get(&priced.key);
        NewLine {
            subscription_id: about.map(|(subscription, _, _)| *subscription),
            item_id: about.and_then(|(_, item, _)| *item),
            kind: priced.kind,
            period: about.map(|(_, _, period)| *period),
            description: match &priced.description {
                Description::Text(text) => text.clone(),
                Description::Message { key, .. } => key.clone(),
            },
        }
    };
    priced.lines.iter().map(line).collect()
}

/// Subscriptions as the rules of billing see them, with what is written of them already.
pub fn snapshot(
    db: &mut Db,
    scope: Scope,
    rows: &[SubscriptionRow],
    items: Vec<SubscriptionItemRow>,
    billing: &BillingSettings,
) -> Outcome<Snapshot> {
    let item_ids: Vec<_> = items.iter().map(|item| item.id).collect();
    let from = rows.iter().map(|row| row.billed_through).min().unwrap_or_default();
    let charged = invoices::charged(db, scope, &item_ids, from)?;
    let charged =
        charged.into_iter().filter_map(|(item, kind, days)| Some(((item, due_kind(kind)?, days.from), days.to)));
    let mut existing: BTreeMap<LineKey, NaiveDate> = charged.collect();
    let waived = subscriptions::waived(db, scope, &item_ids, from)?;
    existing.extend(waived.into_iter().map(|(item, kind, days)| ((item, kind, days.from), days.to)));
    let held = if billing.invoice_suspended {
        Vec::new()
    } else {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        subscriptions::holds_of(db, scope, &ids)?
    };
    Ok(Snapshot {
        subscriptions: subscriptions::as_billed(rows, items, &held, |row| is_run(row, billing))?,
        existing,
        lines_per_invoice: billing.lines_per_invoice.and_then(|most| NonZeroUsize::new(most.into())),
    })
}

/// Whether runs invoice it as it stands. A pending subscription is invoiced once, with its order.
pub fn is_run(row: &SubscriptionRow, billing: &BillingSettings) -> bool {
    is_invoiced(row.status, billing.invoice_suspended, row.billed_through > row.starts_on)
}

fn terms(
    tx: &mut Db,
    ctx: &Ctx,
    rows: &[SubscriptionRow],
    items: &[SubscriptionItemRow],
) -> Outcome<BTreeMap<SubscriptionId, Terms>> {
    let plan_ids: BTreeSet<PlanId> = rows.iter().filter_map(|row| row.plan_id).collect();
    let plans = plans::find_many(tx, ctx.scope, &Vec::from_iter(plan_ids))?;
    let kinds: HashMap<PlanId, PlanType> = plans.into_iter().map(|plan| (plan.id, plan.kind)).collect();
    let coupon_ids: BTreeSet<CouponId> = rows.iter().filter_map(|row| row.coupon_id).collect();
    let mut coupons: HashMap<CouponId, Coupon> = HashMap::new();
    for row in coupons::find_many(tx, ctx.scope, &Vec::from_iter(coupon_ids))? {
        coupons.insert(row.id, row.coupon()?);
    }
    let mut fixed = fixed_parts(tx, ctx, rows, items, &coupons)?;
    let granted = granted(tx, ctx, rows)?;
    let mut of_subscription: HashMap<SubscriptionId, BTreeMap<_, _>> = HashMap::new();
    let mut plans_of: HashMap<SubscriptionId, BTreeMap<NaiveDate, PlanId>> = HashMap::new();
    for item in items {
        if let Some(plan) = item.plan_id.filter(|_| item.kind == ItemKind::Plan) {
            plans_of.entry(item.subscription_id).or_default().insert(item.from_on, plan);
        }
        let words = ItemTerms { description: item.description.clone(), tax_policy: item.tax_policy_id };
        of_subscription.entry(item.subscription_id).or_default().insert(item.id, words);
    }
    let one = |row: &SubscriptionRow| {
        let (discount, discount_cycles) = granted.get(&row.id).cloned().unzip();
        let terms = Terms {
            name: row.name.clone(),
            plans: plans_of.remove(&row.id).unwrap_or_default(),
            kind: row.plan_id.and_then(|plan| kinds.get(&plan).copied()).unwrap_or(PlanType::Generic),
            coupon: row.coupon_id.and_then(|coupon| coupons.get(&coupon).cloned()),
            coupon_cycles: row.coupon_cycles.and_then(|left| u32::try_from(left).ok()),
            fixed_parts: fixed.remove(&row.id).unwrap_or_default(),
            discount,
            discount_cycles: discount_cycles.flatten().and_then(|left| u32::try_from(left).ok()),
            items: of_subscription.remove(&row.id).unwrap_or_default(),
        };
        (row.id, terms)
    };
    Ok(rows.iter().map(one).collect())
}

/// What coupons of fixed amounts took off lines that reach into the time that is charged now.
fn fixed_parts(
    tx: &mut Db,
    ctx: &Ctx,
    rows: &[SubscriptionRow],
    items: &[SubscriptionItemRow],
    coupons: &HashMap<CouponId, Coupon>,
) -> Outcome<HashMap<SubscriptionId, Vec<FixedPart>>> {
    let is_fixed = |id: CouponId| coupons.get(&id).is_some_and(|coupon| matches!(coupon.value, Rate::Fixed(_)));
    let with = rows.iter().filter(|row| row.coupon_id.is_some_and(is_fixed) && row.coupon_cycles != Some(0));
    let with: BTreeMap<SubscriptionId, NaiveDate> = with.map(|row| (row.id, row.billed_through)).collect();
    let Some(from) = with.values().min() else { return Ok(HashMap::new()) };
    let theirs = items.iter().filter(|item| with.contains_key(&item.subscription_id));
    let theirs: HashMap<SubscriptionItemId, &SubscriptionItemRow> = theirs.map(|item| (item.id, item)).collect();
    let mut found: HashMap<SubscriptionId, Vec<FixedPart>> = HashMap::new();
    for line in invoices::traces_beyond(tx, ctx.scope, &theirs.keys().copied().collect::<Vec<_>>(), *from)? {
        let Some(item) = theirs.get(&line.item) else { continue };
        let part = FixedPart::of(line.period, item.to_on, &line.trace.steps);
        found.entry(item.subscription_id).or_default().extend(part);
    }
    Ok(found)
}

/// The discounts of some subscriptions, and for how many cycles more.
fn granted(
    tx: &mut Db,
    ctx: &Ctx,
    rows: &[SubscriptionRow],
) -> Outcome<HashMap<SubscriptionId, (Discount, Option<i32>)>> {
    let ids: Vec<SubscriptionId> = rows.iter().map(|row| row.id).collect();
    let granted = discounts::of_subscriptions(tx, ctx.scope, &ids)?;
    let used = BTreeSet::from_iter(granted.iter().map(|row| row.discount_id));
    let mut known: HashMap<DiscountId, Discount> = HashMap::new();
    for row in discounts::find_many(tx, ctx.scope, &Vec::from_iter(used))? {
        known.insert(row.id, row.discount()?);
    }
    let one = |row: &SubscriptionDiscountRow| {
        Some((row.subscription_id, (known.get(&row.discount_id)?.clone(), row.cycles_left)))
    };
    Ok(granted.iter().filter_map(one).collect())
}
