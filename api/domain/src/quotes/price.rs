//! The pipeline from top to bottom.

use super::discount::{Draft, reduce};
use super::tax::{Taxed, tax};
use super::{PriceRequest, Priced, PricedLine, PricedTotals, TraceRule, TraceStep};
use crate::money::MoneyError;
use crate::taxes::{Levy, TaxPolicy};
use crate::{Money, Result};

/// Prices a cart. Refuses mixed currencies, negative quantities and prices, and names that do not exist, with pointers
/// into the request. Equal requests give equal answers; the order of the lines changes no total.
pub fn price(request: &PriceRequest) -> Result<Priced> {
    super::check::check(request)?;
    let mut drafts = reduce(request)?;
    let mut taxes = Vec::new();
    for (index, policy) in by_id(&request.tax.policies) {
        let mut lines: Vec<_> = drafts.iter_mut().filter(|draft| draft.line.tax_policy == Some(policy.id)).collect();
        if lines.is_empty() {
            continue;
        }
        lines.sort_by_key(|draft| draft.rank());
        let levy = Levy::of(policy, &request.tax.place, request.tax.date, request.currency)
            .map_err(|problem| problem.under(&format!("/tax/policies/{index}")))?;
        taxes.extend(tax(request, policy, &levy, lines)?);
    }
    let lines = drafts.into_iter().map(finish).collect::<Result<Vec<_>, MoneyError>>()?;
    let totals = PricedTotals::of(request.currency, &lines)?;
    Ok(Priced {
        currency: request.currency,
        prices: request.prices,
        lines,
        taxes,
        totals,
        taxed_in: Some(request.tax.place.country),
        private_in: request.tax.private_sale.map(|sale| sale.country),
    })
}

/// The policies with their places, in an order that depends on nothing else.
fn by_id(policies: &[TaxPolicy]) -> Vec<(usize, &TaxPolicy)> {
    let mut policies: Vec<_> = policies.iter().enumerate().collect();
    policies.sort_by_key(|(_, policy)| policy.id);
    policies
}

fn finish(draft: Draft<'_>) -> Result<PricedLine, MoneyError> {
    let Taxed { before_discount, net, tax } = draft.taxed.unwrap_or_else(|| Taxed::untaxed(&draft));
    let discount = before_discount.minus(net)?;
    let coupon_discount = coupon_part(&draft, discount)?;
    let gross = net.plus(tax)?;
    let Draft { line, listed, mut trace, .. } = draft;
    trace.push(TraceStep::new(TraceRule::Gross, &[("net", net.decimal()), ("tax", tax.decimal())], gross));
    Ok(PricedLine {
        key: line.key.clone(),
        kind: line.kind,
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        share: line.share,
        tax_policy: line.tax_policy,
        listed,
        before_discount,
        discount,
        coupon_discount,
        net,
        tax,
        gross,
        trace,
    })
}

/// The coupon's part of a line's discount: what it took off, and with gross prices the same proportion without tax.
fn coupon_part(draft: &Draft<'_>, discount: Money) -> Result<Money, MoneyError> {
    let by_coupon = draft.uncouponed.minus(draft.rest)?;
    let whole = draft.listed.minus(draft.rest)?;
    if whole == discount {
        return Ok(by_coupon);
    }
    let product = discount.decimal().checked_mul(by_coupon.decimal()).ok_or(MoneyError::Overflow)?;
    Money::round(product / whole.decimal(), discount.currency())
}
