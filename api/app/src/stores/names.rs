//! The names that a store sells (CAT-12): endings with their prices by years, as an order would have them.

use crate::stores::offer::Automatic;
use comptoir_db::stores::StoreRow;
use comptoir_db::{Failure, Outcome};
use comptoir_domain::orders::{DomainOption, Offer, OfferedPlan};
use comptoir_domain::plans::{PlanType, Price};
use comptoir_domain::schedule::{Cycle, CycleUnit};
use comptoir_domain::tlds::{LONGEST, NamePrice, OfferedTld, TldAction};
use comptoir_domain::{Locale, Money, Problem};
use comptoir_storefront::site::{StoreDomains, StoreTld, StoreTldOffer, StoreTldPeriod};

/// The endings that the domain plans sell by the year. Of two plans that sell one, the first has it.
pub fn names(store: &StoreRow, offer: &Offer, locale: Locale, automatic: &Automatic) -> Outcome<Option<StoreDomains>> {
    if store.domain_options.0.is_empty() {
        return Ok(None);
    }
    let moves = store.domain_options.0.contains(&DomainOption::Transfer);
    let mut tlds: Vec<StoreTld> = Vec::new();
    for plan in offer.plans.iter().filter(|plan| plan.kind == PlanType::Domain) {
        for tld in &plan.tlds {
            if tlds.iter().any(|known| known.tld == tld.name) {
                continue;
            }
            let mut periods = Vec::new();
            for way in ways(plan, tld, moves) {
                periods.push(period(plan, way, locale, automatic)?);
            }
            let mut periods = periods.into_iter();
            if let Some(first) = periods.next() {
                tlds.push(StoreTld { other_periods: periods.collect(), ..of_first(&tld.name, first) });
            }
        }
    }
    Ok(Some(StoreDomains { options: store.domain_options.0.clone(), tlds }))
}

/// What so many years of a name cost: at first, by the way in which it comes, and then.
struct Way {
    years: u8,
    cycle: Cycle,
    register: Option<Price<Cycle>>,
    transfer: Option<Price<Cycle>>,
    renew: Price<Cycle>,
}

/// For how many years a name can be had, in one way or the other, the shortest time first: at the prices of the ending, or
/// else at the plan's, by which a move costs what a new name does.
fn ways(plan: &OfferedPlan, tld: &OfferedTld, moves: bool) -> Vec<Way> {
    let of_ending = |years: u8, cycle: Cycle| {
        let way = |action| tld.ways(action).into_iter().find(|way| way.years == years);
        let (register, transfer) = (way(TldAction::Register), way(TldAction::Transfer).filter(|_| moves));
        let first = |way: NamePrice| of_amount(cycle, way.first);
        let renew = of_amount(cycle, register.or(transfer)?.renew);
        Some(Way { years, cycle, register: register.map(first), transfer: transfer.map(first), renew })
    };
    let of_plan = |years: u8, cycle: Cycle| {
        let price = &plan.prices.iter().find(|offered| offered.price.cycle == cycle)?.price;
        let (register, renew) = (price.clone(), of_amount(cycle, price.recurring));
        let transfer = Some(price.clone()).filter(|_| moves && tld.transfers);
        Some(Way { years, cycle, register: Some(register), transfer, renew })
    };
    let cycles = (1..=LONGEST).filter_map(|years| Some((years, Cycle::new(u16::from(years), CycleUnit::Year).ok()?)));
    let way = |(years, cycle)| if tld.prices.is_empty() { of_plan(years, cycle) } else { of_ending(years, cycle) };
    cycles.filter_map(way).collect()
}

fn of_first(tld: &str, first: StoreTldPeriod) -> StoreTld {
    let StoreTldPeriod { years, register, transfer, renew, offer } = first;
    StoreTld { tld: tld.into(), years, register, transfer, renew, offer, other_periods: Vec::new() }
}

fn of_amount(cycle: Cycle, recurring: Money) -> Price<Cycle> {
    let zero = Money::zero(recurring.currency());
    Price { cycle, currency: recurring.currency(), recurring, setup: zero, upgrade: zero, downgrade: zero }
}

/// What is listed, and what it costs with what applies: the first period, and the one after it.
fn period(plan: &OfferedPlan, way: Way, locale: Locale, automatic: &Automatic) -> Outcome<StoreTldPeriod> {
    let at_first = |price: &Price<Cycle>| Ok(price.recurring.plus(price.setup).map_err(Problem::from)?);
    let lowered = |price: &Price<Cycle>| automatic.in_period(plan, price, 1);
    let amounts = |amount: &dyn Fn(&Price<Cycle>) -> Outcome<Money>| {
        let (register, transfer) = (way.register.as_ref().map(amount), way.transfer.as_ref().map(amount));
        Ok::<_, Failure>((register.transpose()?, transfer.transpose()?))
    };
    let (listed, now) = (amounts(&at_first)?, amounts(&lowered)?);
    let (renew, again) = (way.renew.recurring, automatic.in_period(plan, &way.renew, 2)?);
    let label = automatic.name(plan, way.cycle, locale)?;
    let offer = StoreTldOffer { register: now.0, transfer: now.1, renew: again, label };
    let differs = (listed, renew) != (now, again);
    let (register, transfer) = listed;
    Ok(StoreTldPeriod { years: way.years, register, transfer, renew, offer: differs.then_some(offer) })
}
