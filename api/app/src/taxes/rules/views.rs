//! What tax rules look like.

use crate::kernel::{Change, Nullable, Reply};
use chrono::NaiveDate;
use comptoir_db::Outcome;
use comptoir_db::taxes::rules::TaxRuleRow;
use comptoir_domain::taxes::{Location, TaxRule, TaxStage};
use comptoir_domain::{Check, Instant, Problem, Rate, TaxPolicyId, TaxRuleId};

/// A tax of a place.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxRuleView {
    /// The rule.
    pub id: TaxRuleId,
    /// The policy it is in.
    pub tax_policy_id: TaxPolicyId,
    /// As printed.
    pub name: String,
    /// Where the customer has to be.
    pub location: Location,
    /// So many per cent, or an amount per line.
    pub rate: Rate,
    /// On what.
    pub stage: TaxStage,
    /// The first day; null for always so far.
    pub valid_from: Option<NaiveDate>,
    /// The last day; null for ever.
    pub valid_to: Option<NaiveDate>,
    /// Since when the rule is here.
    pub created_at: Instant,
}

list_of!(TaxRuleList, TaxRuleView);

impl TaxRuleView {
    /// The view of a rule.
    pub fn new(row: &TaxRuleRow) -> Outcome<Self> {
        let rule = row.rule()?;
        Ok(Self {
            id: rule.id,
            tax_policy_id: row.tax_policy_id,
            name: rule.name,
            location: rule.location,
            rate: rule.rate,
            stage: rule.stage,
            valid_from: rule.valid_from,
            valid_to: rule.valid_to,
            created_at: row.created_at,
        })
    }
}

/// The answer that shows a rule.
pub fn reply(row: &TaxRuleRow) -> Outcome<Reply> {
    Ok(Reply::ok(&TaxRuleView::new(row)?).version(row.version))
}

/// A new tax rule.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tax_policy_id": "txp_000g40o40k30e209185go38e1s", "name": "QST", "location": {"area": "CA", "state": "QC"},
    "rate": {"percent": "9.975"}, "stage": "on_price", "valid_from": "2013-01-01"}))]
pub struct TaxRuleCreate {
    /// The policy it is for.
    pub tax_policy_id: TaxPolicyId,
    /// As printed.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Where the customer has to be: `*`, `EU` or a country, and in a country a state, and in a state a city or county.
    pub location: Location,
    /// So many per cent, or an amount per line in the currency of the store.
    pub rate: Rate,
    /// On the price, or on the price and the taxes on it.
    pub stage: TaxStage,
    /// The first day; always so far if absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day; for ever if absent.
    pub valid_to: Option<NaiveDate>,
}

/// Changes of a tax rule: absent parts stay. A change of the rate is a new rule: end this one and create another.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"valid_to": "2026-12-31"}))]
pub struct TaxRulePatch {
    /// As printed.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
    /// The first day.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub valid_from: Nullable<NaiveDate>,
    /// The last day.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub valid_to: Nullable<NaiveDate>,
}

/// What holds for every rule.
pub fn check(rule: &TaxRule) -> Result<(), Problem> {
    let mut check = Check::new();
    rule.check(&mut check);
    check.done()
}
