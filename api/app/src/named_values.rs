//! What names with values look like, of whomever they are.

use comptoir_domain::named_values::NamedValue;

/// What is known of a client or a subscription.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PropertiesView {
    /// All of it, by name.
    pub properties: Vec<NamedValue>,
}

/// What is to be known of a client or a subscription.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"properties": [{"name": "association", "value": "yes", "is_active": true}]}))]
pub struct PropertiesReplace {
    /// All of it, each name once.
    #[schema(max_items = 100)]
    pub properties: Vec<NamedValue>,
}
