//! What documents are missing, by example and by chance.

use super::*;
use crate::ids::Id;
use crate::schedule::Period;
use crate::schedule::testing::day;
use crate::{Currency, InvoiceLineId, Money, Quantity};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

const TERMS: Terms = Terms { starts_on: NaiveDate::MIN, day_of_month: 1 };

fn rub(minor: i64) -> Money {
    Money::from_minor(minor, "RUB".parse::<Currency>().unwrap())
}

fn line(n: u8) -> InvoiceLineId {
    InvoiceLineId::from_uuid(Uuid::from_bytes([n; 16]))
}

fn span(from: &str, to: &str) -> Period {
    Period { from: day(from), to: day(to) }
}

fn charge(n: u8, issued_on: &str, period: Option<Period>, net: i64, tax: i64) -> Charge {
    Charge {
        line: line(n),
        issued_on: day(issued_on),
        period,
        net: rub(net),
        tax: rub(tax),
        ended_on: None,
        credits: Vec::new(),
        documented: Documented::nothing(rub(0)),
    }
}

/// Kind, days of the document and net and tax of its rows.
type Short = (SchetFacturaKind, Period, Vec<(i64, i64)>);

fn short(found: &[Missing]) -> Vec<Short> {
    let rows = |one: &Missing| one.parts.iter().map(|part| (part.net.minor(), part.tax.minor())).collect();
    found.iter().map(|one| (one.kind, one.period, rows(one))).collect()
}

fn found(charges: &[Charge], today: &str) -> Vec<Short> {
    short(&missing(charges, TERMS, day(today)).unwrap())
}

/// What was written counts as documented from its day on.
fn write(charges: &mut [Charge], written: &[Missing], today: NaiveDate) {
    for part in written.iter().flat_map(|one| &one.parts) {
        let of = &mut charges.iter_mut().find(|charge| charge.line == part.line).unwrap().documented;
        (of.net, of.tax) = (of.net.plus(part.net).unwrap(), of.tax.plus(part.tax).unwrap());
        of.known_on = Some(today);
        if let Some(days) = part.period {
            let known = of.days.unwrap_or(days);
            of.days = Some(Period { from: known.from.min(days.from), to: known.to.max(days.to) });
        }
    }
}

/// 1000.00 and 22 % of it for 31 days: 17 of them lie in January, 1000.00 × 17 / 31 = 548.387 and 220.00 × 17 / 31 = 120.645.
#[test]
fn a_month_of_service_lies_in_two_documents() {
    use SchetFacturaKind::Month;
    let of = [charge(1, "2027-01-05", Some(span("2027-01-15", "2027-02-15")), 100_000, 22_000)];
    let january = (Month, span("2027-01-01", "2027-02-01"), vec![(54_839, 12_065)]);
    let february = (Month, span("2027-02-01", "2027-03-01"), vec![(100_000 - 54_839, 22_000 - 12_065)]);
    assert_eq!(found(&of, "2027-01-31"), []);
    assert_eq!(found(&of, "2027-02-01"), std::slice::from_ref(&january));
    assert_eq!(found(&of, "2027-06-01"), [january, february]);
    let third = Terms { day_of_month: 3, ..TERMS };
    assert_eq!(missing(&of, third, day("2027-02-02")).unwrap(), []);
    assert_eq!(missing(&of, third, day("2027-02-03")).unwrap().len(), 1);
}

/// The guide's example: Bronze is documented on the day of the upgrade, Silver with the month. 310.00 for January, 160.00
/// given back for 16 to 31 January, so 150.00 stay for 15 days.
#[test]
fn what_an_upgrade_has_ended_is_documented_at_once() {
    use SchetFacturaKind::{Ended, Month};
    let mut bronze = charge(1, "2027-01-01", Some(span("2027-01-01", "2027-02-01")), 31_000, 6_820);
    bronze.ended_on = Some(day("2027-01-16"));
    bronze.credits = vec![Credit {
        issued_on: day("2027-01-16"),
        from: Some(day("2027-01-16")),
        net: rub(-16_000),
        tax: rub(-3_520),
    }];
    let silver = charge(2, "2027-01-16", Some(span("2027-01-16", "2027-02-01")), 32_000, 7_040);
    let both = [bronze, silver];
    let at_once = (Ended, span("2027-01-01", "2027-01-16"), vec![(15_000, 3_300)]);
    assert_eq!(found(&both, "2027-01-16"), std::slice::from_ref(&at_once));
    let rest = (Month, span("2027-01-01", "2027-02-01"), vec![(32_000, 7_040)]);
    assert_eq!(found(&both, "2027-02-01"), [at_once, rest]);
}

/// Without a refund all that was charged is for the days that were delivered: be it none.
#[test]
fn what_ended_without_a_refund_is_documented_whole() {
    let mut year = charge(1, "2027-01-01", Some(span("2027-01-01", "2028-01-01")), 36_500, 0);
    year.ended_on = Some(day("2027-02-11"));
    // 31 of 365 days, then all the rest
    let nets: Vec<_> = found(&[year.clone()], "2027-12-31").into_iter().map(|one| one.2[0].0).collect();
    assert_eq!(nets, [3_100, 33_400]);
    year.ended_on = Some(day("2027-01-01"));
    let at_once = missing(&[year], TERMS, day("2027-01-01")).unwrap();
    assert_eq!((at_once.len(), at_once[0].parts[0].net, at_once[0].parts[0].completes), (1, rub(36_500), true));
    assert_eq!(
        (at_once[0].period, at_once[0].parts[0].period),
        (span("2027-01-01", "2027-01-02"), Some(at_once[0].period))
    );
}

#[test]
fn what_is_not_for_time_belongs_to_the_month_of_its_invoice() {
    use SchetFacturaKind::Month;
    let fee = [charge(1, "2027-01-31", None, 5_000, 1_100), charge(2, "2027-02-01", None, 7_000, 0)];
    assert_eq!(found(&fee, "2027-02-01"), [(Month, span("2027-01-01", "2027-02-01"), vec![(5_000, 1_100)])]);
    assert_eq!(found(&fee, "2027-03-01").len(), 2);
}

/// A credit note lowers what comes; what is too much already is taken back at once, and no more than was documented.
#[test]
fn credit_notes_count_against_documents() {
    use SchetFacturaKind::{Correction, Month};
    let january = span("2027-01-01", "2027-02-01");
    let mut of = [charge(1, "2027-01-01", Some(january), 31_000, 6_820)];
    let credit = |day_of: &str, net, tax| Credit {
        issued_on: day(day_of),
        from: Some(day("2027-01-01")),
        net: rub(net),
        tax: rub(tax),
    };
    of[0].credits = vec![credit("2027-01-20", -1_000, -220)];
    assert_eq!(found(&of, "2027-02-01"), [(Month, january, vec![(30_000, 6_600)])]);
    let written = missing(&of, TERMS, day("2027-02-01")).unwrap();
    write(&mut of, &written, day("2027-02-01"));
    of[0].credits.push(credit("2027-02-10", -2_000, -440));
    let correction = (Correction, january, vec![(-2_000, -440)]);
    assert_eq!(found(&of, "2027-02-10"), [correction]);
    let written = missing(&of, TERMS, day("2027-02-10")).unwrap();
    write(&mut of, &written, day("2027-02-10"));
    assert_eq!(found(&of, "2027-12-31"), []);
    // what never was documented here is not taken back here
    let mut elsewhere = charge(2, "2026-12-01", Some(span("2026-12-01", "2027-01-01")), 31_000, 0);
    elsewhere.credits = vec![credit("2027-02-10", -31_000, 0)];
    let terms = Terms { starts_on: day("2027-01-01"), ..TERMS };
    assert_eq!(missing(&[elsewhere], terms, day("2027-12-31")).unwrap(), []);
}

/// 0.89 for 154 days, of which 101 are over on 1 March (0.89 × 101 / 154 = 0.5837). A credit note of 2 March takes time back,
/// and no money: a second run after it must not judge 1 March anew by it, though a free line keeps that cut. The next month
/// says the rest.
#[test]
fn a_month_is_not_judged_again_by_what_became_known_later() {
    use SchetFacturaKind::Month;
    let free = charge(2, "2026-11-20", None, 0, 0);
    let mut of = [charge(1, "2026-11-13", Some(span("2026-11-20", "2027-04-23")), 0, 89), free];
    of[0].credits =
        vec![Credit { issued_on: day("2027-03-02"), from: Some(day("2026-11-21")), net: rub(0), tax: rub(0) }];
    let today = day("2027-03-03");
    let written = missing(&of, TERMS, today).unwrap();
    write(&mut of, &written, today);
    assert_eq!(of[0].documented.tax, rub(58));
    assert_eq!(missing(&of, TERMS, today), Ok(Vec::new()));
    assert_eq!(found(&of, "2027-04-01"), [(Month, span("2027-03-01", "2027-04-01"), vec![(0, 31)])]);
}

/// A year from 1 July, documented here from 1 October: 273 of 365 days are left.
#[test]
fn what_was_delivered_before_the_beginning_is_left_out() {
    let terms = Terms { starts_on: day("2026-10-01"), ..TERMS };
    let mut year = [charge(1, "2026-07-01", Some(span("2026-07-01", "2027-07-01")), 36_500, 0)];
    let written = missing(&year, terms, day("2028-01-01")).unwrap();
    let nets: Vec<_> = written.iter().map(|one| one.parts[0].net.minor()).collect();
    assert_eq!((nets.len(), nets.iter().sum::<i64>(), nets[0]), (9, 27_300, 3_100));
    // another beginning later changes nothing of what has begun
    let first = missing(&year, terms, day("2026-11-01")).unwrap();
    write(&mut year, &first, day("2026-11-01"));
    let later = Terms { starts_on: day("2026-12-01"), ..TERMS };
    let rest = missing(&year, later, day("2028-01-01")).unwrap();
    assert_eq!(rest.iter().map(|one| one.parts[0].net.minor()).sum::<i64>(), 24_200);
}

#[test]
fn the_columns_of_the_form() {
    let of = |net, quantity: &str| {
        let measure = Measure::of(rub(net), quantity.parse().unwrap(), true);
        (measure.unit.symbol(), measure.quantity.to_string(), measure.unit_price.to_string())
    };
    assert_eq!(of(54_839, "1"), ("мес", "1".into(), "548.39".into()));
    assert_eq!(of(10_000, "3"), ("мес", "3".into(), "33.333333333".into()));
    assert_eq!(of(-2_000, "1"), ("мес", "1".into(), "-20".into()));
    assert_eq!(Measure::of(rub(100), Quantity::from(1), false).unit.as_str(), "796");
    let name = |code: &str| CurrencyName::of(code.parse().unwrap());
    assert_eq!(name("RUB"), CurrencyName { name: "Российский рубль".into(), code: "643".into() });
    assert_eq!((name("EUR").code, name("ALL").code), ("978".into(), "008".into()));
}

/// 7707083893 and 500100732259 are the numbers of textbooks; one digit off, they are none.
#[test]
fn numbers_of_taxpayers() {
    for good in ["7707083893", "7830002293", "500100732259"] {
        assert!(is_inn(good), "{good}");
    }
    for bad in ["", "7707083894", "500100732258", "770708389", "77070838930", "77070838a3", "७707083893"] {
        assert!(!is_inn(bad), "{bad}");
    }
    assert!(is_kpp("773601001") && is_kpp("7736AB001"));
    assert!(!is_kpp("77360100") && !is_kpp("A73601001") && !is_kpp("7736ab001"));
}

#[test]
fn settings_name_what_is_wrong() {
    let settings = SchetFacturaSettings {
        inn: "500100732259".into(),
        kpp: "773601001".into(),
        director: "x".repeat(121),
        entrepreneur_registration: "304500116000157".into(),
        ..SchetFacturaSettings::default()
    };
    let problem = settings.check().unwrap_err();
    let places: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
    assert_eq!(places, ["/kpp", "/director", "/entrepreneur"]);
    let on = |enabled, country: &str| {
        SchetFacturaSettings { enabled, ..SchetFacturaSettings::default() }.is_on(country.parse().unwrap())
    };
    assert!(on(None, "RU") && !on(None, "FR") && on(Some(true), "FR") && !on(Some(false), "RU"));
}

/// When a credit note comes, from which day of the line it takes time back, and how many per cent it takes.
type AnyCredit = (u64, Option<u64>, i64);

/// Where a line begins, its days and when it is invoiced; its amounts; its end; its credit notes.
type AnyLine = ((u64, Option<u64>, i64), (i64, i64), Option<u64>, Vec<AnyCredit>);

fn of_chance(n: usize, ((offset, length, lead), (net, tax), end, credits): AnyLine) -> Charge {
    let from = day("2026-11-20") + Days::new(offset);
    let issued_on = from + chrono::TimeDelta::days(lead);
    let credit = |(after, at, percent): AnyCredit| Credit {
        issued_on: issued_on + Days::new(after),
        from: length.map(|length| from + Days::new(at.unwrap_or(0).min(length))),
        net: rub(-net * percent / 100),
        tax: rub(-tax * percent / 100),
    };
    Charge {
        issued_on,
        period: length.map(|length| Period { from, to: from + Days::new(length) }),
        ended_on: end.filter(|_| length.is_some()).map(|end| from + Days::new(end)),
        credits: credits.into_iter().map(credit).collect(),
        ..charge(u8::try_from(n).unwrap() + 1, "2027-01-01", None, net, tax)
    }
}

/// Some lines of a client, with ends and credit notes: never more back than was charged.
fn any_charges() -> impl Strategy<Value = Vec<Charge>> {
    let credit = (0_u64..300, prop::option::of(0_u64..300), 0_i64..50);
    let one = (
        (0_u64..120, prop::option::of(1_u64..200), -30_i64..30),
        (0_i64..500_000, 0_i64..100_000),
        prop::option::of(0_u64..200),
        prop::collection::vec(credit, 0..3),
    );
    let charges = |all: Vec<AnyLine>| all.into_iter().enumerate().map(|(n, line)| of_chance(n, line)).collect();
    prop::collection::vec(one, 1..4).prop_map(charges)
}

/// What could be seen on a day.
fn seen_on(charges: &[Charge], today: NaiveDate) -> Vec<Charge> {
    let seen = charges.iter().filter(|charge| charge.issued_on <= today).cloned().map(|mut charge| {
        charge.credits.retain(|credit| credit.issued_on <= today);
        charge.ended_on = charge.ended_on.filter(|end| *end <= today);
        charge
    });
    seen.collect()
}

/// The documents of runs on some days.
fn lived(charges: &[Charge], terms: Terms, days: impl Iterator<Item = NaiveDate>) -> (Vec<Missing>, Vec<Charge>) {
    let (mut written, mut charges) = (Vec::new(), charges.to_vec());
    for today in days {
        let found = missing(&seen_on(&charges, today), terms, today).unwrap();
        write(&mut charges, &found, today);
        assert_eq!(missing(&seen_on(&charges, today), terms, today), Ok(Vec::new()), "a second run on {today}");
        written.extend(found);
    }
    (written, charges)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever ends and is given back: the documents of a line add up to what stays charged, and never say more than was
    /// charged; the days of its rows follow each other.
    #[test]
    fn documents_add_up_to_what_stays_charged(charges in any_charges(), day_of_month in 1_u8..=28, step in 1_usize..40) {
        let terms = Terms { day_of_month, ..TERMS };
        let days = day("2026-10-01").iter_days().take(900).step_by(step);
        let (written, after) = lived(&charges, terms, days);
        for charge in &after {
            let credits = |amount: fn(&Credit) -> Money| charge.credits.iter().map(|one| amount(one).minor()).sum::<i64>();
            prop_assert_eq!(charge.documented.net.minor(), charge.net.minor() + credits(|one| one.net));
            prop_assert_eq!(charge.documented.tax.minor(), charge.tax.minor() + credits(|one| one.tax));
            let rows = written.iter().filter(|one| one.kind != SchetFacturaKind::Correction).flat_map(|one| &one.parts);
            let rows: Vec<_> = rows.filter(|part| part.line == charge.line).collect();
            prop_assert!(rows.iter().all(|row| row.net.minor() >= 0 && row.tax.minor() >= 0));
            prop_assert!(rows.iter().map(|row| row.net.minor()).sum::<i64>() <= charge.net.minor());
            if charge.credits.is_empty() && charge.ended_on.is_none() {
                let days: Vec<_> = rows.iter().filter_map(|row| row.period).collect();
                prop_assert!(days.windows(2).all(|two| two[0].to == two[1].from), "{:?}", days);
            }
        }
    }

    /// Months that were missed give the very documents of months that were not.
    #[test]
    fn a_late_run_writes_what_daily_ones_would_have_written(charges in any_charges(), day_of_month in 1_u8..=28) {
        let terms = Terms { day_of_month, ..TERMS };
        let days = || day("2026-10-01").iter_days().take(800);
        let (daily, _) = lived(&charges, terms, days());
        let (late, _) = lived(&charges, terms, days().skip(799));
        prop_assert_eq!(short(&late), short(&daily));
    }

    /// Quantity × price is the amount, whatever is divided.
    #[test]
    fn prices_make_their_amount_again(net in -1_000_000_000_i64..1_000_000_000, quantity in 1_u32..5_000) {
        let measure = Measure::of(rub(net), Quantity::from(quantity), true);
        let again = Money::round(measure.quantity.get() * measure.unit_price.get(), rub(0).currency()).unwrap();
        prop_assert_eq!(again, rub(net));
    }
}
