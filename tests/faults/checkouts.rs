//! Many check out at the same moment, with one coupon that is good for a few of them.

use super::books::{bank, faults};
use crate::api::orders::{order_of, shopper, wish};
use crate::support::Answer;
use crate::support::database::words;
use serde_json::json;
use std::sync::Barrier;
use std::thread;

/// How many come.
const SHOPPERS: usize = 200;

/// How many get it.
const USES: usize = 20;

both! {
    /// All are quoted 10.00 + 5.00 set-up less 50 %, while the coupon is still free. Then all order at once: it is used
    /// twenty times; the others see the price without it, and nothing of them is written: no client, no contact, no
    /// session, no order, no mail.
    fn a_coupon_for_twenty_and_two_hundred_shoppers(world) {
        let owner = world.owner("north");
        let coupon = json!({"name": "Rush", "code": "RUSH", "value": {"percent": "50"}, "max_uses": USES});
        let coupon = owner.post("/v1/coupons", coupon).expect(201).text("/id");
        let shop = shopper(&owner);
        let mut wanted = wish(&owner, "rush.example", "Lyon");
        wanted["cart"]["coupon"] = json!("RUSH");
        let (clients, orders) = (count(world, "clients"), count(world, "orders"));
        let contacts = count(world, "contacts");
        let ready = Barrier::new(SHOPPERS);
        let come = |n: usize| {
            let mut wanted = wanted.clone();
            wanted["cart"]["items"][0]["domain"]["name"] = json!(format!("rush-{n}.example"));
            let quote = shop.post("/v1/store/quotes", wanted).expect(200);
            assert_eq!(quote.json()["totals"]["gross"]["amount"], "7.50");
            let order = order_of(&format!("Rush{n}"), &quote.text("/token"), "fake");
            ready.wait();
            shop.post_once("/v1/store/orders", &format!("rush-{n}"), order)
        };
        let answers: Vec<Answer> = thread::scope(|scope| {
            let all: Vec<_> = (0..SHOPPERS).map(|n| scope.spawn(move || come(n))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });

        let (placed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!((placed.len(), refused.len()), (USES, SHOPPERS - USES));
        for order in &placed {
            assert_eq!(order.json()["order"]["gross"]["amount"], "7.50");
        }
        for answer in refused {
            let problem = answer.refused(409, "coupon_exhausted");
            assert_eq!(problem.json()["quote"]["totals"]["gross"]["amount"], "15.00", "{}", problem.text);
            assert_eq!(problem.json()["quote"]["token"].as_str().map(|token| token.contains('.')), Some(true));
        }
        assert_eq!(owner.get(&format!("/v1/coupons/{coupon}")).expect(200).json()["uses"], USES);
        assert_eq!(count(world, "coupon_uses WHERE state = 'reserved'"), USES);
        assert_eq!(count(world, "clients"), clients + USES);
        assert_eq!(count(world, "contacts"), contacts + USES);
        assert_eq!(count(world, "orders"), orders + USES);
        assert_eq!(count(world, "idempotency_keys WHERE name LIKE 'rush-%'"), USES);
        assert_eq!(bank(&world.server.fake_book), [""; 0]);
        assert_eq!(faults(&world.database), [""; 0]);
    }
}

fn count(world: &crate::support::World, rows: &str) -> usize {
    let sql = format!("SELECT CAST(count(*) AS TEXT) AS word FROM {rows}");
    words(&mut world.database.connect(), &sql)[0].parse().unwrap()
}
