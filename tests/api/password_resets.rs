//! Forgotten passwords.

use crate::support::world::{PASSWORD, Seller};
use crate::support::{Backend, World};
use diesel::prelude::*;
use serde_json::{Value, json};

/// Asks for a link as an administrator of a seller and reads the token from the outbox.
pub fn token_for(world: &World, seller: &Seller) -> String {
    let email = format!("clerk@{}.example", seller.code);
    world
        .stranger
        .post("/v1/password-resets", json!({"audience": "admin", "seller": seller.code, "email": email}))
        .expect(202);
    last_mail(world, &email)["token"].as_str().unwrap().to_string()
}

/// The variables of the last mail to an address.
fn last_mail(world: &World, email: &str) -> Value {
    use comptoir_db::schema::mails;
    let found = mails::table.filter(mails::recipient.eq(email)).order(mails::id.desc()).select(mails::variables);
    let text: String = found.first(&mut world.database.connect()).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn count_mails(world: &World) -> i64 {
    comptoir_db::schema::mails::table.count().get_result(&mut world.database.connect()).unwrap()
}

both! {
    fn a_link_works_once(world) {
        let north = world.seller("north");
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", PASSWORD);
        let token = token_for(world, &north);
        let redeem = |password: &str| world.stranger.post("/v1/password-resets/redeem", json!({"token": token, "new_password": password}));
        redeem("short").refused(422, "validation_failed").names("/new_password");
        redeem("staple battery horse").expect(204);
        redeem("another staple horse").refused(422, "validation_failed").names("/token");
        // whoever was signed in is signed in no more, and the old password is gone
        clerk.get("/v1/administrator").refused(401, "session_ended");
        let sign_in = |password: &str| world.stranger.post("/v1/sessions", json!({"audience": "admin", "seller": "north", "email": "clerk@north.example", "password": password}));
        sign_in(PASSWORD).refused(401, "invalid_credentials");
        sign_in("staple battery horse").expect(201);
    }

    fn a_link_ends_after_an_hour(world) {
        let north = world.seller("north");
        let token = token_for(world, &north);
        world.server.machine.advance_to(world.server.machine.now().plus(chrono::TimeDelta::hours(1)));
        world.stranger.post("/v1/password-resets/redeem", json!({"token": token, "new_password": PASSWORD})).refused(422, "validation_failed");
    }

    fn nobody_learns_who_exists(world) {
        let before = count_mails(world);
        for (audience, seller, email) in [("admin", "north", "nobody@north.example"), ("client", "nowhere", "alice@north-client.example"), ("client", "south", "alice@north-client.example")] {
            let answer = world.stranger.post("/v1/password-resets", json!({"audience": audience, "seller": seller, "email": email})).expect(202);
            assert_eq!(answer.text, "");
        }
        assert_eq!(count_mails(world), before);
    }
}

#[test]
fn a_contact_resets_its_own() {
    let world = World::open(Backend::Sqlite);
    let email = "alice@north-client.example";
    world
        .stranger
        .post(
            "/v1/password-resets",
            json!({"audience": "client", "seller": "north", "email": "Alice@North-Client.example"}),
        )
        .expect(202);
    let token = last_mail(&world, email)["token"].as_str().unwrap().to_string();
    world
        .stranger
        .post("/v1/password-resets/redeem", json!({"token": token, "new_password": "staple battery horse"}))
        .expect(204);
    world.stranger.sign_in("client", "north", email, "staple battery horse").get("/v1/me").expect(200);
}
