//! Invoicing by hand, the forecast, and drafts that are made anew: by the decisions of the billing run.

use crate::api::invoices::{books_balance, first_client, get, tamper, verify};
use crate::api::orders::corner;
use crate::stories::billing::{GOOD, buy, care, corrupt, email};
use crate::support::Actor;
use crate::support::story::Story;
use crate::support::world::{PASSWORD, client};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

fn money(amount: &str, currency: &str) -> Value {
    json!({"amount": amount, "currency": currency})
}

/// A tax of 20 % in France.
pub fn vat(owner: &Actor) -> String {
    let policy = owner.post("/v1/tax-policies", json!({"name": "VAT"})).expect(201).text("/id");
    let rule = json!({"tax_policy_id": policy, "name": "VAT", "location": {"area": "FR"}, "rate": {"percent": "20"}, "stage": "on_price"});
    owner.post("/v1/tax-rules", rule).expect(201);
    policy
}

/// A client with a contract of 10.00 EUR a month and one of 12.00 USD, both paid up to 5 February.
pub fn in_two_currencies(owner: &Actor) -> String {
    let dollar = json!({"code": "dollar", "name": "Dollar", "kind": "client", "currency": "USD", "locales": ["en"], "price_basis": "net",
        "gateways": ["transfer"], "domain_options": ["register"], "require_vat_number": false});
    let dollar = owner.post("/v1/stores", dollar).expect(201).json()["id"].clone();
    let corner = corner(owner)["id"].clone();
    let price = |amount: &str, currency: &str| json!({"cycle": "1-month", "currency": currency, "recurring": money(amount, currency)});
    let plan = json!({"code": "care", "name": "Care", "kind": "generic", "tax_policy_id": vat(owner),
        "prices": [price("10.00", "EUR"), price("12.00", "USD")], "store_ids": [corner, dollar]});
    let plan = owner.post("/v1/plans", plan).expect(201).text("/id");
    owner.act(&format!("/v1/plans/{plan}/activate")).expect(200);
    let payer = owner.post("/v1/clients", client("north", "Four Ltd", "Fay")).expect(201).text("/id");
    for (key, store) in [("in-euro", &corner), ("in-dollars", &dollar)] {
        let cart = json!({"items": [{"plan_id": plan, "cycle": "1-month"}]});
        let order = json!({"client_id": payer, "order": {"store_id": store, "gateway": "transfer", "cart": cart}});
        let order = owner.post_once("/v1/orders", key, order).expect(201);
        let invoice = order.text("/invoice_id");
        owner.post(&format!("/v1/invoices/{invoice}/payments"), json!({"method": "transfer"})).expect(201);
    }
    payer
}

/// A draft that was made from a subscription, of the world's first seller.
pub fn a_derived_draft(owner: &Actor) -> String {
    let (client, _) = buy(owner, &care(owner, json!({})), "Drafty", GOOD, None);
    let made = owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200);
    made.text("/results/0/invoices/0/id")
}

/// What an invoice says, before it exists or after.
fn content(invoice: &Value) -> Value {
    let names = [
        "subscription_id",
        "kind",
        "description",
        "period",
        "quantity",
        "unit_price",
        "discount",
        "net",
        "tax",
        "gross",
    ];
    let line = |line: &Value| names.map(|name| line[name].clone());
    let lines: Vec<_> = invoice["lines"].as_array().unwrap().iter().map(line).collect();
    let taxes = invoice["taxes"].as_array().unwrap().iter().map(|tax| json!([tax["name"], tax["base"], tax["amount"]]));
    let sums = if invoice["totals"].is_null() { invoice } else { &invoice["totals"] };
    let sums = ["net", "discount", "tax", "gross"].map(|name| sums[name].clone());
    json!({"client": invoice["client_id"], "due_on": invoice["due_on"], "lines": lines, "taxes": taxes.collect::<Vec<_>>(), "sums": sums})
}

fn grosses(results: &Value) -> Vec<String> {
    let invoices = results["results"][0]["invoices"].as_array().unwrap();
    let gross = |invoice: &Value| {
        invoice.pointer("/totals/gross").or(invoice.get("gross")).unwrap()["amount"].as_str().unwrap().to_string()
    };
    invoices.iter().map(gross).collect()
}

/// The days that are charged of a client's subscriptions, each with its subscription.
fn charged(owner: &Actor, client: &str) -> Vec<String> {
    let all = owner.get(&format!("/v1/invoices?client_id={client}&kind=invoice&limit=100")).expect(200).json();
    let lines = all["data"].as_array().unwrap().iter().flat_map(|invoice| invoice["lines"].as_array().unwrap().clone());
    let mut days: Vec<_> =
        lines.map(|line| format!("{} {}", line["subscription_id"], line["period"]["from"])).collect();
    days.sort();
    days
}

fn subscription(owner: &Actor, id: &str) -> (String, Value) {
    let found = owner.get(&format!("/v1/subscriptions/{id}")).expect(200);
    (found.text("/billed_through"), found.json()["next_invoice_on"].clone())
}

both! {
    /// The guide: four months in euro and dollars are two invoices. 4 × 10.00 and 20 % are 48.00, 4 × 12.00 are 57.60.
    fn four_months_in_two_currencies(world) {
        let owner = world.owner("north");
        let payer = in_two_currencies(&owner);
        let wish = json!({"client_ids": [payer], "cycles": 4, "issue": true});
        let before = world.database.digest();
        let preview = owner.post("/v1/invoices/generate/preview", wish.clone()).expect(200).json();
        assert_eq!(world.database.digest(), before, "a preview has written something");
        assert_eq!(grosses(&preview), ["48.00", "57.60"]);
        let made = owner.post("/v1/invoices/generate", wish.clone()).expect(200).json();
        assert_eq!((grosses(&made), &made["results"][0]["problem"]), (grosses(&preview), &Value::Null));
        for (seen, issued) in preview["results"][0]["invoices"].as_array().unwrap().iter().zip(made["results"][0]["invoices"].as_array().unwrap()) {
            assert_eq!(content(seen), content(issued));
            assert_eq!((&seen["issued_on"], issued["number"].is_string()), (&issued["issued_on"], true));
            let periods: Vec<_> = issued["lines"].as_array().unwrap().iter().map(|line| line["period"]["from"].as_str().unwrap()).collect();
            assert_eq!(periods, ["2026-02-05", "2026-03-05", "2026-04-05", "2026-05-05"]);
            assert_eq!(issued["due_on"], "2026-02-05");
        }
        // a second time it is four cycles more, and through a day that is reached already it is nothing
        let nothing = owner.post("/v1/invoices/generate", json!({"client_ids": [payer], "through": "2026-06-04", "issue": true})).expect(200).json();
        assert_eq!(nothing["results"][0]["invoices"], json!([]));
        // runs find nothing to do for these months, and go on with June
        let story = Story::of(world);
        story.sleep_until("2026-05-25");
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
        story.sleep_until("2026-05-26");
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 2, "parked": 0}));
        let owner = world.owner("north");
        books_balance(&owner);
        assert_eq!(verify(&owner)["intact"], true);
    }

    /// The guide: from the client's page a subscription of any status can be invoiced; for clients, what runs invoice.
    fn a_suspended_subscription_by_hand(world) {
        let owner = world.owner("north");
        let (client, id) = buy(&owner, &care(&owner, json!({})), "Susi", GOOD, None);
        owner.post(&format!("/v1/clients/{client}/suspend"), json!({})).expect(200);
        let of_client = owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200).json();
        assert_eq!(of_client["results"], json!([{"client_id": client, "invoices": [], "problem": null}]));
        let made = owner.post("/v1/invoices/generate", json!({"subscription_id": id, "through": "2026-03-05"})).expect(200).json();
        assert_eq!((grosses(&made), &made["results"][0]["invoices"][0]["status"]), (vec!["20.00".into()], &json!("draft")));
        assert_eq!(subscription(&owner, &id), ("2026-04-05".into(), json!("2026-03-26")));
        // what has ended is invoiced up to its end, and is not looked at again
        owner.post(&format!("/v1/subscriptions/{id}/cancel"), json!({"when": "now"})).expect(200);
        let ended = owner.post("/v1/invoices/generate", json!({"subscription_id": id, "cycles": 3})).expect(200).json();
        assert_eq!(ended["results"][0]["invoices"], json!([]));
        assert_eq!(subscription(&owner, &id).1, Value::Null);
    }

    fn a_sick_client_keeps_nobody_from_it(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let clients: Vec<_> = ["Ada", "Bea", "Cid"].iter().map(|name| buy(&owner, &plan, name, GOOD, None)).collect();
        corrupt(world, &clients[1].1);
        let ids: Vec<_> = clients.iter().map(|(client, _)| client).collect();
        for (path, counts) in [("/v1/invoices/generate/preview", [1, 0, 1]), ("/v1/invoices/generate", [1, 0, 1])] {
            let made = owner.post(path, json!({"client_ids": ids, "cycles": 1, "issue": true})).expect(200).json();
            let results = made["results"].as_array().unwrap();
            let found: Vec<_> = results.iter().map(|one| one["invoices"].as_array().unwrap().len()).collect();
            assert_eq!(found, counts, "{path}");
            assert_eq!((&results[1]["client_id"], &results[1]["problem"]["code"]), (&json!(ids[1]), &json!("internal")));
            assert!(results[0]["problem"].is_null() && results[2]["problem"].is_null());
        }
        assert_eq!(verify(&owner)["intact"], true);
    }

    fn what_is_wrong_is_named(world) {
        let owner = world.owner("north");
        let south = world.owner("south");
        let (client, id) = buy(&owner, &care(&owner, json!({})), "Wanda", GOOD, None);
        let before = world.database.digest();
        for (wish, place) in [
            (json!({"cycles": 1}), "/client_ids"),
            (json!({"client_ids": [client], "subscription_id": id, "cycles": 1}), "/client_ids"),
            (json!({"client_ids": [client]}), "/cycles"),
            (json!({"client_ids": [client], "cycles": 0}), "/cycles"),
            (json!({"client_ids": [client], "cycles": 37}), "/cycles"),
            (json!({"client_ids": [client], "cycles": 1, "through": "2026-02-01"}), "/through"),
            (json!({"client_ids": [client], "through": "2029-01-06"}), "/through"),
            (json!({"client_ids": vec![&client; 101], "cycles": 1}), "/client_ids"),
        ] {
            owner.post("/v1/invoices/generate", wish.clone()).refused(422, "validation_failed").names(place);
            owner.post("/v1/invoices/generate/preview", wish).refused(422, "validation_failed").names(place);
        }
        south.post("/v1/invoices/generate", json!({"subscription_id": id, "cycles": 1})).refused(404, "not_found");
        south.post("/v1/invoices/generate", json!({"client_ids": [first_client(&south), client], "cycles": 1})).refused(404, "not_found");
        south.get(&format!("/v1/clients/{client}/forecast")).refused(404, "not_found");
        for day in ["2026-01-04", "2029-01-06"] {
            owner.get(&format!("/v1/clients/{client}/forecast?until={day}")).refused(400, "invalid_parameter").names("?until");
        }
        assert_eq!(world.database.digest(), before);
    }

    /// A run and people at the same time, on the day of a renewal: February is charged once, whoever comes first.
    fn never_charged_twice(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let clients: Vec<_> = ["Ida", "Jon", "Kai"].iter().map(|name| buy(&owner, &plan, name, GOOD, None).0).collect();
        let story = Story::of(world);
        story.sleep_until("2026-01-26");
        let owner = world.owner("north");
        std::thread::scope(|scope| {
            scope.spawn(|| story.run(EventKind::ProcessInvoices));
            for _ in 0..2 {
                let (owner, clients) = (&owner, &clients);
                scope.spawn(move || owner.post("/v1/invoices/generate", json!({"client_ids": clients, "through": "2026-03-05", "issue": true})).expect(200));
            }
        });
        for client in &clients {
            let days = charged(&owner, client);
            // January with the order, February and March
            assert_eq!(days.len(), 3, "{days:?}");
            assert!(days.windows(2).all(|pair| pair[0] != pair[1]), "{days:?}");
        }
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
        assert_eq!(verify(&owner)["intact"], true);
    }

    /// What was forecast in January is what the runs have issued by May.
    fn the_forecast_comes_true(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({"tax_policy_id": vat(&owner)}));
        owner.post("/v1/coupons", json!({"name": "Fifth", "code": "FIFTH", "value": {"percent": "20"}, "cycles": 3})).expect(201);
        let (nora, _) = buy(&owner, &plan, "Nora", GOOD, Some("FIFTH"));
        let before = world.database.digest();
        let seen = owner.get(&format!("/v1/clients/{nora}/forecast?until=2026-05-01")).expect(200).json();
        assert_eq!(world.database.digest(), before, "a forecast has written something");
        // 8.00 + 1.60 twice, then 10.00 + 2.00 twice; the next would be issued on 26 May
        let told: Vec<_> = seen["invoices"].as_array().unwrap().iter().map(|one| (one["issued_on"].as_str().unwrap(), one["totals"]["gross"]["amount"].as_str().unwrap())).collect();
        assert_eq!(told, [("2026-01-26", "9.60"), ("2026-02-23", "9.60"), ("2026-03-26", "12.00"), ("2026-04-25", "12.00")]);
        assert_eq!(seen["amounts"], json!([money("43.20", "EUR")]));
        let herself = world.stranger.sign_in("client", "north", &email("Nora"), PASSWORD);
        assert_eq!(herself.get("/v1/me/forecast?until=2026-05-01").expect(200).json(), seen);
        // a year, if nothing is said: February to January are twelve months, issued up to 5 January
        assert_eq!(herself.get("/v1/me/forecast").expect(200).json()["invoices"].as_array().unwrap().len(), 12);
        Story::of(world).until("2026-05-01");
        let owner = world.owner("north");
        let issued = owner.get(&format!("/v1/invoices?client_id={nora}&sort=created_at")).expect(200).json();
        let issued = &issued["data"].as_array().unwrap()[1..];
        assert_eq!(issued.iter().map(content).collect::<Vec<_>>(), seen["invoices"].as_array().unwrap().iter().map(content).collect::<Vec<_>>());
        let days: Vec<_> = issued.iter().map(|one| one["issued_on"].as_str().unwrap()).collect();
        assert_eq!(days, told.iter().map(|one| one.0).collect::<Vec<_>>());
    }

    /// Nothing is forecast of what ends, or is held.
    fn ends_and_holds_are_foreseen(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (ends, contract) = buy(&owner, &plan, "Enno", GOOD, None);
        owner.post(&format!("/v1/subscriptions/{contract}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        let seen = owner.get(&format!("/v1/clients/{ends}/forecast")).expect(200).json();
        assert_eq!((&seen["invoices"], &seen["amounts"]), (&json!([]), &json!([])));
        assert_eq!((&seen["subscriptions"][0]["ends_on"], &seen["subscriptions"][0]["is_invoiced"]), (&json!("2026-02-05"), &json!(true)));
        let (held, _) = buy(&owner, &plan, "Hella", GOOD, None);
        owner.post(&format!("/v1/clients/{held}/suspend"), json!({})).expect(200);
        let seen = owner.get(&format!("/v1/clients/{held}/forecast")).expect(200).json();
        assert_eq!((&seen["invoices"], &seen["subscriptions"][0]["is_invoiced"]), (&json!([]), &json!(false)));
    }

    /// 20 % off for three cycles, one of them used by the order. A draft over two cycles uses up the others; deleted, they are
    /// there again, and the same draft can be made.
    fn a_deleted_draft_leaves_no_trace(world) {
        let owner = world.owner("north");
        owner.post("/v1/coupons", json!({"name": "Fifth", "code": "FIFTH", "value": {"percent": "20"}, "cycles": 3})).expect(201);
        let (client, id) = buy(&owner, &care(&owner, json!({})), "Dela", GOOD, Some("FIFTH"));
        let before = subscription(&owner, &id);
        let wish = json!({"client_ids": [client], "cycles": 2});
        let first = owner.post("/v1/invoices/generate", wish.clone()).expect(200).json();
        assert_eq!(grosses(&first), ["16.00"]);
        assert_eq!(subscription(&owner, &id), ("2026-04-05".into(), json!("2026-03-26")));
        let draft = first["results"][0]["invoices"][0]["id"].as_str().unwrap().to_string();
        owner.delete(&format!("/v1/invoices/{draft}")).expect(204);
        assert_eq!(subscription(&owner, &id), before);
        let again = owner.post("/v1/invoices/generate", wish).expect(200).json();
        assert_eq!(grosses(&again), ["16.00"]);
        let draft = again["results"][0]["invoices"][0]["id"].as_str().unwrap().to_string();
        owner.act(&format!("/v1/invoices/{draft}/cancel")).expect(204);
        // left to the runs: two cycles at 8.00, then 10.00
        Story::of(world).until("2026-03-27");
        let owner = world.owner("north");
        let all: Vec<_> = crate::stories::billing::invoices(&owner, &client).into_iter().map(|row| row.2).collect();
        assert_eq!(all, ["8.00", "8.00", "8.00", "10.00"]);
    }

    /// 10.00 become 12.00 while the draft waits; 5.00 that someone has written in it stay. 2 × 12.00 + 5.00 = 29.00.
    fn a_draft_is_made_anew(world) {
        let owner = world.owner("north");
        let (client, id) = buy(&owner, &care(&owner, json!({})), "Rena", GOOD, None);
        let made = owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 2})).expect(200);
        let draft = made.text("/results/0/invoices/0/id");
        owner.patch(&format!("/v1/invoices/{draft}"), json!({"comment": "As agreed"})).expect(200);
        owner.post(&format!("/v1/invoices/{draft}/lines"), json!({"description": "Work", "quantity": "1", "unit_price": "5.00"})).expect(201);
        tamper(world, "UPDATE subscription_items SET unit_price = '12' WHERE description = 'Care'");
        let anew = owner.act(&format!("/v1/invoices/{draft}/rederive")).expect(200).json();
        assert_eq!((&anew["id"], &anew["gross"]["amount"], &anew["comment"]), (&json!(draft), &json!("29.00"), &json!("As agreed")));
        let lines: Vec<_> = anew["lines"].as_array().unwrap().iter().map(|line| (line["kind"].as_str().unwrap(), line["gross"]["amount"].as_str().unwrap())).collect();
        assert_eq!(lines, [("recurring", "12.00"), ("recurring", "12.00"), ("one_off", "5.00")]);
        assert_eq!(subscription(&owner, &id).0, "2026-04-05");
        let issued = owner.act(&format!("/v1/invoices/{draft}/issue")).expect(200).json();
        assert_eq!(issued["gross"]["amount"], "29.00");
        owner.act(&format!("/v1/invoices/{draft}/rederive")).refused(409, "wrong_state");
        // nothing is left of a draft whose subscription has ended before it
        let more = owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200).text("/results/0/invoices/0/id");
        tamper(world, "UPDATE subscriptions SET ends_on = '2026-04-05' WHERE name = 'Care'");
        owner.act(&format!("/v1/invoices/{more}/rederive")).expect(204);
        owner.get(&format!("/v1/invoices/{more}")).refused(404, "not_found");
        // and none that is made before is in the way of a cancellation
        tamper(world, "UPDATE subscriptions SET ends_on = NULL WHERE name = 'Care'");
        let more = owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200).text("/results/0/invoices/0/id");
        owner.post(&format!("/v1/subscriptions/{id}/cancel"), json!({"when": "now"})).expect(200);
        owner.get(&format!("/v1/invoices/{more}")).refused(404, "not_found");
        assert_eq!(verify(&owner)["intact"], true);
        books_balance(&owner);
    }

    /// 10.00 and 2 × 1.11 = 2.22 at 20 %: 12.22 and 2.444 are 14.66. With three: 13.33 and 2.666, which is 2.67, are 16.00.
    fn people_write_in_drafts(world) {
        let owner = world.owner("north");
        let policy = vat(&owner);
        let (client, _) = buy(&owner, &care(&owner, json!({"tax_policy_id": policy})), "Lina", GOOD, None);
        let draft = owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200).text("/results/0/invoices/0/id");
        let path = format!("/v1/invoices/{draft}/lines");
        let added = owner.post(&path, json!({"description": "Hours", "quantity": "2", "unit_price": "1.11", "tax_policy_id": policy})).expect(201).json();
        assert_eq!((&added["net"]["amount"], &added["tax"]["amount"], &added["gross"]["amount"]), (&json!("12.22"), &json!("2.44"), &json!("14.66")));
        let (derived, hours) = (added["lines"][0]["id"].as_str().unwrap(), added["lines"][1]["id"].as_str().unwrap());
        let changed = owner.patch(&format!("{path}/{hours}"), json!({"quantity": "3"})).expect(200).json();
        assert_eq!((&changed["tax"]["amount"], &changed["gross"]["amount"], &changed["taxes"][0]["base"]["amount"]), (&json!("2.67"), &json!("16.00"), &json!("13.33")));
        let steps = owner.get(&format!("{path}/{derived}/explain")).expect(200).json();
        let rules: Vec<_> = steps["steps"].as_array().unwrap().iter().map(|step| step["rule"].as_str().unwrap()).collect();
        assert_eq!(rules, ["listed", "tax", "tax_share", "gross"]);
        owner.patch(&format!("{path}/{derived}"), json!({"quantity": "3"})).refused(409, "wrong_state");
        owner.delete(&format!("{path}/{derived}")).refused(409, "wrong_state");
        owner.patch(&format!("{path}/{hours}"), json!({"description": "", "period": {"from": "2026-02-01", "to": "2026-02-01"}}))
            .refused(422, "validation_failed").names("/description").names("/period");
        owner.patch(&format!("{path}/{hours}"), json!({"quantity": "-1"})).refused(422, "validation_failed").names("/quantity");
        let less = owner.delete(&format!("{path}/{hours}")).expect(200).json();
        assert_eq!((&less["gross"]["amount"], less["lines"].as_array().unwrap().len()), (&json!("12.00"), 1));
        owner.act(&format!("/v1/invoices/{draft}/issue")).expect(200);
        owner.post(&path, json!({"description": "Late", "quantity": "1", "unit_price": "1"})).refused(409, "wrong_state");
        owner.delete(&format!("/v1/invoices/{draft}")).refused(409, "wrong_state");
        assert_eq!(get(&owner, &draft)["gross"]["amount"], "12.00");
        assert_eq!(verify(&owner)["intact"], true);
        books_balance(&owner);
    }

    /// What the seller settles holds for new subscriptions; a plan may say otherwise. Cycles begin on 5 February.
    fn lead_times(world) {
        let owner = world.owner("north");
        let settings = owner.get("/v1/settings").expect(200).json();
        assert_eq!((&settings["billing"]["lead_days"], &settings["billing"]["domain_lead_days"]), (&json!(10), &json!(30)));
        let put = |billing: Value| owner.send("PUT", "/v1/settings", &[("content-type", "application/json"), ("if-match", "*")], Some(json!({"billing": billing}).to_string().as_bytes()));
        put(json!({"lead_days": 366, "domain_lead_days": 366})).refused(422, "validation_failed").names("/billing/lead_days").names("/billing/domain_lead_days");
        let plan = care(&owner, json!({}));
        let (_, usual) = buy(&owner, &plan, "Ulla", GOOD, None);
        put(json!({"lead_days": 5, "lines_per_invoice": 1})).expect(200);
        let (limited, settled) = buy(&owner, &plan, "Sven", GOOD, None);
        owner.patch(&format!("/v1/plans/{plan}"), json!({"lead_days": 3})).expect(200);
        let (_, own) = buy(&owner, &plan, "Olaf", GOOD, None);
        let days: Vec<_> = [&usual, &settled, &own].map(|id| subscription(&owner, id).1).into();
        assert_eq!(days, [json!("2026-01-26"), json!("2026-01-31"), json!("2026-02-02")]);
        // one line each: three cycles are three invoices
        let made = owner.post("/v1/invoices/generate", json!({"client_ids": [limited], "cycles": 3})).expect(200).json();
        assert_eq!(grosses(&made), ["10.00", "10.00", "10.00"]);
        assert_eq!(owner.patch(&format!("/v1/plans/{plan}"), json!({"lead_days": null})).expect(200).json()["lead_days"], Value::Null);
    }
}
