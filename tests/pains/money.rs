//! Pains 16 to 18, 20 and 28: coupons, reminders and money that are counted wrongly.

use super::pass;
use crate::api::by_hand::in_two_currencies;
use crate::api::invoices::{balance, books_balance, get, issued};
use crate::api::orders::{order_of, shopper, wish};
use crate::api::payments::{credit, pay, taken};
use crate::api::services;
use crate::stories::billing::{GOOD, buy, care, email};
use crate::stories::dunning::status;
use crate::support::Actor;
use crate::support::house::House;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;

fn usd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// The open or overdue invoice of a client.
fn debt(owner: &Actor, client: &str) -> String {
    owner.get(&format!("/v1/invoices?client_id={client}&status=due,overdue")).expect(200).text("/data/0/id")
}

fn receive(owner: &Actor, invoice: &str, method: &str, amount: &str) {
    let money = json!({"method": method, "amount": usd(amount)});
    owner.post(&format!("/v1/invoices/{invoice}/payments"), money).expect(201);
}

/// The run on a day, at noon.
fn run_on(story: &Story, day: &str, kind: EventKind) -> Value {
    story.sleep_until(day);
    story.run(kind)
}

/// Renewals of 5 February that nobody pays, dunned up to the eve of their suspension on the 19th.
fn to_the_eve(story: &Story) {
    run_on(story, "2026-01-26", EventKind::ProcessInvoices);
    for day in ["2026-02-02", "2026-02-06", "2026-02-12", "2026-02-18"] {
        run_on(story, day, EventKind::ProcessSuspensions);
    }
}

both! {
    /// Elsewhere two carts took the last use of a coupon, or the loser was charged the full price without a word. Here both
    /// are quoted 7.50 = (10.00 + 5.00) less 50 % and order at the same moment: one is taken at that; the other is refused
    /// with the price of 15.00, and only when he takes that is he charged it. The first never pays: after its three days
    /// the use is free again, for a third.
    fn pain_16_two_carts_share_the_last_use_of_a_coupon(world) {
        let owner = world.owner("north");
        let coupon = json!({"name": "Last", "code": "LAST", "value": {"percent": "50"}, "max_uses": 1});
        let coupon = owner.post("/v1/coupons", coupon).expect(201).text("/id");
        let uses = |owner: &Actor| owner.get(&format!("/v1/coupons/{coupon}")).expect(200).json()["uses"].clone();
        let shop = shopper(&owner);
        let quoted = |name: &str| {
            let mut wanted = wish(&owner, &format!("{name}.example"), "Lyon");
            wanted["cart"]["coupon"] = json!("LAST");
            let quote = shop.post("/v1/store/quotes", wanted).expect(200);
            assert_eq!(quote.json()["totals"]["gross"]["amount"], "7.50");
            quote.text("/token")
        };
        let carts = ["ada", "bea", "cid"].map(|name| (name, quoted(name)));
        let (shop, both) = (&shop, &Barrier::new(2));
        let place = |(name, token): &(&str, String)| shop.post_once("/v1/store/orders", name, order_of(name, token, "fake"));
        let answers: Vec<_> = thread::scope(|all| {
            let threads: Vec<_> = carts[..2].iter().map(|cart| all.spawn(move || { both.wait(); place(cart) })).collect();
            threads.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let won = answers.iter().position(|answer| answer.status == 201).unwrap();
        assert_eq!(answers[won].json()["order"]["gross"]["amount"], "7.50");
        let refused = answers[1 - won].clone().refused(409, "coupon_exhausted");
        assert_eq!(refused.json()["quote"]["totals"]["gross"]["amount"], "15.00");
        assert_eq!((uses(&owner), taken(world, "EUR")), (json!(1), 0));
        // he has seen it and agrees: under his own name, since nothing is left of the first try
        let agreed = order_of(carts[1 - won].0, &refused.text("/quote/token"), "fake");
        let placed = shop.post_once("/v1/store/orders", "agreed", agreed).expect(201);
        pay(&owner, &placed.text("/order/invoice_id"), GOOD, "agreed").expect(200);
        assert_eq!(taken(world, "EUR"), 1500);
        let story = Story::of(world);
        run_on(&story, "2026-01-09", EventKind::ExpireOrders);
        let owner = world.owner("north");
        assert_eq!(uses(&owner), 0);
        let mut wanted = wish(&owner, "cid.example", "Lyon");
        wanted["cart"]["coupon"] = json!("LAST");
        let token = shop.post("/v1/store/quotes", wanted).expect(200).text("/token");
        let third = shop.post_once("/v1/store/orders", "third", order_of("cid", &token, "fake")).expect(201);
        assert_eq!((third.json()["order"]["gross"]["amount"].clone(), uses(&owner)), (json!("7.50"), json!(1)));
    }

    /// Elsewhere a job that ran every few minutes sent its reminder each time, or four copies of it. Here the run comes every
    /// five minutes for an hour on each of the days of a reminder (three before 5 February, one and seven after),
    /// twice at the same moment: one mail a day, three in all.
    fn pain_17_reminders_flood(world) {
        let owner = world.owner("north");
        buy(&owner, &care(&owner, json!({})), "Rita", GOOD, None);
        let houses = [Story::of(world), Story::of(world)];
        run_on(&houses[0], "2026-01-26", EventKind::ProcessInvoices);
        for (sent, day) in [(1, "2026-02-02"), (2, "2026-02-06"), (3, "2026-02-12")] {
            houses[0].sleep_until(day);
            for time in 0..12 {
                let told = thread::scope(|all| {
                    let runs = houses.each_ref().map(|house| all.spawn(|| house.run(EventKind::ProcessSuspensions)));
                    runs.map(|run| run.join().unwrap()["steps"].clone())
                });
                // others have what was furnished to pay; they too are reminded by the first run only
                assert!(time == 0 || told == [0, 0], "{day}: {told:?}");
                pass(world, 5);
            }
            let owner = world.owner("north");
            assert_eq!(services::mails(&owner, "invoice_reminder", &email("Rita")), sent);
        }
    }

    /// Elsewhere 40 were paid on an invoice of 5 and 35 were gone, and a part was lost or made the whole paid. Here in US
    /// dollars: 5.00 paid with 40.00 leaves 35.00 of credit, which the next of 100.00 uses; 25.00 by cheque and 40.00 by card
    /// pay its rest. 7.00 paid in cash for something taken back are credit; the next of 12.34 uses it, and its 5.34 are paid
    /// with 123.40 by a slip. In came 40 + 25 + 40 + 7 + 123.40 = 235.40, earned are 5 + 100 + 12.34 = 117.34: 118.06 stay
    /// the client's. What no account could take is refused, with the place, and nothing is written.
    fn pain_18_money_vanishes(world) {
        let owner = world.owner("north");
        let open = |id: &str| get(&owner, id)["open"]["amount"].as_str().unwrap().to_string();
        let five = issued(&owner, "USD", &[("1", "5.00")]);
        receive(&owner, &five, "transfer", "40.00");
        assert_eq!((&get(&owner, &five)["status"], &credit(&owner)[1]), (&json!("paid"), &usd("35.00")));
        let hundred = issued(&owner, "USD", &[("1", "100.00")]);
        assert_eq!((open(&hundred), &credit(&owner)[1]), ("65.00".into(), &usd("0.00")));
        receive(&owner, &hundred, "cheque", "25.00");
        assert_eq!((&get(&owner, &hundred)["status"], open(&hundred)), (&json!("partly_paid"), "40.00".into()));
        assert_eq!(pay(&owner, &hundred, GOOD, "rest").expect(200).json()["amount"], usd("40.00"));
        let wrong = issued(&owner, "USD", &[("1", "7.00")]);
        receive(&owner, &wrong, "cash", "7.00");
        owner.act(&format!("/v1/invoices/{wrong}/cancel")).expect(200);
        assert_eq!(credit(&owner)[1], usd("7.00"));
        let slip = issued(&owner, "USD", &[("1", "12.34")]);
        assert_eq!(open(&slip), "5.34");
        let before = world.database.digest();
        let path = format!("/v1/invoices/{slip}/payments");
        let euros = json!({"method": "cash", "amount": {"amount": "5.34", "currency": "EUR"}});
        owner.post(&path, euros).refused(422, "validation_failed").names("/amount/currency");
        owner.post(&path, json!({"method": "cash", "amount": usd("-5.34")})).refused(422, "validation_failed").names("/amount/amount");
        owner.post(&format!("/v1/invoices/{five}/payments"), json!({"method": "cash"})).refused(409, "wrong_state");
        assert_eq!(world.database.digest(), before);
        receive(&owner, &slip, "cash", "123.40");
        assert_eq!((open(&slip), &credit(&owner)[1]), ("0.00".into(), &usd("118.06")));
        let books = ["bank", "gateway", "cash", "client_credit"].map(|account| balance(&owner, account, "USD"));
        assert_eq!(books, ["65.00", "40.00", "130.40", "118.06"]);
        assert_eq!((balance(&owner, "receivable", "USD"), balance(&owner, "revenue_other", "USD"), taken(world, "USD")), ("0".into(), "117.34".into(), 4000));
        books_balance(&owner);
    }

    /// Elsewhere who had paid stayed shut out: the payment came before the suspension, during it, or while another run was
    /// at work. Here Ada pays the day before her suspension, Bea while the run is at it, Cid a day late, and Nora, whose web
    /// space was shut, by transfer: the run that comes every twenty minutes opens all of them, the web space too. Dan,
    /// who has paid nothing, stays out.
    fn pain_20_paid_but_still_suspended(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let [ada, bea, cid, dan] = ["Ada", "Bea", "Cid", "Dan"].map(|name| buy(&owner, &plan, name, GOOD, None));
        let (house, nora) = (House::built_in(world), services::paid(&owner, "Nora", "nora.example"));
        let its_client = owner.get(&format!("/v1/subscriptions/{}", nora.subscription)).text("/client_id");
        house.work();
        let story = Story::of(world);
        to_the_eve(&story);
        let by_cash = |owner: &Actor, client: &str| {
            owner.post(&format!("/v1/invoices/{}/payments", debt(owner, client)), json!({"method": "cash"})).expect(201);
        };
        by_cash(&world.owner("north"), &ada.0);
        story.sleep_until("2026-02-19");
        let owner = world.owner("north");
        thread::scope(|all| {
            all.spawn(|| story.run(EventKind::ProcessSuspensions));
            all.spawn(|| by_cash(&owner, &bea.0));
            all.spawn(|| story.run(EventKind::ProcessUnsuspensions));
        });
        let standing = |owner: &Actor| [&cid.1, &dan.1, &nora.subscription].map(|id| status(owner, id));
        assert_eq!((status(&owner, &ada.1), standing(&owner)), ("active".into(), ["suspended"; 3].map(String::from)));
        house.work();
        assert_eq!(services::standing(&owner, &nora), ["done", "suspended", "suspended"]);
        pay(&owner, &debt(&owner, &cid.0), GOOD, "late").expect(200);
        by_cash(&owner, &its_client);
        pass(world, 20);
        story.run(EventKind::ProcessUnsuspensions);
        // a suspension that runs once more finds nobody who has paid
        story.run(EventKind::ProcessSuspensions);
        house.work();
        let owner = world.owner("north");
        assert_eq!([&ada.1, &bea.1].map(|id| status(&owner, id)), ["active", "active"]);
        assert_eq!(standing(&owner), ["active", "suspended", "active"]);
        assert_eq!(services::standing(&owner, &nora), ["done", "active", "active"]);
    }

    /// Elsewhere a client had one currency for ever: another one wanted a second account, and all services moved to it. Here
    /// one client has 10.00 EUR and 12.00 USD a month, with 20 % of tax 12.00 and 14.40, from two stores: two invoices a
    /// month. 50.00 USD for the first leave 35.60 of credit, which pays the second in dollars (21.20 are left) and no euro.
    fn pain_28_a_client_has_one_currency(world) {
        let owner = world.owner("north");
        let payer = in_two_currencies(&owner);
        let story = Story::of(world);
        assert_eq!(run_on(&story, "2026-01-26", EventKind::ProcessInvoices), json!({"invoices": 2, "parked": 0}));
        let of = |owner: &Actor, currency: &str| {
            let all = owner.get(&format!("/v1/invoices?client_id={payer}&sort=created_at&limit=100")).expect(200).json();
            let mut all = all["data"].as_array().unwrap().clone();
            all.retain(|invoice| invoice["currency"] == currency);
            all
        };
        let states = |owner: &Actor, currency: &str| of(owner, currency).iter().map(|one| format!("{} {}", one["gross"]["amount"].as_str().unwrap(), one["status"].as_str().unwrap())).collect::<Vec<_>>();
        let owner = world.owner("north");
        let (before_usd, before_eur) = (balance(&owner, "bank", "USD"), balance(&owner, "bank", "EUR"));
        receive(&owner, of(&owner, "USD")[1]["id"].as_str().unwrap(), "transfer", "50.00");
        assert_eq!(states(&owner, "EUR"), ["12.00 paid", "12.00 due"]);
        assert_eq!(states(&owner, "USD"), ["14.40 paid", "14.40 paid"]);
        // the first in dollars and these 50.00; in euro what was there
        assert_eq!((before_usd.as_str(), balance(&owner, "bank", "USD"), balance(&owner, "bank", "EUR")), ("14.40", "64.40".into(), before_eur));
        assert_eq!(run_on(&story, "2026-02-23", EventKind::ProcessInvoices), json!({"invoices": 2, "parked": 0}));
        let owner = world.owner("north");
        assert_eq!(states(&owner, "EUR"), ["12.00 paid", "12.00 overdue", "12.00 due"]);
        assert_eq!(states(&owner, "USD"), ["14.40 paid"; 3]);
        let credits = owner.get(&format!("/v1/clients/{payer}/credits")).expect(200).json();
        assert_eq!(credits["balances"], json!([usd("21.20")]));
        assert_eq!(balance(&owner, "client_credit", "USD"), "21.20");
        books_balance(&owner);
    }
}
