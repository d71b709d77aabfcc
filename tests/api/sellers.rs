//! The seller's own profile.

use serde_json::json;

both! {
    fn a_seller_changes_its_profile(world) {
        let owner = world.owner("north");
        let before = owner.get("/v1/seller").expect(200);
        assert_eq!((before.json()["kind"].as_str(), before.json()["code"].as_str()), (Some("reseller"), Some("north")));
        let patch = json!({"company": "Nord SARL", "address": {"city": "Lille"}, "website": "https://nord.example", "access_urls": ["https://panel.nord.example"]});
        let after = owner.patch_if(before.header("etag").unwrap(), "/v1/seller", patch).expect(200).json();
        assert_eq!((&after["company"], &after["address"]["city"], &after["address"]["line1"]), (&json!("Nord SARL"), &json!("Lille"), &json!("1 Main Street")));
        assert_eq!(owner.get("/v1/seller").json(), after);
        // nobody else's profile has moved
        assert_eq!(world.owner("south").get("/v1/seller").json()["company"], "south Hosting");
    }

    fn everything_wrong_is_named_at_once(world) {
        let owner = world.owner("north");
        let before = world.database.digest();
        let patch = json!({"company": "", "email": "nobody", "website": "ftp://x", "access_urls": ["x"], "address": {"city": "x".repeat(81)}});
        let answer = owner.patch("/v1/seller", patch).refused(422, "validation_failed");
        for place in ["/company", "/email", "/website", "/access_urls/0", "/address/city"] {
            answer.clone().names(place);
        }
        owner.patch("/v1/seller", json!({"currency": "XXX"})).refused(422, "invalid_body").names("/currency");
        owner.patch("/v1/seller", json!({"time_zone": "Paris"})).refused(422, "invalid_body").names("/time_zone");
        owner.patch("/v1/seller", json!({"company": null})).refused(422, "invalid_body").names("/company");
        assert_eq!(world.database.digest(), before);
    }
}
