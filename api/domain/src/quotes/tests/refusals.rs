use super::*;

type Change = fn(&mut PriceRequest);

fn refused(request: &PriceRequest) -> Vec<(String, &'static str)> {
    price(request).unwrap_err().fields.into_iter().map(|field| (field.pointer, field.code)).collect()
}

fn cart() -> PriceRequest {
    let lines = vec![line("a", "1", "10", "EUR"), line("b", "1", "10", "EUR")];
    let mut request = request(lines, vec![policy(1, &["20"])]);
    request.coupons = vec![coupon(Rate::Fixed(money("1.00", "EUR")), &["a"])];
    request
}

#[test]
fn each_refusal_points_at_its_place() {
    assert!(price(&cart()).is_ok());
    let cases: [(&str, &str, Change); 16] = [
        ("/lines/1/quantity", "negative", |cart| cart.lines[1].quantity = "-0.000001".parse().unwrap()),
        ("/lines/0/unit_price", "negative", |cart| cart.lines[0].unit_price = "-1".parse().unwrap()),
        ("/lines/1/currency", "mixed_currency", |cart| cart.lines[1].currency = "USD".parse().unwrap()),
        ("/lines/1/key", "duplicate", |cart| cart.lines[1].key = "a".into()),
        ("/lines/0/offered", "out_of_range", |cart| cart.lines[0].offered = percent("100.1")),
        ("/lines/0/tax_policy", "unknown", |cart| cart.lines[0].tax_policy = Some(id(2))),
        ("/group/guaranteed", "out_of_range", |cart| cart.group.guaranteed = percent("-1")),
        ("/group/maximum", "out_of_range", |cart| cart.group.maximum = Some(percent("101"))),
        ("/tax/policies/1/id", "duplicate", |cart| cart.tax.policies.push(policy(1, &[]))),
        ("/coupons/0/value/fixed/currency", "mixed_currency", |cart| {
            cart.coupons[0].value = Rate::Fixed(money("1.00", "USD"));
        }),
        ("/coupons/0/value/fixed/amount", "negative", |cart| {
            cart.coupons[0].value = Rate::Fixed(money("-1.00", "EUR"))
        }),
        ("/coupons/0/value/percent", "out_of_range", |cart| cart.coupons[0].value = Rate::Percent(percent("101"))),
        ("/coupons/0/lines/0", "unknown", |cart| cart.coupons[0].lines = vec!["c".into()]),
        ("/coupons/1/lines/0", "duplicate", |cart| cart.coupons.push(cart.coupons[0].clone())),
        ("/tax/policies/0/rules/1/rate/fixed/currency", "mixed_currency", |cart| {
            let fixed = rule(9, Rate::Fixed(money("1.00", "USD")), TaxStage::OnPrice);
            cart.tax.policies[0].rules.push(fixed);
        }),
        ("/tax/policies/0/rules/0/rate/percent", "out_of_range", |cart| {
            cart.tax.policies[0].rules[0].rate = Rate::Percent(percent("1000.1"));
        }),
    ];
    for (pointer, code, change) in cases {
        let mut cart = cart();
        change(&mut cart);
        assert_eq!(refused(&cart), [(pointer.to_string(), code)]);
    }
}

/// A gross price of 1.00 cannot include a tax of 1.50; one of 2.00 can.
#[test]
fn a_gross_price_below_its_taxes_is_refused() {
    let mut request = cart();
    request.prices = PriceBasis::Gross;
    request.tax.policies[0].rules = vec![rule(9, Rate::Fixed(money("1.50", "EUR")), TaxStage::OnPrice)];
    assert!(price(&request).is_ok());
    request.lines[1].unit_price = "1".parse().unwrap();
    assert_eq!(refused(&request), [("/lines/1/unit_price".to_string(), "below_tax")]);
}

/// The largest numbers that quantities and prices can hold do not fit an amount: refused, not wrapped or panicked.
#[test]
fn amounts_out_of_range_are_refused() {
    let mut request = cart();
    request.lines[1] = line("b", "999999999999999", "999999999999999", "EUR");
    assert_eq!(refused(&request), [("/lines/1".to_string(), "overflow")]);
    // each line fits 2^63 cents = 92 233 720 368 547 758.08, the sum of two does not
    for key in [0, 1] {
        request.lines[key] = line(["a", "b"][key], "60", "999999999999999", "EUR");
    }
    assert!(price(&request).is_err());
    // one line alone is too much as well: sharing out its tax multiplies two of these amounts
    request.lines.truncate(1);
    assert!(price(&request).is_err());
    // half off by a coupon at 0.000001 %: net prices need no such product, the discount of gross prices does
    request.coupons[0].value = Rate::Percent(percent("50"));
    request.tax.policies = vec![policy(1, &["0.000001"])];
    assert_eq!(price(&request).unwrap().totals.coupon_discount, money("29999999999999970.00", "EUR"));
    request.prices = PriceBasis::Gross;
    assert!(price(&request).is_err());
}

#[test]
fn everything_wrong_is_told_at_once() {
    let mut request = cart();
    request.lines[0].quantity = "-1".parse().unwrap();
    request.lines[1].currency = "JPY".parse().unwrap();
    request.coupons[0].value = Rate::Fixed(money("1", "JPY"));
    let pointers: Vec<_> = refused(&request).into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/lines/0/quantity", "/lines/1/currency", "/coupons/0/value/fixed/currency"]);
}
