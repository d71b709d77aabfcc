//! Prices that are announced and withdrawn, and cycles that go off sale and come back (CAT-05, CAT-16). The world begins on
//! 5 January 2026.

use crate::api::orders::{corner, shopper, wish};
use crate::api::price_moves::{nets, states, words};
use crate::api::subscription_changes::{Ladder, act, charged, eur, sound};
use crate::stories::billing::{GOOD, buy, buy_item};
use crate::support::story::Story;
use crate::support::world::Seller;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// What a matrix of foreign ids needs: prices of a plan that are announced, or that are to go off sale.
pub fn prepare(seller: &mut Seller, operation: &str) {
    let (owner, plan) = (&seller.owner, format!("/v1/plans/{}", seller.ids["pla"]));
    let daily = json!({"cycle": "1-week", "currency": "EUR", "recurring": eur("3.00"), "valid_from": "2026-02-01"});
    let price = owner.post(&format!("{plan}/prices"), daily).expect(201).text("/id");
    if operation == "keep_price_on_sale" {
        owner.post(&format!("/v1/prices/{price}/take-off-sale"), json!({"from": "2026-03-01"})).expect(200);
    }
    let above = json!({"resource": "traffic", "currency": "EUR", "unit_size": 1_000_000_000_u64, "unit_price": "1", "valid_from": "2026-02-01"});
    let above = owner.post(&format!("{plan}/overuse-prices"), above).expect(201).text("/id");
    seller.ids.extend([("pri".to_string(), price), ("ovp".to_string(), above)]);
}

/// Amount and days of each version of a monthly price, the oldest first.
fn monthly(owner: &Actor, path: &str) -> Vec<[String; 3]> {
    let list = owner.get(&format!("{path}/prices?sort=valid_from&currency=EUR&cycle=1-month")).expect(200).json();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_string();
    let rows = list["data"].as_array().unwrap().iter();
    rows.map(|one| [word(&one["recurring"]["amount"]), word(&one["valid_from"]), word(&one["valid_to"])]).collect()
}

fn versions(rows: &[[&str; 3]]) -> Vec<[String; 3]> {
    rows.iter().map(|row| row.map(String::from)).collect()
}

fn announce(owner: &Actor, path: &str, amount: &str, from: Option<&str>) -> String {
    let price = json!({"cycle": "1-month", "currency": "EUR", "recurring": eur(amount), "valid_from": from});
    owner.post(&format!("{path}/prices"), price).expect(201).text("/id")
}

/// The id of the monthly price that is valid without an end.
fn last(owner: &Actor, path: &str) -> String {
    let list = owner.get(&format!("{path}/prices?sort=-valid_from&currency=EUR&cycle=1-month")).expect(200);
    list.text("/data/0/id")
}

fn off_sale(owner: &Actor, price: &str, from: Option<&str>) -> Answer {
    owner.post(&format!("/v1/prices/{price}/take-off-sale"), json!({"from": from}))
}

fn quote(owner: &Actor, item: &Value) -> Answer {
    let cart = json!({"cart": {"items": [item]}, "buyer": {"country": "FR", "city": "Lyon"}});
    shopper(owner).post("/v1/store/quotes", cart)
}

fn starter(owner: &Actor) -> String {
    wish(owner, "x.example", "Lyon")["cart"]["items"][0]["plan_id"].as_str().unwrap().into()
}

/// The cycles that the catalogue of the store shows of a plan.
fn shown(owner: &Actor, slug: &str) -> Vec<String> {
    let site = shopper(owner).get("/v1/store/catalog").expect(200).json();
    let plan = site["plans"].as_array().unwrap().iter().find(|plan| plan["slug"] == slug).cloned();
    let prices = plan.map(|plan| plan["prices"].as_array().unwrap().clone()).unwrap_or_default();
    prices.iter().map(|price| price["cycle"].as_str().unwrap().to_string()).collect()
}

both! {
    /// What went on before the withdrawn version goes on instead of it, up to the next one. Corrected is withdrawn and announced
    /// anew.
    fn an_announced_version_can_be_withdrawn(world) {
        let owner = world.owner("north");
        let (path, add_on) = (format!("/v1/plans/{}", starter(&owner)), format!("/v1/add-ons/{}", world.seller_ids("north", "ado")));
        let before = owner.get(&path).header("etag").unwrap().to_string();
        let march = announce(&owner, &path, "21.00", Some("2026-03-01"));
        let april = announce(&owner, &path, "13.00", Some("2026-04-01"));
        let seen = owner.get(&format!("/v1/prices/{march}")).expect(200);
        assert_eq!((seen.text("/recurring/amount"), seen.text("/valid_to")), ("21.00".into(), "2026-04-01".into()));
        owner.delete(&format!("/v1/prices/{march}")).expect(204);
        assert_eq!(monthly(&owner, &path), versions(&[["10.00", "2026-01-05", "2026-04-01"], ["13.00", "2026-04-01", "-"]]));
        owner.get(&format!("/v1/prices/{march}")).refused(404, "not_found");
        owner.delete(&format!("/v1/prices/{march}")).refused(404, "not_found");
        // 12.00 was meant
        announce(&owner, &path, "12.00", Some("2026-03-01"));
        owner.delete(&format!("/v1/prices/{april}")).expect(204);
        let now = versions(&[["10.00", "2026-01-05", "2026-03-01"], ["12.00", "2026-03-01", "-"]]);
        assert_eq!(monthly(&owner, &path), now);
        assert_ne!(owner.get(&path).header("etag").unwrap(), before);
        let facts = owner.get("/v1/activities?kind=price.withdrawn").expect(200).json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 2);
        // what is in effect stays, from the first minute of its day on
        let first = owner.get(&format!("{path}/prices?sort=valid_from&cycle=1-month")).text("/data/0/id");
        owner.delete(&format!("/v1/prices/{first}")).refused(409, "wrong_state");
        let march = last(&owner, &path);
        world.server.business.advance_to("2026-02-28T23:00:00Z".parse().unwrap());
        owner.delete(&format!("/v1/prices/{march}")).refused(409, "wrong_state");
        assert_eq!(monthly(&owner, &path), now);
        // add-ons have prices of the same kind
        let more = announce(&owner, &add_on, "2.50", Some("2026-06-01"));
        owner.delete(&format!("/v1/prices/{more}")).expect(204);
        assert_eq!(monthly(&owner, &add_on), versions(&[["2.00", "2026-01-05", "-"]]));
    }

    /// A price that subscriptions are to move to stays until they do not, whatever came in between.
    fn a_version_that_subscriptions_wait_for_stays(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (_, subscription) = buy(&owner, &ladder.care, "Wim", GOOD, None);
        let path = format!("/v1/plans/{}", ladder.care);
        let march = announce(&owner, &path, "12.00", Some("2026-03-01"));
        act(&owner, &subscription, "move-price", &json!({"priced_on": "2026-03-01"})).expect(200);
        let withdraw = || owner.delete(&format!("/v1/prices/{march}"));
        let refused = withdraw().refused(409, "in_use");
        assert!(refused.text("/detail").contains(&subscription), "{}", refused.text);
        // a change of plan takes the place of the move; withdrawn, the move would wait again
        let up = json!({"plan_id": ladder.plus, "way": "end_of_cycle", "without_fee": true});
        act(&owner, &subscription, "change-plan", &up).expect(200);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "superseded"), ("plan", "waiting")]));
        withdraw().refused(409, "in_use");
        let changes = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).expect(200).json();
        let id = |kind: &str| {
            let rows = changes["data"].as_array().unwrap();
            rows.iter().find(|row| row["kind"] == kind).unwrap()["id"].as_str().unwrap().to_string()
        };
        act(&owner, &subscription, &format!("changes/{}/withdraw", id("plan")), &json!({})).expect(200);
        withdraw().refused(409, "in_use");
        act(&owner, &subscription, &format!("changes/{}/withdraw", id("price_moved")), &json!({})).expect(200);
        withdraw().expect(204);
        assert_eq!(monthly(&owner, &path), versions(&[["10.00", "2026-01-05", "-"]]));
        Story::of(world).until("2026-03-10");
        assert_eq!(charged(&world.owner("north"), &subscription, "2026-03-10")[0].1, "10");
        sound(world);
    }

    /// From 1 February on nobody buys by the month. Who has renews at 10.00 and 3.10, takes add-ons, and keeps the one that is off
    /// sale, too, when the plan changes on 5 February: 10.00 back, 20.00 charged, and 3.10 as before. A new version is on sale
    /// again.
    fn a_cycle_goes_off_sale_and_comes_back(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let item = json!({"plan_id": ladder.care, "cycle": "1-month", "add_on_ids": [ladder.add_on]});
        let (client, subscription) = buy_item(&owner, item.clone(), "Ole", GOOD, None);
        let (other, bare) = buy(&owner, &ladder.care, "Pil", GOOD, None);
        let (plan, add_on) = (format!("/v1/plans/{}", ladder.care), format!("/v1/add-ons/{}", ladder.add_on));
        let price = last(&owner, &plan);
        off_sale(&owner, &price, Some("2026-01-04")).refused(422, "validation_failed").names("/from");
        // what was announced today has one day at least
        off_sale(&owner, &price, None).refused(422, "validation_failed").names("/from");
        let later = announce(&owner, &plan, "11.00", Some("2026-05-01"));
        off_sale(&owner, &price, Some("2026-02-01")).refused(409, "wrong_state");
        owner.delete(&format!("/v1/prices/{later}")).expect(204);
        off_sale(&owner, &price, Some("2026-03-01")).expect(200);
        let ends = off_sale(&owner, &price, Some("2026-02-01")).expect(200);
        assert_eq!(ends.text("/valid_to"), "2026-02-01");
        let story = Story::of(world);
        story.until("2026-01-31");
        let owner = world.owner("north");
        quote(&owner, &item).expect(200);
        assert_eq!(shown(&owner, "care"), ["1-month", "1-year"]);
        story.until("2026-02-01");
        let owner = world.owner("north");
        quote(&owner, &item).refused(422, "validation_failed").names("/cart/items/0/cycle");
        assert_eq!(shown(&owner, "care"), ["1-year"]);
        let by_phone = json!({"client_id": client, "order": {"store_id": corner(&owner)["id"], "gateway": "transfer", "cart": {"items": [item]}}});
        owner.post_once("/v1/orders", "phone", by_phone).refused(422, "validation_failed").names("/order/cart/items/0/cycle");
        let down = json!({"plan_id": ladder.care, "cycle": "1-month", "way": "end_of_cycle"});
        let (_, high) = buy(&owner, &ladder.plus, "Una", GOOD, None);
        act(&owner, &high, "change-plan", &down).refused(422, "validation_failed").names("/cycle");
        // who has it goes on
        act(&owner, &bare, "add-ons", &json!({"add_on_id": ladder.add_on, "way": "end_of_cycle"})).expect(200);
        let calls = last(&owner, &add_on);
        off_sale(&owner, &calls, None).expect(200);
        act(&owner, &high, "add-ons", &json!({"add_on_id": ladder.add_on, "way": "end_of_cycle", "reason": "late"})).refused(422, "validation_failed").names("/add_on_id");
        let up = json!({"plan_id": ladder.plus, "way": "end_of_cycle", "without_fee": true});
        act(&owner, &subscription, "change-plan", &up).expect(200);
        story.until("2026-03-28");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["13.10", "13.10", "-10.00", "20.00", "23.10", "23.10"]);
        assert_eq!(nets(&owner, &other), ["10.00", "10.00", "3.10", "13.10", "13.10"]);
        // back, dearer
        owner.act(&format!("/v1/prices/{price}/keep-on-sale")).refused(409, "wrong_state");
        off_sale(&owner, &price, None).refused(409, "wrong_state");
        announce(&owner, &plan, "15.00", None);
        let history = [["10.00", "2026-01-05", "2026-02-01"], ["15.00", "2026-03-28", "-"]];
        assert_eq!(monthly(&owner, &plan), versions(&history));
        let bare = json!({"plan_id": ladder.care, "cycle": "1-month"});
        assert_eq!(quote(&owner, &bare).expect(200).text("/totals/net/amount"), "15.00");
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    fn an_end_can_be_called_off_until_it_comes(world) {
        let owner = world.owner("north");
        let path = format!("/v1/plans/{}", starter(&owner));
        let price = last(&owner, &path);
        owner.act(&format!("/v1/prices/{price}/keep-on-sale")).refused(409, "wrong_state");
        off_sale(&owner, &price, Some("2026-02-01")).expect(200);
        assert_eq!(owner.act(&format!("/v1/prices/{price}/keep-on-sale")).expect(200).json()["valid_to"], json!(null));
        // another version, announced for the day of the end or later, comes as ever
        off_sale(&owner, &price, Some("2026-02-01")).expect(200);
        let next = announce(&owner, &path, "12.00", Some("2026-03-01"));
        assert_eq!(monthly(&owner, &path), versions(&[["10.00", "2026-01-05", "2026-02-01"], ["12.00", "2026-03-01", "-"]]));
        owner.delete(&format!("/v1/prices/{next}")).expect(204);
        assert_eq!(monthly(&owner, &path), versions(&[["10.00", "2026-01-05", "2026-02-01"]]), "it stays off sale");
        let kinds = ["price.taken_off_sale", "price.kept_on_sale"].map(|kind| {
            owner.get(&format!("/v1/activities?kind={kind}")).expect(200).json()["data"].as_array().unwrap().len()
        });
        assert_eq!(kinds, [2, 1]);
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", crate::support::world::PASSWORD);
        off_sale(&clerk, &price, Some("2026-02-01")).refused(403, "forbidden");
        clerk.delete(&format!("/v1/prices/{price}")).refused(403, "forbidden");
    }

    /// A price has fifteen digits before the point; what has more was once sold for nothing.
    fn amounts_that_are_no_prices_are_refused(world) {
        let owner = world.owner("north");
        let yen = |amount: &str| json!({"amount": amount, "currency": "JPY"});
        let price = |recurring: &str, setup: &str| json!({"cycle": "1-month", "currency": "JPY", "recurring": yen(recurring), "setup": yen(setup)});
        let path = format!("/v1/plans/{}/prices", starter(&owner));
        let before = world.database.digest();
        owner.post(&path, price("1000000000000000", "0")).refused(422, "validation_failed").names("/recurring");
        let mut plan = crate::api::plans::plan("dear");
        plan["prices"] = json!([price("1", "1000000000000000")]);
        owner.post("/v1/plans", plan).refused(422, "validation_failed").names("/prices/0/setup");
        let (mut order, client) = (wish(&owner, "dear.example", "Lyon")["cart"].clone(), world.seller_ids("north", "cli"));
        order["items"][0]["price"] = json!({"amount": "1000000000000000.00", "currency": "EUR"});
        let order = json!({"client_id": client, "order": {"store_id": corner(&owner)["id"], "gateway": "transfer", "cart": order}});
        owner.post_once("/v1/orders", "dear", order).refused(422, "validation_failed").names("/order/cart/items/0/price");
        assert_eq!(world.database.digest()["prices"], before["prices"]);
        owner.post(&path, price("999999999999999", "0")).expect(201);
    }

    /// A price for overuse is withdrawn like any other; a month is charged at what is left.
    fn a_price_for_overuse_can_be_withdrawn(world) {
        let owner = world.owner("north");
        let path = format!("/v1/plans/{}/overuse-prices", starter(&owner));
        let price = |unit_price: &str, from: &str| {
            let body = json!({"resource": "traffic", "currency": "EUR", "unit_size": 1_000_000_000_u64, "unit_price": unit_price, "valid_from": from});
            owner.post(&path, body).expect(201).text("/id")
        };
        let (now, march, april) = (price("1", "2026-01-05"), price("2", "2026-03-01"), price("3", "2026-04-01"));
        owner.delete(&format!("/v1/overuse-prices/{now}")).refused(409, "wrong_state");
        owner.delete(&format!("/v1/overuse-prices/{march}")).expect(204);
        let rows = || {
            let list = owner.get(&format!("{path}?sort=valid_from")).expect(200).json();
            let word = |value: &Value| value.as_str().unwrap_or("-").to_string();
            let rows = list["data"].as_array().unwrap().clone();
            rows.iter().map(|row| [word(&row["unit_price"]), word(&row["valid_from"]), word(&row["valid_to"])]).collect::<Vec<_>>()
        };
        assert_eq!(rows(), versions(&[["1", "2026-01-05", "2026-04-01"], ["3", "2026-04-01", "-"]]));
        owner.delete(&format!("/v1/overuse-prices/{april}")).expect(204);
        assert_eq!(rows(), versions(&[["1", "2026-01-05", "-"]]));
        owner.delete(&format!("/v1/overuse-prices/{april}")).refused(404, "not_found");
        let facts = owner.get("/v1/activities?kind=overuse_price.withdrawn").expect(200).json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 2);
    }
}
