//! The API schema of a set of properties: made from the table, so it names each property with its own kind.

use super::properties::Properties;
use super::table::{AddOnRule, Property, PropertyKind, properties};
use super::value::{MOST, Value};
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::openapi::{RefOr, Schema as AnySchema};

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

fn number() -> Schema {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(MOST)).into()
}

fn names() -> Schema {
    let name = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200));
    ArrayBuilder::new().items(name).max_items(Some(1000)).into()
}

fn text() -> Schema {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(4000)).into()
}

/// The shapes a property's value can have.
fn shapes(property: &Property) -> Vec<Schema> {
    let default = (property.add_on == Some(AddOnRule::Override)).then_some("default");
    match property.kind {
        PropertyKind::Limit | PropertyKind::Size => vec![number(), words(["unlimited"].into_iter().chain(default))],
        PropertyKind::Flag => {
            let flag = ObjectBuilder::new().schema_type(Type::Boolean).into();
            [flag].into_iter().chain(default.map(|word| words([word]))).collect()
        }
        PropertyKind::Choice => vec![words(property.choices.iter().map(|choice| choice.word.as_str()).chain(default))],
        // any text, so "default" needs no shape of its own
        PropertyKind::Text => vec![text()],
        PropertyKind::List => vec![names(), words(["all"].into_iter().chain(default))],
    }
}

fn one_of(shapes: Vec<Schema>, description: Option<&str>) -> RefOr<AnySchema> {
    let union = OneOfBuilder::new().description(description);
    shapes.into_iter().fold(union, |union, shape| union.item(shape)).into()
}

impl utoipa::PartialSchema for Properties {
    fn schema() -> RefOr<AnySchema> {
        let object = ObjectBuilder::new()
            .description(Some("Hosting properties by name. What is not named is not promised."))
            .additional_properties(Some(AdditionalProperties::<AnySchema>::FreeForm(false)))
            .examples([
                serde_json::json!({"disk_space": 5_000_000_000_u64, "domains": "unlimited", "script_php": true}),
            ]);
        let add = |object: ObjectBuilder, property: &Property| {
            let meaning = Some(property.meaning.as_str()).filter(|meaning| !meaning.is_empty());
            object.property(&property.id, one_of(shapes(property), meaning))
        };
        properties().iter().fold(object, add).into()
    }
}

impl utoipa::ToSchema for Properties {
    fn name() -> std::borrow::Cow<'static, str> {
        "HostingProperties".into()
    }
}

impl utoipa::PartialSchema for Value {
    fn schema() -> RefOr<AnySchema> {
        let flag = ObjectBuilder::new().schema_type(Type::Boolean).into();
        one_of(vec![number(), flag, text(), names()], Some("A value of a hosting property."))
    }
}

impl utoipa::ToSchema for Value {
    fn name() -> std::borrow::Cow<'static, str> {
        "HostingPropertyValue".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use utoipa::PartialSchema;

    #[test]
    fn the_schema_names_every_property_and_is_closed() {
        let schema = serde_json::to_value(Properties::schema()).unwrap();
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(schema["properties"].as_object().unwrap().len(), properties().len());
        let whole = json!({"type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64});
        let disk = json!([whole, {"type": "string", "enum": ["unlimited"]}]);
        assert_eq!(schema["properties"]["disk_space"]["oneOf"], disk);
        let webmail = json!([{"type": "string", "enum": ["none", "roundcube", "horde", "default"]}]);
        assert_eq!(schema["properties"]["webmail"]["oneOf"], webmail);
        assert_eq!(schema["properties"]["script_php"]["oneOf"], json!([{"type": "boolean"}]));
    }
}
