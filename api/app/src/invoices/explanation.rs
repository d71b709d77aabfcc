//! What the explanation of a line looks like.

use chrono::NaiveDate;
use comptoir_db::invoices::{InvoiceLineRow, InvoiceRow};
use comptoir_db::prices::PriceRow;
use comptoir_db::{Failure, Outcome};
use comptoir_domain::invoices::shares::TaxShare;
use comptoir_domain::quotes::{LineKind, TraceRule, TraceStep};
use comptoir_domain::schedule::{Cycle, Period, Share};
use comptoir_domain::taxes::{TaxNote, TaxStage, ThresholdSide};
use comptoir_domain::{
    CouponId, Currency, InvoiceLineId, Money, Percent, PriceId, Quantity, Rate, TaxRuleId, UnitPrice,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::str::FromStr;

/// How the amounts of a line came about.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LineExplanationView {
    /// The line.
    pub line_id: InvoiceLineId,
    /// What it is for.
    pub kind: LineKind,
    /// For people.
    pub description: String,
    /// The line it takes back, on a credit note: its amounts come from there.
    pub credits_line_id: Option<InvoiceLineId>,
    /// What went in.
    pub inputs: LineInputsView,
    /// Each step of the computation.
    pub steps: Vec<StepView>,
    /// What it bears of each tax.
    pub taxes: Vec<TaxShare>,
}

/// What the amounts of a line depend on.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LineInputsView {
    /// The currency.
    pub currency: Currency,
    /// How many.
    pub quantity: Quantity,
    /// What one costs for a whole cycle.
    pub unit_price: UnitPrice,
    /// The version of the price that was agreed on, if it comes from the catalogue.
    pub price: Option<PriceVersionView>,
    /// How often the subscription renews.
    #[schema(value_type = Option<String>, example = "1-month")]
    pub cycle: Option<Cycle>,
    /// The days it pays for.
    pub period: Option<Period>,
    /// The part of the cycle that is charged.
    pub share: Share,
    /// What was offered and given.
    pub discount: LineDiscountView,
    /// The taxes of the document that it has a part in.
    pub taxes: Vec<LineTaxView>,
    /// Why none is charged, if so.
    pub tax_note: Option<TaxNote>,
    /// How amounts are rounded.
    pub rounding: RoundingView,
}

/// A version of a price.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PriceVersionView {
    /// The version.
    pub id: PriceId,
    /// The first day on which it could be agreed on.
    pub valid_from: NaiveDate,
    /// The first day on which it no longer can.
    pub valid_to: Option<NaiveDate>,
}

/// Percentages: the offers up to the group's maximum, plus what is guaranteed, and all that up to the maximum again.
#[derive(Debug, Default, serde::Serialize, utoipa::ToSchema)]
pub struct LineDiscountView {
    /// By plan and cycle.
    pub offered: Percent,
    /// By the coupon.
    pub coupon: Percent,
    /// The coupon, if one was at work.
    pub coupon_id: Option<CouponId>,
    /// To every member of the client's group.
    pub guaranteed: Percent,
    /// The most that a member gets; no limit if absent.
    pub maximum: Option<Percent>,
    /// What was taken off.
    pub effective: Percent,
    /// The part of a fixed coupon that was taken off besides.
    pub fixed: Option<Money>,
}

/// A tax of the document.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LineTaxView {
    /// The rule.
    pub tax_rule_id: TaxRuleId,
    /// As printed.
    pub name: String,
    /// Where it holds: `*`, `EU`, or a country with what is narrower.
    #[schema(example = "CA, QC")]
    pub location: String,
    /// On what.
    pub stage: TaxStage,
    /// On which side of the threshold of the one-stop shop, if the seller goes by it and the buyer is a private one of another member.
    pub threshold: Option<ThresholdSide>,
    /// How much.
    pub rate: Rate,
    /// What it is levied on: the sum of the lines of the policy, and for the second stage the taxes of the first.
    pub base: Money,
    /// What it comes to on the document.
    pub amount: Money,
}

/// How amounts are rounded: once for each step.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct RoundingView {
    /// Half away from zero.
    #[schema(example = "half_up")]
    pub rule: String,
    /// To so many digits, those of the currency.
    #[schema(example = 2)]
    pub digits: u32,
}

/// A step of the computation.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(example = json!({"rule": "listed", "inputs": {"quantity": "1", "unit_price": "9.9", "days": "16", "of": "30"},
    "result": "5.28", "sentence": "1 × 9.9 × 16 of 30 days = 5.28"}))]
pub struct StepView {
    /// What it does.
    pub rule: TraceRule,
    /// What went in, by name: numbers in major units, and a few words.
    pub inputs: BTreeMap<String, String>,
    /// What came out.
    pub result: String,
    /// The same for people.
    pub sentence: String,
}

/// What was agreed on with the client.
pub struct Agreed {
    /// How often the subscription renews.
    pub cycle: Option<Cycle>,
    /// The version of the price.
    pub price: Option<PriceRow>,
}

impl LineExplanationView {
    /// The explanation of a line of a document.
    pub fn new(invoice: InvoiceRow, line: InvoiceLineRow, agreed: Agreed) -> Outcome<Self> {
        let (currency, steps) = (invoice.currency, line.trace.0.steps.clone());
        let relieved = steps.iter().find(|step| step.rule == TraceRule::Relieved);
        let taxes = steps.iter().filter(|step| step.rule == TraceRule::Tax);
        let inputs = LineInputsView {
            currency,
            quantity: line.quantity,
            unit_price: line.unit_price,
            price: agreed.price.map(PriceVersionView::from),
            cycle: agreed.cycle,
            period: line.period(),
            share: line.share,
            discount: LineDiscountView::of(&steps, currency)?,
            taxes: taxes.map(|step| LineTaxView::of(step, currency)).collect::<Outcome<_>>()?,
            tax_note: relieved.map(|step| given(step, "note")).transpose()?,
            rounding: RoundingView { rule: "half_up".into(), digits: currency.digits() },
        };
        Ok(Self {
            line_id: line.id,
            kind: line.kind,
            description: line.description,
            credits_line_id: line.credits_line_id,
            inputs,
            steps: steps.into_iter().map(StepView::from).collect(),
            taxes: line.trace.0.taxes,
        })
    }
}

impl From<PriceRow> for PriceVersionView {
    fn from(row: PriceRow) -> Self {
        Self { id: row.id, valid_from: row.valid_from, valid_to: row.valid_to }
    }
}

impl From<TraceStep> for StepView {
    fn from(step: TraceStep) -> Self {
        Self { sentence: step.sentence(), rule: step.rule, inputs: step.inputs, result: step.result }
    }
}

impl LineDiscountView {
    fn of(steps: &[TraceStep], currency: Currency) -> Outcome<Self> {
        let mut view = Self::default();
        for step in steps {
            match step.rule {
                TraceRule::PercentDiscount => {
                    let maximum: Percent = given(step, "maximum")?;
                    view.offered = given(step, "offered")?;
                    view.coupon = given(step, "coupon")?;
                    view.guaranteed = given(step, "guaranteed")?;
                    view.maximum = Some(maximum).filter(|most| *most < Percent::hundred());
                    view.effective = given(step, "effective")?;
                }
                TraceRule::FixedCoupon => view.fixed = Some(money(&given::<String>(step, "share")?, currency)?),
                _ => continue,
            }
            if step.inputs.contains_key("coupon_id") {
                view.coupon_id = Some(given(step, "coupon_id")?);
            }
        }
        Ok(view)
    }
}

impl LineTaxView {
    fn of(step: &TraceStep, currency: Currency) -> Outcome<Self> {
        let rate = match step.inputs.contains_key("percent") {
            true => Rate::Percent(given(step, "percent")?),
            false => Rate::Fixed(money(&given::<String>(step, "fixed")?, currency)?),
        };
        Ok(Self {
            tax_rule_id: given(step, "tax_rule_id")?,
            name: given(step, "name")?,
            location: given(step, "location")?,
            stage: given(step, "stage")?,
            threshold: step.inputs.get("threshold").and_then(|text| text.parse().ok()),
            rate,
            base: money(&given::<String>(step, "base")?, currency)?,
            amount: money(&step.result, currency)?,
        })
    }
}

/// An input of a step.
fn given<T: FromStr>(step: &TraceStep, name: &str) -> Outcome<T> {
    let read = step.inputs.get(name).and_then(|text| text.parse().ok());
    read.ok_or_else(|| Failure::Corrupt(format!("a step of a trace has no {name}: {step:?}")))
}

fn money(text: &str, currency: Currency) -> Outcome<Money> {
    let exact = text.parse::<Decimal>().ok().and_then(|value| Money::exact(value, currency).ok());
    exact.ok_or_else(|| Failure::Corrupt(format!("no amount in {currency}: {text}")))
}
