//! Payment methods in the account area: seen, added and removed by their owner.

use crate::api::bank::{debit, invoice, sepa};
use crate::api::payments::{bank, wait};
use crate::api::shop::{STORE, card, checkout, list, open, someone};
use crate::support::browser::Seen;
use comptoir_simulators::paypal::{PayPal, Wallet};
use comptoir_simulators::shell::Running;
use serde_json::json;

both! {
    /// A card and an account are added; what is mistyped or not signed is said beside its field. What is about to be debited
    /// from the account is announced, and meanwhile it cannot be removed; the card can. 60.00 and 20 % are 72.00.
    fn a_card_and_an_account(world) {
        let (owner, browser) = open(world);
        owner.post("/v1/gateways", sepa()).expect(201);
        let corner = list(&owner, "/v1/stores").into_iter().find(|store| store["code"] == "corner").unwrap();
        let path = format!("/v1/stores/{}", corner["id"].as_str().unwrap());
        owner.patch(&path, json!({"gateways": ["fake", "sepa", "transfer"]})).expect(200);
        let methods = format!("{STORE}/account/payment-methods/");
        browser.open(&methods).expect(200).at("/account/sign-in/");
        browser.submit(&someone(checkout(&browser, "m.example"), "Mona").with("payment", "transfer")).expect(200);
        let page = browser.open(&methods).expect(200);
        assert!(page.main().contains("No card and no bank account is kept."), "{}", page.main());

        let wrong = browser.submit(&card(page.form("/payment-methods/"), "4242")).expect(422);
        assert_eq!(wrong.wrong_fields(), ["number"]);
        let form = card(wrong.form("/payment-methods/"), "4242424242424242");
        for _ in 0..2 {
            let page = browser.submit(&form).expect(200);
            assert!(page.main().contains("•••• 4242 Can be charged. It is used first."), "{}", page.main());
            assert_eq!(page.texts(".lines > li").len(), 1);
        }

        let page = browser.open(&methods).expect(200);
        assert!(page.main().contains("Creditor: North Hosting") && page.main().contains("Debtor: Mona New"), "{}", page.main());
        let form = page.form("/payment-methods/").with("gateway", "sepa").with("account_holder", "Mona New");
        let form = form.with("iban", "DE89 3704 0044 0532 0130 00");
        let unsigned = browser.submit(&form).expect(422);
        assert_eq!(unsigned.wrong_fields(), ["mandate"]);
        let fresh = unsigned.form("/payment-methods/");
        let form = form.with("once", fresh.value("once").unwrap()).with("mandate", "yes");
        let page = browser.submit(&form).expect(200);
        assert_eq!(page.texts(".lines h2"), ["fake •••• 4242", "DE89 •••• •••• 3000"]);
        assert!(page.main().contains("signed on January 5, 2026. In force."), "{}", page.main());

        // the account, which came last, is used first, until she says otherwise
        let first = |page: &Seen| page.texts(".lines .state").iter().position(|said| said.ends_with("It is used first.")).unwrap();
        assert_eq!(first(&page), 1);
        let page = browser.submit(&page.form("/payment-methods/prefer")).expect(200);
        assert_eq!(first(&page), 0);
        let client = list(&owner, "/v1/clients?sort=-number")[0]["id"].as_str().unwrap().to_string();
        let kept = list(&owner, &format!("/v1/payment-methods?client_id={client}"));
        let account = kept.iter().find(|row| row["gateway"] == "sepa").unwrap()["id"].as_str().unwrap();
        let bill = invoice(&owner, &client, "60.00");
        let day = debit(&owner, &bill, account).expect(202).text("/id");
        let day = owner.get(&format!("/v1/bank-debits/{day}")).expect(200).text("/collect_on");
        assert_eq!(day, "2026-01-15");
        let page = browser.open(&methods).expect(200);
        assert_eq!(page.texts("tbody tr"), ["January 15, 2026DE89 •••• •••• 3000€72.00"]);
        let remove = page.form("/payment-methods/remove");
        let refused = browser.submit(&remove.clone().with("method", account)).expect(422);
        assert_eq!(refused.texts(".lines > li").len(), 2, "{}", refused.main());
        let page = browser.submit(&remove).expect(200);
        assert_eq!((page.texts(".lines h2"), first(&page)), (vec!["DE89 •••• •••• 3000".to_string()], 0));
        let foreign = world.seller("north").ids["pmt"].clone();
        browser.submit(&remove.with("method", &foreign)).expect(404);
        assert_eq!(list(&owner, &format!("/v1/payment-methods?client_id={client}")).len(), 1);
    }

    /// A card that is kept pays an invoice by one press, and is charged once; somebody else's does not.
    fn what_is_kept_pays_by_one_press(world) {
        let (owner, browser) = open(world);
        let result = browser.submit(&someone(checkout(&browser, "k.example"), "Kim").with("payment", "transfer")).expect(200);
        let methods = browser.open(&format!("{STORE}/account/payment-methods/")).expect(200);
        browser.submit(&card(methods.form("/payment-methods/"), "4242424242424242")).expect(200);
        let bill = browser.open(&result.link("See the invoice")).expect(200);
        let pay = browser.submit(&bill.form(&bill.path).with("payment", "fake")).expect(200);
        assert_eq!(pay.texts("button").iter().filter(|text| *text == "Pay €18.00 with fake •••• 4242").count(), 1, "{}", pay.main());
        let press = pay.form("/pay/");
        browser.submit(&press.clone().with("method", &world.seller("north").ids["pmt"])).expect(404);
        for _ in 0..2 {
            let paid = browser.submit(&press).expect(200);
            assert_eq!(paid.texts("article .state"), ["Paid"], "{}", paid.main());
        }
        let client = list(&owner, "/v1/clients?sort=-number")[0]["id"].as_str().unwrap().to_string();
        assert_eq!(list(&owner, &format!("/v1/transactions?client_id={client}")).len(), 1);
        // a card that works only while its owner types it is refused, and he can pay otherwise
        let methods = browser.open(&format!("{STORE}/account/payment-methods/")).expect(200);
        browser.submit(&card(methods.form("/payment-methods/"), "4000000000000127")).expect(200);
        let bill = invoice(&owner, &client, "60.00");
        let pay = browser.open(&format!("{STORE}/account/invoices/{bill}/pay/")).expect(200);
        let refused = browser.submit(&pay.form("/pay/")).expect(422);
        assert!(refused.texts("button").iter().any(|text| text.ends_with("with fake •••• 4242")), "{}", refused.main());
        assert_eq!(refused.texts("[role=alert]").len(), 1, "{}", refused.main());
    }

    /// The bank of a card wants to see Mona: she is led to it and comes back. Refused, it is not kept.
    fn a_card_that_its_bank_asks_about(world) {
        let (_, browser) = open(world);
        browser.submit(&someone(checkout(&browser, "m.example"), "Mona").with("payment", "transfer")).expect(200);
        let methods = format!("{STORE}/account/payment-methods/");
        for (agreed, said) in [(false, "It is not kept"), (true, "It is kept.")] {
            let page = browser.open(&methods).expect(200);
            let leave = browser.submit(&card(page.form("/payment-methods/"), "4000000000000135")).expect(200).at("/go/");
            let link = leave.link("Continue to payment");
            let (_, id) = link.rsplit_once('=').unwrap();
            wait(bank(world).confirm(id, agreed, world.server.business.now())).unwrap();
            let page = browser.open(&format!("{methods}back/")).expect(200);
            assert!(page.main().contains(said), "{}", page.main());
            assert_eq!(page.texts(".lines h2").len(), usize::from(agreed));
        }
        // nothing waits any more
        browser.open(&format!("{methods}go/")).expect(200).at("/account/payment-methods/");
    }

    /// What PayPal keeps is agreed to at its page: there is nothing to be typed.
    fn a_wallet_at_paypal(world) {
        let (owner, browser) = open(world);
        // app:s3cret
        let paypal = PayPal::new("Basic YXBwOnMzY3JldA==", "WH-9", world.server.machine.now().seconds());
        let paypal = Running::start(paypal);
        let settings = json!({"client_id": "app", "client_secret": "s3cret", "webhook_id": "WH-9", "address": paypal.url});
        owner.post("/v1/gateways", json!({"connector": "paypal", "name": "PayPal", "settings": settings})).expect(201);
        let corner = list(&owner, "/v1/stores").into_iter().find(|store| store["code"] == "corner").unwrap();
        let path = format!("/v1/stores/{}", corner["id"].as_str().unwrap());
        owner.patch(&path, json!({"gateways": ["paypal", "transfer"]})).expect(200);
        browser.submit(&someone(checkout(&browser, "m.example"), "Mona").with("payment", "transfer")).expect(200);
        let methods = format!("{STORE}/account/payment-methods/");
        let page = browser.open(&methods).expect(200);
        assert!(page.main().contains("Add PayPal"), "{}", page.main());
        let leave = browser.submit(&page.form("/payment-methods/")).expect(200).at("/go/");
        let link = leave.link("Continue to payment");
        paypal.with(|paypal| paypal.visit(&link, Some(Wallet::Pays)));
        let page = browser.open(&format!("{methods}back/")).expect(200);
        assert_eq!(page.texts(".lines h2"), ["paypal anna@example.org"]);
    }
}
