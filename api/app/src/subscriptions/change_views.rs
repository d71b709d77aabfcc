//! What changes of subscriptions look like, made and to be made.

use crate::events::foresee::ForeseenInvoiceView;
use crate::subscriptions::give_back::Credit;
use crate::subscriptions::revise::Decided;
use comptoir_db::subscription_changes::SubscriptionChangeRow;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::{ChangeDirection, ChangeKind, ChangeState, ChangeWay};
use comptoir_domain::{
    Instant, InvoiceId, Money, PlanId, Problem, SubscriptionChangeId, SubscriptionId, SubscriptionItemId,
};

/// A change of a subscription.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionChangeView {
    /// The change.
    pub id: SubscriptionChangeId,
    /// Of which subscription.
    pub subscription_id: SubscriptionId,
    /// What was changed.
    pub kind: ChangeKind,
    /// In which way.
    pub way: ChangeWay,
    /// Up or down, if it was a change of plan or cycle.
    pub direction: Option<ChangeDirection>,
    /// The plan before.
    pub from_plan_id: Option<PlanId>,
    /// The plan after.
    pub to_plan_id: Option<PlanId>,
    /// How often it renewed before.
    #[schema(value_type = String, example = "1-month")]
    pub from_cycle: Cycle,
    /// How often it renews after.
    #[schema(value_type = String, example = "1-year")]
    pub to_cycle: Cycle,
    /// The first day that is charged on the new terms.
    pub billed_from: chrono::NaiveDate,
    /// The first day on which the new plan is delivered.
    pub delivered_from: chrono::NaiveDate,
    /// No other change before this day.
    pub locked_until: Option<chrono::NaiveDate>,
    /// How far it is.
    pub state: ChangeState,
    /// The items that end by it.
    pub ended_item_ids: Vec<SubscriptionItemId>,
    /// The items that begin by it.
    pub begun_item_ids: Vec<SubscriptionItemId>,
    /// Why.
    pub reason: String,
    /// Whether the client made it itself; then it may withdraw it itself.
    pub is_by_client: bool,
    /// Since when.
    pub created_at: Instant,
}

list_of!(SubscriptionChangeList, SubscriptionChangeView);

impl From<SubscriptionChangeRow> for SubscriptionChangeView {
    fn from(row: SubscriptionChangeRow) -> Self {
        Self {
            id: row.id,
            subscription_id: row.subscription_id,
            kind: row.kind,
            way: row.way,
            direction: row.direction,
            from_plan_id: row.from_plan_id,
            to_plan_id: row.to_plan_id,
            from_cycle: row.from_cycle,
            to_cycle: row.to_cycle,
            billed_from: row.billed_from,
            delivered_from: row.delivered_from,
            locked_until: row.locked_until,
            state: row.state,
            ended_item_ids: row.ended_items.0,
            begun_item_ids: row.begun_items.0,
            reason: row.reason,
            is_by_client: row.is_by_client,
            created_at: row.created_at,
        }
    }
}

/// What would be given back of an invoice.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CreditPreviewView {
    /// The invoice that charged it.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: Option<String>,
    /// Without tax, below zero.
    pub net: Money,
    /// With tax, below zero.
    pub gross: Money,
}

/// What a change would do.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SubscriptionChangePreviewView {
    /// Up or down, if it is a change of plan or cycle.
    pub direction: Option<ChangeDirection>,
    /// In which way.
    pub way: ChangeWay,
    /// The first day that is charged on the new terms.
    pub billed_from: chrono::NaiveDate,
    /// The first day on which it is delivered.
    pub delivered_from: chrono::NaiveDate,
    /// No other change before this day.
    pub locked_until: Option<chrono::NaiveDate>,
    /// The items that would end.
    pub ended_item_ids: Vec<SubscriptionItemId>,
    /// What would be given back.
    pub credits: Vec<CreditPreviewView>,
    /// What would be charged: what is left on the old terms, and at once, or by the run that invoices the first day, on the new.
    pub invoices: Vec<ForeseenInvoiceView>,
}

impl SubscriptionChangePreviewView {
    /// Of what was decided.
    pub fn of(decided: &Decided) -> Result<Self, Problem> {
        let change = &decided.change;
        Ok(Self {
            direction: change.direction,
            way: change.way,
            billed_from: change.billed_from,
            delivered_from: change.delivered_from,
            locked_until: change.locked_until,
            ended_item_ids: change.ended_items.0.clone(),
            credits: decided.credits.iter().map(credit).collect::<Result<_, _>>()?,
            invoices: [decided.arrears.views(), decided.renewal.views()].concat(),
        })
    }
}

fn credit(credit: &Credit) -> Result<CreditPreviewView, Problem> {
    let (net, gross) = credit.totals()?;
    Ok(CreditPreviewView { invoice_id: credit.invoice.id, number: credit.invoice.number.clone(), net, gross })
}
