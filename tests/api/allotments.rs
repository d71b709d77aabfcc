//! What a reseller was allotted (CAT-02): it may sell more, but gives no more; what is lacking shows, permissions that are off
//! for it are off for its clients, and mailboxes are no larger than its own.

use crate::api::orders::corner;
use crate::api::plans::plan;
use crate::api::services::{Ordered, paid};
use crate::support::house::{House, block_on, fake};
use crate::support::{Actor, World};
use comptoir_connectors::panel::fake::FakePanel;
use serde_json::{Value, json};
use std::sync::Arc;

const GB: u64 = 1_000_000_000;

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// North orders a reseller plan with these properties from its provider; the ids of the plan and of the invoice.
fn order(world: &World, properties: Value) -> (String, String) {
    let provider = world.owner("provider");
    let trade = json!({"code": "trade", "name": "Trade", "kind": "reseller_hosting", "properties": properties,
        "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": eur("50.00")}]});
    let plan = provider.post("/v1/plans", trade).expect(201).text("/id");
    let shop = json!({"code": "trade", "name": "Trade", "kind": "reseller", "currency": "EUR", "locales": ["en"], "price_basis": "net",
        "gateways": ["transfer"], "domain_options": ["use_own"], "require_vat_number": false});
    let store = provider.post("/v1/stores", shop).expect(201).text("/id");
    provider.patch(&format!("/v1/plans/{plan}"), json!({"store_ids": [store]})).expect(200);
    provider.act(&format!("/v1/plans/{plan}/activate")).expect(200);
    let resellers = provider.get("/v1/resellers").expect(200).json();
    let north = resellers["data"].as_array().unwrap().iter().find(|one| one["code"] == "north").unwrap();
    let cart = json!({"items": [{"plan_id": plan, "cycle": "1-month"}]});
    let order =
        json!({"client_id": north["client_id"], "order": {"store_id": store, "gateway": "transfer", "cart": cart}});
    let invoice = provider.post_once("/v1/orders", "trade", order).expect(201).text("/invoice_id");
    (plan, invoice)
}

fn pay(world: &World, invoice: &str) {
    let paid = json!({"method": "transfer"});
    world.owner("provider").post_once(&format!("/v1/invoices/{invoice}/payments"), "paid", paid).expect(201);
}

/// The same, paid.
fn allot(world: &World, properties: Value) -> String {
    let (plan, invoice) = order(world, properties);
    pay(world, &invoice);
    plan
}

fn subscription(owner: &Actor, of: &Ordered) -> Value {
    owner.get(&format!("/v1/subscriptions/{}", of.subscription)).expect(200).json()
}

fn hosting(owner: &Actor, of: &Ordered) -> Value {
    owner.get(&format!("/v1/subscriptions/{}/hosting", of.subscription)).expect(200).json()
}

fn disk(panel: &FakePanel) -> Vec<Option<u64>> {
    block_on(panel.accounts()).unwrap().into_iter().map(|account| account.disk_limit).collect()
}

both! {
    /// North sells 5 GB and has 3 GB itself. Its provider gives it 10 GB later.
    fn what_the_seller_lacks_is_not_given_and_shows(world) {
        let (owner, south) = (world.owner("north"), world.owner("south"));
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let plan = allot(world, json!({"disk_space": 3 * GB}));
        // it is sold without a word
        let nora = paid(&owner, "Nora", "nora.example");
        house.work();
        assert_eq!(disk(&panel), [Some(3 * GB)]);
        assert_eq!(subscription(&owner, &nora)["sync_state"], "out_of_sync");
        let seen = hosting(&owner, &nora);
        assert_eq!(seen["conflicts"], json!([{"property": "disk_space", "wanted": 5 * GB, "available": 3 * GB}]));
        assert_eq!((&seen["sync_state"], &seen["promised"]["disk_space"], &seen["available"]["disk_space"]), (&json!("out_of_sync"), &json!(5 * GB), &json!(3 * GB)));
        // who has no such hosting, and the provider, give what they promise
        let otto = paid(&south, "Otto", "otto.example");
        house.work();
        assert_eq!((subscription(&south, &otto)["sync_state"].clone(), hosting(&south, &otto)["conflicts"].clone()), (json!("in_sync"), json!([])));
        south.get(&format!("/v1/subscriptions/{}/hosting", nora.subscription)).refused(404, "not_found");
        // more for the reseller is more for its clients, without anyone doing anything there
        world.owner("provider").patch(&format!("/v1/plans/{plan}"), json!({"properties": {"disk_space": 10 * GB}})).expect(200);
        house.sync();
        assert_eq!(disk(&panel).into_iter().max(), Some(Some(5 * GB)));
        assert_eq!((&subscription(&owner, &nora)["sync_state"], hosting(&owner, &nora)["conflicts"].clone()), (&json!("in_sync"), json!([])));
    }

    fn permissions_that_are_off_are_off_for_all(world) {
        let owner = world.owner("north");
        allot(world, json!({"disk_space": "unlimited", "manage_scheduler": false, "manage_dns_zone": true}));
        let starter = world.seller("north").ids["pla"].clone();
        let both = json!({"properties": {"manage_scheduler": true, "manage_dns_zone": true}});
        owner.patch(&format!("/v1/plans/{starter}"), both).expect(200);
        let nora = paid(&owner, "Nora", "nora.example");
        let seen = hosting(&owner, &nora);
        assert_eq!((&seen["available"]["manage_scheduler"], &seen["available"]["manage_dns_zone"]), (&json!(false), &json!(true)));
        let lacking: Vec<_> = seen["conflicts"].as_array().unwrap().iter().map(|one| one["property"].clone()).collect();
        assert_eq!(lacking, [json!("manage_scheduler")]);
        // what is its own gets no more
        let own = json!({"client_id": owner.get("/v1/clients").text("/data/0/id"), "store_id": corner(&owner)["id"], "name": "Own", "cycle": "1-month",
            "gateway": "transfer", "hosting_properties": {"manage_scheduler": true}});
        let made = owner.post("/v1/subscriptions/custom", own).expect(201);
        assert_eq!(made.text("/sync_state"), "out_of_sync");
        let seen = owner.get(&format!("/v1/subscriptions/{}/hosting", made.text("/id"))).expect(200).json();
        assert_eq!(seen["available"]["manage_scheduler"], false);
    }

    /// The guide: a plan may not have a larger mailbox than the reseller itself, and that is said at once.
    fn mailboxes_are_no_larger_than_ones_own(world) {
        let (owner, south) = (world.owner("north"), world.owner("south"));
        let (_, invoice) = order(world, json!({"mailbox_size": 100}));
        let with = |code: &str, size: Value| {
            let mut wanted = plan(code);
            wanted["properties"] = json!({"mailbox_size": size});
            wanted
        };
        // what is not paid allots nothing, and takes nothing away either
        owner.post("/v1/plans", with("large", json!(101))).expect(201);
        pay(world, &invoice);
        for size in [json!(101), json!("unlimited")] {
            owner.post("/v1/plans", with("big", size.clone())).refused(422, "validation_failed").names("/properties/mailbox_size");
            south.post("/v1/plans", with(&format!("big-{}", size.to_string().trim_matches('"')), size)).expect(201);
        }
        let made = owner.post("/v1/plans", with("fits", json!(100))).expect(201).text("/id");
        let path = format!("/v1/plans/{made}");
        owner.patch(&path, json!({"properties": {"mailbox_size": 200}})).refused(422, "validation_failed").names("/properties/mailbox_size");
        owner.patch(&path, json!({"name": "Fits"})).expect(200);
        let custom = json!({"client_id": owner.get("/v1/clients").text("/data/0/id"), "store_id": corner(&owner)["id"], "name": "Own", "cycle": "1-month",
            "gateway": "transfer", "hosting_properties": {"mailbox_size": 200}});
        owner.post("/v1/subscriptions/custom", custom).refused(422, "validation_failed").names("/hosting_properties/mailbox_size");
    }
}
