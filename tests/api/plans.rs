//! Plans: created with prices and ties, sold, repriced without overwriting, retired, removed while drafts.

use crate::support::{Actor, World};
use chrono::NaiveDate;
use comptoir_app::kernel::clock::fresh;
use comptoir_db::schema::{clients, sellers, stores, subscriptions};
use comptoir_db::{Scope, add_ons, plans, prices};
use comptoir_domain::plans::StoreKind;
use comptoir_domain::{ClientId, Instant, PlanId, SellerId, StoreId};
use diesel::prelude::*;
use serde_json::{Value, json};

/// A plan that is on sale: 10.00 EUR a month or 100.00 EUR a year, and the add-on that there is.
pub fn furnish(owner: &Actor, _code: &str) {
    let add_on = owner.get("/v1/add-ons").text("/data/0/id");
    let mut starter = plan("starter");
    starter["add_on_ids"] = json!([add_on]);
    starter["prices"]
        .as_array_mut()
        .unwrap()
        .push(json!({"cycle": "1-year", "currency": "EUR", "recurring": eur("100.00")}));
    let id = owner.post("/v1/plans", starter).expect(201).text("/id");
    owner.act(&format!("/v1/plans/{id}/activate")).expect(200);
}

/// A plan that is ready to send.
pub fn plan(code: &str) -> Value {
    json!({"code": code, "name": "Starter", "kind": "hosting", "properties": {"disk_space": 5_000_000_000_u64, "domains": 1, "script_php": true},
        "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": eur("10.00"), "setup": eur("5.00")}]})
}

/// A new draft.
pub fn draft(owner: &Actor) -> String {
    owner.post("/v1/plans", plan("draft")).expect(201).text("/id")
}

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

fn seller_id(world: &World, code: &str) -> SellerId {
    let named = sellers::table.filter(sellers::code.eq(code.to_string()));
    named.select(sellers::id).first(&mut world.database.connect()).unwrap()
}

/// The store of that name, opened if there is none.
pub fn open_store(world: &World, seller: &str, code: &str, kind: StoreKind) -> String {
    let (seller, mut db) = (seller_id(world, seller), world.database.connect());
    let named = stores::table.filter(stores::seller_id.eq(seller)).filter(stores::code.eq(code.to_string()));
    if let Some(id) = named.select(stores::id).first::<StoreId>(&mut db).optional().unwrap() {
        return id.to_string();
    }
    let id: StoreId = fresh();
    let texts = (
        stores::currency.eq("EUR"),
        stores::locales.eq("[]"),
        stores::price_basis.eq("net"),
        stores::gateways.eq("[]"),
    );
    let more = (stores::domain_options.eq("[]"), stores::terms.eq(""), stores::theme.eq(""), stores::landing.eq("{}"));
    let row = (
        (
            stores::seller_id.eq(seller),
            stores::id.eq(id),
            stores::code.eq(code),
            stores::name.eq(code),
            stores::kind.eq(kind),
        ),
        (stores::is_default.eq(false), stores::is_open.eq(true), stores::require_vat_number.eq(false)),
        (
            texts,
            more,
            stores::publishable_key.eq(id.to_string()),
            stores::created_at.eq(Instant::EPOCH),
            stores::version.eq(1_i64),
        ),
    );
    diesel::insert_into(stores::table).values(row).execute(&mut db).unwrap();
    id.to_string()
}

/// A subscription to a plan, as far as the tables ask for one.
fn subscribe(world: &World, seller: &str, store: &str, plan: &str) {
    let (seller, mut db) = (seller_id(world, seller), world.database.connect());
    let client: ClientId =
        clients::table.filter(clients::seller_id.eq(seller)).select(clients::id).first(&mut db).unwrap();
    let (store, plan): (StoreId, PlanId) = (store.parse().unwrap(), plan.parse().unwrap());
    let id: comptoir_domain::SubscriptionId = fresh();
    let who = (
        subscriptions::seller_id.eq(seller),
        subscriptions::id.eq(id),
        subscriptions::number.eq(1_i64),
        subscriptions::client_id.eq(client),
    );
    let what =
        (subscriptions::store_id.eq(store), subscriptions::plan_id.eq(plan), subscriptions::name.eq("example.com"));
    let state =
        (subscriptions::status.eq("active"), subscriptions::status_reason.eq(""), subscriptions::currency.eq("EUR"));
    let dates = (
        subscriptions::cycle.eq("1-month"),
        subscriptions::anchor_on.eq(day("2026-01-05")),
        subscriptions::starts_on.eq(day("2026-01-05")),
        subscriptions::billed_through.eq(day("2026-02-05")),
    );
    let rest = (
        subscriptions::lead_days.eq(10),
        subscriptions::gateway.eq(""),
        subscriptions::created_at.eq(Instant::EPOCH),
        subscriptions::version.eq(1_i64),
    );
    diesel::insert_into(subscriptions::table).values((who, what, state, dates, rest)).execute(&mut db).unwrap();
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn codes(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|item| item["code"].as_str().unwrap().to_string()).collect()
}

/// Cycle, recurring amount and days of each price, the oldest first.
fn history(owner: &Actor, path: &str) -> Vec<[String; 4]> {
    let list = owner.get(&format!("{path}/prices?sort=valid_from&currency=EUR&cycle=1-month")).expect(200).json();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_string();
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            [word(&one["cycle"]), word(&one["recurring"]["amount"]), word(&one["valid_from"]), word(&one["valid_to"])]
        })
        .collect()
}

both! {
    fn created_with_all_its_ties(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let mut wanted = plan("web-m");
        wanted["features"] = json!(["5 GB", "1 domain"]);
        wanted["store_ids"] = json!([north.ids["sto"]]);
        wanted["add_on_ids"] = json!([north.ids["ado"]]);
        wanted["upgrade_to"] = json!([north.ids["pla"]]);
        wanted["tax_policy_id"] = json!(north.ids["txp"]);
        let made = owner.post("/v1/plans", wanted.clone()).expect(201);
        let view = made.json();
        for name in ["features", "store_ids", "add_on_ids", "upgrade_to", "tax_policy_id", "properties"] {
            assert_eq!(view[name], wanted[name], "{name}");
        }
        // as far ahead as the settings say, proration, no trial, no end
        let usual = (&view["state"], &view["lead_days"], &view["prorates"], &view["trial_days"], &view["cycle_limit"]);
        assert_eq!(usual, (&json!("draft"), &Value::Null, &json!(true), &json!(0), &Value::Null));
        let price = &view["prices"][0];
        assert_eq!((&price["recurring"], &price["setup"], &price["upgrade"]), (&eur("10.00"), &eur("5.00"), &eur("0.00")));
        assert_eq!((&price["valid_from"], &price["valid_to"]), (&json!("2026-01-05"), &Value::Null));
        let read = owner.get(made.header("location").unwrap()).expect(200);
        assert_eq!((read.json(), read.header("etag")), (view, Some("\"1\"")));
        owner.post("/v1/plans", wanted).refused(409, "already_exists").names("/code");
        let domain = json!({"code": "names", "name": "Names", "kind": "domain", "tlds": ["com", "co.uk"], "cycle_limit": 3});
        let domain = owner.post("/v1/plans", domain).expect(201).json();
        assert_eq!((&domain["lead_days"], &domain["cycle_limit"], &domain["prices"]), (&Value::Null, &json!(3), &json!([])));
        let found = |query: &str| codes(&owner.get(&format!("/v1/plans?sort=created_at&{query}")).expect(200).json());
        assert_eq!(found("state=draft"), ["web-m", "names"]);
        assert_eq!(found("kind=domain,generic"), ["names"]);
        assert_eq!(found(&format!("store_id={}", north.ids["sto"])), ["web-m"]);
        assert_eq!(found("state=active"), ["starter"]);
    }

    fn faults_are_named_at_once(world) {
        let north = world.seller("north");
        let before = world.database.digest();
        let wrong = json!({"code": "-", "name": "", "kind": "hosting", "features": ["ok", ""], "tlds": ["com"], "lead_days": 366,
            "trial_days": -1, "cycle_limit": 0, "properties": {"disk_space": -1, "shoe_size": 44, "customers": 3},
            "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": eur("-0.01"), "setup": {"amount": "5", "currency": "JPY"}},
                {"cycle": "1-month", "currency": "EUR", "recurring": eur("1.00"), "valid_from": "2026-01-04"}],
            "add_on_ids": [north.ids["ado"], north.ids["ado"]]});
        let answer = north.owner.post("/v1/plans", wrong).refused(422, "validation_failed");
        for place in ["/code", "/name", "/features/1", "/tlds", "/lead_days", "/trial_days", "/cycle_limit", "/properties/disk_space",
            "/properties/shoe_size", "/properties/customers", "/prices/0/recurring", "/prices/0/setup", "/prices/1",
            "/prices/1/valid_from", "/add_on_ids/1"] {
            answer.clone().names(place);
        }
        let with = |name: &str, value: Value| {
            let mut wanted = plan("odd");
            wanted[name] = value;
            north.owner.post("/v1/plans", wanted)
        };
        let fraction = json!([{"cycle": "1-month", "currency": "KWD", "recurring": {"amount": "1.2345", "currency": "KWD"}}]);
        with("prices", fraction).refused(422, "invalid_body").names("/prices/0/recurring");
        let cycle = json!([{"cycle": "0-month", "currency": "EUR", "recurring": eur("1.00")}]);
        with("prices", cycle).refused(422, "invalid_body").names("/prices/0/cycle");
        with("kind", json!("generic")).refused(422, "validation_failed").names("/properties");
        with("kind", json!("domain")).refused(422, "validation_failed").names("/properties").names("/tlds");
        assert_eq!(world.database.digest(), before);
    }

    fn client_plans_in_client_stores_reseller_plans_in_reseller_stores(world) {
        let north = world.seller("north");
        let trade = open_store(world, "north", "trade", StoreKind::Reseller);
        let mut wanted = plan("both");
        wanted["store_ids"] = json!([north.ids["sto"], trade]);
        north.owner.post("/v1/plans", wanted).refused(422, "validation_failed").names("/store_ids/1");
        let reseller = json!({"code": "trade", "name": "Trade", "kind": "reseller_hosting", "properties": {"customers": 5, "webmail": "horde"},
            "store_ids": [north.ids["sto"], trade]});
        north.owner.post("/v1/plans", reseller.clone()).refused(422, "validation_failed").names("/store_ids/0").names("/properties/webmail");
        let mut right = reseller;
        right["store_ids"] = json!([trade]);
        right["properties"] = json!({"customers": 5});
        north.owner.post("/v1/plans", right).expect(201);
    }

    fn an_add_on_shares_a_cycle_and_currency_with_its_plan(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let yen = json!([{"cycle": "1-month", "currency": "JPY", "recurring": {"amount": "1200", "currency": "JPY"}},
            {"cycle": "1-year", "currency": "EUR", "recurring": eur("0.00")}]);
        let mut wanted = plan("elsewhere");
        (wanted["prices"], wanted["add_on_ids"]) = (yen, json!([north.ids["ado"]]));
        // the add-on is sold by the month in EUR; the plan by the month in JPY and by the year in EUR
        owner.post("/v1/plans", wanted.clone()).refused(422, "validation_failed").names("/add_on_ids/0");
        wanted["add_on_ids"] = json!([]);
        let path = format!("/v1/plans/{}", owner.post("/v1/plans", wanted).expect(201).text("/id"));
        let offer = || owner.patch(&path, json!({"add_on_ids": [north.ids["ado"]]}));
        offer().refused(422, "validation_failed").names("/add_on_ids/0");
        let yearly = json!({"cycle": "1-year", "currency": "EUR", "recurring": eur("20.00")});
        owner.post(&format!("/v1/add-ons/{}/prices", north.ids["ado"]), yearly).expect(201);
        assert_eq!(offer().expect(200).json()["add_on_ids"], json!([north.ids["ado"]]));
        // hosting add-ons extend hosting only
        let mut design = json!({"code": "design", "name": "Design", "kind": "generic", "add_on_ids": [north.ids["ado"]]});
        design["prices"] = plan("")["prices"].clone();
        owner.post("/v1/plans", design).refused(422, "validation_failed").names("/add_on_ids/0");
    }

    fn a_price_is_followed_and_never_overwritten(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let path = format!("/v1/plans/{}", north.ids["pla"]);
        let etag = owner.get(&path).header("etag").unwrap().to_string();
        let add = |amount: &str, from: Option<&str>| {
            owner.post(&format!("{path}/prices"), json!({"cycle": "1-month", "currency": "EUR", "recurring": eur(amount), "valid_from": from}))
        };
        add("12.00", Some("2026-02-28")).expect(201);
        assert_ne!(owner.get(&path).header("etag").unwrap(), etag);
        let row = |amount: &str, from: &str, to: &str| ["1-month", amount, from, to].map(String::from);
        assert_eq!(history(owner, &path), [row("10.00", "2026-01-05", "2026-02-28"), row("12.00", "2026-02-28", "-")]);
        let before = world.database.digest();
        add("13.00", Some("2026-02-28")).refused(409, "already_exists").names("/valid_from");
        add("13.00", Some("2026-01-04")).refused(422, "validation_failed").names("/valid_from");
        add("-1.00", None).refused(422, "validation_failed").names("/recurring");
        assert_eq!(world.database.digest(), before);
        // half an hour before midnight in London it is the 31st in Paris already, where North is
        world.server.business.advance_to("2026-01-30T23:30:00Z".parse().unwrap());
        add("11.00", None).expect(201);
        let whole = [row("10.00", "2026-01-05", "2026-01-31"), row("11.00", "2026-01-31", "2026-02-28"), row("12.00", "2026-02-28", "-")];
        assert_eq!(history(owner, &path), whole);
        // what is over is history only
        let view = owner.get(&path).json();
        let monthly: Vec<_> = view["prices"].as_array().unwrap().iter().filter(|one| one["cycle"] == "1-month").map(|one| one["recurring"]["amount"].as_str().unwrap()).collect();
        assert_eq!(monthly, ["11.00", "12.00"]);
        let (scope, plan) = (Scope::of(seller_id(world, "north")), north.ids["pla"].parse::<PlanId>().unwrap());
        for (on, monthly, yearly) in [("2026-01-04", None, None), ("2026-01-30", Some(1000), Some(10_000)), ("2026-01-31", Some(1100), Some(10_000)), ("2028-02-29", Some(1200), Some(10_000))] {
            let rows = prices::current_of_plans(&mut world.database.connect(), scope, &[plan], day(on)).unwrap();
            let of = |cycle: &str| rows.iter().find(|row| row.cycle.to_string() == cycle).map(|row| row.recurring_minor);
            assert_eq!((of("1-month"), of("1-year")), (monthly, yearly), "{on}");
        }
    }

    fn a_store_sells_what_is_active_and_has_a_price(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let store = north.ids["sto"].clone();
        let sell = |code: &str, position: i64, from: Option<&str>, activate: bool| {
            let mut wanted = plan(code);
            (wanted["position"], wanted["store_ids"], wanted["prices"][0]["valid_from"]) = (json!(position), json!([store]), json!(from));
            let id = owner.post("/v1/plans", wanted).expect(201).text("/id");
            if activate {
                owner.act(&format!("/v1/plans/{id}/activate")).expect(200);
            }
            id
        };
        let second = sell("second", 2, None, true);
        let first = sell("first", 1, None, true);
        sell("draft", 0, None, false);
        let announced = sell("announced", 3, Some("2026-03-01"), false);
        // a price that is only announced does not sell yet
        owner.act(&format!("/v1/plans/{announced}/activate")).refused(409, "conflict");
        let (scope, id) = (Scope::of(seller_id(world, "north")), store.parse().unwrap());
        let sold = |on: &str| -> Vec<String> {
            plans::for_store(&mut world.database.connect(), scope, id, day(on)).unwrap().into_iter().map(|row| row.code).collect()
        };
        assert_eq!((sold("2026-01-05"), sold("2026-01-04")), (vec!["first".to_string(), "second".into()], vec![]));
        owner.act(&format!("/v1/plans/{first}/retire")).expect(200);
        assert_eq!(sold("2026-01-05"), ["second"]);
        owner.patch(&format!("/v1/plans/{second}"), json!({"store_ids": []})).expect(200);
        assert_eq!(sold("2026-01-05"), [""; 0]);
        let starter = north.ids["pla"].parse().unwrap();
        let offered = add_ons::offered_by(&mut world.database.connect(), scope, &[starter]).unwrap();
        assert_eq!(offered.into_iter().map(|(plan, row)| (plan, row.code)).collect::<Vec<_>>(), [(starter, "disk-1".to_string())]);
    }

    fn paths_lead_to_other_plans_of_the_kind(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let starter = north.ids["pla"].clone();
        let names = owner.post("/v1/plans", json!({"code": "names", "name": "Names", "kind": "domain", "tlds": ["com"]})).expect(201).text("/id");
        let gold = owner.post("/v1/plans", plan("gold")).expect(201).text("/id");
        let path = format!("/v1/plans/{starter}");
        let wrong = owner.patch(&path, json!({"upgrade_to": [gold, starter, names, gold]})).refused(422, "validation_failed");
        wrong.names("/upgrade_to/1").names("/upgrade_to/2").names("/upgrade_to/3");
        let foreign = world.seller("south").ids["pla"].clone();
        let before = world.database.digest();
        owner.patch(&path, json!({"upgrade_to": [gold, foreign]})).refused(404, "not_found");
        assert_eq!(world.database.digest(), before);
        assert_eq!(owner.patch(&path, json!({"upgrade_to": [gold]})).expect(200).json()["upgrade_to"], json!([gold]));
        // the one that is led to stays while it is led to
        owner.delete(&format!("/v1/plans/{gold}")).refused(409, "in_use");
        owner.patch(&path, json!({"upgrade_to": []})).expect(200);
        owner.delete(&format!("/v1/plans/{gold}")).expect(204);
        owner.get(&format!("/v1/plans/{gold}")).refused(404, "not_found");
    }

    fn on_sale_off_sale_and_gone(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let id = draft(owner);
        let act = |action: &str| owner.act(&format!("/v1/plans/{id}/{action}"));
        act("retire").refused(409, "wrong_state");
        assert_eq!(act("activate").expect(200).text("/state"), "active");
        act("activate").refused(409, "wrong_state");
        let refused = owner.delete(&format!("/v1/plans/{id}")).refused(409, "wrong_state");
        assert!(refused.text("/detail").contains("/retire"), "{}", refused.text);
        assert_eq!(act("retire").expect(200).text("/state"), "retired");
        assert_eq!(act("activate").expect(200).text("/state"), "active");
        // whoever has subscribed keeps the plan from going, draft or not
        let held = owner.post("/v1/plans", plan("held")).expect(201).text("/id");
        subscribe(world, "north", &north.ids["sto"], &held);
        let before = world.database.digest();
        let refused = owner.delete(&format!("/v1/plans/{held}")).refused(409, "in_use");
        assert!(refused.text("/detail").contains("/retire"), "{}", refused.text);
        assert_eq!(world.database.digest(), before);
    }

    fn changed_part_by_part(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let path = format!("/v1/plans/{}", north.ids["pla"]);
        let before = owner.get(&path).json();
        let patch = json!({"code": "starter-2", "properties": {"domains": null, "mailboxes": "unlimited"}, "cycle_limit": 12, "tax_policy_id": north.ids["txp"]});
        let after = owner.patch(&path, patch).expect(200).json();
        assert_eq!(after["properties"], json!({"disk_space": 5_000_000_000_u64, "mailboxes": "unlimited", "script_php": true}));
        assert_eq!((&after["code"], &after["cycle_limit"], &after["tax_policy_id"]), (&json!("starter-2"), &json!(12), &json!(north.ids["txp"])));
        for name in ["name", "prices", "add_on_ids", "store_ids", "lead_days", "state"] {
            assert_eq!(after[name], before[name], "{name}");
        }
        let cleared = owner.patch(&path, json!({"cycle_limit": null, "tax_policy_id": null})).expect(200).json();
        assert_eq!((&cleared["cycle_limit"], &cleared["tax_policy_id"]), (&Value::Null, &Value::Null));
        owner.patch(&path, json!({"kind": "generic"})).refused(422, "invalid_body").names("/kind");
        owner.patch_if("\"1\"", &path, json!({"name": "Mine"})).refused(412, "stale");
        owner.patch(&path, json!({"properties": {"webmail": "pine"}, "lead_days": -1})).refused(422, "validation_failed").names("/properties/webmail").names("/lead_days");
    }

    fn a_plan_with_add_ons_is_previewed(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let before = world.database.digest();
        // 5 GB + 1 GB; what the add-on does not say stays
        let preview = |ids: Value| owner.post(&format!("/v1/plans/{}/merge-preview", north.ids["pla"]), json!({"add_on_ids": ids}));
        let want = json!({"properties": {"disk_space": 6_000_000_000_u64, "domains": 1, "script_php": true}});
        assert_eq!(preview(json!([north.ids["ado"]])).expect(200).json(), want);
        assert_eq!(preview(json!([])).expect(200).json()["properties"], plan("")["properties"]);
        assert_eq!(world.database.digest(), before);
    }

    fn the_table_of_properties_is_there_for_forms(world) {
        let table = world.owner("north").get("/v1/hosting-properties").expect(200).json();
        let rows = table["properties"].as_array().unwrap();
        assert!(rows.len() > 100);
        let webmail = rows.iter().find(|row| row["id"] == "webmail").unwrap();
        let words: Vec<_> = webmail["choices"].as_array().unwrap().iter().map(|choice| choice["word"].as_str().unwrap()).collect();
        assert_eq!((&webmail["group"], &webmail["kind"], words), (&json!("mail"), &json!("choice"), vec!["none", "roundcube", "horde"]));
        world.contact("north").get("/v1/hosting-properties").refused(401, "wrong_audience");
    }

    fn the_catalogue_has_its_own_permissions(world) {
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", crate::support::world::PASSWORD);
        clerk.get("/v1/plans").refused(403, "forbidden");
        clerk.post("/v1/plans", plan("x")).refused(403, "forbidden");
        clerk.get("/v1/hosting-properties").expect(200);
    }
}
