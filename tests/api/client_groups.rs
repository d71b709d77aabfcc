//! Groups of clients: what they limit, guarantee and spare reaches their members, and to the cent what these pay.

use super::orders::{corner, order_of, shopper};
use crate::stories::billing::care;
use crate::support::world::client;
use crate::support::{Actor, Backend};
use comptoir_db::Db;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

/// A group that nobody is in.
pub fn furnish(owner: &Actor, _: &str) {
    make(owner, json!({"name": "Friends"}));
}

#[track_caller]
fn make(owner: &Actor, group: Value) -> String {
    owner.post("/v1/client-groups", group).expect(201).text("/id")
}

/// A client in a place of a group; its id.
#[track_caller]
pub fn member(owner: &Actor, name: &str, group: Value) -> String {
    let mut wanted = client("north", name, name);
    wanted["group"] = group;
    owner.post("/v1/clients", wanted).expect(201).text("/id")
}

pub fn default_group(owner: &Actor) -> Value {
    let groups = owner.get("/v1/client-groups").expect(200).json();
    groups["data"].as_array().unwrap().iter().find(|group| group["is_default"] == true).unwrap().clone()
}

/// What holds for a client: maximum, guarantee, exemption.
fn terms(owner: &Actor, client: &str) -> Value {
    let terms = owner.get(&format!("/v1/clients/{client}")).expect(200).json()["group"]["terms"].clone();
    json!([terms["maximum_discount"], terms["guaranteed_discount"], terms["exempt_from_suspension"]])
}

/// The plan for a month, bought by telephone.
fn order(owner: &Actor, client: &str, plan: &str, coupon: Option<&str>) -> Value {
    json!({"client_id": client, "order": {"store_id": corner(owner)["id"], "gateway": "transfer",
        "cart": {"items": [{"plan_id": plan, "cycle": "1-month"}], "coupon": coupon}}})
}

/// What a client pays for a plan of 10.00: foreseen, and the same on the order and on its invoice.
#[track_caller]
pub fn pays(owner: &Actor, client: &str, plan: &str, coupon: Option<&str>) -> String {
    let wish = order(owner, client, plan, coupon);
    let foreseen = owner.post("/v1/orders/preview", wish.clone()).expect(200).text("/totals/gross/amount");
    let placed = owner.post_once("/v1/orders", &format!("{client}-{coupon:?}"), wish).expect(201);
    let invoice = owner.get(&format!("/v1/invoices/{}", placed.text("/invoice_id"))).expect(200);
    assert_eq!((placed.text("/gross/amount"), invoice.text("/gross/amount")), (foreseen.clone(), foreseen.clone()));
    foreseen
}

/// Coupons of five and of twenty per cent.
fn coupons(owner: &Actor) {
    for percent in ["5", "20"] {
        let coupon = json!({"name": percent, "code": format!("OFF-{percent}"), "value": {"percent": percent}});
        owner.post("/v1/coupons", coupon).expect(201);
    }
}

both! {
    fn every_seller_has_a_default_group_that_stays(world) {
        let owner = world.owner("north");
        let standard = default_group(&owner);
        assert_eq!((&standard["name"], &standard["maximum_discount"], &standard["guaranteed_discount"], &standard["exempt_from_suspension"], &standard["dunning"]),
            (&json!("Standard"), &json!(null), &json!("0"), &json!(false), &json!(null)));
        let path = format!("/v1/client-groups/{}", standard["id"].as_str().unwrap());
        owner.delete(&path).refused(409, "conflict");
        // it can be changed like any other, and whoever chose no group is in it
        owner.patch(&path, json!({"name": "Everyone", "maximum_discount": "30"})).expect(200);
        let first = world.seller("north").ids["cli"].clone();
        let view = owner.get(&format!("/v1/clients/{first}")).expect(200).json();
        assert_eq!((&view["group"]["name"], &view["group"]["client_group_id"]), (&json!("Everyone"), &standard["id"]));
        assert_eq!(terms(&owner, &first), json!(["30", "0", false]));
    }

    fn made_changed_and_removed_when_nobody_is_in(world) {
        let owner = world.owner("north");
        let dunning = json!({"reminders": [7, 21], "suspend_after": 45, "collections_after": 60, "cancel_after": null});
        let wish = json!({"name": "Partners", "maximum_discount": "25", "guaranteed_discount": "10", "exempt_from_suspension": true, "dunning": dunning});
        let made = owner.post("/v1/client-groups", wish.clone()).expect(201);
        let (path, view) = (made.header("location").unwrap().to_string(), made.json());
        for (name, value) in wish.as_object().unwrap() {
            assert_eq!(&view[name], value, "{name}");
        }
        assert_eq!(owner.get(&path).expect(200).json(), view);
        owner.post("/v1/client-groups", json!({"name": "Partners"})).refused(409, "already_exists").names("/name");
        world.owner("south").post("/v1/client-groups", wish).expect(201);
        let changed = owner.patch(&path, json!({"maximum_discount": null, "dunning": null, "guaranteed_discount": "12.5"})).expect(200).json();
        assert_eq!((&changed["maximum_discount"], &changed["dunning"], &changed["guaranteed_discount"]), (&json!(null), &json!(null), &json!("12.5")));
        let zoe = member(&owner, "Zoe", json!({"client_group_id": view["id"]}));
        let refusal = owner.delete(&path).refused(409, "in_use").text("/detail");
        assert!(refusal.contains(&format!("/v1/clients?client_group_id={}", view["id"].as_str().unwrap())), "{refusal}");
        let inside = owner.get(&format!("/v1/clients?client_group_id={}", view["id"].as_str().unwrap())).expect(200).json();
        assert_eq!((inside["data"].as_array().unwrap().len(), &inside["data"][0]["id"]), (1, &json!(zoe)));
        owner.patch(&format!("/v1/clients/{zoe}"), json!({"group": {"client_group_id": default_group(&owner)["id"]}})).expect(200);
        owner.delete(&path).expect(204);
        owner.get(&path).refused(404, "not_found");
    }

    fn everything_wrong_is_named(world) {
        let owner = world.owner("north");
        let before = world.database.digest();
        let wrong = json!({"name": "", "maximum_discount": "100.5", "guaranteed_discount": "-1", "dunning": {"reminders": [3, 3], "suspend_after": 10, "collections_after": 10}});
        let answer = owner.post("/v1/client-groups", wrong).refused(422, "validation_failed");
        for place in ["/name", "/maximum_discount", "/guaranteed_discount", "/dunning/reminders", "/dunning/collections_after"] {
            answer.clone().names(place);
        }
        owner.post("/v1/client-groups", json!({"name": "A", "guaranteed_discount": 5})).refused(422, "invalid_body").names("/guaranteed_discount");
        let mut newcomer = client("north", "", "Nina");
        newcomer["group"] = json!({"maximum_discount": "101"});
        owner.post("/v1/clients", newcomer).refused(422, "validation_failed").names("/group/maximum_discount").names("/company");
        let path = format!("/v1/clients/{}", world.seller("north").ids["cli"]);
        owner.patch(&path, json!({"group": {"guaranteed_discount": "101"}})).refused(422, "validation_failed").names("/group/guaranteed_discount");
        owner.patch(&path, json!({"group": {"client_group_id": world.seller("south").ids["cgr"]}})).refused(404, "not_found");
        assert_eq!(world.database.digest()["client_group_members"], before["client_group_members"]);
        assert_eq!(world.database.digest()["clients"], before["clients"]);
    }

    /// The guide: a change of the group reaches its members; what a member has of its own stays.
    fn members_follow_their_group_except_where_they_have_their_own(world) {
        let owner = world.owner("north");
        let group = make(&owner, json!({"name": "Partners", "maximum_discount": "20"}));
        let follower = member(&owner, "Fay", json!({"client_group_id": group}));
        let own = member(&owner, "Oda", json!({"client_group_id": group, "maximum_discount": "50", "exempt_from_suspension": false}));
        assert_eq!((terms(&owner, &follower), terms(&owner, &own)), (json!(["20", "0", false]), json!(["50", "0", false])));
        let change = json!({"maximum_discount": "15", "guaranteed_discount": "5", "exempt_from_suspension": true});
        owner.patch(&format!("/v1/client-groups/{group}"), change).expect(200);
        assert_eq!((terms(&owner, &follower), terms(&owner, &own)), (json!(["15", "5", true]), json!(["50", "5", false])));
        // moved, it keeps what is its own; set to null it follows the new group
        let path = format!("/v1/clients/{own}");
        owner.patch(&path, json!({"group": {"client_group_id": default_group(&owner)["id"]}})).expect(200);
        assert_eq!(terms(&owner, &own), json!(["50", "0", false]));
        owner.patch(&path, json!({"group": {"maximum_discount": null}})).expect(200);
        assert_eq!(terms(&owner, &own), json!([null, "0", false]));
    }

    /// Discounts are money: who may write clients may not give them, nobody gives them to himself, and clients do not read
    /// what is thought of them.
    fn only_who_may_puts_clients_into_groups(world) {
        let north = world.seller("north");
        let key = north.owner.post("/v1/api-keys", json!({"name": "CRM", "permissions": ["clients:read", "clients:write"]})).expect(201).text("/secret");
        let program = north.owner.with_token(key);
        let path = format!("/v1/clients/{}", north.ids["cli"]);
        program.patch(&path, json!({"company": "Renamed"})).expect(200);
        program.patch(&path, json!({"group": {"guaranteed_discount": "100"}})).refused(403, "forbidden");
        let mut newcomer = client("north", "Nemo", "Nemo");
        newcomer["group"] = json!({"guaranteed_discount": "100"});
        program.post("/v1/clients", newcomer).refused(403, "forbidden");
        program.get("/v1/client-groups").refused(403, "forbidden");
        let plan = care(&north.owner, json!({}));
        let cart = json!({"cart": {"items": [{"plan_id": plan, "cycle": "1-month"}]}, "buyer": {"country": "FR", "city": "Lyon"}});
        let quote = shopper(&north.owner).post("/v1/store/quotes", cart).expect(200).text("/token");
        let mut greedy = order_of("Greta", &quote, "transfer");
        greedy["client"]["group"] = json!({"guaranteed_discount": "100"});
        shopper(&north.owner).post_once("/v1/store/orders", "greedy", greedy).refused(422, "validation_failed").names("/client/group");
        assert_eq!(north.client.get("/v1/me/client").expect(200).json()["group"], json!(null));
    }

    /// The examples, on a plan of 10.00 (PRO-03): a fifth with a maximum of 10 % takes 10 %; 5 % and a guarantee of
    /// 10 % take 15 %; the guarantee alone 10 %; and the maximum caps the sum: 5 % and 10 % with a maximum of 12 % take 12 %.
    fn a_group_limits_and_guarantees_to_the_cent(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        coupons(&owner);
        let capped = make(&owner, json!({"name": "Capped", "maximum_discount": "10"}));
        let loved = make(&owner, json!({"name": "Loved", "guaranteed_discount": "10"}));
        for (name, group, coupon, want) in [
            ("Ada", json!({"client_group_id": capped}), Some("OFF-20"), "9.00"),
            ("Bea", json!({"client_group_id": loved}), Some("OFF-5"), "8.50"),
            ("Cia", json!({"client_group_id": loved}), None, "9.00"),
            ("Dea", json!({"client_group_id": loved, "maximum_discount": "12"}), Some("OFF-5"), "8.80"),
            ("Eva", json!({}), Some("OFF-20"), "8.00"),
        ] {
            let client = member(&owner, name, group);
            assert_eq!(pays(&owner, &client, &plan, coupon), want, "{name}");
        }
    }

    /// A client is quoted what it pays: 10.00 less its 10 %. Someone new pays what the default group gives, 10.00 less 3 %.
    fn quoted_as_the_client_one_is(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let plan = care(owner, json!({}));
        let standard = default_group(owner)["id"].as_str().unwrap().to_string();
        owner.patch(&format!("/v1/client-groups/{standard}"), json!({"guaranteed_discount": "3"})).expect(200);
        owner.patch(&format!("/v1/clients/{}", north.ids["cli"]), json!({"group": {"guaranteed_discount": "10"}})).expect(200);
        let cart = json!({"items": [{"plan_id": plan, "cycle": "1-month"}]});
        let mine = north.client.post("/v1/me/quotes", json!({"store_id": corner(owner)["id"], "cart": cart})).expect(200);
        assert_eq!(mine.text("/totals/gross/amount"), "9.00");
        let ordered = north.client.post_once("/v1/me/orders", "mine", json!({"quote_token": mine.text("/token"), "gateway": "transfer", "accept_terms": true})).expect(201);
        assert_eq!(ordered.text("/gross/amount"), "9.00");
        let strangers = shopper(owner).post("/v1/store/quotes", json!({"cart": cart, "buyer": {"country": "FR", "city": "Lyon"}})).expect(200);
        assert_eq!(strangers.text("/totals/gross/amount"), "9.70");
        let placed = shopper(owner).post_once("/v1/store/orders", "new", order_of("Nora", &strangers.text("/token"), "transfer")).expect(201);
        assert_eq!(placed.text("/order/gross/amount"), "9.70");
        // what was quoted to anybody is not what this client pays: it is asked again, with its own price
        let other = shopper(owner).post("/v1/store/quotes", json!({"cart": cart, "buyer": {"country": "FR", "city": "Village"}})).expect(200);
        let refused = north.client.post_once("/v1/me/orders", "other", json!({"quote_token": other.text("/token"), "gateway": "transfer", "accept_terms": true}));
        assert_eq!(refused.refused(409, "quote_changed").text("/quote/totals/gross/amount"), "9.00");
    }

    /// Sellers that were there before groups were: the migration's own words, on a world whose groups were taken away.
    fn sellers_from_before_groups_get_a_default_one(world) {
        let folder = match world.backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        };
        let path = format!("{}/../migrations/{folder}/2026-11-28-210001_client_groups/up.sql", env!("CARGO_MANIFEST_DIR"));
        let script = std::fs::read_to_string(path).unwrap();
        let (_, fill) = script.split_once("INSERT INTO client_groups ").unwrap();
        let script = format!("DELETE FROM client_group_members; DELETE FROM client_groups; INSERT INTO client_groups {fill}");
        match &mut world.database.connect() {
            Db::Sqlite(c) => c.batch_execute(&script).unwrap(),
            Db::Pg(c) => c.batch_execute(&script).unwrap(),
        }
        for seller in ["provider", "north", "south"] {
            let owner = world.owner(seller);
            let standard = default_group(&owner);
            assert_eq!((&standard["name"], &standard["guaranteed_discount"], &standard["dunning"]), (&json!("Standard"), &json!("0"), &Value::Null));
            let clients = owner.get("/v1/clients").expect(200).json();
            let clients = clients["data"].as_array().unwrap();
            assert!(!clients.is_empty() && clients.iter().all(|client| client["group"]["client_group_id"] == standard["id"]), "{seller}");
        }
        // and it works like one that was made by hand
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let first = owner.get("/v1/clients").expect(200).text("/data/0/id");
        owner.patch(&format!("/v1/client-groups/{}", default_group(&owner)["id"].as_str().unwrap()), json!({"guaranteed_discount": "10"})).expect(200);
        assert_eq!(pays(&owner, &first, &plan, None), "9.00");
    }
}
