//! Free days at the beginning (CAT-07): nothing is due with the order, and the quote says what is due when they are over. The
//! world begins on 5 January 2026; 14 days are over on the 19th, and up to 5 February 17 days of 31 are left.

use crate::api::orders::{corner, order_of, shopper};
use crate::api::shop::{STORE, open, sum};
use crate::api::subscription_changes::{documents, eur, rows, sound};
use crate::stories::billing::care;
use crate::stories::provisioning::require;
use crate::support::story::Story;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// 10.00 a month and 3.00 once, free for so many days.
fn free_for(owner: &Actor, days: i64) -> String {
    let price = json!([{"cycle": "1-month", "currency": "EUR", "recurring": eur("10.00"), "setup": eur("3.00")}]);
    care(owner, json!({"trial_days": days, "prices": price}))
}

fn quote(owner: &Actor, items: &Value, coupon: Option<&str>) -> Answer {
    let wish = json!({"cart": {"items": items, "coupon": coupon}, "buyer": {"country": "FR", "city": "Lyon"}});
    shopper(owner).post("/v1/store/quotes", wish).expect(200)
}

fn order(owner: &Actor, quote: &Answer, name: &str) -> Answer {
    shopper(owner).post_once("/v1/store/orders", name, order_of(name, &quote.text("/token"), "transfer"))
}

/// When each trial of a quote ends, and what is due then.
fn trials(quote: &Answer) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap().to_string();
    let all = quote.json()["trials"].as_array().unwrap().clone();
    all.iter().map(|one| (word(&one["ends_on"]), word(&one["totals"]["gross"]["amount"]))).collect()
}

fn one(day: &str, amount: &str) -> Vec<(String, String)> {
    vec![(day.into(), amount.into())]
}

both! {
    /// 10.00 × 17 / 31 = 5.48, and 3.00 for the set-up: 8.48, ten days ahead; then 10.00 a month.
    fn nothing_is_due_before_the_trial_is_over(world) {
        let owner = world.owner("north");
        let items = json!([{"plan_id": free_for(&owner, 14), "cycle": "1-month"}]);
        let quote = quote(&owner, &items, None);
        assert_eq!((quote.text("/totals/gross/amount"), quote.json()["lines"].clone()), ("0.00".into(), json!([])));
        assert_eq!(trials(&quote), one("2026-01-19", "8.48"));
        assert_eq!((quote.text("/contracts/0/trial_ends_on"), quote.text("/contracts/0/renews_on")), ("2026-01-19".into(), "2026-02-05".into()));
        let placed = order(&owner, &quote, "Tess").expect(201);
        assert_eq!((placed.text("/order/state"), placed.json()["order"]["invoice_id"].clone()), ("done".into(), json!(null)));
        let client = placed.text("/order/client_id");
        let subscription = owner.get(&format!("/v1/subscriptions?client_id={client}")).expect(200);
        assert_eq!((subscription.text("/data/0/status"), subscription.text("/data/0/trial_until")), ("active".into(), "2026-01-19".into()));
        assert_eq!(subscription.text("/data/0/next_invoice_on"), "2026-01-09");
        let story = Story::of(world);
        story.until("2026-01-08");
        assert_eq!(documents(&world.owner("north"), &client), []);
        story.until("2026-01-27");
        let want = [("invoice", "2026-01-19..2026-02-05", "8.48", "8.48"), ("invoice", "2026-02-05..2026-03-05", "10.00", "10.00")];
        assert_eq!(documents(&world.owner("north"), &client), rows(&want));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// What is quoted for the end of the trial is what is invoiced then, whatever comes off: the first cycle that a coupon is on
    /// is the first that is charged. Of 5.00 for a cycle 17 / 31 are 2.74: 8.48 - 2.74 = 5.74. Half of 5.48 and 3.00 is 4.24.
    fn coupons_wait_for_what_is_charged(world) {
        let owner = world.owner("north");
        let items = json!([{"plan_id": free_for(&owner, 14), "cycle": "1-month"}]);
        let mut clients = Vec::new();
        for (code, value, due) in [("FIVE", json!({"fixed": eur("5.00")}), "5.74"), ("HALF", json!({"percent": "50"}), "4.24")] {
            owner.post("/v1/coupons", json!({"name": code, "code": code, "value": value, "cycles": 1})).expect(201);
            let quote = quote(&owner, &items, Some(code));
            assert_eq!(trials(&quote), one("2026-01-19", due), "{code}");
            clients.push((order(&owner, &quote, code).expect(201).text("/order/client_id"), due));
        }
        let story = Story::of(world);
        story.until("2026-01-27");
        let owner = world.owner("north");
        for (client, due) in clients {
            let nets: Vec<_> = documents(&owner, &client).into_iter().map(|row| row.2).collect();
            assert_eq!(nets, [due, "10.00"]);
        }
        sound(world);
    }

    /// 45 days end on 19 February, within the second cycle: 10.00 × 14 / 28 = 5.00 and the set-up.
    fn a_trial_may_be_longer_than_a_cycle(world) {
        let owner = world.owner("north");
        let quote = quote(&owner, &json!([{"plan_id": free_for(&owner, 45), "cycle": "1-month"}]), None);
        assert_eq!((trials(&quote), quote.text("/totals/gross/amount")), (one("2026-02-19", "8.00"), "0.00".into()));
        let client = order(&owner, &quote, "Lena").expect(201).text("/order/client_id");
        let story = Story::of(world);
        story.until("2026-02-24");
        let want = [("invoice", "2026-02-19..2026-03-05", "8.00", "8.00"), ("invoice", "2026-03-05..2026-04-05", "10.00", "10.00")];
        assert_eq!(documents(&world.owner("north"), &client), rows(&want));
        sound(world);
    }

    /// Beside something that is charged at once, that alone is due today. What is dearer by the time of the order is asked again.
    fn beside_what_is_charged_at_once(world) {
        let owner = world.owner("north");
        let free = free_for(&owner, 14);
        let paid = care(&owner, json!({"code": "paid", "name": "Paid", "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": eur("7.00")}]}));
        let items = json!([{"plan_id": free, "cycle": "1-month"}, {"plan_id": paid, "cycle": "1-month"}]);
        let quoted = quote(&owner, &items, None);
        assert_eq!((quoted.text("/totals/gross/amount"), trials(&quoted)), ("7.00".into(), one("2026-01-19", "8.48")));
        assert_eq!((quoted.json()["contracts"][1]["trial_ends_on"].clone(), quoted.json()["trials"][0]["lines"].as_array().unwrap().len()), (json!(null), 2));
        let placed = order(&owner, &quoted, "Mia").expect(201);
        assert_eq!(placed.text("/order/state"), "waiting_for_payment");
        let invoice = owner.get(&format!("/v1/invoices/{}", placed.text("/order/invoice_id"))).expect(200);
        assert_eq!((invoice.text("/gross/amount"), invoice.json()["lines"].as_array().unwrap().len()), ("7.00".into(), 1));
        // an administrator sees the same beforehand
        let by_phone = json!({"client_id": placed.text("/order/client_id"), "order": {"store_id": corner(&owner)["id"], "gateway": "transfer", "cart": {"items": items}}});
        let preview = owner.post("/v1/orders/preview", by_phone).expect(200);
        assert_eq!((preview.text("/totals/gross/amount"), trials(&preview)), ("7.00".into(), one("2026-01-19", "8.48")));
        let before = quote(&owner, &json!([{"plan_id": free, "cycle": "1-month"}]), None);
        let dearer = json!({"cycle": "1-month", "currency": "EUR", "recurring": eur("12.00"), "valid_from": "2026-01-06"});
        owner.post(&format!("/v1/plans/{free}/prices"), dearer).expect(201);
        world.server.business.advance_to("2026-01-06T12:00:00Z".parse().unwrap());
        order(&owner, &before, "Late").refused(409, "quote_changed");
    }

    /// Where orders are looked at first, accepting one is enough when nothing is due.
    fn an_order_that_is_free_at_first_is_accepted(world) {
        let owner = world.owner("north");
        let items = json!([{"plan_id": free_for(&owner, 14), "cycle": "1-month"}]);
        require(&owner, &["order_validated", "paid"], "automatic");
        let placed = order(&owner, &quote(&owner, &items, None), "Vera").expect(201);
        assert_eq!(placed.text("/order/state"), "waiting_for_validation");
        assert_eq!(owner.act(&format!("/v1/orders/{}/accept", placed.text("/order/id"))).expect(200).text("/state"), "done");
    }

    fn the_store_says_so(world) {
        let (owner, browser) = open(world);
        let plan = free_for(&owner, 14);
        let site = shopper(&owner).get("/v1/store/catalog").expect(200).json();
        let days: Vec<_> = site["plans"].as_array().unwrap().iter().map(|plan| (plan["slug"].as_str().unwrap(), plan["trial_days"].as_i64().unwrap())).collect();
        assert_eq!(days, [("starter", 0), ("care", 14)]);
        assert!(browser.open(&format!("{STORE}/")).expect(200).main().contains("14 days free to try"));
        let page = browser.open(&format!("{STORE}/plans/care/")).expect(200);
        assert!(page.main().contains("14 days free to try"), "{}", page.main());
        assert_eq!(page.attributes("[name=cycle]", "data-now"), ["0"]);
        assert!(!browser.open(&format!("{STORE}/plans/starter/")).expect(200).main().contains("free to try"));
        let cart = browser.open(&format!("{STORE}/cart/add?plan={plan}&cycle=1-month")).expect(200).at("/cart/");
        assert_eq!(sum(&cart), ["€0.00", "€0.00"]);
        // with a fifth of tax: 8.48 and 1.70; then 12.00
        assert!(cart.main().contains("Free to try until January 19, 2026. €10.18 are due then, taxes included."), "{}", cart.main());
        assert!(cart.main().contains("Then €12.00 per month"), "{}", cart.main());
    }
}
