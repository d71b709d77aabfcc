//! What a test does in the place of others: the client at PayPal's page, and the banks.

use super::PayPal;
use serde_json::{Value, json};

/// What comes of a client's wallet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wallet {
    Pays,
    /// The bank behind it refuses.
    Declines,
    /// From a bank account, which takes days.
    Later,
}

impl PayPal {
    /// A client at the page of an order, or of what is to be kept, agrees with a wallet, or goes away.
    pub fn visit(&mut self, page: &str, wallet: Option<Wallet>) {
        let id = page.rsplit('=').next().unwrap();
        let Some(wallet) = wallet else { return };
        self.wallets.insert(id.into(), wallet);
        if let Some(setup) = self.setups.get_mut(id) {
            setup["status"] = json!("APPROVED");
            return;
        }
        self.orders.get_mut(id).unwrap()["status"] = json!("APPROVED");
        let order = self.orders[id].clone();
        self.tell("CHECKOUT.ORDER.APPROVED", order);
    }

    /// A method that was kept before.
    pub fn kept(&mut self, wallet: Wallet) -> String {
        let id = self.name("v");
        self.vault.insert(id.clone(), (json!({ "paypal": { "email_address": "anna@example.org" } }), wallet));
        id
    }

    /// A payer wants the money of an order back; the dispute's id.
    pub fn dispute(&mut self, order: &str, reason: &str) -> String {
        let id = self.name("PP-D-");
        let capture = self.orders[order]["purchase_units"][0]["payments"]["captures"][0].clone();
        let dispute = json!({
            "dispute_id": id, "reason": reason, "status": "WAITING_FOR_SELLER_RESPONSE",
            "disputed_transactions": [{ "seller_transaction_id": capture["id"], "invoice_number": capture["invoice_id"] }],
            "dispute_amount": capture["amount"], "dispute_life_cycle_stage": "INQUIRY",
            "seller_response_due_date": "2026-04-10T12:00:00.000Z",
        });
        self.disputes.insert(id.clone(), dispute.clone());
        self.tell("CUSTOMER.DISPUTE.CREATED", dispute);
        id
    }

    /// PayPal decides: `RESOLVED_BUYER_FAVOUR` and others.
    pub fn decide(&mut self, dispute: &str, outcome: &str) {
        let told = self.disputes.get_mut(dispute).unwrap();
        told["status"] = json!("RESOLVED");
        told["dispute_outcome"] = json!({ "outcome_code": outcome });
        let told = told.clone();
        self.tell("CUSTOMER.DISPUTE.RESOLVED", told);
    }

    /// What was pending has arrived, or has not.
    pub fn settle(&mut self, arrived: bool) {
        let all =
            self.orders.values().filter_map(|order| order["purchase_units"][0]["payments"]["captures"].as_array());
        let waits: Vec<Value> = all.flatten().filter(|capture| capture["status"] == "PENDING").cloned().collect();
        let status = if arrived { "COMPLETED" } else { "DECLINED" };
        for capture in waits {
            let id = capture["id"].as_str().unwrap();
            self.change("captures", id, status);
            let capture = self.step("captures", id).ok().unwrap().1;
            self.tell(&format!("PAYMENT.CAPTURE.{}", if arrived { "COMPLETED" } else { "DENIED" }), capture);
        }
    }
}
