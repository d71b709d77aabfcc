//! The API document: committed as generated, and sound.

use crate::support::contract::{operations, violations};
use crate::support::{Backend, World};
use comptoir_app::http::{DOCUMENT, document_text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Review sees every change of the API. To take a change over: `cargo run -p comptoir-server -- openapi > openapi/openapi.json`.
#[test]
fn the_committed_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == document_text(), "openapi/openapi.json is not what the code says: run scripts/openapi");
}

#[test]
fn every_operation_is_described() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let (what, spec) = (format!("{} {}", operation.method, operation.path), &operation.spec);
        assert!(ids.insert(operation.id.clone()), "{what}: operationId {} is used twice", operation.id);
        assert!(spec["summary"].as_str().is_some_and(|text| !text.is_empty()), "{what} has no summary");
        assert_eq!(spec["tags"].as_array().map(Vec::len), Some(1), "{what} has not one tag");
        let responses = spec["responses"].as_object().unwrap();
        assert!(
            responses.contains_key("default") && responses.keys().any(|status| status.starts_with('2')),
            "{what}: responses"
        );
        let parameters: Vec<&str> =
            spec["parameters"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        let wants = |name: &str| assert!(parameters.contains(&name), "{what} does not take {name}");
        match operation.method.as_str() {
            "POST" => wants("Idempotency-Key"),
            "PUT" | "PATCH" | "DELETE" => wants("If-Match"),
            _ => {}
        }
        let lists = spec
            .pointer("/responses/200/content/application~1json/schema/$ref")
            .and_then(Value::as_str)
            .is_some_and(|name| name.ends_with("List"));
        if lists {
            ["limit", "cursor", "sort"].iter().for_each(|name| wants(name));
        }
        if let Some(body) = spec.pointer("/requestBody/content/application~1json/schema/$ref").and_then(Value::as_str) {
            let name = body.rsplit('/').next().unwrap();
            assert!(!DOCUMENT["components"]["schemas"][name]["example"].is_null(), "{what}: {name} has no example");
        }
    }
    assert!(ids.len() >= 40);
}

/// Examples fit their own schemas.
#[test]
fn examples_fit() {
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        if !schema["example"].is_null() {
            let errors = violations(name, &schema["example"]);
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}

/// What the document refers to is in it: a type that only a parameter uses is not collected by itself.
#[test]
fn references_lead_somewhere() {
    fn look(value: &Value, seen: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                seen.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|one| look(one, seen));
            }
            Value::Array(items) => items.iter().for_each(|one| look(one, seen)),
            _ => {}
        }
    }
    let mut seen = BTreeSet::new();
    look(&DOCUMENT, &mut seen);
    assert!(seen.len() > 100);
    let nowhere: Vec<&String> =
        seen.iter().filter(|one| DOCUMENT.pointer(one.trim_start_matches('#')).is_none()).collect();
    assert!(nowhere.is_empty(), "{nowhere:?}");
}

/// Two types of one name would silently become one schema; unused ones are left-overs.
#[test]
fn every_schema_is_used_and_closed() {
    let text = DOCUMENT.to_string();
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name} is not used");
        if schema["properties"].is_object() {
            assert!(!schema["additionalProperties"].is_null(), "{name} is open");
        }
        if name.ends_with("View") && name != "ProblemView" {
            assert_eq!(
                schema["required"].as_array().map(Vec::len),
                schema["properties"].as_object().map(serde_json::Map::len),
                "{name} leaves things out"
            );
        }
    }
}

/// The check of answers can fail: a field too many, and a field too few, in each view of a document that was answered.
#[test]
fn a_wrong_field_does_not_pass() {
    let world = World::open(Backend::Sqlite);
    let north = world.seller("north");
    let mut seen = 0;
    for (path, schema) in [
        ("/v1/seller", "SellerView"),
        ("/v1/administrator", "AdministratorView"),
        (&format!("/v1/clients/{}", north.ids["cli"]), "ClientView"),
        (&format!("/v1/contacts/{}", north.ids["con"]), "ContactView"),
        (&format!("/v1/roles/{}", north.ids["rol"]), "RoleView"),
        (&format!("/v1/api-keys/{}", north.ids["key"]), "ApiKeyView"),
        (&format!("/v1/sessions/{}", north.ids["ses"]), "SessionView"),
        (&format!("/v1/activities/{}", north.ids["act"]), "ActivityView"),
        (&format!("/v1/todos/{}", north.ids["tod"]), "TodoView"),
        ("/v1/clients", "ClientList"),
        (&format!("/v1/plans/{}", north.ids["pla"]), "PlanView"),
        (&format!("/v1/add-ons/{}", north.ids["ado"]), "AddOnView"),
        (&format!("/v1/add-on-groups/{}", north.ids["agr"]), "AddOnGroupView"),
        (&format!("/v1/plans/{}/prices", north.ids["pla"]), "PriceList"),
    ] {
        let good = north.owner.get(path).expect(200).json();
        assert!(violations(schema, &good).is_empty());
        let mut more = good.clone();
        more["surprise"] = json!(1);
        assert!(!violations(schema, &more).is_empty(), "{schema} takes a field too many");
        for name in good.as_object().unwrap().keys() {
            let mut less = good.clone();
            less.as_object_mut().unwrap().remove(name);
            assert!(!violations(schema, &less).is_empty(), "{schema} does without {name}");
            let mut other = good.clone();
            other[name] = json!({"not": ["this"]});
            assert!(name == "payload" || !violations(schema, &other).is_empty(), "{schema} takes anything as {name}");
            seen += 1;
        }
    }
    assert!(seen > 50);
}

/// Every address of the document is a route: never the answer of the router that knows nothing.
#[test]
fn every_address_is_served() {
    let world = World::open(Backend::Sqlite);
    for operation in operations() {
        let path = operation.path.replace("{id}", "x").replace("{delivery_id}", "x").replace("{action}", "suspend");
        let answer = world.stranger.send(&operation.method, &path, &[], None);
        assert_ne!(answer.json()["code"], "method_not_allowed", "{} {path}", operation.method);
        let wrong = world.stranger.send("TRACE", &path, &[], None);
        assert_eq!((wrong.status, wrong.json()["code"].as_str().unwrap()), (405, "method_not_allowed"), "{path}");
        assert!(wrong.header("allow").unwrap().contains(&operation.method), "{path}");
    }
    world.stranger.get("/v1/nothing").refused(404, "not_found");
}
