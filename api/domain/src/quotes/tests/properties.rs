//! Random carts: 0, 2 and 3 digits, net and gross, up to three policies with both stages and fixed taxes, all kinds of
//! discounts with 0 and 100 %, free and empty lines, parts of cycles, up to two coupons.

use super::*;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn share() -> impl Strategy<Value = Percent> {
    prop_oneof![
        3 => Just(Percent::default()),
        1 => Just(Percent::hundred()),
        1 => Just(percent("50")),
        4 => (0_i64..1_000_000).prop_map(|size| Percent::new(Decimal::new(size, 4)).unwrap()),
    ]
}

fn any_part() -> impl Strategy<Value = Share> {
    let part = (1_u32..32).prop_flat_map(|of| (0..=of).prop_map(move |days| format!("{days}/{of}").parse().unwrap()));
    prop_oneof![2 => Just(Share::WHOLE), 1 => part]
}

fn any_line(currency: Currency) -> impl Strategy<Value = CartLine> {
    let price =
        prop_oneof![1 => Just(0_i64), 4 => 1_000_i64..100_000_000, 4 => (1_i64..5).prop_map(|tens| tens * 1_000)];
    let kinds = prop::sample::select(vec![LineKind::Setup, LineKind::Recurring, LineKind::Overuse]);
    let policy = prop::option::weighted(0.9, 1_u128..4);
    (price, 0_u32..5, any_part(), kinds, policy, prop::bool::weighted(0.8), share()).prop_map(
        move |(price, quantity, part, kind, policy, discountable, offered)| CartLine {
            kind,
            unit_price: UnitPrice::new(Decimal::new(price, currency.digits() + 1)).unwrap(),
            quantity: quantity.into(),
            share: part,
            tax_policy: policy.map(id),
            discountable,
            offered,
            ..line("", "1", "1", currency.as_str())
        },
    )
}

fn any_policy(number: u128, currency: Currency) -> impl Strategy<Value = TaxPolicy> {
    let stage = prop::sample::select(vec![TaxStage::OnPrice, TaxStage::OnTaxedPrice]);
    let rate = (0_u32..30_000, prop::bool::weighted(0.2));
    prop::collection::vec((rate, stage), 0..4).prop_map(move |rules| {
        let rate = |size: u32, fixed: bool| match fixed {
            true => Rate::Fixed(Money::from_minor(i64::from(size % 6), currency)),
            false => Rate::Percent(Percent::new(Decimal::new(i64::from(size), 3)).unwrap()),
        };
        let rules = rules.into_iter().zip(number * 100..);
        let rules = rules.map(|(((size, fixed), stage), at)| rule(at, rate(size, fixed), stage));
        TaxPolicy { id: id(number), rules: rules.collect() }
    })
}

fn any_value(currency: Currency) -> impl Strategy<Value = Rate> {
    prop_oneof![
        share().prop_map(Rate::Percent),
        (0_i64..20_000_000).prop_map(move |minor| Rate::Fixed(Money::from_minor(minor, currency))),
    ]
}

fn any_request() -> impl Strategy<Value = PriceRequest> {
    let basics = (prop::sample::select(vec!["EUR", "JPY", "KWD"]), prop::sample::select(PriceBasis::ALL.to_vec()));
    basics.prop_flat_map(|(code, prices)| {
        let currency: Currency = code.parse().unwrap();
        (
            prop::collection::vec((any_line(currency), 0..4_usize), 1..7),
            [1, 2, 3].map(|number| any_policy(number, currency)),
            (prop::option::of(share()), share()),
            (any_value(currency), any_value(currency), any::<bool>()),
            prop::option::weighted(0.2, prop::sample::select(TaxNote::ALL.to_vec())),
        )
            .prop_map(move |(lines, policies, (maximum, guaranteed), (first, second, free_setup), note)| {
                let mut coupons = [first, second].map(|value| coupon(value, &[])).to_vec();
                coupons[0].free_setup = free_setup;
                let keyed = lines.into_iter().zip('a'..).map(|((line, by), key)| {
                    coupons.iter_mut().skip(by).take(usize::from(by < 2)).for_each(|to| to.lines.push(key.into()));
                    CartLine { key: key.into(), ..line }
                });
                let mut request = request(keyed.collect(), policies.to_vec());
                (request.prices, request.coupons, request.tax.note) = (prices, coupons, note);
                request.group = GroupDiscount { maximum, guaranteed };
                request
            })
    })
}

/// The priced cart; none if a discount left less of a gross price than the fixed taxes inside, which is refused.
fn priced(request: &PriceRequest) -> Option<Priced> {
    match price(request) {
        Err(problem) if problem.fields.iter().all(|field| field.code == "below_tax") => None,
        answer => Some(answer.unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Every line adds up, every total is the sum of its lines, every policy's tax rows are the sum of their lines'
    /// shares, nothing is negative, and the trace tells the same.
    #[test]
    fn everything_adds_up(request in any_request()) {
        let priced = priced(&request);
        prop_assume!(priced.is_some());
        let priced = priced.unwrap();
        let sum = |part: fn(&PricedLine) -> Money| priced.lines.iter().map(|line| part(line).minor()).sum::<i64>();
        for line in &priced.lines {
            prop_assert_eq!(line.before_discount.minus(line.discount).unwrap(), line.net);
            prop_assert_eq!(line.net.plus(line.tax).unwrap(), line.gross);
            let all = [line.listed, line.before_discount, line.discount, line.coupon_discount, line.net, line.tax];
            prop_assert!(all.iter().all(|amount| !amount.is_negative()), "{:?}", line);
            prop_assert!(line.coupon_discount.minor() <= line.discount.minor());
            prop_assert!(line.discount.minor() <= line.before_discount.minor());
            adds_up_again(&priced, line);
        }
        let totals = priced.totals;
        prop_assert_eq!(totals.before_discount.minor(), sum(|line| line.before_discount));
        prop_assert_eq!(totals.discount.minor(), sum(|line| line.discount));
        prop_assert_eq!(totals.coupon_discount.minor(), sum(|line| line.coupon_discount));
        prop_assert_eq!(totals.net.minor(), sum(|line| line.net));
        prop_assert_eq!(totals.gross.minor(), totals.net.minor() + totals.tax.minor());
        for policy in &request.tax.policies {
            let rows = priced.taxes.iter().filter(|row| row.policy == policy.id).map(|row| row.amount.minor());
            let lines = priced.lines.iter().filter(|line| line.tax_policy == Some(policy.id));
            prop_assert_eq!(rows.sum::<i64>(), lines.map(|line| line.tax.minor()).sum::<i64>());
        }
        prop_assert_eq!(totals.tax.minor(), priced.taxes.iter().map(|row| row.amount.minor()).sum::<i64>());
    }

    /// On net prices each percentage is what its row says: base × rate, rounded half-up.
    #[test]
    fn tax_rows_re_add(mut request in any_request()) {
        request.prices = PriceBasis::Net;
        for row in price(&request).unwrap().taxes {
            if let Rate::Percent(percent) = row.rate {
                let exact = row.base.decimal() * percent.get() / Decimal::ONE_HUNDRED;
                prop_assert_eq!(Money::round(exact, request.currency).unwrap(), row.amount);
            }
        }
    }

    /// The order of lines, and of the keys in coupons, changes no total and no tax row.
    #[test]
    fn order_does_not_matter(request in any_request(), turn in 0_usize..7, mirror in any::<bool>()) {
        let mut turned = request.clone();
        let by = turn % turned.lines.len();
        turned.lines.rotate_left(by);
        if mirror {
            turned.lines.reverse();
            turned.coupons.iter_mut().for_each(|coupon| coupon.lines.reverse());
            turned.tax.policies.reverse();
        }
        let parts = |priced: Priced| (priced.totals, priced.taxes);
        prop_assert_eq!(priced(&request).map(parts), priced(&turned).map(parts));
    }

    /// Where everything is taken off nothing is owed, fixed taxes included.
    #[test]
    fn all_off_owes_nothing(mut request in any_request()) {
        request.group = GroupDiscount { maximum: None, guaranteed: Percent::hundred() };
        request.lines.iter_mut().for_each(|line| line.discountable = true);
        let priced = price(&request).unwrap();
        let PricedTotals { net, tax, gross, .. } = priced.totals;
        prop_assert_eq!([net, tax, gross], [Money::zero(request.currency); 3]);
        prop_assert_eq!(priced.totals.discount, priced.totals.before_discount);
    }

    /// A gross price is what is paid: listed less discounts, unless the buyer is relieved.
    #[test]
    fn gross_prices_invert(mut request in any_request()) {
        request.tax.note = None;
        for policy in &mut request.tax.policies {
            policy.rules.retain(|rule| matches!(rule.rate, Rate::Percent(_)));
        }
        request.prices = PriceBasis::Net;
        let net = price(&request).unwrap();
        request.prices = PriceBasis::Gross;
        let gross = price(&request).unwrap();
        for (net, gross) in net.lines.iter().zip(&gross.lines) {
            prop_assert_eq!(net.net, gross.gross);
        }
        prop_assert_eq!(net.totals.net, gross.totals.gross);
    }
}
