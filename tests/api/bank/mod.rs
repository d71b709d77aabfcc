//! Bank accounts that are debited (PAY-08, PAY-09): mandates, batches and their files, and what banks answer.

mod batches;
mod deleting;
mod lapse;
mod mandates;
mod national_replies;
mod replies;
pub mod statements;
mod stories;
pub mod transfers;

use crate::support::world::Seller;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// The registry's own example.
pub const SPANISH: &str = "ES9121000418450200051332";

/// The Bundesbank's own example.
pub const GERMAN: &str = "DE89370400440532013000";

/// The registry's own example.
pub const SWISS: &str = "CH9300762011623852957";

/// A plug-in for a national format.
pub fn national(connector: &str) -> Value {
    let settings = match connector {
        "norma19" => {
            json!({"tax_id": "B12345674", "suffix": "000", "issuer_name": "North Hosting", "account": SPANISH, "lead_days": "1",
            "field_1": "FACTURA {invoice}", "include_address": true})
        }
        _ => {
            json!({"merchant_name": "North Hosting", "bank_code": "37040044", "account_number": "532013000", "lead_days": "1"})
        }
    };
    json!({"connector": connector, "name": connector, "is_live": true, "settings": settings})
}

/// A plug-in for SEPA whose bank is quick: notice of one day, one working day before the due date.
pub fn sepa() -> Value {
    json!({"connector": "sepa_debit", "code": "sepa", "name": "Direct debit", "labels": {"en": "Direct debit"}, "is_live": true,
        "settings": {"creditor_name": "North Hosting", "creditor_id": "ES11000B12345674", "account": SPANISH,
            "lead_days": "1", "notice_days": "1", "cut_off": "23:59"}})
}

/// A client of its own, with an invoice of one line.
pub struct Debtor {
    pub client: String,
    pub invoice: String,
}

/// A new client with an invoice over an amount in euro.
pub fn debtor(owner: &Actor, name: &str, amount: &str) -> Debtor {
    let email = format!("{}@debtor.example", name.to_lowercase());
    let client = json!({"kind": "person", "address": {"line1": "2 Side Street", "city": "Village", "postal_code": "20000", "country": "FR"},
        "contact": {"first_name": name, "last_name": "Martin", "email": email, "password": "correct horse battery"}});
    let client = owner.post("/v1/clients", client).expect(201).text("/id");
    let invoice = invoice(owner, &client, amount);
    Debtor { client, invoice }
}

/// An issued invoice of a client.
pub fn invoice(owner: &Actor, client: &str, amount: &str) -> String {
    let line = json!({"description": "Work", "quantity": "1", "unit_price": amount});
    let wish = json!({"client_id": client, "currency": "EUR", "lines": [line]});
    let id = owner.post("/v1/invoices", wish).expect(201).text("/id");
    owner.act(&format!("/v1/invoices/{id}/issue")).expect(200);
    id
}

/// Stores an account with a mandate; the stored method.
pub fn store(owner: &Actor, client: &str, iban: &str) -> String {
    let method =
        json!({"gateway": "sepa", "account": {"holder": "Alice Martin", "iban": iban}, "mandate": {"accepted": true}});
    let wish = json!({"client_id": client, "method": method});
    owner.post_once("/v1/payment-methods", &format!("store-{client}-{}", &iban[..4]), wish).expect(201).text("/id")
}

/// Debits an invoice from a stored account.
pub fn debit(owner: &Actor, invoice: &str, method: &str) -> Answer {
    let wish = json!({ "payment_method_id": method });
    owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("debit-{invoice}-{method}"), wish)
}

/// The id of the plug-in's open batch.
pub fn open_batch(owner: &Actor) -> String {
    owner.get("/v1/bank-batches?state=open").expect(200).text("/data/0/id")
}

/// Closes a batch.
pub fn close(owner: &Actor, batch: &str) -> Answer {
    owner.send(
        "POST",
        &format!("/v1/bank-batches/{batch}/close"),
        &[("idempotency-key", &format!("close-{batch}"))],
        None,
    )
}

/// Hands over a file of the bank.
pub fn tell(owner: &Actor, file: &str) -> Answer {
    owner.send(
        "POST",
        "/v1/bank-replies?name=answer",
        &[("content-type", "application/octet-stream")],
        Some(file.as_bytes()),
    )
}

/// Our reference of a debit, as the file has it.
pub fn references(file: &str) -> Vec<String> {
    let parts = file.split("<EndToEndId>").skip(1);
    parts.map(|part| part.split('<').next().unwrap().to_string()).collect()
}

pub fn state(owner: &Actor, transaction: &str) -> String {
    owner.get(&format!("/v1/bank-debits/{transaction}")).expect(200).text("/transaction/state")
}

/// Whether an operation needs something that is prepared here.
pub fn concerns(path: &str) -> bool {
    ["/v1/mandates/", "/v1/me/mandates/", "/v1/bank-", "/v1/me/mandate-text"]
        .iter()
        .any(|start| path.starts_with(start))
        || path.ends_with("/bank-account")
}

/// A mandate, a debit and its batch, and a bank's answer with an entry that waits.
pub fn prepare(seller: &mut Seller, operation: &str) {
    let owner = &seller.owner;
    if operation.ends_with("administrator_account") {
        let path = format!("/v1/administrators/{}/bank-account", seller.ids["adm"]);
        put(owner, &path, json!({"holder": "North Hosting", "iban": GERMAN})).expect(200);
        return;
    }
    if operation == "get_bank_batch_cover_note" {
        owner.post("/v1/gateways", national("dtaus")).expect(201);
        let one = debtor(owner, "Dieter", "60.00");
        let wish = json!({"gateway": "dtaus", "account": {"holder": "Dieter", "iban": GERMAN}});
        owner.post_once(&format!("/v1/invoices/{}/pay", one.invoice), "dtaus", wish).expect(202);
        let batch = open_batch(owner);
        close(owner, &batch).expect(200);
        seller.ids.insert("bat".into(), batch);
        return;
    }
    owner.post("/v1/gateways", sepa()).expect(201);
    let client = crate::api::invoices::first_client(owner);
    let method = store(owner, &client, GERMAN);
    let debtor = Debtor { invoice: invoice(owner, &client, "60.00"), client };
    let debit = debit(owner, &debtor.invoice, &method).expect(202).text("/id");
    let batch = open_batch(owner);
    match operation {
        "get_bank_batch_file" | "delete_bank_batch" => {
            close(owner, &batch).expect(200);
        }
        "include_in_bank_batch" => {
            let wish = json!({ "transactions": [debit] });
            owner.post(&format!("/v1/bank-batches/{batch}/exclude"), wish).expect(200);
        }
        _ => {}
    }
    if operation == "activate_mandate" {
        let wish = json!({"connector": "sepa_debit", "code": "b2b", "name": "B2B", "is_live": true, "settings":
            {"creditor_name": "North Hosting", "creditor_id": "ES11000B12345674", "account": SPANISH, "scheme": "b2b"}});
        owner.post("/v1/gateways", wish).expect(201);
        let method = json!({"gateway": "b2b", "account": {"holder": "First Ltd", "iban": SPANISH}, "mandate": {"accepted": true}});
        owner
            .post_once("/v1/payment-methods", "b2b", json!({"client_id": debtor.client, "method": method}))
            .expect(201);
    }
    let mandate = owner.get("/v1/mandates").expect(200).text("/data/0/id");
    let number = owner.get(&format!("/v1/invoices/{}", seller.ids["inv"])).expect(200).text("/number");
    let file = statements::camt("1", &[statements::transfer("100.00", &format!("Invoice {number}"))]);
    let reply = tell(owner, &file).expect(201).text("/id");
    let entry = owner.get("/v1/bank-entries").expect(200).text("/data/0/id");
    for (prefix, id) in [("mnd", mandate), ("bat", batch), ("brp", reply), ("ben", entry), ("txn", debit)] {
        seller.ids.insert(prefix.into(), id);
    }
}

pub fn put(owner: &Actor, path: &str, body: Value) -> Answer {
    owner.send(
        "PUT",
        path,
        &[("content-type", "application/json"), ("if-match", "*")],
        Some(body.to_string().as_bytes()),
    )
}
