//! From the home page to the paid invoice, and what can go wrong on the way.

use super::{STORE, card, checkout, fill, list, open, order, someone, sum};
use crate::api::orders::corner;
use crate::support::browser::Browser;
use crate::support::world::PASSWORD;
use chrono::TimeDelta;
use serde_json::json;

both! {
    /// 10.00 + 2.00 a month and 5.00 once are 17.00; less 10 % are 15.30; with 20 % of 3.06 they are 18.36. Then 12.00 less
    /// 10 % are 10.80, with 2.16 they are 12.96.
    fn from_home_to_the_paid_invoice(world) {
        let (owner, browser) = open(world);
        let home = browser.open("/stores/north/corner/").expect(200);
        assert_eq!(home.texts("h1"), ["Corner"]);
        let plan = browser.open(&home.link("Choose Starter")).expect(200);
        assert!(plan.main().contains("5 GB") && plan.main().contains("€10.00"), "{}", plan.main());
        let add_on = plan.attributes("[name=add_on]", "value").pop().unwrap();
        let search = browser.submit(&plan.form("/cart/add").with("add_on", add_on)).expect(200).at("/domains/search");
        let found = browser.submit(&search.form("/domains/search").with("want", "use_own").with("name", "Bäckerei.example")).expect(200);
        assert!(found.main().contains("bäckerei.example"), "{}", found.main());
        let cart = browser.submit(&found.form("/cart/domain")).expect(200).at("/cart/");
        assert_eq!(sum(&cart), ["€17.00", "€3.40", "€20.40"]);
        assert!(cart.main().contains("1 GB more") && cart.main().contains("bäckerei.example"), "{}", cart.main());
        assert!(browser.cookie("cart").unwrap().contains("HttpOnly; SameSite=Lax; Path=/stores/north/corner/"));
        assert!(!browser.cookie("cart_items").unwrap().contains("HttpOnly"));
        let cart = browser.submit(&cart.form("/cart/coupon").with("coupon", "welcome")).expect(200);
        assert_eq!(sum(&cart), ["€17.00", "-€1.70", "€3.06", "€18.36"]);
        assert!(cart.main().contains("Then €12.96 per month, taxes included."), "{}", cart.main());

        let checkout = browser.open(&cart.link("Go to checkout")).expect(200);
        assert_eq!(sum(&checkout), ["€17.00", "-€1.70", "€3.06", "€18.36"]);
        let pay = browser.submit(&someone(checkout.form("/checkout/"), "Nora").with("payment", "fake")).expect(200);
        assert!(pay.path.contains("/checkout/pay/") && pay.main().contains("€18.36"), "{}: {}", pay.path, pay.main());
        assert!(browser.cookie("account").unwrap().contains("HttpOnly"));
        let done = browser.submit(&card(pay.form(pay.path.as_str()), "4242 4242 4242 4242")).expect(200);
        assert!(done.path.contains("/checkout/result/") && done.texts("h1") == ["Thank you for your order"], "{}", done.main());

        let invoice = browser.open(&done.link("See the invoice")).expect(200);
        assert_eq!(invoice.texts(".paper-sums dd"), ["€17.00", "-€1.70", "€3.06", "€18.36", "€18.36", "€0.00"]);
        assert!(invoice.main().contains("Paid") && invoice.main().contains("north Hosting"), "{}", invoice.main());
        let account = browser.open(&format!("{STORE}/account/")).expect(200);
        assert!(account.main().contains("Hello, Nora New") && account.main().contains("Nothing, thank you."), "{}", account.main());
        assert_eq!(browser.open(&format!("{STORE}/account/subscriptions/")).texts("ul.lines h3"), ["Starter"]);
        assert_eq!(browser.open(&format!("{STORE}/cart/")).texts("p.lead"), ["There is nothing in your cart yet."]);
        // the same numbers in the books, and the service is asked for
        let order = list(&owner, "/v1/orders?sort=-number").remove(0);
        assert_eq!((&order["gross"]["amount"], &order["state"]), (&json!("18.36"), &json!("provisioning")));
        let transaction = list(&owner, "/v1/transactions?gateway=fake").into_iter().find(|one| one["order_id"] == order["id"]).unwrap();
        assert_eq!((&transaction["state"], &transaction["amount"]["amount"]), (&json!("approved"), &json!("18.36")));
        assert!(!world.database.digest().values().any(|rows| rows.contains("4242424242424242")), "a card was stored");
    }

    fn forms_of_others_do_nothing(world) {
        let (_, browser) = open(world);
        let form = someone(checkout(&browser, "a.example"), "Mallory").with("payment", "transfer");
        let before = world.database.digest();
        for csrf in ["", "00", &"0".repeat(64)] {
            let refused = browser.submit(&form.clone().with("csrf", csrf)).expect(403);
            assert_eq!(refused.texts("h1"), ["This page was open for too long"]);
        }
        // the token of another browser, and ours without the cookie
        let other = Browser::new(&world.server.url);
        let foreign = checkout(&other, "b.example").value("csrf").unwrap().to_string();
        browser.submit(&form.clone().with("csrf", foreign)).expect(403);
        Browser::new(&world.server.url).submit(&form).expect(403);
        assert_eq!(world.database.digest(), before);
        browser.submit(&form).expect(200);
    }

    fn an_order_is_made_once(world) {
        let (owner, browser) = open(world);
        let before = list(&owner, "/v1/orders").len();
        let form = someone(checkout(&browser, "twice.example"), "Tina").with("payment", "transfer");
        let twin = browser.twin();
        let first = browser.send_form(&form).expect(303);
        // the answer was lost, and with it its cookies: the same form leads to the same order, and signs in
        let again = twin.send_form(&form).expect(303);
        assert_eq!((first.headers.get("location"), list(&owner, "/v1/orders").len()), (again.headers.get("location"), before + 1));
        for browser in [&browser, &twin] {
            let result = browser.open(again.headers["location"].to_str().unwrap()).expect(200);
            assert_eq!(result.texts("h1"), ["Thank you, one step is left"]);
        }
        // once signed in, the form of someone new is no longer ours
        browser.submit(&form).expect(403);
        // another form with that address is another order, and the address is taken
        browser.forget();
        let form = someone(checkout(&browser, "thrice.example"), "Tina").with("payment", "transfer");
        let refused = browser.submit(&form).expect(422);
        assert_eq!(refused.wrong_fields(), ["email"]);
        assert_eq!(refused.form("/checkout/").value("street"), Some("3 place du Marché"));
        assert!(!refused.html.contains(PASSWORD) && list(&owner, "/v1/orders").len() == before + 1);
    }

    fn a_card_that_is_declined_can_be_tried_again(world) {
        let (owner, browser) = open(world);
        let pay = order(&browser, "Dora");
        let action = pay.path.clone();
        let wrong = browser.submit(&pay.form(&action).all(&[("number", "1"), ("expiry", "13/30"), ("code", "x"), ("holder", "")])).expect(422);
        assert_eq!(wrong.wrong_fields(), ["number", "expiry", "code", "holder"]);
        let declined = browser.submit(&card(wrong.form(&action), "4000000000000010")).expect(422);
        assert!(declined.main().contains("The payment was declined"), "{}", declined.main());
        assert!(!declined.html.contains("4000000000000010"));
        let number = action.trim_end_matches('/').rsplit('/').next().unwrap();
        let result = browser.open(&format!("{STORE}/checkout/result/{number}/")).expect(200);
        assert_eq!(result.texts("h1"), ["The payment did not go through"]);
        let pay = browser.open(&result.link("Go to payment")).expect(200);
        let form = card(pay.form(&action), "4242424242424242");
        let done = browser.submit(&form).expect(200);
        assert_eq!(done.texts("h1"), ["Thank you for your order"]);
        // sent twice, charged once
        browser.submit(&form).expect(200);
        let approved: Vec<_> = list(&owner, "/v1/transactions?gateway=fake&state=approved");
        assert_eq!(approved.len(), 1, "{approved:?}");
        // and nothing is left to pay
        browser.open(&action).expect(200).at("/");
    }

    /// Two order one name; who pays first gets it, and who pays second has paid: a person decides.
    fn a_name_goes_to_who_pays_first(world) {
        let (owner, browser) = open(world);
        let other = Browser::new(&world.server.url);
        let mut forms = Vec::new();
        for (browser, name) in [(&browser, "Prima"), (&other, "Seconda")] {
            let form = someone(checkout(browser, "one.example"), name).with("payment", "fake");
            let pay = browser.submit(&form).expect(200);
            forms.push(card(pay.form(&pay.path), "4242424242424242"));
        }
        for (browser, form) in [&browser, &other].into_iter().zip(&forms) {
            assert_eq!(browser.submit(form).expect(200).texts("h1"), ["Thank you for your order"]);
        }
        let todos = list(&owner, "/v1/todos?kind=provisioning_failed");
        assert_eq!((todos.len(), todos[0]["title"].as_str().unwrap()), (1, "Cannot be set up: the name is taken"));
        assert_eq!(list(&owner, "/v1/transactions?gateway=fake&state=approved").len(), 2);
        // whoever comes later hears so at once, and so does who wants it twice
        let third = Browser::new(&world.server.url);
        let refused = fill(&third, "one.example");
        assert!(refused.main().contains("This name is in use here already"), "{}", refused.main());
        assert_eq!(refused.texts(".state.unknown").len(), 1);
        let fourth = Browser::new(&world.server.url);
        fill(&fourth, "two.example");
        assert!(fill(&fourth, "two.example").main().contains("This name is in use here already"));
    }

    fn who_waits_for_money_says_how_to_send_it(world) {
        let (_, browser) = open(world);
        let form = someone(checkout(&browser, "t.example"), "Theo").with("payment", "transfer");
        let result = browser.submit(&form).expect(200);
        assert_eq!(result.texts("h1"), ["Thank you, one step is left"]);
        let told = result.texts("dl.specs dd");
        assert_eq!((told[0].as_str(), told[1].as_str()), ("north Hosting", "€18.00"));
        // the invoice can be paid by card after all
        let invoice = browser.open(&result.link("See the invoice")).expect(200);
        assert_eq!(invoice.texts("article h1"), [format!("Invoice {}", told[2])]);
        let form = invoice.form(&invoice.path);
        let transfer = browser.submit(&form.clone().with("payment", "transfer")).expect(200);
        assert_eq!(transfer.texts("dl.specs dd"), told);
        let pay = browser.submit(&form.with("payment", "fake")).expect(200);
        let paid = browser.submit(&card(pay.form("/pay/"), "4242424242424242")).expect(200);
        assert_eq!(paid.texts("article .state"), ["Paid"]);
        assert!(paid.attributes("aside form", "action").is_empty(), "{}", paid.main());
    }

    fn a_changed_price_is_shown_before_it_is_charged(world) {
        let (owner, browser) = open(world);
        let form = someone(checkout(&browser, "p.example"), "Paula").with("payment", "transfer");
        let plan = world.seller("north").ids["pla"].clone();
        let price = json!({"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "20.00", "currency": "EUR"}, "valid_from": "2026-01-06"});
        owner.post(&format!("/v1/plans/{plan}/prices"), price).expect(201);
        // the next day
        world.server.business.advance_to("2026-01-06T12:00:00Z".parse().unwrap());
        let before = list(&owner, "/v1/orders").len();
        let asked = browser.submit(&form).expect(422);
        assert!(asked.main().contains("The price has changed"), "{}", asked.main());
        // 20.00 and 20 %
        assert_eq!(sum(&asked), ["€20.00", "€4.00", "€24.00"]);
        assert_eq!(list(&owner, "/v1/orders").len(), before);
        let form = asked.form("/checkout/").with("password", PASSWORD);
        assert_eq!(form.value("first_name"), Some("Paula"));
        browser.submit(&form).expect(200);
        assert_eq!(list(&owner, "/v1/orders?sort=-number")[0]["gross"]["amount"], "24.00");
    }

    /// Taxes are those of the address: 15.00 in Dijon cost 18.00, in Zürich 15.00.
    fn an_address_with_other_taxes_asks_again(world) {
        let (owner, browser) = open(world);
        let form = someone(checkout(&browser, "z.example"), "Zoe").with("payment", "transfer").all(&[("country", "CH"), ("city", "Zürich")]);
        let asked = browser.submit(&form).expect(422);
        assert_eq!(sum(&asked), ["€15.00", "€15.00"]);
        browser.submit(&asked.form("/checkout/").with("password", PASSWORD)).expect(200);
        assert_eq!(list(&owner, "/v1/orders?sort=-number")[0]["gross"]["amount"], "15.00");
    }

    /// In the words of the language that is read, in its order; what stands on the invoice, too.
    fn countries_are_called_as_shoppers_call_them(world) {
        let (owner, browser) = open(world);
        let store = corner(&owner)["id"].as_str().unwrap().to_string();
        owner.patch(&format!("/v1/stores/{store}"), json!({"locales": ["en", "fr"]})).expect(200);
        fill(&browser, "a.example");
        let page = browser.open("/stores/north/corner/fr/checkout/").expect(200);
        let names = page.texts("select[name=country] option");
        let at = |name: &str| names.iter().position(|one| one == name).unwrap_or_else(|| panic!("{names:?}"));
        assert!(at("Égypte") < at("Espagne") && at("Espagne") < at("États-Unis") && at("États-Unis") < at("Finlande"));
        assert_eq!(names.iter().filter(|name| *name == "Germany").count(), 0);
        let form = someone(page.form("/checkout/"), "Gerda").with("payment", "transfer").all(&[("country", "DE"), ("city", "Bonn")]);
        let asked = browser.submit(&form).expect(422);
        browser.submit(&asked.form("/checkout/").with("password", PASSWORD)).expect(200);
        let invoice = list(&owner, "/v1/orders?sort=-number")[0]["invoice_id"].as_str().unwrap().to_string();
        let read = |language: &str| browser.open(&format!("/stores/north/corner/{language}/account/invoices/{invoice}/")).expect(200).main();
        assert!(read("fr").contains("Allemagne") && read("en").contains("Germany"), "{}", read("fr"));
    }

    /// 18.00 in Dijon are 15.00 for a business of another member, which owes the VAT itself; checkout and invoice say so in
    /// the words of directive 2006/112/EC, art. 226 (11a).
    fn a_business_of_another_member_types_its_number(world) {
        let (owner, browser) = open(world);
        let wolf = [("kind", "company"), ("company", "Wolf GmbH"), ("vat_number", "ATU 1358 5627"), ("country", "AT"), ("city", "Wien")];
        let form = someone(checkout(&browser, "wien.example"), "Wolf").with("payment", "transfer").all(&wolf);
        let asked = browser.submit(&form.clone().with("vat_number", "ATU13585626")).expect(422);
        assert_eq!(asked.wrong_fields(), ["vat_number"]);
        let asked = browser.submit(&form).expect(422);
        assert_eq!(sum(&asked), ["€15.00", "€0.00", "€15.00"]);
        assert!(asked.texts("aside dl.totals dt")[1].starts_with("Reverse charge"));
        let done = browser.submit(&asked.form("/checkout/").with("password", PASSWORD)).expect(200);
        let invoice = browser.open(&done.link("See the invoice")).expect(200);
        assert!(invoice.main().contains("Reverse charge") && invoice.main().contains("ATU13585627"), "{}", invoice.main());
        assert_eq!(list(&owner, "/v1/orders?sort=-number")[0]["gross"]["amount"], "15.00");
    }

    fn an_old_quote_is_renewed(world) {
        let (_, browser) = open(world);
        let form = someone(checkout(&browser, "o.example"), "Olga").with("payment", "transfer");
        world.server.machine.advance_to(world.server.machine.now().plus(TimeDelta::minutes(31)));
        let asked = browser.submit(&form).expect(422);
        assert!(asked.main().contains("The price has changed"), "{}", asked.main());
        let renewed = asked.form("/checkout/").with("password", PASSWORD);
        for token in ["", "x.y", "eyJ9.AAAA"] {
            browser.submit(&renewed.clone().with("quote", token)).expect(422);
        }
        browser.submit(&renewed).expect(200);
        assert_eq!(list(&world.owner("north"), "/v1/orders?sort=-number")[0]["gross"]["amount"], "18.00");
    }

    fn everything_wrong_at_checkout_is_named(world) {
        let (_, browser) = open(world);
        let form = checkout(&browser, "w.example").all(&[("email", "nobody"), ("password", "short"), ("first_name", "Ann"), ("country", "")]);
        let refused = browser.submit(&form).expect(422);
        assert_eq!(refused.wrong_fields(), ["last_name", "street", "city", "country", "password"]);
        assert_eq!(refused.texts(".errors h2"), ["Please correct 5 things"]);
        assert_eq!(refused.form("/checkout/").value("first_name"), Some("Ann"));
        let form = someone(refused.form("/checkout/"), "Ann").with("email", "nobody");
        assert_eq!(browser.submit(&form).expect(422).wrong_fields(), ["email"]);
        // a company has a name, and here its VAT number
        let owner = world.owner("north");
        let store = list(&owner, "/v1/stores").into_iter().find(|store| store["code"] == "corner").unwrap();
        owner.patch(&format!("/v1/stores/{}", store["id"].as_str().unwrap()), json!({"require_vat_number": true})).expect(200);
        let company = someone(form, "Ann").with("kind", "company");
        assert_eq!(browser.submit(&company).expect(422).wrong_fields(), ["company"]);
        let named = company.clone().with("company", "Ann Ltd");
        assert_eq!(browser.submit(&named).expect(422).wrong_fields(), ["vat_number"]);
        let asked = browser.submit(&named.with("vat_number", "FR40303265045").with("payment", "transfer"));
        asked.expect(200);
    }

    /// Two contracts of 10.00, and 6.20 off: once off what is ordered, 20.00 + 2 × 5.00 − 6.20 = 23.80, but off each of the
    /// contracts when it renews: 20.00 − 2 × 6.20 = 7.60, with 20 % of 1.52 it is 9.12.
    fn later_a_fixed_coupon_comes_off_each_contract(world) {
        let (owner, browser) = open(world);
        let six = json!({"name": "Six", "code": "SIX", "value": {"fixed": {"amount": "6.20", "currency": "EUR"}}});
        owner.post("/v1/coupons", six).expect(201);
        fill(&browser, "one.example");
        let cart = fill(&browser, "two.example");
        let cart = browser.submit(&cart.form("/cart/coupon").with("coupon", "six")).expect(200);
        assert_eq!(sum(&cart), ["€30.00", "-€6.20", "€4.76", "€28.56"]);
        assert!(cart.main().contains("Then €9.12 per month, taxes included."), "{}", cart.main());
    }
}
