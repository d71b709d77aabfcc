//! Mandates that lapse: their payers are asked for a new one a month before, and a person sees what can no longer be debited.

use super::{GERMAN, debtor, sepa};
use crate::stories::billing::{GOOD, buy, care, email};
use crate::support::story::Story;
use crate::support::{Actor, World};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

/// Stores an account whose mandate was signed on paper on a day, as the default method.
fn signed(owner: &Actor, client: &str, on: &str) {
    let method = json!({"gateway": "sepa", "account": {"holder": "Cleo", "iban": GERMAN}, "mandate": {"accepted": true, "signed_on": on}});
    let wish = json!({"client_id": client, "method": method});
    owner.post_once("/v1/payment-methods", &format!("signed-{on}"), wish).expect(201);
}

/// How many mails of the kind there are, and what the to-dos are called.
fn told(world: &World) -> (usize, Vec<String>) {
    let owner = world.owner("north");
    let list = |path: &str| owner.get(path).expect(200).json()["data"].as_array().unwrap().clone();
    let title = |todo: &Value| todo["title"].as_str().unwrap().to_string();
    let todos = list("/v1/todos?kind=mandate_lapsed&state=open");
    (list("/v1/mails?kind=mandate_lapse").len(), todos.iter().map(title).collect())
}

both! {
    /// A mandate that was signed on 10 February 2023 and never used lapses on 10 February 2026. Its payer is told once, from 10
    /// January on; after the day a person hears of it, until there is another mandate.
    fn told_a_month_before(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let plan = care(&owner, json!({}));
        let (cleo, _) = buy(&owner, &plan, "Cleo", GOOD, None);
        signed(&owner, &cleo, "2023-02-10");
        // somebody who pays nothing with the account, and one whose mandate lasts
        let idle = debtor(&owner, "Idle", "1.00").client;
        signed(&owner, &idle, "2023-02-09");
        let (dora, _) = buy(&owner, &plan, "Dora", GOOD, None);
        signed(&owner, &dora, "2023-03-12");
        let story = Story::of(world);
        let run = |day: &str| {
            story.sleep_until(day);
            story.run(EventKind::ProcessExpiredCreditCards)["told"].clone()
        };
        assert_eq!((run("2026-01-09"), told(world)), (json!(0), (0, vec![])));
        let seen = world.owner("north").post("/v1/events/preview", json!({"kind": "process_expired_credit_cards", "as_of": "2026-01-10"})).expect(200).json();
        assert_eq!((&seen["count"], &seen["items"][0]["action"]), (&json!(1), &json!("warn_of_mandate")), "{seen}");
        assert_eq!((run("2026-01-10"), run("2026-01-12"), told(world)), (json!(1), json!(0), (1, vec![])));
        let mails = world.owner("north").get("/v1/mails?kind=mandate_lapse").expect(200);
        assert_eq!(mails.text("/data/0/recipient"), email("Cleo"));
        // on the last day it can still be used
        assert_eq!((run("2026-02-10"), told(world).1.len()), (json!(0), 0));
        assert_eq!((run("2026-02-11"), told(world).1), (json!(0), vec!["Mandate lapsed: DE89 •••• •••• 3000".to_string()]));
        signed(&world.owner("north"), &cleo, "2026-02-11");
        assert!(told(world).1.is_empty());
        // Dora's mandate lapses on 12 March
        assert_eq!((run("2026-02-12"), told(world)), (json!(1), (2, vec![])));
    }
}
