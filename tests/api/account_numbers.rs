//! The numbers of bank accounts stay nowhere but sealed (SEC-03, PAY-08, PAY-09): the real program, logging whatever it can, takes
//! them in every way, well and wrongly sent, debits accounts, writes files and reads what banks answer; then nothing that it has
//! written or answered holds a number.

use crate::api::bank::statements::{camt, credited, returned, transfer_from};
use crate::api::bank::{SPANISH, close, debit, debtor, invoice, put, references, sepa, store, tell};
use crate::api::card_numbers::{found, leaks, open, spellings};
use crate::support::site::Site;
use crate::support::{Actor, Answer, Backend};
use serde_json::json;
use std::net::TcpListener;

/// A client's account: none that our own words give as an example.
const GERMAN: &str = "DE75512108001245126199";
/// A Spanish account as Spain writes it; as an IBAN it is the registry's example.
const CCC: &str = "21000418450200051332";
/// Whose account debits arrive at, and who sends money by himself.
const RESPONSIBLE: &str = "ES7921000813610123456789";
const STRANGER: &str = "FR1420041010050500013M02606";
/// Accounts with a digit too few, and with a wrong one.
const WRONG: [&str; 2] = ["DE7551210800124512619", "ES9221000418450200051332"];

/// Every number, in the ways in which people write them, as an IBAN and without its first four characters.
fn numbers() -> Vec<String> {
    let whole = [GERMAN, SPANISH, CCC, RESPONSIBLE, STRANGER].into_iter().chain(WRONG);
    let all = whole.flat_map(|number| [number, &number[4..]]).flat_map(spellings);
    let lower = [GERMAN, STRANGER].map(str::to_lowercase);
    // the account alone, as Germany writes it, and as Spain does with its check digits apart
    all.chain(lower).chain(["1245126199".into(), "2100 0418 45 0200051332".into()]).collect()
}

/// The plug-ins collect for the account of an administrator.
fn plug_ins(owner: &Actor) -> Answer {
    let mut plugin = sepa();
    plugin["settings"].as_object_mut().unwrap().remove("account");
    owner.post("/v1/gateways", plugin).expect(201);
    let norma = json!({"connector": "norma19", "code": "norma19", "name": "Norma 19", "is_live": true,
        "settings": {"tax_id": "B12345674", "suffix": "000", "issuer_name": "North Hosting", "lead_days": "1"}});
    owner.post("/v1/gateways", norma).expect(201);
    let administrator = owner.get("/v1/administrators").expect(200).text("/data/0/id");
    let path = format!("/v1/administrators/{administrator}/bank-account");
    let kept = put(owner, &path, json!({"holder": "North Hosting", "iban": RESPONSIBLE})).expect(200);
    put(owner, "/v1/settings", json!({"bank_files": {"responsible_administrator": administrator}})).expect(200);
    assert_eq!(kept.text("/label"), "ES79 •••• •••• 6789");
    kept
}

/// Accounts where they are expected, with what is wrong with them, and where nobody expects them.
fn wrongly_sent(owner: &Actor, client: &str) -> Vec<Answer> {
    let good = json!({"gateway": "sepa", "account": {"holder": "Alice Martin", "iban": GERMAN}, "mandate": {"accepted": true}});
    let mut answers = Vec::new();
    let places = [
        "/account/iban",
        "/account/holder",
        "/account/bic",
        "/account/ccc",
        "/mandate/reference",
        "/gateway",
        "/account",
        "/mandate",
        "/mandate/kind",
    ];
    for (at, place) in places.into_iter().enumerate() {
        for (number, value) in [GERMAN, CCC, WRONG[0], WRONG[1]].into_iter().enumerate() {
            // who holds an account and what a mandate is called may be any text: that is no place for numbers to be sent to
            if (place == "/account/iban" && value == GERMAN)
                || ["/account/holder", "/mandate/reference"].contains(&place)
            {
                continue;
            }
            let mut method = good.clone();
            let (parent, name) = place.rsplit_once('/').unwrap();
            method.pointer_mut(parent).unwrap()[name] = json!(value);
            let wish = json!({"client_id": client, "method": method});
            answers.push(owner.post_once("/v1/payment-methods", &format!("wrong-{at}-{number}"), wish));
        }
    }
    let card = json!({"number": GERMAN, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "A"});
    let wish = json!({"client_id": client, "method": {"gateway": "fake", "card": card}});
    answers.push(owner.post_once("/v1/payment-methods", "as-a-card", wish));
    let wish = json!({"client_id": client, "method": {"gateway": "fake", "token": WRONG[1]}});
    answers.push(owner.post_once("/v1/payment-methods", "as-a-token", wish));
    answers.push(put(owner, "/v1/administrators/me/bank-account", json!({"holder": "North", "iban": WRONG[1]})));
    answers
}

/// Accounts are stored and debited, files are written, banks answer; what was answered.
fn collect(site: &Site, owner: &Actor) -> Vec<Answer> {
    let mut answers = vec![plug_ins(owner)];
    let (one, two) = (debtor(owner, "Carla", "60.00"), debtor(owner, "Dora", "7.00"));
    answers.extend(wrongly_sent(owner, &one.client));
    assert!(answers.iter().filter(|answer| answer.status == 422).count() > 20);
    let method = store(owner, &one.client, GERMAN);
    answers.push(debit(owner, &one.invoice, &method).expect(202));
    let by_ccc =
        json!({"gateway": "norma19", "account": {"holder": "Dora", "ccc": "2100 0418 45 0200051332"}, "save": true});
    answers.push(owner.post_once(&format!("/v1/invoices/{}/pay", two.invoice), "ccc", by_ccc).expect(202));
    let at_once = json!({"gateway": "sepa", "account": {"holder": "Carla", "iban": "DE75 5121 0800 1245 1261 99"}, "mandate": {"accepted": true}});
    let more = invoice(owner, &one.client, "8.00");
    answers.push(owner.post_once(&format!("/v1/invoices/{more}/pay"), "at-once", at_once).expect(202));
    let mut reference = String::new();
    for batch in owner.get("/v1/bank-batches?state=open").expect(200).json()["data"].as_array().unwrap() {
        let id = batch["id"].as_str().unwrap();
        answers.push(close(owner, id).expect(200));
        // the file is where the numbers belong
        let file = owner.get(&format!("/v1/bank-batches/{id}/file")).expect(200).text;
        assert!(file.contains(if batch["gateway"] == "sepa" { GERMAN } else { CCC }), "{file}");
        reference = references(&file).pop().unwrap_or(reference);
    }
    let entries = [
        credited("8.00", &reference),
        returned("8.00", &reference, "MD06"),
        transfer_from("60.00", "thanks", "Alice Martin", GERMAN),
        transfer_from("5.00", "for nothing", "Nobody", STRANGER),
    ];
    answers.push(tell(owner, &camt("S1", &entries).replace(SPANISH, RESPONSIBLE)).expect(201));
    answers.push(tell(owner, &camt("S2", &[]).replace("<Stmt>", &format!("<Stmt><{GERMAN}>"))).expect(422));
    for kind in ["process_batch_files", "process_payment_queue", "process_expired_credit_cards"] {
        site.run(&["events", "run", "--kind", kind]);
    }
    for path in [
        "payment-methods",
        "mandates",
        "bank-debits",
        "bank-batches",
        "bank-replies",
        "bank-entries",
        "transactions",
        "gateways",
        "activities",
        "mails",
        "todos",
        "events",
    ] {
        answers.push(owner.get(&format!("/v1/{path}?limit=100")).expect(200));
    }
    // who is shown a number has asked for it
    owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
    let seen = owner.post(&format!("/v1/payment-methods/{method}/reveal"), json!({"pin": "2603"})).expect(200).json();
    assert_eq!(seen["account"], "DE75 5121 0800 1245 1261 99");
    answers
}

fn story(backend: Backend) {
    let (site, mut child, owner) = open(backend);
    let hook = TcpListener::bind("127.0.0.1:0").unwrap();
    let hook = json!({"url": format!("http://{}/hook", hook.local_addr().unwrap()), "kinds": []});
    owner.post("/v1/webhook-endpoints", hook).expect(201);
    let answers = collect(&site, &owner);
    child.kill().unwrap();
    child.wait().unwrap();

    let numbers = numbers();
    let (mut leaks, seen) = leaks(&site, &numbers);
    for answer in &answers {
        leaks.extend(found(&format!("the answer to {}", answer.what), answer.text.as_bytes(), &numbers));
    }
    assert_eq!(leaks, [""; 0]);
    // the look would have found something: what may be shown is there, all was done, and the log is one of everything
    let (tables, log) = (site.database.digest(), site.log());
    for (table, label) in [
        ("payment_methods", "DE75 •••• •••• 6199"),
        ("payment_methods", "ES91 •••• •••• 1332"),
        ("mandates", "DE75 •••• •••• 6199"),
        ("administrator_accounts", "ES79 •••• •••• 6789"),
        ("bank_replies", "ES79 •••• •••• 6789"),
        ("bank_entries", "FR14 •••• •••• 2606"),
        ("bank_entries", "amount_and_account"),
    ] {
        assert!(tables[table].contains(label), "{label} in {table}: {}", tables[table]);
    }
    assert!(seen >= 3 && site.outbox() > 0 && log.contains("TRACE") && log.contains("/v1/bank-replies"));
}

#[test]
fn on_sqlite() {
    story(Backend::Sqlite);
}

#[test]
fn on_postgres() {
    story(Backend::Postgres);
}

#[test]
fn a_number_is_noticed() {
    let numbers = numbers();
    for text in
        ["IBAN DE75 5121 0800 1245 1261 99.", "512108001245126199", "Konto 1245126199", "2100-0418-4502-0005-1332"]
    {
        assert!(!found("here", text.as_bytes(), &numbers).is_empty(), "{text}");
    }
    assert!(found("here", "DE75 •••• •••• 6199".as_bytes(), &numbers).is_empty());
}
