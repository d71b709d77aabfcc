//! What payers dispute, by the words of the page.

use super::*;
use crate::payment::{Dispute, DisputeState};

impl Bench {
    /// The last thing that is told of a dispute.
    async fn disputed(&self) -> (Payment, Dispute) {
        let event = self.told().await.into_iter().rfind(|event| event.dispute.is_some()).unwrap();
        (event.payment, event.dispute.unwrap())
    }
}

/// The card of the page that is disputed as fraudulent. The bank holds the money until it has decided; the payment stands.
#[tokio::test]
async fn a_dispute_is_opened_and_decided() {
    for (status, want) in [("won", DisputeState::Won), ("lost", DisputeState::Lost)] {
        let bench = Bench::new();
        let paid = bench.pay("r1", "4000000000000259").await;
        let (payment, opened) = bench.disputed().await;
        assert_eq!((payment.reference, payment.outcome), (paid.reference, Outcome::Approved));
        assert_eq!(
            (opened.state, opened.status.as_str(), opened.reason.as_str()),
            (DisputeState::Opened, "needs_response", "fraudulent")
        );
        assert_eq!(opened.amount, Money::parse("12.10", Currency::EUR).unwrap());
        // nine days from noon
        assert_eq!(opened.answer_by.unwrap().to_string(), "2026-04-09T12:00:00Z");
        bench.running.with(|stripe| stripe.decide(&opened.id, status));
        let (_, closed) = bench.disputed().await;
        assert_eq!((closed.state, closed.id, closed.answer_by), (want, opened.id, None));
    }
}

/// Statuses of the page; a word that is not known leaves it open.
#[tokio::test]
async fn words_of_banks() {
    let bench = Bench::new();
    let paid = bench.pay("r1", "4242424242424242").await;
    let intent = paid.gateway_id.unwrap();
    for (status, want) in [
        ("warning_needs_response", DisputeState::Opened),
        ("warning_under_review", DisputeState::Opened),
        ("warning_closed", DisputeState::Won),
        ("needs_response", DisputeState::Opened),
        ("under_review", DisputeState::Opened),
        ("won", DisputeState::Won),
        ("lost", DisputeState::Lost),
        ("a_new_word", DisputeState::Opened),
    ] {
        bench.running.with(|stripe| stripe.dispute(&intent, status));
        assert_eq!(bench.disputed().await.1.state, want, "{status}");
    }
}

/// Old charges have no intent, and others use the account, too.
#[tokio::test]
async fn disputes_about_nothing_of_ours_are_nothing() {
    let bench = Bench::new();
    let paid = bench.pay("r1", "4242424242424242").await;
    let intent = paid.gateway_id.unwrap();
    for (of, field, value) in [("du", "payment_intent", json!(null)), ("pi", "metadata", json!({}))] {
        bench.posts();
        let dispute = bench.running.with(|stripe| stripe.dispute(&intent, "needs_response"));
        bench.running.with(|stripe| stripe.tamper(if of == "du" { &dispute } else { &intent }, field, value));
        assert!(bench.told().await.is_empty(), "{field}");
    }
}
