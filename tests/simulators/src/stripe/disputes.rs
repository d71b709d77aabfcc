//! What payers dispute at their banks.

use super::Stripe;
use serde_json::json;

/// So many seconds a dispute can be answered.
const ANSWER: i64 = 9 * 86_400;

impl Stripe {
    /// The bank of an intent's card wants the money back, or asks about it (`warning_needs_response`); the dispute's id.
    pub fn dispute(&mut self, intent: &str, status: &str) -> String {
        let held = self.objects[intent].clone();
        let dispute = json!({
            "object": "dispute", "amount": held["amount_received"], "currency": held["currency"], "reason": "fraudulent",
            "charge": held["latest_charge"], "payment_intent": intent, "status": status,
            "evidence_details": { "due_by": self.now + ANSWER, "has_evidence": false, "past_due": false },
        });
        let id = self.add("du", dispute);
        self.tell("charge.dispute.created", &id);
        id
    }

    /// The bank decides: `won`, `lost`, `warning_closed`.
    pub fn decide(&mut self, dispute: &str, status: &str) {
        self.set(dispute, "status", json!(status));
        self.tell("charge.dispute.closed", dispute);
    }
}
