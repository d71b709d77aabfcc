//! What payers dispute, by the words of PayPal's reference.

use super::*;
use crate::payment::{Dispute, DisputeState};

impl Bench {
    async fn disputed(&self) -> (Payment, Dispute) {
        let event = self.told().await.pop().unwrap();
        (event.payment, event.dispute.unwrap())
    }
}

#[tokio::test]
async fn a_dispute_is_opened_and_decided() {
    for (outcome, want) in [
        ("RESOLVED_BUYER_FAVOUR", DisputeState::Lost),
        ("RESOLVED_SELLER_FAVOUR", DisputeState::Won),
        ("RESOLVED_WITH_PAYOUT", DisputeState::Won),
        ("CANCELED_BY_BUYER", DisputeState::Won),
        ("ACCEPTED", DisputeState::Lost),
        ("DENIED", DisputeState::Won),
        ("A_NEW_WORD", DisputeState::Opened),
    ] {
        let bench = Bench::new();
        let kept = bench.kept(Wallet::Pays);
        let paid = bench.gateway.start(&request("r1", "12.10", "EUR", kept)).await.unwrap();
        bench.posts();
        let id = bench.running.with(|paypal| paypal.dispute(paid.gateway_id.as_deref().unwrap(), "UNAUTHORISED"));
        let (payment, opened) = bench.disputed().await;
        assert_eq!((payment.reference, payment.outcome), (paid.reference, Outcome::Approved));
        assert_eq!((opened.id.as_str(), opened.state, opened.amount), (id.as_str(), DisputeState::Opened, paid.amount));
        assert_eq!((opened.reason.as_str(), opened.status.as_str()), ("UNAUTHORISED", "WAITING_FOR_SELLER_RESPONSE"));
        assert_eq!(opened.answer_by.unwrap().to_string(), "2026-04-10T12:00:00Z");
        bench.running.with(|paypal| paypal.decide(&id, outcome));
        let (_, decided) = bench.disputed().await;
        assert_eq!((decided.state, decided.answer_by.is_none()), (want, want != DisputeState::Opened), "{outcome}");
        assert_eq!(decided.status, format!("RESOLVED {outcome}"));
    }
}

/// Of a payment that somebody else has taken, there is no order of ours.
#[tokio::test]
async fn disputes_about_others_are_nothing() {
    let bench = Bench::new();
    let kept = bench.kept(Wallet::Pays);
    let paid = bench.gateway.start(&request("r1", "12.10", "EUR", kept)).await.unwrap();
    bench.posts();
    for transactions in
        [json!([]), json!([{"seller_transaction_id": "9XY"}]), json!([{"seller_transaction_id": "a/b"}])]
    {
        let told = bench.running.with(|paypal| {
            let id = paypal.dispute(paid.gateway_id.as_deref().unwrap(), "UNAUTHORISED");
            paypal.disputes.get_mut(&id).unwrap()["disputed_transactions"] = transactions;
            id
        });
        for callback in bench.posts() {
            assert_eq!(bench.gateway.verify(&callback, noon()).await.unwrap(), None, "{told}");
        }
    }
}
