//! Every operation of the document: it works for its owner, and with another seller's id in any place — path, query or
//! body — it answers 404 and writes nothing. New operations are covered without being named here.

use crate::support::contract::{Operation, operations};
use crate::support::world::{PASSWORD, Seller};
use crate::support::{Actor, Answer, Backend, World};
use comptoir_app::http::DOCUMENT;
use serde_json::{Value, json};

/// A request that is ready to send, with its ids still exchangeable.
#[derive(Clone, Debug)]
struct Request {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Value>,
    headers: Vec<(String, String)>,
    /// A body that is signed, byte for byte.
    signed: Option<String>,
}

impl Request {
    fn send(&self, actor: &Actor) -> Answer {
        let query: Vec<_> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let path = if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) };
        let text = self.signed.clone().or_else(|| self.body.as_ref().map(Value::to_string));
        let mut headers = vec![("if-match", "*")];
        if text.is_some() {
            headers.push(("content-type", "application/json"));
        }
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        // a batch that refuses each item is an answer, and would be remembered: only where a key is wanted
        let changes = ["/change-plan", "/add-ons", "/change", "/remove", "/withdraw", "/move-price", "/transfer"];
        let once = ["/orders", "/payment-methods", "/v1/transactions", "/imports", "/imports/file"]
            .iter()
            .any(|end| self.path.ends_with(end));
        if (self.path.contains("/subscriptions/") && changes.iter().any(|end| self.path.ends_with(end)))
            || self.path.ends_with("/pay")
            || self.path.ends_with("/refund") && self.path.contains("/transactions/")
            || self.path.ends_with("/bulk")
            || self.path.ends_with("/payment-queue/run")
            || (self.method == "POST" && once)
        {
            headers.push(("idempotency-key", "matrix"));
        }
        actor.send(&self.method, &path, &headers, text.as_ref().map(String::as_bytes))
    }
}

/// The prefix of an id type of the document, from its pattern `^cli_[0-9a-v]{26}$`.
fn prefix(schema: &Value) -> Option<String> {
    let name = schema["$ref"]
        .as_str()
        .or_else(|| schema["oneOf"].as_array()?.iter().find_map(|one| one["$ref"].as_str()))?
        .rsplit('/')
        .next()?;
    let pattern = DOCUMENT["components"]["schemas"][name]["pattern"].as_str()?;
    pattern
        .strip_prefix('^')?
        .split_once('_')
        .filter(|(_, rest)| rest.starts_with("[0-9a-v]"))
        .map(|(prefix, _)| prefix.to_string())
}

fn looks_like_id(text: &str) -> Option<&str> {
    text.split_once('_').filter(|(prefix, rest)| prefix.len() == 3 && rest.len() == 26).map(|(prefix, _)| prefix)
}

/// The owner's request: parameters by their types, the body from the example of the document.
fn owners_request(operation: &Operation, mine: &Seller) -> Request {
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    for parameter in operation.spec["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let id = prefix(&parameter["schema"])
            .map(|prefix| mine.ids.get(&prefix).unwrap_or_else(|| panic!("the world has no {prefix}")).clone());
        match parameter["in"].as_str().unwrap() {
            "path" if name == "action" => path = path.replace("{action}", "suspend"),
            "path" if name == "gateway" => path = path.replace("{gateway}", "fake"),
            "path" if ["currency", "date", "kind"].contains(&name) => {
                path = path.replace(&format!("{{{name}}}"), parameter["example"].as_str().unwrap());
            }
            "path" if name == "seller_code" => path = path.replace("{seller_code}", &mine.code),
            "path" => path = path.replace(&format!("{{{name}}}"), &id.unwrap()),
            "query" => {
                let example = &parameter["example"];
                let needed = (parameter["required"] == true)
                    .then(|| example.as_str().map_or_else(|| example.to_string(), String::from));
                query.extend(id.or(needed).map(|value| (name.to_string(), value)));
            }
            _ => {}
        }
    }
    // a quarter or a month: neither of them is required, but one is
    if operation.path.starts_with("/v1/reports/ec-sales-list") {
        query.push(("quarter".into(), "1".into()));
    }
    Request {
        method: operation.method.clone(),
        path,
        query,
        body: body_example(operation, mine),
        headers: Vec::new(),
        signed: None,
    }
}

fn body_example(operation: &Operation, mine: &Seller) -> Option<Value> {
    let schema =
        operation.spec.pointer("/requestBody/content/application~1json/schema/$ref")?.as_str()?.rsplit('/').next()?;
    let mut example = DOCUMENT["components"]["schemas"][schema]["example"].clone();
    assert!(!example.is_null(), "{schema} has no example");
    each_text(&mut example, &mut |text| {
        if let Some(id) = looks_like_id(text).and_then(|prefix| mine.ids.get(prefix)) {
            *text = id.clone();
        }
    });
    Some(example)
}

fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(map) => map.values_mut().for_each(|item| each_text(item, change)),
        _ => {}
    }
}

/// The same request with one id exchanged for another seller's, once for each place that holds one.
fn trespasses(request: &Request, mine: &Seller, theirs: &Seller) -> Vec<(String, Request)> {
    let mut found = Vec::new();
    let exchange = |id: &str| mine.ids.iter().find(|(_, own)| *own == id).map(|(prefix, _)| theirs.ids[prefix].clone());
    for (at, part) in request.path.split('/').enumerate() {
        if let Some(other) = exchange(part) {
            let mut parts: Vec<_> = request.path.split('/').map(String::from).collect();
            parts[at] = other;
            found.push((format!("path part {at}"), Request { path: parts.join("/"), ..request.clone() }));
        }
    }
    for (at, (name, value)) in request.query.iter().enumerate() {
        if let Some(other) = exchange(value) {
            let mut changed = request.clone();
            changed.query[at].1 = other;
            found.push((format!("query {name}"), changed));
        }
    }
    let mut places = 0;
    if let Some(body) = &request.body {
        each_text(&mut body.clone(), &mut |text| places += usize::from(exchange(text).is_some()));
    }
    for place in 0..places {
        let mut changed = request.clone();
        let mut seen = 0;
        each_text(changed.body.as_mut().unwrap(), &mut |text| {
            if let Some(other) = exchange(text) {
                if seen == place {
                    *text = other;
                }
                seen += 1;
            }
        });
        found.push((format!("body id {place}"), changed));
    }
    found
}

/// What has to be done with the same thing first, so that an operation can be done with it.
const FIRST: &[(&str, &str, &str)] = &[
    // both are on sale
    ("activate_plan", "/activate", "/retire"),
    ("activate_add_on", "/activate", "/retire"),
    ("unset_plan_default", "/unset-default", "/make-default"),
    ("enable_certificate_provider", "/enable", "/disable"),
    ("retry_event", "/retry", "/cancel"),
    ("reopen_todo", "/reopen", "/done"),
];
/// What is in use cannot be deleted: a fresh one, with the prefix of its kind.
fn spare(operation: &str, owner: &Actor) -> Option<(&'static str, String)> {
    match operation {
        "delete_plan" => Some(("pla", crate::api::plans::draft(owner))),
        "delete_add_on" => Some(("ado", crate::api::add_ons::draft(owner))),
        "rederive_invoice" => Some(("inv", crate::api::by_hand::a_derived_draft(owner))),
        "accept_order" => Some(("ord", crate::stories::provisioning::unaccepted(owner))),
        "release_order" => Some(("ord", crate::stories::provisioning::unreleased(owner))),
        "activate_tld" | "delete_tld" => Some(("tld", crate::api::tlds::spare(owner).0)),
        "delete_registrar" => Some(("reg", crate::api::tlds::spare(owner).1)),
        "delete_add_on_group" => Some(("agr", crate::api::add_ons::group(owner, "Spare"))),
        _ => None,
    }
}

/// Requests whose example needs something that only this world knows.
fn fit(operation: &Operation, request: &mut Request, world: &World, mine: &mut Seller) {
    if let Some(old) = crate::api::encryption::prepare(&operation.id, mine, world, &mut request.body) {
        request.path = request.path.replace(&old, &mine.ids["pmt"]);
    }
    let spare = spare(&operation.id, &mine.owner);
    if let Some((prefix, id)) = spare {
        request.path = request.path.replace(&mine.ids[prefix], &id);
        mine.ids.insert(prefix.into(), id);
    }
    if let Some((_, action, first)) = FIRST.iter().find(|(id, ..)| *id == operation.id) {
        mine.owner.act(&request.path.replace(action, first)).expect(200);
    }
    let body = &mut request.body;
    match operation.id.as_str() {
        "sign_in" => {
            *body = Some(
                json!({"audience": "admin", "seller": mine.code, "email": format!("owner@{}.example", mine.code), "password": PASSWORD}),
            )
        }
        "refresh_session" => {
            let sign_in = json!({"audience": "admin", "seller": mine.code, "email": format!("owner@{}.example", mine.code), "password": PASSWORD});
            let tokens = world.stranger.post("/v1/sessions", sign_in).expect(201);
            *body = Some(json!({"refresh_token": tokens.text("/refresh_token")}));
        }
        "redeem_password_reset" => {
            *body =
                Some(json!({"token": crate::api::password_resets::token_for(world, mine), "new_password": PASSWORD}))
        }
        "take_gateway_callback" | "take_gateway_notice" => {
            let callback = crate::api::payments::a_callback(world, mine);
            request.headers = callback.headers;
            request.signed = String::from_utf8(callback.body).ok();
        }
        "order_as_shopper" | "order_as_client" => {
            let city = if operation.id == "order_as_client" { "Village" } else { "Lyon" };
            let quote = crate::api::orders::shopper(&mine.owner)
                .post("/v1/store/quotes", crate::api::orders::wish(&mine.owner, "matrix.example", city));
            let token = quote.expect(200).text("/token");
            *body = Some(match city {
                "Lyon" => crate::api::orders::order_of("Matrix", &token, "transfer"),
                _ => json!({"quote_token": token, "gateway": "transfer", "accept_terms": true}),
            });
        }
        // the plan of the examples is sold in another store than the default one
        "take_order" | "preview_order" | "import_subscription" | "create_custom_subscription" | "quote_for_client" => {
            let corner = crate::api::orders::corner(&mine.owner);
            each_text(body.as_mut().unwrap(), &mut |text| {
                if *text == mine.ids["sto"] {
                    *text = corner["id"].as_str().unwrap().into();
                }
            });
            mine.ids.insert("sto".into(), corner["id"].as_str().unwrap().into());
        }
        "activate_subscription" => {
            mine.owner.post(&request.path.replace("/activate", "/suspend"), json!({})).expect(200);
        }
        // what is paid is to be delivered
        "deliver_service" => {
            let order = mine.owner.get(&format!("/v1/orders/{}", mine.ids["ord"])).expect(200);
            crate::api::services::pay(&mine.owner, &order.text("/invoice_id"));
        }
        "check_client_vat_number" => give_vat_number(&mine.owner, &request.path.replace("/check-vat", "")),
        "advance_sandbox" | "compare_sandboxes" => crate::api::sandboxes::prepare(world),
        "read_bank_reply" => request.signed = Some(crate::api::bank::statements::camt("Matrix", &[])),
        "import_file_at_gateway" => request.signed = Some(crate::api::wirecard::METHODS.into()),
        "create_role" => *body = Some(json!({"name": "Another", "permissions": ["clients:read"]})),
        _ => {}
    }
}

fn give_vat_number(owner: &Actor, client: &str) {
    owner.patch(client, json!({"vat_number": "FR40303265045"})).expect(200);
}

/// What is issued never changes.
fn is_for_drafts(operation: &str) -> bool {
    [
        "update_invoice",
        "issue_invoice",
        "add_invoice_line",
        "update_invoice_line",
        "delete_invoice_line",
        "delete_invoice",
    ]
    .contains(&operation)
}

/// Whom an operation is for, from its tag and address.
fn actor_of(operation: &Operation, world: &World, mine: &Seller) -> Actor {
    let public = operation.spec["security"]
        .as_array()
        .is_some_and(|schemes| schemes.iter().any(|scheme| scheme.as_object().is_some_and(|one| one.is_empty())));
    match () {
        () if public => world.stranger.clone(),
        () if operation.path.starts_with("/v1/me") => mine.client.clone(),
        () if operation.path.starts_with("/v1/store/") => crate::api::orders::shopper(&mine.owner),
        () => mine.owner.clone(),
    }
}

/// A batch answers for each item by itself.
fn outcome(operation: &Operation, answer: &Answer) -> u64 {
    if operation.path.ends_with("/batch") && answer.status == 200 {
        return answer.json()["results"][0]["status"].as_u64().unwrap();
    }
    u64::from(answer.status)
}

/// A world with two sellers in it.
struct Place {
    world: World,
    mine: Seller,
    theirs: Seller,
}

impl Place {
    fn open(backend: Backend, seller: &str) -> Self {
        let world = World::open(backend);
        Self { mine: world.seller(seller), theirs: world.seller("south"), world }
    }
}

/// Whether it only looks at what is there from the beginning: such calls share one world.
fn only_reads(operation: &Operation) -> bool {
    let elsewhere = ["/v1/gateway-callbacks/", "/v1/schet-facturas", "/v1/disputes/"];
    let prepared = ["/v1/operations/", "/v1/sandboxes/", "/v1/prices/", "/v1/plans/{id}/c"]
        .iter()
        .chain(&elsewhere)
        .any(|start| operation.path.starts_with(start));
    let prepared = prepared || crate::api::subscription_changes::concerns(&operation.path);
    let prepared = prepared || crate::api::bank::concerns(&operation.path);
    let prepared = prepared || crate::api::fraud::concerns(&operation.path);
    let prepared = prepared || crate::api::method_setups::concerns(&operation.path);
    operation.method == "GET" && !prepared && !operation.path.contains("{comment_id}")
}

/// Makes what an operation needs of both sellers and no world has from the beginning.
fn prepare(operation: &Operation, world: &World, sellers: [&mut Seller; 2]) {
    let path = &operation.path;
    for seller in sellers {
        if path.starts_with("/v1/operations/") {
            seller.ids.insert("opr".into(), crate::api::operations::create(&seller.owner));
        }
        if path.starts_with("/v1/sandboxes/") {
            seller.ids.insert("sbx".into(), crate::api::sandboxes::create(&seller.owner, "Matrix"));
        }
        if path.starts_with("/v1/schet-facturas") {
            crate::api::schet_facturas::prepare(world, seller);
        }
        if crate::api::subscription_changes::concerns(path) {
            crate::api::subscription_changes::prepare(seller, &operation.id);
        }
        if path.contains("{comment_id}") {
            crate::api::subscription_records::prepare(seller);
        }
        if path.starts_with("/v1/transactions/") {
            crate::api::refunds::prepare(seller, &operation.id);
        }
        if path.starts_with("/v1/disputes/") {
            crate::api::disputes::prepare(seller);
        }
        if path.contains("/imports") {
            crate::api::wirecard::prepare(seller);
        }
        if crate::api::bank::concerns(path) {
            crate::api::bank::prepare(seller, &operation.id);
        }
        if crate::api::method_setups::concerns(path) {
            crate::api::method_setups::prepare(seller);
        }
        if crate::api::fraud::concerns(path) {
            crate::api::fraud::prepare(seller, &operation.id);
        }
        if path.starts_with("/v1/plans/{id}/c") {
            crate::api::certificates::prepare(seller);
        }
        if path.starts_with("/v1/prices/") || path.starts_with("/v1/overuse-prices/") {
            crate::api::prices::prepare(seller, &operation.id);
        }
    }
}

fn walk(backend: Backend) {
    let mut tried = 0;
    let mut shared = None;
    for operation in operations() {
        // only the provider has resellers; there a trespass is an id that is a seller but not one of its resellers
        let provider_only = operation.spec["tags"][0] == "resellers" || operation.id == "update_event_schedule";
        let own;
        let Place { world, mine, theirs } = if only_reads(&operation) && !provider_only {
            shared.get_or_insert_with(|| Place::open(backend, "north"))
        } else {
            own = Place::open(backend, if provider_only { "provider" } else { "north" });
            &own
        };
        let (mut mine, mut theirs) = (mine.clone(), theirs.clone());
        if provider_only {
            theirs.ids.insert("sel".into(), mine.owner.get("/v1/seller").text("/id"));
        }
        if is_for_drafts(&operation.id) {
            let draft = crate::api::invoices::a_draft(&mine.owner);
            // two lines: the last one goes with the draft only
            let more = json!({"description": "More", "quantity": "1", "unit_price": "1"});
            let line = mine.owner.post(&format!("/v1/invoices/{draft}/lines"), more).expect(201).text("/lines/0/id");
            mine.ids.extend([("inv".into(), draft), ("lin".into(), line)]);
        }
        prepare(&operation, world, [&mut mine, &mut theirs]);
        let mut request = owners_request(&operation, &mine);
        fit(&operation, &mut request, world, &mut mine);
        let actor = actor_of(&operation, world, &mine);
        if operation.id == "create_reseller" {
            let spare = crate::support::world::client("provider", "Third Ltd", "Carol");
            let id = mine.owner.post("/v1/clients", spare).expect(201).text("/id");
            request.body.as_mut().unwrap()["client_id"] = json!(id);
        }
        let trespasses = trespasses(&request, &mine, &theirs);
        let before = (!trespasses.is_empty()).then(|| world.database.digest());
        for (place, trespass) in trespasses {
            let answer = trespass.send(&actor);
            assert_eq!(
                outcome(&operation, &answer),
                404,
                "{} with another seller's id in {place}: {}",
                operation.id,
                answer.text
            );
            let after = Some(world.database.digest());
            assert_eq!(after, before, "{} wrote something for a trespasser in {place}", operation.id);
            tried += 1;
        }
        let answer = request.send(&actor);
        assert!(
            (200..300).contains(&answer.status),
            "{} for its owner: {} {}\n{request:#?}",
            operation.id,
            answer.status,
            answer.text
        );
        for (prefix, id) in theirs.ids.iter().filter(|(prefix, _)| *prefix != "sel") {
            assert!(!answer.text.contains(id.as_str()), "{} shows the {prefix} of another seller", operation.id);
        }
    }
    assert!(tried >= 20, "only {tried} trespasses were tried");
}

#[test]
fn on_sqlite() {
    walk(Backend::Sqlite);
}

#[test]
fn on_postgres() {
    walk(Backend::Postgres);
}
