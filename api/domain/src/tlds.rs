//! Endings of names that a seller sells (CAT-12): which there are, who registers them, and what they cost by years.

use crate::problem::{Code, Problem, Result};
use crate::schedule::{Cycle, CycleUnit};
use crate::{Check, Currency, Money};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

text_enum! {
    /// Whether an ending can be sold.
    pub enum TldState {
        /// It is not offered, whatever plans name it.
        Suspended = "suspended",
        /// Plans may name it.
        Active = "active",
    }
}

text_enum! {
    /// What is done with a name.
    pub enum TldAction {
        /// A new name.
        Register = "register",
        /// The name stays for another period.
        Renew = "renew",
        /// The name moves here from another registrar.
        Transfer = "transfer",
    }
}

text_enum! {
    /// What speaks to a registrar.
    pub enum RegistrarKind {
        /// The registrar for trying things out; no name is registered.
        Fake = "fake",
    }
}

/// The longest time for which a name is paid at once.
pub const LONGEST: u8 = 10;

/// What every seller begins with: the endings that are asked for most, suspended and without a registrar.
pub const PREDEFINED: &[&str] = &[
    "com", "net", "org", "info", "biz", "name", "eu", "fr", "de", "be", "nl", "lu", "ch", "at", "it", "es", "pt", "uk",
    "co.uk", "ie", "pl", "cz", "dk", "se", "no", "fi", "us", "ca", "me", "io", "co", "tv", "cc", "app", "dev", "shop",
    "online", "site", "store", "xyz",
];

/// What so many years of a name cost, before discounts and taxes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"action": "register", "years": 1, "amount": {"amount": "9.90", "currency": "EUR"}}))]
pub struct TldPrice {
    /// For what.
    pub action: TldAction,
    /// How many years.
    #[schema(minimum = 1, maximum = 10)]
    pub years: u8,
    /// What they cost together.
    pub amount: Money,
}

/// An ending that a registrar takes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SupportedTld {
    /// Without the dot.
    pub tld: String,
    /// Whether names can move to it.
    pub transfers: bool,
}

/// An ending as it is offered in one currency.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfferedTld {
    pub name: String,
    /// Whether names can move here.
    pub transfers: bool,
    /// In the currency of the offer; none where the plan's own prices hold.
    pub prices: Vec<TldPrice>,
}

/// What a name costs at first and then.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NamePrice {
    pub years: u8,
    pub first: Money,
    pub renew: Money,
}

impl NamePrice {
    /// How often it renews.
    pub fn cycle(&self) -> Option<Cycle> {
        Cycle::new(u16::from(self.years), CycleUnit::Year).ok()
    }
}

impl OfferedTld {
    /// What can be had for one of the two ways in which a name comes, the shortest time first. A name renews for as long as
    /// it came.
    pub fn ways(&self, action: TldAction) -> Vec<NamePrice> {
        let amount = |wanted: TldAction, years: u8| {
            let found = self.prices.iter().find(|price| price.action == wanted && price.years == years);
            found.map(|price| price.amount)
        };
        let way = |years: u8| {
            Some(NamePrice { years, first: amount(action, years)?, renew: amount(TldAction::Renew, years)? })
        };
        if action == TldAction::Transfer && !self.transfers {
            return Vec::new();
        }
        (1..=LONGEST).filter_map(way).collect()
    }
}

/// Notes what is wrong with the name of an ending: `com`, `co.uk`, without a dot in front.
pub fn check_name(check: &mut Check, pointer: &str, name: &str) {
    name.split('.').for_each(|label| check.slug(pointer, label));
    check.ensure(name.split('.').count() <= 3, pointer, "too_long", "at most three parts");
}

/// Notes what is wrong with a price list, at `{pointer}/{index}/…`: a price twice, years or amounts out of range, and what
/// could not be renewed.
pub fn check_prices(check: &mut Check, pointer: &str, prices: &[TldPrice]) {
    check.ensure(prices.len() <= 300, pointer, "too_many", "at most 300");
    let mut seen: BTreeSet<(TldAction, u8, Currency)> = BTreeSet::new();
    let renewals: BTreeSet<_> = prices.iter().filter(|price| price.action == TldAction::Renew).map(of_what).collect();
    for (index, price) in prices.iter().enumerate() {
        let at = |field: &str| format!("{pointer}/{index}{field}");
        let (years, currency) = of_what(price);
        check.ensure((1..=LONGEST).contains(&years), &at("/years"), "out_of_range", "from 1 to 10 years");
        check.price(&at("/amount"), price.amount);
        if !seen.insert((price.action, years, currency)) {
            check.refuse(
                &at(""),
                "duplicate",
                format!("there is a price to {} for {years} years already", price.action),
            );
        }
        let renews = price.action == TldAction::Renew || renewals.contains(&(years, currency));
        check.ensure(
            renews,
            &at("/years"),
            "no_renewal",
            "say what it costs to renew for as many years in this currency",
        );
    }
}

fn of_what(price: &TldPrice) -> (u8, Currency) {
    (price.years, price.amount.currency())
}

/// Refuses to make a registrar the default one of an ending that it does not take.
pub fn takes(supported: &[SupportedTld], name: &str) -> Result<()> {
    if supported.iter().any(|known| known.tld == name) {
        return Ok(());
    }
    let detail = format!("this registrar does not take .{name}");
    Err(Problem::new(Code::ValidationFailed, "see errors").at("/default_registrar_id", "not_supported", detail))
}

/// The state of an ending after it was put to work or suspended.
pub fn after(state: TldState, wanted: TldState) -> Result<TldState> {
    if state == wanted { Err(Problem::new(Code::WrongState, format!("it is {wanted} already"))) } else { Ok(wanted) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(action: TldAction, years: u8, minor: i64) -> TldPrice {
        TldPrice { action, years, amount: Money::from_minor(minor, Currency::EUR) }
    }

    fn faults(prices: &[TldPrice]) -> Vec<(String, &'static str)> {
        let mut check = Check::new();
        check_prices(&mut check, "/prices", prices);
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn a_price_list_can_be_renewed() {
        use TldAction::*;
        let list = [price(Register, 1, 900), price(Renew, 1, 1200), price(Transfer, 1, 0), price(Renew, 2, 2200)];
        assert_eq!(faults(&list), []);
        let wrong = [price(Register, 1, 900), price(Renew, 0, -1), price(Renew, 2, 1), price(Renew, 2, 2)];
        let want = [
            ("/prices/0/years", "no_renewal"),
            ("/prices/1/years", "out_of_range"),
            ("/prices/1/amount", "out_of_range"),
            ("/prices/3", "duplicate"),
        ];
        assert_eq!(faults(&wrong), want.map(|(pointer, code)| (pointer.to_string(), code)));
    }

    /// A name comes for one or two years and renews for as long; it moves only where the registrar can.
    #[test]
    fn ways_in_which_a_name_comes() {
        use TldAction::*;
        let prices = vec![
            price(Renew, 2, 2200),
            price(Register, 2, 2000),
            price(Register, 1, 900),
            price(Renew, 1, 1200),
            price(Transfer, 1, 800),
        ];
        let mut tld = OfferedTld { name: "com".into(), transfers: true, prices };
        let told = |ways: Vec<NamePrice>| {
            ways.iter()
                .map(|way| (way.cycle().unwrap().to_string(), way.first.minor(), way.renew.minor()))
                .collect::<Vec<_>>()
        };
        assert_eq!(told(tld.ways(Register)), [("1-year".into(), 900, 1200), ("2-year".into(), 2000, 2200)]);
        assert_eq!(told(tld.ways(Transfer)), [("1-year".to_string(), 800, 1200)]);
        tld.transfers = false;
        assert!(tld.ways(Transfer).is_empty());
    }

    #[test]
    fn a_registrar_takes_what_it_supports() {
        let supported = [SupportedTld { tld: "com".into(), transfers: true }];
        assert!(takes(&supported, "com").is_ok() && takes(&supported, "net").is_err());
        assert_eq!(after(TldState::Active, TldState::Active).unwrap_err().code, Code::WrongState);
    }

    #[test]
    fn what_every_seller_begins_with_are_endings() {
        let mut check = Check::new();
        PREDEFINED.iter().for_each(|name| check_name(&mut check, "/name", name));
        check.done().unwrap();
        assert_eq!(PREDEFINED.iter().collect::<BTreeSet<_>>().len(), PREDEFINED.len());
        for wrong in [".com", "COM", "a.b.c.d", ""] {
            let mut check = Check::new();
            check_name(&mut check, "/name", wrong);
            assert!(check.done().is_err(), "{wrong}");
        }
    }
}
