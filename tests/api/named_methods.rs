//! What is agreed with an order that an administrator takes (SUB-01): which stored method pays for it, also later, and what
//! add-ons cost.

use crate::api::orders::{corner, shopper, wish};
use crate::support::story::Story;
use crate::support::world::client;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

const GOOD: &str = "4242424242424242";
/// Declined whenever it is charged alone.
const DRY: &str = "4000000000000127";

fn store(owner: &Actor, client: &str, number: &str, year: u16) -> String {
    let card = json!({"number": number, "expiry_month": 12, "expiry_year": year, "code": "123", "holder": "Pia"});
    let body = json!({"client_id": client, "method": {"gateway": "fake", "card": card}});
    owner.post_once("/v1/payment-methods", &format!("{number}-{client}"), body).expect(201).text("/id")
}

fn someone(owner: &Actor, company: &str, name: &str) -> String {
    owner.post("/v1/clients", client("north", company, name)).expect(201).text("/id")
}

/// The starter plan with its add-on, sold to someone.
fn order(owner: &Actor, client: &str, domain: &str, more: Value) -> Value {
    let cart = wish(owner, domain, "Village")["cart"].clone();
    let mut order = json!({"store_id": corner(owner)["id"], "gateway": "fake", "cart": cart});
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"client_id": client, "order": order})
}

fn methods(owner: &Actor, subscription: &str) -> Value {
    owner.get(&format!("/v1/subscriptions/{subscription}/payment-methods")).expect(200).json()["methods"].clone()
}

fn take(owner: &Actor, key: &str, order: &Value) -> Answer {
    owner.post_once("/v1/orders", key, order.clone())
}

both! {
    /// The default card is always declined; the one that was named pays the order on 14 January, the day before it is due, and
    /// the renewal, too.
    fn the_method_that_is_named_pays_now_and_later(world) {
        let owner = world.owner("north");
        let pia = someone(&owner, "Phone Ltd", "Pia");
        let named = store(&owner, &pia, GOOD, 2030);
        store(&owner, &pia, DRY, 2030);
        let wanted = order(&owner, &pia, "phone.example", json!({"payment_method_id": named}));
        owner.post("/v1/orders/preview", wanted.clone()).expect(200);
        let sold = take(&owner, "phone", &wanted).expect(201);
        let subscription = sold.text("/subscription_ids/0");
        assert_eq!(methods(&owner, &subscription), json!([{"payment_method_id": named, "share": "100"}]));
        let story = Story::of(world);
        story.until("2026-01-15");
        let owner = world.owner("north");
        let status = |owner: &Actor| owner.get(&format!("/v1/invoices/{}", sold.text("/invoice_id"))).expect(200).text("/status");
        assert_eq!(status(&owner), "paid");
        story.until("2026-02-05");
        let owner = world.owner("north");
        let charges = owner.get(&format!("/v1/transactions?client_id={pia}")).expect(200).json();
        let states: Vec<_> = charges["data"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["approved", "approved"]);
    }

    fn what_cannot_pay_is_refused(world) {
        let owner = world.owner("north");
        let (pia, zoe) = (someone(&owner, "Phone Ltd", "Pia"), someone(&owner, "Zoo Ltd", "Zoe"));
        let (own, foreign) = (store(&owner, &pia, GOOD, 2030), store(&owner, &zoe, GOOD, 2030));
        let theirs = world.seller("south").ids["pmt"].clone();
        let before = world.database.digest();
        let refused = |more: Value| {
            let wanted = order(&owner, &pia, "phone.example", more);
            owner.post("/v1/orders/preview", wanted.clone()).refused(422, "validation_failed").names("/order/payment_method_id");
            take(&owner, "x", &wanted).refused(422, "validation_failed").names("/order/payment_method_id");
        };
        refused(json!({"payment_method_id": foreign}));
        refused(json!({"payment_method_id": own, "gateway": "transfer"}));
        take(&owner, "y", &order(&owner, &pia, "phone.example", json!({"payment_method_id": theirs}))).refused(404, "not_found");
        assert_eq!(world.database.digest(), before);
    }

    fn what_is_imported_or_made_to_measure_names_one_too(world) {
        let owner = world.owner("north");
        let pia = someone(&owner, "Phone Ltd", "Pia");
        let named = store(&owner, &pia, GOOD, 2030);
        let sold = order(&owner, &pia, "import.example", json!({}));
        let import = json!({"client_id": pia, "store_id": corner(&owner)["id"], "gateway": "fake", "payment_method_id": named,
            "item": sold["order"]["cart"]["items"][0], "next_renewal_on": "2026-02-05"});
        let custom = json!({"client_id": pia, "store_id": corner(&owner)["id"], "gateway": "fake", "payment_method_id": named,
            "name": "Rack", "cycle": "1-month", "price": {"amount": "10.00", "currency": "EUR"}});
        for (path, mut body) in [("/v1/subscriptions/import", import), ("/v1/subscriptions/custom", custom)] {
            let made = owner.post(path, body.clone()).expect(201).text("/id");
            assert_eq!(methods(&owner, &made), json!([{"payment_method_id": named, "share": "100"}]), "{path}");
            body["gateway"] = json!("transfer");
            body["item"]["domain"]["name"] = json!("other.example");
            if path.ends_with("custom") {
                body.as_object_mut().unwrap().remove("item");
            }
            owner.post(path, body).refused(422, "validation_failed").names("/payment_method_id");
        }
    }

    /// 10.00 and 5.00 set-up for the plan, 1.25 instead of 2.00 for the add-on: 16.25; then 11.25 a month.
    fn add_ons_have_agreed_prices(world) {
        let owner = world.owner("north");
        let (pia, add_on) = (someone(&owner, "Phone Ltd", "Pia"), world.seller("north").ids["ado"].clone());
        let mut wanted = order(&owner, &pia, "phone.example", json!({"gateway": "transfer"}));
        let item = &mut wanted["order"]["cart"]["items"][0];
        item["add_on_ids"] = json!([add_on]);
        item["add_on_prices"] = json!([{"add_on_id": add_on, "price": {"amount": "1.25", "currency": "EUR"}}]);
        assert_eq!(owner.post("/v1/orders/preview", wanted.clone()).expect(200).text("/totals/gross/amount"), "16.25");
        let sold = take(&owner, "agreed", &wanted).expect(201);
        assert_eq!(sold.text("/gross/amount"), "16.25");
        let view = owner.get(&format!("/v1/subscriptions/{}", sold.text("/subscription_ids/0"))).expect(200).json();
        let prices: Vec<_> = view["items"].as_array().unwrap().iter().map(|item| item["unit_price"].as_str().unwrap()).collect();
        assert_eq!(prices, ["10", "1.25"]);
        let mut item = wanted["order"]["cart"]["items"][0].clone();
        item["domain"]["name"] = json!("import.example");
        let import = json!({"client_id": pia, "store_id": corner(&owner)["id"], "gateway": "transfer", "item": item, "next_renewal_on": "2026-02-05"});
        assert_eq!(owner.post("/v1/subscriptions/import", import).expect(201).text("/items/1/unit_price"), "1.25");
        // what is wrong is named where it stands
        let refused = |prices: Value, place: &str| {
            let mut wrong = wanted.clone();
            wrong["order"]["cart"]["items"][0]["domain"]["name"] = json!("wrong.example");
            wrong["order"]["cart"]["items"][0]["add_on_prices"] = prices;
            take(&owner, "wrong", &wrong).refused(422, "validation_failed").names(&format!("/order/cart/items/0/add_on_prices/{place}"));
        };
        let price = |amount: &str, currency: &str| json!({"add_on_id": add_on, "price": {"amount": amount, "currency": currency}});
        refused(json!([price("1.25", "USD")]), "0/price");
        refused(json!([price("-1.25", "EUR")]), "0/price");
        refused(json!([price("1.25", "EUR"), price("1.30", "EUR")]), "1/add_on_id");
        let other = json!({"add_on_id": world.seller("south").ids["ado"], "price": {"amount": "1.00", "currency": "EUR"}});
        refused(json!([other]), "0/add_on_id");
        // a shopper names none
        let mut cheap = wish(&owner, "cheap.example", "Lyon");
        cheap["cart"]["items"][0]["add_on_prices"] = json!([]);
        shopper(&owner).post("/v1/store/quotes", cheap).refused(422, "invalid_body").names("/cart/items/0/add_on_prices");
    }
}
