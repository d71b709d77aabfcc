//! A cart held against a small store, with amounts worked out by hand.

use super::first_invoice::{ContractIds, Dated, FirstLine, Signed, dated, first_lines, next_lines, price_request};
use super::*;
use crate::plans::{PlanType, Price};
use crate::quotes::{PriceBasis, Priced, TaxFacts, price};
use crate::schedule::{BillingMode, BillingRule, FirstMonth};
use crate::taxes::Place;
use crate::tlds::{OfferedTld, TldAction, TldPrice};
use crate::{AddOnId, Id, Money, PlanId, PriceId};
use chrono::NaiveDate;

fn id<I: Id>(number: u128) -> I {
    I::from_uuid(uuid::Uuid::from_u128(number))
}

fn price_of(number: u128, cycle: &str, recurring: i64, setup: i64) -> OfferedPrice {
    let currency = "EUR".parse().unwrap();
    let money = |minor| Money::from_minor(minor, currency);
    let price = Price {
        cycle: cycle.parse().unwrap(),
        currency,
        recurring: money(recurring),
        setup: money(setup),
        upgrade: money(0),
        downgrade: money(0),
    };
    OfferedPrice { id: id::<PriceId>(number), price }
}

/// Web S at 9.90 a month and 5.00 set-up, back-ups at 2.00, names in .com at 12.00 a year.
fn shop() -> Offer {
    let plan = |number, name: &str, kind, prices, tlds: &[&str], add_ons| OfferedPlan {
        id: id::<PlanId>(number),
        name: name.into(),
        kind,
        tax_policy: None,
        lead_days: 10,
        cycle_limit: None,
        trial_days: 0,
        prorates: true,
        tlds: tlds.iter().map(|tld| OfferedTld { name: tld.to_string(), transfers: true, prices: vec![] }).collect(),
        add_ons,
        prices,
    };
    let backup = id::<AddOnId>(7);
    Offer {
        currency: "EUR".parse().unwrap(),
        domain_options: vec![DomainOption::Register, DomainOption::UseOwn],
        plans: vec![
            plan(1, "Web S", PlanType::Hosting, vec![price_of(11, "1-month", 990, 500)], &[], vec![backup]),
            plan(
                2,
                "Names",
                PlanType::Domain,
                vec![price_of(12, "2-year", 2200, 0), price_of(13, "1-year", 1200, 0)],
                &["com"],
                vec![],
            ),
        ],
        add_ons: vec![OfferedAddOn {
            id: backup,
            name: "Back-up".into(),
            tax_policy: None,
            prices: vec![price_of(14, "1-month", 200, 0)],
        }],
    }
}

fn cart(text: &str) -> Cart {
    let (plan, backup) = (id::<PlanId>(1), id::<AddOnId>(7));
    serde_json::from_str(&text.replace("PLAN", &plan.to_string()).replace("BACKUP", &backup.to_string())).unwrap()
}

fn signed(today: NaiveDate) -> Signed {
    Signed { client: id(1), currency: shop().currency, today, starts_on: today }
}

fn with_dates(contracts: &[Contract], rule: &BillingRule, today: NaiveDate) -> Vec<Dated> {
    let one = |(number, contract): (u128, &Contract)| {
        let items = (0_u128..).take(contract.items.len()).map(|item| id(100 * number + item)).collect();
        let ids = ContractIds { subscription: id(number), items };
        dated(contract, &ids, signed(today), rule).unwrap()
    };
    (0_u128..).zip(contracts).map(one).collect()
}

fn priced(cart: &Cart, rule: &BillingRule, today: &str) -> Priced {
    let today: NaiveDate = today.parse().unwrap();
    let offer = shop();
    let contracts = contracts(cart, &offer).unwrap();
    let (lines, _) = first_lines(&with_dates(&contracts, rule, today)).unwrap();
    let place = Place::of("FR".parse().unwrap());
    let tax = TaxFacts { policies: vec![], place, date: today, note: None, private_sale: None };
    price(&price_request(&contracts, &lines, offer.currency, PriceBasis::Net, &[], Default::default(), tax)).unwrap()
}

const HOSTING: &str = r#"{"items":[{"plan_id":"PLAN","cycle":"1-month","add_on_ids":["BACKUP"],"domain":{"name":"Example.COM","option":"register"}}]}"#;

/// 5.00 set-up + 9.90 + 2.00 + 12.00 for the name = 28.90.
#[test]
fn hosting_with_a_name_makes_two_contracts() {
    let cart = cart(HOSTING);
    let found = contracts(&cart, &shop()).unwrap();
    let names: Vec<_> =
        found.iter().map(|one| (one.kind, one.name.as_str(), one.cycle.to_string(), one.items.len())).collect();
    assert_eq!(
        names,
        [
            (PlanType::Hosting, "example.com", "1-month".into(), 2),
            (PlanType::Domain, "example.com", "1-year".into(), 1)
        ]
    );
    let priced = priced(&cart, &BillingRule::default(), "2026-01-31");
    let lines: Vec<_> = priced.lines.iter().map(|line| (line.key.as_str(), line.net.minor())).collect();
    assert_eq!(
        lines,
        [
            ("0.0.setup.2026-01-31", 500),
            ("0.0.recurring.2026-01-31", 990),
            ("0.1.add_on.2026-01-31", 200),
            ("1.0.recurring.2026-01-31", 1200)
        ]
    );
    assert_eq!(priced.totals.gross.minor(), 2890);
    // the last day of a period that begins on 31 January is 27 February
    assert!(format!("{:?}", priced.lines[1].description).contains("2026-01-31 – 2026-02-27"));
}

/// Monthly mode from the threshold on: 15 June pays 15 to 30 June, 16 of 30 days, and July.
#[test]
fn monthly_mode_pays_the_rest_and_the_next_month() {
    let rule = BillingRule { mode: BillingMode::Monthly, threshold_day: 15, first_month: FirstMonth::Prorated };
    let own =
        cart(r#"{"items":[{"plan_id":"PLAN","cycle":"1-month","domain":{"name":"example.com","option":"use_own"}}]}"#);
    let priced = priced(&own, &rule, "2026-06-15");
    // 16 days of June's 30: 9.90 × 16 / 30 = 5.28; July 9.90; set-up 5.00
    let mut nets: Vec<_> = priced.lines.iter().map(|line| line.net.minor()).collect();
    nets.sort();
    assert_eq!(nets, [500, 528, 990]);
}

#[test]
fn everything_wrong_is_named_at_once() {
    let cart = cart(
        r#"{"items":[
            {"plan_id":"PLAN","cycle":"1-year","add_on_ids":["BACKUP","BACKUP"]},
            {"plan_id":"PLAN","cycle":"1-month","domain":{"name":"example.xyz","option":"register"}},
            {"plan_id":"PLAN","cycle":"1-month","domain":{"name":"example.com","option":"transfer"}}]}"#,
    );
    let problem = contracts(&cart, &shop()).unwrap_err();
    let found: Vec<_> = problem.fields.iter().map(|field| (field.pointer.as_str(), field.code)).collect();
    for place in [
        ("/cart/items/0/domain", "required"),
        ("/cart/items/0/add_on_ids/1", "duplicate"),
        ("/cart/items/0/cycle", "no_price"),
        ("/cart/items/1/domain/name", "not_offered"),
        ("/cart/items/2/domain/option", "not_offered"),
    ] {
        assert!(found.contains(&place), "{place:?} is not in {found:?}");
    }
    assert!(contracts(&Cart { items: vec![], coupon: None, starts_on: None }, &shop()).is_err());
}

#[test]
fn what_the_store_does_not_show_is_not_there() {
    let plan = cart(r#"{"items":[{"plan_id":"pla_000g40o40k30e209185go38e1s","cycle":"1-month"}]}"#);
    let add_on =
        cart(r#"{"items":[{"plan_id":"PLAN","cycle":"1-month","add_on_ids":["ado_000g40o40k30e209185go38e1s"]}]}"#);
    for (cart, place) in [(plan, "/cart/items/0/plan_id"), (add_on, "/cart/items/0/add_on_ids/0")] {
        let problem = contracts(&cart, &shop()).unwrap_err();
        assert_eq!((problem.code, problem.fields[0].pointer.as_str()), (crate::Code::NotFound, place));
    }
}

/// What comes after the first invoice: the same without the set-up, from where that one ended; 31 January is followed by
/// 28 February. In monthly mode 15 June has paid July, so August comes next.
#[test]
fn the_next_period_follows_the_first_invoice() {
    let found = contracts(&cart(HOSTING), &shop()).unwrap();
    let next = |rule: &BillingRule, today: &str| {
        let dated = with_dates(&found, rule, today.parse().unwrap());
        let (_, derived) = first_lines(&dated).unwrap();
        next_lines(&dated, &derived).unwrap().iter().map(FirstLine::key).collect::<Vec<_>>()
    };
    let want = ["0.0.recurring.2026-02-28", "0.1.add_on.2026-02-28", "1.0.recurring.2027-01-31"];
    assert_eq!(next(&BillingRule::default(), "2026-01-31"), want);
    let monthly = BillingRule { mode: BillingMode::Monthly, threshold_day: 15, first_month: FirstMonth::Prorated };
    assert_eq!(next(&monthly, "2026-06-15")[..2], ["0.0.recurring.2026-08-01", "0.1.add_on.2026-08-01"]);
}

#[test]
fn names_are_sold_by_the_first_plan_with_a_price() {
    let mut offer = shop();
    let found = |offer: &Offer, name: &str| {
        let found = offer.domain_plan(&name.parse().unwrap(), DomainOption::Register);
        found.map(|(plan, cycle)| (plan.name.clone(), cycle.to_string()))
    };
    assert_eq!(found(&offer, "example.com"), Some(("Names".into(), "1-year".into())));
    assert_eq!(found(&offer, "example.org"), None);
    offer.plans[1].prices.clear();
    assert_eq!(found(&offer, "example.com"), None);
}

/// The shop with prices for .com: 9.00 for the first year and 12.00 for each after it, or 22.00 for two years and again;
/// moved for 8.00.
fn shop_of_endings() -> Offer {
    let mut offer = shop();
    offer.domain_options.push(DomainOption::Transfer);
    let currency = offer.currency;
    let price = |action, years, minor| TldPrice { action, years, amount: Money::from_minor(minor, currency) };
    offer.plans[1].tlds[0].prices = vec![
        price(TldAction::Register, 1, 900),
        price(TldAction::Renew, 1, 1200),
        price(TldAction::Register, 2, 2200),
        price(TldAction::Renew, 2, 2200),
        price(TldAction::Transfer, 1, 800),
    ];
    offer
}

/// Days and prices of the first lines of a name and of those that follow, or the first place that is wrong.
fn name_for(offer: &Offer, cycle: &str, option: &str) -> Result<Vec<(String, String)>, (String, &'static str)> {
    let text = r#"{"items":[{"plan_id":"NAMES","cycle":"CYCLE","domain":{"name":"example.com","option":"OPTION"}}]}"#;
    let text = text.replace("NAMES", &offer.plans[1].id.to_string()).replace("CYCLE", cycle).replace("OPTION", option);
    let found = contracts(&cart(&text), offer);
    let found = found.map_err(|problem| (problem.fields[0].pointer.clone(), problem.fields[0].code))?;
    let dated = with_dates(&found, &BillingRule::default(), "2026-01-05".parse().unwrap());
    let (first, derived) = first_lines(&dated).unwrap();
    let then = next_lines(&dated, &derived).unwrap();
    let told = |line: &FirstLine| (line.line.period.from.to_string(), line.line.unit_price.to_string());
    Ok(first.iter().chain(&then).map(told).collect())
}

#[test]
fn a_name_costs_what_its_ending_does() {
    let mut offer = shop_of_endings();
    let rows = |rows: [(&str, &str); 2]| Ok(rows.map(|(day, price)| (day.to_string(), price.to_string())).to_vec());
    assert_eq!(name_for(&offer, "1-year", "register"), rows([("2026-01-05", "9"), ("2027-01-05", "12")]));
    assert_eq!(name_for(&offer, "2-year", "register"), rows([("2026-01-05", "22"), ("2028-01-05", "22")]));
    assert_eq!(name_for(&offer, "1-year", "transfer"), rows([("2026-01-05", "8"), ("2027-01-05", "12")]));
    assert_eq!(name_for(&offer, "3-year", "register"), Err(("/cart/items/0/cycle".into(), "no_price")));
    offer.plans[1].tlds[0].transfers = false;
    assert_eq!(name_for(&offer, "1-year", "transfer"), Err(("/cart/items/0/domain/option".into(), "not_offered")));
}

/// Where everything is renewed on the first of a month, a year of a name is a year all the same, at what its first one costs:
/// registered on the 5th for 9.00, not for 27 days of it.
#[test]
fn a_year_of_a_name_is_whole_in_monthly_billing() {
    let offer = shop_of_endings();
    let monthly = BillingRule { mode: BillingMode::Monthly, ..BillingRule::default() };
    let text =
        r#"{"items":[{"plan_id":"NAMES","cycle":"1-year","domain":{"name":"example.com","option":"register"}}]}"#;
    let found = contracts(&cart(&text.replace("NAMES", &offer.plans[1].id.to_string())), &offer).unwrap();
    let dated = with_dates(&found, &monthly, "2026-01-05".parse().unwrap());
    let (first, derived) = first_lines(&dated).unwrap();
    let then = next_lines(&dated, &derived).unwrap();
    let told = |line: &FirstLine| (line.line.net(offer.currency).unwrap().minor(), line.line.period.to.to_string());
    let all: Vec<_> = first.iter().chain(&then).map(told).collect();
    assert_eq!(all, [(900, "2027-01-05".to_string()), (1200, "2028-01-05".to_string())]);
}

/// A name that comes with hosting, for as long as is asked for.
#[test]
fn a_name_beside_hosting_has_years_of_its_own() {
    let offer = shop_of_endings();
    let timed = |years: &str| {
        let years = format!(r#""option":"register","years":{years}"#);
        let found = contracts(&cart(&HOSTING.replace(r#""option":"register""#, &years)), &offer);
        let found = found.map_err(|problem| (problem.fields[0].pointer.clone(), problem.fields[0].code))?;
        Ok::<_, (String, &'static str)>(found[1].cycle.to_string())
    };
    assert_eq!(timed("2"), Ok("2-year".into()));
    assert_eq!(timed("3"), Err(("/cart/items/0/domain/years".into(), "no_price")));
}
