use super::*;
use crate::{Country, Currency, Id};
use proptest::prelude::*;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(uuid::Uuid::from_u128(number))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

fn money(amount: &str, code: &str) -> Money {
    Money::parse(amount, code.parse().unwrap()).unwrap()
}

fn percent(text: &str) -> Rate {
    Rate::Percent(text.parse().unwrap())
}

/// A rule for `*`, `FR` or `US-NY`.
fn rule(number: u128, location: &str, rate: Rate, stage: TaxStage) -> TaxRule {
    let (area, state) = location.split_once('-').map_or((location, None), |(area, state)| (area, Some(state.into())));
    let location = Location { state, ..Location::of(area.parse().unwrap()) };
    TaxRule { id: id(number), name: format!("T{number}"), location, rate, stage, valid_from: None, valid_to: None }
}

fn policy(rules: Vec<TaxRule>) -> TaxPolicy {
    TaxPolicy { id: id(1), rules }
}

fn place(country_code: &str, state: &str) -> Place {
    Place { state: Some(state.into()), ..Place::of(country(country_code)) }
}

fn levy<'a>(policy: &'a TaxPolicy, place: &Place, currency: &str) -> Levy<'a> {
    Levy::of(policy, place, day("2026-11-23"), currency.parse().unwrap()).unwrap()
}

/// The taxes on a net of one line, as printed.
fn on_net(policy: &TaxPolicy, place: &Place, net: Money) -> Vec<String> {
    let currency = net.currency();
    let rows = levy(policy, place, currency.as_str()).compute(net, 1).unwrap();
    rows.iter().map(|row| row.amount.decimal().to_string()).collect()
}

use TaxStage::{OnPrice, OnTaxedPrice};

/// TAX-03, first example of the guide: 10.00 + 20.00 on 100.00; 6.50 + 13.00 on 130.00; 49.50 together. The rules are
/// listed backwards: the stage decides, not the order.
#[test]
fn second_stage_taxes_are_on_the_taxed_price() {
    let policy = policy(vec![
        rule(4, "FR", percent("10"), OnTaxedPrice),
        rule(3, "FR", percent("5"), OnTaxedPrice),
        rule(2, "FR", percent("20"), OnPrice),
        rule(1, "FR", percent("10"), OnPrice),
    ]);
    let rows = levy(&policy, &Place::of(country("FR")), "EUR").compute(money("100.00", "EUR"), 1).unwrap();
    let table: Vec<_> =
        rows.iter().map(|row| (row.name.as_str(), row.base.to_string(), row.amount.to_string())).collect();
    let want = [
        ("T2", "100.00 EUR", "20.00 EUR"),
        ("T1", "100.00 EUR", "10.00 EUR"),
        ("T4", "130.00 EUR", "13.00 EUR"),
        ("T3", "130.00 EUR", "6.50 EUR"),
    ];
    assert_eq!(table, want.map(|(name, base, amount)| (name, base.into(), amount.into())));
    let total = Money::sum("EUR".parse().unwrap(), rows.iter().map(|row| row.amount)).unwrap();
    assert_eq!(total, money("49.50", "EUR"));
}

/// TAX-03: the guide's sales taxes of three states, and nothing in a fourth.
#[test]
fn each_state_has_its_own_rate() {
    let policy = policy(vec![
        rule(1, "US-NY", percent("4"), OnTaxedPrice),
        rule(2, "US-PA", percent("6"), OnTaxedPrice),
        rule(3, "US-NJ", percent("7"), OnTaxedPrice),
    ]);
    let net = money("100.00", "USD");
    for (state, want) in [("NY", vec!["4.00"]), ("PA", vec!["6.00"]), ("nj", vec!["7.00"]), ("OR", vec![])] {
        assert_eq!(on_net(&policy, &place("US", state), net), want, "{state}");
    }
    assert!(on_net(&policy, &Place::of(country("US")), net).is_empty());
    assert!(on_net(&policy, &place("CA", "NY"), net).is_empty());
}

/// TAX-03: one rule for the whole Union.
#[test]
fn the_union_is_one_area() {
    let policy = policy(vec![rule(1, "EU-*", percent("19"), OnTaxedPrice)]);
    let net = money("100.00", "EUR");
    for code in ["DE", "GR", "HR", "MC", "FI"] {
        assert_eq!(on_net(&policy, &Place::of(country(code)), net), ["19.00"], "{code}");
    }
    for code in ["GB", "CH", "US", "NO", "AX", "RE", "GP"] {
        assert!(on_net(&policy, &Place::of(country(code)), net).is_empty(), "{code}");
    }
}

/// TAX-03, Quebec as the guide sets it up: QST 8.5 % of 100.00 = 8.50; GST 5 % of 108.50 = 5.425, so 5.43; 13.93.
#[test]
fn quebec_as_in_the_guide() {
    let policy = policy(vec![rule(1, "CA-*", percent("5"), OnTaxedPrice), rule(2, "CA-QC", percent("8.5"), OnPrice)]);
    assert_eq!(on_net(&policy, &place("CA", "QC"), money("100.00", "CAD")), ["8.50", "5.43"]);
    assert_eq!(on_net(&policy, &place("CA", "ON"), money("100.00", "CAD")), ["5.00"]);
}

fn built_in() -> TaxPolicy {
    policy(built_in_taxes().iter().zip(1..).map(|(row, number)| row.rule(id(number))).collect())
}

/// TAX-03, Quebec's law since 2013: both on the price. 5.00 + 9.975 rounded to 9.98 = 14.98.
#[test]
fn quebec_in_the_built_in_table() {
    assert_eq!(on_net(&built_in(), &place("CA", "QC"), money("100.00", "CAD")), ["5.00", "9.98"]);
}

/// Every member has one standard rate on a day, every province its taxes; changes of law hold from their day on.
#[test]
fn the_built_in_table_is_whole_and_dated() {
    let policy = built_in();
    let rates = |place: &Place, on: &str| {
        let text = |rule: &&TaxRule| match rule.rate {
            Rate::Percent(percent) => percent.to_string(),
            Rate::Fixed(amount) => amount.to_string(),
        };
        matching(&policy.rules, place, day(on)).iter().map(text).collect::<Vec<_>>()
    };
    for code in "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK".split(' ') {
        assert_eq!(rates(&Place::of(country(code)), "2024-02-29").len(), 1, "{code}");
        assert_eq!(rates(&Place::of(country(code)), "2026-11-23").len(), 1, "{code}");
    }
    for (code, eve, from, before, after) in [
        ("EE", "2025-06-30", "2025-07-01", "22", "24"),
        ("RO", "2025-07-31", "2025-08-01", "19", "21"),
        ("SK", "2024-12-31", "2025-01-01", "20", "23"),
        ("FI", "2024-08-31", "2024-09-01", "24", "25.5"),
    ] {
        assert_eq!(rates(&Place::of(country(code)), eve), [before]);
        assert_eq!(rates(&Place::of(country(code)), from), [after]);
    }
    for (state, want) in [
        ("AB", vec!["5"]),
        ("ON", vec!["13"]),
        ("NB", vec!["15"]),
        ("NL", vec!["15"]),
        ("PE", vec!["15"]),
        ("NS", vec!["14"]),
        ("BC", vec!["5", "7"]),
        ("MB", vec!["5", "7"]),
        ("SK", vec!["5", "6"]),
        ("QC", vec!["5", "9.975"]),
    ] {
        assert_eq!(rates(&place("CA", state), "2026-11-23"), want, "{state}");
    }
    assert_eq!(rates(&place("CA", "NS"), "2025-03-31"), ["15"]);
}

#[test]
fn membership_is_dated() {
    for (code, on, member) in [
        ("GB", "2020-12-31", true),
        ("GB", "2021-01-01", false),
        ("HR", "2013-06-30", false),
        ("HR", "2013-07-01", true),
        ("BG", "2006-12-31", false),
        ("BG", "2007-01-01", true),
        ("CH", "2026-01-01", false),
    ] {
        assert_eq!(in_union(country(code), day(on)), member, "{code} {on}");
    }
    assert_eq!(vat_prefix(country("GR"), day("2028-02-29")), Some("EL"));
    assert_eq!(vat_prefix(country("MC"), day("2026-01-31")), Some("FR"));
}

#[test]
fn reverse_charge_needs_a_verified_business_in_another_member_state() {
    let on = day("2026-11-23");
    let cases = [
        ("DE", true, Some("ATU12345678"), true),
        ("DE", true, Some("EL123456789"), true),
        ("DE", false, Some("ATU12345678"), false),
        ("DE", true, None, false),
        ("DE", true, Some("DE123456789"), false),
        ("GR", true, Some("EL123456789"), false),
        ("MC", true, Some("FR12345678901"), false),
        ("DE", true, Some("GR123456789"), false),
        ("DE", true, Some("GB123456789"), false),
        ("DE", true, Some("XI123456789"), false),
        ("US", true, Some("ATU12345678"), false),
        ("DE", true, Some("É"), false),
        ("DE", true, Some(""), false),
    ];
    for (seller, business, vat_id, want) in cases {
        assert_eq!(reverse_charge(country(seller), business, vat_id, on), want, "{seller} {vat_id:?}");
    }
    assert!(reverse_charge(country("DE"), true, Some("GB123456789"), day("2020-12-31")));
}

/// TAX-01: state, state-city, state-county, state-city-county; empty is `*`; every matching rule adds up.
#[test]
fn parts_of_a_location_narrow_it() {
    let at = |state: &str, city: &str, county: &str| {
        let part = |text: &str| (!text.is_empty()).then(|| text.to_string());
        Place { country: country("US"), state: part(state), city: part(city), county: part(county) }
    };
    let location = |state: &str, city: &str, county: &str| Location {
        area: "US".parse().unwrap(),
        state: Some(state.into()),
        city: Some(city.into()),
        county: Some(county.into()),
    };
    let home = at("NY", "New York", "Kings");
    let on = day("2026-11-23");
    for (rule, covers) in [
        (location("", "", ""), true),
        (location("*", "*", "*"), true),
        (location("NY", "", ""), true),
        (location("NY", "new york", ""), true),
        (location("NY", "*", "KINGS"), true),
        (location("NY", "New York", "Kings"), true),
        (location("NY", "Albany", ""), false),
        (location("NY", "New York", "Queens"), false),
        (location("NJ", "", ""), false),
    ] {
        assert_eq!(rule.covers(&home, on), covers, "{rule:?}");
    }
    assert!(!location("NY", "New York", "").covers(&at("NY", "", ""), on));
}

#[test]
fn nonsensical_rules_are_refused_with_every_place() {
    let mut wrong = rule(1, "EU-NY", percent("-1"), OnPrice);
    (wrong.name, wrong.location.city) = (String::new(), Some("Albany".into()));
    (wrong.valid_from, wrong.valid_to) = (Some(day("2028-02-29")), Some(day("2028-02-28")));
    let mut cityless = rule(2, "US", Rate::Fixed(money("-0.01", "USD")), OnPrice);
    cityless.location.county = Some("Kings".into());
    let places = |rule: &TaxRule| {
        let mut check = Check::new();
        rule.check(&mut check);
        check.done().unwrap_err().fields.into_iter().map(|field| field.pointer).collect::<Vec<_>>()
    };
    assert_eq!(places(&wrong), ["/name", "/location/state", "/rate/percent", "/valid_to"]);
    assert_eq!(places(&cityless), ["/location/county", "/rate/fixed/amount"]);
}

/// Two lines that cost something owe a tax of 10.00 twice, whatever they cost; a percentage of the second stage is on
/// it too: (100.00 + 20.00) × 10 % = 12.00.
#[test]
fn fixed_taxes_are_owed_per_line() {
    let policy = policy(vec![
        rule(1, "US", Rate::Fixed(money("10.00", "USD")), OnPrice),
        rule(2, "US", percent("10"), OnTaxedPrice),
    ]);
    let rows = levy(&policy, &Place::of(country("US")), "USD").compute(money("100.00", "USD"), 2).unwrap();
    assert_eq!(rows.iter().map(|row| row.amount.minor()).collect::<Vec<_>>(), [2000, 1200]);
    let levy = Levy::of(&policy, &Place::of(country("US")), day("2026-11-23"), "EUR".parse().unwrap());
    let problem = levy.unwrap_err();
    assert_eq!(
        (problem.fields[0].pointer.as_str(), problem.fields[0].code),
        ("/rules/0/rate/fixed/currency", "mixed_currency")
    );
}

/// A tax with an amount in each currency is owed in that of the sale, once; another tax without one is refused.
#[test]
fn a_fixed_tax_has_an_amount_for_each_currency() {
    let mut rules = vec![
        rule(1, "US", Rate::Fixed(money("10.00", "USD")), OnPrice),
        rule(2, "US", Rate::Fixed(money("9.00", "EUR")), OnPrice),
    ];
    rules.iter_mut().for_each(|rule| rule.name = "Stamp".into());
    let mut policy = policy(rules);
    let place = Place::of(country("US"));
    for (currency, want) in [("USD", 1000), ("EUR", 900)] {
        let rows = levy(&policy, &place, currency).compute(money("100.00", currency), 1).unwrap();
        assert_eq!(rows.iter().map(|row| row.amount.minor()).collect::<Vec<_>>(), [want], "{currency}");
    }
    // the same name elsewhere is another tax: both are owed where the places cover each other
    policy.rules[1].location.state = Some("NY".into());
    let place = Place { state: Some("NY".into()), ..place };
    assert!(Levy::of(&policy, &place, day("2026-11-23"), "EUR".parse().unwrap()).is_err());
    policy.rules[1].location.state = None;
    policy.rules[1].name = "Another".into();
    let problem = Levy::of(&policy, &place, day("2026-11-23"), "EUR".parse().unwrap()).unwrap_err();
    assert_eq!(problem.fields[0].pointer, "/rules/0/rate/fixed/currency");
}

/// `formats/money.md` 6 and arithmetic: 10.00 × 21 / 121 = 1.7355; 119 × 19 / 119; 1100 × 10 / 110 in a currency
/// without cents; 1.000 × 5 / 105 = 0.0476; 0.03 × 20 / 120 = 0.005, which rounds up.
#[test]
fn taxes_are_taken_out_of_gross_prices() {
    for (rate, gross, currency, tax, net) in [
        ("21", "10.00", "EUR", "1.74", "8.26"),
        ("19", "119.00", "EUR", "19.00", "100.00"),
        ("10", "1100", "JPY", "100", "1000"),
        ("5", "1.000", "KWD", "0.048", "0.952"),
        ("20", "0.03", "EUR", "0.01", "0.02"),
        ("0", "7.77", "EUR", "0.00", "7.77"),
        ("19", "0.00", "EUR", "0.00", "0.00"),
    ] {
        let policy = policy(vec![rule(1, "*", percent(rate), OnPrice)]);
        let levy = levy(&policy, &Place::of(country("FR")), currency);
        let (left, rows) = levy.net_from_gross(money(gross, currency), 1).unwrap();
        assert_eq!((rows[0].amount, left), (money(tax, currency), money(net, currency)), "{gross} at {rate}");
    }
}

/// 114.98 is what 100.00 costs with GST 5 and QST 9.975: net = 114.98 / 1.14975 = 100.0043; the taxes inside are
/// 14.9757, so 14.98; the shares 5.0002 and 9.9754 of it come to 5.00 and 9.98.
#[test]
fn several_taxes_are_taken_out_together() {
    let policy = built_in();
    let levy = levy(&policy, &place("CA", "QC"), "CAD");
    let (net, rows) = levy.net_from_gross(money("114.98", "CAD"), 1).unwrap();
    assert_eq!(net, money("100.00", "CAD"));
    assert_eq!(rows.iter().map(|row| row.amount.minor()).collect::<Vec<_>>(), [500, 998]);
}

/// A price of 5.00 cannot include a tax of 10.00.
#[test]
fn a_gross_price_below_its_fixed_taxes_is_refused() {
    let policy = policy(vec![rule(1, "*", Rate::Fixed(money("10.00", "EUR")), OnPrice)]);
    let levy = levy(&policy, &Place::of(country("FR")), "EUR");
    assert!(levy.net_from_gross(money("5.00", "EUR"), 1).is_err());
    assert_eq!(levy.net_from_gross(money("10.00", "EUR"), 1).unwrap().0, money("0.00", "EUR"));
}

#[test]
fn areas_and_rates_have_one_spelling() {
    assert!("XX".parse::<Area>().is_err() && "".parse::<Area>().is_err() && "eu".parse::<Area>().is_err());
    let text = r#"{"area":"EU","state":null,"city":null,"county":null}"#;
    let location: Location = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&location).unwrap(), text);
    assert_eq!(serde_json::to_string(&percent("9.975")).unwrap(), r#"{"percent":"9.975"}"#);
}

fn any_policy() -> impl Strategy<Value = (TaxPolicy, Currency)> {
    let stage = prop::sample::select(vec![OnPrice, OnTaxedPrice]);
    let rule = (0_u32..40_000, prop::bool::weighted(0.2), stage);
    let currency = prop::sample::select(vec!["EUR", "JPY", "KWD"]);
    (prop::collection::vec(rule, 0..4), currency).prop_map(|(rules, code)| {
        let currency = code.parse().unwrap();
        let rate = |size: u32, fixed: bool| match fixed {
            true => Rate::Fixed(Money::from_minor(i64::from(size / 400), currency)),
            false => Rate::Percent(Percent::new(Decimal::new(i64::from(size), 3)).unwrap()),
        };
        let rules = rules.into_iter().zip(1..);
        let rules = rules.map(|((size, fixed, stage), number)| self::rule(number, "*", rate(size, fixed), stage));
        (policy(rules.collect()), currency)
    })
}

proptest! {
    /// Gross prices invert: net and taxes add up to the gross; and taxing the exact net gives the exact gross back.
    #[test]
    fn gross_inverts((policy, currency) in any_policy(), minor in 1_000_i64..100_000_000, charged in 1_usize..4) {
        let levy = Levy::of(&policy, &Place::of(country("FR")), day("2028-02-29"), currency).unwrap();
        let gross = Money::from_minor(minor, currency);
        let (net, rows) = levy.net_from_gross(gross, charged).unwrap();
        let tax = Money::sum(currency, rows.iter().map(|row| row.amount)).unwrap();
        prop_assert_eq!(net.plus(tax).unwrap(), gross);
        prop_assert!(rows.iter().all(|row| !row.amount.is_negative()));
        let exact = levy.exact_net(gross.decimal(), charged);
        let back = exact + levy.exact_tax(exact, charged);
        prop_assert!((back - gross.decimal()).abs() < Decimal::new(1, 12));
        prop_assert!((exact - net.decimal()).abs() <= Decimal::new(5, currency.digits() + 1));
    }

    /// What a price list rounds from net to gross comes back: a single percentage, one line.
    #[test]
    fn a_gross_made_from_a_net_gives_the_net_back(minor in 0_i64..10_000_000, rate in 0_u32..100_000) {
        let rate = Percent::new(Decimal::new(i64::from(rate), 3)).unwrap();
        let policy = policy(vec![rule(1, "*", Rate::Percent(rate), OnPrice)]);
        let levy = levy(&policy, &Place::of(country("FR")), "EUR");
        let net = Money::from_minor(minor, "EUR".parse().unwrap());
        let tax = levy.compute(net, 1).unwrap()[0].amount;
        let (back, rows) = levy.net_from_gross(net.plus(tax).unwrap(), 1).unwrap();
        prop_assert_eq!((back, rows[0].amount), (net, tax));
    }
}
