//! Quotes and orders: what is quoted is what is invoiced, to the cent, and an order is done once.

use crate::support::world::PASSWORD;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// A shop in EUR with the starter plan, and a waiting order of the first client.
pub fn furnish(owner: &Actor, code: &str) {
    let shop = json!({"code": "corner", "name": "Corner", "kind": "client", "currency": "EUR", "locales": ["en"], "price_basis": "net",
        "gateways": ["fake", "transfer"], "domain_options": ["register", "use_own"], "require_vat_number": false});
    let store = owner.post("/v1/stores", shop).expect(201).text("/id");
    let plans = owner.get("/v1/plans").expect(200).json();
    let starter =
        plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "starter").unwrap()["id"].clone();
    owner.patch(&format!("/v1/plans/{}", starter.as_str().unwrap()), json!({"store_ids": [store]})).expect(200);
    let alice = owner.sign_in("client", code, &format!("alice@{code}-client.example"), PASSWORD);
    let quote = shopper(owner).post("/v1/store/quotes", wish(owner, "first.example", "Village")).expect(200);
    let order = json!({"quote_token": quote.text("/token"), "gateway": "fake", "accept_terms": true});
    alice.post_once("/v1/me/orders", "first", order).expect(201);
}

/// The shop.
pub fn corner(owner: &Actor) -> Value {
    let stores = owner.get("/v1/stores").expect(200).json();
    stores["data"].as_array().unwrap().iter().find(|store| store["code"] == "corner").unwrap().clone()
}

/// Whoever looks at the shop.
pub fn shopper(owner: &Actor) -> Actor {
    owner.with_token(corner(owner)["publishable_key"].as_str().unwrap())
}

/// The starter plan for a month in the shop, as an administrator sells it to someone.
fn by_phone(owner: &Actor, client: &str, domain: &str) -> Value {
    let cart = wish(owner, domain, "Village")["cart"].clone();
    json!({"client_id": client, "order": {"store_id": corner(owner)["id"], "gateway": "transfer", "cart": cart}})
}

/// The starter plan for a month, for someone in a French town.
pub fn wish(owner: &Actor, domain: &str, city: &str) -> Value {
    let plans = owner.get("/v1/plans").expect(200).json();
    let starter =
        plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "starter").unwrap()["id"].clone();
    json!({"cart": {"items": [{"plan_id": starter, "cycle": "1-month", "domain": {"name": domain, "option": "use_own"}}]},
        "buyer": {"country": "FR", "city": city}})
}

/// An order of someone new for a quote.
pub fn order_of(name: &str, token: &str, gateway: &str) -> Value {
    let contact = json!({"first_name": name, "last_name": "New", "email": format!("{}@new.example", name.to_lowercase()), "password": PASSWORD});
    json!({"quote_token": token, "gateway": gateway, "accept_terms": true,
        "client": {"kind": "person", "address": {"line1": "", "city": "Lyon", "postal_code": "69001", "country": "FR"}, "contact": contact}})
}

fn quoted(owner: &Actor, domain: &str) -> Answer {
    shopper(owner).post("/v1/store/quotes", wish(owner, domain, "Lyon")).expect(200)
}

both! {
    /// 10.00 a month and 5.00 set-up, no tax: 15.00 on the quote, the order, the invoice and its lines.
    fn quoted_ordered_invoiced_paid(world) {
        let owner = world.owner("north");
        let quote = quoted(&owner, "new.example");
        assert_eq!(quote.json()["totals"]["gross"], json!({"amount": "15.00", "currency": "EUR"}));
        assert_eq!((quote.text("/contracts/0/starts_on"), quote.text("/contracts/0/renews_on")), ("2026-01-05".into(), "2026-02-05".into()));
        let placed = shopper(&owner).post_once("/v1/store/orders", "o-1", order_of("Nora", &quote.text("/token"), "fake")).expect(201);
        assert_eq!((placed.text("/order/state"), placed.json()["order"]["gross"]["amount"].clone()), ("waiting_for_payment".into(), json!("15.00")));
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let invoice = placed.text("/order/invoice_id");
        // a draft has no number, and the client sees nothing of it yet
        let draft = owner.get(&format!("/v1/invoices/{invoice}")).expect(200).json();
        assert_eq!((&draft["status"], &draft["number"], &draft["gross"]["amount"]), (&json!("draft"), &json!(null), &json!("15.00")));
        let kinds: Vec<_> = draft["lines"].as_array().unwrap().iter().map(|line| (line["kind"].as_str().unwrap(), line["net"]["amount"].as_str().unwrap())).collect();
        assert_eq!(kinds, [("setup", "5.00"), ("recurring", "10.00")]);
        // the seller books the money: the invoice gets its number, the service is asked for
        let payment = json!({"method": "transfer", "reference": "R-1"});
        owner.post_once(&format!("/v1/invoices/{invoice}/issue"), "i-1", json!({})).expect(200);
        owner.post_once(&format!("/v1/invoices/{invoice}/payments"), "p-1", payment).expect(201);
        let paid = nora.get(&format!("/v1/me/invoices/{invoice}")).expect(200).json();
        assert_eq!((&paid["status"], paid["number"].is_string()), (&json!("paid"), true));
        let order = nora.get(placed.header("location").unwrap()).expect(200);
        assert_eq!(order.text("/state"), "provisioning");
        let subscription = nora.get("/v1/me/subscriptions").expect(200).json()["data"][0].clone();
        assert_eq!((&subscription["services"][0]["desired"], &subscription["services"][0]["name"]), (&json!("active"), &json!("new.example")));
        assert_eq!((&subscription["billed_through"], &subscription["next_invoice_on"]), (&json!("2026-02-05"), &json!("2026-01-26")));
    }

    fn an_order_is_placed_once(world) {
        let owner = world.owner("north");
        let order = order_of("Once", &quoted(&owner, "once.example").text("/token"), "transfer");
        let first = shopper(&owner).post_once("/v1/store/orders", "k", order.clone()).expect(201);
        let again = shopper(&owner).post_once("/v1/store/orders", "k", order.clone()).expect(201);
        assert_eq!((first.text("/order/id"), again.json()["tokens"].clone()), (again.text("/order/id"), json!(null)));
        assert!(!world.database.digest()["idempotency_keys"].contains(&first.text("/tokens/access_token")));
        shopper(&owner).post("/v1/store/orders", order.clone()).refused(400, "idempotency_key_required");
        // the address is taken now, and nothing of a second order is left
        let before = world.database.digest();
        shopper(&owner).post_once("/v1/store/orders", "k-2", order).refused(409, "already_exists").names("/client/contact/email");
        assert_eq!(world.database.digest(), before);
    }

    fn nobody_pays_what_he_has_not_seen(world) {
        let owner = world.owner("north");
        let quote = quoted(&owner, "changed.example");
        let plan = wish(&owner, "x.example", "Lyon")["cart"]["items"][0]["plan_id"].as_str().unwrap().to_string();
        // the price list changes the next day, and the old quote with it
        let price = json!({"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "12.00", "currency": "EUR"}, "valid_from": "2026-01-06"});
        owner.post(&format!("/v1/plans/{plan}/prices"), price).expect(201);
        world.server.business.advance_to("2026-01-06T12:00:00Z".parse().unwrap());
        let refused = shopper(&owner).post_once("/v1/store/orders", "k", order_of("Late", &quote.text("/token"), "transfer")).refused(409, "quote_changed");
        assert_eq!(refused.json()["quote"]["totals"]["gross"]["amount"], "12.00");
        // the new quote holds
        let token = refused.text("/quote/token");
        shopper(&owner).post_once("/v1/store/orders", "k", order_of("Late", &token, "transfer")).expect(201);
        // and one that is too old does not
        let old = quoted(&owner, "old.example").text("/token");
        let visitor = shopper(&owner);
        world.server.machine.advance_to(world.server.machine.now().plus(chrono::TimeDelta::minutes(30)));
        visitor.post_once("/v1/store/orders", "k-3", order_of("Old", &old, "transfer")).refused(409, "quote_changed");
    }

    fn a_forged_or_foreign_quote_is_refused(world) {
        let (north, south) = (world.owner("north"), world.owner("south"));
        let token = quoted(&north, "n.example").text("/token");
        let mut forged = token.clone().into_bytes();
        forged[10] ^= 1;
        let forged = String::from_utf8(forged).unwrap();
        for (who, token) in [(&north, forged.as_str()), (&north, "x"), (&south, token.as_str())] {
            shopper(who).post_once("/v1/store/orders", "k", order_of("Mallory", token, "transfer")).refused(422, "validation_failed").names("/quote_token");
        }
        let mut order = order_of("Nat", &token, "transfer");
        order["accept_terms"] = json!(false);
        shopper(&north).post_once("/v1/store/orders", "k", order).refused(422, "validation_failed").names("/accept_terms");
        shopper(&north).post_once("/v1/store/orders", "k", order_of("Nat", &token, "cheque")).refused(422, "validation_failed").names("/gateway");
        // an address that is not the quoted one brings a new quote
        let mut moved = order_of("Nat", &token, "transfer");
        moved["client"]["address"]["city"] = json!("Paris");
        shopper(&north).post_once("/v1/store/orders", "k", moved).refused(409, "quote_changed");
    }

    fn giving_an_order_up_frees_what_it_held(world) {
        let owner = world.owner("north");
        let coupon = json!({"name": "One", "code": "ONE", "value": {"percent": "50"}, "max_uses": 1});
        owner.post("/v1/coupons", coupon).expect(201);
        let mut wanted = wish(&owner, "c.example", "Lyon");
        wanted["cart"]["coupon"] = json!("one");
        let quote = shopper(&owner).post("/v1/store/quotes", wanted.clone()).expect(200);
        assert_eq!(quote.json()["totals"]["gross"]["amount"], "7.50");
        let first = shopper(&owner).post_once("/v1/store/orders", "k-1", order_of("Ann", &quote.text("/token"), "fake")).expect(201);
        // used up: the next one gets the full price offered, and is not charged
        let refused = shopper(&owner).post_once("/v1/store/orders", "k-2", order_of("Ben", &quote.text("/token"), "fake")).refused(409, "coupon_exhausted");
        assert_eq!(refused.json()["quote"]["totals"]["gross"]["amount"], "15.00");
        owner.act(&format!("/v1/orders/{}/cancel", first.text("/order/id"))).expect(200);
        let gone = owner.get(&format!("/v1/orders/{}", first.text("/order/id"))).expect(200).json();
        assert_eq!((&gone["state"], &gone["invoice_id"]), (&json!("cancelled"), &json!(null)));
        shopper(&owner).post_once("/v1/store/orders", "k-3", order_of("Ben", &quote.text("/token"), "fake")).expect(201);
    }

    fn everything_wrong_with_a_cart_is_named(world) {
        let owner = world.owner("north");
        let mut wanted = wish(&owner, "c.example", "Lyon");
        wanted["cart"]["items"][0]["cycle"] = json!("3-year");
        wanted["cart"]["items"][0].as_object_mut().unwrap().remove("domain");
        let refused = shopper(&owner).post("/v1/store/quotes", wanted).refused(422, "validation_failed");
        refused.clone().names("/cart/items/0/cycle").names("/cart/items/0/domain");
        let mut coupon = wish(&owner, "c.example", "Lyon");
        coupon["cart"]["coupon"] = json!("NOPE");
        shopper(&owner).post("/v1/store/quotes", coupon).refused(422, "coupon_invalid").names("/cart/coupon");
        owner.post("/v1/store/quotes", wish(&owner, "c.example", "Lyon")).refused(401, "wrong_audience");
    }

    /// 12.50 a month instead of 10.00, and 5.00 set-up: 17.50, from the fifteenth on.
    fn an_administrator_sells_on_agreed_terms(world) {
        let owner = world.owner("north");
        let client = owner.post("/v1/clients", crate::support::world::client("north", "Phone Ltd", "Pia")).expect(201).text("/id");
        let mut order = by_phone(&owner, &client, "phone.example");
        order["order"]["starts_on"] = json!("2026-01-15");
        order["order"]["cart"]["items"][0]["price"] = json!({"amount": "12.50", "currency": "EUR"});
        let before = world.database.digest();
        let preview = owner.post("/v1/orders/preview", order.clone()).expect(200);
        assert_eq!(world.database.digest(), before);
        assert_eq!((&preview.json()["totals"]["gross"]["amount"], preview.text("/contracts/0/renews_on")), (&json!("17.50"), "2026-02-15".into()));
        owner.post("/v1/orders", order.clone()).refused(400, "idempotency_key_required");
        let sold = owner.post_once("/v1/orders", "phone", order.clone()).expect(201);
        assert_eq!((&sold.json()["gross"]["amount"], sold.text("/state")), (&json!("17.50"), "waiting_for_payment".into()));
        // it is issued at once, and due when it begins
        let invoice = owner.get(&format!("/v1/invoices/{}", sold.text("/invoice_id"))).expect(200).json();
        assert_eq!((&invoice["status"], &invoice["due_on"], &invoice["gross"]["amount"]), (&json!("due"), &json!("2026-01-15"), &json!("17.50")));
        let paid = json!({"method": "transfer", "reference": "R-2"});
        owner.post_once(&format!("/v1/invoices/{}/payments", sold.text("/invoice_id")), "p", paid).expect(201);
        let subscription = owner.get(&format!("/v1/subscriptions/{}", sold.text("/subscription_ids/0"))).expect(200).json();
        assert_eq!((&subscription["items"][0]["unit_price"], &subscription["starts_on"], &subscription["billed_through"]), (&json!("12.5"), &json!("2026-01-15"), &json!("2026-02-15")));
        assert_eq!(subscription["services"][0]["desired"], "active");
        // what is wrong is named where it stands, and nothing is left of it
        let before = world.database.digest();
        let mut wrong = by_phone(&owner, &client, "wrong.example");
        wrong["order"]["cart"]["items"][0]["price"] = json!({"amount": "12.50", "currency": "USD"});
        owner.post_once("/v1/orders", "w-1", wrong.clone()).refused(422, "validation_failed").names("/order/cart/items/0/price");
        wrong["order"]["cart"]["items"][0]["price"] = json!({"amount": "-1.00", "currency": "EUR"});
        owner.post_once("/v1/orders", "w-2", wrong.clone()).refused(422, "validation_failed").names("/order/cart/items/0/price");
        let mut far = by_phone(&owner, &client, "far.example");
        far["order"]["starts_on"] = json!("2028-01-15");
        owner.post_once("/v1/orders", "w-3", far).refused(422, "validation_failed").names("/order/starts_on");
        let mut cheque = by_phone(&owner, &client, "cheque.example");
        cheque["order"]["gateway"] = json!("cheque");
        owner.post_once("/v1/orders", "w-4", cheque).refused(422, "validation_failed").names("/order/gateway");
        assert_eq!(world.database.digest(), before);
        // a shopper cannot name a price
        let mut cheap = wish(&owner, "cheap.example", "Lyon");
        cheap["cart"]["items"][0]["price"] = json!({"amount": "0.01", "currency": "EUR"});
        shopper(&owner).post("/v1/store/quotes", cheap).refused(422, "invalid_body").names("/cart/items/0/price");
    }

    fn a_client_comes_with_its_first_order_or_not_at_all(world) {
        let owner = world.owner("north");
        let mut new = crate::support::world::client("north", "Second Ltd", "Zoe");
        new["order"] = by_phone(&owner, "", "zoe.example")["order"].clone();
        let mut wrong = new.clone();
        wrong["order"]["cart"]["items"][0]["cycle"] = json!("3-year");
        let before = world.database.digest();
        owner.post("/v1/clients", wrong).refused(422, "validation_failed").names("/order/cart/items/0/cycle");
        assert_eq!(world.database.digest(), before);
        let client = owner.post("/v1/clients", new.clone()).expect(201).text("/id");
        let orders = owner.get(&format!("/v1/orders?client_id={client}")).expect(200).json();
        assert_eq!(orders["data"][0]["gross"]["amount"], "15.00");
        // who may not sell cannot do it by this door either
        let key = owner.post("/v1/api-keys", json!({"name": "Desk", "permissions": ["clients:write", "clients:read"]})).expect(201);
        new["contact"]["email"] = json!("yves@north-client.example");
        owner.with_token(key.text("/secret")).post("/v1/clients", new.clone()).refused(403, "forbidden");
        // and a shopper orders by his quote alone
        let quote = quoted(&owner, "q.example");
        let mut order = order_of("Quinn", &quote.text("/token"), "transfer");
        order["client"]["order"] = new["order"].clone();
        shopper(&owner).post_once("/v1/store/orders", "k", order).refused(422, "validation_failed").names("/client/order");
    }

    /// Anchored on 31 January, billed elsewhere up to 28 February: 31 March is the next renewal but one.
    fn what_was_billed_elsewhere_is_not_billed_again(world) {
        let owner = world.owner("north");
        let client = owner.post("/v1/clients", crate::support::world::client("north", "Third Ltd", "Ines")).expect(201).text("/id");
        let phone = by_phone(&owner, &client, "import.example");
        let import = json!({"client_id": client, "store_id": phone["order"]["store_id"], "gateway": "transfer",
            "item": phone["order"]["cart"]["items"][0], "next_renewal_on": "2026-02-28", "anchor_on": "2025-01-31", "starts_on": "2025-01-31"});
        let made = owner.post("/v1/subscriptions/import", import.clone()).expect(201);
        let view = made.json();
        assert_eq!((&view["status"], &view["billed_through"], &view["next_invoice_on"], &view["order_id"]), (&json!("active"), &json!("2026-02-28"), &json!("2026-02-18"), &json!(null)));
        assert_eq!(view["services"][0]["desired"], "active");
        let story = crate::support::story::Story::of(world);
        let due = |owner: &Actor| crate::stories::billing::invoices(owner, &client);
        // the first is paid: whoever does not pay is suspended, and not invoiced any more
        story.until("2026-02-20");
        let owner_now = world.owner("north");
        let first = owner_now.get(&format!("/v1/invoices?client_id={client}")).expect(200).text("/data/0/id");
        owner_now.post_once(&format!("/v1/invoices/{first}/payments"), "r", json!({"method": "transfer"})).expect(201);
        story.until("2026-03-22");
        let owner_now = world.owner("north");
        let new: Vec<_> = due(&owner_now).into_iter().map(|(on, days, gross, _)| (on, days, gross)).collect();
        let expected = [("2026-02-18", "2026-02-28..2026-03-31", "10.00"), ("2026-03-21", "2026-03-31..2026-04-30", "10.00")];
        assert_eq!(new, expected.map(|(on, days, gross)| (on.to_string(), days.to_string(), gross.to_string())));
        // a day on which no cycle begins, a day that is over, a name that someone has
        for (field, value, place) in [("anchor_on", "2025-01-29", "/anchor_on"), ("next_renewal_on", "2026-01-01", "/next_renewal_on")] {
            let mut wrong = import.clone();
            wrong["item"]["domain"]["name"] = json!("other.example");
            wrong["next_renewal_on"] = json!("2026-04-30");
            wrong[field] = json!(value);
            owner_now.post("/v1/subscriptions/import", wrong).refused(422, "validation_failed").names(place);
        }
        let mut twice = import.clone();
        twice["next_renewal_on"] = json!("2026-04-30");
        owner_now.post("/v1/subscriptions/import", twice).refused(422, "validation_failed").names("/item/domain/name");
    }
}
