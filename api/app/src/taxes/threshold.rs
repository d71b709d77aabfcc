//! What a seller has sold to private buyers of other members, against the threshold of the one-stop shop (TAX-06): read for the
//! report, and for whoever decides where a buyer is taxed.

use crate::kernel::call::Ctx;
use chrono::{Datelike, Days, NaiveDate};
use comptoir_db::exchange_rates;
use comptoir_db::reports::{self, PrivateDocument, PrivateSales};
use comptoir_db::{Db, Outcome};
use comptoir_domain::exchange_rates::DailyRates;
use comptoir_domain::taxes::{DayTurnover, Headroom, Turnover};
use comptoir_domain::{Currency, InvoiceId, Money, Problem};
use rust_decimal::Decimal;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// The document with which the threshold was exceeded.
#[derive(Clone, Debug)]
pub struct Exceeding {
    pub on: NaiveDate,
    pub invoice: InvoiceId,
    pub number: Option<String>,
}

/// A calendar year.
pub struct Year {
    pub year: i32,
    /// By currency.
    pub sums: Vec<Money>,
    /// What can be counted in euro.
    pub turnover: Turnover<Exceeding>,
    /// Currencies of which no rate is known, so that their sums are not counted.
    pub missing: BTreeSet<Currency>,
}

/// A year and the one before, in this order.
pub fn years(db: &mut Db, ctx: &Ctx, year: i32) -> Outcome<[Year; 2]> {
    let day = |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let days = (day(year - 1, 1, 1), day(year, 12, 31));
    let sales = reports::private_sales(db, ctx.scope, days)?;
    let foreign = sales.iter().map(|sale| sale.currency).filter(|currency| *currency != Currency::EUR);
    let rates = rates(db, ctx, foreign.collect(), days)?;
    Ok([one_year(db, ctx, year, &sales, &rates)?, one_year(db, ctx, year - 1, &sales, &rates)?])
}

/// Rates of the days, and of the week before the first: what was known on it.
fn rates(
    db: &mut Db,
    ctx: &Ctx,
    currencies: BTreeSet<Currency>,
    (from, to): (NaiveDate, NaiveDate),
) -> Outcome<DailyRates> {
    if currencies.is_empty() {
        return Ok(DailyRates::default());
    }
    let days = (from - Days::new(7), to);
    Ok(DailyRates::new(exchange_rates::between(db, ctx.scope, &Vec::from_iter(currencies), days)?))
}

fn one_year(db: &mut Db, ctx: &Ctx, year: i32, sales: &[PrivateSales], rates: &DailyRates) -> Outcome<Year> {
    let mut sums: BTreeMap<Currency, Money> = BTreeMap::new();
    let mut days: Vec<DayTurnover> = Vec::new();
    let mut missing = BTreeSet::new();
    for sale in sales.iter().filter(|sale| sale.on.year() == year) {
        let [net, sold] = [sale.net_minor, sale.sold_minor].map(|minor| Money::from_minor(minor, sale.currency));
        let sum = sums.entry(sale.currency).or_insert(Money::zero(sale.currency));
        *sum = sum.plus(net).map_err(Problem::from)?;
        let (Some(net), Some(sold)) = (rates.exact_euro(sale.on, net)?, rates.exact_euro(sale.on, sold)?) else {
            missing.insert(sale.currency);
            continue;
        };
        match days.last_mut().filter(|day| day.on == sale.on) {
            Some(day) => (day.net, day.sold) = (day.net + net, day.sold + sold),
            None => days.push(DayTurnover { on: sale.on, net, sold }),
        }
    }
    let turnover = Turnover::of(&days, |on| {
        let document = |row: PrivateDocument| {
            let net = rates.exact_euro(on, Money::from_minor(row.net_minor, row.currency))?;
            Ok((Exceeding { on, invoice: row.id, number: row.number }, net.unwrap_or_default()))
        };
        reports::private_documents(db, ctx.scope, on)?.into_iter().map(document).collect::<Outcome<Vec<_>>>()
    })?;
    Ok(Year { year, sums: sums.into_values().collect(), turnover, missing })
}

/// Where a seller stands who goes by the threshold. It is read once for as many sales as are made together, and counts them.
pub struct Standing {
    headroom: Cell<Headroom>,
    rates: DailyRates,
    today: NaiveDate,
}

impl Standing {
    /// Reads it as of today.
    pub fn load(db: &mut Db, ctx: &Ctx) -> Outcome<Self> {
        let today = ctx.today();
        let [this, last] = years(db, ctx, today.year())?;
        let is_exceeded = this.turnover.exceeded.is_some() || last.turnover.exceeded.is_some();
        let headroom = Cell::new(Headroom { sum: this.turnover.sum, is_exceeded });
        let rates = exchange_rates::newest(db, ctx.scope, today)?;
        Ok(Self { headroom, rates: DailyRates::new(rates), today })
    }

    /// Whether the threshold was exceeded by now.
    pub fn is_exceeded(&self) -> bool {
        self.headroom.get().is_exceeded
    }

    /// Counts a sale; says whether the threshold is exceeded with it.
    pub fn count(&self, net: Money) -> Outcome<bool> {
        let net: Decimal = self.rates.exact_euro(self.today, net)?.unwrap_or_default();
        self.headroom.set(self.headroom.get().with(net));
        Ok(self.is_exceeded())
    }
}
