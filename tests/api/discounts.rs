//! Discounts: offered with some cycles of some plans, kept as long as promised, shown in the catalogue; and the properties
//! of clients that they may ask for.

use super::client_groups::{default_group, member, pays};
use super::orders::{corner, shopper};
use super::subscription_changes::{Ladder, act, documents, item_of, sound};
use crate::stories::billing::{GOOD, buy, care, invoices};
use crate::support::Actor;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

/// One that is switched off, so that it changes no price.
pub fn furnish(owner: &Actor, _: &str) {
    let plans = owner.get("/v1/plans").expect(200).json();
    let starter = plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "starter").unwrap();
    let id = make(owner, "Idle", "50", starter["id"].as_str().unwrap(), json!({}));
    owner.patch(&format!("/v1/discounts/{id}"), json!({"is_active": false})).expect(200);
}

/// A discount on a month of a plan; its id.
#[track_caller]
pub fn make(owner: &Actor, name: &str, percent: &str, plan: &str, more: Value) -> String {
    let mut wish = json!({"name": name, "percent": percent, "plans": [{"plan_id": plan, "cycle": "1-month"}]});
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.post("/v1/discounts", wish).expect(201).text("/id")
}

/// A month of a plan and a year of it, at 10.00 and at 100.00.
fn by_month_and_year(owner: &Actor) -> String {
    let price = |cycle: &str, amount: &str| json!({"cycle": cycle, "currency": "EUR", "recurring": {"amount": amount, "currency": "EUR"}});
    care(owner, json!({"prices": [price("1-month", "10.00"), price("1-year", "100.00")]}))
}

/// What someone new pays for a cycle of a plan, and by which discount.
#[track_caller]
fn quoted(owner: &Actor, plan: &str, cycle: &str) -> (String, Value) {
    let wish =
        json!({"cart": {"items": [{"plan_id": plan, "cycle": cycle}]}, "buyer": {"country": "FR", "city": "Lyon"}});
    let quote = shopper(owner).post("/v1/store/quotes", wish).expect(200);
    (quote.text("/totals/gross/amount"), quote.json()["contracts"][0]["discount_id"].clone())
}

/// The prices of a plan in the catalogue, by cycle: recurring, set-up, cycles and label of what is offered.
fn shown(owner: &Actor, plan: &str) -> Vec<Value> {
    let site = shopper(owner).get("/v1/store/catalog").expect(200).json();
    let plan = site["plans"].as_array().unwrap().iter().find(|one| one["id"] == plan).unwrap().clone();
    let offer = |price: &Value| json!([price["offer"]["recurring"]["amount"], price["offer"]["cycles"]]);
    plan["prices"].as_array().unwrap().iter().map(offer).collect()
}

both! {
    fn made_found_and_switched_off(world) {
        let owner = world.owner("north");
        let plan = by_month_and_year(&owner);
        let wish = json!({"name": "Spring", "percent": "20", "plans": [{"plan_id": plan, "cycle": "1-year"}], "valid_from": "2026-01-01", "valid_to": "2026-05-31",
            "cycles": 2, "property": {"name": "association", "value": "yes"}});
        let made = owner.post("/v1/discounts", wish.clone()).expect(201);
        let (path, view) = (made.header("location").unwrap().to_string(), made.json());
        for (name, value) in wish.as_object().unwrap() {
            assert_eq!(&view[name], value, "{name}");
        }
        assert_eq!((owner.get(&path).expect(200).json(), &view["is_active"]), (view.clone(), &json!(true)));
        let names = |query: &str| {
            let list = owner.get(&format!("/v1/discounts{query}")).expect(200).json();
            list["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!((names("?sort=name"), names("?active=true"), names("?active=false")), (vec!["Idle".into(), "Spring".into()], vec!["Spring".to_string()], vec!["Idle".to_string()]));
        owner.patch(&path, json!({"is_active": false, "valid_to": null})).expect(200);
        assert_eq!(names("?active=true"), [""; 0]);
        for (field, value) in [("percent", json!("30")), ("plans", json!([])), ("cycles", json!(3)), ("property", json!(null))] {
            owner.patch(&path, json!({field: value})).refused(422, "invalid_body").names(&format!("/{field}"));
        }
    }

    fn everything_wrong_is_named_at_once(world) {
        let owner = world.owner("north");
        let plan = by_month_and_year(&owner);
        let before = world.database.digest();
        let month = json!({"plan_id": plan, "cycle": "1-month"});
        let wrong = json!({"name": "", "percent": "100.5", "plans": [month, month], "valid_from": "2026-03-02", "valid_to": "2026-03-01", "cycles": 0, "property": {"name": "", "value": "x"}});
        let answer = owner.post("/v1/discounts", wrong).refused(422, "validation_failed");
        for place in ["/name", "/percent", "/plans/1", "/valid_to", "/cycles", "/property/name"] {
            answer.clone().names(place);
        }
        owner.post("/v1/discounts", json!({"name": "A", "percent": "5", "plans": []})).refused(422, "validation_failed").names("/plans");
        owner.post("/v1/discounts", json!({"name": "A", "percent": "5", "plans": [month], "cycles": -1})).refused(422, "validation_failed").names("/cycles");
        let unsold = json!([month, {"plan_id": plan, "cycle": "2-year"}]);
        owner.post("/v1/discounts", json!({"name": "A", "percent": "5", "plans": unsold})).refused(422, "validation_failed").names("/plans/1/cycle");
        let foreign = json!([{"plan_id": world.seller("south").ids["pla"], "cycle": "1-month"}]);
        owner.post("/v1/discounts", json!({"name": "A", "percent": "5", "plans": foreign})).refused(404, "not_found");
        assert_eq!(world.database.digest()["discounts"], before["discounts"]);
    }

    /// A fifth off a year and 5 % off a month: 100.00 is 80.00 and 10.00 is 9.50. Of several the highest wins, they do not
    /// add up; before and after its days there is none.
    fn the_highest_that_fits_is_taken_off(world) {
        let owner = world.owner("north");
        let plan = by_month_and_year(&owner);
        let month = make(&owner, "Month", "5", &plan, json!({}));
        let yearly = json!({"plans": [{"plan_id": plan, "cycle": "1-year"}], "valid_from": "2026-01-05", "valid_to": "2026-01-05"});
        let year = make(&owner, "Year", "20", &plan, yearly);
        assert_eq!(quoted(&owner, &plan, "1-month"), ("9.50".into(), json!(month)));
        assert_eq!(quoted(&owner, &plan, "1-year"), ("80.00".into(), json!(year)));
        let lower = make(&owner, "Lower", "3", &plan, json!({}));
        assert_eq!(quoted(&owner, &plan, "1-month").1, json!(month));
        owner.patch(&format!("/v1/discounts/{month}"), json!({"is_active": false})).expect(200);
        assert_eq!(quoted(&owner, &plan, "1-month"), ("9.70".into(), json!(lower)));
        make(&owner, "Later", "90", &plan, json!({"valid_from": "2026-01-06"}));
        make(&owner, "Past", "90", &plan, json!({"valid_to": "2026-01-04"}));
        assert_eq!(quoted(&owner, &plan, "1-month").0, "9.70");
        Story::of(world).sleep_until("2026-01-06");
        let owner = world.owner("north");
        assert_eq!((quoted(&owner, &plan, "1-month").0, quoted(&owner, &plan, "1-year")), ("1.00".into(), ("100.00".into(), json!(null))));
    }

    /// The guide's examples by discounts, on 10.00: a fifth with a maximum of 10 % is 9.00; 5 % with a guarantee of 10 % is
    /// 8.50. A coupon adds to the offer before the maximum: 5 % and 20 % are 25 %, 7.50, and with the maximum 9.00.
    fn discounts_coupons_and_groups_come_together_to_the_cent(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        owner.post("/v1/coupons", json!({"name": "Fifth", "code": "FIFTH", "value": {"percent": "20"}})).expect(201);
        let five = make(&owner, "Five", "5", &plan, json!({}));
        let (capped, loved) = (json!({"maximum_discount": "10"}), json!({"guaranteed_discount": "10"}));
        for (name, group, coupon, want) in [
            ("Ada", json!({}), None, "9.50"),
            ("Bea", loved.clone(), None, "8.50"),
            ("Cia", json!({}), Some("FIFTH"), "7.50"),
            ("Dea", capped.clone(), Some("FIFTH"), "9.00"),
        ] {
            assert_eq!(pays(&owner, &member(&owner, name, group), &plan, coupon), want, "{name}");
        }
        owner.patch(&format!("/v1/discounts/{five}"), json!({"is_active": false})).expect(200);
        make(&owner, "Fifth", "20", &plan, json!({}));
        assert_eq!(pays(&owner, &member(&owner, "Eva", capped), &plan, None), "9.00");
        crate::api::invoices::books_balance(&owner);
    }

    /// A fifth off for two cycles: the order and one renewal at 8.00, then 10.00, although it is no longer offered. Who
    /// comes when it is switched off pays 10.00; what is promised for ever stays.
    fn it_stays_as_long_as_it_was_promised(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let twice = make(&owner, "Twice", "20", &plan, json!({"cycles": 2}));
        let (early, _) = buy(&owner, &plan, "Early", GOOD, None);
        owner.patch(&format!("/v1/discounts/{twice}"), json!({"is_active": false})).expect(200);
        let (late, _) = buy(&owner, &plan, "Late", GOOD, None);
        let ever = make(&owner, "Ever", "10", &plan, json!({}));
        let (loyal, _) = buy(&owner, &plan, "Loyal", GOOD, None);
        owner.patch(&format!("/v1/discounts/{ever}"), json!({"valid_to": "2026-01-05"})).expect(200);
        Story::of(world).until("2026-04-01");
        let owner = world.owner("north");
        let paid = |client: &str| invoices(&owner, client).into_iter().map(|row| row.2).collect::<Vec<_>>();
        assert_eq!(paid(&early), ["8.00", "8.00", "10.00", "10.00"]);
        assert_eq!(paid(&late), ["10.00", "10.00", "10.00", "10.00"]);
        assert_eq!(paid(&loyal), ["9.00", "9.00", "9.00", "9.00"]);
        crate::api::invoices::books_balance(&owner);
    }

    /// A fifth off for two cycles. An add-on of 3.10 comes on 15 January, in the first of them: 3.10 × 80 % × 21 / 31 = 1.68.
    /// February is the second: 13.10 × 80 % = 10.48. There are two of them from the 15th on: of 18 in 28 days, 2.48 × 18 / 28 =
    /// 1.59 come back and 4.96 × 18 / 28 = 3.19 are charged. Only March costs 16.20.
    fn changes_do_not_use_it_up(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        make(&owner, "Twice", "20", &ladder.care, json!({"cycles": 2}));
        let (client, subscription) = buy(&owner, &ladder.care, "Ada", GOOD, None);
        let story = Story::of(world);
        story.until("2026-01-15");
        let more = json!({"add_on_id": ladder.add_on, "way": "now_with_credit", "invoice_now": true});
        act(&world.owner("north"), &subscription, "add-ons", &more).expect(200);
        story.until("2026-02-15");
        let owner = world.owner("north");
        let two = json!({"quantity": "2", "way": "now_with_credit", "invoice_now": true});
        act(&owner, &subscription, &format!("items/{}/change", item_of(&owner, &subscription, "Calls")), &two).expect(200);
        story.until("2026-03-01");
        let nets: Vec<_> = documents(&world.owner("north"), &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["8.00", "1.68", "10.48", "-1.59", "3.19", "16.20"]);
        sound(world);
    }

    /// February is invoiced on 26 January, given back with a cancellation, and charged again because the client stays: the
    /// three cycles that were promised are January to March.
    fn who_stays_after_all_keeps_it(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        make(&owner, "Thrice", "20", &ladder.care, json!({"cycles": 3}));
        let (client, subscription) = buy(&owner, &ladder.care, "Kim", GOOD, None);
        let story = Story::of(world);
        story.until("2026-01-28");
        act(&world.owner("north"), &subscription, "cancel", &json!({"when": "end_of_cycle"})).expect(200);
        world.owner("north").act(&format!("/v1/subscriptions/{subscription}/keep")).expect(200);
        story.until("2026-03-30");
        let nets: Vec<_> = documents(&world.owner("north"), &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["8.00", "8.00", "-8.00", "8.00", "8.00", "10.00"]);
        sound(world);
    }

    /// The same by one late run: of three months at once the first has the discount that is left.
    fn a_late_run_counts_its_cycles(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        make(&owner, "Twice", "20", &plan, json!({"cycles": 2}));
        let (client, _) = buy(&owner, &plan, "Lena", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-04-01");
        assert_eq!(story.run(EventKind::ProcessInvoices)["parked"], 0);
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
        let all = invoices(&world.owner("north"), &client);
        assert_eq!(all.iter().map(|row| row.2.as_str()).collect::<Vec<_>>(), ["8.00", "8.00", "10.00", "10.00"]);
    }

    /// The catalogue shows what someone new pays: 8.00 for three months; a coupon that applies by itself adds its 10 %, and
    /// the default group's maximum of 25 % holds there too. What asks for a property is nobody's yet.
    fn the_catalogue_shows_the_prices_with_it(world) {
        let owner = world.owner("north");
        let plan = by_month_and_year(&owner);
        assert_eq!(shown(&owner, &plan), [json!([null, null]), json!([null, null])]);
        make(&owner, "Members", "90", &plan, json!({"property": {"name": "association", "value": "yes"}}));
        make(&owner, "Fifth", "20", &plan, json!({"cycles": 3}));
        assert_eq!(shown(&owner, &plan), [json!(["8.00", 3]), json!([null, null])]);
        owner.post("/v1/coupons", json!({"name": "Opening", "value": {"percent": "10"}})).expect(201);
        assert_eq!(shown(&owner, &plan), [json!(["7.00", 3]), json!(["90.00", null])]);
        let standard = default_group(&owner)["id"].as_str().unwrap().to_string();
        owner.patch(&format!("/v1/client-groups/{standard}"), json!({"maximum_discount": "25"})).expect(200);
        assert_eq!(shown(&owner, &plan), [json!(["7.50", 3]), json!(["90.00", null])]);
        assert_eq!(quoted(&owner, &plan, "1-month").0, "7.50");
    }

    /// CLI-10: a discount for members of an association. Only who has the property, and while it is active.
    fn a_discount_may_ask_for_a_property(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        make(&owner, "Members", "30", &plan, json!({"property": {"name": "association", "value": "yes"}}));
        let client = member(&owner, "Vera", json!({}));
        let path = format!("/v1/clients/{client}/properties");
        assert_eq!(owner.get(&path).expect(200).json(), json!({"properties": []}));
        let put = |properties: Value| {
            let body = json!({"properties": properties}).to_string();
            owner.send("PUT", &path, &[("content-type", "application/json"), ("if-match", "*")], Some(body.as_bytes()))
        };
        let property = |value: &str, is_active: bool| json!({"name": "association", "value": value, "is_active": is_active});
        assert_eq!(foreseen(&owner, &client, &plan), "10.00");
        for (value, is_active, want) in [("yes", false, "10.00"), ("no", true, "10.00"), ("yes", true, "7.00")] {
            let kept = put(json!([property(value, is_active), {"name": "region", "value": "Alsace", "is_active": true}])).expect(200).json();
            assert_eq!((&kept["properties"][0], kept["properties"].as_array().unwrap().len()), (&property(value, is_active), 2));
            assert_eq!(foreseen(&owner, &client, &plan), want);
        }
        assert_eq!(quoted(&owner, &plan, "1-month").0, "10.00");
        let answer = put(json!([property("yes", true), {"name": "", "value": "x", "is_active": true}, property("no", true)])).refused(422, "validation_failed");
        answer.names("/properties/1/name").names("/properties/2/name");
        let headers = [("content-type", "application/json")];
        owner.send("PUT", &path, &headers, Some(br#"{"properties": []}"#)).refused(428, "precondition_required");
        put(json!([])).expect(200);
        assert_eq!(foreseen(&owner, &client, &plan), "10.00");
    }
}

/// What a client would pay for a month of a plan.
#[track_caller]
fn foreseen(owner: &Actor, client: &str, plan: &str) -> String {
    let order = json!({"client_id": client, "order": {"store_id": corner(owner)["id"], "gateway": "transfer", "cart": {"items": [{"plan_id": plan, "cycle": "1-month"}]}}});
    owner.post("/v1/orders/preview", order).expect(200).text("/totals/gross/amount")
}
