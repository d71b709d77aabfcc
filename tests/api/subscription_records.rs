//! What is known of subscriptions (SUB-08): properties, comments, and what their pages show of the bill.

use crate::stories::billing::{GOOD, buy, care};
use crate::support::world::{PASSWORD, Seller};
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// A comment on the seller's first subscription, for a matrix of foreign ids.
pub fn prepare(seller: &mut Seller) {
    let comment = comment(&seller.owner, &seller.ids["sub"], "Called.").expect(201).text("/id");
    seller.ids.insert("scm".into(), comment);
}

fn comment(owner: &Actor, subscription: &str, text: &str) -> Answer {
    owner.post(&format!("/v1/subscriptions/{subscription}/comments"), json!({"text": text}))
}

fn put(owner: &Actor, etag: &str, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", etag)];
    owner.send("PUT", path, &headers, Some(body.to_string().as_bytes()))
}

both! {
    /// Read and replaced all together; the version of the subscription is theirs.
    fn properties_are_replaced_together(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (_, subscription) = buy(&owner, &plan, "Paula", GOOD, None);
        let path = format!("/v1/subscriptions/{subscription}/properties");
        let none = owner.get(&path).expect(200);
        assert_eq!(none.json(), json!({"properties": []}));
        let old = none.header("etag").unwrap().to_string();
        let some = json!({"properties": [{"name": "rack", "value": "B7", "is_active": true}, {"name": "contract", "value": "2026/14", "is_active": false}]});
        let sorted = json!({"properties": [{"name": "contract", "value": "2026/14", "is_active": false}, {"name": "rack", "value": "B7", "is_active": true}]});
        assert_eq!(put(&owner, &old, &path, &some).expect(200).json(), sorted);
        put(&owner, &old, &path, &json!({"properties": []})).expect(412);
        assert_eq!(owner.get(&path).expect(200).json(), sorted);
        let twice = json!({"properties": [{"name": "rack", "value": "", "is_active": true}, {"name": "rack", "value": "", "is_active": true}, {"name": "", "value": "x".repeat(201), "is_active": true}]});
        let problem = put(&owner, "*", &path, &twice).refused(422, "validation_failed");
        problem.clone().names("/properties/1/name").names("/properties/2/name").names("/properties/2/value");
        let one = json!({"properties": [{"name": "rack", "value": "B8", "is_active": true}]});
        assert_eq!(put(&owner, "*", &path, &one).expect(200).json(), one);
        let facts = owner.get(&format!("/v1/activities?kind=subscription.properties_replaced&subject_id={subscription}")).json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 2);
        world.owner("south").get(&path).refused(404, "not_found");
    }

    /// Those who work here write them, see who wrote them and remove them; the client has no way to them.
    fn comments_stay_inside(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (_, subscription) = buy(&owner, &plan, "Carla", GOOD, None);
        let (_, other) = buy(&owner, &plan, "Otto", GOOD, None);
        let path = format!("/v1/subscriptions/{subscription}/comments");
        let made = comment(&owner, &subscription, "Wants more space.\nFrom May on.").expect(201);
        let (id, location) = (made.text("/id"), made.header("location").unwrap().to_string());
        assert_eq!((made.text("/author_kind"), made.text("/author_name"), location), ("administrator".into(), "Owner".into(), format!("{path}/{id}")));
        comment(&owner, &subscription, "Called again.").expect(201);
        for (text, place) in [(String::new(), "/text"), ("  \n".into(), "/text"), ("x".repeat(4001), "/text")] {
            comment(&owner, &subscription, &text).expect(422).names(place);
        }
        let texts = || -> Vec<String> {
            let list = owner.get(&path).expect(200).json();
            list["data"].as_array().unwrap().iter().map(|row| row["text"].as_str().unwrap().into()).collect()
        };
        assert_eq!(texts(), ["Called again.", "Wants more space.\nFrom May on."]);
        // a comment of one subscription is not found under another
        owner.delete(&format!("/v1/subscriptions/{other}/comments/{id}")).refused(404, "not_found");
        owner.delete(&format!("{path}/{id}")).expect(204);
        owner.delete(&format!("{path}/{id}")).refused(404, "not_found");
        assert_eq!(texts(), ["Called again."]);
        let me = world.stranger.sign_in("client", "north", "carla@story.example", PASSWORD);
        me.get(&path).refused(401, "wrong_audience");
        assert!(!me.get(&format!("/v1/me/subscriptions/{subscription}")).expect(200).text.contains("Called"));
    }

    /// 10.00 less 10 % for two cycles: the first is invoiced, one is left.
    fn the_page_shows_the_bill(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let discount = json!({"name": "Spring", "percent": "10", "plans": [{"plan_id": plan, "cycle": "1-month"}], "cycles": 2});
        let discount = owner.post("/v1/discounts", discount).expect(201).text("/id");
        owner.post("/v1/coupons", json!({"name": "Start", "code": "START", "value": {"percent": "20"}, "cycles": 3})).expect(201);
        let (client, subscription) = buy(&owner, &plan, "Billa", GOOD, Some("START"));
        let coupon = owner.get("/v1/coupons?code=START").expect(200).text("/data/0/id");
        let shown = owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).json();
        let invoice = owner.get(&format!("/v1/invoices?client_id={client}")).expect(200).json()["data"][0].clone();
        // 10.00 less 10 % and 20 %, paid by card
        assert_eq!(shown["last_invoice"], json!({"id": invoice["id"], "number": invoice["number"], "issued_on": "2026-01-05", "due_on": invoice["due_on"],
            "gross": {"amount": "7.00", "currency": "EUR"}, "open": {"amount": "0.00", "currency": "EUR"}}));
        assert_eq!(shown["discount"], json!({"discount_id": discount, "name": "Spring", "percent": "10", "cycles_left": 1}));
        assert_eq!(shown["coupon"], json!({"coupon_id": coupon, "cycles_left": 2}));
        assert_eq!((&shown["gateway"], &shown["next_invoice_on"], &shown["expires_on"]), (&json!("fake"), &json!("2026-01-26"), &json!(null)));
    }

    /// What is delivered is named for ever (SUB-13); work may be called otherwise.
    fn what_describes_it_can_be_changed(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (_, subscription) = buy(&owner, &plan, "Una", GOOD, None);
        let path = format!("/v1/subscriptions/{subscription}");
        let changed = owner.patch(&path, json!({"name": "Care of the web site", "gateway": "transfer"})).expect(200);
        assert_eq!((changed.text("/name"), changed.text("/gateway")), ("Care of the web site".into(), "transfer".into()));
        owner.patch(&path, json!({"name": ""})).expect(422).names("/name");
        owner.patch(&path, json!({"name": null})).expect(422).names("/name");
        owner.patch(&path, json!({"gateway": "gold"})).expect(422).names("/gateway");
        owner.patch(&path, json!({"status": "active"})).expect(422);
        owner.patch_if("\"1\"", &path, json!({"name": "Stale"})).expect(412);
        let hosted = crate::api::services::paid(&owner, "Hosta", "hosta.example").subscription;
        let path = format!("/v1/subscriptions/{hosted}");
        owner.patch(&path, json!({"name": "other.example"})).expect(422).names("/name");
        owner.patch(&path, json!({"name": "hosta.example", "gateway": "cheque"})).expect(200);
    }
}
