//! What plans look like.

use crate::hosting::HostingPropertiesPatch;
use crate::kernel::{Change, Nullable};
use crate::overuse_prices::views::OverusePriceView;
use crate::prices::{PriceCreate, PriceView};
use comptoir_db::plans::PlanRow;
use comptoir_domain::hosting::Properties;
use comptoir_domain::plans::{PlanState, PlanType};
use comptoir_domain::subscriptions::ChangePolicies;
use comptoir_domain::{AddOnId, Check, Instant, PlanId, StoreId, TaxPolicyId};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A plan.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PlanView {
    /// The plan.
    pub id: PlanId,
    /// Its short name for machines.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What it is, for the store.
    pub description: String,
    /// What speaks for it, point by point, for the store.
    pub features: Vec<String>,
    /// What it delivers.
    pub kind: PlanType,
    /// Whether it can be bought.
    pub state: PlanState,
    /// Whether it is the default of its kind; a custom subscription begins with what the default hosting plan promises.
    pub is_default: bool,
    /// What hosting promises.
    pub properties: Properties,
    /// The top-level domains of a domain plan.
    pub tlds: Vec<String>,
    /// How it is taxed; by the default policy if null.
    pub tax_policy_id: Option<TaxPolicyId>,
    /// Whether a broken first cycle is charged in part; else it is billed from its anniversary.
    pub prorates: bool,
    /// How many days before a cycle begins its invoice is made; as the settings say if null.
    pub lead_days: Option<i32>,
    /// After how many cycles a subscription is complete; never if null.
    pub cycle_limit: Option<i32>,
    /// How many days are free at the beginning.
    pub trial_days: i32,
    /// Where it stands among the plans: the smallest first.
    pub position: i64,
    /// The present prices and those announced.
    pub prices: Vec<PriceView>,
    /// What is charged for use above its limits: the present prices and those announced.
    pub overuse_prices: Vec<OverusePriceView>,
    /// The add-ons it offers.
    pub add_on_ids: Vec<AddOnId>,
    /// The stores that offer it.
    pub store_ids: Vec<StoreId>,
    /// The plans that its subscriptions may go up to.
    pub upgrade_to: Vec<PlanId>,
    /// The plans that its subscriptions may come down to.
    pub downgrade_to: Vec<PlanId>,
    /// How changes from this plan are handled; as the seller's settings say if null.
    pub change_policies: Option<ChangePolicies>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(PlanList, PlanView);

/// A new plan: a draft.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "web-m", "name": "Web M", "description": "Room for a shop.", "features": ["10 GB", "Unlimited mailboxes"],
    "kind": "hosting", "properties": {"disk_space": 10_000_000_000_u64, "domains": 5, "mailboxes": "unlimited", "script_php": true},
    "tax_policy_id": "txp_000g40o40k30e209185go38e1s", "prorates": true, "lead_days": 10, "trial_days": 0,
    "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "9.90", "currency": "EUR"},
        "setup": {"amount": "5.00", "currency": "EUR"}}],
    "add_on_ids": ["ado_000g40o40k30e209185go38e1s"], "store_ids": ["sto_000g40o40k30e209185go38e1s"],
    "upgrade_to": ["pla_000g40o40k30e209185go38e1s"], "downgrade_to": ["pla_000g40o40k30e209185go38e1s"],
    "change_policies": {"upgrade": {"clients_may": true, "way": "now_with_credit"}}}))]
pub struct PlanCreate {
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
    /// What speaks for it, point by point, for the store.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub features: Vec<String>,
    /// What it delivers; for ever.
    pub kind: PlanType,
    /// What hosting promises.
    #[serde(default)]
    #[schema(value_type = Properties)]
    pub properties: Map<String, Value>,
    /// The top-level domains of a domain plan, such as `com`.
    #[serde(default)]
    pub tlds: Vec<String>,
    /// How it is taxed; by the default policy if absent.
    pub tax_policy_id: Option<TaxPolicyId>,
    /// Whether a broken first cycle is charged in part; yes if absent.
    pub prorates: Option<bool>,
    /// How many days before a cycle begins its invoice is made; as the settings say if absent.
    #[schema(minimum = 0, maximum = 365)]
    pub lead_days: Option<i32>,
    /// After how many cycles a subscription is complete; never if absent.
    #[schema(minimum = 1, maximum = 1200)]
    pub cycle_limit: Option<i32>,
    /// How many days are free at the beginning.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 365)]
    pub trial_days: i32,
    /// Where it stands among the plans: the smallest first.
    #[serde(default)]
    pub position: i64,
    /// Its prices, one per cycle and currency.
    #[serde(default)]
    pub prices: Vec<PriceCreate>,
    /// The add-ons it offers. Each shares a cycle and currency with it.
    #[serde(default)]
    pub add_on_ids: Vec<AddOnId>,
    /// The stores that offer it: reseller stores for reseller hosting, client stores for the rest.
    #[serde(default)]
    pub store_ids: Vec<StoreId>,
    /// The plans of the same kind that its subscriptions may go up to.
    #[serde(default)]
    pub upgrade_to: Vec<PlanId>,
    /// The plans of the same kind that its subscriptions may come down to.
    #[serde(default)]
    pub downgrade_to: Vec<PlanId>,
    /// How changes from this plan are handled; as the seller's settings say if absent.
    pub change_policies: Option<ChangePolicies>,
}

/// Changes of a plan: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Web M+", "properties": {"disk_space": 20_000_000_000_u64, "mailboxes": null},
    "tax_policy_id": "txp_000g40o40k30e209185go38e1s", "cycle_limit": null, "add_on_ids": ["ado_000g40o40k30e209185go38e1s"],
    "store_ids": ["sto_000g40o40k30e209185go38e1s"], "upgrade_to": [], "downgrade_to": [],
    "change_policies": {"downgrade": {"clients_may": false, "way": "end_of_cycle"}}}))]
pub struct PlanPatch {
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
    /// What speaks for it, point by point, for the store.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false, max_items = 50)]
    pub features: Change<Vec<String>>,
    /// Properties to set; null removes one.
    #[serde(default)]
    #[schema(value_type = HostingPropertiesPatch, required = false)]
    pub properties: Change<HostingPropertiesPatch>,
    /// The top-level domains of a domain plan.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false)]
    pub tlds: Change<Vec<String>>,
    /// How it is taxed; null for the default policy.
    #[serde(default)]
    #[schema(value_type = Option<TaxPolicyId>, required = false)]
    pub tax_policy_id: Nullable<TaxPolicyId>,
    /// Whether a broken first cycle is charged in part.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub prorates: Change<bool>,
    /// How many days before a cycle begins its invoice is made; null for what the settings say.
    #[serde(default)]
    #[schema(value_type = Option<i32>, required = false, minimum = 0, maximum = 365)]
    pub lead_days: Nullable<i32>,
    /// After how many cycles a new subscription is complete; null for never.
    #[serde(default)]
    #[schema(value_type = Option<i32>, required = false, minimum = 1, maximum = 1200)]
    pub cycle_limit: Nullable<i32>,
    /// How many days are free at the beginning.
    #[serde(default)]
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 365)]
    pub trial_days: Change<i32>,
    /// Where it stands among the plans.
    #[serde(default)]
    #[schema(value_type = i64, required = false)]
    pub position: Change<i64>,
    /// The add-ons it offers, all of them.
    #[serde(default)]
    #[schema(value_type = Vec<AddOnId>, required = false)]
    pub add_on_ids: Change<Vec<AddOnId>>,
    /// The stores that offer it, all of them.
    #[serde(default)]
    #[schema(value_type = Vec<StoreId>, required = false)]
    pub store_ids: Change<Vec<StoreId>>,
    /// The plans that its subscriptions may go up to, all of them.
    #[serde(default)]
    #[schema(value_type = Vec<PlanId>, required = false)]
    pub upgrade_to: Change<Vec<PlanId>>,
    /// The plans that its subscriptions may come down to, all of them.
    #[serde(default)]
    #[schema(value_type = Vec<PlanId>, required = false)]
    pub downgrade_to: Change<Vec<PlanId>>,
    /// How changes from this plan are handled; null for as the seller's settings say.
    #[serde(default)]
    #[schema(value_type = Option<ChangePolicies>, required = false)]
    pub change_policies: Nullable<ChangePolicies>,
}

/// Notes what is wrong with a plan by itself.
pub fn check(row: &PlanRow, check: &mut Check) {
    check.slug("/code", &row.code);
    check.text("/name", &row.name, 1..=120);
    check.paragraphs("/description", &row.description, 4000);
    check.ensure(row.features.0.len() <= 50, "/features", "too_many", "at most 50");
    for (index, feature) in row.features.0.iter().enumerate() {
        check.text(&format!("/features/{index}"), feature, 1..=200);
    }
    check_tlds(check, row.kind, &row.tlds.0);
    let near = row.lead_days.is_none_or(|days| (0..=365).contains(&days));
    check.ensure(near, "/lead_days", "out_of_range", "from 0 to 365 days");
    check.ensure((0..=365).contains(&row.trial_days), "/trial_days", "out_of_range", "from 0 to 365 days");
    let limited = row.cycle_limit.is_none_or(|cycles| (1..=1200).contains(&cycles));
    check.ensure(limited, "/cycle_limit", "out_of_range", "from 1 to 1200 cycles");
}

fn check_tlds(check: &mut Check, kind: PlanType, tlds: &[String]) {
    if kind != PlanType::Domain {
        return check.ensure(tlds.is_empty(), "/tlds", "not_here", "only a domain plan has top-level domains");
    }
    check.ensure(!tlds.is_empty(), "/tlds", "required", "a domain plan names at least one");
    let mut seen = BTreeSet::new();
    for (index, tld) in tlds.iter().enumerate() {
        let place = format!("/tlds/{index}");
        tld.split('.').for_each(|label| check.slug(&place, label));
        check.ensure(seen.insert(tld), &place, "duplicate", "each is named once");
    }
}
