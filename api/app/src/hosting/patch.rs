//! A merge patch of hosting properties: null removes a property, a value sets it, the others stay.

use comptoir_domain::hosting::{Properties, Value as PropertyValue, property};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

/// Changes of hosting properties.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct HostingPropertiesPatch(Map<String, Value>);

impl HostingPropertiesPatch {
    /// The properties as they would be, still to be checked. A null for what is no property stays, so that the check
    /// refuses the name.
    pub fn applied_to(&self, present: &Properties) -> Map<String, Value> {
        let mut whole: Map<_, _> = present.iter().map(|(row, value)| (row.id.clone(), json!(value))).collect();
        for (name, value) in &self.0 {
            if value.is_null() && property(name).is_some() {
                whole.remove(name);
            } else {
                whole.insert(name.clone(), value.clone());
            }
        }
        whole
    }
}

impl utoipa::PartialSchema for HostingPropertiesPatch {
    fn schema() -> RefOr<Schema> {
        let nothing = ObjectBuilder::new().schema_type(Type::Null);
        let value = OneOfBuilder::new().item(nothing).item(Ref::from_schema_name("HostingPropertyValue"));
        let values = AdditionalProperties::RefOr(RefOr::T(Schema::OneOf(value.build())));
        ObjectBuilder::new()
            .description(Some("Hosting properties to set, by name; null removes one."))
            .additional_properties(Some(values))
            .into()
    }
}

impl utoipa::ToSchema for HostingPropertiesPatch {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("HostingPropertyValue".into(), <PropertyValue as utoipa::PartialSchema>::schema()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_removes_a_value_sets_and_the_rest_stays() {
        let present = serde_json::from_value(json!({"disk_space": 5, "domains": "unlimited", "mailboxes": 3})).unwrap();
        let changes = json!({"disk_space": 7, "mailboxes": null, "mailboxen": null, "traffic": 1});
        let changes: HostingPropertiesPatch = serde_json::from_value(changes).unwrap();
        let whole = changes.applied_to(&present);
        let want = json!({"disk_space": 7, "domains": "unlimited", "mailboxen": null, "traffic": 1});
        assert_eq!(Value::Object(whole), want);
    }
}
