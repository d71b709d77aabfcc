//! From an invoice to a file: what is stored, who is told, what is in the batch, and what is refused.

use super::{
    GERMAN, SPANISH, SWISS, close, debit, debtor, invoice, national, open_batch, put, references, sepa, state, store,
};
use crate::api::invoices::get;
use crate::api::verify::verify;
use serde_json::{Value, json};
use std::collections::BTreeMap;

both! {
    /// An account is stored with its mandate, an invoice of 60.00 debited from it, the payer told of day, mandate and
    /// creditor; the file has all of it, and the debit waits for the bank. Monday 5 January: told today, a day of notice and a
    /// working day of the bank make Tuesday 6 January, but the invoice is due on the 15th.
    fn an_invoice_becomes_a_line_of_a_file(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let debtor = debtor(&owner, "Carla", "60.00");
        let due = get(&owner, &debtor.invoice)["due_on"].as_str().unwrap().to_string();
        let method = store(&owner, &debtor.client, GERMAN);
        let mandate = owner.get(&format!("/v1/mandates?client_id={}", debtor.client)).expect(200).json()["data"][0].clone();
        assert_eq!((&mandate["state"], &mandate["scheme"], &mandate["label"]), (&json!("active"), &json!("core"), &json!("DE89 •••• •••• 3000")));
        // what the rules of the scheme list: both parties with their addresses, identifier, account, reference and kind
        let text = mandate["text"].as_str().unwrap();
        for part in ["North Hosting\n1 Main Street\n10000 Town\nFrance", "ES11000B12345674", "Carla Martin\n2 Side Street\n20000 Village\nFrance",
            "DE89 •••• •••• 3000", mandate["reference"].as_str().unwrap(), "Paiement récurrent"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let debit = debit(&owner, &debtor.invoice, &method).expect(202).json();
        assert_eq!((&debit["state"], &debit["is_debit"], &debit["amount"]["amount"]), (&json!("new"), &json!(true), &json!("60.00")));
        let id = debit["id"].as_str().unwrap();
        let shown = owner.get(&format!("/v1/bank-debits/{id}")).expect(200).json();
        assert_eq!(shown["collect_on"], json!(due));
        let told = owner.get(&format!("/v1/mails?client_id={}", debtor.client)).expect(200).json();
        let notice = told["data"].as_array().unwrap().iter().find(|mail| mail["kind"] == "mandate_prenotification").unwrap();
        assert_eq!(notice["recipient"], "carla@debtor.example");
        let batch = open_batch(&owner);
        assert_eq!(shown["batch_id"], json!(batch));
        let closed = close(&owner, &batch).expect(200).json();
        assert_eq!((&closed["state"], &closed["name"]), (&json!("in_progress"), &json!("SEPA-000001")));
        assert_eq!(closed["totals"], json!([{"gateway": "sepa", "state": "pending", "count": 1, "amount": {"amount": "60.00", "currency": "EUR"}}]));
        let file = owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200);
        assert_eq!(file.header("content-type"), Some("application/octet-stream"));
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"SEPA-000001.xml\""));
        for part in [GERMAN, SPANISH, "<MsgId>SEPA-000001</MsgId>", "<InstdAmt Ccy=\"EUR\">60.00</InstdAmt>", "<EndToEndId>DD0000000001</EndToEndId>",
            &format!("<ReqdColltnDt>{due}</ReqdColltnDt>"), &format!("<MndtId>{}</MndtId>", mandate["reference"].as_str().unwrap()), "<Nm>Alice Martin</Nm>"] {
            assert!(file.text.contains(part), "{part} in {}", file.text);
        }
        assert_eq!(state(&owner, id), "pending");
        // the next one joins a batch of its own
        let next = invoice(&owner, &debtor.client, "7.00");
        super::debit(&owner, &next, &method).expect(202);
        assert_ne!(open_batch(&owner), batch);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// What cannot be debited is refused with the place that is wrong, and nothing is stored.
    fn wrong_accounts_and_mandates_are_named(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let debtor = debtor(&owner, "Carla", "60.00");
        let mut count = 0;
        let mut refused = |method: Value, place: &str| {
            count += 1;
            let wish = json!({"client_id": debtor.client, "method": method});
            let answer = owner.post_once("/v1/payment-methods", &format!("wrong-{count}"), wish);
            assert_eq!(answer.status, 422, "{}", answer.text);
            answer.names(&format!("/method{place}"));
        };
        let good = json!({"holder": "Alice Martin", "iban": GERMAN});
        let signed = json!({"accepted": true});
        refused(json!({"gateway": "sepa", "account": good}), "/mandate");
        refused(json!({"gateway": "sepa", "account": good, "mandate": {"accepted": false}}), "/mandate/accepted");
        refused(json!({"gateway": "sepa", "account": {"holder": "Alice Martin", "iban": "DE88370400440532013000"}, "mandate": signed}), "/account/iban");
        refused(json!({"gateway": "sepa", "account": {"holder": "", "iban": GERMAN}, "mandate": signed}), "/account/holder");
        // Brazil is not in SEPA; Switzerland is, but outside the European Economic Area
        refused(json!({"gateway": "sepa", "account": {"holder": "A", "iban": "BR1800360305000010009795493C1"}, "mandate": signed}), "/account/iban");
        refused(json!({"gateway": "sepa", "account": {"holder": "A", "iban": "CH9300762011623852957"}, "mandate": signed}), "/account/bic");
        refused(json!({"gateway": "sepa", "account": good, "mandate": {"accepted": true, "signed_on": "2030-01-01"}}), "/mandate/signed_on");
        refused(json!({"gateway": "sepa", "account": good, "mandate": {"accepted": true, "reference": "with blank"}}), "/mandate/reference");
        refused(json!({"gateway": "sepa", "card": {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "A"}}), "/card");
        refused(json!({"gateway": "fake", "account": good}), "/card");
        let kept = owner.get(&format!("/v1/payment-methods?client_id={}", debtor.client)).expect(200).json();
        assert_eq!((kept["data"].as_array().unwrap().len(), owner.get("/v1/mandates").expect(200).json()["data"].as_array().unwrap().len()), (0, 0));
        let key = "two-currencies";
        let usd = crate::api::invoices::issued(&owner, "USD", &[("1", "60.00")]);
        let method = store(&owner, &crate::api::invoices::first_client(&owner), GERMAN);
        owner.post_once(&format!("/v1/invoices/{usd}/pay"), key, json!({"payment_method_id": method})).expect(422).names("/gateway");
    }

    /// Taken out of the batch and put back; another plug-in's, another state's and strangers are refused. Declining one
    /// takes it out for good.
    fn debits_are_taken_out_and_put_back(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        let first = debit(&owner, &one.invoice, &method).expect(202).text("/id");
        let second = debit(&owner, &invoice(&owner, &one.client, "7.00"), &method).expect(202).text("/id");
        let batch = open_batch(&owner);
        let count = || owner.get(&format!("/v1/bank-debits?batch_id={batch}")).expect(200).json()["data"].as_array().unwrap().len();
        let act = |verb: &str, ids: Value| owner.post(&format!("/v1/bank-batches/{batch}/{verb}"), json!({ "transactions": ids }));
        act("include", json!([first])).expect(422).names("/transactions/0");
        act("exclude", json!([first])).expect(200);
        act("exclude", json!([first])).expect(422).names("/transactions/0");
        assert_eq!(count(), 1);
        assert_eq!(owner.get("/v1/bank-debits?is_batched=false").expect(200).json()["data"].as_array().unwrap().len(), 1);
        act("include", json!([first])).expect(200);
        assert_eq!(count(), 2);
        act("include", json!([world.seller("north").ids["txn"]])).expect(422).names("/transactions/0");
        let decide = |id: &str, state: &str| owner.post(&format!("/v1/transactions/{id}/decide"), json!({"state": state, "comment": "By phone"}));
        decide(&first, "approved").refused(409, "wrong_state");
        decide(&first, "declined").expect(200);
        assert_eq!(count(), 1);
        let forget = owner.delete(&format!("/v1/payment-methods/{method}"));
        forget.refused(409, "conflict");
        close(&owner, &batch).expect(200);
        act("exclude", json!([second])).refused(409, "wrong_state");
        // the bank says nothing, a person does: one approval completes the batch
        decide(&second, "approved").expect(200);
        assert_eq!(owner.get(&format!("/v1/bank-batches/{batch}")).expect(200).text("/state"), "completed");
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// 60.00 approved, 7.00 undecided: deleting the batch undoes the approval, and both are debited anew under references of
    /// their own. Then nothing is undecided any more, so nothing can be deleted.
    fn deleting_a_batch_undoes_it(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        let first = debit(&owner, &one.invoice, &method).expect(202).text("/id");
        let other = invoice(&owner, &one.client, "7.00");
        let second = debit(&owner, &other, &method).expect(202).text("/id");
        let batch = open_batch(&owner);
        close(&owner, &batch).expect(200);
        let decide = |id: &str, state: &str| owner.post(&format!("/v1/transactions/{id}/decide"), json!({"state": state, "comment": "By phone"})).expect(200);
        decide(&first, "approved");
        assert_eq!(get(&owner, &one.invoice)["status"], "paid");
        owner.delete(&format!("/v1/bank-batches/{batch}")).expect(204);
        assert_eq!((state(&owner, &first), state(&owner, &second)), ("refunded".into(), "voided".into()));
        assert_ne!(get(&owner, &one.invoice)["status"], "paid");
        let next = open_batch(&owner);
        let all = owner.get(&format!("/v1/bank-debits?batch_id={next}&sort=created_at")).expect(200).json();
        let replaced: Vec<_> = all["data"].as_array().unwrap().iter().map(|debit| debit["replaces_id"].as_str().unwrap()).collect();
        assert_eq!(replaced, [first.as_str(), second.as_str()]);
        close(&owner, &next).expect(200);
        let file = owner.get(&format!("/v1/bank-batches/{next}/file")).expect(200);
        assert_eq!(references(&file.text), ["DD0000000003", "DD0000000004"]);
        for debit in all["data"].as_array().unwrap() {
            decide(debit["transaction"]["id"].as_str().unwrap(), "declined");
        }
        assert_eq!(owner.get(&format!("/v1/bank-batches/{next}")).expect(200).text("/state"), "declined");
        owner.delete(&format!("/v1/bank-batches/{next}")).refused(409, "wrong_state");
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Without an account of its own a plug-in collects for the responsible administrator's; who that is is a setting.
    fn the_responsible_administrators_account_is_used(world) {
        let owner = world.owner("north");
        let mut plugin = sepa();
        plugin["settings"].as_object_mut().unwrap().remove("account");
        owner.post("/v1/gateways", plugin).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        debit(&owner, &one.invoice, &store(&owner, &one.client, GERMAN)).expect(202);
        let batch = open_batch(&owner);
        owner.send("POST", &format!("/v1/bank-batches/{batch}/close"), &[("idempotency-key", "early")], None).refused(409, "conflict");
        let clerk = world.seller("north").ids["adm"].clone();
        let path = format!("/v1/administrators/{clerk}/bank-account");
        owner.get(&path).refused(404, "not_found");
        put(&owner, &path, json!({"holder": "North Hosting", "iban": "FR1420041010050500013M02607"})).expect(422).names("/iban");
        let kept = put(&owner, &path, json!({"holder": "North Hosting", "iban": "FR1420041010050500013M02606"})).expect(200);
        assert_eq!(kept.text("/label"), "FR14 •••• •••• 2606");
        let foreign = world.seller("south").ids["adm"].clone();
        put(&owner, "/v1/settings", json!({"bank_files": {"responsible_administrator": foreign}})).refused(404, "not_found");
        put(&owner, "/v1/settings", json!({"bank_files": {"responsible_administrator": clerk}})).expect(200);
        close(&owner, &batch).expect(200);
        let file = owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text;
        assert!(file.contains("<IBAN>FR1420041010050500013M02606</IBAN>") && !file.contains(SPANISH), "{file}");
        owner.delete(&path).expect(204);
    }

    /// A German account stands in no file for Spanish banks: it is left out and said, and the others go to the bank.
    fn what_a_format_cannot_hold_is_left_out(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let (one, two) = (debtor(&owner, "Carla", "60.00"), debtor(&owner, "Dora", "7.00"));
        // outside the European Economic Area the address is sent, too, and its street has 70 letters there
        owner.patch(&format!("/v1/clients/{}", two.client), json!({"address": {"line1": "S".repeat(71), "city": "Bern", "postal_code": "3000", "country": "CH"}})).expect(200);
        let pay = |invoice: &str, account: Value, key: &str| {
            let wish = json!({"gateway": "sepa", "account": account, "mandate": {"accepted": true}});
            owner.post_once(&format!("/v1/invoices/{invoice}/pay"), key, wish).expect(202).text("/id")
        };
        let german = pay(&one.invoice, json!({"holder": "Carla", "iban": GERMAN}), "a");
        let swiss = pay(&two.invoice, json!({"holder": "Dora", "iban": SWISS, "bic": "POFICHBEXXX"}), "b");
        let batch = open_batch(&owner);
        let closed = close(&owner, &batch).expect(200).json();
        assert_eq!((&closed["state"], &closed["totals"][0]["count"]), (&json!("in_progress"), &json!(1)));
        assert_eq!((state(&owner, &german), state(&owner, &swiss)), ("pending".into(), "new".into()));
        let todo = owner.get("/v1/todos?state=open&kind=payment_unknown").expect(200);
        assert_eq!(todo.text("/data/0/subject_id"), swiss);
        assert!(todo.text("/data/0/detail").contains("address"), "{}", todo.text("/data/0/detail"));
    }

    /// What no file of a plug-in could ever hold is refused where it is typed: accounts of other countries, and names and banks.
    fn accounts_that_a_format_cannot_hold_are_not_stored(world) {
        let owner = world.owner("north");
        for body in [national("norma19"), national("dtaus"), sepa()] {
            owner.post("/v1/gateways", body).expect(201);
        }
        let one = debtor(&owner, "Carla", "60.00");
        let long = "Maximiliane Hohenlohe-Waldenburg und Schillingsfuerst zu X"; // 58 letters; DTAUS has two lines of 27
        for (gateway, account, place) in [
            ("norma19", json!({"holder": "Carla", "iban": GERMAN}), "/method/account/iban"),
            ("norma19", json!({"holder": "Carla", "bank_code": "37040044", "account_number": "532013000"}), "/method/account/account_number"),
            ("dtaus", json!({"holder": "Carla", "ccc": "2100 0418 45 0200051332"}), "/method/account/ccc"),
            ("dtaus", json!({"holder": long, "iban": GERMAN}), "/method/account/holder"),
            ("sepa", json!({"holder": "Carla", "iban": SWISS}), "/method/account/bic"),
            ("sepa", json!({"holder": "Carla", "iban": "BR1800360305000010009795493C1"}), "/method/account/iban"),
        ] {
            let wish = json!({"client_id": one.client, "method": {"gateway": gateway, "account": account}});
            owner.post_once("/v1/payment-methods", place, wish).refused(422, "validation_failed").names(place);
        }
        let spanish = json!({"gateway": "dtaus", "account": {"holder": "Carla", "iban": SPANISH}});
        owner.post_once(&format!("/v1/invoices/{}/pay", one.invoice), "a", spanish).refused(422, "validation_failed").names("/account/iban");
    }

    /// The national formats need no mandate. Norma 19 has records of 162 characters, DTAUS blocks of 128.
    fn national_formats_need_no_mandate(world) {
        let owner = world.owner("north");
        for connector in ["norma19", "dtaus"] {
            owner.post("/v1/gateways", national(connector)).expect(201);
        }
        let one = debtor(&owner, "Carla", "60.00");
        let number = get(&owner, &one.invoice)["number"].as_str().unwrap().to_string();
        let pay = |invoice: &str, gateway: &str, account: Value, key: &str| {
            owner.post_once(&format!("/v1/invoices/{invoice}/pay"), key, json!({"gateway": gateway, "account": account}))
        };
        pay(&one.invoice, "norma19", json!({"holder": "Carla", "ccc": "2100 0418 46 0200051332"}), "a").expect(422).names("/account/ccc");
        pay(&one.invoice, "norma19", json!({"holder": "Carla", "ccc": "2100 0418 45 0200051332"}), "b").expect(202);
        pay(&invoice(&owner, &one.client, "7.00"), "dtaus", json!({"holder": "Carla", "bank_code": "37040044", "account_number": "532013000"}), "c").expect(202);
        assert_eq!(owner.get("/v1/mandates").expect(200).json()["data"], json!([]));
        let open = owner.get("/v1/bank-batches?state=open").expect(200).json();
        for batch in open["data"].as_array().unwrap() {
            let id = batch["id"].as_str().unwrap();
            close(&owner, id).expect(200);
            let file = owner.get(&format!("/v1/bank-batches/{id}/file")).expect(200).text;
            let sheet = owner.get(&format!("/v1/bank-batches/{id}/cover-note"));
            if batch["gateway"] == "norma19" {
                sheet.refused(409, "wrong_state");
                let lines: Vec<_> = file.split("\r\n").filter(|line| !line.is_empty()).collect();
                assert!(lines.iter().all(|line| line.chars().count() == 162), "{file}");
                let debit = lines.iter().find(|line| line.starts_with("5680")).unwrap();
                assert!(debit.contains("21000418450200051332") && debit.contains("0000006000") && debit.contains(&format!("FACTURA {number}").to_uppercase()), "{debit}");
                assert!(lines.iter().any(|line| line.starts_with("5686") && line.contains("2 SIDE STREET")), "{file}");
            } else {
                assert_eq!(file.chars().count() % 128, 0, "{file}");
                assert!(file.contains("37040044") && file.contains("00000000700"), "{file}");
                // signed for one debit of 7.00 from account 532013000
                let sheet = sheet.expect(200).text;
                let says = |end: &str| sheet.lines().any(|line| line.ends_with(end));
                assert!(sheet.starts_with("Begleitzettel") && says(" 1") && says(" 7,00") && says(" 532013000"), "{sheet}");
            }
        }
    }
}
