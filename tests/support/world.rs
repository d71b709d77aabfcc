//! The world most tests start in: a provider with two resellers, North and South, each with the same kinds of things.

use super::actor::Actor;
use super::database::{Backend, Database, run, template};
use super::server::{Server, epoch, settings};
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use comptoir_app::Settings;
use comptoir_app::kernel::passwords;
use comptoir_app::resellers::create::{Owner, SellerCreate, open, seller_row};
use comptoir_db::Store;
use comptoir_domain::people::SellerKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Everyone's password.
pub const PASSWORD: &str = "correct horse battery";

/// A server with the three sellers.
pub struct World {
    #[allow(dead_code, reason = "for what holds on one database only")]
    pub backend: Backend,
    pub server: Server,
    pub database: Database,
    pub stranger: Actor,
}

/// What a seller has, found again by asking as its owner.
#[derive(Clone)]
pub struct Seller {
    pub code: String,
    pub owner: Actor,
    /// The first contact of its first client.
    pub client: Actor,
    /// One id of each kind, by the prefix.
    pub ids: BTreeMap<String, String>,
}

impl World {
    /// A copy of the template, and a server on it.
    pub fn open(backend: Backend) -> Self {
        Self::with_settings(backend, settings())
    }

    pub fn with_settings(backend: Backend, settings: Settings) -> Self {
        let database = template(backend, |database| fill(backend, database)).copy();
        let server = Server::start(&database.address, settings);
        let stranger = Actor::stranger(&server.url);
        Self { backend, server, database, stranger }
    }

    /// The owner of a seller.
    #[track_caller]
    pub fn owner(&self, seller: &str) -> Actor {
        self.stranger.sign_in("admin", seller, &format!("owner@{seller}.example"), PASSWORD)
    }

    /// The first contact of a seller's first client.
    #[track_caller]
    pub fn contact(&self, seller: &str) -> Actor {
        self.stranger.sign_in("client", seller, &format!("alice@{seller}-client.example"), PASSWORD)
    }

    /// A seller with one id of each kind: of what the template holds, whatever was done since.
    #[track_caller]
    pub fn seller(&self, code: &str) -> Seller {
        let ids = ids_of(self.backend).get().unwrap()[code].clone();
        Seller { code: code.into(), owner: self.owner(code), client: self.contact(code), ids }
    }
}

/// One id of each kind by the prefix, of each seller: the same in every copy of a template.
fn ids_of(backend: Backend) -> &'static OnceLock<BTreeMap<String, BTreeMap<String, String>>> {
    static SQLITE: OnceLock<BTreeMap<String, BTreeMap<String, String>>> = OnceLock::new();
    static POSTGRES: OnceLock<BTreeMap<String, BTreeMap<String, String>>> = OnceLock::new();
    match backend {
        Backend::Sqlite => &SQLITE,
        Backend::Postgres => &POSTGRES,
    }
}

/// One id of each kind, found by asking.
fn find_ids(owner: &Actor, code: &str) -> BTreeMap<String, String> {
    let first = |path: &str, which: &dyn Fn(&Value) -> bool| {
        let list = owner.get(path).expect(200).json();
        let found = list["data"].as_array().unwrap().iter().find(|item| which(item)).cloned();
        found.unwrap_or_else(|| panic!("nothing fits at {path}: {list}"))["id"].as_str().unwrap().to_string()
    };
    let mut ids = BTreeMap::new();
    ids.insert("adm".into(), first("/v1/administrators", &|item| item["name"] == "Clerk"));
    ids.insert("rol".into(), first("/v1/roles", &|item| item["name"] == "Spare"));
    ids.insert("key".into(), first("/v1/api-keys", &|_| true));
    ids.insert("cli".into(), first("/v1/clients", &|item| item["name"] == "First Ltd"));
    ids.insert("cgr".into(), first("/v1/client-groups", &|item| item["name"] == "Friends"));
    ids.insert("con".into(), first("/v1/contacts", &|item| item["first_name"] == "Bob"));
    ids.insert("ses".into(), first("/v1/sessions?ended=true", &|_| true));
    ids.insert("evt".into(), first("/v1/events", &|_| true));
    ids.insert("tod".into(), first("/v1/todos", &|_| true));
    ids.insert("ord".into(), first("/v1/orders", &|_| true));
    ids.insert("sub".into(), first("/v1/subscriptions", &|_| true));
    ids.insert("usg".into(), first("/v1/usage", &|_| true));
    ids.insert("svc".into(), first("/v1/services", &|_| true));
    ids.insert("mai".into(), first("/v1/mails?state=failed", &|_| true));
    let endpoint = first("/v1/webhook-endpoints", &|_| true);
    ids.insert("whd".into(), first(&format!("/v1/webhook-endpoints/{endpoint}/deliveries"), &|_| true));
    ids.insert("whk".into(), endpoint);
    ids.insert("act".into(), first("/v1/activities", &|_| true));
    ids.insert("txp".into(), first("/v1/tax-policies", &|item| item["name"] == "Spare"));
    ids.insert("txr".into(), first("/v1/tax-rules", &|_| true));
    ids.insert("cou".into(), first("/v1/coupons", &|_| true));
    ids.insert("lgt".into(), first("/v1/ledger-templates", &|_| true));
    ids.insert("dis".into(), first("/v1/discounts", &|_| true));
    ids.insert("sto".into(), first("/v1/stores", &|item| item["is_default"] == true));

    ids.insert("tld".into(), first("/v1/tlds?limit=100", &|item| item["name"] == "example"));
    ids.insert("crt".into(), first("/v1/certificate-providers", &|_| true));
    ids.insert("reg".into(), first("/v1/registrars", &|_| true));
    ids.insert("pla".into(), first("/v1/plans", &|item| item["code"] == "starter"));
    ids.insert("ado".into(), first("/v1/add-ons", &|item| item["code"] == "disk-1"));
    ids.insert("agr".into(), first("/v1/add-on-groups", &|item| item["name"] == "Space"));

    let invoice = first("/v1/invoices?status=due", &|item| item["kind"] == "invoice");
    ids.insert("lin".into(), owner.get(&format!("/v1/invoices/{invoice}")).expect(200).text("/lines/0/id"));
    ids.insert("inv".into(), invoice);
    ids.insert("pmt".into(), first("/v1/payment-methods", &|_| true));
    ids.insert("gwy".into(), first("/v1/gateways", &|_| true));
    ids.insert("txn".into(), first("/v1/transactions", &|item| item["state"] == "approved"));
    let foreign_seller = owner.get("/v1/seller").expect(200).text("/id");
    ids.insert("sel".into(), if code == "provider" { first("/v1/resellers", &|_| true) } else { foreign_seller });
    ids
}

/// Fills the template: the provider by the use case that opens a house, everything else over the API.
fn fill(backend: Backend, database: &Database) {
    let address = &database.address;
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(address, 1).unwrap();
        let profile = seller_profile("provider", "USD", "en-US", "America/New_York", "US");
        let wanted: SellerCreate = serde_json::from_value(profile).unwrap();
        let owner = Owner { name: "Owner".into(), email: "owner@provider.example".into(), password: PASSWORD.into() };
        let hash = passwords::hash(PASSWORD.into()).await.unwrap();
        let row = seller_row(&wanted, SellerKind::Provider, epoch());
        store.write(move |tx| open(tx, &row, &owner, hash.clone())).await.unwrap();
    });
    let server = Server::start(address, settings());
    let stranger = Actor::stranger(&server.url);
    let sign_in = |code: &str| stranger.sign_in("admin", code, &format!("owner@{code}.example"), PASSWORD);
    let provider = sign_in("provider");
    furnish(&provider, "provider");
    for (code, currency, locale, zone, country) in
        [("north", "EUR", "fr-FR", "Europe/Paris", "FR"), ("south", "EUR", "de-DE", "Europe/Berlin", "DE")]
    {
        let client =
            provider.post("/v1/clients", client(code, &format!("{code} reseller"), "Rita")).expect(201).text("/id");
        let owner = json!({"name": "Owner", "email": format!("owner@{code}.example"), "password": PASSWORD});
        let reseller = json!({"client_id": client, "seller": seller_profile(code, currency, locale, zone, country), "owner": owner});
        provider.post("/v1/resellers", reseller).expect(201);
        furnish(&sign_in(code), code);
    }
    make_signing_in_cheap(database);
    crate::api::mails::furnish(database);
    crate::api::payments::furnish_methods(database);
    let ids = |code: &str| (code.to_string(), find_ids(&sign_in(code), code));
    ids_of(backend).set(["provider", "north", "south"].map(ids).into()).unwrap();
}

/// Everyone's password is hashed with the least work there is: tests sign in thousands of times. A hash says how it is to be
/// checked, so nothing else changes.
fn make_signing_in_cheap(database: &Database) {
    let least = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, 1, None).unwrap();
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, least);
    let hash = argon.hash_password(PASSWORD.as_bytes()).unwrap();
    for table in ["administrators", "contacts"] {
        let sql = format!("UPDATE {table} SET password_hash = '{hash}' WHERE password_hash IS NOT NULL");
        run(&mut database.connect(), &sql);
    }
}

fn seller_profile(code: &str, currency: &str, locale: &str, zone: &str, country: &str) -> Value {
    json!({"code": code, "company": format!("{code} Hosting"), "email": format!("hello@{code}.example"), "currency": currency,
        "locale": locale, "time_zone": zone, "address": {"line1": "1 Main Street", "city": "Town", "postal_code": "10000", "country": country}})
}

/// A client that is ready to send.
pub fn client(code: &str, company: &str, first_name: &str) -> Value {
    let email = format!("{}@{code}-client.example", first_name.to_lowercase());
    json!({"kind": "company", "company": company, "address": {"line1": "2 Side Street", "city": "Village", "postal_code": "20000", "country": "FR"},
        "contact": {"first_name": first_name, "last_name": "Martin", "email": email, "password": PASSWORD}})
}

/// One of each.
fn furnish(owner: &Actor, code: &str) {
    let role = |name: &str| {
        owner.post("/v1/roles", json!({"name": name, "permissions": ["clients:read"]})).expect(201).text("/id")
    };
    let clerk = role("Clerk");
    role("Spare");
    let administrator = json!({"email": format!("clerk@{code}.example"), "name": "Clerk", "locale": "en", "country": "FR", "role_id": clerk, "password": PASSWORD});
    owner.post("/v1/administrators", administrator).expect(201);
    owner.post("/v1/api-keys", json!({"name": "Site", "permissions": ["clients:read"]})).expect(201);
    let first = owner.post("/v1/clients", client(code, "First Ltd", "Alice")).expect(201).text("/id");
    let bob = json!({"first_name": "Bob", "last_name": "Martin", "email": format!("bob@{code}-client.example"), "password": PASSWORD});
    owner.post("/v1/contacts", json!({"client_id": first, "contact": bob})).expect(201);
    crate::api::client_groups::furnish(owner, code);
    crate::api::taxes::furnish(owner, code);
    crate::api::exchange_rates::furnish(owner);
    crate::api::coupons::furnish(owner, code);

    crate::api::tlds::furnish(owner);
    crate::api::certificates::furnish(owner);
    crate::api::add_ons::furnish(owner, code);
    crate::api::plans::furnish(owner, code);
    crate::api::discounts::furnish(owner, code);
    crate::api::ledger_templates::furnish(owner);

    crate::api::invoices::furnish(owner, code);
    crate::api::gateways::furnish(owner);
    crate::api::payments::furnish(owner, code);
    crate::api::orders::furnish(owner, code);
    crate::api::usage::furnish(owner);
    crate::api::events::furnish(owner);
    crate::api::todos::furnish(owner);
    crate::api::webhooks::furnish(owner, code);
}
