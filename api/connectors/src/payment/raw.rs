//! What is kept of a gateway's answer for inquiries: JSON without secrets and without what is empty, of a limited length.

use serde_json::Value;

/// More than any answer worth keeping.
const MOST: usize = 8_000;

/// The answer without fields of these names, wherever they stand.
pub(super) fn kept(answer: &Value, secrets: &[&str]) -> String {
    let mut answer = answer.clone();
    strip(&mut answer, secrets);
    let text = answer.to_string();
    text.chars().take(MOST).collect()
}

fn strip(value: &mut Value, secrets: &[&str]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, value| !secrets.contains(&name.as_str()) && !is_empty(value));
            fields.values_mut().for_each(|value| strip(value, secrets));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| strip(value, secrets)),
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_go_wherever_they_stand_and_so_does_length() {
        let answer = json!({"id": "a", "key": "s3cret", "inner": [{"key": "s3cret", "is": 1}], "none": null, "no": {}});
        assert_eq!(kept(&answer, &["key"]), r#"{"id":"a","inner":[{"is":1}]}"#);
        assert_eq!(kept(&json!({"x": "ü".repeat(20_000)}), &[]).chars().count(), MOST);
    }
}
