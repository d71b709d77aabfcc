//! The names that a store sells (CAT-12): endings with their prices by years, as an order would have them.

use crate::stores::offer::Automatic;
use comptoir_db::Outcome;
use comptoir_db::stores::StoreRow;
use comptoir_domain::orders::{DomainOption, Offer, OfferedPlan};
use comptoir_domain::plans::{PlanType, Price};
use comptoir_domain::schedule::{Cycle, CycleUnit};
use comptoir_domain::tlds::{NamePrice, OfferedTld, TldAction};
use comptoir_domain::{Locale, Money};
use comptoir_storefront::site::{StoreDomains, StoreOffer, StoreTld, StoreTldOffer, StoreTldPeriod};

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
            for way in ways(plan, tld) {
                periods.push(period(plan, tld, way, moves, locale, automatic)?);
            }
            let mut periods = periods.into_iter();
            if let Some(first) = periods.next() {
                tlds.push(StoreTld { other_periods: periods.collect(), ..of_first(&tld.name, first) });
            }
        }
    }
    Ok(Some(StoreDomains { options: store.domain_options.0.clone(), tlds }))
}

/// For how many years a name can be registered, and at which prices: those of the ending, or else the plan's.
fn ways(plan: &OfferedPlan, tld: &OfferedTld) -> Vec<NamePrice> {
    if !tld.prices.is_empty() {
        return tld.ways(TldAction::Register);
    }
    let shortest = plan.prices.iter().map(|offered| &offered.price).min_by_key(|price| price.cycle);
    let yearly = shortest.filter(|price| price.cycle.unit() == CycleUnit::Year);
    let way = yearly.and_then(|price| {
        let (years, first) = (u8::try_from(price.cycle.count()).ok()?, price.recurring.plus(price.setup).ok()?);
        Some(NamePrice { years, first, renew: price.recurring })
    });
    way.into_iter().collect()
}

fn of_first(tld: &str, first: StoreTldPeriod) -> StoreTld {
    let StoreTldPeriod { years, register, transfer, renew, offer } = first;
    StoreTld { tld: tld.into(), years, register, transfer, renew, offer, other_periods: Vec::new() }
}

fn period(
    plan: &OfferedPlan,
    tld: &OfferedTld,
    way: NamePrice,
    moves: bool,
    locale: Locale,
    automatic: &Automatic,
) -> Outcome<StoreTldPeriod> {
    let transfer = transfer(tld, way).filter(|_| moves && tld.transfers);
    let mut period = StoreTldPeriod { years: way.years, register: way.first, transfer, renew: way.renew, offer: None };
    let Some(cycle) = way.cycle() else { return Ok(period) };
    let lower = |amount: Money| automatic.offer(plan, &of_amount(cycle, amount), locale);
    if let Some(register) = lower(way.first)? {
        let transfer = transfer.map(lower).transpose()?.flatten().map(|lower| lower.recurring);
        period.offer = Some(lowered(register, lower(way.renew)?, transfer, &period));
    }
    Ok(period)
}

/// What a move costs for as many years; where the plan's own prices hold, it costs what a new name does.
fn transfer(tld: &OfferedTld, way: NamePrice) -> Option<Money> {
    if tld.prices.is_empty() {
        return Some(way.first);
    }
    let ways = tld.ways(TldAction::Transfer);
    ways.iter().find(|other| other.years == way.years).map(|found| found.first)
}

fn of_amount(cycle: Cycle, recurring: Money) -> Price<Cycle> {
    let zero = Money::zero(recurring.currency());
    Price { cycle, currency: recurring.currency(), recurring, setup: zero, upgrade: zero, downgrade: zero }
}

/// The first period, and the next one, if the offer lasts so long.
fn lowered(
    register: StoreOffer,
    renew: Option<StoreOffer>,
    transfer: Option<Money>,
    plain: &StoreTldPeriod,
) -> StoreTldOffer {
    let lasts = register.cycles.is_none_or(|cycles| cycles > 1);
    let renew = renew.filter(|_| lasts).map_or(plain.renew, |lower| lower.recurring);
    StoreTldOffer { register: register.recurring, transfer: transfer.or(plain.transfer), renew, label: register.label }
}
