//! Delivery: what is paid is set up, what is suspended is shut, what is cancelled is removed, whatever breaks off
//! between.

use crate::api::orders::{order_of, shopper, wish};
use crate::support::house::{Gated, House, block_on, fake};
use crate::support::nginx::{Nginx, run};
use crate::support::{Actor, World};
use chrono::TimeDelta;
use comptoir_app::services::sync::{Tally, sync_due};
use comptoir_app::{PanelRoute, Settings};
use comptoir_connectors::panel::fake::{FakePanel, Trouble};
use comptoir_connectors::panel::{Account, ExternalId, HostingPanel, State};
use comptoir_domain::Instant;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Books the money of an invoice.
pub fn pay(owner: &Actor, invoice: &str) {
    if owner.get(&format!("/v1/invoices/{invoice}")).json()["status"] == "draft" {
        owner.post_once(&format!("/v1/invoices/{invoice}/issue"), &format!("i-{invoice}"), json!({})).expect(200);
    }
    let money = json!({"method": "transfer", "reference": "R-1"});
    owner.post_once(&format!("/v1/invoices/{invoice}/payments"), &format!("p-{invoice}"), money).expect(201);
}

/// What someone new has ordered.
pub struct Ordered {
    pub client: Actor,
    pub order: String,
    pub subscription: String,
    pub service: String,
    pub invoice: String,
}

pub fn order(owner: &Actor, name: &str, wish: Value) -> Ordered {
    let quote = shopper(owner).post("/v1/store/quotes", wish).expect(200);
    let wanted = order_of(name, &quote.text("/token"), "transfer");
    let placed = shopper(owner).post_once("/v1/store/orders", name, wanted).expect(201);
    let subscription = placed.text("/order/subscription_ids/0");
    let services = owner.get(&format!("/v1/services?subscription_id={subscription}")).expect(200);
    Ordered {
        client: owner.with_token(placed.text("/tokens/access_token")),
        order: placed.text("/order/id"),
        service: services.text("/data/0/id"),
        invoice: placed.text("/order/invoice_id"),
        subscription,
    }
}

/// The starter plan on a name, ordered and paid by someone new.
pub fn paid(owner: &Actor, name: &str, domain: &str) -> Ordered {
    let ordered = order(owner, name, wish(owner, domain, "Lyon"));
    pay(owner, &ordered.invoice);
    ordered
}

fn advance(world: &World, by: TimeDelta) {
    world.server.machine.advance_to(world.server.machine.now().plus(by));
}

fn service(owner: &Actor, id: &str) -> Value {
    owner.get(&format!("/v1/services/{id}")).expect(200).json()
}

pub fn standing(owner: &Actor, ordered: &Ordered) -> [String; 3] {
    let subscription = owner.get(&format!("/v1/subscriptions/{}", ordered.subscription)).expect(200);
    let order = owner.get(&format!("/v1/orders/{}", ordered.order)).expect(200);
    let service = service(owner, &ordered.service);
    [order.text("/state"), subscription.text("/status"), service["observed"].as_str().unwrap().into()]
}

/// How many mails of a kind there are for someone.
pub fn mails(owner: &Actor, kind: &str, to: &str) -> usize {
    let list = owner.get(&format!("/v1/mails?kind={kind}&recipient={to}")).expect(200).json();
    list["data"].as_array().unwrap().len()
}

fn open_todos(owner: &Actor) -> Vec<Value> {
    let list = owner.get("/v1/todos?kind=provisioning_failed&state=open").expect(200).json();
    list["data"].as_array().unwrap().clone()
}

/// The accounts of a panel by domain.
fn held(panel: &FakePanel) -> Vec<(String, State)> {
    let accounts = block_on(panel.accounts()).unwrap();
    let mut held: Vec<_> = accounts.into_iter().map(|account| (account.domain.to_string(), account.state)).collect();
    held.sort_by(|a, b| a.0.cmp(&b.0));
    held
}

both! {
    fn paid_set_up_suspended_resumed_changed_removed(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        let nora = paid(&owner, "Nora", "nora.example");
        assert_eq!(standing(&owner, &nora), ["provisioning", "pending", "absent"]);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        assert!(house.text("webspaces/nora.example/httpdocs/index.html").contains("nora.example"));
        // the plan promises PHP and 5 GB
        let record: Value = serde_json::from_str(&house.text(&format!("accounts/{}.json", nora.service))).unwrap();
        assert_eq!((&record["script_php"], &record["disk_limit"], &record["state"]), (&json!(true), &json!(5_000_000_000_u64), &json!("active")));
        let seen = service(&owner, &nora.service);
        assert_eq!((&seen["is_settled"], &seen["attempts"], &seen["last_error"], &seen["retry_at"]), (&json!(true), &json!(0), &json!(""), &json!(null)));
        assert!(seen["disk_bytes"].as_i64().unwrap() > 0 && seen["measured_at"].is_string(), "{seen}");
        let events = owner.get(&format!("/v1/events?subject_id={}", nora.service)).expect(200).json();
        assert_eq!((&events["data"][0]["kind"], &events["data"][0]["state"]), (&json!("provision_service"), &json!("done")));
        assert_eq!((mails(&owner, "subscription_info", "nora@new.example"), mails(&owner, "subscription_activated", "nora@new.example")), (1, 1));
        let info = owner.get("/v1/mails?kind=subscription_info&recipient=nora@new.example").text("/data/0/id");
        let words = owner.get(&format!("/v1/mails/{info}")).expect(200).text("/text");
        // 10.00 a month
        assert!(words.contains("nora.example") && words.contains("127.0.0.1") && words.contains("ns1.localhost") && words.contains("10"), "{words}");

        let at = |verb: &str| format!("/v1/subscriptions/{}/{verb}", nora.subscription);
        owner.post(&at("suspend"), json!({})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "suspended", "suspended"]);
        assert!(house.text("vhosts/nora.example.conf").contains("return 503"));
        assert_eq!(mails(&owner, "subscription_suspended", "nora@new.example"), 1);

        owner.post(&at("activate"), json!({})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        assert!(house.text("vhosts/nora.example.conf").contains("fastcgi_pass"));
        assert_eq!((mails(&owner, "subscription_info", "nora@new.example"), mails(&owner, "subscription_activated", "nora@new.example")), (1, 2));

        // without PHP in the plan there is none on the sites, and a name of the plan is no concern of theirs
        let plan = owner.get(&format!("/v1/subscriptions/{}", nora.subscription)).text("/plan_id");
        owner.patch(&format!("/v1/plans/{plan}"), json!({"name": "Starter 2"})).expect(200);
        assert_eq!(service(&owner, &nora.service)["is_settled"], true);
        owner.patch(&format!("/v1/plans/{plan}"), json!({"properties": {"script_php": false}})).expect(200);
        house.work();
        assert!(!house.text("vhosts/nora.example.conf").contains("fastcgi_pass"));

        owner.post(&at("cancel"), json!({"when": "now", "reason": "moved"})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "cancelled", "absent"]);
        assert!(!house.at("webspaces/nora.example").exists() && !house.at("zones/nora.example.zone").exists());
        assert_eq!(mails(&owner, "subscription_cancelled", "nora@new.example"), 1);
        let deeds: Vec<_> = ["provisioned", "suspended", "resumed", "changed", "removed"].iter()
            .map(|deed| owner.get(&format!("/v1/activities?kind=service.{deed}&subject_id={}", nora.service)).expect(200).json()["data"].as_array().unwrap().len()).collect();
        assert_eq!(deeds, [1, 1, 1, 1, 1]);
    }

    fn a_panel_that_is_down_is_tried_again_and_a_person_told(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let nora = paid(&owner, "Nora", "nora.example");
        for attempt in 1..=5 {
            // a token lives ten minutes
            let owner = world.owner("north");
            panel.fail_next(Trouble::Unavailable);
            let now = world.server.machine.now();
            house.work();
            let seen = service(&owner, &nora.service);
            assert_eq!((&seen["attempts"], &seen["last_error"]), (&json!(attempt), &json!("outage: the panel cannot be reached")));
            // 30, 60, 120, 240, 480 seconds at most, half of that at least
            let (retry, most): (Instant, _) = (seen["retry_at"].as_str().unwrap().parse().unwrap(), 15 << attempt);
            assert!(retry >= now.plus(TimeDelta::seconds(most / 2)) && retry <= now.plus(TimeDelta::seconds(most)), "{seen}");
            assert_eq!(open_todos(&owner).len(), usize::from(attempt == 5), "{attempt}");
            house.work();
            assert_eq!(service(&owner, &nora.service)["attempts"], json!(attempt), "not before its time");
            world.server.machine.advance_to(retry);
        }
        let owner = world.owner("north");
        assert_eq!(open_todos(&owner)[0]["subject_id"], json!(nora.service));
        assert_eq!(standing(&owner, &nora), ["provisioning", "failed", "absent"]);
        // the event has left it to the person; the recurring run goes on
        house.work();
        assert_eq!(service(&owner, &nora.service)["attempts"], 5);
        assert_eq!(house.sync(), Tally { settled: 1, failed: 0, for_a_person: 0 });
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        assert_eq!(open_todos(&owner), [Value::Null; 0]);
    }

    fn a_crash_between_panel_and_record_is_mended(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let gated = Gated::new(&panel);
        let house = House::with(world, |settings| settings, Some(gated.clone()));
        let nora = paid(&owner, "Nora", "nora.example");
        let _gate = gated.shut(true);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            tokio::select! {
                _ = sync_due(&house.state, None, "test") => panic!("the run was to die"),
                () = gated.reached.notified() => {}
            }
        });
        drop(runtime);
        // the panel has it, nobody knows
        assert_eq!(held(&panel), [("nora.example".to_string(), State::Active)]);
        assert_eq!(standing(&owner, &nora), ["provisioning", "pending", "absent"]);
        assert_eq!(house.sync(), Tally::default(), "the lease has not run out");
        advance(world, TimeDelta::minutes(6));
        assert_eq!(house.sync(), Tally { settled: 1, ..Tally::default() });
        assert_eq!(house.sync(), Tally::default());
        assert_eq!((standing(&owner, &nora), gated.calls.load(Ordering::SeqCst)), (["done".into(), "active".into(), "active".into()], 2));
        assert_eq!((held(&panel).len(), mails(&owner, "subscription_info", "nora@new.example")), (1, 1));
    }

    fn a_sick_service_does_not_stop_the_others(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let refused = paid(&owner, "Ruth", "refused.sick.example");
        let silent = paid(&owner, "Uma", "unavailable.sick.example");
        let good = paid(&owner, "Gina", "good.example");
        assert_eq!(house.sync(), Tally { settled: 1, failed: 2, for_a_person: 0 });
        assert_eq!(standing(&owner, &good), ["done", "active", "active"]);
        assert_eq!(standing(&owner, &refused), ["provisioning", "failed", "absent"]);
        assert_eq!(standing(&owner, &silent), ["provisioning", "pending", "absent"]);
        // what is refused will be refused again: a person has to know at once
        let told: Vec<_> = open_todos(&owner).into_iter().map(|todo| todo["subject_id"].clone()).collect();
        assert_eq!(told, [json!(refused.service)]);
        assert_eq!(owner.get("/v1/services?is_settled=false").json()["data"].as_array().unwrap().len(), 2);
        // done by hand, and a person's from then on
        owner.act(&format!("/v1/services/{}/deliver", refused.service)).expect(200);
        assert_eq!((standing(&owner, &refused), open_todos(&owner).len()), (["done".into(), "active".into(), "active".into()], 0));
        owner.act(&format!("/v1/services/{}/deliver", refused.service)).refused(409, "wrong_state");
        owner.post(&format!("/v1/subscriptions/{}/suspend", refused.subscription), json!({})).expect(200);
        assert_eq!(house.sync(), Tally { for_a_person: 1, ..Tally::default() });
        assert_eq!((open_todos(&owner).len(), held(&panel).len()), (1, 1));
    }

    fn what_is_wanted_meanwhile_is_not_overwritten(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let gated = Gated::new(&panel);
        let house = House::with(world, |settings| settings, Some(gated.clone()));
        let nora = paid(&owner, "Nora", "nora.example");
        house.work();
        let at = |verb: &str| format!("/v1/subscriptions/{}/{verb}", nora.subscription);
        owner.post(&at("suspend"), json!({})).expect(200);
        let gate = gated.shut(false);
        std::thread::scope(|scope| {
            scope.spawn(|| house.work());
            block_on(gated.reached.notified());
            // the panel is being told to suspend when it is let go
            owner.post(&at("activate"), json!({})).expect(200);
            gate.notify_one();
        });
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        assert_eq!((held(&panel), service(&owner, &nora.service)["is_settled"].clone()), (vec![("nora.example".to_string(), State::Active)], json!(true)));
    }

    fn two_instances_tell_the_panel_once(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let gated = Gated::new(&panel);
        let panels = || Some(gated.clone() as Arc<dyn HostingPanel>);
        let (one, two) = (House::with(world, |settings| settings, panels()), House::with(world, |settings| settings, panels()));
        let names: Vec<_> = ["Ada", "Bea", "Cleo", "Dora", "Edda", "Fay"].into_iter().collect();
        let all: Vec<_> = names.iter().map(|name| paid(&owner, name, &format!("{}.example", name.to_lowercase()))).collect();
        std::thread::scope(|scope| {
            scope.spawn(|| one.work());
            scope.spawn(|| two.work());
        });
        one.sync();
        assert_eq!((gated.calls.load(Ordering::SeqCst), held(&panel).len()), (6, 6));
        for ordered in &all {
            assert_eq!(standing(&owner, ordered), ["done", "active", "active"]);
        }
        for name in names {
            assert_eq!(mails(&owner, "subscription_info", &format!("{}@new.example", name.to_lowercase())), 1);
        }
    }

    /// The money is taken even though the name is another's; a person sorts it out.
    fn a_name_that_is_taken_does_not_lose_the_payment(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        // both order it while it is free
        let ordered = |name| order(&owner, name, wish(&owner, "same.example", "Lyon"));
        let (first, second) = (ordered("Nora"), ordered("Olga"));
        pay(&owner, &first.invoice);
        pay(&owner, &second.invoice);
        house.work();
        assert_eq!(standing(&owner, &first), ["done", "active", "active"]);
        assert_eq!(standing(&owner, &second), ["provisioning", "pending", "absent"]);
        assert_eq!(owner.get(&format!("/v1/invoices/{}", second.invoice)).text("/status"), "paid");
        assert_eq!(open_todos(&owner)[0]["subject_id"], json!(second.subscription));
        let sync = format!("/v1/services/{}/sync", second.service);
        owner.act(&sync).refused(409, "already_exists");
        owner.post(&format!("/v1/subscriptions/{}/cancel", first.subscription), json!({"when": "now"})).expect(200);
        owner.act(&sync).expect(202);
        assert_eq!(open_todos(&owner).len(), 0);
        house.work();
        // the panel gives the name away only when the first has let go of it
        advance(world, TimeDelta::seconds(30));
        house.sync();
        assert_eq!(standing(&owner, &second), ["done", "active", "active"]);
        assert!(house.text("claims/same.example").contains(&second.service));
    }

    fn what_no_panel_does_waits_for_a_person(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        let store = owner.get("/v1/stores").json()["data"].as_array().unwrap().iter().find(|store| store["code"] == "corner").unwrap()["id"].clone();
        let names = json!({"code": "names", "name": "Names", "kind": "domain", "tlds": ["example"], "store_ids": [store],
            "prices": [{"cycle": "1-year", "currency": "EUR", "recurring": {"amount": "12.00", "currency": "EUR"}}]});
        let plan = owner.post("/v1/plans", names).expect(201).text("/id");
        owner.act(&format!("/v1/plans/{plan}/activate")).expect(200);
        let mut both = wish(&owner, "nora.example", "Lyon");
        both["cart"]["items"][0]["domain"]["option"] = json!("register");
        let nora = order(&owner, "Nora", both);
        pay(&owner, &nora.invoice);
        house.work();
        // the site works, the name is still to come
        assert_eq!(standing(&owner, &nora), ["provisioning", "active", "active"]);
        let name = owner.get("/v1/services?kind=domain&is_settled=false").expect(200);
        let id = name.text("/data/0/id");
        assert_eq!((name.json()["data"][0]["is_by_hand"].clone(), open_todos(&owner)[0]["subject_id"].clone()), (json!(true), json!(id)));
        // asked once, however often the run comes by
        advance(world, TimeDelta::days(2));
        house.sync();
        let owner = world.owner("north");
        assert_eq!(open_todos(&owner).len(), 1);
        owner.act(&format!("/v1/services/{id}/sync")).refused(409, "wrong_state");
        owner.act(&format!("/v1/services/{id}/deliver")).expect(200);
        assert_eq!((standing(&owner, &nora)[0].as_str(), open_todos(&owner).len()), ("done", 0));
        assert_eq!(mails(&owner, "subscription_info", "nora@new.example"), 2);
    }

    fn a_hold_from_before_counts_once_it_is_set_up(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        let nora = paid(&owner, "Nora", "nora.example");
        owner.post(&format!("/v1/subscriptions/{}/suspend", nora.subscription), json!({"reason": "looks odd"})).expect(200);
        assert_eq!(standing(&owner, &nora), ["provisioning", "pending", "absent"]);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "suspended", "suspended"]);
        assert!(house.text("vhosts/nora.example.conf").contains("return 503"));
    }

    fn what_is_cancelled_before_it_was_set_up_is_given_up(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        let nora = paid(&owner, "Nora", "nora.example");
        owner.post(&format!("/v1/subscriptions/{}/cancel", nora.subscription), json!({"when": "now"})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora), ["cancelled", "cancelled", "absent"]);
        assert!(!house.at("webspaces/nora.example").exists());
        // and money that comes after the end sets nothing up
        let late = order(&owner, "Lea", wish(&owner, "lea.example", "Lyon"));
        owner.post(&format!("/v1/subscriptions/{}/cancel", late.subscription), json!({"when": "now"})).expect(200);
        pay(&owner, &late.invoice);
        house.work();
        assert_eq!(standing(&owner, &late)[1..], ["cancelled".to_string(), "absent".into()]);
        assert!(!house.at("webspaces/lea.example").exists());
    }

    fn use_is_measured_each_day_and_what_is_gone_comes_back(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let nora = paid(&owner, "Nora", "nora.example");
        house.work();
        let id: ExternalId = nora.service.parse().unwrap();
        block_on(panel.set_usage(&id, 123_456)).unwrap();
        let recurring = || {
            world.owner("provider").post("/v1/events/run", json!({"kind": "process_sync"})).expect(201);
            house.work();
            service(&world.owner("north"), &nora.service)
        };
        assert_eq!(recurring()["disk_bytes"], 0, "measured when it was set up");
        advance(world, TimeDelta::hours(25));
        let seen = recurring();
        assert_eq!((&seen["disk_bytes"], seen["measured_at"].as_str().unwrap()), (&json!(123_456), world.server.machine.now().to_string().as_str()));
        // each day's use is reported once, in the name of the built-in host: the seller's clock stands still
        let reports = world.owner("north").get(&format!("/v1/usage?subscription_id={}&sort=created_at", nora.subscription)).expect(200).json();
        let told = |row: &Value| json!([row["resource"], row["period"]["from"], row["amount"], row["source"]]);
        let told: Vec<_> = reports["data"].as_array().unwrap().iter().map(told).collect();
        assert_eq!(told, [json!(["disk_space", "2026-01-05", 123_456, "host"])]);
        // someone removes it behind our back
        let account = block_on(panel.fetch(&id)).unwrap().account;
        block_on(panel.apply(&Account { state: State::Removed, ..account }, world.server.machine.now())).unwrap();
        advance(world, TimeDelta::hours(25));
        assert_eq!(recurring()["is_settled"], false);
        recurring();
        assert_eq!((held(&panel).len(), service(&world.owner("north"), &nora.service)["is_settled"].clone()), (1, json!(true)));
    }

    fn each_sees_its_own(world) {
        let owner = world.owner("north");
        let (nora, olga) = (paid(&owner, "Nora", "nora.example"), paid(&owner, "Olga", "olga.example"));
        let mine = nora.client.get("/v1/me/services").expect(200).json();
        assert_eq!((mine["data"].as_array().unwrap().len(), &mine["data"][0]["id"]), (1, &json!(nora.service)));
        nora.client.get(&format!("/v1/me/services/{}", nora.service)).expect(200);
        nora.client.get(&format!("/v1/me/services/{}", olga.service)).refused(404, "not_found");
        let count = |filter: &str| owner.get(&format!("/v1/services?{filter}")).expect(200).json()["data"].as_array().unwrap().len();
        // and the one that was furnished, which nobody has paid
        let counts = ["", "desired=active", "observed=active", "is_settled=true", "kind=webspace,domain", "kind=certificate"].map(count);
        assert_eq!(counts, [3, 2, 0, 1, 3, 0]);
        let client = owner.get(&format!("/v1/subscriptions/{}", nora.subscription)).text("/client_id");
        assert_eq!(count(&format!("client_id={client}")), 1);
        let names: Vec<_> = owner.get("/v1/services?sort=-name").json()["data"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
        assert_eq!(names, ["olga.example", "nora.example", "first.example"]);
    }

    fn the_real_servers_take_what_is_written(world) {
        let owner = world.owner("north");
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let on_port = |mut settings: Settings| {
            if let PanelRoute::BuiltIn(host) = &mut settings.panel {
                host.listen = vec![([127, 0, 0, 1], port).into()];
            }
            settings
        };
        let house = House::with(world, on_port, None);
        let nora = paid(&owner, "Nora", "nora.example");
        house.work();
        let zone = house.at("zones/nora.example.zone");
        let checked = run("named-checkzone", &["-i", "local", "nora.example", zone.to_str().unwrap()]);
        assert!(checked.contains("loaded serial 2026010500"), "{checked}");
        let nginx = Nginx::start(house.folder.path());
        assert!(nginx.get(port, "nora.example", "200").contains("nora.example is ready"));
        owner.post(&format!("/v1/subscriptions/{}/suspend", nora.subscription), json!({})).expect(200);
        house.work();
        nginx.reload();
        assert!(nginx.get(port, "nora.example", "503").contains("This site is suspended"));
        owner.post(&format!("/v1/subscriptions/{}/activate", nora.subscription), json!({})).expect(200);
        house.work();
        nginx.reload();
        nginx.get(port, "nora.example", "200");
    }
}
