//! What the billing run charges for overuse: months that are over, and what was reported late about earlier ones. The
//! terms of a month are written down with its first look, so that what becomes of the plan later changes nothing.

use crate::kernel::call::Ctx;
use crate::stores::features::size;
use crate::stores::wording::{Wording, wording};
use crate::usage::terms::{Contracts, lifetime};
use chrono::NaiveDate;
use comptoir_db::clients::ClientRow;
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::usage::{self, UsageMonthRow, UsageRecordRow};
use comptoir_db::{Db, Outcome, Scope, stores};
use comptoir_domain::invoices::due::DueInvoice;
use comptoir_domain::orders::first_invoice::describe;
use comptoir_domain::quotes::{CartLine, Description, LineKind, PriceBasis};
use comptoir_domain::schedule::{Period, Share};
use comptoir_domain::usage::{Charge, Record, Resource, Terms, charges};
use comptoir_domain::{
    ClientId, Currency, Locale, Percent, Problem, Quantity, StoreId, SubscriptionId, TaxPolicyId, UsageRecordId,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroUsize;

/// What lines say about a resource.
const ABOVE: &[(Resource, Wording)] = &[
    (
        Resource::DiskSpace,
        &[("en", "disk space above the limit, units of"), ("fr", "espace disque au-delà de la limite, unités de")],
    ),
    (
        Resource::Traffic,
        &[("en", "traffic above the limit, units of"), ("fr", "trafic au-delà de la limite, unités de")],
    ),
];

/// A line that charges overuse.
pub struct OveruseLine {
    /// For the amount pipeline.
    pub cart: CartLine,
    /// Of which subscription.
    pub subscription: SubscriptionId,
    /// For which days.
    pub period: Period,
    /// How its client means to pay.
    pub gateway: String,
    client: ClientId,
    basis: PriceBasis,
    invoice_on: NaiveDate,
}

/// What some clients owe for overuse; nothing of it is written yet.
#[derive(Default)]
pub struct Overuse {
    lines: Vec<OveruseLine>,
    months: Vec<UsageMonthRow>,
    counted: Vec<UsageRecordId>,
}

/// Works out what some clients owe for overuse; reads only.
pub fn owed(db: &mut Db, ctx: &Ctx, clients: &BTreeMap<ClientId, ClientRow>) -> Outcome<Overuse> {
    let ids: Vec<ClientId> = clients.keys().copied().collect();
    let due = BTreeSet::from_iter(usage::due_subscriptions(db, ctx.scope, ctx.today(), &ids)?);
    let months = due.iter().map(|(_, month)| *month);
    let Some((from, to)) = months.clone().min().zip(months.max()) else { return Ok(Overuse::default()) };
    let ids = Vec::from_iter(due.iter().map(|(id, _)| *id).collect::<BTreeSet<_>>());
    let mut reports: BTreeMap<Key, Vec<UsageRecordRow>> = BTreeMap::new();
    for row in usage::of_months(db, ctx.scope, &ids, from, to)? {
        if due.contains(&(row.subscription_id, row.month_from)) {
            reports.entry((row.subscription_id, row.month_from, row.resource)).or_default().push(row);
        }
    }
    let charged = usage::months_of(db, ctx.scope, &ids, from, to)?;
    let mut charged: HashMap<Key, UsageMonthRow> =
        charged.into_iter().map(|row| ((row.subscription_id, row.from_on, row.resource), row)).collect();
    let rows = subscriptions::find_many(db, ctx.scope, &ids)?;
    let bases = bases(db, ctx.scope, &rows)?;
    let run = Run { ctx, clients, bases, contracts: Contracts::read(db, ctx.scope, rows)? };
    let mut found = Overuse::default();
    for (key, rows) in reports {
        run.charge(key, &rows, charged.remove(&key), &mut found)?;
    }
    Ok(found)
}

/// A month of a resource of a subscription, by its first day.
type Key = (SubscriptionId, NaiveDate, Resource);

/// Everything that charges depend on.
struct Run<'a> {
    ctx: &'a Ctx,
    clients: &'a BTreeMap<ClientId, ClientRow>,
    bases: HashMap<StoreId, PriceBasis>,
    contracts: Contracts,
}

impl Run<'_> {
    /// What a month owes beyond what it has been charged.
    fn charge(
        &self,
        (id, _, resource): Key,
        rows: &[UsageRecordRow],
        charged: Option<UsageMonthRow>,
        found: &mut Overuse,
    ) -> Outcome<()> {
        let today = self.ctx.today();
        let Some((of, first)) = self.contracts.rows.get(&id).zip(rows.first()) else { return Ok(()) };
        let new = rows.iter().filter(|row| !row.is_counted && row.due_on <= today);
        found.counted.extend(new.map(|row| row.id));
        let month = first.month();
        let first_look = || {
            let terms = self.contracts.terms(of, resource, month)?;
            Some(new_month(self.ctx, of.id, resource, month, &terms))
        };
        let Some(mut charged) = charged.or_else(first_look) else { return Ok(()) };
        let records: Vec<Record> = rows.iter().map(UsageRecordRow::record).collect();
        let (terms, units) = (charged.terms()?, u64::try_from(charged.units).unwrap_or_default());
        let taxed = self.contracts.plan_item(of, lifetime(of).last_day(month)).and_then(|item| item.tax_policy_id);
        let bill = Bill {
            locale: self.clients.get(&of.client_id).map_or(self.ctx.locale, |client| client.locale),
            basis: self.bases.get(&of.store_id).copied().unwrap_or(PriceBasis::Net),
            taxed,
        };
        for charge in charges(resource, &records, &terms, units, today) {
            charged.units = charged.units.saturating_add(i64::try_from(charge.units).unwrap_or(i64::MAX));
            found.lines.push(line(of, resource, month, &terms, charge, bill)?);
        }
        found.months.push(charged);
        Ok(())
    }
}

fn bases(db: &mut Db, scope: Scope, rows: &[SubscriptionRow]) -> Outcome<HashMap<StoreId, PriceBasis>> {
    let ids = BTreeSet::from_iter(rows.iter().map(|row| row.store_id));
    let stores = stores::find_many(db, scope, &Vec::from_iter(ids))?;
    Ok(stores.into_iter().map(|store| (store.id, store.price_basis)).collect())
}

/// A month that is looked at for the first time.
fn new_month(ctx: &Ctx, id: SubscriptionId, resource: Resource, month: Period, terms: &Terms) -> UsageMonthRow {
    let bytes = |amount: u64| i64::try_from(amount).unwrap_or(i64::MAX);
    UsageMonthRow {
        seller_id: ctx.scope.seller(),
        subscription_id: id,
        resource,
        from_on: month.from,
        to_on: month.to,
        limit_amount: terms.limit.map(bytes),
        unit_size: bytes(terms.unit_size.get()),
        unit_price: terms.unit_price,
        units: 0,
        created_at: ctx.now,
    }
}

/// How a charge is put on paper.
#[derive(Clone, Copy)]
struct Bill {
    locale: Locale,
    basis: PriceBasis,
    taxed: Option<TaxPolicyId>,
}

fn line(
    of: &SubscriptionRow,
    resource: Resource,
    month: Period,
    terms: &Terms,
    charge: Charge,
    bill: Bill,
) -> Outcome<OveruseLine> {
    let words = ABOVE.iter().find(|(known, _)| *known == resource).map_or(&[][..], |(_, words)| *words);
    let what = format!("{} {}", wording(words, bill.locale), size(terms.unit_size.get(), bill.locale));
    let last = lifetime(of).last_day(month);
    let period = Period { to: last.succ_opt().unwrap_or(month.to), ..month };
    let too_many = |_| Problem::field("/quantity", "out_of_range", format!("{} units", charge.units));
    let cart = CartLine {
        key: format!("overuse.{}.{resource}.{}.{}", of.id, month.from, charge.invoice_on),
        kind: LineKind::Overuse,
        description: Description::Text(describe(&of.name, &what, period)),
        quantity: Quantity::new(Decimal::from(charge.units)).map_err(too_many)?,
        unit_price: terms.unit_price,
        share: Share::WHOLE,
        currency: of.currency,
        tax_policy: bill.taxed,
        // what was used is used: offers are for what is bought
        discountable: false,
        offered: Percent::default(),
    };
    Ok(OveruseLine {
        cart,
        subscription: of.id,
        period,
        gateway: of.gateway.clone(),
        client: of.client_id,
        basis: bill.basis,
        invoice_on: charge.invoice_on,
    })
}

impl Overuse {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// The tax policies of its lines.
    pub fn tax_policies(&self) -> impl Iterator<Item = TaxPolicyId> {
        self.lines.iter().filter_map(|line| line.cart.tax_policy)
    }

    /// Gives each line with net or gross prices its invoice: one of the same client, currency and day that has room, or
    /// one of its own, which is added. Answers the lines of each invoice, in the order of the invoices.
    pub fn place(
        &self,
        basis: PriceBasis,
        invoices: &mut Vec<DueInvoice>,
        most: Option<NonZeroUsize>,
    ) -> Vec<Vec<&OveruseLine>> {
        let most = most.map_or(usize::MAX, NonZeroUsize::get);
        let mut groups: BTreeMap<(ClientId, Currency, NaiveDate), Vec<&OveruseLine>> = BTreeMap::new();
        for line in self.lines.iter().filter(|line| line.basis == basis) {
            groups.entry((line.client, line.cart.currency, line.invoice_on)).or_default().push(line);
        }
        let join = |invoice: &DueInvoice| {
            let waiting = groups.get_mut(&(invoice.client, invoice.currency, invoice.invoice_on));
            let room = most.saturating_sub(invoice.lines.len());
            waiting.map(|lines| lines.drain(..room.min(lines.len())).collect()).unwrap_or_default()
        };
        let mut placed: Vec<Vec<&OveruseLine>> = invoices.iter().map(join).collect();
        for ((client, currency, invoice_on), lines) in groups {
            for part in lines.chunks(most) {
                invoices.push(DueInvoice { client, currency, invoice_on, begins_on: invoice_on, lines: Vec::new() });
                placed.push(part.to_vec());
            }
        }
        placed
    }

    /// Writes down what is charged now, in the transaction that issues the invoices.
    pub fn write(&self, tx: &mut Db, scope: Scope) -> Outcome<()> {
        usage::save_months(tx, &self.months)?;
        usage::mark_counted(tx, scope, &self.counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_domain::Id;
    use comptoir_domain::invoices::due::{DueKind, DueLine};

    fn id<T: Id>() -> T {
        T::from_uuid(uuid::Uuid::from_u128(1))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn overuse(key: &str, invoice_on: &str) -> OveruseLine {
        let cart = CartLine {
            key: key.into(),
            kind: LineKind::Overuse,
            description: Description::Text(String::new()),
            quantity: Quantity::from(1),
            unit_price: "1".parse().unwrap(),
            share: Share::WHOLE,
            currency: "EUR".parse().unwrap(),
            tax_policy: None,
            discountable: false,
            offered: Percent::default(),
        };
        let period = Period { from: day("2026-01-05"), to: day("2026-02-05") };
        OveruseLine {
            cart,
            subscription: id(),
            period,
            gateway: String::new(),
            client: id(),
            basis: PriceBasis::Net,
            invoice_on: day(invoice_on),
        }
    }

    /// A renewal on 5 February with one line; two lines on an invoice at most.
    #[test]
    fn lines_join_the_invoice_of_their_day_while_it_has_room() {
        let period = Period { from: day("2026-02-05"), to: day("2026-03-05") };
        let renewal = DueLine {
            subscription: id(),
            item: id(),
            kind: DueKind::Recurring,
            period,
            unit_price: "10".parse().unwrap(),
            quantity: Quantity::from(1),
            share: Share::WHOLE,
        };
        let due = DueInvoice {
            client: id(),
            currency: "EUR".parse().unwrap(),
            invoice_on: period.from,
            begins_on: period.from,
            lines: vec![renewal],
        };
        let lines = [("a", "2026-02-05"), ("b", "2026-02-05"), ("c", "2026-02-09")];
        let used = Overuse { lines: lines.map(|(key, on)| overuse(key, on)).into(), ..Overuse::default() };
        let placed = |most| {
            let mut invoices = vec![due.clone()];
            let lines = used.place(PriceBasis::Net, &mut invoices, NonZeroUsize::new(most));
            let keys = |lines: &Vec<&OveruseLine>| lines.iter().map(|line| line.cart.key.as_str()).collect::<String>();
            invoices.iter().zip(&lines).map(|(one, lines)| (one.invoice_on, keys(lines))).collect::<Vec<_>>()
        };
        let on = |text: &str, keys: &str| (day(text), keys.to_string());
        assert_eq!(placed(0), [on("2026-02-05", "ab"), on("2026-02-09", "c")], "without limit");
        assert_eq!(placed(2), [on("2026-02-05", "a"), on("2026-02-05", "b"), on("2026-02-09", "c")]);
        assert_eq!(used.place(PriceBasis::Gross, &mut Vec::new(), None).len(), 0);
    }
}
