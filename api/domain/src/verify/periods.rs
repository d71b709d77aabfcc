//! The periods of a subscription tile time: no gap, no overlap; what is not charged is waived (design, 1.2).

use super::Finding;
use crate::schedule::Period;
use crate::{SubscriptionId, SubscriptionItemId};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What is charged of a subscription, and from which day to which.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// The item.
    pub item: SubscriptionItemId,
    /// Its subscription.
    pub subscription: SubscriptionId,
    /// The first day.
    pub from: NaiveDate,
    /// The first day after it, if it has an end.
    pub to: Option<NaiveDate>,
    /// Up to which day its subscription is said to be invoiced or waived.
    pub billed_through: NaiveDate,
}

/// A subscription that runs.
#[derive(Clone, Copy, Debug)]
pub struct Contract {
    /// The subscription.
    pub id: SubscriptionId,
    /// Everything before this day is said to be invoiced or waived.
    pub billed_through: NaiveDate,
    /// The first day after it, if it has an end.
    pub ends_on: Option<NaiveDate>,
}

/// Charged and waived periods by item, in order.
pub type Periods = BTreeMap<SubscriptionItemId, Vec<Period>>;

/// The periods of each item follow each other without gap or overlap, from its first day on as far as the subscription is said
/// to be billed. What comes later may have a gap that is still to be charged: where it stood on a draft that is gone, between
/// cycles that were issued ahead.
pub fn periods_tile(spans: &[Span], periods: &Periods) -> Vec<Finding> {
    let mut findings = Vec::new();
    for span in spans {
        let mut reached = span.from;
        for period in periods.get(&span.item).into_iter().flatten() {
            let is_open = period.from > reached && reached >= span.billed_through;
            if period.from != reached && !is_open {
                let what = if period.from > reached { "nothing is charged or waived" } else { "there are two periods" };
                let (from, to) = (period.from.min(reached), period.from.max(reached));
                findings.push(Finding::new(span.item, format!("{what} from {from} to {to}")));
            }
            if period.to <= period.from {
                findings.push(Finding::new(span.item, format!("a period ends on {} before it begins", period.to)));
            }
            reached = reached.max(period.to);
        }
    }
    findings
}

/// A subscription is billed as far as it says: no item that runs falls short of that day, and none went beyond it.
pub fn billed_as_far_as_said(contracts: &[Contract], spans: &[Span], periods: &Periods) -> Vec<Finding> {
    let mut of_contract: BTreeMap<SubscriptionId, Vec<&Span>> = BTreeMap::new();
    spans.iter().for_each(|span| of_contract.entry(span.subscription).or_default().push(span));
    let mut findings = Vec::new();
    for contract in contracts {
        let theirs = of_contract.remove(&contract.id).unwrap_or_default();
        let ends = |span: &Span| span.to.into_iter().chain(contract.ends_on).min();
        let reached =
            |span: &Span| periods.get(&span.item).and_then(|all| all.last()).map_or(span.from, |last| last.to);
        let short = |until: NaiveDate| {
            theirs.iter().copied().find(|span| reached(span) < ends(span).map_or(until, |end| end.min(until)))
        };
        if let Some(span) = short(contract.billed_through) {
            let detail = format!(
                "said to be billed up to {}, but {} only up to {}",
                contract.billed_through,
                span.item,
                reached(span)
            );
            findings.push(Finding::new(contract.id, detail));
            continue;
        }
        // something added later may wait to be billed for time before what others have reached; what was charged beyond the
        // end of an item was given back
        let ran = |span: &Span| ends(span).map_or(reached(span), |end| end.min(reached(span)));
        let farthest = theirs.iter().map(|span| ran(span)).max().unwrap_or(contract.billed_through);
        if farthest > contract.billed_through && short(farthest).is_none() {
            let detail = format!("billed up to {farthest}, but said to be up to {} only", contract.billed_through);
            findings.push(Finding::new(contract.id, detail));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::day;

    fn span(from: &str, to: Option<&str>) -> Span {
        let [item, subscription] = [1, 2].map(uuid::Uuid::from_u128);
        Span {
            item: SubscriptionItemId::from_uuid(item),
            subscription: SubscriptionId::from_uuid(subscription),
            from: day(from),
            to: to.map(day),
            billed_through: day("2026-03-31"),
        }
    }

    fn of(span: Span, days: &[(&str, &str)]) -> Periods {
        let periods = days.iter().map(|(from, to)| Period { from: day(from), to: day(to) });
        [(span.item, periods.collect())].into()
    }

    #[test]
    fn gaps_and_overlaps_are_named() {
        let span = span("2026-01-31", None);
        let tiled = |days: &[(&str, &str)]| {
            periods_tile(&[span], &of(span, days)).into_iter().map(|finding| finding.detail).collect::<Vec<_>>()
        };
        assert!(tiled(&[]).is_empty());
        assert!(tiled(&[("2026-01-31", "2026-02-28"), ("2026-02-28", "2026-03-31")]).is_empty());
        assert_eq!(
            tiled(&[("2026-01-31", "2026-02-28"), ("2026-03-01", "2026-03-31")]),
            ["nothing is charged or waived from 2026-02-28 to 2026-03-01"]
        );
        assert_eq!(
            tiled(&[("2026-01-31", "2026-02-28"), ("2026-02-27", "2026-03-31")]),
            ["there are two periods from 2026-02-27 to 2026-02-28"]
        );
        assert_eq!(tiled(&[("2026-02-28", "2026-03-31")]).len(), 1, "the first day is missing");
        // billed up to the end of March, with May charged ahead: April is still to come
        assert!(tiled(&[("2026-01-31", "2026-03-31"), ("2026-04-30", "2026-05-31")]).is_empty());
        assert_eq!(tiled(&[("2026-01-31", "2026-03-30"), ("2026-04-30", "2026-05-31")]).len(), 1);
        assert_eq!(tiled(&[("2026-01-31", "2026-01-31")]), ["a period ends on 2026-01-31 before it begins"]);
    }

    #[test]
    fn what_is_said_is_what_was_billed() {
        let billed = |span: Span, through: &str, ends_on: Option<&str>, days: &[(&str, &str)]| {
            let contract = Contract { id: span.subscription, billed_through: day(through), ends_on: ends_on.map(day) };
            billed_as_far_as_said(&[contract], &[span], &of(span, days)).len()
        };
        let month = [("2026-01-01", "2026-02-01")];
        assert_eq!(billed(span("2026-01-01", None), "2026-02-01", None, &month), 0);
        assert_eq!(billed(span("2026-01-01", None), "2026-03-01", None, &month), 1);
        assert_eq!(billed(span("2026-01-01", None), "2026-01-15", None, &month), 1);
        // charged beyond its end, which was given back
        assert_eq!(billed(span("2026-01-01", Some("2026-01-15")), "2026-01-15", None, &month), 0);
        assert_eq!(billed(span("2026-01-01", None), "2026-01-15", Some("2026-01-15"), &month), 0);
        // what ends before that day has nothing to be billed for after it
        assert_eq!(billed(span("2026-01-01", Some("2026-02-01")), "2026-03-01", None, &month), 0);
        assert_eq!(billed(span("2026-01-01", None), "2026-03-01", Some("2026-02-01"), &month), 0);
    }
}
