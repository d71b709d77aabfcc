//! What a policy amounts to on a price: the same computation that prices orders and invoices.

use crate::kernel::{Answer, Body, Call, Id, Reply};
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::{Failure, taxes};
use comptoir_domain::permissions::may;
use comptoir_domain::taxes::{Levy, Place, TaxAmount, TaxPolicy};
use comptoir_domain::{Check, Money, Problem, Rate, TaxPolicyId, TaxRuleId};

/// A price to compute the taxes of.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"net": {"amount": "100.00", "currency": "EUR"}, "place": {"country": "CA", "state": "QC"}, "date": "2026-01-05"}))]
pub struct TaxPreview {
    /// The price of one line, without taxes.
    pub net: Money,
    /// Where the customer is.
    pub place: Place,
    /// The tax point; today if absent.
    pub date: Option<NaiveDate>,
}

/// The taxes on a price.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxPreviewView {
    /// The tax point.
    pub date: NaiveDate,
    /// The price.
    pub net: Money,
    /// Each tax, those on the price first.
    pub taxes: Vec<TaxPreviewItemView>,
    /// Their sum.
    pub tax: Money,
    /// Price and taxes.
    pub gross: Money,
}

/// One tax on a price.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TaxPreviewItemView {
    /// The rule.
    pub tax_rule_id: Option<TaxRuleId>,
    /// As printed.
    pub name: String,
    /// How much of the base, or the amount itself.
    pub rate: Rate,
    /// The price, or the price with the taxes on it.
    pub base: Money,
    /// The tax.
    pub amount: Money,
}

impl From<TaxAmount> for TaxPreviewItemView {
    fn from(tax: TaxAmount) -> Self {
        Self { tax_rule_id: tax.rule, name: tax.name, rate: tax.rate, base: tax.base, amount: tax.amount }
    }
}

/// Compute the taxes on a price
///
/// Nothing is written.
#[utoipa::path(tag = "taxes", params(("id" = TaxPolicyId, Path)), request_body = TaxPreview, responses((status = 200, body = TaxPreviewView, description = "The taxes")))]
#[post("/v1/tax-policies/{id}/preview")]
pub async fn preview_taxes(call: Call<may::ReadTaxes>, id: Id<TaxPolicyId>, body: Body<TaxPreview>) -> Answer {
    let date = body.0.date.unwrap_or_else(|| call.ctx().today());
    let policies = call.read(move |db, ctx| taxes::policies(db, ctx.scope, &[id.0])).await?;
    let view = policies.first().map(|policy| compute(policy, &body.0, date));
    let view = view.ok_or_else(|| Failure::Corrupt("a policy that was found is missing".into()))??;
    Ok(Reply::ok(&view))
}

fn compute(policy: &TaxPolicy, wanted: &TaxPreview, date: NaiveDate) -> Result<TaxPreviewView, Problem> {
    let net = wanted.net;
    let mut check = Check::new();
    check.ensure(!net.is_negative(), "/net/amount", "negative", "nothing or more");
    check.done()?;
    let levy = Levy::of(policy, &wanted.place, date, net.currency()).map_err(|_| mixed_currency())?;
    let taxes = levy.compute(net, usize::from(!net.is_zero()))?;
    let tax = Money::sum(net.currency(), taxes.iter().map(|tax| tax.amount))?;
    Ok(TaxPreviewView { date, net, taxes: taxes.into_iter().map(Into::into).collect(), tax, gross: net.plus(tax)? })
}

/// A rule of the policy is wrong for this price: rates out of range cannot be entered, so it is the currency.
fn mixed_currency() -> Problem {
    Problem::field("/net/currency", "mixed_currency", "a fixed tax of the policy is in another currency")
}
