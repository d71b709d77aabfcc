//! The API document: what the handlers declare, completed with what holds for all of them, so that no handler repeats
//! it: problems, `Idempotency-Key`, `If-Match`, closed schemas, the bearer.

#![allow(clippy::indexing_slicing, reason = "indexing a JSON value by a name gives null, it does not panic")]

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// What the handlers' declarations are added to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Comptoir",
        description = "The counter a web-hosting reseller sells over.\n\nEvery refusal is a problem document (RFC 9457) \
            with a stable `code`. Lists are paged by cursor. PATCH is a merge patch and wants `If-Match`. Every POST takes an \
            `Idempotency-Key`. Amounts are `{\"amount\":\"12.10\",\"currency\":\"EUR\"}`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/")),
    components(schemas(crate::kernel::problem::ProblemView))
)]
pub struct Base;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The finished document.
pub fn complete(declared: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(declared).unwrap_or_default();
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token from /v1/sessions, or an API key."}
    });
    document["security"] = json!([{"bearer": []}]);
    if let Some(paths) = document["paths"].as_object_mut() {
        for operations in paths.values_mut() {
            for method in METHODS {
                if let Some(operation) = operations.get_mut(method).and_then(Value::as_object_mut) {
                    complete_operation(method, operation);
                }
            }
        }
    }
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        for (name, schema) in schemas {
            close(schema);
            if name.ends_with("View") && name != "ProblemView" || name.ends_with("List") {
                require_all(schema);
            }
        }
    }
    document
}

fn complete_operation(method: &str, operation: &mut Map<String, Value>) {
    let problem = json!({
        "description": "A refusal: see `code`",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemView"}}}
    });
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        responses.insert("default".into(), problem);
    }
    let header = match method {
        "post" => json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Repeat a request with the same key and it is done once.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        }),
        "put" | "patch" | "delete" => json!({
            "name": "If-Match", "in": "header", "required": true,
            "description": "The ETag you have read, or *.",
            "schema": {"type": "string", "pattern": "^(\\*|\"[0-9]+\")$"},
            "example": "*"
        }),
        _ => return,
    };
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    if let Some(parameters) = parameters.as_array_mut() {
        parameters.push(header);
    }
}

/// Objects hold what they declare and nothing else. A property may itself be called `properties`, in a schema as in an
/// example: neither the map of the properties nor an example is a schema.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            unwrap_only_choice(map);
            if map.contains_key("properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".into(), Value::Bool(false));
            }
            for (word, part) in map.iter_mut() {
                match (word.as_str(), part) {
                    ("example" | "examples", _) => {}
                    ("properties", Value::Object(properties)) => properties.values_mut().for_each(close),
                    (_, part) => close(part),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// A choice of one is no choice: the schema itself stands there.
fn unwrap_only_choice(map: &mut Map<String, Value>) {
    if map.get("oneOf").and_then(Value::as_array).is_none_or(|choices| choices.len() != 1) {
        return;
    }
    if let Some(Value::Array(choices)) = map.remove("oneOf") {
        let only = choices
            .into_iter()
            .filter_map(|choice| if let Value::Object(choice) = choice { Some(choice) } else { None });
        only.for_each(|choice| map.extend(choice));
    }
}

/// What we answer is always whole: an absent value is null.
fn require_all(schema: &mut Value) {
    let names: Vec<Value> =
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| json!(name)).collect();
    if !names.is_empty() {
        schema["required"] = Value::Array(names);
    }
}
