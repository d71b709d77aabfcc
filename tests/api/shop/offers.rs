//! What automatic coupons and discounts make of prices in the catalogue (PRO-01, PRO-02): of plans, of add-ons beside them and
//! of names, and that the cart gives what is shown.

use super::{STORE, list, open};
use crate::api::client_groups::default_group;
use crate::api::discounts::make;
use crate::api::orders::shopper;
use crate::api::subscription_changes::documents;
use crate::stories::billing::{GOOD, buy, care};
use crate::support::Actor;
use crate::support::story::Story;
use serde_json::{Value, json};

fn coupon(owner: &Actor, more: Value) -> String {
    let mut wish = json!({"name": "Launch"});
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.post("/v1/coupons", wish).expect(201).text("/id")
}

fn catalogue(owner: &Actor) -> Value {
    shopper(owner).get("/v1/store/catalog").expect(200).json()
}

fn starter(site: &Value) -> &Value {
    site["plans"].as_array().unwrap().iter().find(|plan| plan["slug"] == "starter").unwrap()
}

/// What the starter plan and its add-on for a month come to, without tax.
fn both_bought(owner: &Actor, add_on: &str) -> String {
    let mut wish = crate::api::orders::wish(owner, "offer.example", "Lyon");
    wish["cart"]["items"][0]["add_on_ids"] = json!([add_on]);
    shopper(owner).post("/v1/store/quotes", wish).expect(200).text("/totals/net/amount")
}

both! {
    /// A quarter off 10.00, 5.00 and 2.00: 7.50 + 3.75 + 1.50 = 12.75, which the cart gives.
    fn add_ons_are_shown_with_what_applies_to_their_plan(world) {
        let (owner, browser) = open(world);
        let (plan, add_on) = (world.seller_ids("north", "pla"), world.seller_ids("north", "ado"));
        let page = format!("{STORE}/plans/starter/");
        assert_eq!(starter(&catalogue(&owner))["add_on_offers"], json!([]));
        coupon(&owner, json!({"value": {"percent": "25"}, "cycles": 3}));
        let site = catalogue(&owner);
        let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        let label = json!({"en": "Launch"});
        // the plan has a year, too, for which the add-on is not sold
        let want = json!([{"add_on_id": add_on, "cycle": "1-month", "offer": {"recurring": eur("1.50"), "set_up": null, "cycles": 3, "later": [], "label": label}}]);
        assert_eq!(starter(&site)["add_on_offers"], want);
        let listed = &site["add_on_groups"][0]["items"][0]["prices"][0];
        assert_eq!((&listed["recurring"], &listed["offer"]), (&eur("2.00"), &json!(null)));
        let prices = &starter(&site)["prices"][0]["offer"];
        assert_eq!((&prices["recurring"], &prices["set_up"]), (&eur("7.50"), &eur("3.75")));
        assert_eq!(both_bought(&owner, &add_on), "12.75");
        let seen = browser.open(&page).expect(200);
        assert_eq!(seen.texts("fieldset s"), ["Before: €10.00", "Before: €100.00", "Before: €2.00"]);
        assert!(seen.main().contains("€1.50") && seen.main().contains("Launch · first 3 periods"), "{}", seen.main());
        // with a discount of a fifth on the month: 45 % off, for as long as the shorter of the two lasts
        make(&owner, "Spring", "20", &plan, json!({"cycles": 2}));
        let offer = starter(&catalogue(&owner))["add_on_offers"][0]["offer"].clone();
        assert_eq!((&offer["recurring"], &offer["cycles"], &offer["label"]), (&eur("1.10"), &json!(2), &json!({"en": "Spring + Launch"})));
        // for one month more the coupon alone
        assert_eq!(offer["later"], json!([{"recurring": eur("1.50"), "cycles": 1}]));
        // 17.00 less 45 % = 9.35
        assert_eq!(both_bought(&owner, &add_on), "9.35");
    }

    /// 4.00 come off once: they are shown with the plan, and beside it the add-on costs what it costs. 15.00 - 4.00 + 2.00.
    fn a_fixed_amount_comes_off_once(world) {
        let (owner, browser) = open(world);
        let add_on = world.seller_ids("north", "ado");
        coupon(&owner, json!({"value": {"fixed": {"amount": "4.00", "currency": "EUR"}}, "cycles": 1}));
        let site = catalogue(&owner);
        let offer = &starter(&site)["prices"][0]["offer"];
        let cents = |amount: &Value| amount["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
        assert_eq!(cents(&offer["recurring"]) + cents(&offer["set_up"]), 1100);
        assert_eq!(starter(&site)["add_on_offers"], json!([]));
        assert_eq!(both_bought(&owner, &add_on), "13.00");
        assert_eq!(browser.open(&format!("{STORE}/plans/starter/")).expect(200).texts("fieldset s").len(), 2);
    }

    /// A fifth off the first month and 4.00 off each of three: of 8.00 and a set-up of 4.00 in the first, then of 10.00 twice.
    /// So 8.00, 6.00, 6.00, and 10.00 from then on: the page says it, and it is charged.
    fn what_comes_after_an_offer_is_shown_and_charged(world) {
        let (owner, browser) = open(world);
        let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        let price = json!({"cycle": "1-month", "currency": "EUR", "recurring": eur("10.00"), "setup": eur("5.00")});
        let plan = care(&owner, json!({"prices": [price]}));
        coupon(&owner, json!({"value": {"fixed": eur("4.00")}, "cycles": 3, "plan_ids": [plan]}));
        make(&owner, "Spring", "20", &plan, json!({"cycles": 1}));
        let site = catalogue(&owner);
        let listed = site["plans"].as_array().unwrap().iter().find(|one| one["slug"] == "care").unwrap()["prices"][0].clone();
        // 4.00 × 8 / 12 = 2.67 of the month and 1.33 of the set-up
        let want = json!({"recurring": eur("5.33"), "set_up": eur("2.67"), "cycles": 1, "later": [{"recurring": eur("6.00"), "cycles": 2}], "label": {"en": "Spring + Launch"}});
        assert_eq!((&listed["recurring"], &listed["offer"]), (&eur("10.00"), &want));
        let seen = browser.open(&format!("{STORE}/plans/care/")).expect(200);
        let told = "Spring + Launch · first period, then €6.00 for 2 periods, then €10.00";
        assert_eq!(seen.texts("fieldset .offer"), [told]);
        let (client, _) = buy(&owner, &plan, "Olga", GOOD, None);
        Story::of(world).until("2026-04-06");
        let nets: Vec<_> = documents(&world.owner("north"), &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets[..4], ["8.00", "6.00", "6.00", "10.00"]);
    }

    /// Both take off what a group lets them, 30 %: the end of the shorter one changes nothing, that of the longer one does.
    fn an_offer_ends_when_its_price_does(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let standard = default_group(&owner)["id"].as_str().unwrap().to_string();
        owner.patch(&format!("/v1/client-groups/{standard}"), json!({"maximum_discount": "30"})).expect(200);
        coupon(&owner, json!({"value": {"percent": "35"}, "cycles": 3, "plan_ids": [plan]}));
        make(&owner, "Spring", "20", &plan, json!({"cycles": 1}));
        let site = catalogue(&owner);
        let offer = &site["plans"].as_array().unwrap().iter().find(|one| one["slug"] == "care").unwrap()["prices"][0]["offer"];
        assert_eq!((&offer["recurring"]["amount"], &offer["cycles"], &offer["later"]), (&json!("7.00"), &json!(3), &json!([])));
        let (client, _) = buy(&owner, &plan, "Olga", GOOD, None);
        Story::of(world).until("2026-04-06");
        let nets: Vec<_> = documents(&world.owner("north"), &client).into_iter().map(|row| row.2).collect();
        assert_eq!(nets[..4], ["7.00", "7.00", "7.00", "10.00"]);
    }

    /// PRO-03: what the default group guarantees is for everyone new: 10.00 and 5.00 less 10 % = 13.50, shown and quoted, and
    /// an offer ends in it: a quarter more off the first month leaves 6.50, and 9.00 from then on.
    fn what_everyone_is_guaranteed_is_shown(world) {
        let (owner, browser) = open(world);
        let add_on = world.seller_ids("north", "ado");
        let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        let standard = default_group(&owner)["id"].as_str().unwrap().to_string();
        owner.patch(&format!("/v1/client-groups/{standard}"), json!({"guaranteed_discount": "10"})).expect(200);
        let site = catalogue(&owner);
        let want = json!({"recurring": eur("9.00"), "set_up": eur("4.50"), "cycles": null, "later": [], "label": {}});
        assert_eq!(starter(&site)["prices"][0]["offer"], want);
        assert_eq!(starter(&site)["add_on_offers"][0]["offer"]["recurring"], eur("1.80"));
        // 9.00 + 4.50 + 1.80
        assert_eq!(both_bought(&owner, &add_on), "15.30");
        let seen = browser.open(&format!("{STORE}/plans/starter/")).expect(200);
        assert_eq!(seen.texts("fieldset s"), ["Before: €10.00", "Before: €100.00", "Before: €2.00"]);
        assert_eq!(seen.texts("fieldset .offer"), [""; 0]);
        coupon(&owner, json!({"value": {"percent": "25"}, "cycles": 1}));
        let offer = starter(&catalogue(&owner))["prices"][0]["offer"].clone();
        assert_eq!((&offer["recurring"], &offer["cycles"]), (&eur("6.50"), &json!(1)));
        assert_eq!(offer["later"], json!([{"recurring": eur("9.00"), "cycles": null}]));
    }

    /// What is for other plans changes nothing here.
    fn a_coupon_for_other_plans_is_not_shown(world) {
        let (owner, _) = open(world);
        let other = owner.post("/v1/plans", crate::api::plans::plan("other")).expect(201).text("/id");
        coupon(&owner, json!({"value": {"percent": "25"}, "plan_ids": [other]}));
        let site = catalogue(&owner);
        assert_eq!((&starter(&site)["add_on_offers"], &starter(&site)["prices"][0]["offer"]), (&json!([]), &json!(null)));
    }

    /// A name for 12.00 a year, a quarter off the first: 9.00 now, and 12.00 again.
    fn names_are_shown_with_it_too(world) {
        let (owner, browser) = open(world);
        let store = list(&owner, "/v1/stores").into_iter().find(|store| store["code"] == "corner").unwrap()["id"].clone();
        let names = json!({"code": "names", "name": "Domain .example", "kind": "domain", "tlds": ["example"], "store_ids": [store],
            "prices": [{"cycle": "1-year", "currency": "EUR", "recurring": {"amount": "12.00", "currency": "EUR"}}]});
        let names = owner.post("/v1/plans", names).expect(201).text("/id");
        owner.act(&format!("/v1/plans/{names}/activate")).expect(200);
        assert_eq!(catalogue(&owner)["domains"]["tlds"][0]["offer"], json!(null));
        let launch = coupon(&owner, json!({"value": {"percent": "25"}, "cycles": 1}));
        let shown = catalogue(&owner)["domains"]["tlds"][0].clone();
        let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        assert_eq!((&shown["register"], &shown["renew"]), (&eur("12.00"), &eur("12.00")));
        assert_eq!(shown["offer"], json!({"register": eur("9.00"), "transfer": null, "renew": eur("12.00"), "label": {"en": "Launch"}}));
        let cart = json!({"items": [{"plan_id": names, "cycle": "1-year", "domain": {"name": "new.example", "option": "register"}}]});
        let quote = shopper(&owner).post("/v1/store/quotes", json!({"cart": cart, "buyer": {"country": "FR"}})).expect(200);
        assert_eq!(quote.text("/totals/net/amount"), "9.00");
        let page = browser.open(&format!("{STORE}/domains/")).expect(200);
        assert_eq!(page.texts("tbody s"), ["Before: €12.00"]);
        assert!(page.main().contains("€9.00"), "{}", page.main());
        let found = browser.open(&format!("{STORE}/domains/search?want=register&name=new.example")).expect(200);
        assert_eq!(found.texts("#results .strong s"), ["Before: €12.00"]);
        assert!(found.texts("#results .line-end p")[0].contains("€9.00"), "{}", found.main());
        // one that stays lowers the next year, too
        owner.patch(&format!("/v1/coupons/{launch}"), json!({"is_active": false})).expect(200);
        coupon(&owner, json!({"name": "For good", "value": {"percent": "25"}}));
        assert_eq!(catalogue(&owner)["domains"]["tlds"][0]["offer"]["renew"], eur("9.00"));
    }
}
