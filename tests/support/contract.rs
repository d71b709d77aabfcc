//! Holds every answer against the API document: the status must be declared, the body must fit the closed schema.

use super::Answer;
use comptoir_app::http::DOCUMENT;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// An operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    pub method: String,
    pub path: String,
    pub id: String,
    pub spec: Value,
}

/// All operations of the document.
pub fn operations() -> Vec<Operation> {
    let mut all = Vec::new();
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, spec) in methods.as_object().unwrap() {
            let id = spec["operationId"].as_str().unwrap_or_default().to_string();
            all.push(Operation { method: method.to_uppercase(), path: path.clone(), id, spec: spec.clone() });
        }
    }
    all
}

/// The operation that an address belongs to; one without parameters wins.
pub fn operation(method: &str, path: &str) -> Option<Operation> {
    static ALL: OnceLock<Vec<Operation>> = OnceLock::new();
    let path = path.split('?').next().unwrap();
    let fits = |template: &str| {
        let (mine, theirs): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
        mine.len() == theirs.len()
            && mine.iter().zip(&theirs).all(|(mine, theirs)| mine == theirs || theirs.starts_with('{'))
    };
    let mut found: Vec<_> = ALL
        .get_or_init(operations)
        .iter()
        .filter(|operation| operation.method == method && fits(&operation.path))
        .collect();
    found.sort_by_key(|operation| operation.path.matches('{').count());
    found.first().map(|operation| (*operation).clone())
}

/// Panics when an answer breaks the document's word.
#[track_caller]
pub fn check(method: &str, path: &str, answer: &Answer) {
    let kind = answer.header("content-type").unwrap_or_default();
    if answer.status >= 400 {
        assert_eq!(kind, "application/problem+json", "{}: {}", answer.what, answer.text);
        return fits("ProblemView", answer);
    }
    let Some(operation) = operation(method, path) else { return };
    let declared = &operation.spec["responses"][answer.status.to_string()];
    assert!(
        !declared.is_null() || answer.status == 304,
        "{} answers {}, which the document does not declare",
        answer.what,
        answer.status
    );
    if declared.pointer("/content/text~1csv").is_some() {
        return assert_eq!(kind, "text/csv; charset=utf-8", "{}", answer.what);
    }
    if declared.pointer("/content/application~1octet-stream").is_some() {
        return assert_eq!(kind, "application/octet-stream", "{}", answer.what);
    }
    match declared.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str) {
        Some(reference) => fits(reference.rsplit('/').next().unwrap(), answer),
        None => assert!(
            answer.text.is_empty(),
            "{} has a body that the document does not declare: {}",
            answer.what,
            answer.text
        ),
    }
}

#[track_caller]
fn fits(schema: &str, answer: &Answer) {
    let errors = violations(schema, &answer.json());
    assert!(errors.is_empty(), "{} does not fit {schema}: {errors:#?}\n{}", answer.what, answer.text);
}

/// What is wrong with a value, seen from a schema of the document.
pub fn violations(schema: &str, value: &Value) -> Vec<String> {
    static MADE: OnceLock<Mutex<HashMap<String, Arc<jsonschema::Validator>>>> = OnceLock::new();
    let mut made = MADE.get_or_init(Mutex::default).lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let validator = made.entry(schema.to_string()).or_insert_with(|| {
        let whole = json!({"$ref": format!("#/components/schemas/{schema}"), "components": DOCUMENT["components"]});
        Arc::new(jsonschema::validator_for(&whole).unwrap_or_else(|error| panic!("{schema}: {error}")))
    });
    let validator = Arc::clone(validator);
    drop(made);
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
