//! Sandboxes: a copy that lives through months, and a live house in which nothing has moved.

use crate::api::shop;
use crate::stories::billing::{GOOD, buy, care, invoices};
use crate::support::browser::Seen;
use crate::support::database::{table_names, words};
use crate::support::house::House;
use crate::support::server::settings;
use crate::support::world::PASSWORD;
use crate::support::{Actor, Answer, Backend, World};
use comptoir_app::sandboxes::houses::{folder, place};
use comptoir_app::verify::CHECKS;
use comptoir_app::{PanelRoute, Settings};
use comptoir_db::connection::{Purpose, open};
use comptoir_db::sandboxes::{Place, tables::TABLES};
use comptoir_db::{Db, Scope, Store};
use comptoir_domain::{SandboxId, SellerId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// A new sandbox; its id.
#[track_caller]
pub fn create(owner: &Actor, name: &str) -> String {
    let made = owner.post("/v1/sandboxes", json!({ "name": name })).expect(202);
    assert_eq!(made.text("/state"), "preparing");
    made.text("/id")
}

/// Makes all that were created.
pub fn prepare(world: &World) {
    house(world).work();
}

/// Who works on events: another instance than the one that answers.
pub fn house(world: &World) -> House {
    let panel = |settings: Settings| Settings {
        panel: PanelRoute::Fake(settings.fake_book.with_extension("panel")),
        ..settings
    };
    House::with(world, panel, None)
}

fn sandbox(owner: &Actor, id: &str) -> Answer {
    owner.get(&format!("/v1/sandboxes/{id}")).expect(200)
}

/// A sandbox of a seller, ready, and someone who has not signed in there.
pub fn ready(house: &House, owner: &Actor) -> (String, Actor) {
    let id = create(owner, "Rehearsal");
    house.work();
    let view = sandbox(owner, &id);
    assert_eq!((view.text("/state"), view.text("/error")), ("ready".into(), String::new()));
    (id.clone(), Actor::stranger(&format!("{}/sandboxes/{id}", owner.url)))
}

pub fn sign_in(stranger: &Actor, seller: &str) -> Actor {
    stranger.sign_in("admin", seller, &format!("owner@{seller}.example"), PASSWORD)
}

fn place_of(house: &House, id: &str) -> Place {
    place(&house.state, id.parse().unwrap()).unwrap()
}

fn inside(house: &House, id: &str) -> Db {
    open(place_of(house, id).address(), Purpose::Write).unwrap()
}

fn folder_of(house: &House, id: &str) -> PathBuf {
    folder(&house.state, id.parse::<SandboxId>().unwrap())
}

/// The mails in an outbox.
fn mails(outbox: &Path) -> usize {
    let files = std::fs::read_dir(outbox).into_iter().flatten();
    files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "eml")).count()
}

/// What the checks find wrong, and how much they looked at.
fn verify(db: &mut Db, seller: SellerId, today: &str) -> (Vec<String>, BTreeMap<&'static str, usize>) {
    let (mut wrong, mut counts) = (Vec::new(), BTreeMap::new());
    for check in CHECKS {
        let checked = check.run(db, Scope::of(seller), today.parse().unwrap()).unwrap();
        wrong.extend(
            checked.findings.into_iter().map(|found| format!("{}: {} {}", check.name, found.subject, found.detail)),
        );
        counts.insert(check.name, checked.count);
    }
    (wrong, counts)
}

/// What asking for a sandbox leaves behind in the live house; everything else stays as it is.
const TRACES: [&str; 6] = ["activities", "events", "sandboxes", "sessions", "webhook_deliveries", "webhook_endpoints"];

fn without_traces(world: &World) -> BTreeMap<String, String> {
    let mut all = world.database.digest();
    all.retain(|table, _| !TRACES.contains(&table.as_str()));
    all
}

both! {
    /// Ada pays 10.00 a month from 5 January on with a card that is kept: after forty days, on 14 February, she has been
    /// invoiced a second time and has paid.
    fn months_are_rehearsed_and_nothing_live_moves(world) {
        let owner = world.owner("north");
        let (ada, _) = buy(&owner, &care(&owner, json!({})), "Ada", GOOD, None);
        let house = house(world);
        house.work();
        let (before, book) = (without_traces(world), std::fs::read(&world.server.fake_book).unwrap());
        let outbox = house.folder.path().join("outbox");
        let sent = mails(&outbox);

        let (id, stranger) = ready(&house, &owner);
        let seller: SellerId = owner.get("/v1/seller").text("/id").parse().unwrap();
        let live = verify(&mut world.database.connect(), seller, "2026-01-05");
        assert_eq!(verify(&mut inside(&house, &id), seller, "2026-01-05"), live);
        let advance = format!("/v1/sandboxes/{id}/advance");
        let under_way = owner.post(&advance, json!({"days": 40})).expect(202);
        assert_eq!((under_way.text("/state"), under_way.text("/journey/to")), ("advancing".into(), "2026-02-14T09:00:00Z".into()));
        owner.post(&advance, json!({"days": 1})).refused(409, "wrong_state");
        house.work();

        let view = sandbox(&owner, &id);
        assert_eq!((view.text("/state"), view.text("/clock_at"), view.text("/error")), ("ready".into(), "2026-02-14T09:00:00Z".into(), String::new()));
        let journey = view.json()["journey"].clone();
        assert!(journey["events"].as_i64().unwrap() > 40, "{journey}");
        for kind in ["invoice.issued", "transaction.approved", "mail.sent"] {
            assert!(journey["happened"][kind].as_i64().unwrap() >= 1, "{kind}: {journey}");
        }
        let there = sign_in(&stranger, "north");
        let billed = invoices(&there, &ada);
        assert_eq!(billed.len(), 2, "{billed:?}");
        assert!(billed.iter().all(|(_, _, gross, status)| (gross.as_str(), status.as_str()) == ("10.00", "paid")), "{billed:?}");
        assert!(mails(&folder_of(&house, &id).join("outbox")) > 0);
        let (wrong, counts) = verify(&mut inside(&house, &id), seller, "2026-02-14");
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(counts["chain"] > live.1["chain"]);

        assert_eq!(invoices(&owner, &ada).len(), 1);
        assert_eq!(without_traces(world), before);
        assert_eq!(std::fs::read(&world.server.fake_book).unwrap(), book);
        assert_eq!(mails(&outbox), sent);
        assert_eq!(owner.get(&format!("/v1/events?subject_id={id}&state=done")).json()["data"].as_array().unwrap().len(), 2);
    }

    /// Everything is there under its id, and looks as it does live.
    fn the_copy_is_the_seller(world) {
        let north = world.seller("north");
        let house = house(world);
        let (id, stranger) = ready(&house, &north.owner);
        let there = sign_in(&stranger, "north");
        let mut seen = 0;
        for (prefix, list) in [("cli", "clients"), ("con", "contacts"), ("adm", "administrators"), ("rol", "roles"), ("key", "api-keys"),
            ("pla", "plans"), ("ado", "add-ons"), ("agr", "add-on-groups"), ("sto", "stores"), ("txp", "tax-policies"), ("txr", "tax-rules"),
            ("cou", "coupons"), ("ord", "orders"), ("sub", "subscriptions"), ("svc", "services"), ("inv", "invoices"), ("txn", "transactions"),
            ("tod", "todos"), ("act", "activities"), ("mai", "mails")] {
            let path = format!("/v1/{list}/{}", north.ids[prefix]);
            let (live, copy) = (north.owner.get(&path).expect(200).text, there.get(&path).expect(200).text);
            // links in mails lead inside
            assert_eq!(copy.replace(&format!("/sandboxes/{id}"), ""), live, "{path}");
            seen += 1;
        }
        assert_eq!(seen, 20);
        // a contact signs in as live, a key works as live; whoever is copied is the root
        stranger.sign_in("client", "north", "alice@north-client.example", PASSWORD).get("/v1/me").expect(200);
        let endpoint = there.get(&format!("/v1/webhook-endpoints/{}", north.ids["whk"])).expect(200);
        assert_eq!(endpoint.text("/state"), "disabled");
        assert_eq!(words(&mut inside(&house, &id), "SELECT code AS word FROM sellers"), ["north"]);
        assert_eq!(there.get("/v1/resellers").expect(200).json()["data"], json!([]));
        // the provider's sandbox is the provider alone, too
        let provider = world.owner("provider");
        let (house_id, _) = ready(&house, &provider);
        assert_eq!(words(&mut inside(&house, &house_id), "SELECT code AS word FROM sellers"), ["provider"]);
        // where it leads is inside too
        let made = there.post("/v1/roles", json!({"name": "Inside", "permissions": []})).expect(201);
        let location = made.header("location").unwrap();
        assert_eq!(location, format!("/sandboxes/{id}/v1/roles/{}", made.text("/id")));
        north.owner.get(&format!("/v1/roles/{}", made.text("/id"))).refused(404, "not_found");
        let refused = there.get("/v1/clients/x").refused(404, "not_found");
        assert_eq!(refused.text("/instance"), format!("/sandboxes/{id}/v1/clients/x"));
    }

    fn what_was_signed_in_one_house_means_nothing_in_the_other(world) {
        let (owner, south) = (world.owner("north"), world.owner("south"));
        let house = house(world);
        let key = owner.post("/v1/api-keys", json!({"name": "Both", "permissions": ["clients:read"]})).expect(201).text("/secret");
        let (id, stranger) = ready(&house, &owner);
        let there = sign_in(&stranger, "north");
        stranger.with_token(owner.token.clone().unwrap()).get("/v1/clients").refused(401, "unauthenticated");
        world.stranger.with_token(there.token.clone().unwrap()).get("/v1/clients").refused(401, "unauthenticated");
        stranger.with_token(key).get("/v1/clients").expect(200);
        // another seller has no part in it
        stranger.post("/v1/sessions", json!({"audience": "admin", "seller": "south", "email": "owner@south.example", "password": PASSWORD}))
            .refused(401, "invalid_credentials");
        stranger.with_token(south.token.clone().unwrap()).get("/v1/clients").refused(401, "unauthenticated");
        for seller in [&south, &world.owner("provider")] {
            seller.get(&format!("/v1/sandboxes/{id}")).refused(404, "not_found");
            seller.post(&format!("/v1/sandboxes/{id}/advance"), json!({"days": 1})).refused(404, "not_found");
            seller.delete(&format!("/v1/sandboxes/{id}")).refused(404, "not_found");
            assert_eq!(seller.get("/v1/sandboxes").expect(200).json()["data"], json!([]));
        }
        // a sandbox has none of its own, neither to make nor to enter
        there.post("/v1/sandboxes", json!({})).refused(403, "forbidden");
        stranger.get(&format!("/sandboxes/{id}/v1/clients")).refused(404, "not_found");
        // an administrator without the permission
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", PASSWORD);
        clerk.post("/v1/sandboxes", json!({})).refused(403, "forbidden");
    }

    fn deleted_is_gone(world) {
        let owner = world.owner("north");
        let house = house(world);
        let (id, stranger) = ready(&house, &owner);
        sign_in(&stranger, "north");
        assert!(place_of(&house, &id).exists().unwrap() && folder_of(&house, &id).exists());
        owner.post(&format!("/v1/sandboxes/{id}/advance"), json!({"days": 400})).expect(202);
        owner.delete(&format!("/v1/sandboxes/{id}")).expect(204);
        stranger.get("/v1/clients").refused(404, "not_found");
        owner.get(&format!("/v1/sandboxes/{id}")).refused(404, "not_found");
        house.work();
        // whoever was at work in it has noticed
        world.server.machine.advance_to("2026-01-05T09:01:00Z".parse().unwrap());
        house.work();
        assert!(!place_of(&house, &id).exists().unwrap() && !folder_of(&house, &id).exists());
        let undone = owner.get(&format!("/v1/events?subject_id={id}")).json();
        assert!(undone["data"].as_array().unwrap().iter().all(|event| event["state"] == "done"), "{undone}");
        // before it was ever made, too
        let other = create(&owner, "Never");
        owner.delete(&format!("/v1/sandboxes/{other}")).expect(204);
        house.work();
        assert!(!place_of(&house, &other).exists().unwrap() && !folder_of(&house, &other).exists());
    }

    fn what_cannot_be_is_refused(world) {
        let owner = world.owner("north");
        owner.post("/v1/sandboxes", json!({"name": ""})).refused(422, "validation_failed").names("/name");
        owner.post("/v1/sandboxes", json!({"name": "x".repeat(81)})).refused(422, "validation_failed").names("/name");
        owner.post("/v1/sandboxes", json!({"start_at": "2026-01-01T00:00:00Z"})).refused(422, "invalid_body").names("/start_at");
        let ids: Vec<String> = (0..5).map(|number| create(&owner, &format!("No. {number}"))).collect();
        owner.post("/v1/sandboxes", json!({})).refused(409, "conflict");
        world.owner("south").post("/v1/sandboxes", json!({})).expect(202);
        let named: Vec<Value> = owner.get("/v1/sandboxes?sort=name&limit=2").expect(200).json()["data"].as_array().unwrap().clone();
        assert_eq!(named.iter().map(|one| one["name"].clone()).collect::<Vec<_>>(), ["No. 0", "No. 1"]);
        let path = format!("/v1/sandboxes/{}/advance", ids[0]);
        // it is not ready, but what is wrong with the wish is said first
        for (wish, place) in [(json!({}), "/to"), (json!({"to": "2026-01-05T09:00:00Z"}), "/to"), (json!({"days": 0}), "/days"),
            (json!({"to": "2036-01-06T09:00:01Z"}), "/to"), (json!({"to": "2026-02-01T00:00:00Z", "days": 3}), "/to")] {
            owner.post(&path, wish).refused(422, "validation_failed").names(place);
        }
        owner.post(&path, json!({"days": 1})).refused(409, "wrong_state");
        // calling the work off says so, trying it again makes the copy after all
        let event = owner.get(&format!("/v1/events?subject_id={}", ids[0])).text("/data/0/id");
        owner.act(&format!("/v1/events/{event}/cancel")).expect(200);
        let view = sandbox(&owner, &ids[0]);
        assert_eq!((view.text("/state"), view.text("/error")), ("failed".into(), "called off".into()));
        owner.act(&format!("/v1/events/{event}/retry")).expect(200);
        for id in &ids[1..] {
            owner.delete(&format!("/v1/sandboxes/{id}")).expect(204);
        }
        house(world).work();
        assert_eq!(sandbox(&owner, &ids[0]).text("/state"), "ready");
    }

    /// A worker that dies in the middle leaves half a database: the next one begins anew.
    fn half_a_copy_is_never_shown(world) {
        let owner = world.owner("north");
        let house = house(world);
        let id = create(&owner, "Twice");
        let place = place_of(&house, &id);
        place.create().unwrap();
        drop(Store::open(place.address(), 1).unwrap());
        let seller: SellerId = owner.get("/v1/seller").text("/id").parse().unwrap();
        assert!(comptoir_db::sandboxes::copy(&place, seller).unwrap() > 0);
        let stranger = Actor::stranger(&format!("{}/sandboxes/{id}", owner.url));
        stranger.get("/v1/clients").refused(404, "not_found");
        house.work();
        assert_eq!(sandbox(&owner, &id).text("/state"), "ready");
        sign_in(&stranger, "north");
    }

    /// Where nothing can be written, the copy fails for good after some tries, and a person hears of it.
    fn a_copy_that_cannot_be_made_says_so(world) {
        let owner = world.owner("north");
        let nowhere = world.server.fake_book.join("sandboxes");
        std::fs::write(&world.server.fake_book, "").unwrap();
        let house = House::with(world, |settings| Settings { sandboxes_folder: nowhere, ..settings }, None);
        let id = create(&owner, "Nowhere");
        for _ in 0..3 {
            house.work();
            world.server.machine.advance_to(world.server.machine.now().plus(chrono::TimeDelta::hours(7)));
        }
        let owner = world.owner("north");
        let view = sandbox(&owner, &id);
        assert_eq!(view.text("/state"), "failed");
        assert!(!view.text("/error").is_empty());
        let todos = owner.get("/v1/todos?kind=event_failed&state=open").json();
        assert!(todos["data"].as_array().unwrap().iter().any(|todo| todo["title"].as_str().unwrap().contains("sandbox")), "{todos}");
    }

    /// The stores are there once more, and no link leads out: from the plan to the paid invoice.
    fn shoppers_buy_inside(world) {
        let (owner, browser) = shop::open(world);
        let house = house(world);
        let orders = shop::list(&owner, "/v1/orders").len();
        let (id, stranger) = ready(&house, &owner);
        let store = format!("/sandboxes/{id}{}", shop::STORE);
        let stays = |page: &Seen| {
            for (of, name) in [("[href]", "href"), ("[src]", "src"), ("form", "action")] {
                for link in page.attributes(of, name).iter().filter(|link| link.starts_with('/')) {
                    assert!(link.starts_with(&format!("/sandboxes/{id}/")), "{} leads out to {link}", page.path);
                }
            }
        };
        let home = browser.open(&format!("/sandboxes/{id}/stores/north/corner")).expect(200);
        stays(&home);
        let style = home.attributes("link[rel=stylesheet]", "href").remove(0);
        browser.open(&style).expect(200);
        // the account asks to sign in and comes back to where one was
        let gate = browser.open(&format!("{store}/account/invoices/")).expect(200).at("/account/sign-in/");
        let form = gate.form("/account/sign-in/").with("email", "alice@north-client.example").with("password", PASSWORD);
        stays(&browser.submit(&form).expect(200).at("/account/invoices/"));
        browser.forget();
        let plan = browser.open(&format!("{store}/plans/starter/")).expect(200);
        let search = browser.submit(&plan.form("/cart/add").with("cycle", "1-month")).expect(200).at("/domains/search");
        let wish = search.form("/domains/search").with("want", "use_own").with("name", "inside.example");
        let cart = browser.submit(&browser.submit(&wish).expect(200).form("/cart/domain")).expect(200).at("/cart/");
        assert!(browser.cookie("cart").unwrap().contains(&format!("Path=/sandboxes/{id}/stores/north/corner/")));
        let checkout = browser.open(&cart.link("Go to checkout")).expect(200);
        let pay = browser.submit(&shop::someone(checkout.form("/checkout/"), "Nora").with("payment", "fake")).expect(200);
        let done = browser.submit(&shop::card(pay.form(pay.path.as_str()), GOOD)).expect(200);
        let invoice = browser.open(&done.link("See the invoice")).expect(200);
        assert!(invoice.main().contains("Paid"), "{}", invoice.main());
        for page in [&plan, &search, &cart, &checkout, &pay, &done, &invoice] {
            stays(page);
        }
        let there = sign_in(&stranger, "north");
        assert_eq!((shop::list(&there, "/v1/orders").len(), shop::list(&owner, "/v1/orders").len()), (orders + 1, orders));
    }

    /// Another instance has moved the clocks: whoever enters here is in the same time.
    fn all_instances_show_the_same_time(world) {
        let owner = world.owner("north");
        let house = house(world);
        let (id, stranger) = ready(&house, &owner);
        let early = sign_in(&stranger, "north");
        owner.post(&format!("/v1/sandboxes/{id}/advance"), json!({"to": "2026-01-07T00:00:00Z"})).expect(202);
        house.work();
        // signed in two days ago
        early.get("/v1/clients").refused(401, "unauthenticated");
        let late = sign_in(&stranger, "north");
        let made = late.post("/v1/roles", json!({"name": "Late", "permissions": []})).expect(201);
        assert_eq!(made.text("/created_at"), "2026-01-07T00:00:00Z");
    }

    /// Only a few are kept open: whichever is entered is there, in its own time.
    fn closed_and_opened_again(world) {
        let owner = world.owner("north");
        let house = house(world);
        let ids: Vec<String> = (0..5).map(|number| create(&owner, &format!("No. {number}"))).collect();
        house.work();
        owner.post(&format!("/v1/sandboxes/{}/advance", ids[0]), json!({"days": 2})).expect(202);
        house.work();
        let seen = |id: &String| {
            let owner = sign_in(&Actor::stranger(&format!("{}/sandboxes/{id}", owner.url)), "north");
            owner.post("/v1/roles", json!({"name": "Seen", "permissions": []})).expect(201).text("/created_at")
        };
        let days: Vec<String> = ids.iter().map(seen).collect();
        assert_eq!(days[0], "2026-01-07T09:00:00Z");
        assert!(days[1..].iter().all(|day| day == "2026-01-05T09:00:00Z"), "{days:?}");
        // the first one was closed meanwhile; what was done in it is there
        let again = sign_in(&Actor::stranger(&format!("{}/sandboxes/{}", owner.url, ids[0])), "north");
        again.post("/v1/roles", json!({"name": "Seen", "permissions": []})).refused(409, "already_exists");
    }

    /// The tables are all of the schema: whoever adds one has to say what a sandbox needs of it.
    fn every_table_is_decided_on(world) {
        let named: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_string()).collect();
        let mut there: BTreeSet<String> = table_names(&mut world.database.connect()).into_iter().collect();
        there.remove("__diesel_schema_migrations");
        assert_eq!(named, there);
    }
}

/// What a sandbox would tell the world is written down and stays at home, even if its owner asks for it.
#[test]
fn webhooks_stay_at_home() {
    let local = |settings| Settings { local_webhooks: true, ..settings };
    let world = World::with_settings(Backend::Sqlite, local(settings()));
    let owner = world.owner("north");
    let house = House::with(&world, local, None);
    let (id, stranger) = ready(&house, &owner);
    let there = sign_in(&stranger, "north");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let path = format!("/v1/webhook-endpoints/{}", there.get("/v1/webhook-endpoints").text("/data/0/id"));
    there.patch(&path, json!({"state": "enabled", "url": url, "kinds": []})).expect(200);
    there.post("/v1/roles", json!({"name": "Told", "permissions": []})).expect(201);
    owner.post(&format!("/v1/sandboxes/{id}/advance"), json!({"days": 1})).expect(202);
    house.work();
    let there = sign_in(&stranger, "north");
    let told = there.get(&format!("{path}/deliveries?state=failed")).expect(200).json();
    let at_home = |one: &&Value| one["last_error"].as_str().unwrap().contains("this is a sandbox");
    assert!(told["data"].as_array().unwrap().iter().any(|one| at_home(&one)), "{told}");
    assert!(listener.accept().is_err());
    let waiting = there.get(&format!("{path}/deliveries?state=pending")).expect(200).json();
    assert_eq!(waiting["data"], json!([]));
}
