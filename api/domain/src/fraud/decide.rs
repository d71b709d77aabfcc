//! From scores to a decision.

use super::FraudDecision;
use super::judge::{Judged, Standing};
use super::policy::{FraudCombination, FraudFailurePolicy, FraudPolicy};
use super::rule::{FraudFinding, FraudRule};
use super::scorer::{FraudDisposition, Scored, Scoring};
use crate::FraudScore;
use rust_decimal::Decimal;

/// What became of a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ruling {
    /// What is done.
    pub decision: FraudDecision,
    /// From 0 to 100.
    pub score: FraudScore,
    /// Why.
    pub findings: Vec<FraudFinding>,
}

/// Decides about an order by what the rules have found and what the scorer says.
pub fn decide(policy: &FraudPolicy, judged: &Judged, scoring: &Scoring<'_>) -> Ruling {
    let mut findings = judged.findings.clone();
    let score = match scoring {
        Scoring::Answered(scored) => {
            findings.extend(said(scored));
            combined(policy.combination, judged.score, scored.score)
        }
        Scoring::Silent(why) => {
            findings.push(FraudFinding::note(FraudRule::ScorerSilent, format!("The scorer did not answer: {why}")));
            judged.score
        }
        Scoring::NotAsked => judged.score,
    };
    let decision = match judged.standing {
        Standing::Allowed => FraudDecision::Accept,
        Standing::Denied => FraudDecision::Decline,
        Standing::Known | Standing::Open => by_score(policy, score).max(at_least(policy, judged, scoring)),
    };
    Ruling { decision, score, findings }
}

/// What a score comes to.
fn by_score(policy: &FraudPolicy, score: FraudScore) -> FraudDecision {
    if score > policy.decline_above {
        FraudDecision::Decline
    } else if score >= policy.hold_from {
        FraudDecision::Hold
    } else {
        FraudDecision::Accept
    }
}

/// What is done at least, whatever the score.
fn at_least(policy: &FraudPolicy, judged: &Judged, scoring: &Scoring<'_>) -> FraudDecision {
    match scoring {
        Scoring::Answered(scored) => match scored.disposition {
            Some(FraudDisposition::Reject) => FraudDecision::Decline,
            Some(FraudDisposition::ManualReview) => FraudDecision::Hold,
            Some(FraudDisposition::Accept | FraudDisposition::Test) | None => FraudDecision::Accept,
        },
        Scoring::Silent(_) => match policy.on_failure {
            FraudFailurePolicy::Hold => FraudDecision::Hold,
            FraudFailurePolicy::HoldNew if !judged.has_paid => FraudDecision::Hold,
            FraudFailurePolicy::HoldNew | FraudFailurePolicy::Rules => FraudDecision::Accept,
        },
        Scoring::NotAsked => FraudDecision::Accept,
    }
}

/// Two scores as one.
fn combined(how: FraudCombination, ours: FraudScore, theirs: FraudScore) -> FraudScore {
    match how {
        FraudCombination::Highest => ours.max(theirs),
        FraudCombination::Sum => {
            let sum = ours.get().saturating_add(theirs.get()).min(Decimal::ONE_HUNDRED);
            FraudScore::new(sum).unwrap_or(ours.max(theirs))
        }
    }
}

/// What the scorer said, as findings.
fn said(scored: &Scored) -> Vec<FraudFinding> {
    let detail = format!("The scorer takes a fraud for likely by {} %.", scored.score);
    let mut found = vec![FraudFinding { rule: FraudRule::Scorer, points: scored.score, detail }];
    let disposition = scored.disposition.filter(|it| !matches!(it, FraudDisposition::Test | FraudDisposition::Accept));
    found.extend(
        disposition
            .map(|it| FraudFinding::note(FraudRule::ScorerRule, format!("Your own rules at the scorer say {it}."))),
    );
    found
}
