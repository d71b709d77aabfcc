use super::*;
use crate::taxes::TaxAmount;

fn priced(request: &PriceRequest) -> Priced {
    let priced = price(request).unwrap();
    priced.lines.iter().for_each(|line| adds_up_again(&priced, line));
    priced
}

fn minors<T>(rows: &[T], part: fn(&T) -> Money) -> Vec<i64> {
    rows.iter().map(|row| part(row).minor()).collect()
}

/// before discount, discount, coupon's part, net, tax, gross
fn totals(priced: &Priced) -> [i64; 6] {
    let PricedTotals { before_discount, discount, coupon_discount, net, tax, gross } = priced.totals;
    [before_discount, discount, coupon_discount, net, tax, gross].map(Money::minor)
}

/// TAX-03: 10 % and 20 % on 100.00, 5 % and 10 % on 130.00: 30.00 + 19.50 = 49.50.
#[test]
fn the_guides_taxes() {
    let stages = [
        ("10", TaxStage::OnPrice),
        ("20", TaxStage::OnPrice),
        ("5", TaxStage::OnTaxedPrice),
        ("10", TaxStage::OnTaxedPrice),
    ];
    let rules = stages.into_iter().zip(1..);
    let rules = rules.map(|((text, stage), number)| rule(number, Rate::Percent(percent(text)), stage)).collect();
    let request = request(vec![line("a", "1", "100", "EUR")], vec![TaxPolicy { id: id(1), rules }]);
    let priced = priced(&request);
    assert_eq!(minors(&priced.taxes, |row: &TaxAmount| row.amount), [1000, 2000, 650, 1300]);
    assert_eq!(totals(&priced), [10_000, 0, 0, 10_000, 4950, 14_950]);
}

/// `formats/money.md` 6: tax on the sum of the document, not the sum of the lines' taxes.
#[test]
fn tax_is_rounded_once_per_document() {
    for (count, unit_price, rate, net, tax) in [
        (1, "26.09", "19", 2609, 496),
        (1, "0.125", "20", 13, 3),
        (3, "0.05", "19", 15, 3),
        (3, "0.10", "19", 30, 6),
        (3, "0.08", "19", 24, 5),
    ] {
        let lines = (0..count).map(|number| line(&number.to_string(), "1", unit_price, "EUR")).collect();
        let priced = priced(&request(lines, vec![policy(1, &[rate])]));
        assert_eq!((priced.totals.net.minor(), priced.totals.tax.minor()), (net, tax), "{count} × {unit_price}");
    }
}

/// A part of a cycle is multiplied first, divided last and rounded once: 9.90 × 16 / 30 = 5.28. A hundred million at 0.01
/// for 1 of 3 days are 333 333.333…, where a unit price that is rounded first loses three cents. 85 % off 0.10 for 1 of 3
/// days leaves 0.10 × 0.15 / 3 = 0.005, half up.
#[test]
fn a_part_of_a_cycle_is_rounded_once() {
    for (quantity, unit_price, share, off, net) in [
        ("1", "9.90", "16/30", "0", 528),
        ("1", "9.90", "30/30", "0", 990),
        ("1", "9.90", "0/30", "0", 0),
        ("100000000", "0.01", "1/3", "0", 33_333_333),
        ("1", "0.10", "1/3", "85", 1),
    ] {
        let mut part = line("a", quantity, unit_price, "EUR");
        (part.share, part.offered) = (share.parse().unwrap(), percent(off));
        assert_eq!(
            priced(&request(vec![part], vec![policy(1, &[])])).totals.net.minor(),
            net,
            "{quantity} × {unit_price} × {share}"
        );
    }
}

/// Tax 0.0456 is 0.05 on three equal lines: the largest remainder gives 0.02 to two of them.
#[test]
fn lines_share_the_documents_tax() {
    let lines = ["a", "b", "c"].map(|key| line(key, "1", "0.08", "EUR")).to_vec();
    let priced = priced(&request(lines, vec![policy(1, &["19"])]));
    assert_eq!(minors(&priced.lines, |line: &PricedLine| line.tax), [2, 2, 1]);
    assert_eq!(minors(&priced.lines, |line: &PricedLine| line.gross), [10, 10, 9]);
}

/// PRO-01 with PRO-02: 10 % of the plan and 20 % of the coupon are 30 % of 200.00; without the coupon it would have
/// been 20.00, so the coupon costs 40.00. 20 % VAT on 140.00 is 28.00.
#[test]
fn offered_percentages_add_up() {
    let mut plan = line("a", "2", "100", "EUR");
    plan.offered = percent("10");
    let mut request = request(vec![plan], vec![policy(1, &["20"])]);
    request.coupons = vec![coupon(Rate::Percent(percent("20")), &["a"])];
    assert_eq!(totals(&priced(&request)), [20_000, 6000, 4000, 14_000, 2800, 16_800]);
    // PRO-03: at most 25 %: the coupon makes the difference between 10 % and 25 %
    request.group.maximum = Some(percent("25"));
    assert_eq!(totals(&priced(&request)), [20_000, 5000, 3000, 15_000, 3000, 18_000]);
    // 5 % guaranteed on top of 30 %
    request.group = GroupDiscount { maximum: None, guaranteed: percent("5") };
    assert_eq!(totals(&priced(&request)), [20_000, 7000, 4000, 13_000, 2600, 15_600]);
}

/// 10.00 over 75.00, 20.00 and 5.00: 7.50, 2.00, 0.50; the fee is not touched. Nets 67.50 + 18.00 + 4.50 + 3.00 =
/// 93.00, 19 % = 17.67.
#[test]
fn a_fixed_coupon_is_spread_over_its_lines() {
    let mut fee = line("fee", "1", "3", "EUR");
    (fee.kind, fee.discountable) = (LineKind::Fee, false);
    let lines = vec![line("a", "1", "75", "EUR"), line("b", "1", "20", "EUR"), fee, line("c", "1", "5", "EUR")];
    let mut request = request(lines, vec![policy(1, &["19"])]);
    request.coupons = vec![coupon(Rate::Fixed(money("10.00", "EUR")), &["a", "b", "c", "fee"])];
    let priced = priced(&request);
    assert_eq!(minors(&priced.lines, |line: &PricedLine| line.discount), [750, 200, 0, 50]);
    assert_eq!(totals(&priced), [10_300, 1000, 1000, 9300, 1767, 11_067]);
}

/// One cent over two equal lines: it falls on the first policy in whatever order the lines come. That one has 100 % tax,
/// so 9.99 and 10.00 would show in the total.
#[test]
fn the_cent_of_a_tie_knows_its_policy() {
    let mut lines = ["a", "b"].map(|key| line(key, "1", "10", "EUR")).to_vec();
    lines[1].tax_policy = Some(id(2));
    let mut request = request(lines, vec![policy(1, &["100"]), policy(2, &["0"])]);
    request.coupons = vec![coupon(Rate::Fixed(money("0.01", "EUR")), &["a", "b"])];
    assert_eq!(totals(&priced(&request)), [2000, 1, 1, 1999, 999, 2998]);
    request.lines.reverse();
    assert_eq!(totals(&priced(&request)), [2000, 1, 1, 1999, 999, 2998]);
}

/// A coupon of 50.00 on 20.00 (less 10 %: 18.00) takes 18.00, of which nothing is owed afterwards; its cost is 18.00.
#[test]
fn a_fixed_coupon_never_pays_out() {
    let mut plan = line("a", "1", "20", "EUR");
    plan.offered = percent("10");
    let mut request = request(vec![plan, line("b", "1", "7", "EUR")], vec![policy(1, &["19"])]);
    request.coupons = vec![coupon(Rate::Fixed(money("50.00", "EUR")), &["a"])];
    assert_eq!(totals(&priced(&request)), [2700, 2000, 1800, 700, 133, 833]);
}

/// Free set-up takes the set-up line; the fixed part of the coupon has the rest: 5.00 of 10.00.
#[test]
fn free_setup_is_all_of_the_setup() {
    let mut setup = line("setup", "1", "15", "EUR");
    setup.kind = LineKind::Setup;
    let mut request = request(vec![setup, line("a", "1", "10", "EUR")], vec![policy(1, &["20"])]);
    let five = coupon(Rate::Fixed(money("5.00", "EUR")), &["setup", "a"]);
    request.coupons = vec![CouponApplication { free_setup: true, ..five }];
    let priced = priced(&request);
    assert_eq!(minors(&priced.lines, |line: &PricedLine| line.net), [0, 500]);
    assert_eq!(totals(&priced), [2500, 2000, 2000, 500, 100, 600]);
}

/// Two fixed taxes of 1.50 for two lines that cost something, none for the line without units nor for the free one.
#[test]
fn fixed_taxes_fall_on_lines_that_cost_something() {
    let fixed = rule(1, Rate::Fixed(money("1.50", "EUR")), TaxStage::OnPrice);
    let lines = ["1", "0", "3"].map(|quantity| line(quantity, quantity, "10", "EUR"));
    let free = line("free", "1", "0", "EUR");
    let request = request([lines.to_vec(), vec![free]].concat(), vec![TaxPolicy { id: id(1), rules: vec![fixed] }]);
    let priced = priced(&request);
    assert_eq!(minors(&priced.lines, |line: &PricedLine| line.tax), [150, 0, 150, 0]);
    assert_eq!(totals(&priced), [4000, 0, 0, 4000, 300, 4300]);
}

/// `formats/money.md` 6: 10.00 with 21 % inside is 8.26 + 1.74. Three lines of 3.33 are 9.99: tax 9.99 × 21 / 121 =
/// 1.7338, so 1.73 = 0.58 + 0.58 + 0.57.
#[test]
fn gross_prices_keep_their_sum() {
    let mut one = request(vec![line("a", "1", "10", "EUR")], vec![policy(1, &["21"])]);
    one.prices = PriceBasis::Gross;
    assert_eq!(totals(&priced(&one)), [826, 0, 0, 826, 174, 1000]);
    let lines = ["a", "b", "c"].map(|key| line(key, "1", "3.33", "EUR")).to_vec();
    let three = priced(&PriceRequest { lines, ..one });
    assert_eq!(minors(&three.lines, |line: &PricedLine| line.tax), [58, 58, 57]);
    assert_eq!(minors(&three.lines, |line: &PricedLine| line.gross), [333, 333, 333]);
    assert_eq!(totals(&three), [826, 0, 0, 826, 173, 999]);
}

/// 119.00 with 19 % inside, half off: 59.50 = 50.00 + 9.50; without tax that was 100.00 less 50.00, all by the coupon.
#[test]
fn discounts_of_gross_prices_are_told_without_tax() {
    let mut request = request(vec![line("a", "1", "119", "EUR")], vec![policy(1, &["19"])]);
    request.prices = PriceBasis::Gross;
    request.coupons = vec![coupon(Rate::Percent(percent("50")), &["a"])];
    assert_eq!(totals(&priced(&request)), [10_000, 5000, 5000, 5000, 950, 5950]);
    request.coupons = vec![coupon(Rate::Fixed(money("11.90", "EUR")), &["a"])];
    assert_eq!(totals(&priced(&request)), [10_000, 1000, 1000, 9000, 1710, 10_710]);
}

/// Three lines of 1 JPY with 400 % inside: tax 3 × 4 / 5 = 2.4, so 2 of 3, and the last line keeps 1 net. Its list price
/// of 2 is 0.4 without tax; told as 0 it would be less than what is charged.
#[test]
fn the_list_price_is_never_below_the_net() {
    let mut lines = ["a", "b", "c"].map(|key| line(key, "1", "1", "JPY")).to_vec();
    lines[2].quantity = 2.into();
    lines[2].offered = percent("50");
    let mut request = request(lines, vec![policy(1, &["400"])]);
    request.prices = PriceBasis::Gross;
    let priced = priced(&request);
    assert_eq!(minors(&priced.lines, |line: &PricedLine| line.net), [0, 0, 1]);
    assert_eq!(totals(&priced), [1, 0, 0, 1, 2, 3]);
}

/// 10.00 and half of 20.00 with 21 % inside: tax 20.00 × 21 / 121 = 3.4711, so 3.47, and both lines owe 1.735. In either
/// order the lower list price bears 1.74: nets 8.26 and 8.27. 20.00 without tax is 16.53, so the discount is 8.26.
#[test]
fn the_cent_of_a_gross_tie_knows_its_price() {
    let lines = vec![line("half", "1", "20", "EUR"), line("full", "1", "10", "EUR")];
    let mut request = request(lines, vec![policy(1, &["21"])]);
    request.prices = PriceBasis::Gross;
    request.coupons = vec![coupon(Rate::Percent(percent("50")), &["half"])];
    assert_eq!(totals(&priced(&request)), [2479, 826, 826, 1653, 347, 2000]);
    request.lines.reverse();
    assert_eq!(totals(&priced(&request)), [2479, 826, 826, 1653, 347, 2000]);
}

/// Nothing comes on top of net prices; gross prices lose what is inside: 119.00 becomes 100.00.
#[test]
fn a_relieved_buyer_pays_the_net() {
    for note in TaxNote::ALL {
        for (basis, unit_price) in [(PriceBasis::Net, "100"), (PriceBasis::Gross, "119")] {
            let mut request = request(vec![line("a", "1", unit_price, "EUR")], vec![policy(1, &["19"])]);
            (request.prices, request.tax.note) = (basis, Some(*note));
            let priced = priced(&request);
            assert_eq!(totals(&priced), [10_000, 0, 0, 10_000, 0, 10_000]);
            assert_eq!(priced.taxes, [TaxAmount::relieved(id(1), money("100.00", "EUR"), *note)]);
            assert_eq!(priced.taxes[0].rate, Rate::Percent(Percent::default()));
        }
    }
}

/// Each policy is a group of its own: 19 % of 0.08 = 0.0152 and 7 % of 0.08 = 0.0056; the third line has no policy.
#[test]
fn policies_are_taxed_apart() {
    let mut lines = ["a", "b", "c"].map(|key| line(key, "1", "0.08", "EUR")).to_vec();
    (lines[0].tax_policy, lines[2].tax_policy) = (Some(id(2)), None);
    let priced = priced(&request(lines, vec![policy(2, &["7"]), policy(1, &["19"]), policy(3, &["99"])]));
    assert_eq!(minors(&priced.taxes, |row: &TaxAmount| row.amount), [2, 1]);
    assert_eq!(minors(&priced.lines, |line: &PricedLine| line.tax), [1, 2, 0]);
}

/// 3 × 333.4 JPY = 1000.2, so 1000; 10 % is 100. 1.2345 KWD is 1.235; 5 % of it is 0.06175, so 0.062.
#[test]
fn currencies_have_their_digits() {
    let yen = priced(&request(vec![line("a", "3", "333.4", "JPY")], vec![policy(1, &["10"])]));
    assert_eq!(totals(&yen), [1000, 0, 0, 1000, 100, 1100]);
    let dinar = priced(&request(vec![line("a", "1", "1.2345", "KWD")], vec![policy(1, &["5"])]));
    assert_eq!(totals(&dinar), [1235, 0, 0, 1235, 62, 1297]);
}

/// 0.125 less 10 % is 0.1125: the line is rounded once, to 0.11, not from 0.13 less 0.01.
#[test]
fn a_line_is_rounded_once() {
    let mut plan = line("a", "1", "0.125", "EUR");
    plan.offered = percent("10");
    assert_eq!(totals(&priced(&request(vec![plan], vec![policy(1, &["0"])]))), [13, 2, 0, 11, 0, 11]);
}

/// What a reader of the API sees.
#[test]
fn the_trace_of_a_line_reads_like_the_pipeline() {
    let mut request = request(vec![line("a", "2", "50", "EUR")], vec![policy(1, &["20"])]);
    request.group.guaranteed = percent("10");
    request.coupons = vec![coupon(Rate::Fixed(money("5.00", "EUR")), &["a"])];
    let priced = priced(&request);
    let (coupon_id, tax_rule_id) = (id::<CouponId>(1), id::<TaxRuleId>(100));
    let want = serde_json::json!([
        {"rule": "listed", "inputs": {"quantity": "2", "unit_price": "50"}, "result": "100.00"},
        {"rule": "percent_discount", "result": "90.00", "inputs": {
            "value": "100", "offered": "0", "coupon": "0", "guaranteed": "10", "maximum": "100", "effective": "10"}},
        {"rule": "fixed_coupon", "result": "85.00", "inputs": {
            "value": "90.00", "coupon": "5.00", "base": "90.00", "share": "5.00", "coupon_id": coupon_id}},
        {"rule": "tax", "result": "17.00", "inputs": {
            "base": "85.00", "percent": "20", "name": "T100", "location": "*", "stage": "on_price", "tax_rule_id": tax_rule_id}},
        {"rule": "tax_share", "inputs": {"document_tax": "17.00", "weight": "17", "weights": "17"}, "result": "17.00"},
        {"rule": "gross", "inputs": {"net": "85.00", "tax": "17.00"}, "result": "102.00"},
    ]);
    let trace = &priced.lines[0].trace;
    assert_eq!(serde_json::to_value(trace).unwrap(), want);
    let sentences: Vec<_> = trace.iter().map(TraceStep::sentence).collect();
    assert_eq!(
        sentences,
        [
            "2 × 50 = 100.00",
            "100 less 10 % = 90.00 (offered 0 %, coupon 0 %, guaranteed 10 %, at most 100 %)",
            "less 5.00 = 85.00 (its part of the coupon's 5.00, as 90.00 of 90.00)",
            "T100, *, on_price: 20 % of 85.00 = 17.00",
            "its part of the tax of 17.00, as 17 of 17: 17.00",
            "85.00 + 17.00 = 102.00",
        ]
    );
}

/// 9.90 for 16 of 30 days less a fixed tax of 0.50 a line; then the buyer owes the tax himself.
#[test]
fn parts_of_cycles_and_reliefs_are_said() {
    let fixed = rule(1, Rate::Fixed(money("0.50", "EUR")), TaxStage::OnPrice);
    let part = CartLine { share: "16/30".parse().unwrap(), ..line("a", "1", "9.90", "EUR") };
    let mut request = request(vec![part], vec![TaxPolicy { id: id(1), rules: vec![fixed] }]);
    let said = |request: &PriceRequest| -> Vec<String> {
        priced(request).lines[0].trace.iter().map(TraceStep::sentence).collect()
    };
    assert_eq!(
        said(&request),
        [
            "1 × 9.9 × 16 of 30 days = 5.28",
            "T1, *, on_price: 0.50 × 1 lines = 0.50",
            "its part of the tax of 0.50, as 0.5 of 0.5: 0.50",
            "5.28 + 0.50 = 5.78",
        ]
    );
    request.tax.note = Some(TaxNote::ReverseCharge);
    let relieved = ["1 × 9.9 × 16 of 30 days = 5.28", "no tax is charged: reverse_charge", "5.28 + 0.00 = 5.28"];
    assert_eq!(said(&request), relieved);
}

/// SHA-256 of `{"a":[1,"x"],"b":null}`, computed with `printf … | sha256sum`; the order of keys does not matter.
#[test]
fn a_fingerprint_is_the_hash_of_canonical_json() {
    let want = "854ef06dc57f5dfed10206344ab2d02e0b6c84b0e19436703a5afd0f1f9f2687";
    assert_eq!(fingerprint(&serde_json::json!({"b": null, "a": [1, "x"]})).unwrap(), want);
    let request = request(vec![line("a", "1", "10", "EUR")], vec![policy(1, &["20"])]);
    let mut dearer = request.clone();
    dearer.lines[0].unit_price = "10.01".parse().unwrap();
    let of = |request: &PriceRequest| fingerprint(&(request, price(request).unwrap())).unwrap();
    assert_eq!(of(&request), of(&request.clone()));
    assert_ne!(of(&request), of(&dearer));
}
