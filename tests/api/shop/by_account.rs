//! Paying from a bank account: number and mandate are given in the checkout, the bank's answer pays the order.

use crate::api::bank::{GERMAN, close, open_batch, references, sepa, statements, tell};
use crate::api::shop::{checkout, open, someone};
use serde_json::json;

both! {
    /// A number that is mistyped and a mandate that is not signed are said beside their fields; then the account is debited,
    /// which takes days: the order waits. 15.00 and 20 % are 18.00. The statement pays it.
    fn an_order_is_debited(world) {
        let (owner, browser) = open(world);
        owner.post("/v1/gateways", sepa()).expect(201);
        let stores = owner.get("/v1/stores").expect(200).json();
        let store = stores["data"].as_array().unwrap().iter().find(|store| store["code"] == "corner").unwrap();
        owner.patch(&format!("/v1/stores/{}", store["id"].as_str().unwrap()), json!({"gateways": ["sepa", "transfer"]})).expect(200);
        let form = someone(checkout(&browser, "d.example"), "Dora").with("payment", "sepa");
        let page = browser.submit(&form).expect(200);
        assert!(page.main().contains("SEPA Direct Debit Mandate") && page.main().contains("Debit €18.00"), "{}", page.main());
        let form = page.form(&page.path).with("account_holder", "Dora New").with("iban", "DE88370400440532013000");
        let again = browser.submit(&form.with("mandate", "yes")).expect(422);
        assert!(!again.wrong_fields().is_empty(), "{}", again.main());
        let mut form = again.form(&page.path).with("account_holder", "Dora New").with("iban", "DE89 3704 0044 0532 0130 00");
        form.fields.retain(|(name, _)| name != "mandate");
        let again = browser.submit(&form).expect(422);
        assert!(!again.wrong_fields().is_empty(), "{}", again.main());
        let form = again.form(&page.path).with("account_holder", "Dora New").with("iban", "DE89 3704 0044 0532 0130 00");
        let result = browser.submit(&form.with("mandate", "yes")).expect(200);
        assert!(result.path.contains("/checkout/result/"), "{}", result.path);
        let order = || owner.get("/v1/orders?sort=-number").expect(200).json()["data"][0].clone();
        assert_eq!(order()["state"], "waiting_for_payment");
        let mandate = owner.get("/v1/mandates").expect(200).json()["data"][0].clone();
        assert!(mandate["signed_at"].is_string() && mandate["signed_from"].is_string(), "{mandate}");
        let batch = open_batch(&owner);
        close(&owner, &batch).expect(200);
        let file = owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text;
        assert!(file.contains(GERMAN) && file.contains("18.00"), "{file}");
        tell(&owner, &statements::camt("S1", &[statements::credited("18.00", &references(&file)[0])])).expect(201);
        assert_ne!(order()["state"], "waiting_for_payment");
    }
}
