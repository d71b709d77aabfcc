//! Half of the key for each of two administrators (SEC-02): each sees his own half once, and both bring the key back when the
//! master key or the pass-phrase is lost.

use super::{
    House, PHRASE, charge, count, ended, owing, reveal, sealed_by_the_house, status, store, todos, until, with_card,
};
use crate::support::world::{PASSWORD, Seller};
use crate::support::{Actor, World};
use comptoir_app::kernel::keys::MasterKey;
use serde_json::{Value, json};

/// The clerk, who may replace the key too.
pub fn deputy(world: &World, mine: &Seller) -> Actor {
    let role = json!({"name": "Deputy", "permissions": ["encryption:read", "encryption:write"]});
    let role = mine.owner.post("/v1/roles", role).expect(201).text("/id");
    mine.owner.patch(&format!("/v1/administrators/{}", mine.ids["adm"]), json!({"role_id": role})).expect(200);
    world.stranger.sign_in("admin", &mine.code, &format!("clerk@{}.example", mine.code), PASSWORD)
}

/// Splits the key between the owner and the clerk; both halves.
fn split(owner: &Actor, clerk: &Actor, other: &str, shown: Value) -> [String; 2] {
    let mut body = json!({ "administrator_id": other });
    body.as_object_mut().unwrap().extend(shown.as_object().unwrap().clone());
    let first = owner.post("/v1/encryption/key/split", body).expect(200).text("/share");
    [first, clerk.act("/v1/encryption/key/share").expect(200).text("/share")]
}

fn give(who: &Actor, body: Value) -> crate::support::Answer {
    who.post("/v1/encryption/key/restore", body)
}

both! {
    /// Each half is shown once, to him whose it is; what is stored holds neither of them any more.
    fn each_sees_his_own_half_once(world) {
        let north = world.seller("north");
        let (house, clerk_id) = (House::of(world), &north.ids["adm"]);
        let (owner, clerk) = (house.sign_in("owner"), house.sign_in("clerk"));
        let me = owner.get("/v1/administrator").expect(200).text("/id");
        let wish = |id: &str| json!({ "administrator_id": id });
        owner.post("/v1/encryption/key/split", wish(&me)).refused(422, "validation_failed").names("/administrator_id");
        clerk.post("/v1/encryption/key/split", wish(&me)).refused(403, "forbidden");
        clerk.act("/v1/encryption/key/share").refused(404, "not_found");
        with_card(&owner, "Pia");
        // what is not under the key yet would not come back with it
        sealed_by_the_house(world, &owner, "fake •••• 1111", "fake_tok_4242");
        owner.post("/v1/encryption/key/split", wish(clerk_id)).refused(409, "conflict");
        ended(&owner, &owner.post("/v1/encryption/rotate", json!({})).expect(202));

        let first = owner.post("/v1/encryption/key/split", wish(clerk_id)).expect(200);
        assert_eq!((first.json()["number"].clone(), first.text("/administrator_id")), (json!(1), me.clone()));
        owner.act("/v1/encryption/key/share").refused(404, "not_found");
        let take = |key: &str| clerk.send("POST", "/v1/encryption/key/share", &[("idempotency-key", key)], None);
        let second = take("once").expect(200);
        assert_eq!((second.json()["number"].clone(), second.text("/administrator_id")), (json!(2), clerk_id.clone()));
        assert_ne!(second.text("/share"), first.text("/share"));
        assert_eq!(take("once").expect(200).json()["share"], json!(null));
        take("twice").refused(404, "not_found");
        let shares = status(&owner)["shares"].clone();
        assert_eq!(json!([shares[0]["administrator_id"], shares[1]["administrator_id"]]), json!([me, clerk_id]));
        assert!(shares[0]["taken_at"].is_string() && shares[1]["taken_at"].is_string(), "{shares}");
        assert_eq!(count(world, "encryption_shares WHERE waits_sealed IS NULL AND returned_sealed IS NULL"), "2");
        // halves of a key that another has replaced are worth nothing
        ended(&owner, &owner.post("/v1/encryption/rotate", json!({})).expect(202));
        assert_eq!(status(&owner)["shares"], json!([]));
        give(&owner, json!({"shares": [first.text("/share")]})).refused(422, "validation_failed").names("/shares/0");
    }

    /// The house starts with another master key: nothing opens, until both administrators have given their halves.
    fn a_lost_master_key(world) {
        let north = world.seller("north");
        let house = House::of(world);
        let (owner, clerk) = (house.sign_in("owner"), house.sign_in("clerk"));
        let (pia, card) = with_card(&owner, "Pia");
        owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
        let [first, second] = split(&owner, &clerk, &north.ids["adm"], json!({"pin": "2603"}));
        drop(house);

        let house = House::with_key(world, MasterKey::new([8; 32]));
        let (owner, clerk) = (house.sign_in("owner"), house.sign_in("clerk"));
        assert_eq!(status(&owner)["state"], "lost");
        charge(&owner, &owing(&owner, &pia), &card, "a").refused(422, "validation_failed").names("/payment_method_id");
        reveal(&owner, &card, json!({"pin": "2603"})).refused(409, "conflict");
        owner.post("/v1/encryption/rotate", json!({"pin": "2603"})).refused(409, "conflict");
        // what comes in meanwhile is not lost
        let newer = store(&owner, &pia, "meanwhile");
        assert_eq!((newer.status, todos(&owner, "reencryption_needed")), (201, 1));

        let damaged = first.replacen(char::is_alphanumeric, "7", 1);
        give(&owner, json!({"shares": [damaged], "pin": "2603"})).refused(422, "validation_failed").names("/shares/0");
        give(&owner, json!({"shares": [first]})).refused(422, "validation_failed").names("/pin");
        let half = give(&owner, json!({"shares": [first], "pin": "2603"})).expect(200).json();
        assert_eq!(json!([half["state"], half["shares"][0]["is_returned"], half["shares"][1]["is_returned"]]), json!(["lost", true, false]));
        // the same half again is not the other one
        let again = give(&owner, json!({"shares": [first, first], "pin": "2603"})).expect(200);
        assert_eq!(again.json()["state"], "lost");
        let whole = give(&clerk, json!({"shares": [second], "pin": "2603"})).expect(200).json();
        assert_eq!(json!([whole["state"], whole["shares"][0]["is_returned"]]), json!(["ready", false]));
        charge(&owner, &owing(&owner, &pia), &card, "b").expect(200);
        reveal(&owner, &card, json!({"pin": "2603"})).expect(200);
        until(|| (todos(&owner, "reencryption_needed") == 0).then_some(()));
        // and it stays so: the next start needs no halves
        drop(house);
        let house = House::with_key(world, MasterKey::new([8; 32]));
        reveal(&house.sign_in("owner"), &card, json!({"pin": "2603"})).expect(200);
    }

    fn a_lost_phrase(world) {
        let north = world.seller("north");
        let house = House::of(world);
        let (owner, clerk) = (house.sign_in("owner"), house.sign_in("clerk"));
        let (pia, card) = with_card(&owner, "Pia");
        let asked = owner.post("/v1/encryption/rotate", json!({"mode": "pass_phrase", "new_pass_phrase": PHRASE}));
        ended(&owner, &asked.expect(202));
        let body = json!({ "administrator_id": north.ids["adm"] });
        owner.post("/v1/encryption/key/split", body).refused(422, "validation_failed").names("/pass_phrase");
        let [first, second] = split(&owner, &clerk, &north.ids["adm"], json!({ "pass_phrase": PHRASE }));
        let [other, _] = split(&owner, &clerk, &north.ids["adm"], json!({ "pass_phrase": PHRASE }));
        owner.act("/v1/encryption/lock").expect(200);

        let both = json!({"shares": [first, second]});
        give(&owner, both.clone()).refused(422, "validation_failed").names("/new_pass_phrase");
        let mut mixed = json!({"shares": [other, second], "new_pass_phrase": "deux mots de plus ici"});
        give(&owner, mixed.clone()).refused(422, "validation_failed").names("/shares");
        assert_eq!(status(&owner)["state"], "locked");
        mixed["shares"][0] = json!(first);
        assert_eq!(give(&owner, mixed).expect(200).json()["state"], "ready");
        charge(&owner, &owing(&owner, &pia), &card, "a").expect(200);
        owner.act("/v1/encryption/lock").expect(200);
        owner.post("/v1/encryption/unlock", json!({"pass_phrase": PHRASE})).refused(422, "validation_failed").names("/pass_phrase");
        owner.post("/v1/encryption/unlock", json!({"pass_phrase": "deux mots de plus ici"})).expect(200);
        charge(&owner, &owing(&owner, &pia), &card, "b").expect(200);
    }

    /// Neither phrase nor halves: all is forgotten, and the seller begins anew.
    fn without_halves_one_begins_anew(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (pia, _) = with_card(&owner, "Pia");
        drop(house);
        let house = House::with_key(world, MasterKey::new([8; 32]));
        let owner = house.sign_in("owner");
        owner.post("/v1/encryption/rotate", json!({})).refused(409, "conflict");
        let asked = owner.post("/v1/encryption/rotate", json!({"forget_stored": true})).expect(202);
        ended(&owner, &asked);
        assert_eq!((status(&owner)["state"].clone(), status(&owner)["methods"].clone()), (json!("ready"), json!([])));
        let card = store(&owner, &pia, "anew").expect(201).text("/id");
        charge(&owner, &owing(&owner, &pia), &card, "a").expect(200);
    }
}
