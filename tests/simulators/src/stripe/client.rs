//! What a test does in the place of others: the client in his browser, the banks, and Stripe's own posting of events.

use super::cards::{CARDS, Effect};
use super::{Posted, Stripe};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

impl Stripe {
    /// What Stripe's fields in a store make of a number.
    pub fn token(&mut self, number: &str) -> String {
        let card = CARDS.iter().find(|(known, ..)| *known == number).unwrap();
        let last4 = &number[number.len() - 4..];
        let mut method = json!({ "object": "payment_method", "customer": null, "simulated": number });
        if card.3 == Effect::Debit {
            method["type"] = json!("sepa_debit");
            method["sepa_debit"] = json!({ "last4": last4, "country": "DE" });
        } else {
            method["type"] = json!("card");
            method["card"] =
                json!({ "brand": card.2, "last4": last4, "exp_month": 12, "exp_year": 2034, "country": "US" });
        }
        // the same for each method that is made of one number
        let print: String = Sha256::digest(number).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let kind = method["type"].as_str().unwrap().to_string();
        method[&kind]["fingerprint"] = json!(print);
        self.add("pm", method)
    }

    /// The client at a page of the bank's or of Stripe's: he agrees, or goes away until it is too late.
    pub fn visit(&mut self, page: &str, agreed: bool) {
        let id = page.rsplit('/').next().unwrap();
        match (id.starts_with("cs_"), agreed) {
            (false, true) if id.starts_with("seti_") => self.set_up(id).ok().unwrap(),
            (false, false) if id.starts_with("seti_") => self.refuse_setup(id),
            (true, true) => self.pay_at_page(id, "4242424242424242"),
            (true, false) => {
                self.set(id, "status", json!("expired"));
                self.set(id, "url", Value::Null);
                self.tell("checkout.session.expired", id);
            }
            (false, true) => {
                let method = self.objects[id]["payment_method"].as_str().unwrap().to_string();
                self.set(&method, "set_up", json!(true));
                self.take(id).ok().unwrap();
            }
            (false, false) => self.refuse_payment(id, "payment_intent_authentication_failure", ""),
        }
    }

    /// The client enters a card at the hosted page. If it is refused, the page stays open for another one.
    pub fn pay_at_page(&mut self, session: &str, number: &str) {
        let stay = self.objects[session].clone();
        assert_eq!(stay["status"], "open", "the page is closed");
        let intent = match stay["payment_intent"].as_str() {
            Some(id) => id.to_string(),
            None => {
                let mut intent = json!({
                    "object": "payment_intent", "amount": stay["amount_total"], "amount_received": 0,
                    "currency": stay["currency"], "customer": stay["customer"], "latest_charge": null,
                    "last_payment_error": null, "next_action": null, "client_secret": "pi_secret_k3y",
                });
                let data = stay["simulated"].as_object().unwrap().clone();
                data.into_iter().for_each(|(name, value)| intent[name] = value);
                self.add("pi", intent)
            }
        };
        self.set(session, "payment_intent", json!(intent));
        let method = self.token(number);
        if let Effect::Declined(code, why) = self.effect(&method) {
            return self.refuse_payment(&intent, code, why);
        }
        self.set(&intent, "payment_method", json!(method));
        self.set(&intent, "last_payment_error", Value::Null);
        self.take(&intent).ok().unwrap();
        self.set(session, "status", json!("complete"));
        self.set(session, "payment_status", json!("paid"));
        self.set(session, "url", Value::Null);
        self.tell("checkout.session.completed", session);
    }

    /// The banks have done their work: debits arrive, refunds end.
    pub fn settle(&mut self) {
        let all: Vec<(String, Value)> = self.objects.iter().map(|(id, object)| (id.clone(), object.clone())).collect();
        for (id, object) in all {
            if object["object"] == "payment_intent" && object["status"] == "processing" {
                self.take(&id).ok().unwrap();
            }
            if object["object"] == "refund" {
                self.end_refund(&id, &object);
            }
        }
    }

    fn end_refund(&mut self, id: &str, refund: &Value) {
        let intent = self.objects[refund["payment_intent"].as_str().unwrap()].clone();
        match (self.effect(intent["payment_method"].as_str().unwrap()), refund["status"].as_str()) {
            (Effect::RefundsLater, Some("pending")) => {
                self.set(id, "status", json!("succeeded"));
                self.tell("refund.updated", id);
            }
            (Effect::RefundsFail, Some("succeeded")) => {
                let charge = refund["charge"].as_str().unwrap();
                let back =
                    self.objects[charge]["amount_refunded"].as_i64().unwrap() - refund["amount"].as_i64().unwrap();
                self.set(charge, "amount_refunded", json!(back));
                self.set(id, "status", json!("failed"));
                self.tell("refund.failed", id);
            }
            _ => {}
        }
    }

    /// Changes a field of an object behind everybody's back.
    pub fn tamper(&mut self, id: &str, field: &str, value: Value) {
        self.set(id, field, value);
    }

    /// The events since the last time, signed at the present.
    pub fn posts(&mut self) -> Vec<Posted> {
        let events = std::mem::take(&mut self.events);
        events.into_iter().map(|event| self.sign(event.to_string().into_bytes())).collect()
    }

    /// Signs a body as it would be posted at the present, with a signature of an older secret before the good one.
    pub fn sign(&self, body: Vec<u8>) -> Posted {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.webhook_secret.as_bytes()).unwrap();
        mac.update(self.now.to_string().as_bytes());
        mac.update(b".");
        mac.update(&body);
        let tag: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let header = format!("t={},v1={},v1={tag},v0={tag}", self.now, "5".repeat(64));
        let headers = vec![
            ("content-type".into(), "application/json; charset=utf-8".into()),
            ("stripe-signature".into(), header),
        ];
        Posted { headers, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the page.
    #[test]
    fn signs_as_published() {
        let stripe = Stripe::new("sk_test_1", "whsec_test_secret", 1_700_000_000);
        let posted = stripe.sign(br#"{"id":"evt_1"}"#.to_vec());
        assert!(posted.headers.iter().any(|(name, value)| {
            name == "stripe-signature"
                && value.starts_with("t=1700000000,")
                && value.contains("v1=248a374f50f943a28b0f6ab50faf9a7e7e29b710fa26df9fb1618b9bf8ea9c9a")
        }));
    }
}
