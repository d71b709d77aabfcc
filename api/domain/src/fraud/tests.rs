use super::*;
use crate::{FraudScore, Money};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn euro(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

fn score(text: &str) -> FraudScore {
    text.parse().unwrap()
}

/// Someone who has paid once, at home, with a telephone: nothing to be found.
fn honest() -> FraudFacts {
    FraudFacts {
        ip: Some("192.0.2.7".parse().unwrap()),
        ip_country: Some("FR".parse().unwrap()),
        is_anonymous: None,
        billing_country: "FR".parse().unwrap(),
        card_country: None,
        bin: None,
        mail: "anna@example.com".into(),
        is_mail_disposable: None,
        phone: "+33 1 23 45 67 89".into(),
        amount: euro("15.00"),
        domains: vec!["anna.example".into()],
        paid_invoices: 1,
        orders_of_address: 1,
        orders_of_mail: 1,
        orders_of_client: 1,
        cards_of_client: 0,
    }
}

fn entry(list: FraudList, kind: FraudEntryKind, value: &str) -> FraudEntry {
    FraudEntry { list, kind, value: normal(kind, value).unwrap() }
}

fn scored(score_text: &str, disposition: Option<FraudDisposition>) -> Scored {
    Scored {
        id: "5bc5d6c2-b2c8-40af-87f4-6d61af86b6ae".into(),
        score: score(score_text),
        ip_risk: None,
        disposition,
        reasons: Vec::new(),
        warnings: Vec::new(),
        learned: Learned::default(),
        queries_remaining: None,
        request_digest: String::new(),
    }
}

fn rules(judged: &Judged) -> Vec<FraudRule> {
    judged.findings.iter().map(|finding| finding.rule).collect()
}

fn ruled(policy: &FraudPolicy, facts: &FraudFacts, scoring: &Scoring<'_>) -> Ruling {
    decide(policy, &judge(policy, facts, &[]), scoring)
}

#[test]
fn an_honest_order_shows_nothing() {
    let judged = judge(&FraudPolicy::default(), &honest(), &[]);
    assert_eq!((judged.standing, judged.score, rules(&judged)), (Standing::Open, score("0"), vec![]));
}

/// Each sign alone, with the points of the table.
#[test]
fn each_sign_counts() {
    type Change = fn(&mut FraudFacts);
    let cases: [(FraudRule, &str, Change); 13] = [
        (FraudRule::ManyOrdersOfAddress, "30", |facts| facts.orders_of_address = 6),
        (FraudRule::ManyOrdersOfMail, "20", |facts| facts.orders_of_mail = 4),
        (FraudRule::ManyOrdersOfClient, "20", |facts| facts.orders_of_client = 6),
        (FraudRule::ManyCardsOfClient, "30", |facts| facts.cards_of_client = 4),
        (FraudRule::NewClient, "2", |facts| facts.paid_invoices = 0),
        (FraudRule::AddressAbroad, "15", |facts| facts.ip_country = "DE".parse().ok()),
        (FraudRule::CardAbroad, "20", |facts| facts.card_country = "US".parse().ok()),
        (FraudRule::PhoneAbroad, "5", |facts| facts.phone = "+49 30 1234567".into()),
        (FraudRule::AnonymousProxy, "40", |facts| facts.is_anonymous = Some(true)),
        (FraudRule::DisposableMail, "40", |facts| facts.mail = "x@sub.Mailinator.com".into()),
        (FraudRule::MissingPhone, "3", |facts| facts.phone = " ".into()),
        (FraudRule::HighAmount, "10", |facts| facts.amount = euro("100.01")),
        (FraudRule::SuspiciousName, "25", |facts| facts.domains.push("my-paypal-check.example".into())),
    ];
    let policy = FraudPolicy { high_amounts: vec![euro("100.00")], ..FraudPolicy::default() };
    for (rule, points, change) in cases {
        let mut facts = honest();
        change(&mut facts);
        let judged = judge(&policy, &facts, &[]);
        assert_eq!((rules(&judged), judged.score), (vec![rule], score(points)), "{rule}");
        assert!(judged.findings[0].detail.ends_with('.'), "{}", judged.findings[0].detail);
        let without = FraudPolicy { weights: [(rule, 0)].into(), ..policy.clone() };
        assert_eq!(rules(&judge(&without, &facts, &[])), [], "{rule}");
    }
    assert_eq!(FraudRule::weighed().count(), cases.len());
}

/// What is as usual as it may be is no sign.
#[test]
fn limits_are_reached_only_above_them() {
    let policy = FraudPolicy { high_amounts: vec![euro("15.00")], ..FraudPolicy::default() };
    let facts =
        FraudFacts { orders_of_address: 5, orders_of_mail: 3, orders_of_client: 5, cards_of_client: 3, ..honest() };
    assert_eq!(rules(&judge(&policy, &facts, &[])), []);
}

#[test]
fn each_kind_of_entry_is_met() {
    let facts = FraudFacts {
        bin: Bin::of_card("4111 1111 1111 1111"),
        ip_country: "BE".parse().ok(),
        card_country: "US".parse().ok(),
        ..honest()
    };
    for (kind, met, missed) in [
        (FraudEntryKind::Mail, &["Anna@Example.com"][..], &["anne@example.com"][..]),
        (FraudEntryKind::MailDomain, &["example.com", "@EXAMPLE.com"], &["ample.com", "mail.example.com"]),
        (
            FraudEntryKind::Address,
            &["192.0.2.7", "192.0.2.0/24", "192.0.2.9/24", "0.0.0.0/0"],
            &["192.0.2.8", "192.0.2.8/29", "2001:db8::/32"],
        ),
        (FraudEntryKind::Country, &["FR", "BE", "US"], &["DE"]),
        (FraudEntryKind::Bin, &["411111", "4111111", "41111111"], &["411112", "41111112"]),
        (FraudEntryKind::Phone, &["+33123456789", "0033 1 23 45 67 89"], &["+33123456788"]),
    ] {
        for (values, standing) in [(met, Standing::Denied), (missed, Standing::Open)] {
            for value in values {
                let judged = judge(&FraudPolicy::default(), &facts, &[entry(FraudList::Deny, kind, value)]);
                assert_eq!(judged.standing, standing, "{kind} {value}");
            }
        }
    }
    let below = FraudFacts { mail: "anna@mail.example.com".into(), ..honest() };
    let domain = entry(FraudList::Deny, FraudEntryKind::MailDomain, "example.com");
    assert_eq!(judge(&FraudPolicy::default(), &below, &[domain]).standing, Standing::Denied);
}

#[test]
fn addresses_of_both_kinds() {
    let net = entry(FraudList::Deny, FraudEntryKind::Address, "2001:db8:1::/48");
    for (ip, standing) in
        [("2001:db8:1:2::3", Standing::Denied), ("2001:db8:2::3", Standing::Open), ("::ffff:192.0.2.7", Standing::Open)]
    {
        let facts = FraudFacts { ip: ip.parse().ok(), ..honest() };
        assert_eq!(judge(&FraudPolicy::default(), &facts, std::slice::from_ref(&net)).standing, standing, "{ip}");
    }
    let mapped = FraudFacts { ip: "::ffff:192.0.2.7".parse().ok(), ..honest() };
    let old = entry(FraudList::Deny, FraudEntryKind::Address, "192.0.2.0/28");
    assert_eq!(judge(&FraudPolicy::default(), &mapped, &[old]).standing, Standing::Denied);
}

#[test]
fn what_cannot_stand_on_a_list() {
    for (kind, values) in [
        (FraudEntryKind::Mail, &["anna", ""][..]),
        (FraudEntryKind::MailDomain, &["com", "exa mple.com", ""]),
        (FraudEntryKind::Address, &["192.0.2", "192.0.2.0/33", "example.com", ""]),
        (FraudEntryKind::Country, &["XX", "France", ""]),
        (FraudEntryKind::Bin, &["41111", "411111111", "41111x", "4111 11", ""]),
        (FraudEntryKind::Phone, &["01 23 45 67 89", "+33", "+1234567890123456", ""]),
    ] {
        for value in values {
            assert!(normal(kind, value).is_err(), "{kind} {value}");
        }
    }
}

/// A card is known by eight digits at most.
#[test]
fn no_more_of_a_card_than_its_bank() {
    assert_eq!(Bin::of_card("4111-1111 1111 1234").unwrap().as_str(), "41111111");
    assert_eq!((Bin::of_card("41111111111"), Bin::of_card("41111111111111111111")), (None, None));
}

#[test]
fn the_list_of_those_allowed_goes_first() {
    let policy = FraudPolicy::default();
    let facts = FraudFacts { mail: "x@mailinator.com".into(), is_anonymous: Some(true), ..honest() };
    let deny = entry(FraudList::Deny, FraudEntryKind::Country, "FR");
    let allow = entry(FraudList::Allow, FraudEntryKind::Mail, "x@mailinator.com");
    let judged = judge(&policy, &facts, &[deny.clone(), allow]);
    // 40 for the proxy and 40 for the mail address would be refused
    assert_eq!((judged.standing, judged.score), (Standing::Allowed, score("80")));
    assert!(!judged.is_open(&policy));
    assert_eq!(decide(&policy, &judged, &Scoring::NotAsked).decision, FraudDecision::Accept);
    let denied = judge(&policy, &honest(), &[deny]);
    assert_eq!(decide(&policy, &denied, &Scoring::NotAsked).decision, FraudDecision::Decline);
}

#[test]
fn known_clients_are_decided_by_the_rules() {
    let policy = FraudPolicy::default();
    let known = FraudFacts { paid_invoices: 3, ..honest() };
    let judged = judge(&policy, &known, &[]);
    assert_eq!((judged.standing, judged.is_open(&policy)), (Standing::Known, false));
    assert_eq!(decide(&policy, &judged, &Scoring::NotAsked).decision, FraudDecision::Accept);
    let hidden = FraudFacts { is_anonymous: Some(true), ..known.clone() };
    assert_eq!(ruled(&policy, &hidden, &Scoring::NotAsked).decision, FraudDecision::Hold);
    let nobody = FraudPolicy { known_after: None, ..policy };
    assert_eq!(judge(&nobody, &known, &[]).standing, Standing::Open);
}

/// The page: below 10 accept, 10 to 60 hold, above 60 refuse.
#[test]
fn thresholds() {
    use FraudDecision::*;
    let policy = FraudPolicy::default();
    for (text, decision) in
        [("0.01", Accept), ("9.99", Accept), ("10", Hold), ("60", Hold), ("60.01", Decline), ("99", Decline)]
    {
        let ruling = ruled(&policy, &honest(), &Scoring::Answered(&scored(text, None)));
        assert_eq!((ruling.decision, ruling.score), (decision, score(text)), "{text}");
    }
}

/// 40 of ours and 45 of theirs: 45 or 85.
#[test]
fn two_scores_become_one() {
    let facts = FraudFacts { is_anonymous: Some(true), ..honest() };
    let theirs = scored("45", None);
    let highest = FraudPolicy::default();
    let sum = FraudPolicy { combination: FraudCombination::Sum, ..FraudPolicy::default() };
    for (policy, total, decision) in [(&highest, "45", FraudDecision::Hold), (&sum, "85", FraudDecision::Decline)] {
        let ruling = ruled(policy, &facts, &Scoring::Answered(&theirs));
        assert_eq!((ruling.score, ruling.decision), (score(total), decision));
    }
    assert_eq!(ruled(&sum, &facts, &Scoring::Answered(&scored("99", None))).score, score("100"));
}

/// The page: reject overrides, manual_review means hold; the others leave the score alone.
#[test]
fn the_sellers_rules_at_the_scorer() {
    use FraudDecision::*;
    for (disposition, low, high) in [
        (FraudDisposition::Reject, Decline, Decline),
        (FraudDisposition::ManualReview, Hold, Decline),
        (FraudDisposition::Accept, Accept, Decline),
        (FraudDisposition::Test, Accept, Decline),
    ] {
        for (text, decision) in [("1", low), ("75", high)] {
            let answer = scored(text, Some(disposition));
            let ruling = ruled(&FraudPolicy::default(), &honest(), &Scoring::Answered(&answer));
            assert_eq!(ruling.decision, decision, "{disposition} {text}");
        }
    }
}

#[test]
fn a_silent_scorer_loses_no_order() {
    use FraudDecision::*;
    let new = FraudFacts { paid_invoices: 0, ..honest() };
    for (on_failure, for_new, for_known) in [
        (FraudFailurePolicy::Hold, Hold, Hold),
        (FraudFailurePolicy::HoldNew, Hold, Accept),
        (FraudFailurePolicy::Rules, Accept, Accept),
    ] {
        let policy = FraudPolicy { on_failure, ..FraudPolicy::default() };
        for (facts, decision) in [(&new, for_new), (&honest(), for_known)] {
            let ruling = ruled(&policy, facts, &Scoring::Silent("nobody listens"));
            assert_eq!(ruling.decision, decision, "{on_failure}");
            assert_eq!(ruling.findings.last().unwrap().rule, FraudRule::ScorerSilent);
        }
    }
}

/// What the rules refuse anyway need not be paid for.
#[test]
fn nobody_is_asked_about_what_is_refused_anyway() {
    let policy = FraudPolicy::default();
    let bad = FraudFacts { is_anonymous: Some(true), mail: "x@mailinator.com".into(), ..honest() };
    assert!(!judge(&policy, &bad, &[]).is_open(&policy));
    assert!(judge(&policy, &honest(), &[]).is_open(&policy));
}

/// What is known beforehand is not overwritten by a guess.
#[test]
fn what_a_scorer_finds_out_is_weighed() {
    let learned = Learned {
        ip_country: "DE".parse().ok(),
        is_anonymous: Some(true),
        card_country: "US".parse().ok(),
        is_mail_disposable: Some(true),
    };
    let told = judge(&FraudPolicy::default(), &honest().with(&learned), &[]);
    let want = [FraudRule::CardAbroad, FraudRule::AnonymousProxy, FraudRule::DisposableMail];
    assert_eq!((rules(&told), told.score), (want.to_vec(), score("100")));
    let unknown = FraudFacts { ip_country: None, ..honest() };
    assert!(rules(&judge(&FraudPolicy::default(), &unknown.with(&learned), &[])).contains(&FraudRule::AddressAbroad));
}

#[test]
fn thrown_away_mail_boxes() {
    for (domain, is_one) in [
        ("mailinator.com", true),
        ("sub.mailinator.com", true),
        ("exmailinator.com", false),
        ("example.com", false),
        ("com", false),
        ("", false),
    ] {
        assert_eq!(disposable::is_disposable(domain), is_one, "{domain}");
    }
}

#[test]
fn every_wrong_place_of_a_policy_is_named() {
    let policy = FraudPolicy {
        hold_from: score("70"),
        decline_above: score("60"),
        known_after: Some(0),
        weights: [(FraudRule::Scorer, 5), (FraudRule::NewClient, 101)].into(),
        orders_of_mail: 0,
        high_amounts: vec![euro("1.00"), euro("2.00")],
        words: vec!["x".into()],
        keep_days: 0,
        ..FraudPolicy::default()
    };
    let problem = policy.check().unwrap_err();
    let mut places: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
    places.sort_unstable();
    let want = [
        "/decline_above",
        "/high_amounts/1",
        "/keep_days",
        "/known_after",
        "/orders_of_mail",
        "/weights/new_client",
        "/weights/scorer",
        "/words/0",
    ];
    assert_eq!(places, want);
    assert_eq!(FraudPolicy::default().check(), Ok(()));
    let outside = FraudPolicy { decline_above: score("100.01"), ..FraudPolicy::default() };
    assert_eq!(outside.check().unwrap_err().fields[0].pointer, "/decline_above");
}

fn any_facts() -> impl Strategy<Value = FraudFacts> {
    let country = || proptest::option::of(proptest::sample::select(vec!["FR", "DE", "US"]));
    let counts = (0..8u32, 0..8u32, 0..8u32, 0..8u32, 0..8u32);
    let texts = (".{0,20}@(example|mailinator)\\.com", "(\\+|00)?[0-9 ]{0,16}", "[a-z-]{0,12}(paypal)?\\.example");
    (any::<Option<u32>>(), (country(), country()), any::<Option<bool>>(), texts, counts, 0..200_000i64).prop_map(
        |(ip, (at, card), is_anonymous, (mail, phone, name), counts, minor)| FraudFacts {
            ip: ip.map(|bits| core::net::Ipv4Addr::from(bits).into()),
            ip_country: at.and_then(|code| code.parse().ok()),
            is_anonymous,
            card_country: card.and_then(|code| code.parse().ok()),
            mail,
            phone,
            domains: vec![name],
            amount: Money::from_minor(minor, "EUR".parse().unwrap()),
            paid_invoices: counts.0,
            orders_of_address: counts.1,
            orders_of_mail: counts.2,
            orders_of_client: counts.3,
            cards_of_client: counts.4,
            ..honest()
        },
    )
}

proptest! {
    /// The score is what the findings add up to, at most 100, and the decision follows from it.
    #[test]
    fn findings_explain_the_score(facts in any_facts()) {
        let policy = FraudPolicy { known_after: None, ..FraudPolicy::default() };
        let judged = judge(&policy, &facts, &[]);
        let sum: Decimal = judged.findings.iter().map(|finding| finding.points.get()).sum();
        prop_assert_eq!(judged.score.get(), sum.min(Decimal::ONE_HUNDRED));
        let ruling = decide(&policy, &judged, &Scoring::NotAsked);
        let want = if ruling.score.get() > Decimal::from(60) { FraudDecision::Decline }
            else if ruling.score.get() >= Decimal::TEN { FraudDecision::Hold } else { FraudDecision::Accept };
        prop_assert_eq!(ruling.decision, want);
    }

    /// A higher score of the scorer never makes the decision milder, and the sum is never milder than the maximum.
    #[test]
    fn more_suspicion_is_never_milder(facts in any_facts(), low in 1..9900u32, more in 0..9900u32) {
        let high = low.saturating_add(more).min(9900);
        let answer = |hundredths: u32| Scored { score: FraudScore::new(Decimal::new(hundredths.into(), 2)).unwrap(), ..scored("1", None) };
        for combination in FraudCombination::ALL {
            let policy = FraudPolicy { combination: *combination, ..FraudPolicy::default() };
            let by = |hundredths| ruled(&policy, &facts, &Scoring::Answered(&answer(hundredths))).decision;
            prop_assert!(by(low) <= by(high));
        }
        let by = |combination| ruled(&FraudPolicy { combination, ..FraudPolicy::default() }, &facts, &Scoring::Answered(&answer(low))).decision;
        prop_assert!(by(FraudCombination::Highest) <= by(FraudCombination::Sum));
    }

    /// An address is in every network that is cut from it, and in none that differs within the length.
    #[test]
    fn networks_hold_their_addresses(bits: u32, length in 0u8..=32, other: u32) {
        let at = |bits: u32| FraudFacts { ip: Some(core::net::Ipv4Addr::from(bits).into()), ..honest() };
        let net = entry(FraudList::Deny, FraudEntryKind::Address, &format!("{}/{length}", core::net::Ipv4Addr::from(bits)));
        let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
        let standing = |bits| judge(&FraudPolicy::default(), &at(bits), std::slice::from_ref(&net)).standing;
        prop_assert_eq!(standing(bits), Standing::Denied);
        prop_assert_eq!(standing(other) == Standing::Denied, bits & mask == other & mask);
    }

    /// What is typed has one spelling, which is its own.
    #[test]
    fn one_spelling(typed in ".{0,40}") {
        for kind in FraudEntryKind::ALL {
            if let Ok(value) = normal(*kind, &typed) {
                prop_assert_eq!(normal(*kind, &value), Ok(value.clone()));
            }
        }
    }
}
