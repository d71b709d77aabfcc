//! Mandates that change, or that others have to know of first.

use super::{GERMAN, SPANISH, close, debit, debtor, invoice, open_batch, sepa, state, statements, store, tell};
use crate::api::invoices::get;
use crate::support::Actor;
use serde_json::{Value, json};

/// Tells the plug-in something new.
fn resettle(owner: &Actor, name: &str, value: Value) {
    let gateways = owner.get("/v1/gateways").expect(200).json();
    let id = gateways["data"].as_array().unwrap().iter().find(|row| row["code"] == "sepa").unwrap()["id"].clone();
    let mut settings = sepa()["settings"].clone();
    settings[name] = value;
    owner.patch(&format!("/v1/gateways/{}", id.as_str().unwrap()), json!({ "settings": settings })).expect(200);
}

/// Closes the open batch; its id and its file.
fn closed(owner: &Actor) -> (String, String) {
    let batch = open_batch(owner);
    close(owner, &batch).expect(200);
    let file = owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text;
    (batch, file)
}

/// What the file says of a change: how often one is told, and who collected before.
fn told(file: &str) -> (usize, Option<String>) {
    let before = file.split("<OrgnlCdtrSchmeId>").nth(1).map(|part| part.split("</OrgnlCdtrSchmeId>").next().unwrap());
    let plain = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    (file.matches("<AmdmntInd>true</AmdmntInd>").count(), before.map(plain))
}

both! {
    /// The house has got another name. The next collection tells the payer's bank, once; but what its bank refuses, or is in a
    /// batch that is deleted, is told again.
    fn another_creditor_is_told_once(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        let next = |price: &str| debit(&owner, &invoice(&owner, &one.client, price), &method).expect(202).text("/id");
        debit(&owner, &one.invoice, &method).expect(202);
        assert_eq!(told(&closed(&owner).1), (0, None));
        resettle(&owner, "creditor_name", json!("Nordlicht Hosting"));
        next("7.00");
        next("8.00");
        let before = Some("<Nm>NorthHosting</Nm>".to_string());
        let (batch, file) = closed(&owner);
        assert_eq!(told(&file), (1, before.clone()), "{file}");
        owner.delete(&format!("/v1/bank-batches/{batch}")).expect(204);
        let (batch, file) = closed(&owner);
        assert_eq!(told(&file), (1, before.clone()), "{file}");
        // the one that told is refused
        let told_by = file.split("<AmdmntInd>true").next().unwrap().rsplit("<EndToEndId>").next().unwrap();
        let (told_by, name) = (told_by.split('<').next().unwrap(), owner.get(&format!("/v1/bank-batches/{batch}")).expect(200).text("/name"));
        tell(&owner, &statements::pain002("1", &name, &name, "PART", &[(told_by, "RJCT", "AM04")])).expect(201);
        let last = next("9.00");
        assert_eq!(told(&closed(&owner).1), (1, before));
        assert_eq!(state(&owner, &last), "pending");
        next("10.00");
        assert_eq!(told(&closed(&owner).1), (0, None));
    }

    /// What was signed for consumers' debits is no mandate between businesses.
    fn a_mandate_is_for_its_scheme(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        resettle(&owner, "scheme", json!("b2b"));
        let refused = debit(&owner, &one.invoice, &method).refused(409, "conflict");
        assert!(refused.text("/detail").contains("signed for the scheme core"), "{}", refused.text);
        assert_eq!(get(&owner, &one.invoice)["status"], "due");
    }

    /// Between businesses the payer's bank wants to know the mandate first. A company pays with an account at once: the debit waits
    /// in the open batch until a person says that it is registered, and goes with the next file.
    fn debits_wait_until_the_payers_bank_knows_the_mandate(world) {
        let owner = world.owner("north");
        let mut plugin = sepa();
        plugin["settings"]["scheme"] = json!("b2b");
        owner.post("/v1/gateways", plugin).expect(201);
        let client = crate::api::invoices::first_client(&owner);
        let invoice = invoice(&owner, &client, "60.00");
        let wish = json!({"gateway": "sepa", "account": {"holder": "First Ltd", "iban": SPANISH}, "mandate": {"accepted": true}});
        let debit = owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "b2b", wish).expect(202).text("/id");
        let todos = || owner.get("/v1/todos?state=open&kind=mandate_unregistered").expect(200).json()["data"].as_array().unwrap().len();
        let mandate = owner.get("/v1/mandates").expect(200).json()["data"][0].clone();
        assert_eq!((&mandate["state"], todos()), (&json!("unregistered"), 1));
        let batch = open_batch(&owner);
        let refused = close(&owner, &batch).refused(409, "wrong_state");
        assert!(refused.text("/detail").contains("register"), "{}", refused.text);
        owner.act(&format!("/v1/mandates/{}/activate", mandate["id"].as_str().unwrap())).expect(200);
        assert_eq!(todos(), 0);
        let file = {
            let answer = owner.send("POST", &format!("/v1/bank-batches/{batch}/close"), &[("idempotency-key", "known")], None);
            answer.expect(200);
            owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text
        };
        assert!(file.contains("<Cd>B2B</Cd>"), "{file}");
        assert_eq!(state(&owner, &debit), "pending");
    }
}
