//! Transfers of clients whose accounts are locked.

use super::{House, PHRASE, ended};
use crate::api::bank::statements::transfer_from;
use crate::api::bank::transfers::proposed;
use crate::api::bank::{GERMAN, debtor, sepa, store};
use serde_json::json;

both! {
    /// Behind a pass-phrase no account is opened: the statement is read all the same, and names still count.
    fn locked_accounts_suggest_nothing(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        owner.post("/v1/gateways", sepa()).expect(201);
        let carla = debtor(&owner, "Carla", "60.00");
        store(&owner, &carla.client, GERMAN);
        ended(&owner, &owner.post("/v1/encryption/rotate", json!({"mode": "pass_phrase", "new_pass_phrase": PHRASE})).expect(202));
        owner.act("/v1/encryption/lock").expect(200);
        let key = |number: &str, name: &str| {
            proposed(&owner, number, transfer_from("60.00", "thanks", name, GERMAN)).remove(0).0
        };
        assert_eq!((key("S1", "A. Martin"), key("S2", "Carla Martin")), ("-".into(), "amount_and_name".into()));
        owner.post("/v1/encryption/unlock", json!({"pass_phrase": PHRASE})).expect(200);
        assert_eq!(key("S3", "Alice M."), "amount_and_account");
    }
}
