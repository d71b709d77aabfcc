//! What clients agree to without a payment, and what is kept of it.

use super::client::Wallet;
use super::orders::text;
use super::{Answered, PayPal, missing, not_done, refuse};
use serde_json::{Value, json};

impl PayPal {
    /// A wallet that its client has to open at the page.
    pub(super) fn new_setup(&mut self, body: &Value) -> Answered<Value> {
        let wallet = &body["payment_source"]["paypal"];
        let has_way_back = ["/experience_context/return_url", "/experience_context/cancel_url"]
            .iter()
            .all(|path| text(wallet, path).starts_with("http"));
        if wallet["usage_type"] != "MERCHANT" || !has_way_back {
            return refuse(400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER");
        }
        let id = self.name("7G");
        let page = format!("https://www.sandbox.paypal.example/agreements/approve?approval_session_id={id}");
        let setup = json!({
            "id": id, "customer": { "id": "c1" }, "status": "PAYER_ACTION_REQUIRED", "payment_source": { "paypal": wallet },
            "links": [
                { "rel": "approve", "href": page, "method": "GET" },
                { "rel": "confirm", "href": "https://api-m.sandbox.paypal.com/v3/vault/payment-tokens", "method": "POST" },
            ],
        });
        self.setups.insert(id, setup.clone());
        Ok(setup)
    }

    /// Keeps what a client has agreed to, once.
    pub(super) fn keep(&mut self, body: &Value) -> Answered<Value> {
        let token = &body["payment_source"]["token"];
        let id = text(token, "/id").to_string();
        let Some(setup) = self.setups.get_mut(&id).filter(|_| token["type"] == "SETUP_TOKEN") else { return missing() };
        if setup["status"] != "APPROVED" {
            return not_done("PAYER_ACTION_REQUIRED");
        }
        setup["status"] = json!("VAULTED");
        let wallet = self.wallets.get(&id).copied().unwrap_or(Wallet::Pays);
        let kept = self.name("v");
        let source = json!({ "paypal": { "email_address": "anna@example.org" } });
        self.vault.insert(kept.clone(), (source.clone(), wallet));
        Ok(json!({ "id": kept, "customer": { "id": "c1" }, "payment_source": source }))
    }
}
