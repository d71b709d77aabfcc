use super::*;
use crate::{Id, Money, Percent};

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(uuid::Uuid::from_u128(number))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A coupon for plan 1 in store 1, valid in February 2028, ten times, once per client.
fn coupon() -> Coupon {
    Coupon {
        id: id(1),
        code: Some("SPRING".into()),
        value: Rate::Percent(percent("20")),
        stores: vec![id(1)],
        plans: vec![id(1)],
        valid_from: Some(day("2028-02-01")),
        valid_to: Some(day("2028-02-29")),
        max_uses: Some(10),
        max_uses_per_client: Some(1),
        cycles: Some(3),
        free_setup: false,
    }
}

const PLANS: fn() -> [PlanId; 2] = || [id(1), id(2)];

fn facts(plans: &[PlanId]) -> CouponFacts<'_> {
    let currency = "EUR".parse().unwrap();
    CouponFacts { store: id(1), plans, today: day("2028-02-29"), uses: 9, uses_by_client: 0, currency }
}

/// The guide's three examples (client groups), and our decision that the maximum caps the sum.
#[test]
fn a_group_limits_and_guarantees() {
    for (offered, maximum, guaranteed, want) in [
        ("20", Some("10"), "0", "10"),
        ("5", None, "10", "15"),
        ("0", None, "10", "10"),
        ("5", Some("12"), "10", "12"),
        ("20", Some("10"), "10", "10"),
        ("2", Some("10"), "3.5", "5.5"),
        ("60", None, "60", "100"),
        ("50", Some("0"), "5", "0"),
    ] {
        let got = effective_percent(percent(offered), maximum.map(percent), percent(guaranteed));
        assert_eq!(got, percent(want), "{offered} {maximum:?} {guaranteed}");
    }
}

#[test]
fn codes_are_the_same_in_any_case() {
    assert_eq!(normal_code(" spring-26 "), "SPRING-26");
    assert_eq!(normal_code("Été"), normal_code("ÉTÉ"));
}

#[test]
fn the_last_use_on_the_last_day_is_accepted() {
    assert_eq!(refusal(&coupon(), &facts(&PLANS())), None);
}

type Change = fn(&mut Coupon, &mut CouponFacts<'_>);

#[test]
fn each_refusal_has_its_reason() {
    let cases: [(&str, Code, Change); 7] = [
        ("not_yet_valid", Code::CouponInvalid, |_, facts| facts.today = day("2028-01-31")),
        ("expired", Code::CouponInvalid, |_, facts| facts.today = day("2028-03-01")),
        ("wrong_store", Code::CouponInvalid, |_, facts| facts.store = id(2)),
        ("wrong_plan", Code::CouponInvalid, |coupon, _| coupon.plans = vec![id(3)]),
        ("mixed_currency", Code::CouponInvalid, |coupon, _| {
            coupon.value = Rate::Fixed(Money::from_minor(500, "USD".parse().unwrap()));
        }),
        ("used_up", Code::CouponExhausted, |_, facts| facts.uses = 10),
        ("used_up_by_client", Code::CouponExhausted, |_, facts| facts.uses_by_client = 1),
    ];
    for (reason, code, change) in cases {
        let plans = PLANS();
        let (mut coupon, mut facts) = (coupon(), facts(&plans));
        change(&mut coupon, &mut facts);
        let problem = refusal(&coupon, &facts).unwrap();
        assert_eq!((problem.code, problem.fields[0].code), (code, reason));
        assert_eq!(problem.fields[0].pointer, "/coupon");
    }
}

#[test]
fn without_limits_everything_goes() {
    let free = Coupon {
        stores: vec![],
        plans: vec![],
        valid_from: None,
        valid_to: None,
        max_uses: None,
        max_uses_per_client: None,
        cycles: None,
        ..coupon()
    };
    let plans = [id(9)];
    let mut facts = facts(&plans);
    (facts.store, facts.uses, facts.uses_by_client) = (id(9), u32::MAX, u32::MAX);
    assert_eq!(refusal(&free, &facts), None);
    assert!(free.covers(None) && free.lasts(u32::MAX));
}

#[test]
fn covers_its_plans_for_its_cycles() {
    let coupon = coupon();
    assert!(coupon.covers(Some(id(1))) && !coupon.covers(Some(id(2))) && !coupon.covers(None));
    assert!(coupon.lasts(1) && coupon.lasts(3) && !coupon.lasts(4));
}

#[test]
fn a_nonsensical_coupon_is_refused_with_every_place() {
    let mut check = Check::new();
    let wrong = Coupon {
        code: Some(String::new()),
        value: Rate::Percent(percent("101")),
        valid_to: Some(day("2028-01-31")),
        max_uses: Some(0),
        cycles: Some(0),
        ..coupon()
    };
    wrong.check(&mut check);
    let places: Vec<_> = check.done().unwrap_err().fields.into_iter().map(|field| field.pointer).collect();
    assert_eq!(places, ["/code", "/value/percent", "/valid_to", "/max_uses", "/cycles"]);
}
