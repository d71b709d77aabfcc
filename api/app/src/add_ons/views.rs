//! What add-ons look like.

use crate::hosting::HostingPropertiesPatch;
use crate::kernel::{Change, Nullable};
use crate::prices::{PriceCreate, PriceView};
use comptoir_db::add_ons::AddOnRow;
use comptoir_domain::hosting::Properties;
use comptoir_domain::plans::PlanState;
use comptoir_domain::{AddOnGroupId, AddOnId, Check, Instant, PlanId, TaxPolicyId};
use serde_json::{Map, Value};

/// An add-on.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AddOnView {
    /// The add-on.
    pub id: AddOnId,
    /// The group it belongs to.
    pub add_on_group_id: AddOnGroupId,
    /// Its short name for machines.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is, for the store.
    pub description: String,
    /// Whether it can be bought.
    pub state: PlanState,
    /// What it adds to the properties of a hosting plan.
    pub properties: Properties,
    /// How it is taxed; like the plan if null.
    pub tax_policy_id: Option<TaxPolicyId>,
    /// Where it stands in its group: the smallest first.
    pub position: i64,
    /// The present prices and those announced.
    pub prices: Vec<PriceView>,
    /// The certificate plan that it was: what is issued stands there.
    pub certificate_plan_id: Option<PlanId>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(AddOnList, AddOnView);

impl AddOnView {
    /// The view of an add-on, its open prices and the plan that it was.
    pub fn new(row: AddOnRow, prices: Vec<PriceView>, certificate_plan_id: Option<PlanId>) -> Self {
        Self {
            id: row.id,
            add_on_group_id: row.add_on_group_id,
            code: row.code,
            name: row.name,
            description: row.description,
            state: row.state,
            properties: row.properties.0,
            tax_policy_id: row.tax_policy_id,
            position: row.position,
            prices,
            certificate_plan_id,
            created_at: row.created_at,
        }
    }
}

/// A new add-on: a draft.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_on_group_id": "agr_000g40o40k30e209185go38e1s", "code": "disk-10", "name": "10 GB more",
    "description": "Ten more gigabytes for your files.", "properties": {"disk_space": 10_000_000_000_u64},
    "tax_policy_id": "txp_000g40o40k30e209185go38e1s",
    "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "2.50", "currency": "EUR"}}]}))]
pub struct AddOnCreate {
    /// The group it belongs to.
    pub add_on_group_id: AddOnGroupId,
    /// Its short name for machines.
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// What it is, for the store.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub description: String,
    /// What it adds to the properties of a hosting plan.
    #[serde(default)]
    #[schema(value_type = Properties)]
    pub properties: Map<String, Value>,
    /// How it is taxed; like the plan if absent.
    pub tax_policy_id: Option<TaxPolicyId>,
    /// Where it stands in its group: the smallest first.
    #[serde(default)]
    pub position: i64,
    /// Its prices, one per cycle and currency.
    #[serde(default)]
    pub prices: Vec<PriceCreate>,
}

/// Changes of an add-on: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add_on_group_id": "agr_000g40o40k30e209185go38e1s", "name": "20 GB more",
    "properties": {"disk_space": 20_000_000_000_u64, "mailboxes": null}, "tax_policy_id": "txp_000g40o40k30e209185go38e1s"}))]
pub struct AddOnPatch {
    /// The group it belongs to.
    #[serde(default)]
    #[schema(value_type = AddOnGroupId, required = false)]
    pub add_on_group_id: Change<AddOnGroupId>,
    /// Its short name for machines.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 40)]
    pub code: Change<String>,
    /// Its name.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 120)]
    pub name: Change<String>,
    /// What it is, for the store.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 4000)]
    pub description: Change<String>,
    /// Properties to set; null removes one.
    #[serde(default)]
    #[schema(value_type = HostingPropertiesPatch, required = false)]
    pub properties: Change<HostingPropertiesPatch>,
    /// How it is taxed; null for like the plan.
    #[serde(default)]
    #[schema(value_type = Option<TaxPolicyId>, required = false)]
    pub tax_policy_id: Nullable<TaxPolicyId>,
    /// Where it stands in its group.
    #[serde(default)]
    #[schema(value_type = i64, required = false)]
    pub position: Change<i64>,
}

/// Notes what is wrong with an add-on.
pub fn check(row: &AddOnRow, check: &mut Check) {
    check.slug("/code", &row.code);
    check.text("/name", &row.name, 1..=120);
    check.paragraphs("/description", &row.description, 4000);
}
