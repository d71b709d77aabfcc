//! Pains 1 to 6: runs that do something twice, miss it, stop at it, or do it on the wrong day.

use super::pass;
use crate::api::invoices::{books_balance, get, verify};
use crate::api::payments::{callbacks, pay, post_back, taken};
use crate::stories::billing::{GOOD, buy, care, corrupt, email, invoices};
use crate::support::story::Story;
use crate::support::{Actor, World};
use chrono::TimeDelta;
use comptoir_domain::Instant;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::thread;

/// Pending, then approved by a callback that comes twice.
const LATER_TWICE: &str = "4000000000000093";

/// What a client's invoices charge: the days of each, without the rest.
fn periods(owner: &Actor, client: &str) -> Vec<String> {
    invoices(owner, client).into_iter().map(|(_, days, _, _)| days).collect()
}

/// The payments of an invoice in a state.
fn payments(owner: &Actor, invoice: &str, state: &str) -> usize {
    let all = owner.get(&format!("/v1/transactions?state={state}&limit=100")).expect(200).json();
    all["data"].as_array().unwrap().iter().filter(|row| row["invoice_id"] == invoice).count()
}

fn only_due(owner: &Actor, client: &str) -> String {
    let due = owner.get(&format!("/v1/invoices?client_id={client}&status=due")).expect(200);
    assert_eq!(due.json()["data"].as_array().unwrap().len(), 1, "{}", due.text);
    due.text("/data/0/id")
}

/// The seller lives in a zone and sells a month for 10.00 that is invoiced on the very day on which it begins.
fn settle_in(world: &World, seller: &str, zone: &str) -> String {
    let owner = world.owner(seller);
    owner.patch("/v1/seller", json!({ "time_zone": zone })).expect(200);
    care(&owner, json!({"lead_days": 0}))
}

/// Runs every hour from an instant on; the hours in which something was invoiced, and how much.
fn hourly(world: &World, story: &Story, from: &str, hours: i64) -> Vec<(String, Value)> {
    let from: Instant = from.parse().unwrap();
    let mut found = Vec::new();
    for hour in 0..=hours {
        let at = from.plus(TimeDelta::hours(hour));
        world.server.business.advance_to(at);
        world.server.machine.advance_to(at);
        let told = story.run(EventKind::ProcessInvoices);
        assert_eq!(told["parked"], 0);
        if told["invoices"] != 0 {
            found.push((at.utc().format("%d %H:%M").to_string(), told["invoices"].clone()));
        }
    }
    found
}

both! {
    /// Elsewhere the gateway's message and the nightly run each carried out the same payment, and the service was renewed
    /// for two months. Here one renewal is paid by a card whose approval comes twice, while two runs, a question to the
    /// gateway and two more payments want the same: 10.00 for the order and 10.00 for February, up to 5 March, no more.
    fn pain_01_a_payment_renews_twice(world) {
        let owner = world.owner("north");
        let (client, subscription) = buy(&owner, &care(&owner, json!({})), "Una", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-26");
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 1, "parked": 0}));
        // the day on which the kept card would be charged
        story.sleep_until("2026-02-04");
        let owner = world.owner("north");
        let renewal = only_due(&owner, &client);
        let pending = pay(&owner, &renewal, LATER_TWICE, "herself").expect(202).text("/id");
        pass(world, 16);
        let owner = world.owner("north");
        let sent = callbacks(world);
        assert_eq!(sent.len(), 2);
        thread::scope(|all| {
            for callback in &sent {
                all.spawn(|| post_back(world, "north", callback).expect(204));
            }
            all.spawn(|| story.run(EventKind::ProcessPaymentQueue));
            all.spawn(|| story.run(EventKind::ProcessInvoices));
            all.spawn(|| owner.act(&format!("/v1/transactions/{pending}/check")).expect(200));
            for key in ["again", "and-again"] {
                let (owner, renewal) = (&owner, &renewal);
                all.spawn(move || pay(owner, renewal, GOOD, key).expect(409));
            }
        });
        assert_eq!((taken(world, "EUR"), payments(&owner, &renewal, "approved")), (2000, 1));
        assert_eq!(periods(&owner, &client), ["2026-01-05..2026-02-05", "2026-02-05..2026-03-05"]);
        assert_eq!(get(&owner, &renewal)["status"], "paid");
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).text("/billed_through"), "2026-03-05");
        assert_eq!(owner.get(&format!("/v1/clients/{client}/credits")).json()["data"], json!([]));
        books_balance(&owner);
    }

    /// Elsewhere two runs that overlapped made the same renewal twice and charged the card for both. Here two houses begin
    /// both runs at the same moment, twice each, on the day of invoicing and on the eve of 5 February: of three clients each
    /// has two invoices, and the bank has 6 × 10.00.
    fn pain_02_a_renewal_is_invoiced_twice(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let clients: Vec<_> = ["Ida", "Jon", "Kai"].map(|name| buy(&owner, &plan, name, GOOD, None).0).into();
        let houses = [Story::of(world), Story::of(world)];
        for day in ["2026-01-26", "2026-02-04"] {
            houses[0].sleep_until(day);
            thread::scope(|all| {
                for house in houses.iter().chain(&houses) {
                    all.spawn(|| house.run(EventKind::ProcessInvoices));
                    all.spawn(|| house.run(EventKind::ProcessPaymentQueue));
                }
            });
        }
        let owner = world.owner("north");
        for client in &clients {
            assert_eq!(periods(&owner, client), ["2026-01-05..2026-02-05", "2026-02-05..2026-03-05"]);
            assert!(invoices(&owner, client).iter().all(|row| row.3 == "paid"));
        }
        assert_eq!(taken(world, "EUR"), 6000);
        books_balance(&owner);
        assert_eq!(verify(&owner)["intact"], true);
    }

    /// Elsewhere the clock stood still over the due day, the day was looked for by its date, and what it should have billed
    /// never was. Here the house is off from January to noon of 10 March: the next morning's run, that nobody asks for,
    /// makes the months of 5 February and 5 March, each whole, and leaves ten days to pay them, of which none has passed.
    fn pain_03_a_missed_day_is_never_billed(world) {
        let owner = world.owner("north");
        let (client, _) = buy(&owner, &care(&owner, json!({})), "Mia", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-03-10");
        story.until("2026-03-11");
        assert_eq!(story.troubles(), [""; 0]);
        let want = ["2026-02-05..2026-03-05", "2026-03-05..2026-04-05"]
            .map(|days| ("2026-03-11".into(), days.into(), "10.00".into(), "due".into()));
        let owner = world.owner("north");
        assert_eq!(invoices(&owner, &client)[1..], want);
        let due = owner.get(&format!("/v1/invoices?client_id={client}&status=due")).expect(200);
        assert_eq!([due.text("/data/0/due_on"), due.text("/data/1/due_on")], ["2026-03-21", "2026-03-21"]);
    }

    /// Elsewhere one bad amount undid the whole night: nobody was invoiced, and payments that had been recorded were gone.
    /// Here one of three clients makes no sense for ten nights: each run says so and bills the others, whose cards are
    /// charged the day before 5 February; the sick one is one to-do, not ten.
    fn pain_04_one_bad_record_stops_the_run(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let clients: Vec<_> = ["Ada", "Bea", "Cid"].map(|name| buy(&owner, &plan, name, GOOD, None)).into();
        corrupt(world, &clients[1].1);
        let story = Story::of(world);
        story.until("2026-02-05");
        assert_eq!(story.troubles(), [""; 0]);
        let owner = world.owner("north");
        let states: Vec<Vec<_>> = clients.iter().map(|(client, _)| invoices(&owner, client).into_iter().map(|row| row.3).collect()).collect();
        assert_eq!(states, [vec!["paid"; 2], vec!["paid"], vec!["paid"; 2]]);
        // three orders and two renewals, each payment told to its payer
        assert_eq!(taken(world, "EUR"), 5000);
        let told = |name: &str| story.mails(&email(name)).iter().filter(|mail| mail.starts_with("Paiement")).count();
        assert_eq!(["Ada", "Bea", "Cid"].map(told), [2, 1, 2]);
        let runs = world.owner("provider").get("/v1/events?kind=process_invoices&state=done&limit=100").expect(200).json();
        let parked = runs["data"].as_array().unwrap().iter().filter(|run| run["result"]["parked"] == 1);
        // 26 January to 5 February
        assert_eq!(parked.count(), 11);
        let todos = owner.get("/v1/todos?kind=billing_parked&state=open").json();
        assert_eq!((todos["data"].as_array().unwrap().len(), &todos["data"][0]["subject_id"]), (1, &json!(clients[1].0)));
        books_balance(&owner);
    }

    /// Elsewhere 31 January became 3 March and stayed there, or billing froze on the 28th. Here contracts of 29, 30 and
    /// 31 January 2028 are run every ten days until March 2029, with a February of 29 days and one of 28: month n begins
    /// on its own day, or on the month's last if there is none, and never on the day that the one before was cut to.
    fn pain_05_month_ends_drift(world) {
        const LAST: [(&str, u32); 16] = [
            ("2028-01", 31), ("2028-02", 29), ("2028-03", 31), ("2028-04", 30), ("2028-05", 31), ("2028-06", 30),
            ("2028-07", 31), ("2028-08", 31), ("2028-09", 30), ("2028-10", 31), ("2028-11", 30), ("2028-12", 31),
            ("2029-01", 31), ("2029-02", 28), ("2029-03", 31), ("2029-04", 30),
        ];
        let plan = care(&world.owner("north"), json!({}));
        let story = Story::of(world);
        let clients = [29, 30, 31].map(|day| {
            story.sleep_until(&format!("2028-01-{day}"));
            (day, buy(&world.owner("north"), &plan, &format!("Day{day}"), GOOD, None).0)
        });
        let first: chrono::NaiveDate = "2028-02-01".parse().unwrap();
        // April's are not out on 21 March, ten days before the 31st
        for day in first.iter_days().step_by(10).take_while(|day| day.to_string().as_str() < "2029-03-21") {
            story.sleep_until(&day.to_string());
            story.run(EventKind::ProcessInvoices);
        }
        story.sleep_until("2029-03-21");
        story.run(EventKind::ProcessInvoices);
        let owner = world.owner("north");
        for (day, client) in &clients {
            let begins: Vec<_> = LAST.iter().map(|(month, last)| format!("{month}-{:02}", day.min(last))).collect();
            let want: Vec<_> = begins.windows(2).map(|pair| pair.join("..")).collect();
            assert_eq!(periods(&owner, client), want);
        }
    }

    /// Elsewhere a renewal was billed at eight in the evening and again three hours later, or a day early when the clocks
    /// changed. Here sellers in Paris, at +13 and at −11 have months that begin on 29 March and 25 October 2026, when the
    /// clocks of Europe change: of runs at every hour of two days one bills each, in the hour in which the day begins
    /// there. Midnight at +13 is 11:00 the day before; in Paris 23:00 in winter, 22:00 in summer; at −11 11:00 that day.
    fn pain_06_a_time_zone_bills_twice(world) {
        const SELLERS: [(&str, &str); 3] =
            [("south", "Pacific/Tongatapu"), ("north", "Europe/Paris"), ("provider", "Pacific/Pago_Pago")];
        let plans = SELLERS.map(|(seller, zone)| settle_in(world, seller, zone));
        let story = Story::of(world);
        let mut clients = Vec::new();
        // noon in Greenwich is the next day already at +13
        for (day, next, name) in [("24", "25", "October"), ("28", "29", "March")] {
            story.sleep_until(&format!("2026-01-{day}"));
            clients.push(("south", buy(&world.owner("south"), &plans[0], name, GOOD, None).0));
            story.sleep_until(&format!("2026-01-{next}"));
            clients.push(("north", buy(&world.owner("north"), &plans[1], name, GOOD, None).0));
            clients.push(("provider", buy(&world.owner("provider"), &plans[2], name, GOOD, None).0));
        }
        // months of 25 and 28 February and of 25 March, three sellers
        story.sleep_until("2026-03-27");
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 9, "parked": 0}));
        let one = |hour: &str| (hour.to_string(), json!(1));
        let found = hourly(world, &story, "2026-03-28T00:00:00Z", 48);
        assert_eq!(found, [one("28 11:00"), one("28 23:00"), one("29 11:00")]);
        story.sleep_until("2026-10-23");
        story.run(EventKind::ProcessInvoices);
        let found = hourly(world, &story, "2026-10-24T00:00:00Z", 48);
        assert_eq!(found, [one("24 11:00"), one("24 22:00"), one("25 11:00")]);
        for (at, (seller, client)) in clients.iter().enumerate() {
            let owner = world.owner(seller);
            let (on, days) = if at < 3 { ("2026-10-25", "2026-10-25..2026-11-25") } else { ("2026-03-29", "2026-03-29..2026-04-29") };
            let all = invoices(&owner, client);
            assert_eq!(all.iter().find(|row| row.1 == days).map(|row| row.0.as_str()), Some(on), "{seller}: {all:?}");
            let distinct: BTreeSet<_> = all.iter().map(|row| &row.1).collect();
            assert_eq!(distinct.len(), all.len(), "{seller}: {all:?}");
        }
    }
}
