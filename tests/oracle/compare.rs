//! Holds the rules of `domain` against a second calculation that knows only the guide and the design: each line of the
//! file that `oracle.py` has written is a cart or a history with what it comes to. Both agree to the cent and the day.
//! `scripts/oracle` makes the file and runs this.

use chrono::NaiveDate;
use comptoir_domain::coupons::{Coupon, GroupDiscount};
use comptoir_domain::quotes::{
    CartLine, CouponApplication, Description, PriceBasis, PriceRequest, Priced, TaxFacts, price,
};
use comptoir_domain::taxes::{Area, Location, Place, TaxNote, TaxPolicy, TaxRule};
use comptoir_domain::{Currency, Id, Money, Percent, Rate};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};

mod sale;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(uuid::Uuid::from_u128(number + 1))
}

/// What a text says: a number, a day, a word.
fn read<T: std::str::FromStr>(value: &Value) -> T {
    let text = value.as_str().unwrap_or_else(|| panic!("no text: {value}"));
    text.parse().unwrap_or_else(|_| panic!("not understood: {text}"))
}

fn read_if<T: std::str::FromStr>(value: &Value) -> Option<T> {
    (!value.is_null()).then(|| read(value))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn number(value: &Value) -> u128 {
    value.as_u64().unwrap_or_else(|| panic!("no number: {value}")).into()
}

/// A percentage, or else a fixed amount.
fn rate(of: &Value, currency: Currency) -> Rate {
    let fixed = |text: &Value| Money::exact(read(text), currency).unwrap();
    read_if::<Percent>(&of["percent"]).map_or_else(|| Rate::Fixed(fixed(&of["fixed"])), Rate::Percent)
}

fn policies(case: &Value) -> Vec<TaxPolicy> {
    let currency = read(&case["currency"]);
    let rule = |(at, rule): (u128, &Value)| TaxRule {
        id: id(at),
        name: format!("T{at}"),
        location: Location {
            state: read_if(&rule["state"]),
            city: read_if(&rule["city"]),
            ..Location::of(read::<Area>(&rule["area"]))
        },
        rate: rate(rule, currency),
        stage: read(&rule["stage"]),
        valid_from: read_if(&rule["valid_from"]),
        valid_to: read_if(&rule["valid_to"]),
    };
    let policy = |(at, rules): (u128, &Value)| TaxPolicy {
        id: id(at),
        rules: (100 * (at + 1)..).zip(list(rules)).map(rule).collect(),
    };
    (0..).zip(list(&case["policies"])).map(policy).collect()
}

fn tax_facts(case: &Value) -> TaxFacts {
    let place = &case["place"];
    let place =
        Place { state: read_if(&place["state"]), city: read_if(&place["city"]), ..Place::of(read(&place["country"])) };
    let (date, note) = (read(&case["date"]), read_if::<TaxNote>(&case["note"]));
    TaxFacts { policies: policies(case), place, date, note, private_sale: None }
}

fn group(case: &Value) -> GroupDiscount {
    let group = &case["group"];
    GroupDiscount { maximum: read_if(&group["maximum"]), guaranteed: read(&group["guaranteed"]) }
}

fn basis(case: &Value) -> PriceBasis {
    read(&case["prices"])
}

fn cart_line(at: usize, line: &Value, currency: Currency) -> CartLine {
    CartLine {
        key: at.to_string(),
        kind: read(&line["kind"]),
        description: Description::Text(String::new()),
        quantity: read(&line["quantity"]),
        unit_price: read(&line["unit_price"]),
        share: format!("{}/{}", line["days"], line["of"]).parse().unwrap(),
        currency,
        tax_policy: (!line["policy"].is_null()).then(|| id(number(&line["policy"]))),
        discountable: line["discountable"].as_bool().unwrap(),
        offered: read(&line["offered"]),
    }
}

fn cart(case: &Value) -> PriceRequest {
    let currency = read(&case["currency"]);
    let coupon = |coupon: &Value| CouponApplication {
        coupon: id(1),
        value: rate(coupon, currency),
        free_setup: coupon["free_setup"].as_bool().unwrap(),
        lines: list(&coupon["lines"]).iter().map(Value::to_string).collect(),
    };
    let lines = list(&case["lines"]).iter().enumerate();
    PriceRequest {
        currency,
        prices: basis(case),
        lines: lines.map(|(at, line)| cart_line(at, line, currency)).collect(),
        group: group(case),
        coupons: list(&case["coupons"]).iter().map(coupon).collect(),
        tax: tax_facts(case),
    }
}

/// What was priced, in the words of the other side.
fn told(priced: &Priced) -> Value {
    // the other side says what a coupon costs of net prices only
    let net = priced.prices == PriceBasis::Net;
    let line = |line: &comptoir_domain::quotes::PricedLine| {
        json!({
            "net": line.net.minor(), "tax": line.tax.minor(), "gross": line.gross.minor(), "listed": line.listed.minor(),
            "coupon": net.then_some(line.coupon_discount.minor()),
        })
    };
    json!({
        "lines": priced.lines.iter().map(line).collect::<Vec<_>>(),
        "taxes": priced.taxes.iter().map(|tax| tax.amount.minor()).collect::<Vec<_>>(),
        "net": priced.totals.net.minor(), "tax": priced.totals.tax.minor(),
    })
}

fn coupon(case: &Value) -> Option<Coupon> {
    let coupon = case.get("coupon").filter(|coupon| !coupon.is_null())?;
    Some(Coupon {
        id: id(1),
        code: None,
        value: rate(coupon, read(&case["currency"])),
        stores: Vec::new(),
        plans: Vec::new(),
        valid_from: None,
        valid_to: None,
        max_uses: None,
        max_uses_per_client: None,
        cycles: coupon["cycles"].as_u64().map(|cycles| u32::try_from(cycles).unwrap()),
        free_setup: coupon["free_setup"].as_bool().unwrap(),
    })
}

fn day(value: &Value) -> NaiveDate {
    read(value)
}

#[test]
fn both_calculations_agree() {
    let path = std::env::var("COMPTOIR_ORACLE").expect("COMPTOIR_ORACLE names the file of cases: use scripts/oracle");
    let cases = BufReader::new(File::open(&path).unwrap());
    let (mut count, mut differ) = (0, Vec::new());
    for line in cases.lines().map(Result::unwrap) {
        let case: Value = serde_json::from_str(&line).unwrap();
        let ours =
            if case["kind"] == "cart" { told(&price(&cart(&case)).unwrap()) } else { sale::lived_through(&case) };
        count += 1;
        if ours != case["expected"] {
            differ.push(format!("case {}\n  ours:   {ours}\n  theirs: {}\n  {line}", case["number"], case["expected"]));
        }
    }
    assert!(count > 0, "{path} is empty");
    let shown = differ.iter().take(3).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(differ.is_empty(), "{} of {count} cases differ:\n{shown}", differ.len());
    println!("{count} cases agree");
}
