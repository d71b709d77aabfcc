//! Endings of names and those who register them (CAT-12): which are sold, by whom, at which prices, and what the store makes of
//! them. The registrar of the world takes .example, and .test cannot be moved to it.

use crate::api::orders::{corner, order_of, shopper};
use crate::api::shop::{STORE, open};
use crate::api::subscription_changes::{act, charged, eur};
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// A registrar, and an ending of one's own that it takes.
pub fn furnish(owner: &Actor) {
    owner.post("/v1/tlds", json!({"name": "example"})).expect(201);
    registrar(owner, "First");
}

/// What a matrix of foreign ids needs: an ending that can be activated or deleted, a registrar that can be deleted.
pub fn spare(owner: &Actor) -> (String, String) {
    (owner.post("/v1/tlds", json!({"name": "spare"})).expect(201).text("/id"), registrar(owner, "Spare"))
}

fn registrar(owner: &Actor, name: &str) -> String {
    owner.post("/v1/registrars", json!({"name": name, "kind": "fake"})).expect(201).text("/id")
}

fn tld(owner: &Actor, name: &str) -> Value {
    let list = owner.get("/v1/tlds?limit=100").expect(200).json();
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == name)
        .unwrap_or_else(|| panic!("no .{name}"))
        .clone()
}

fn path(owner: &Actor, name: &str) -> String {
    format!("/v1/tlds/{}", tld(owner, name)["id"].as_str().unwrap())
}

fn standing(owner: &Actor, name: &str) -> (String, Value) {
    let row = tld(owner, name);
    (row["state"].as_str().unwrap().into(), row["default_registrar_id"].clone())
}

fn price(action: &str, years: i64, amount: &str) -> Value {
    json!({"action": action, "years": years, "amount": eur(amount)})
}

/// 9.00 for the first year and 12.00 for each after it, 20.00 and 22.00 for two; moved for 8.00.
fn priced(owner: &Actor, name: &str) {
    let prices = [
        price("register", 1, "9.00"),
        price("renew", 1, "12.00"),
        price("register", 2, "20.00"),
        price("renew", 2, "22.00"),
        price("transfer", 1, "8.00"),
    ];
    owner.patch(&path(owner, name), json!({"prices": prices})).expect(200);
}

fn plan_of(endings: &[&str]) -> Value {
    json!({"code": "names", "name": "Names", "kind": "domain", "tlds": endings})
}

/// A plan on sale in the corner shop, which moves names, too.
fn sold(owner: &Actor, more: Value) -> String {
    let store = corner(owner)["id"].as_str().unwrap().to_string();
    owner
        .patch(&format!("/v1/stores/{store}"), json!({"domain_options": ["register", "transfer", "use_own"]}))
        .expect(200);
    let mut plan = more;
    plan["store_ids"] = json!([store]);
    let id = owner.post("/v1/plans", plan).expect(201).text("/id");
    owner.act(&format!("/v1/plans/{id}/activate")).expect(200);
    id
}

fn quote(owner: &Actor, plan: &str, cycle: &str, name: &str, option: &str) -> Answer {
    let item = json!({"plan_id": plan, "cycle": cycle, "domain": {"name": name, "option": option}});
    shopper(owner)
        .post("/v1/store/quotes", json!({"cart": {"items": [item]}, "buyer": {"country": "FR", "city": "Lyon"}}))
}

both! {
    fn a_predefined_set_and_own_ones(world) {
        let owner = world.owner("north");
        let list = owner.get("/v1/tlds?limit=100").expect(200).json();
        assert!(list["data"].as_array().unwrap().len() >= 40);
        let xyz = tld(&owner, "xyz");
        assert_eq!((&xyz["state"], &xyz["default_registrar_id"], &xyz["is_predefined"], &xyz["prices"]), (&json!("suspended"), &json!(null), &json!(true), &json!([])));
        let made = owner.post("/v1/tlds", json!({"name": "asso.fr", "prices": [price("renew", 1, "12.00")]})).expect(201).json();
        assert_eq!((&made["state"], &made["default_registrar_id"], &made["is_predefined"]), (&json!("suspended"), &json!(null), &json!(false)));
        owner.post("/v1/tlds", json!({"name": "asso.fr"})).refused(409, "already_exists").names("/name");
        owner.post("/v1/tlds", json!({"name": "com"})).refused(409, "already_exists").names("/name");
        for name in ["", ".com", "COM", "a.b.c.d", "-a"] {
            owner.post("/v1/tlds", json!({"name": name})).refused(422, "validation_failed").names("/name");
        }
        let wrong = json!([price("register", 1, "9.00"), price("renew", 11, "1.00"), price("renew", 2, "-1.00"), price("renew", 2, "1.00")]);
        let refused = owner.patch(&path(&owner, "xyz"), json!({"prices": wrong})).refused(422, "validation_failed");
        refused.names("/prices/0/years").names("/prices/1/years").names("/prices/2/amount").names("/prices/3");
        // an own one goes while no plan names it; a predefined one stays
        owner.delete(&path(&owner, "xyz")).refused(409, "wrong_state");
        owner.delete(&path(&owner, "asso.fr")).expect(204);
        let plan = owner.post("/v1/plans", plan_of(&["example"])).expect(201).text("/id");
        let refused = owner.delete(&path(&owner, "example")).refused(409, "in_use");
        assert!(refused.text("/detail").contains("Names"), "{}", refused.text);
        owner.delete(&format!("/v1/plans/{plan}")).expect(204);
        owner.delete(&path(&owner, "example")).expect(204);
        // each seller has its own
        assert_eq!(tld(&world.owner("south"), "example")["state"], "active");
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", crate::support::world::PASSWORD);
        clerk.get("/v1/tlds").refused(403, "forbidden");
        clerk.post("/v1/registrars", json!({"name": "x", "kind": "fake"})).refused(403, "forbidden");
    }

    /// The first registrar that takes an ending is its own and puts it to work; another one changes nothing, and takes what is
    /// free.
    fn the_first_registrar_is_the_default_one(world) {
        let owner = world.owner("north");
        let first = owner.get("/v1/registrars").expect(200).text("/data/0/id");
        assert_eq!(standing(&owner, "com"), ("active".into(), json!(first)));
        assert_eq!(standing(&owner, "xyz"), ("suspended".into(), json!(null)));
        owner.post("/v1/tlds", json!({"name": "test"})).expect(201);
        owner.act(&format!("{}/suspend", path(&owner, "net"))).expect(200);
        owner.act(&format!("{}/suspend", path(&owner, "net"))).refused(409, "wrong_state");
        let second = registrar(&owner, "Second");
        assert_eq!((standing(&owner, "com"), standing(&owner, "test")), (("active".into(), json!(first)), ("active".into(), json!(second))));
        assert_eq!(standing(&owner, "net"), ("suspended".into(), json!(first)), "what was suspended stays so");
        owner.post("/v1/registrars", json!({"name": "Second", "kind": "fake"})).refused(409, "already_exists").names("/name");
        owner.post("/v1/registrars", json!({"name": "Third", "kind": "none"})).refused(422, "invalid_body").names("/kind");
        // a person may choose another one that takes the ending
        owner.patch(&path(&owner, "com"), json!({"default_registrar_id": second})).expect(200);
        owner.patch(&path(&owner, "xyz"), json!({"default_registrar_id": second})).refused(422, "validation_failed").names("/default_registrar_id");
        owner.delete(&format!("/v1/registrars/{second}")).refused(409, "in_use");
        owner.patch(&path(&owner, "com"), json!({"default_registrar_id": first})).expect(200);
        owner.patch(&path(&owner, "test"), json!({"default_registrar_id": null})).expect(200);
        let mine = owner.get(&format!("/v1/tlds?registrar_id={first}&limit=100")).expect(200).json();
        assert_eq!(mine["data"].as_array().unwrap().len(), 8, "com net org eu fr de co.uk example");
        owner.delete(&format!("/v1/registrars/{second}")).expect(204);
        // asked again, the first one takes what it can
        let view = owner.act(&format!("/v1/registrars/{first}/refresh")).expect(200).json();
        assert!(view["supported"].as_array().unwrap().contains(&json!({"tld": "test", "transfers": false})));
        assert_eq!(standing(&owner, "test"), ("active".into(), json!(first)));
        assert_eq!(owner.patch(&format!("/v1/registrars/{first}"), json!({"name": "Names"})).expect(200).text("/name"), "Names");
    }

    fn plans_take_up_active_endings_only(world) {
        let owner = world.owner("north");
        owner.post("/v1/plans", plan_of(&["example", "xyz", "nowhere"])).refused(422, "validation_failed").names("/tlds/1").names("/tlds/2");
        let plan = sold(&owner, json!({"code": "names", "name": "Names", "kind": "domain", "tlds": ["example"],
            "prices": [{"cycle": "1-year", "currency": "EUR", "recurring": eur("12.00")}]}));
        let plan_path = format!("/v1/plans/{plan}");
        owner.patch(&plan_path, json!({"tlds": ["example", "xyz"]})).refused(422, "validation_failed").names("/tlds/1");
        owner.act(&format!("{}/activate", path(&owner, "xyz"))).expect(200);
        owner.patch(&plan_path, json!({"tlds": ["example", "xyz"]})).expect(200);
        let endings = || {
            let site = shopper(&owner).get("/v1/store/catalog").expect(200).json();
            site["domains"]["tlds"].as_array().unwrap().iter().map(|row| row["tld"].as_str().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(endings(), ["example", "xyz"]);
        quote(&owner, &plan, "1-year", "new.example", "register").expect(200);
        // suspended, it is not sold; the plan stays as it is
        owner.act(&format!("{}/suspend", path(&owner, "example"))).expect(200);
        assert_eq!(endings(), ["xyz"]);
        quote(&owner, &plan, "1-year", "new.example", "register").refused(422, "validation_failed").names("/cart/items/0/domain/name");
        owner.patch(&plan_path, json!({"name": "More names"})).expect(200);
        owner.patch(&plan_path, json!({"tlds": ["xyz"]})).expect(200);
        owner.patch(&plan_path, json!({"tlds": ["xyz", "example"]})).refused(422, "validation_failed").names("/tlds/1");
    }

    /// 9.00 for a year, then 12.00; 20.00 for two; 8.00 to move. The plan has no prices of its own.
    fn names_cost_what_their_endings_do(world) {
        let owner = world.owner("north");
        let unpriced = owner.post("/v1/plans", plan_of(&["example"])).expect(201).text("/id");
        owner.act(&format!("/v1/plans/{unpriced}/activate")).refused(409, "conflict");
        owner.delete(&format!("/v1/plans/{unpriced}")).expect(204);
        owner.post("/v1/tlds", json!({"name": "test"})).expect(201);
        owner.act(&format!("/v1/registrars/{}/refresh", owner.get("/v1/registrars").text("/data/0/id"))).expect(200);
        priced(&owner, "example");
        priced(&owner, "test");
        let plan = sold(&owner, plan_of(&["example", "test"]));
        let net = |cycle: &str, name: &str, option: &str| quote(&owner, &plan, cycle, name, option).expect(200).text("/totals/net/amount");
        assert_eq!([net("1-year", "a.example", "register"), net("2-year", "a.example", "register"), net("1-year", "a.example", "transfer")], ["9.00", "20.00", "8.00"]);
        quote(&owner, &plan, "3-year", "a.example", "register").refused(422, "validation_failed").names("/cart/items/0/cycle");
        quote(&owner, &plan, "1-month", "a.example", "register").refused(422, "validation_failed").names("/cart/items/0/cycle");
        // the registrar cannot move .test
        quote(&owner, &plan, "1-year", "a.test", "transfer").refused(422, "validation_failed").names("/cart/items/0/domain/option");
        assert_eq!(net("1-year", "a.test", "register"), "9.00");
        let quoted = quote(&owner, &plan, "1-year", "a.example", "register");
        let placed = shopper(&owner).post_once("/v1/store/orders", "names", order_of("Nell", &quoted.text("/token"), "transfer")).expect(201);
        let subscription = owner.get(&format!("/v1/subscriptions?client_id={}", placed.text("/order/client_id"))).text("/data/0/id");
        let at = |day: &str| charged(&owner, &subscription, day).into_iter().map(|item| item.1).collect::<Vec<_>>();
        assert_eq!((at("2026-06-01"), at("2027-01-04"), at("2027-01-05"), at("2030-01-01")), (vec!["9".to_string()], vec!["9".into()], vec!["12".into()], vec!["12".into()]));
        // the plan's own price for two years, had it one, would be another's
        let invoice = placed.text("/order/invoice_id");
        owner.post_once(&format!("/v1/invoices/{invoice}/payments"), "paid", json!({"method": "transfer"})).expect(201);
        let service = owner.get(&format!("/v1/services?subscription_id={subscription}")).expect(200).text("/data/0/id");
        owner.act(&format!("/v1/services/{service}/deliver")).expect(200);
        let two = json!({"plan_id": plan, "cycle": "2-year", "way": "end_of_cycle"});
        let refused = owner.post(&format!("/v1/subscriptions/{subscription}/change-plan/preview"), two).refused(409, "wrong_state");
        assert!(refused.text("/detail").contains("costs what its ending does"), "{}", refused.text);
        // other terms for now leave those of later alone, unless a price is agreed
        let change = |terms: Value| {
            let item = owner.get(&format!("/v1/subscriptions/{subscription}")).json()["items"].as_array().unwrap().iter()
                .find(|item| item["from_on"] == "2026-01-05" && item["to_on"] == "2027-01-05").unwrap()["id"].as_str().unwrap().to_string();
            act(&owner, &subscription, &format!("items/{item}/change"), &terms).expect(200)
        };
        change(json!({"quantity": "1", "way": "now_with_credit"}));
        assert_eq!((at("2026-06-01"), at("2027-01-05"), at("2030-01-01")), (vec!["9".to_string()], vec!["12".into()], vec!["12".into()]));
        // dearer from now on; who has the name keeps what was agreed
        owner.patch(&path(&owner, "example"), json!({"prices": [price("register", 1, "15.00"), price("renew", 1, "15.00")]})).expect(200);
        assert_eq!((net("1-year", "b.example", "register"), at("2027-01-05")), ("15.00".into(), vec!["12".to_string()]));
        change(json!({"price": eur("10.00"), "way": "now_with_credit"}));
        assert_eq!((at("2026-06-01"), at("2027-01-05"), at("2030-01-01")), (vec!["10".to_string()], vec!["10".into()], vec!["10".into()]));
    }

    /// Beside hosting a name comes for the shortest time, or for as long as is asked for: 15.00 and 9.00 or 20.00.
    fn a_name_beside_hosting(world) {
        let owner = world.owner("north");
        priced(&owner, "example");
        sold(&owner, plan_of(&["example"]));
        let both = |years: Value| {
            let mut wish = crate::api::orders::wish(&owner, "both.example", "Lyon");
            wish["cart"]["items"][0]["domain"] = json!({"name": "both.example", "option": "register", "years": years});
            shopper(&owner).post("/v1/store/quotes", wish)
        };
        let told = |quote: Answer| (quote.text("/totals/net/amount"), quote.text("/contracts/1/cycle"));
        assert_eq!(told(both(json!(null)).expect(200)), ("24.00".into(), "1-year".into()));
        assert_eq!(told(both(json!(2)).expect(200)), ("35.00".into(), "2-year".into()));
        both(json!(3)).refused(422, "validation_failed").names("/cart/items/0/domain/years");
        let mut own = crate::api::orders::wish(&owner, "both.example", "Lyon");
        own["cart"]["items"][0]["domain"]["years"] = json!(1);
        shopper(&owner).post("/v1/store/quotes", own).refused(422, "validation_failed").names("/cart/items/0/domain/years");
    }

    /// In the catalogue with a quarter off: 6.75, 15.00 for two years and 6.00 to move; the next year costs 12.00 again.
    fn the_store_shows_them(world) {
        let (owner, browser) = open(world);
        owner.post("/v1/tlds", json!({"name": "test"})).expect(201);
        owner.act(&format!("/v1/registrars/{}/refresh", owner.get("/v1/registrars").text("/data/0/id"))).expect(200);
        priced(&owner, "example");
        priced(&owner, "test");
        sold(&owner, plan_of(&["example", "test"]));
        owner.post("/v1/coupons", json!({"name": "Launch", "value": {"percent": "25"}, "cycles": 1})).expect(201);
        let site = shopper(&owner).get("/v1/store/catalog").expect(200).json();
        let offer = |register: &str, transfer: Value, renew: &str| json!({"register": eur(register), "transfer": transfer, "renew": eur(renew), "label": {"en": "Launch"}});
        let two = |transfer: Value| json!({"years": 2, "register": eur("20.00"), "transfer": transfer, "renew": eur("22.00"), "offer": offer("15.00", json!(null), "22.00")});
        let want = json!({"tld": "example", "years": 1, "register": eur("9.00"), "transfer": eur("8.00"), "renew": eur("12.00"),
            "offer": offer("6.75", eur("6.00"), "12.00"), "other_periods": [two(json!(null))]});
        assert_eq!(site["domains"]["tlds"][0], want);
        let test = &site["domains"]["tlds"][1];
        assert_eq!((&test["tld"], &test["transfer"], &test["offer"]["transfer"]), (&json!("test"), &json!(null), &json!(null)));
        let page = browser.open(&format!("{STORE}/domains/")).expect(200);
        assert_eq!(page.texts("tbody td:nth-child(2)"), ["1 year", "2 years", "1 year", "2 years"]);
        assert!(page.main().contains("€6.75") && page.main().contains("€15.00") && page.main().contains("€6.00"), "{}", page.main());
        // moved for the shortest time for which that is sold: two years at 16.00 less a quarter
        let two_years = [price("register", 1, "9.00"), price("renew", 1, "12.00"), price("register", 2, "20.00"), price("renew", 2, "22.00"), price("transfer", 2, "16.00")];
        owner.patch(&path(&owner, "example"), json!({"prices": two_years})).expect(200);
        owner.act(&format!("/v1/stores/{}/build", corner(&owner)["id"].as_str().unwrap())).expect(200);
        let found = browser.open(&format!("{STORE}/domains/search?want=transfer&name=moved.example")).expect(200);
        assert!(found.main().contains("€12.00"), "{}", found.main());
        browser.submit(&found.form("/cart/domain")).expect(200).at("/cart/");
        priced(&owner, "example");
        browser.forget();
        // a name alone, for the shortest time
        let found = browser.open(&format!("{STORE}/domains/search?want=register&name=alone.example")).expect(200);
        let cart = browser.submit(&found.form("/cart/domain")).expect(200).at("/cart/");
        // 9.00 less 2.25 and a fifth of 6.75; then 14.40 a year
        assert_eq!(crate::api::shop::sum(&cart), ["€9.00", "-€2.25", "€1.35", "€8.10"]);
        assert!(cart.main().contains("Then €14.40 per year"), "{}", cart.main());
        assert_eq!(cart.texts("ul.lines .small").iter().filter(|text| text.contains("Names")).count(), 0);
    }

    /// What can be ordered is shown: a name that is new for a year only and moves for two only, one that can only be moved, and
    /// every year for which a plan has a price of its own, less a set-up that a coupon makes free.
    fn all_times_for_which_a_name_can_be_had_are_shown(world) {
        let (owner, browser) = open(world);
        priced(&owner, "example");
        let renewals = [price("renew", 1, "12.00"), price("renew", 2, "22.00"), price("transfer", 2, "16.00")];
        let of = |more: &[Value]| { let prices = [renewals.as_slice(), more].concat(); json!({"prices": prices}) };
        owner.patch(&path(&owner, "example"), of(&[price("register", 1, "9.00")])).expect(200);
        let plan = sold(&owner, plan_of(&["example"]));
        let tld = || shopper(&owner).get("/v1/store/catalog").expect(200).json()["domains"]["tlds"][0].clone();
        let two = json!({"years": 2, "register": null, "transfer": eur("16.00"), "renew": eur("22.00"), "offer": null});
        let year = json!({"tld": "example", "years": 1, "register": eur("9.00"), "transfer": null, "renew": eur("12.00"), "offer": null, "other_periods": [two]});
        assert_eq!(tld(), year);
        assert_eq!(quote(&owner, &plan, "2-year", "a.example", "transfer").expect(200).text("/totals/net/amount"), "16.00");
        let page = browser.open(&format!("{STORE}/domains/")).expect(200);
        assert_eq!(page.texts("tbody td:nth-child(3)"), ["€9.00", "–not offered"]);
        let found = browser.open(&format!("{STORE}/domains/search?want=transfer&name=moved.example")).expect(200);
        assert!(found.texts("#results .line-end p")[0].contains("€16.00"), "{}", found.main());
        // it can only be moved: no new one is found
        owner.patch(&path(&owner, "example"), of(&[])).expect(200);
        assert_eq!((&tld()["years"], &tld()["register"], &tld()["transfer"]), (&json!(2), &json!(null), &eur("16.00")));
        owner.act(&format!("/v1/stores/{}/build", corner(&owner)["id"].as_str().unwrap())).expect(200);
        browser.open(&format!("{STORE}/domains/search?want=register&name=new.example")).expect(422);
        quote(&owner, &plan, "2-year", "a.example", "register").refused(422, "validation_failed");
    }

    /// A plan's own prices, for one year and for two, each with a set-up of 3.00 that a coupon makes free.
    fn all_years_of_a_plan_are_shown(world) {
        let owner = world.owner("north");
        let yearly = |cycle: &str, amount: &str| json!({"cycle": cycle, "currency": "EUR", "recurring": eur(amount), "setup": eur("3.00")});
        let plan = sold(&owner, json!({"code": "names", "name": "Names", "kind": "domain", "tlds": ["example"], "prices": [yearly("1-year", "12.00"), yearly("2-year", "20.00")]}));
        owner.post("/v1/coupons", json!({"name": "Launch", "value": {"percent": "0"}, "free_setup": true, "cycles": 1})).expect(201);
        let tld = shopper(&owner).get("/v1/store/catalog").expect(200).json()["domains"]["tlds"][0].clone();
        let told = |row: &Value| json!([row["years"], row["register"]["amount"], row["offer"]["register"]["amount"], row["offer"]["transfer"]["amount"], row["offer"]["renew"]["amount"]]);
        assert_eq!(told(&tld), json!([1, "15.00", "12.00", "12.00", "12.00"]));
        assert_eq!(told(&tld["other_periods"][0]), json!([2, "23.00", "20.00", "20.00", "20.00"]));
        assert_eq!(quote(&owner, &plan, "2-year", "a.example", "register").expect(200).text("/totals/net/amount"), "20.00");
    }

    /// In a currency without prices of its own the ending costs what the plan says.
    fn without_prices_the_plan_says_what_names_cost(world) {
        let owner = world.owner("north");
        let usd = |amount: &str| json!({"amount": amount, "currency": "USD"});
        owner.patch(&path(&owner, "example"), json!({"prices": [{"action": "renew", "years": 1, "amount": usd("1.00")}, {"action": "register", "years": 1, "amount": usd("1.00")}]})).expect(200);
        let plan = sold(&owner, json!({"code": "names", "name": "Names", "kind": "domain", "tlds": ["example"],
            "prices": [{"cycle": "1-year", "currency": "EUR", "recurring": eur("12.00"), "setup": eur("3.00")}]}));
        assert_eq!(quote(&owner, &plan, "1-year", "a.example", "transfer").expect(200).text("/totals/net/amount"), "15.00");
    }
}
