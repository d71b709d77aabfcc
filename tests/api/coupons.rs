//! Coupons, and that a limited one is never used more often than allowed.

use crate::support::world::{PASSWORD, Seller};
use crate::support::{Actor, Backend, World};
use comptoir_app::kernel::clock::fresh;
use comptoir_db::schema::{orders, plans};
use comptoir_db::{Db, Scope, Store, coupons, stores};
use comptoir_domain::{ClientId, CouponId, Instant, OrderId, PlanId, SellerId, StoreId};
use diesel::prelude::*;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

/// One coupon.
pub fn furnish(owner: &Actor, _: &str) {
    owner.post("/v1/coupons", json!({"name": "Welcome", "code": "WELCOME", "value": {"percent": "10"}})).expect(201);
}

/// A seller's rows, as a checkout writes them.
#[derive(Clone, Copy)]
struct Till {
    scope: Scope,
    store: StoreId,
    client: ClientId,
    now: Instant,
}

impl Till {
    fn of(seller: &Seller) -> Self {
        let id = seller.owner.get("/v1/seller").text("/id").parse::<SellerId>().unwrap();
        let now = "2026-01-05T09:00:00Z".parse().unwrap();
        Self {
            scope: Scope::of(id),
            store: seller.ids["sto"].parse().unwrap(),
            client: seller.ids["cli"].parse().unwrap(),
            now,
        }
    }

    /// An order of a client; only its existence matters here.
    fn order(&self, db: &mut Db, number: i64, client: ClientId) -> OrderId {
        let id = fresh::<OrderId>();
        let row = (
            (orders::seller_id.eq(self.scope.seller()), orders::id.eq(id), orders::number.eq(number)),
            (orders::store_id.eq(self.store), orders::client_id.eq(client), orders::state.eq("new")),
            (orders::currency.eq("USD"), orders::cart.eq("{}"), orders::quote.eq("{}"), orders::gross_minor.eq(0_i64)),
            (
                orders::gateway.eq("cheque"),
                orders::expires_at.eq(0_i64),
                orders::created_at.eq(0_i64),
                orders::version.eq(1_i64),
            ),
        );
        match db {
            Db::Sqlite(c) => diesel::insert_into(orders::table).values(row).execute(c).unwrap(),
            Db::Pg(c) => diesel::insert_into(orders::table).values(row).execute(c).unwrap(),
        };
        id
    }

    fn plan(&self, db: &mut Db) -> PlanId {
        let id = fresh::<PlanId>();
        let row = (
            (plans::seller_id.eq(self.scope.seller()), plans::id.eq(id), plans::code.eq("web"), plans::name.eq("Web")),
            (plans::description.eq(""), plans::features.eq("[]"), plans::kind.eq("hosting"), plans::state.eq("draft")),
            (plans::properties.eq("{}"), plans::tlds.eq("[]"), plans::prorates.eq(true), plans::lead_days.eq(0)),
            (plans::trial_days.eq(0), plans::position.eq(0_i64), plans::created_at.eq(0_i64), plans::version.eq(1_i64)),
        );
        match db {
            Db::Sqlite(c) => diesel::insert_into(plans::table).values(row).execute(c).unwrap(),
            Db::Pg(c) => diesel::insert_into(plans::table).values(row).execute(c).unwrap(),
        };
        id
    }

    fn reserve(&self, db: &mut Db, coupon: CouponId, client: ClientId, order: OrderId) -> bool {
        coupons::reserve(db, self.scope, fresh(), coupon, client, order, self.now).unwrap()
    }
}

#[track_caller]
fn make(owner: &Actor, wish: Value) -> CouponId {
    owner.post("/v1/coupons", wish).expect(201).text("/id").parse().unwrap()
}

fn uses(owner: &Actor, coupon: CouponId) -> u64 {
    owner.get(&format!("/v1/coupons/{coupon}")).expect(200).json()["uses"].as_u64().unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|coupon| coupon["name"].as_str().unwrap()).collect()
}

both! {
    fn created_found_and_switched_off(world) {
        let owner = world.owner("north");
        let wish = json!({"name": "Spring", "code": " spring-26", "value": {"fixed": {"amount": "5.00", "currency": "EUR"}}, "valid_from": "2026-03-01", "valid_to": "2026-05-31",
            "max_uses": 100, "max_uses_per_client": 1, "cycles": 3});
        let made = owner.post("/v1/coupons", wish.clone()).expect(201);
        let view = made.json();
        for (name, value) in wish.as_object().unwrap().iter().filter(|(name, _)| *name != "code") {
            assert_eq!(&view[name], value, "{name}");
        }
        assert_eq!((&view["code"], &view["uses"], &view["is_active"]), (&json!("SPRING-26"), &json!(0), &json!(true)));
        let path = made.header("location").unwrap();
        assert_eq!(owner.get(path).expect(200).json(), view);
        owner.post("/v1/coupons", json!({"name": "Copy", "code": "Spring-26", "value": {"percent": "1"}})).refused(409, "already_exists").names("/code");
        world.owner("south").post("/v1/coupons", wish).expect(201);
        owner.patch(path, json!({"is_active": false, "valid_to": null})).expect(200);
        assert_eq!(names(&owner.get("/v1/coupons?active=false").json()), ["Spring"]);
        assert_eq!(names(&owner.get("/v1/coupons?active=true").json()), ["Welcome"]);
        assert_eq!(names(&owner.get("/v1/coupons?code=sPRING-26").json()), ["Spring"]);
        assert_eq!(names(&owner.get("/v1/coupons?code=spring").json()), [""; 0]);
        for (field, value) in [("value", json!({"percent": "100"})), ("code", json!("X")), ("uses", json!(0))] {
            owner.patch(path, json!({field: value})).refused(422, "invalid_body").names(&format!("/{field}"));
        }
    }

    fn everything_wrong_is_named_at_once(world) {
        let owner = world.owner("north");
        let before = world.database.digest();
        let wrong = json!({"name": "", "code": "x".repeat(41), "value": {"percent": "100.1"}, "valid_from": "2026-03-02", "valid_to": "2026-03-01", "max_uses": 0});
        let answer = owner.post("/v1/coupons", wrong).refused(422, "validation_failed");
        for place in ["/name", "/code", "/value/percent", "/valid_to", "/max_uses"] {
            answer.clone().names(place);
        }
        let below = json!({"name": "A", "value": {"fixed": {"amount": "-1.00", "currency": "EUR"}}, "max_uses": -1, "max_uses_per_client": -1, "cycles": -1});
        let answer = owner.post("/v1/coupons", below).refused(422, "validation_failed");
        for place in ["/max_uses", "/max_uses_per_client", "/cycles"] {
            answer.clone().names(place);
        }
        owner.post("/v1/coupons", json!({"name": "A", "value": {"fixed": {"amount": "-1.00", "currency": "EUR"}}})).refused(422, "validation_failed").names("/value/fixed/amount");
        assert_eq!(world.database.digest(), before);
    }

    fn stores_and_plans_are_the_sellers_own(world) {
        let (north, south) = (world.seller("north"), world.seller("south"));
        let (mine, theirs) = (Till::of(&north), Till::of(&south));
        let mut db = world.database.connect();
        let (my_plan, their_plan) = (mine.plan(&mut db), theirs.plan(&mut db));
        let wish = |store: StoreId, plans: &[PlanId]| json!({"name": "A", "value": {"percent": "10"}, "store_ids": [store], "plan_ids": plans});
        let before = world.database.digest();
        north.owner.post("/v1/coupons", wish(theirs.store, &[my_plan])).refused(404, "not_found");
        north.owner.post("/v1/coupons", wish(mine.store, &[my_plan, their_plan])).refused(404, "not_found");
        assert_eq!(world.database.digest(), before);
        let made = north.owner.post("/v1/coupons", wish(mine.store, &[my_plan])).expect(201).json();
        assert_eq!((&made["store_ids"], &made["plan_ids"]), (&json!([mine.store]), &json!([my_plan])));
    }

    fn found_by_code_or_by_themselves(world) {
        let north = world.seller("north");
        let till = Till::of(&north);
        let other: StoreId = north.owner.post("/v1/stores", json!({"code": "b", "name": "B", "kind": "client", "currency": "EUR", "locales": ["fr"], "price_basis": "net", "gateways": ["fake"]}))
            .expect(201).text("/id").parse().unwrap();
        let wish = |name: &str, stores: &[StoreId]| json!({"name": name, "value": {"percent": "10"}, "store_ids": stores});
        let everywhere = make(&north.owner, wish("Everywhere", &[]));
        let here = make(&north.owner, wish("Here", &[till.store]));
        let there = make(&north.owner, wish("There", &[other]));
        let off = make(&north.owner, wish("Off", &[]));
        north.owner.patch(&format!("/v1/coupons/{off}"), json!({"is_active": false})).expect(200);
        let mut db = world.database.connect();
        let mut automatic = |store| coupons::automatic(&mut db, till.scope, store).unwrap().iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(automatic(till.store), [everywhere, here]);
        assert_eq!(automatic(other), [everywhere, there]);
        let mut by_code = |code: &str| coupons::by_code(&mut db, till.scope, code).unwrap().map(|row| row.coupon().unwrap());
        let welcome = by_code("welcome ").unwrap();
        assert_eq!((welcome.id.to_string(), welcome.code.as_deref()), (north.ids["cou"].clone(), Some("WELCOME")));
        assert_eq!(welcome.value, comptoir_domain::Rate::Percent("10".parse().unwrap()));
        assert_eq!(by_code("nothing"), None);
        north.owner.patch(&format!("/v1/coupons/{}", welcome.id), json!({"is_active": false})).expect(200);
        assert_eq!(by_code("WELCOME"), None);
    }

    /// PRO-05: fifty orders want one of twenty uses, over several connections that know nothing of each other.
    fn a_limit_holds_whatever_comes_at_once(world) {
        let north = world.seller("north");
        let till = Till::of(&north);
        let coupon = make(&north.owner, json!({"name": "First twenty", "value": {"percent": "50"}, "max_uses": 20}));
        let won = reserve_at_once(world, till, coupon);
        let mut db = world.database.connect();
        assert_eq!((won, uses(&north.owner, coupon)), (20, 20));
        let held = coupons::uses_by_client(&mut db, till.scope, till.client, &[coupon]).unwrap();
        assert_eq!(held.get(&coupon), Some(&20));
    }

    /// The limit per client holds too, and one client's greed takes nothing from the others: 50 orders of one client with at
    /// most 3 uses, of 20 for all.
    fn a_limit_per_client_holds_too(world) {
        let north = world.seller("north");
        let till = Till::of(&north);
        let coupon = make(&north.owner, json!({"name": "Thrice", "value": {"percent": "50"}, "max_uses": 20, "max_uses_per_client": 3}));
        let won = reserve_at_once(world, till, coupon);
        let mut db = world.database.connect();
        assert_eq!((won, uses(&north.owner, coupon)), (3, 3));
        let email = json!({"kind": "person", "address": {"country": "FR"}, "contact": {"first_name": "Zoé", "last_name": "Roy", "email": "zoe@roy.example", "password": PASSWORD}});
        let other: ClientId = north.owner.post("/v1/clients", email).expect(201).text("/id").parse().unwrap();
        let order = till.order(&mut db, 51, other);
        assert!(till.reserve(&mut db, coupon, other, order));
        assert_eq!(uses(&north.owner, coupon), 4);
    }

    fn reserved_used_released(world) {
        let north = world.seller("north");
        let till = Till::of(&north);
        let coupon = make(&north.owner, json!({"name": "Two", "value": {"percent": "50"}, "max_uses": 2}));
        let mut db = world.database.connect();
        let [a, b, c] = [1, 2, 3].map(|number| till.order(&mut db, number, till.client));
        assert!(till.reserve(&mut db, coupon, till.client, a));
        // asking twice takes one use
        assert!(till.reserve(&mut db, coupon, till.client, a) && uses(&north.owner, coupon) == 1);
        assert!(till.reserve(&mut db, coupon, till.client, b));
        assert!(!till.reserve(&mut db, coupon, till.client, c));
        // what an unpaid order gives back, another one can have; giving back twice gives one
        coupons::release(&mut db, till.scope, a).unwrap();
        coupons::release(&mut db, till.scope, a).unwrap();
        assert_eq!(uses(&north.owner, coupon), 1);
        assert!(till.reserve(&mut db, coupon, till.client, c) && !till.reserve(&mut db, coupon, till.client, a));
        // what is used is used, even if the order ends later
        coupons::confirm(&mut db, till.scope, b).unwrap();
        coupons::release(&mut db, till.scope, b).unwrap();
        assert_eq!(uses(&north.owner, coupon), 2);
        // an order that comes back to life takes its use again
        coupons::release(&mut db, till.scope, c).unwrap();
        assert!(till.reserve(&mut db, coupon, till.client, a) && uses(&north.owner, coupon) == 2);
        // the limit cannot fall below what is used; a coupon that is off gives nothing
        let path = format!("/v1/coupons/{coupon}");
        north.owner.patch(&path, json!({"max_uses": 1})).refused(422, "validation_failed").names("/max_uses");
        north.owner.patch(&path, json!({"max_uses": null, "is_active": false})).expect(200);
        assert!(!till.reserve(&mut db, coupon, till.client, c));
        // nor does another seller's
        let south = Till::of(&world.seller("south"));
        let foreign = south.order(&mut db, 1, south.client);
        north.owner.patch(&path, json!({"is_active": true})).expect(200);
        assert!(!south.reserve(&mut db, coupon, south.client, foreign));
        assert!(till.reserve(&mut db, coupon, till.client, c));
    }

    fn a_key_names_a_store(world) {
        let north = world.seller("north");
        let till = Till::of(&north);
        let key = north.owner.get(&format!("/v1/stores/{}", till.store)).text("/publishable_key");
        let mut db = world.database.connect();
        let found = stores::by_publishable_key(&mut db, &key).unwrap().unwrap();
        assert_eq!((found.id, found.seller_id), (till.store, till.scope.seller()));
        assert!(stores::by_publishable_key(&mut db, "pk_nothing").unwrap().is_none());
        assert_eq!(stores::by_code(&mut db, till.scope, "default").unwrap().unwrap().id, till.store);
        assert_eq!(stores::default_store(&mut db, till.scope).unwrap().id, till.store);
    }
}

/// Fifty threads, each with one order and one transaction, over ten connections: a pool on PostgreSQL, on SQLite ten writers
/// that fight for the lock as other processes would. Says how many got a use.
fn reserve_at_once(world: &World, till: Till, coupon: CouponId) -> usize {
    let mut db = world.database.connect();
    let orders: Vec<_> = (1..=50).map(|number| till.order(&mut db, number, till.client)).collect();
    let (doors, connections) = match world.backend {
        Backend::Sqlite => (10, 1),
        Backend::Postgres => (1, 10),
    };
    let doors: Vec<_> = (0..doors).map(|_| Store::open(&world.database.address, connections).unwrap()).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let won = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for (order, door) in orders.iter().copied().zip(doors.iter().cycle()) {
            let (runtime, won) = (&runtime, &won);
            threads.spawn(move || {
                let work =
                    move |tx: &mut Db| coupons::reserve(tx, till.scope, fresh(), coupon, till.client, order, till.now);
                won.fetch_add(usize::from(runtime.block_on(door.write(work)).unwrap()), Ordering::SeqCst);
            });
        }
    });
    won.into_inner()
}
