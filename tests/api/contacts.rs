//! Contacts: one is primary, each can sign in, administrators can look through their eyes.

use crate::support::world::PASSWORD;
use serde_json::json;

both! {
    fn exactly_one_is_primary(world) {
        let north = world.seller("north");
        let (owner, client, bob) = (&north.owner, &north.ids["cli"], &north.ids["con"]);
        let alice = owner.get(&format!("/v1/clients/{client}")).text("/primary_contact/id");
        owner.delete(&format!("/v1/contacts/{alice}")).refused(409, "in_use");
        assert_eq!(owner.act(&format!("/v1/contacts/{bob}/make-primary")).expect(200).json()["is_primary"], true);
        let list = owner.get(&format!("/v1/contacts?client_id={client}")).expect(200).json();
        let primaries: Vec<_> = list["data"].as_array().unwrap().iter().filter(|one| one["is_primary"] == true).map(|one| one["id"].clone()).collect();
        assert_eq!(primaries, [json!(bob)]);
        owner.delete(&format!("/v1/contacts/{alice}")).refused(409, "in_use");
        let carl = json!({"first_name": "Carl", "last_name": "Martin", "email": "carl@north-client.example"});
        let carl = owner.post("/v1/contacts", json!({"client_id": client, "contact": carl})).expect(201).text("/id");
        owner.delete(&format!("/v1/contacts/{carl}")).expect(204);
        owner.get(&format!("/v1/contacts/{carl}")).refused(404, "not_found");
    }

    fn a_contact_looks_after_itself(world) {
        let alice = world.contact("north");
        let seen = alice.get("/v1/me").expect(200);
        let changed = alice.patch_if(seen.header("etag").unwrap(), "/v1/me", json!({"phone": "+33 1", "mail_format": "text", "locale": "en"})).expect(200).json();
        assert_eq!((&changed["phone"], &changed["mail_format"], &changed["locale"]), (&json!("+33 1"), &json!("text"), &json!("en")));
        alice.patch("/v1/me", json!({"email": "bob@north-client.example"})).refused(409, "already_exists").names("/email");
        alice.post("/v1/me/change-password", json!({"current_password": "wrong", "new_password": "staple battery horse"})).refused(422, "validation_failed").names("/current_password");
        let second = world.contact("north");
        alice.post("/v1/me/change-password", json!({"current_password": PASSWORD, "new_password": "staple battery horse"})).expect(204);
        alice.get("/v1/me").expect(200);
        second.get("/v1/me").refused(401, "session_ended");
        alice.act("/v1/me/sign-out").expect(204);
        alice.get("/v1/me").refused(401, "session_ended");
    }

    fn clients_and_administrators_have_doors_of_their_own(world) {
        world.contact("north").get("/v1/clients").refused(401, "wrong_audience");
        world.owner("north").get("/v1/me").refused(401, "wrong_audience");
        world.stranger.get("/v1/me").refused(401, "unauthenticated");
    }

    fn looking_through_a_contacts_eyes_is_recorded(world) {
        let north = world.seller("north");
        let bob = &north.ids["con"];
        let tokens = north.owner.act(&format!("/v1/contacts/{bob}/impersonate")).expect(201);
        let disguised = world.stranger.with_token(tokens.text("/access_token"));
        assert_eq!(&disguised.get("/v1/me").expect(200).text("/id"), bob);
        let session = north.owner.get(&format!("/v1/sessions/{}", tokens.text("/session_id"))).expect(200).json();
        assert!(session["impersonated_by"].as_str().unwrap().starts_with("adm_"));
        let record = north.owner.get(&format!("/v1/activities?kind=contact.impersonated&subject_id={bob}")).expect(200).json();
        assert_eq!(record["data"][0]["payload"]["session_id"], session["id"]);
        // a clerk without the permission cannot
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", PASSWORD);
        clerk.act(&format!("/v1/contacts/{bob}/impersonate")).refused(403, "forbidden");
    }
}
