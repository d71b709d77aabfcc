//! What cannot be understood is refused with the place that is wrong, and nothing is stored.

use crate::api::orders::{order_of, shopper, wish};
use crate::support::world::client;
use serde_json::json;

both! {
    fn nothing_is_stored(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let before = world.database.digest();
        let raw = |body: &[u8]| owner.send("POST", "/v1/clients", &[("content-type", "application/json")], Some(body));
        raw(b"").refused(400, "malformed_body");
        raw(b"{").refused(400, "malformed_body");
        raw(b"{\"kind\": \"company\", \"company\": \"\xff\"}").refused(400, "malformed_body");
        raw(b"[]").refused(422, "invalid_body");
        raw(format!("{{\"company\": \"{}\"}}", "x".repeat(300_000)).as_bytes()).refused(413, "body_too_large");
        owner.send("POST", "/v1/clients", &[("content-type", "text/plain")], Some(b"{}")).refused(415, "unsupported_media_type");
        let with = |name: &str, value: serde_json::Value| {
            let mut wish = client("north", "Bad", "Bert");
            wish[name] = value;
            owner.post("/v1/clients", wish)
        };
        with("colour", json!("red")).refused(422, "invalid_body").names("/colour");
        with("kind", json!("robot")).refused(422, "invalid_body").names("/kind");
        with("locale", json!("klingon")).refused(422, "invalid_body").names("/locale");
        with("address", json!({"line1": "x"})).refused(422, "invalid_body").names("/address/country");
        with("contact", json!({"first_name": "B", "last_name": "B", "email": "b@b.example", "shoe_size": 44})).refused(422, "invalid_body").names("/contact/shoe_size");
        for (query, code, place) in [
            ("colour=red", "unknown_parameter", "?colour"),
            ("status=happy", "invalid_parameter", "?status"),
            ("created_at_gte=2026-02-30T00:00:00Z", "invalid_parameter", "?created_at_gte"),
            ("country=Utopia", "invalid_parameter", "?country"),
            ("limit=1000", "invalid_parameter", "?limit"),
            ("limit=10&limit=20", "invalid_parameter", "?limit"),
            ("sort=password_hash", "invalid_parameter", "?sort"),
            ("cursor=AAAA", "invalid_cursor", "?cursor"),
            ("kind=%ff", "invalid_parameter", "?kind"),
        ] {
            owner.get(&format!("/v1/clients?{query}")).refused(400, code).names(place);
        }
        // a cursor of another list
        let cursor = owner.get("/v1/contacts?limit=1").json()["next_cursor"].as_str().unwrap().to_string();
        owner.get(&format!("/v1/clients?cursor={cursor}&limit=1&sort=number")).refused(400, "invalid_cursor");
        for id in ["x", "con_000g40o40k30e209185go38e1s", "cli_", "cli_000g40o40k30e209185go38e1s", &north.ids["con"]] {
            owner.get(&format!("/v1/clients/{id}")).refused(404, "not_found");
        }
        assert_eq!(world.database.digest(), before);
    }

    fn strangers_get_nothing(world) {
        for token in ["", "x", "ck_0000", "eyJhbGciOiJub25lIn0.e30.", "a.b.c"] {
            world.stranger.with_token(token).get("/v1/clients").refused(401, "unauthenticated");
        }
        let refused = world.stranger.get("/v1/clients").refused(401, "unauthenticated");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
    }

    /// What is well formed and yet wrong: dates that do not exist, money of another currency, less than nothing, a coupon
    /// whose time is over, a version that is gone, a key that stands for something else, someone who is elsewhere or out.
    fn what_cannot_be_is_named(world) {
        let north = world.seller("north");
        let (owner, shop) = (&north.owner, shopper(&north.owner));
        let over = json!({"name": "Over", "code": "OVER", "value": {"percent": "10"}, "valid_to": "2026-01-04"});
        owner.post("/v1/coupons", over).expect(201);
        let todo = json!({"title": "Once"});
        owner.post_once("/v1/todos", "bad-input", todo).expect(201);
        let mut cart = wish(owner, "bad.example", "Lyon");
        let token = shop.post("/v1/store/quotes", cart.clone()).expect(200).text("/token");
        let out = world.owner("north");
        out.act("/v1/sessions/sign-out").expect(204);
        let before = world.database.digest();

        let coupon = |from: &str| json!({"name": "A", "value": {"percent": "10"}, "valid_from": from});
        for day in ["2026-02-30", "2027-02-29", "2026-13-01"] {
            let refused = owner.post("/v1/coupons", coupon(day)).refused(422, "invalid_body").names("/valid_from");
            assert!(refused.text.contains("a day is written 2026-12-31"), "{}", refused.text);
        }
        let price = json!({"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "1.00", "currency": "USD"}});
        owner.post(&format!("/v1/plans/{}/prices", north.ids["pla"]), price).refused(422, "validation_failed").names("/recurring");
        let paid = json!({"method": "cash", "amount": {"amount": "1.00", "currency": "CHF"}});
        owner.post(&format!("/v1/invoices/{}/payments", north.ids["inv"]), paid).refused(422, "validation_failed").names("/amount/currency");
        let less = json!({"method": "cash", "amount": {"amount": "-1.00", "currency": "EUR"}});
        owner.post(&format!("/v1/invoices/{}/payments", north.ids["inv"]), less).refused(422, "validation_failed").names("/amount/amount");
        let invoice = json!({"client_id": north.ids["cli"], "currency": "EUR",
            "lines": [{"description": "Work", "quantity": "1", "unit_price": "1"}, {"description": "Less", "quantity": "-1", "unit_price": "1"}]});
        owner.post("/v1/invoices", invoice).refused(422, "validation_failed").names("/lines/1/quantity");
        cart["cart"]["coupon"] = json!("OVER");
        shop.post("/v1/store/quotes", cart).refused(422, "coupon_invalid").names("/cart/coupon");
        let mut order = order_of("Bad", &token, "fake");
        order["client"]["contact"]["email"] = json!("nobody");
        shop.post_once("/v1/store/orders", "bad-input", order).refused(422, "validation_failed").names("/client/contact/email");
        let path = format!("/v1/clients/{}", north.ids["cli"]);
        owner.patch_if("\"999\"", &path, json!({"company": "Stale"})).refused(412, "stale");
        owner.post_once("/v1/todos", "bad-input", json!({"title": "Twice"})).refused(422, "idempotency_key_reused");
        let company = json!({"company": "Elsewhere"});
        north.client.patch(&path, company.clone()).refused(401, "wrong_audience");
        shop.patch(&path, company.clone()).refused(401, "wrong_audience");
        out.patch(&path, company).refused(401, "session_ended");
        assert_eq!(world.database.digest(), before);
    }
}
