//! Schet-facturas (INV-12). The world begins on 5 January 2026, so the first cycle has 31 days, 27 of them in January. Vostok
//! sells in Russia, where 22 % are due.

mod changes;
mod months;
mod switch;

use crate::api::orders::corner;
use crate::api::verify::verify;
use crate::stories::provisioning::put;
use crate::support::story::Story;
use crate::support::world::{PASSWORD, Seller, client};
use crate::support::{Actor, Answer, World};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

fn rub(amount: &str) -> Value {
    json!({"amount": amount, "currency": "RUB"})
}

/// A reseller in Russia, with a shop in roubles and the tax.
fn vostok(world: &World) -> Actor {
    let provider = world.owner("provider");
    let buyer = provider.post("/v1/clients", client("provider", "Vostok Ltd", "Vera")).expect(201).text("/id");
    let seller = json!({"code": "vostok", "company": "Vostok Hosting", "email": "hello@vostok.example", "currency": "RUB",
        "locale": "en", "time_zone": "Europe/Moscow", "address": {"line1": "1 Main Street", "city": "Tver", "postal_code": "170000", "country": "RU"}});
    let owner = json!({"name": "Owner", "email": "owner@vostok.example", "password": PASSWORD});
    provider.post("/v1/resellers", json!({"client_id": buyer, "seller": seller, "owner": owner})).expect(201);
    let owner = world.owner("vostok");
    let policy = owner.get("/v1/tax-policies").expect(200).text("/data/0/id");
    let rule = json!({"tax_policy_id": policy, "name": "VAT", "location": {"area": "RU"}, "rate": {"percent": "22"}, "stage": "on_price"});
    owner.post("/v1/tax-rules", rule).expect(201);
    let shop = json!({"code": "corner", "name": "Corner", "kind": "client", "currency": "RUB", "locales": ["en"], "price_basis": "net",
        "gateways": ["transfer"], "domain_options": ["use_own"], "require_vat_number": false});
    owner.post("/v1/stores", shop).expect(201);
    owner
}

/// A company that can sign in.
fn company(owner: &Actor, code: &str, name: &str, country: &str) -> String {
    let mut wish = client(code, &format!("{name} Ltd"), name);
    wish["address"]["country"] = json!(country);
    owner.post("/v1/clients", wish).expect(201).text("/id")
}

/// A plan in roubles without a panel, on sale in the shop.
fn plan(owner: &Actor, code: &str, cycle: &str, price: &str, more: Value) -> String {
    let mut plan = json!({"code": code, "name": code, "kind": "generic", "prices": [{"cycle": cycle, "currency": "RUB", "recurring": rub(price)}]});
    plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let id = owner.post("/v1/plans", plan).expect(201).text("/id");
    owner.patch(&format!("/v1/plans/{id}"), json!({"store_ids": [corner(owner)["id"]]})).expect(200);
    owner.act(&format!("/v1/plans/{id}/activate")).expect(200);
    id
}

/// A company orders by telephone and pays by transfer; the subscription and the invoice.
fn sold(owner: &Actor, client: &str, plan: &str, cycle: &str) -> (String, String) {
    let cart = json!({"items": [{"plan_id": plan, "cycle": cycle}]});
    let order =
        json!({"client_id": client, "order": {"store_id": corner(owner)["id"], "gateway": "transfer", "cart": cart}});
    let placed = owner.post_once("/v1/orders", &format!("order-{client}"), order).expect(201);
    let invoice = placed.text("/invoice_id");
    pay(owner, &invoice, "315");
    (placed.text("/subscription_ids/0"), invoice)
}

fn pay(owner: &Actor, invoice: &str, reference: &str) {
    let paid = json!({"method": "transfer", "reference": reference});
    owner.post_once(&format!("/v1/invoices/{invoice}/payments"), &format!("paid-{invoice}"), paid).expect(201);
}

/// All of them, or those that fit, by number.
fn papers(owner: &Actor, filter: &str) -> Vec<Value> {
    let list = owner.get(&format!("/v1/schet-facturas?limit=100&{filter}")).expect(200).json();
    let mut all = list["data"].as_array().unwrap().clone();
    all.sort_by_key(|paper| paper["number"].as_str().unwrap().parse::<u32>().unwrap());
    all
}

/// Kind, days, and of each row its days, net and tax.
type Short = (String, String, Vec<(String, String, String)>);

fn short(papers: &[Value]) -> Vec<Short> {
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let days = |period: &Value| format!("{}..{}", text(&period["from"]), text(&period["to"]));
    let row = |row: &Value| (days(&row["period"]), text(&row["net"]["amount"]), text(&row["tax"]["amount"]));
    let one = |paper: &Value| {
        let rows = paper["rows"].as_array().unwrap().iter().map(row).collect();
        (text(&paper["kind"]), days(&paper["period"]), rows)
    };
    papers.iter().map(one).collect()
}

fn paper(kind: &str, days: &str, rows: &[(&str, &str, &str)]) -> Short {
    let rows = rows.iter().map(|(days, net, tax)| ((*days).into(), (*net).into(), (*tax).into())).collect();
    (kind.into(), days.into(), rows)
}

fn run(story: &Story) -> Value {
    story.run(EventKind::ProcessSchetFacturas)["schet_facturas"].clone()
}

/// What the checks of the house have to say of schet-facturas. Nothing is invoiced while a story sleeps, so others may speak.
fn sound(world: &World, code: &str) {
    let (wrong, counts) = verify(world, code);
    assert_eq!((wrong.get("certificates"), wrong.get("documented")), (None, None));
    assert!(counts["certificates"] > 0 && counts["documented"] > 0);
}

fn settle(owner: &Actor, settings: Value) -> Answer {
    put(owner, &json!({ "schet_facturas": settings }))
}

/// A document of a company that has bought, and left on the same day.
pub fn document(world: &World, owner: &Actor, code: &str) -> String {
    settle(owner, json!({"enabled": true})).expect(200);
    let client = company(owner, code, "Leaver", "FR");
    let care = crate::stories::billing::care(owner, json!({"code": "brief", "name": "Brief"}));
    let (subscription, _) = sold(owner, &client, &care, "1-month");
    owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "now"})).expect(200);
    run(&Story::of(world));
    owner.get("/v1/schet-facturas").expect(200).text("/data/0/id")
}

/// What a matrix of foreign ids needs.
pub fn prepare(world: &World, seller: &mut Seller) {
    let id = document(world, &seller.owner, &seller.code);
    seller.ids.insert("sfa".into(), id);
}
