//! VAT numbers: their form, what their member says about them, and who owes the VAT (TAX-04). The numbers are made up;
//! their check digits are right by another implementation.

use crate::api::invoices::get;
use crate::api::orders::{corner, order_of, shopper, wish};
use crate::stories::billing::care;
use crate::support::server::settings;
use crate::support::story::Story;
use crate::support::vies::Vies;
use crate::support::{Actor, Answer, Backend, World};
use comptoir_app::{Settings, VatRoute};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

const AUSTRIAN: &str = "ATU13585627";
/// Numbers that nobody has, and about which nobody answers.
const REFUSED: &str = "PL2000000001";
const SILENT: &str = "DE300000002";

/// The seller's default policy, with 20 % in the whole Union.
#[track_caller]
pub fn taxed(owner: &Actor) -> String {
    let list = owner.get("/v1/tax-policies").expect(200).json();
    let standard = list["data"].as_array().unwrap().iter().find(|policy| policy["is_default"] == true).unwrap();
    let rule = json!({"tax_policy_id": standard["id"], "name": "VAT", "location": {"area": "EU"}, "rate": {"percent": "20"}, "stage": "on_price"});
    owner.post("/v1/tax-rules", rule).expect(201);
    standard["id"].as_str().unwrap().into()
}

/// A company in a country with a VAT number.
fn company(name: &str, country: &str, vat_number: &str) -> Value {
    json!({"kind": "company", "company": name, "vat_number": vat_number, "address": {"city": "Town", "country": country},
        "contact": {"first_name": name, "last_name": "Muster", "email": format!("{}@company.example", name.to_lowercase())}})
}

#[track_caller]
pub fn made(owner: &Actor, name: &str, country: &str, vat_number: &str) -> String {
    owner.post("/v1/clients", company(name, country, vat_number)).expect(201).text("/id")
}

/// 100.00 for a client, issued today.
#[track_caller]
pub fn invoiced(owner: &Actor, client: &str, policy: &str) -> Value {
    let line = json!({"description": "Work", "quantity": "1", "unit_price": "100.00", "tax_policy_id": policy});
    let id = owner
        .post("/v1/invoices", json!({"client_id": client, "currency": "EUR", "lines": [line]}))
        .expect(201)
        .text("/id");
    owner.act(&format!("/v1/invoices/{id}/issue")).expect(200);
    get(owner, &id)
}

fn check(owner: &Actor, client: &str) -> Value {
    owner.act(&format!("/v1/clients/{client}/check-vat")).expect(200).json()
}

fn reason(owner: &Actor, client: &str) -> String {
    owner.get(&format!("/v1/clients/{client}")).expect(200).text("/tax_reason")
}

/// Tax, gross, and the note in place of taxes.
fn sums(document: &Value) -> (&str, &str, &Value) {
    (
        document["tax"]["amount"].as_str().unwrap(),
        document["gross"]["amount"].as_str().unwrap(),
        &document["taxes"][0]["note"],
    )
}

pub fn settle(owner: &Actor, taxes: Value) {
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    let body = json!({ "taxes": taxes }).to_string();
    owner.send("PUT", "/v1/settings", &headers, Some(body.as_bytes())).expect(200);
}

both! {
    fn a_number_is_looked_at_wherever_it_is_typed(world) {
        let owner = world.owner("north");
        for (country, typed, code) in [("AT", "ATU13585626", "invalid_vat_number"), ("DE", AUSTRIAN, "other_country"), ("GR", "094259217", "invalid_vat_number")] {
            let refused = owner.post("/v1/clients", company("Wrong", country, typed)).refused(422, "validation_failed").names("/vat_number");
            assert_eq!(refused.json()["errors"][0]["code"], code, "{typed}");
        }
        let client = owner.post("/v1/clients", company("Greek", "GR", " 094 259 216")).expect(201);
        assert_eq!(client.text("/vat_number"), "EL094259216");
        let path = format!("/v1/clients/{}", client.text("/id"));
        owner.patch(&path, json!({"vat_number": "EL1"})).refused(422, "validation_failed").names("/vat_number");
        // whoever moves has another number
        owner.patch(&path, json!({"address": {"country": "AT"}})).refused(422, "validation_failed").names("/vat_number");
        let moved = owner.patch(&path, json!({"address": {"country": "AT"}, "vat_number": "U 1358 5627"})).expect(200);
        assert_eq!(moved.text("/vat_number"), AUSTRIAN);
        // outside the Union any text is one
        assert_eq!(owner.patch(&path, json!({"address": {"country": "CH"}, "vat_number": "CHE-1"})).expect(200).text("/vat_number"), "CHE-1");
        owner.act(&format!("{path}/check-vat")).refused(409, "wrong_state");
        let mut asked = wish(&owner, "typed.example", "Lyon");
        asked["buyer"]["vat_number"] = json!("FR40303265046");
        shopper(&owner).post("/v1/store/quotes", asked).refused(422, "validation_failed").names("/buyer/vat_number");
        let quote = shopper(&owner).post("/v1/store/quotes", wish(&owner, "typed.example", "Lyon")).expect(200).text("/token");
        let mut order = order_of("Typo", &quote, "transfer");
        order["client"]["kind"] = json!("company");
        order["client"]["company"] = json!("Typo SARL");
        order["client"]["vat_number"] = json!("FR40303265046");
        shopper(&owner).post_once("/v1/store/orders", "typo", order).refused(422, "validation_failed").names("/client/vat_number");
    }

    /// 100.00 and 20 %: 20.00 for whoever is not known to be a business of another member. Its number confirmed, it owes the
    /// VAT itself (directive 2006/112/EC, art. 196), and both numbers stand on the invoice (art. 226).
    fn a_business_of_another_member_owes_the_vat_itself(world) {
        let owner = world.owner("north");
        owner.patch("/v1/seller", json!({"vat_number": "FR40303265045"})).expect(200);
        let (policy, client) = (taxed(&owner), made(&owner, "Anna", "AT", AUSTRIAN));
        assert_eq!(reason(&owner, &client), "number_unverified");
        assert_eq!(sums(&invoiced(&owner, &client, &policy)), ("20.00", "120.00", &json!(null)));
        let said = check(&owner, &client);
        assert_eq!((&said["outcome"], &said["number"], &said["consultation"]), (&json!("valid"), &json!(AUSTRIAN), &json!("FAKEU13585627")));
        let seen = owner.get(&format!("/v1/clients/{client}")).expect(200).json();
        assert_eq!((&seen["vat_check"]["id"], &seen["tax_reason"]), (&said["id"], &json!("reverse_charge")));
        let invoice = invoiced(&owner, &client, &policy);
        assert_eq!(sums(&invoice), ("0.00", "100.00", &json!("reverse_charge")));
        assert_eq!((&invoice["buyer"]["vat_number"], &invoice["taxed_in"]), (&json!(AUSTRIAN), &json!("AT")));
        assert_eq!(invoice["taxes"][0]["base"]["amount"], "100.00");
        // what is taken back was not taxed either
        let note = owner.post(&format!("/v1/invoices/{}/credit-notes", invoice["id"].as_str().unwrap()), json!({"extent": "whole"})).expect(201).json();
        assert_eq!((sums(&note), &note["taxes"][0]["base"]["amount"]), (("0.00", "-100.00", &json!("reverse_charge")), &json!("-100.00")));
        assert_eq!(crate::api::invoices::verify(&owner)["intact"], true);
        // a business at home pays VAT, and so does one from outside by the seller's rules
        let home = made(&owner, "Berthe", "FR", "FR40303265045");
        check(&owner, &home);
        assert_eq!((reason(&owner, &home).as_str(), sums(&invoiced(&owner, &home, &policy)).0), ("domestic", "20.00"));
        let swiss = made(&owner, "Urs", "CH", "CHE-1");
        assert_eq!((reason(&owner, &swiss).as_str(), sums(&invoiced(&owner, &swiss, &policy)).0), ("destination", "0.00"));
    }

    /// Nobody answers: VAT is charged unless the seller trusts the form. A number that is not in use is never trusted.
    fn unavailable_is_neither_valid_nor_invalid(world) {
        let owner = world.owner("north");
        let policy = taxed(&owner);
        let (silent, refused) = (made(&owner, "Silent", "DE", "DE300000002"), made(&owner, "Refused", "DE", "DE200000005"));
        let said = check(&owner, &silent);
        assert_eq!((&said["outcome"], &said["reason"]), (&json!("unavailable"), &json!("SERVICE_UNAVAILABLE")));
        assert_eq!(check(&owner, &refused)["outcome"], "invalid");
        assert_eq!((reason(&owner, &silent), reason(&owner, &refused)), ("number_unverified".into(), "number_invalid".into()));
        assert_eq!(sums(&invoiced(&owner, &silent, &policy)).0, "20.00");
        settle(&owner, json!({"unverified_numbers": "trust"}));
        assert_eq!((reason(&owner, &silent), reason(&owner, &refused)), ("reverse_charge".into(), "number_invalid".into()));
        assert_eq!((sums(&invoiced(&owner, &silent, &policy)).0, sums(&invoiced(&owner, &refused, &policy)).0), ("0.00", "20.00"));
        let list = owner.get(&format!("/v1/vat-checks?client_id={silent}")).expect(200).json();
        assert_eq!(list["data"].as_array().unwrap().len(), 1);
        assert_eq!(owner.get("/v1/vat-checks").expect(200).json()["data"].as_array().unwrap().len(), 2);
    }

    /// Below the threshold of the one-stop shop a private buyer is taxed where the seller is: 20 % in France, not 19 in Germany.
    fn private_buyers_are_taxed_where_the_seller_says(world) {
        let owner = world.owner("north");
        let policy = owner.post("/v1/tax-policies", json!({"name": "Law"})).expect(201).text("/id");
        owner.post(&format!("/v1/tax-policies/{policy}/add-built-in"), json!({"countries": ["FR", "DE"]})).expect(200);
        let client = made(&owner, "Karl", "DE", "");
        let there = invoiced(&owner, &client, &policy);
        assert_eq!((sums(&there).0, &there["taxed_in"]), ("19.00", &json!("DE")));
        settle(&owner, json!({"oss": "home"}));
        let here = invoiced(&owner, &client, &policy);
        assert_eq!((reason(&owner, &client).as_str(), sums(&here).0, &here["taxed_in"]), ("home", "20.00", &json!("FR")));
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        let wrong = json!({"taxes": {"answer_holds_days": 0}}).to_string();
        owner.send("PUT", "/v1/settings", &headers, Some(wrong.as_bytes())).refused(422, "validation_failed").names("/taxes/answer_holds_days");
    }

    fn the_exempt_are_not_taxed(world) {
        let owner = world.owner("north");
        let (policy, client) = (taxed(&owner), made(&owner, "Ecole", "FR", ""));
        let path = format!("/v1/clients/{client}");
        owner.patch(&path, json!({"tax_exemption": "x".repeat(201)})).refused(422, "validation_failed").names("/tax_exemption");
        owner.patch(&path, json!({"tax_exemption": "Certificate 4711"})).expect(200);
        let invoice = invoiced(&owner, &client, &policy);
        assert_eq!((sums(&invoice), &invoice["buyer"]["tax_exemption"]), (("0.00", "100.00", &json!("exempt")), &json!("Certificate 4711")));
        owner.patch(&path, json!({"tax_exemption": ""})).expect(200);
        assert_eq!(sums(&invoiced(&owner, &client, &policy)).0, "20.00");
        // nobody exempts himself
        let quote = shopper(&owner).post("/v1/store/quotes", wish(&owner, "free.example", "Lyon")).expect(200).text("/token");
        let mut order = order_of("Free", &quote, "transfer");
        order["client"]["tax_exemption"] = json!("I say so");
        shopper(&owner).post_once("/v1/store/orders", "free", order).refused(422, "validation_failed").names("/client/tax_exemption");
    }

    /// 10.00 a month: 12.00 with 20 %, 10.00 for a business of another member: on the quote, the order, its invoice and the
    /// renewal.
    fn quote_order_and_renewal_agree(world) {
        let owner = world.owner("north");
        taxed(&owner);
        let story = Story::of(world);
        let plan = care(&owner, json!({}));
        let mut asked = json!({"cart": {"items": [{"plan_id": plan, "cycle": "1-month"}]}, "buyer": {"country": "AT", "city": "Wien"}});
        let private = shopper(&owner).post("/v1/store/quotes", asked.clone()).expect(200).json();
        assert_eq!((&private["totals"]["gross"]["amount"], &private["tax_reason"]), (&json!("12.00"), &json!("destination")));
        asked["buyer"]["vat_number"] = json!("ATU 1358 5627");
        let quote = shopper(&owner).post("/v1/store/quotes", asked).expect(200);
        assert_eq!((quote.text("/totals/gross/amount"), quote.text("/tax_reason")), ("10.00".into(), "reverse_charge".into()));
        let order = |token: &str, vat_number: &str| {
            let mut order = order_of("Wolf", token, "transfer");
            order["client"]["kind"] = json!("company");
            order["client"]["company"] = json!("Wolf GmbH");
            order["client"]["vat_number"] = json!(vat_number);
            order["client"]["address"] = json!({"city": "Wien", "country": "AT"});
            order
        };
        // without the number the promise does not hold
        shopper(&owner).post_once("/v1/store/orders", "w-1", order(&quote.text("/token"), "")).refused(409, "quote_changed");
        let placed = shopper(&owner).post_once("/v1/store/orders", "w-2", order(&quote.text("/token"), AUSTRIAN)).expect(201);
        let first = get(&owner, &placed.text("/order/invoice_id"));
        assert_eq!((sums(&first), placed.text("/order/gross/amount")), (("0.00", "10.00", &json!("reverse_charge")), "10.00".into()));
        owner.post_once(&format!("/v1/invoices/{}/payments", first["id"].as_str().unwrap()), "paid", json!({"method": "transfer", "reference": "R"})).expect(201);
        let client = placed.text("/order/client_id");
        story.until("2026-02-06");
        assert_eq!(story.troubles(), Vec::<String>::new());
        let owner = world.owner("north");
        let parked = owner.get("/v1/todos?limit=100").expect(200).json();
        assert!(!parked.to_string().contains("billing_parked"), "{parked}");
        let renewals = owner.get(&format!("/v1/invoices?client_id={client}&sort=-created_at&limit=100")).expect(200).json();
        let last = &renewals["data"][0];
        assert_eq!((sums(last), &last["lines"][0]["period"]["from"]), (("0.00", "10.00", &json!("reverse_charge")), &json!("2026-02-05")));
        // asked once, with the quote; again when two thirds of 90 days are over
        let checks = || world.owner("north").get(&format!("/v1/vat-checks?client_id={client}")).expect(200).json()["data"].as_array().unwrap().len();
        story.sleep_until("2026-03-05");
        assert_eq!((story.run(EventKind::RecheckVatNumbers)["asked"].clone(), checks()), (json!(0), 1));
        story.sleep_until("2026-03-07");
        assert_eq!((story.run(EventKind::RecheckVatNumbers)["asked"].clone(), checks()), (json!(1), 2));
    }

    /// Where the store wants the numbers of businesses, none orders without one that is in use, neither someone new nor
    /// who is known; a number about which nobody answers is good enough. Where it does not, all of them order.
    fn a_store_sells_to_businesses_with_a_number(world) {
        let owner = world.owner("north");
        let store = format!("/v1/stores/{}", corner(&owner)["id"].as_str().unwrap());
        owner.patch(&store, json!({"require_vat_number": true})).expect(200);
        let order = |name: &str, country: &str, number: &str, key: &str| {
            let place = json!({"city": "Town", "country": country});
            let mut asked = wish(&owner, &format!("{}.example", name.to_lowercase()), "Town");
            asked["buyer"] = json!({"city": "Town", "country": country, "vat_number": number});
            let token = shopper(&owner).post("/v1/store/quotes", asked).expect(200).text("/token");
            let mut order = order_of(name, &token, "transfer");
            order["client"]["kind"] = json!("company");
            order["client"]["company"] = json!(name);
            order["client"]["vat_number"] = json!(number);
            order["client"]["address"] = place;
            shopper(&owner).post_once("/v1/store/orders", key, order)
        };
        let code = |answer: Answer| answer.names("/client/vat_number").json()["errors"][0]["code"].clone();
        assert_eq!(code(order("Amont", "FR", "", "a").refused(422, "validation_failed")), "required");
        assert_eq!(code(order("Bieder", "PL", REFUSED, "b").refused(422, "validation_failed")), "not_in_use");
        // at home, too: nobody is asked about such a number for the sake of taxes
        order("Coin", "FR", "FR40303265045", "c").expect(201);
        order("Dorf", "DE", SILENT, "d").expect(201);
        order("Elm", "US", "", "e").expect(201);
        let checks = owner.get("/v1/vat-checks?limit=100").expect(200).json();
        let mut asked: Vec<_> = checks["data"].as_array().unwrap().iter().map(|check| (check["number"].as_str().unwrap(), check["outcome"].as_str().unwrap())).collect();
        asked.sort_unstable();
        asked.dedup();
        assert_eq!(asked, [(SILENT, "unavailable"), ("FR40303265045", "valid"), (REFUSED, "invalid")]);
        // who is known: without a number, with one that is not in use, with a good one
        let client = owner.get("/v1/clients?limit=100").expect(200).json();
        let alice = client["data"].as_array().unwrap().iter().find(|client| client["primary_contact"]["email"] == "alice@north-client.example").unwrap()["id"].as_str().unwrap().to_string();
        let contact = world.contact("north");
        let again = |key: &str| {
            let cart = wish(&owner, &format!("{key}.example"), "Town")["cart"].clone();
            let token = contact.post("/v1/me/quotes", json!({"store_id": corner(&owner)["id"], "cart": cart})).expect(200).text("/token");
            contact.post_once("/v1/me/orders", key, json!({"quote_token": token, "gateway": "transfer", "accept_terms": true}))
        };
        let becomes = |number: &str, country: &str| owner.patch(&format!("/v1/clients/{alice}"), json!({"kind": "company", "company": "Alice", "vat_number": number, "address": {"country": country}})).expect(200);
        becomes("", "FR");
        again("k1").refused(422, "vat_number_wanted");
        becomes(REFUSED, "PL");
        again("k2").refused(422, "vat_number_wanted");
        becomes("FR40303265045", "FR");
        again("k3").expect(201);
        owner.patch(&store, json!({"require_vat_number": false})).expect(200);
        becomes("", "FR");
        again("k4").expect(201);
    }

    /// A client that an administrator makes is asked about by an event; who did not answer is asked again an hour later.
    fn new_numbers_are_asked_about_by_themselves(world) {
        let owner = world.owner("north");
        let story = Story::of(world);
        let (good, silent) = (made(&owner, "Good", "AT", AUSTRIAN), made(&owner, "Quiet", "DE", "DE300000002"));
        let home = made(&owner, "Home", "FR", "FR40303265045");
        let kinds = owner.get("/v1/events?kind=check_vat_number").expect(200).json();
        assert_eq!(kinds["data"].as_array().unwrap().len(), 2);
        let seen = owner.post("/v1/events/preview", json!({"kind": "recheck_vat_numbers"})).expect(200).json();
        assert_eq!(seen["count"], 2);
        story.until("2026-01-05");
        let outcome = |client: &str| world.owner("north").get(&format!("/v1/clients/{client}")).expect(200).json()["vat_check"]["outcome"].clone();
        assert_eq!((outcome(&good), outcome(&silent), outcome(&home)), (json!("valid"), json!("unavailable"), json!(null)));
        let count = |client: &str| world.owner("north").get(&format!("/v1/vat-checks?client_id={client}&limit=100")).json()["data"].as_array().unwrap().len();
        let before = count(&silent);
        assert_eq!(story.run(EventKind::RecheckVatNumbers)["asked"], 0);
        story.sleep_until("2026-01-06");
        assert_eq!(story.run(EventKind::RecheckVatNumbers)["asked"], 1);
        assert_eq!((count(&silent), count(&good)), (before + 1, 1));
    }

    /// The number that is asked about reaches VIES with the seller's own; faults come with status 200 and are no answers.
    fn vies_is_asked_as_it_wants_to_be(world) {
        let vies = Vies::start();
        let settings = Settings { vat_check: VatRoute::Vies(vies.url.clone()), ..settings() };
        let world = World::with_settings(world.backend, settings);
        let owner = world.owner("south");
        owner.patch("/v1/seller", json!({"vat_number": "DE136695976"})).expect(200);
        let outcome = |country: &str, number: &str| {
            let client = made(&owner, &format!("N{number}"), country, number);
            let said = check(&owner, &client);
            (said["outcome"].as_str().unwrap().to_string(), said["reason"].as_str().unwrap().to_string())
        };
        let (valid, silent) = (("valid".to_string(), String::new()), |reason: &str| ("unavailable".to_string(), reason.to_string()));
        assert_eq!(outcome("GR", "EL094259216"), valid);
        let want = json!({"countryCode": "EL", "vatNumber": "094259216", "requesterMemberStateCode": "DE", "requesterNumber": "136695976"});
        assert_eq!(vies.asked(), [want]);
        let list = owner.get("/v1/vat-checks").expect(200);
        assert_eq!((list.text("/data/0/consultation"), list.text("/data/0/name"), list.text("/data/0/address")), ("WAPIAAAAYtest0001".into(), "Muster GmbH".into(), String::new()));
        assert_eq!(outcome("PL", "PL2000000001"), ("invalid".into(), String::new()));
        assert_eq!(outcome("PL", "PL3000000007"), silent("SERVICE_UNAVAILABLE"));
        assert_eq!(outcome("FI", "FI30000001"), silent("SERVICE_UNAVAILABLE"));
    }
}

/// Nobody is asked unless someone has said whom: the client is taxed, and the call says what is missing.
#[test]
fn nobody_is_asked_unasked() {
    let world = World::with_settings(Backend::Sqlite, Settings { vat_check: VatRoute::Nobody, ..settings() });
    let owner = world.owner("north");
    let client = made(&owner, "Anna", "AT", AUSTRIAN);
    owner.act(&format!("/v1/clients/{client}/check-vat")).refused(409, "conflict");
    assert_eq!(reason(&owner, &client), "number_unverified");
}
