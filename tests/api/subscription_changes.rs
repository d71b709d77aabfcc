//! Changes of subscriptions (SUB-04 to SUB-06, CAT-08): what is given back, what is charged, and when it counts. The world
//! begins on 5 January 2026, and the cycle that runs has 31 days.

use crate::api::invoices::books_balance;
use crate::api::orders::corner;
use crate::api::verify::verify;
use crate::stories::billing::{buy, care, invoices};
use crate::support::story::Story;
use crate::support::world::{Seller, client};
use crate::support::{Actor, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const GOOD: &str = "4242424242424242";

pub fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// Three plans without a panel, one above the other, with an add-on that the two lower ones offer.
pub struct Ladder {
    pub care: String,
    pub plus: String,
    pub max: String,
    pub add_on: String,
}

impl Ladder {
    pub fn of(owner: &Actor) -> Self {
        let group =
            owner.post("/v1/add-on-groups", json!({"name": "Care", "question": "More?"})).expect(201).text("/id");
        let cycles = |month: &str, year: &str| {
            json!([{"cycle": "1-month", "currency": "EUR", "recurring": eur(month)},
                {"cycle": "1-year", "currency": "EUR", "recurring": eur(year)}])
        };
        let add_on =
            json!({"add_on_group_id": group, "code": "calls", "name": "Calls", "prices": cycles("3.10", "31.00")});
        let add_on = owner.post("/v1/add-ons", add_on).expect(201).text("/id");
        owner.act(&format!("/v1/add-ons/{add_on}/activate")).expect(200);
        let fees = json!([{"cycle": "1-month", "currency": "EUR", "recurring": eur("20.00"), "upgrade": eur("3.00"), "downgrade": eur("1.00")}]);
        let max = care(owner, json!({"code": "max", "name": "Care Max", "prices": cycles("40.00", "400.00")}));
        let plus = care(
            owner,
            json!({"code": "plus", "name": "Care Plus", "prices": fees, "add_on_ids": [add_on], "upgrade_to": [max]}),
        );
        let low = care(
            owner,
            json!({"prices": cycles("10.00", "100.00"), "add_on_ids": [add_on], "upgrade_to": [plus, max]}),
        );
        owner.patch(&format!("/v1/plans/{plus}"), json!({"downgrade_to": [low]})).expect(200);
        Self { care: low, plus, max, add_on }
    }
}

/// What a matrix of foreign ids needs: a subscription that can be changed, of the seller's first client, with an add-on.
pub fn prepare(seller: &mut Seller, operation: &str) {
    let owner = &seller.owner;
    let ladder = Ladder::of(owner);
    let cart = json!({"items": [{"plan_id": ladder.care, "cycle": "1-month", "add_on_ids": [ladder.add_on]}]});
    let order = json!({"client_id": seller.ids["cli"], "order": {"store_id": corner(owner)["id"], "gateway": "transfer", "cart": cart}});
    let placed = owner.post_once("/v1/orders", "ladder", order).expect(201);
    let paid = json!({"method": "transfer", "reference": "R-1"});
    owner.post_once(&format!("/v1/invoices/{}/payments", placed.text("/invoice_id")), "ladder-paid", paid).expect(201);
    let list = owner.get(&format!("/v1/subscriptions?client_id={}&name=Care", seller.ids["cli"])).expect(200);
    let (id, item) = (list.text("/data/0/id"), list.text("/data/0/items/1/id"));
    let is_addition = operation.contains("subscription_add_on") || operation.contains("my_add_on");
    if is_addition {
        owner
            .post_once(
                &format!("/v1/subscriptions/{id}/items/{item}/remove"),
                "gone",
                json!({"way": "now_with_credit"}),
            )
            .expect(200);
    }
    if operation.contains("withdraw") {
        if operation.contains("my") {
            crate::api::my_changes::asks_for(seller, &ladder, &id);
        } else {
            let change = json!({"plan_id": ladder.plus, "way": "end_of_cycle"});
            owner.post_once(&format!("/v1/subscriptions/{id}/change-plan"), "waits", change).expect(200);
        }
        let changes = owner.get(&format!("/v1/subscriptions/{id}/changes")).expect(200);
        seller.ids.insert("sch".into(), changes.text("/data/0/id"));
    }
    if operation.contains("transfer") {
        let next = owner.post("/v1/clients", client(&seller.code, "Next Ltd", "Otto")).expect(201).text("/id");
        seller.ids.insert("cli".into(), next);
    }
    let plan = if operation.contains("move") && operation.contains("price") || operation.contains("plan_subscription") {
        crate::api::price_moves::dearer(owner, &ladder.care, "2026-01-06");
        ladder.care
    } else {
        ladder.plus
    };
    let ids = [("sub", id), ("sit", item), ("pla", plan), ("ado", ladder.add_on)];
    seller.ids.extend(ids.map(|(prefix, id)| (prefix.to_string(), id)));
}

/// Whether an operation changes subscriptions.
pub fn concerns(path: &str) -> bool {
    let last = path.trim_end_matches("/preview").rsplit('/').next().unwrap_or_default();
    let kinds = "cancel change-plan add-ons change remove withdraw changes status move-price transfer payment-methods";
    let is_one = kinds.split(' ').any(|kind| kind == last);
    path.contains("/subscriptions/{id}/") && is_one || last == "move-subscriptions"
}

/// Posts an action once; the answer.
pub fn act(owner: &Actor, subscription: &str, what: &str, body: &Value) -> crate::support::Answer {
    owner.post_once(&format!("/v1/subscriptions/{subscription}/{what}"), &format!("{what}-{body}"), body.clone())
}

/// Net, tax free, of every document of a client: kind, first line's days, net and what is open.
pub fn documents(owner: &Actor, client: &str) -> Vec<(String, String, String, String)> {
    let list = owner.get(&format!("/v1/invoices?client_id={client}&limit=100")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().to_vec();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    let one = |row: &Value| {
        let id = row["id"].as_str().unwrap();
        let invoice = owner.get(&format!("/v1/invoices/{id}")).expect(200);
        let days = format!("{}..{}", invoice.text("/lines/0/period/from"), invoice.text("/lines/0/period/to"));
        (invoice.text("/kind"), days, invoice.text("/net/amount"), invoice.text("/open/amount"))
    };
    rows.iter().map(one).collect()
}

pub fn rows(rows: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    rows.iter().map(|(a, b, c, d)| ((*a).into(), (*b).into(), (*c).into(), (*d).into())).collect()
}

/// What is charged today: description and price of each item.
pub fn charged(owner: &Actor, subscription: &str, day: &str) -> Vec<(String, String, String)> {
    let view = owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).json();
    let runs =
        |item: &&Value| item["from_on"].as_str().unwrap() <= day && item["to_on"].as_str().is_none_or(|to| day < to);
    let words =
        |item: &Value| ["description", "unit_price", "quantity"].map(|name| item[name].as_str().unwrap().to_string());
    view["items"].as_array().unwrap().iter().filter(runs).map(words).map(|[a, b, c]| (a, b, c)).collect()
}

pub fn sound(world: &World) {
    books_balance(&world.owner("north"));
    assert_eq!(verify(world, "north").0, BTreeMap::new());
}

pub fn item_of(owner: &Actor, subscription: &str, description: &str) -> String {
    let view = owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).json();
    let items = view["items"].as_array().unwrap();
    items.iter().rfind(|item| item["description"] == description).unwrap()["id"].as_str().unwrap().into()
}

both! {
    /// 15 January, 21 of 31 days are left: 10.00 × 21 / 31 = 6.77 come back, 20.00 × 21 / 31 = 13.55 and the fee of 3.00 are
    /// charged; 16.55 − 6.77 = 9.78 stay to be paid. The next cycle costs 20.00.
    fn an_upgrade_gives_back_and_charges_the_rest_of_the_cycle(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Uma", GOOD, None);
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let wanted = json!({"plan_id": ladder.plus, "way": "now_with_credit", "invoice_now": true});
        let preview = owner.post(&format!("/v1/subscriptions/{subscription}/change-plan/preview"), wanted.clone()).expect(200);
        assert_eq!(preview.text("/credits/0/net/amount"), "-6.77");
        assert_eq!(preview.text("/invoices/0/totals/net/amount"), "16.55");
        assert_eq!(preview.text("/direction"), "upgrade");
        assert_eq!(documents(&owner, &client).len(), 1, "a preview writes nothing");
        let done = act(&owner, &subscription, "change-plan", &wanted).expect(200);
        assert_eq!(done.text("/plan_id"), ladder.plus);
        // repeated with the same key, it is done once
        act(&owner, &subscription, "change-plan", &wanted).expect(200);
        assert_eq!(documents(&owner, &client), rows(&[
            ("invoice", "2026-01-05..2026-02-05", "10.00", "0.00"),
            ("credit_note", "2026-01-15..2026-02-05", "-6.77", "0.00"),
            ("invoice", "2026-01-15..2026-02-05", "16.55", "9.78"),
        ]));
        let story = Story::of(world);
        story.until("2026-01-27");
        assert_eq!(story.troubles(), [""; 0]);
        let owner = world.owner("north");
        assert_eq!(documents(&owner, &client)[3..], rows(&[("invoice", "2026-02-05..2026-03-05", "20.00", "20.00")]));
        let changes = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).expect(200);
        assert_eq!((changes.text("/data/0/state"), changes.text("/data/0/way")), ("done".into(), "now_with_credit".into()));
        sound(world);
    }

    /// 28 January: the renewal of February is out and open. 8 of 31 days: 10.00 × 8 / 31 = 2.58 come back, all of February is
    /// cancelled; 20.00 × 8 / 31 = 5.16, February at 20.00 and the fee make 28.16.
    fn an_open_renewal_is_no_hindrance(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Oda", GOOD, None);
        Story::of(world).until("2026-01-28");
        let owner = world.owner("north");
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "now_with_credit", "invoice_now": true})).expect(200);
        let mut found = documents(&owner, &client);
        found[2..4].sort();
        assert_eq!(found, rows(&[
            ("invoice", "2026-01-05..2026-02-05", "10.00", "0.00"),
            ("invoice", "2026-02-05..2026-03-05", "10.00", "0.00"),
            ("credit_note", "2026-01-28..2026-02-05", "-2.58", "0.00"),
            ("credit_note", "2026-02-05..2026-03-05", "-10.00", "0.00"),
            ("invoice", "2026-01-28..2026-02-05", "28.16", "25.58"),
        ]));
        sound(world);
        let story = Story::of(world);
        story.until("2026-03-01");
        assert_eq!(invoices(&world.owner("north"), &client).len(), 4, "March comes once, at the new price");
        sound(world);
    }

    /// Up and down again on the same day costs nothing but the fees: 6.77 back and 13.55 + 3.00 charged, 13.55 back and 6.77 +
    /// the way down, which has no fee on this plan.
    fn up_and_down_on_one_day_is_nothing(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Ida", GOOD, None);
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let way = |plan: &str| json!({"plan_id": plan, "way": "now_with_credit", "invoice_now": true, "without_fee": true});
        act(&owner, &subscription, "change-plan", &way(&ladder.plus)).expect(200);
        act(&owner, &subscription, "change-plan", &way(&ladder.care)).expect(200);
        let nets: Vec<_> = documents(&owner, &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["10.00", "-6.77", "13.55", "-13.55", "6.77"]);
        assert_eq!(documents(&owner, &client)[4].3, "0.00", "paid by the credit");
        sound(world);
    }

    /// Agreed now, delivered and charged from 5 February on; withdrawn, everything is as before.
    fn a_downgrade_waits_for_the_end_of_the_cycle(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.plus, "Dana", GOOD, None);
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let down = json!({"plan_id": ladder.care});
        let made = act(&owner, &subscription, "change-plan", &down).expect(200);
        assert_eq!(made.text("/plan_id"), ladder.plus, "until then it stays");
        let problem = act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.max})).expect(409);
        assert!(problem.text("/detail").contains("withdraw it first"), "{}", problem.text);
        Story::of(world).until("2026-01-27");
        let owner = world.owner("north");
        assert_eq!(documents(&owner, &client)[1..], rows(&[("invoice", "2026-02-05..2026-03-05", "10.00", "10.00")]));
        // taken back, although the invoice of February is out: that is credited, and February is charged as before
        let change = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).text("/data/0/id");
        act(&owner, &subscription, &format!("changes/{change}/withdraw"), &json!({})).expect(200);
        act(&owner, &subscription, &format!("changes/{change}/withdraw"), &json!({"again": true})).expect(409);
        let story = Story::of(world);
        story.until("2026-01-28");
        assert_eq!(documents(&world.owner("north"), &client)[2..], rows(&[
            ("credit_note", "2026-02-05..2026-03-05", "-10.00", "0.00"),
            ("invoice", "2026-02-05..2026-03-05", "20.00", "20.00"),
        ]));
        // and again, this time for good
        act(&world.owner("north"), &subscription, "change-plan", &json!({"plan_id": ladder.care, "reason": "again"})).expect(200);
        story.until("2026-02-06");
        let owner = world.owner("north");
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).text("/plan_id"), ladder.care);
        let states = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).json();
        let states: Vec<_> = states["data"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
        assert!(states.contains(&"withdrawn") && !states.contains(&"waiting"), "{states:?}");
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// Today without credit: nothing is charged or given back now, and there is no other change before 5 February.
    fn without_credit_the_cycle_is_locked(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Lock", GOOD, None);
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let changed = act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "now_without_credit", "invoice_now": true})).expect(200);
        assert_eq!(changed.text("/plan_id"), ladder.plus);
        assert_eq!(documents(&owner, &client).len(), 1);
        let problem = act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.max})).expect(409);
        assert!(problem.text("/detail").contains("2026-02-05"), "{}", problem.text);
        Story::of(world).until("2026-02-06");
        let owner = world.owner("north");
        // the fee comes with the first cycle on the new plan
        assert_eq!(documents(&owner, &client)[1..], rows(&[("invoice", "2026-02-05..2026-03-05", "23.00", "0.00")]));
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.max, "way": "end_of_cycle"})).expect(200);
        sound(world);
    }

    /// To a year: 6.77 come back, and the year begins on the day of the change.
    fn another_cycle_begins_anew(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Yara", GOOD, None);
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let changed = act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.care, "cycle": "1-year", "invoice_now": true})).expect(200);
        assert_eq!((changed.text("/cycle"), changed.text("/anchor_on"), changed.text("/billed_through")), ("1-year".into(), "2026-01-15".into(), "2027-01-15".into()));
        assert_eq!(documents(&owner, &client)[1..], rows(&[
            ("credit_note", "2026-01-15..2026-02-05", "-6.77", "0.00"),
            ("invoice", "2026-01-15..2027-01-15", "100.00", "93.23"),
        ]));
        sound(world);
    }

    /// 20 % for three cycles: 8.00 for January; up on the 15th 8.00 × 21 / 31 = 5.42 come back and 13.55 × 0.8 = 10.84 are
    /// charged; February and March cost 16.00, April 20.00: the change used up no cycle of the coupon.
    fn a_coupon_lasts_through_a_change(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        owner.post("/v1/coupons", json!({"name": "Start", "code": "START", "value": {"percent": "20"}, "cycles": 3})).expect(201);
        let (client, subscription) = buy(&owner, &ladder.care, "Cora", GOOD, Some("START"));
        Story::of(world).sleep_until("2026-01-15");
        act(&world.owner("north"), &subscription, "change-plan", &json!({"plan_id": ladder.plus, "invoice_now": true, "without_fee": true})).expect(200);
        Story::of(world).until("2026-03-30");
        let nets: Vec<_> = documents(&world.owner("north"), &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["8.00", "-5.42", "10.84", "16.00", "16.00", "20.00"]);
        sound(world);
    }

    /// 6.20 off each of three cycles: 3.80 for January. Up on the 15th: 3.80 × 21 / 31 = 2.57 come back; of the coupon 6.20 ×
    /// 21 / 31 = 4.20 come off 13.55: 9.35, not 7.35.
    fn a_fixed_coupon_is_not_used_twice_in_a_cycle(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        owner.post("/v1/coupons", json!({"name": "Six", "code": "SIX", "value": {"fixed": eur("6.20")}, "cycles": 3})).expect(201);
        let (client, subscription) = buy(&owner, &ladder.care, "Fix", GOOD, Some("SIX"));
        Story::of(world).sleep_until("2026-01-15");
        act(&world.owner("north"), &subscription, "change-plan", &json!({"plan_id": ladder.plus, "invoice_now": true, "without_fee": true})).expect(200);
        Story::of(world).until("2026-03-30");
        let nets: Vec<_> = documents(&world.owner("north"), &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["3.80", "-2.57", "9.35", "13.80", "13.80", "20.00"]);
        sound(world);
    }

    /// An add-on of 3.10 comes on the 15th (2.10 for 21 days), is doubled on the 20th (3.10 × 16 / 31 = 1.60 back, 3.20 charged),
    /// and goes on the 25th (6.20 × 11 / 31 = 2.20 back).
    fn add_ons_come_change_and_go(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Ada", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        let more = json!({"add_on_id": ladder.add_on, "way": "now_with_credit", "invoice_now": true});
        assert_eq!(owner.post(&format!("/v1/subscriptions/{subscription}/add-ons/preview"), more.clone()).expect(200).text("/invoices/0/totals/net/amount"), "2.10");
        act(&owner, &subscription, "add-ons", &more).expect(200);
        let twice = act(&owner, &subscription, "add-ons", &json!({"add_on_id": ladder.add_on, "way": "end_of_cycle"})).expect(422);
        assert_eq!(twice.text("/errors/0/code"), "already_present");
        story.sleep_until("2026-01-20");
        let owner = world.owner("north");
        let item = item_of(&owner, &subscription, "Calls");
        act(&owner, &subscription, &format!("items/{item}/change"), &json!({"quantity": "2", "way": "now_with_credit", "invoice_now": true})).expect(200);
        assert_eq!(charged(&owner, &subscription, "2026-01-20"), [("Care".into(), "10".into(), "1".into()), ("Calls".into(), "3.1".into(), "2".into())]);
        story.sleep_until("2026-01-25");
        let owner = world.owner("north");
        act(&owner, &subscription, &format!("items/{item}/remove"), &json!({"way": "now_with_credit"})).expect(404);
        let item = item_of(&owner, &subscription, "Calls");
        act(&owner, &subscription, &format!("items/{item}/remove"), &json!({"way": "now_with_credit"})).expect(200);
        let nets: Vec<_> = documents(&owner, &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["10.00", "2.10", "-1.60", "3.20", "-2.20"]);
        let plan = item_of(&owner, &subscription, "Care");
        act(&owner, &subscription, &format!("items/{plan}/remove"), &json!({"way": "end_of_cycle"})).expect(409);
        // a price that was agreed, from the next cycle on
        act(&owner, &subscription, &format!("items/{plan}/change"), &json!({"price": eur("7.50"), "way": "end_of_cycle"})).expect(200);
        story.until("2026-01-27");
        assert_eq!(documents(&world.owner("north"), &client).pop().unwrap().2, "7.50");
        story.until("2026-02-06");
        sound(world);
    }

    /// Cancelled on 15 January with what is unused: 6.77 of 10.00 as credit. Cancelled at the end of the cycle when February is
    /// invoiced already: that is given back, and charged anew when the subscription is kept after all.
    fn a_cancellation_gives_back_what_is_not_used(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (now, first) = buy(&owner, &ladder.care, "Nora", GOOD, None);
        let (later, second) = buy(&owner, &ladder.care, "Lars", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        let wrong = json!({"when": "end_of_cycle", "refund": "credit"});
        assert_eq!(owner.post(&format!("/v1/subscriptions/{first}/cancel"), wrong).expect(422).text("/errors/0/pointer"), "/refund");
        owner.post(&format!("/v1/subscriptions/{first}/cancel"), json!({"when": "now", "refund": "credit"})).expect(200);
        assert_eq!(documents(&owner, &now)[1..], rows(&[("credit_note", "2026-01-15..2026-02-05", "-6.77", "0.00")]));
        assert_eq!(owner.get(&format!("/v1/clients/{now}/credits")).expect(200).text("/data/0/balance/amount"), "6.77");
        story.until("2026-01-27");
        let owner = world.owner("north");
        owner.post(&format!("/v1/subscriptions/{second}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        assert_eq!(documents(&owner, &later)[1..], rows(&[
            ("invoice", "2026-02-05..2026-03-05", "10.00", "0.00"),
            ("credit_note", "2026-02-05..2026-03-05", "-10.00", "0.00"),
        ]));
        owner.act(&format!("/v1/subscriptions/{second}/keep")).expect(200);
        story.until("2026-01-28");
        assert_eq!(documents(&world.owner("north"), &later)[3..], rows(&[("invoice", "2026-02-05..2026-03-05", "10.00", "10.00")]));
        story.until("2026-02-10");
        sound(world);
    }

    /// A client changes by itself where and how the seller lets it.
    fn clients_change_by_the_policy(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Mia", GOOD, None);
        let (_, other) = buy(&owner, &ladder.care, "Kai", GOOD, None);
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let me = world.stranger.sign_in("client", "north", "mia@story.example", crate::support::world::PASSWORD);
        let path = |of: &str| format!("/v1/me/subscriptions/{of}/change-plan");
        let up = json!({"plan_id": ladder.plus});
        me.post_once(&path(&other), "other", up.clone()).expect(404);
        let never = json!({"upgrade": {"clients_may": false, "way": "now_with_credit"}});
        owner.patch(&format!("/v1/plans/{}", ladder.care), json!({"change_policies": never})).expect(200);
        me.post_once(&path(&subscription), "never", up.clone()).expect(403);
        assert_eq!(documents(&owner, &client).len(), 1);
        owner.patch(&format!("/v1/plans/{}", ladder.care), json!({"change_policies": null})).expect(200);
        assert_eq!(me.post(&format!("{}/preview", path(&subscription)), up.clone()).expect(200).text("/way"), "now_with_credit");
        me.post_once(&path(&subscription), "up", up).expect(200);
        assert_eq!(documents(&owner, &client).len(), 3);
        // down at the end of the cycle, as the seller's settings say
        let down = me.post_once(&path(&subscription), "down", json!({"plan_id": ladder.care})).expect(200);
        assert_eq!(down.text("/plan_id"), ladder.plus);
        sound(world);
    }

    /// Each refusal names its place, and nothing is written.
    fn wrong_changes_are_refused(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.plus, "Nein", GOOD, None);
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let path = format!("/v1/subscriptions/{subscription}/change-plan");
        for (body, status, pointer) in [
            (json!({"plan_id": ladder.plus}), 422, "/plan_id"),
            (json!({"plan_id": ladder.max, "cycle": "2-week"}), 422, "/cycle"),
            (json!({"plan_id": ladder.max, "price": {"amount": "1.00", "currency": "USD"}}), 422, "/price"),
            (json!({"plan_id": ladder.max, "reason": "x".repeat(501)}), 422, "/reason"),
        ] {
            let problem = owner.post(&format!("{path}/preview"), body.clone()).expect(status);
            assert_eq!(problem.text("/errors/0/pointer"), pointer, "{body}");
            owner.post_once(&path, &body.to_string()[..20.min(body.to_string().len())], body).expect(status);
        }
        owner.post(&path, json!({"plan_id": ladder.max})).expect(400);
        let item = item_of(&owner, &subscription, "Care Plus");
        let wrong = act(&owner, &subscription, &format!("items/{item}/change"), &json!({"quantity": "2", "way": "now_with_credit"})).expect(422);
        assert_eq!(wrong.text("/errors/0/pointer"), "/quantity");
        owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.max})).expect(409);
        assert_eq!(documents(&owner, &client).len(), 1);
        sound(world);
    }
}
