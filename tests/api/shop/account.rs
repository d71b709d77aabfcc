//! The account area: one's own invoices, data and password, and nobody else's.

use super::{STORE, card, checkout, fill, list, open, someone};
use crate::support::browser::Browser;
use crate::support::world::PASSWORD;
use diesel::prelude::*;
use serde_json::{Value, json};

both! {
    fn nobody_sees_the_invoices_of_others(world) {
        let (_, browser) = open(world);
        let form = someone(checkout(&browser, "s.example"), "Sara").with("payment", "transfer");
        let result = browser.submit(&form).expect(200);
        let invoice = result.link("See the invoice");
        // the days of a line are said once, in the reader's way
        let page = browser.open(&invoice).expect(200).main();
        assert!(page.contains("January 5, 2026 – February 4, 2026") && !page.contains("2026-01-05"), "{page}");
        let other = Browser::new(&world.server.url);
        // not signed in: sign in first, and come back to what is not one's own
        let sign_in = other.open(&invoice).expect(200).at("/account/sign-in/");
        let wrong = other.submit(&sign_in.form("/sign-in/").all(&[("email", "alice@north-client.example"), ("password", "wrong")])).expect(422);
        assert!(wrong.main().contains("The e-mail or the password is wrong"), "{}", wrong.main());
        let form = wrong.form("/sign-in/").all(&[("email", "alice@north-client.example"), ("password", PASSWORD)]);
        let gone = other.submit(&form).expect(404);
        assert_eq!(gone.texts("h1"), ["This page does not exist"]);
        for path in [result.path.as_str(), &format!("{invoice}pay/"), &format!("{STORE}/account/invoices/x/"), &result.path.replace("result", "pay")] {
            other.open(path).expect(404);
        }
        // what belongs to the other client cannot be paid either
        let own = other.open(&format!("{STORE}/account/profile/")).expect(200).form("/profile/");
        let csrf = own.value("csrf").unwrap().to_string();
        let body = format!("csrf={csrf}&once=k&number=4242424242424242&expiry=08/30&code=123&holder=A");
        assert_eq!(other.send("POST", &format!("{invoice}pay/"), Some(body)).status, 404);
        // a session of one store is none in another
        assert!(other.open("/stores/south/corner/en/account/").path.contains("/sign-in/"));
        // drafts are not shown
        let draft = world.seller("north").owner.get("/v1/invoices?status=draft").json()["data"][0]["id"].as_str().unwrap().to_string();
        other.open(&format!("{STORE}/account/invoices/{draft}/")).expect(404);
    }

    fn a_known_client_signs_in_and_orders(world) {
        let (owner, browser) = open(world);
        fill(&browser, "k.example");
        let sign_in = browser.open(&browser.open(&format!("{STORE}/checkout/")).link("Sign in")).expect(200);
        let form = sign_in.form("/sign-in/").all(&[("email", "alice@north-client.example"), ("password", PASSWORD)]);
        let checkout = browser.submit(&form).expect(200).at("/checkout/");
        assert!(checkout.main().contains("You are signed in as Alice Martin."), "{}", checkout.main());
        let pay = browser.submit(&checkout.form("/checkout/").with("payment", "fake")).expect(200);
        browser.submit(&card(pay.form(&pay.path).with("method", ""), "4242424242424242")).expect(200);
        let order = list(&owner, "/v1/orders?sort=-number").remove(0);
        assert_eq!((&order["client_id"], &order["gross"]["amount"]), (&json!(world.seller("north").ids["cli"]), &json!("18.00")));
        // where one goes on is a page of this store
        browser.forget();
        for next in ["//evil.example/", "https://evil.example/", "../../x", "checkout//evil"] {
            let page = browser.open(&format!("{STORE}/account/sign-in/?next={next}")).expect(200);
            assert_eq!(page.form("/sign-in/").value("next"), None, "{next}");
        }
        let form = browser.open(&format!("{STORE}/account/sign-in/")).form("/sign-in/").all(&[("email", "alice@north-client.example"), ("password", PASSWORD)]);
        let account = browser.submit(&form.with("next", "https://evil.example/")).expect(200).at("/account/");
        browser.submit(&account.form("/sign-out")).expect(200);
        assert!(browser.cookie("account").is_none());
        browser.open(&format!("{STORE}/account/")).at("/sign-in/");
    }

    fn a_client_changes_its_own_data(world) {
        let (owner, browser) = open(world);
        let client = world.seller_ids("north", "cli");
        let form = browser.open(&format!("{STORE}/account/sign-in/")).form("/sign-in/").all(&[("email", "alice@north-client.example"), ("password", PASSWORD)]);
        browser.submit(&form).expect(200);
        let profile = browser.open(&format!("{STORE}/account/profile/")).expect(200);
        assert_eq!((profile.form("/profile/").value("company"), profile.texts("ul.bought .strong").len()), (Some("First Ltd"), 2));
        let wrong = browser.submit(&profile.form("/profile/").all(&[("email", "bob@north-client.example")])).expect(422);
        assert_eq!(wrong.wrong_fields(), ["email"]);
        let wrong = browser.submit(&profile.form("/profile/").all(&[("password", "staple battery horse"), ("current_password", "x")])).expect(422);
        assert_eq!(wrong.wrong_fields(), ["current_password"]);
        let saved = browser.submit(&profile.form("/profile/").all(&[
            ("city", "Beaune"), ("phone", "+33 3 80 00 00 01"), ("password", "staple battery horse"), ("current_password", PASSWORD)])).expect(200);
        assert_eq!(saved.texts(".saved"), ["Your changes are saved."]);
        let client = owner.get(&format!("/v1/clients/{client}")).expect(200).json();
        assert_eq!((&client["address"]["city"], &client["primary_contact"]["phone"]), (&json!("Beaune"), &json!("+33 3 80 00 00 01")));
        world.stranger.sign_in("client", "north", "alice@north-client.example", "staple battery horse");
    }

    fn a_forgotten_password_is_set_by_mail(world) {
        let (_, browser) = open(world);
        let ask = browser.open(&format!("{STORE}/account/forgotten-password/")).expect(200);
        for email in ["nobody@nowhere.example", "alice@north-client.example"] {
            let sent = browser.submit(&ask.form("/forgotten-password/").with("email", email)).expect(200);
            assert!(sent.main().contains("a link is on its way"), "{}", sent.main());
        }
        assert_eq!(browser.submit(&ask.form("/forgotten-password/").with("email", "x")).expect(422).wrong_fields(), ["email"]);
        use comptoir_db::schema::mails;
        let found = mails::table.filter(mails::recipient.eq("alice@north-client.example")).order(mails::id.desc()).select(mails::variables);
        let text: String = found.first(&mut world.database.connect()).unwrap();
        let link = serde_json::from_str::<Value>(&text).unwrap()["link"].as_str().unwrap().to_string();
        let path = link.strip_prefix("http://127.0.0.1:8080").unwrap();
        assert!(path.starts_with(&format!("{STORE}/account/new-password/?token=")), "{link}");
        let page = browser.open(path).expect(200);
        assert_eq!(browser.submit(&page.form("/new-password/").with("password", "short")).expect(422).wrong_fields(), ["password"]);
        let form = page.form("/new-password/").with("password", "staple battery horse");
        browser.submit(&form).expect(200).at("/sign-in/");
        assert!(browser.submit(&form).expect(422).main().contains("This link was used already"));
        let sign_in = browser.open(&format!("{STORE}/account/sign-in/")).form("/sign-in/");
        browser.submit(&sign_in.all(&[("email", "alice@north-client.example"), ("password", "staple battery horse")])).expect(200).at("/account/");
    }
}
