//! Free days at the beginning of a contract (CAT-07): nothing is due with the order, and what is due when they are over is
//! worked out like the renewal that it will be.

use super::Contract;
use super::first_invoice::{Dated, FirstLine};
use crate::coupons::{Coupon, GroupDiscount};
use crate::invoices::due::{Due, DueInvoice, Horizon, Snapshot, Subscription, due};
use crate::invoices::renewal::{self, ItemTerms, Terms};
use crate::problem::Result;
use crate::quotes::{PriceBasis, PriceRequest, Priced, TaxFacts, price};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// The day on which some contracts begin to be charged, and what is invoiced for it.
#[derive(Clone, Debug)]
pub struct TrialEnd {
    pub on: NaiveDate,
    pub invoice: DueInvoice,
}

/// A contract up to and including what is due when its free days are over; nothing if it has none that are to come.
pub(super) fn past_trial(one: &Dated, before: &Due) -> Result<Option<(NaiveDate, Due)>> {
    let (Some(on), Some(progress)) = (one.trial_ends_on, before.progress.first()) else { return Ok(None) };
    let Some(after) = on.succ_opt() else { return Ok(None) };
    let then = Subscription { billed_through: progress.billed_through, ..one.subscription.clone() };
    let snapshot = Snapshot { subscriptions: vec![then], ..Snapshot::default() };
    Ok(Some((on, due(&snapshot, Horizon::Before(after))?)))
}

/// The ends of all trials, the earliest first; those that are invoiced on one day on one invoice.
pub fn trial_ends(dated: &[Dated], derived: &[Due]) -> Result<Vec<TrialEnd>> {
    // as the run groups them: plans with other lead days are invoiced apart
    let mut by_day: BTreeMap<(NaiveDate, NaiveDate), DueInvoice> = BTreeMap::new();
    for (one, before) in dated.iter().zip(derived) {
        let Some((on, found)) = past_trial(one, before)? else { continue };
        for invoice in found.invoices {
            match by_day.get_mut(&(on, invoice.invoice_on)) {
                Some(known) => known.lines.extend(invoice.lines),
                None => {
                    by_day.insert((on, invoice.invoice_on), invoice);
                }
            }
        }
    }
    Ok(by_day.into_iter().map(|((on, _), invoice)| TrialEnd { on, invoice }).collect())
}

/// What is due at the end of a trial. Its lines are named by their places, so that the same question has the same answer
/// whatever ids the contracts will have.
pub fn priced(end: &TrialEnd, dated: &[Dated], request: &PriceRequest) -> Result<Priced> {
    let mut priced = price(request)?;
    for (line, due) in priced.lines.iter_mut().zip(&end.invoice.lines) {
        let found = dated.iter().enumerate().find(|(_, one)| one.subscription.id == due.subscription);
        let Some((contract, one)) = found else { continue };
        let item = one.subscription.items.iter().position(|item| item.id == due.item).unwrap_or_default();
        line.key = FirstLine { contract, item, line: due.clone() }.key();
    }
    Ok(priced)
}

/// Everything that amounts depend on that are due after the order, at the end of a trial or with the next cycle: the coupon
/// and the discounts are those that are there then.
pub fn price_request(
    invoice: &DueInvoice,
    contracts: &[Contract],
    dated: &[Dated],
    coupon: Option<&Coupon>,
    prices: PriceBasis,
    group: GroupDiscount,
    tax: TaxFacts,
) -> Result<PriceRequest> {
    let (mut terms, mut covered) = (BTreeMap::new(), BTreeMap::new());
    for (contract, one) in contracts.iter().zip(dated) {
        let of = &one.subscription;
        let own = terms_of(contract, one, coupon);
        let lines: Vec<_> = invoice.lines.iter().filter(|line| line.subscription == of.id).collect();
        covered.insert(of.id, renewal::covered(of, &own, &lines)?);
        terms.insert(of.id, own);
    }
    renewal::price_request(invoice, &terms, &covered, prices, group, tax)
}

fn terms_of(contract: &Contract, dated: &Dated, coupon: Option<&Coupon>) -> Terms {
    let items = dated.subscription.items.iter().zip(&contract.items).map(|(billed, item)| {
        (billed.id, ItemTerms { description: item.description.clone(), tax_policy: item.tax_policy })
    });
    Terms {
        name: contract.name.clone(),
        plans: BTreeMap::from([(dated.start.first.from, contract.plan)]),
        kind: contract.kind,
        coupon: coupon.cloned(),
        coupon_cycles: coupon.and_then(|coupon| coupon.cycles),
        fixed_parts: Vec::new(),
        discount: contract.discount.clone(),
        discount_cycles: contract.discount.as_ref().and_then(|discount| discount.cycles),
        items: items.collect(),
    }
}
