//! What becomes of the catalogue after the sale: who has a plan keeps it and what goes with it (SUB-05, SUB-06), and what is
//! promised otherwise is delivered (CAT-03, SYN-01). The world begins on 5 January 2026.

use crate::api::invoices::first_client;
use crate::api::orders::{corner, shopper, wish};
use crate::api::services::paid;
use crate::api::subscription_changes::{Ladder, act, documents, sound};
use crate::stories::billing::{GOOD, buy};
use crate::support::house::House;
use crate::support::story::Story;
use serde_json::{Value, json};

both! {
    /// Care is not sold any more. Who has it gets an add-on on the 15th (3.10 × 21 / 31 = 2.10) and goes over to a year after
    /// January: 100.00 + 31.00.
    fn a_retired_plan_serves_who_has_it(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Old", GOOD, None);
        owner.act(&format!("/v1/plans/{}/retire", ladder.care)).expect(200);
        let cart = json!({"cart": {"items": [{"plan_id": ladder.care, "cycle": "1-month"}]}, "buyer": {"country": "FR", "city": "Lyon"}});
        assert_eq!(shopper(&owner).post("/v1/store/quotes", cart).status / 100, 4, "nobody else gets it");
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        let more = json!({"add_on_id": ladder.add_on, "way": "now_with_credit", "invoice_now": true});
        act(&owner, &subscription, "add-ons", &more).expect(200);
        let yearly = json!({"plan_id": ladder.care, "cycle": "1-year", "way": "end_of_cycle"});
        act(&owner, &subscription, "change-plan", &yearly).expect(200);
        story.until("2026-01-30");
        let owner = world.owner("north");
        let nets: Vec<_> = documents(&owner, &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["10.00", "2.10", "131.00"]);
        // and who had it elsewhere comes with it
        let import = json!({"client_id": first_client(&owner), "store_id": corner(&owner)["id"], "gateway": "transfer",
            "item": {"plan_id": ladder.care, "cycle": "1-month"}, "next_renewal_on": "2026-02-20"});
        owner.post("/v1/subscriptions/import", import).expect(201);
        sound(world);
    }

    /// 5 GB of the plan and 1 GB of the add-on; then the add-on promises 2.
    fn what_an_add_on_promises_is_delivered(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        let nora = paid(&owner, "Nora", "nora.example");
        house.work();
        let (add_on, starter) = (world.seller("north").ids["ado"].clone(), wish(&owner, "x.example", "Lyon"));
        let starter = starter["cart"]["items"][0]["plan_id"].as_str().unwrap();
        owner.patch(&format!("/v1/plans/{starter}"), json!({"add_on_ids": [add_on]})).expect(200);
        let limit = |house: &House| {
            let record: Value = serde_json::from_str(&house.text(&format!("accounts/{}.json", nora.service))).unwrap();
            record["disk_limit"].as_u64().unwrap()
        };
        act(&owner, &nora.subscription, "add-ons", &json!({"add_on_id": add_on, "way": "now_with_credit"})).expect(200);
        house.work();
        assert_eq!(limit(&house), 6_000_000_000);
        let (at, settled) = (format!("/v1/add-ons/{add_on}"), format!("/v1/services/{}", nora.service));
        owner.patch(&at, json!({"name": "Space"})).expect(200);
        assert_eq!(owner.get(&settled).json()["is_settled"], json!(true), "a name is no concern of the panel");
        owner.patch(&at, json!({"properties": {"disk_space": 2_000_000_000_u64}})).expect(200);
        assert_eq!(owner.get(&settled).json()["is_settled"], json!(false));
        house.work();
        assert_eq!(limit(&house), 7_000_000_000);
    }
}
