//! What templates look like.

use crate::kernel::{Change, Reply};
use comptoir_db::ledger_templates::{self, LedgerTemplateRow};
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::ledger::{TemplateEntry, check_entries};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{Check, Currency, Instant, LedgerTemplateId, PlanId};

/// What a plan books besides when it is invoiced.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LedgerTemplateView {
    /// The template.
    pub id: LedgerTemplateId,
    /// Of which plan.
    pub plan_id: PlanId,
    /// For people.
    pub name: String,
    /// Only on invoices in one of these currencies; in all if empty.
    pub currencies: Vec<Currency>,
    /// Only for one of these billing cycles; for all if empty.
    pub cycles: Vec<Cycle>,
    /// What is booked for each line that charges the plan.
    pub entries: Vec<TemplateEntry>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(LedgerTemplateList, LedgerTemplateView);

impl From<&LedgerTemplateRow> for LedgerTemplateView {
    fn from(row: &LedgerTemplateRow) -> Self {
        Self {
            id: row.id,
            plan_id: row.plan_id,
            name: row.name.clone(),
            currencies: row.currencies.0.clone(),
            cycles: row.cycles.0.clone(),
            entries: row.entries.0.clone(),
            created_at: row.created_at,
        }
    }
}

/// The answer that shows a template.
pub fn reply(row: &LedgerTemplateRow) -> Reply {
    Reply::ok(&LedgerTemplateView::from(row)).version(row.version)
}

/// A new template.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"plan_id": "pla_000g40o40k30e209185go38e1s", "name": "What the registrar takes", "currencies": ["EUR"], "cycles": ["1-month"],
    "entries": [{"account": "cost_of_sales", "side": "debit", "amount": {"amount": "7.50", "currency": "USD"}, "description": "One domain"},
        {"account": "supplier_payable", "side": "credit", "amount": {"amount": "7.50", "currency": "USD"}}]}))]
pub struct LedgerTemplateCreate {
    /// Of which plan.
    pub plan_id: PlanId,
    /// For people; a plan has each once.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Only on invoices in one of these currencies; in all if empty.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub currencies: Vec<Currency>,
    /// Only for one of these billing cycles; for all if empty.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub cycles: Vec<Cycle>,
    /// What is booked for each line that charges the plan for a time: debits and credits agree, of the percentages, and of the
    /// amounts in each currency.
    #[schema(min_items = 2, max_items = 20)]
    pub entries: Vec<TemplateEntry>,
}

/// Changes of a template: absent parts stay. They hold for what is invoiced from now on.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cycles": []}))]
pub struct LedgerTemplatePatch {
    /// For people.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
    /// Only on invoices in one of these currencies; in all if empty.
    #[serde(default)]
    #[schema(value_type = Vec<Currency>, required = false, max_items = 50)]
    pub currencies: Change<Vec<Currency>>,
    /// Only for one of these billing cycles; for all if empty.
    #[serde(default)]
    #[schema(value_type = Vec<Cycle>, required = false, max_items = 50)]
    pub cycles: Change<Vec<Cycle>>,
    /// What is booked.
    #[serde(default)]
    #[schema(value_type = Vec<TemplateEntry>, required = false, min_items = 2, max_items = 20)]
    pub entries: Change<Vec<TemplateEntry>>,
}

/// What holds for every template.
pub fn check(db: &mut Db, scope: Scope, row: &LedgerTemplateRow) -> Outcome<()> {
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=80);
    check.ensure(
        !ledger_templates::has_name(db, scope, row)?,
        "/name",
        "taken",
        "the plan has another one of this name",
    );
    check.ensure(row.currencies.0.len() <= 50, "/currencies", "too_many", "at most 50");
    check.ensure(row.cycles.0.len() <= 50, "/cycles", "too_many", "at most 50");
    check_entries(&mut check, "/entries", &row.entries.0);
    Ok(check.done()?)
}
