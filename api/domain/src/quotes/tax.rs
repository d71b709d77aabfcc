//! The taxes of one policy: computed once on the sum of its lines, then shared out to the lines.

use super::discount::Draft;
use super::{PriceBasis, PriceRequest, TraceRule, TraceStep};
use crate::taxes::{Levy, TaxAmount, TaxPolicy, TaxRule, allot};
use crate::{Money, Problem, Rate, Result};
use rust_decimal::Decimal;

/// What a line comes to.
#[derive(Clone, Copy)]
pub(super) struct Taxed {
    pub before_discount: Money,
    pub net: Money,
    pub tax: Money,
}

impl Taxed {
    /// A line without a policy: no tax on top, none inside.
    pub fn untaxed(draft: &Draft<'_>) -> Self {
        Self { before_discount: draft.listed, net: draft.rest, tax: Money::zero(draft.rest.currency()) }
    }
}

/// The tax rows of a policy on its lines; the lines learn what they come to.
pub(super) fn tax(
    request: &PriceRequest,
    policy: &TaxPolicy,
    levy: &Levy<'_>,
    mut lines: Vec<&mut Draft<'_>>,
) -> Result<Vec<TaxAmount>> {
    let sum = Money::sum(request.currency, lines.iter().map(|draft| draft.rest))?;
    let charged = lines.iter().filter(|draft| !draft.rest.is_zero()).count();
    let weights = lines.iter().map(|draft| weight(request, levy, draft)).collect::<Result<Vec<_>>>()?;
    let (net, rows) = match request.prices {
        PriceBasis::Net => (sum, levy.compute(sum, charged)?),
        PriceBasis::Gross => levy.net_from_gross(sum, charged)?,
    };
    let total = Money::sum(request.currency, rows.iter().map(|row| row.amount))?;
    // of a relieved supply nothing comes on top, but gross prices still lose the taxes inside
    let relieved = request.tax.note.map(|note| TaxAmount::relieved(policy.id, net, note));
    let on_lines = match (&relieved, request.prices) {
        (Some(_), PriceBasis::Net) => Money::zero(request.currency),
        _ => total,
    };
    if relieved.is_none() || request.prices == PriceBasis::Gross {
        let threshold = request.tax.private_sale.and_then(|sale| sale.threshold);
        let sided = |step: TraceStep| threshold.into_iter().fold(step, |step, side| step.with("threshold", side));
        let steps: Vec<_> = levy.rules().zip(&rows).map(|(rule, row)| sided(step(rule, row, charged))).collect();
        lines.iter_mut().for_each(|draft| draft.trace.extend(steps.iter().cloned()));
    }
    share_out(on_lines, &weights, &mut lines)?;
    for draft in lines {
        settle(request, levy, draft)?;
        if let Some(note) = request.tax.note {
            let none = Money::zero(request.currency);
            draft.trace.push(TraceStep::new(TraceRule::Relieved, &[], none).with("note", note));
        }
    }
    Ok(relieved.map_or(rows, |row| vec![row]))
}

/// How a tax of the document came about.
fn step(rule: &TaxRule, row: &TaxAmount, charged: usize) -> TraceStep {
    let base = ("base", row.base.decimal());
    let step = match rule.rate {
        Rate::Percent(percent) => TraceStep::new(TraceRule::Tax, &[base, ("percent", percent.get())], row.amount),
        Rate::Fixed(amount) => {
            let inputs = [base, ("fixed", amount.decimal()), ("lines", charged.into())];
            TraceStep::new(TraceRule::Tax, &inputs, row.amount)
        }
    };
    let step = step.with("name", &rule.name).with("location", &rule.location);
    step.with("stage", rule.stage).with("tax_rule_id", rule.id)
}

/// The unrounded tax of a line, by which the document's tax is shared. A line that costs nothing bears none.
fn weight(request: &PriceRequest, levy: &Levy<'_>, draft: &Draft<'_>) -> Result<Decimal> {
    let value = draft.rest.decimal();
    if value.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let exact = match request.prices {
        PriceBasis::Net => levy.exact_tax(value, 1),
        PriceBasis::Gross => value - levy.exact_net(value, 1),
    };
    if request.prices == PriceBasis::Gross && exact > value {
        return Err(below_tax(draft));
    }
    Ok(exact.normalize())
}

/// Gives each line its share of the tax, as yet neither on top nor inside.
fn share_out(tax: Money, weights: &[Decimal], lines: &mut [&mut Draft<'_>]) -> Result<()> {
    let total: Decimal = weights.iter().sum();
    for ((draft, share), weight) in lines.iter_mut().zip(allot(tax, weights)?).zip(weights) {
        draft.taxed = Some(Taxed { tax: share, ..Taxed::untaxed(draft) });
        if !tax.is_zero() {
            let inputs = [("document_tax", tax.decimal()), ("weight", *weight), ("weights", total)];
            draft.trace.push(TraceStep::new(TraceRule::TaxShare, &inputs, share));
        }
    }
    Ok(())
}

/// Takes the share out of a gross price.
fn settle(request: &PriceRequest, levy: &Levy<'_>, draft: &mut Draft<'_>) -> Result<()> {
    let Some(taxed) = draft.taxed.filter(|_| request.prices == PriceBasis::Gross) else { return Ok(()) };
    let net = draft.rest.minus(taxed.tax)?;
    if net.is_negative() {
        return Err(below_tax(draft));
    }
    let inputs = [("value", draft.rest.decimal()), ("tax", taxed.tax.decimal())];
    draft.trace.push(TraceStep::new(TraceRule::TaxTakenOut, &inputs, net));
    let tax = if request.tax.note.is_some() { Money::zero(request.currency) } else { taxed.tax };
    draft.taxed = Some(Taxed { before_discount: list_net(draft, levy, net)?, net, tax });
    Ok(())
}

/// The listed price without its taxes. It is rounded for itself, so it is kept from falling below the net.
fn list_net(draft: &Draft<'_>, levy: &Levy<'_>, net: Money) -> Result<Money> {
    if draft.listed == draft.rest {
        return Ok(net);
    }
    let list = Money::round(levy.exact_net(draft.listed.decimal(), 1), net.currency())?;
    Ok(if list.minor() < net.minor() { net } else { list })
}

fn below_tax(draft: &Draft<'_>) -> Problem {
    let pointer = format!("/lines/{}/unit_price", draft.index);
    Problem::field(pointer, "below_tax", "what is left of the price is lower than the taxes inside")
}
