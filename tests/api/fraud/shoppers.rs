//! What shoppers see of the check: that their order is looked at, how it goes on, or that it was not accepted; never why.

use super::{ask_fake, switch_on};
use crate::api::shop::{card, list, open, order};
use crate::support::Actor;
use crate::support::house::House;
use serde_json::json;

/// The text of the mail about an order that was looked at.
fn answer(owner: &Actor) -> String {
    let id = owner.get("/v1/mails?kind=order_validation").expect(200).text("/data/0/id");
    owner.get(&format!("/v1/mails/{id}")).expect(200).text("/text")
}

both! {
    /// The store takes no card before the scorer has answered. The mail leads back to the payment.
    fn whoever_had_to_wait_finds_the_way_to_pay(world) {
        let (owner, browser) = open(world);
        switch_on(&owner, json!({}));
        ask_fake(&owner);
        let placed = order(&browser, "Nora");
        assert!(placed.path.contains("/checkout/result/"), "{}", placed.path);
        assert!(placed.main().contains("We look at each order") && !placed.main().contains("Go to payment"), "{}", placed.main());
        House::built_in(world).work();
        let mail = answer(&owner);
        let start = mail.find("/stores/north/corner/").unwrap_or_else(|| panic!("{mail}"));
        let address = mail[start..].split_whitespace().next().unwrap();
        let standing = browser.open(address).expect(200);
        assert_eq!(standing.texts("h1"), ["Thank you, one step is left"]);
        let pay = browser.open(&standing.link("Go to payment")).expect(200);
        let done = browser.submit(&card(pay.form(pay.path.as_str()), "4242424242424242")).expect(200);
        assert_eq!(done.texts("h1"), ["Thank you for your order"]);
        assert_eq!(list(&owner, "/v1/orders?sort=-number")[0]["state"], "provisioning");
    }

    fn whoever_is_refused_is_not_told_why(world) {
        let (owner, browser) = open(world);
        switch_on(&owner, json!({"weights": {"new_client": 61}}));
        let refused = order(&browser, "Nora");
        assert_eq!(refused.texts("h1"), ["We could not accept this order"]);
        let account = browser.open(&format!("{}/account/subscriptions/", crate::api::shop::STORE)).expect(200);
        let mail = answer(&owner);
        assert!(mail.contains("contact us"), "{mail}");
        for text in [refused.main(), account.main(), mail] {
            assert!(!text.to_lowercase().contains("fraud"), "{text}");
        }
    }
}
