//! How money moves: what a card says to an intent, taking what was reserved, releasing it, giving it back.

use super::calls::MOTO;
use super::cards::{CARDS, Effect};
use super::{Answered, Refusal, Stripe, allow, invalid, want};
use crate::shell::Fields;
use serde_json::{Value, json};

/// A card that is refused: 402, with the intent inside.
pub(super) fn card_error<T>(code: &str, why: &str, intent: Option<Value>) -> Answered<T> {
    let mut error = failure(code, why);
    error["payment_intent"] = json!(intent);
    Err(Refusal { status: 402, error })
}

fn failure(code: &str, why: &str) -> Value {
    json!({
        "type": "card_error", "code": code, "decline_code": why, "message": "Your card was declined.",
        "doc_url": "https://docs.stripe.example/error-codes",
    })
}

impl Stripe {
    /// A payment method by its id; a ready-made token makes a new one.
    pub(super) fn method(&mut self, id: &str) -> Answered<String> {
        match CARDS.iter().find(|(_, token, ..)| *token == id) {
            Some((number, ..)) => Ok(self.token(number)),
            None => self.get("pm_", id).map(|_| id.to_string()),
        }
    }

    pub(super) fn effect(&self, method: &str) -> Effect {
        let number = self.objects.get(method).map_or(&Value::Null, |method| &method["simulated"]);
        CARDS.iter().find(|(known, ..)| number == known).map_or(Effect::Works, |card| card.3)
    }

    pub(super) fn attach(&mut self, method: &str, customer: &str) -> Answered<()> {
        let owner = self.get("pm_", method)?["customer"].clone();
        if !owner.is_null() && owner != customer {
            return invalid("payment_method_customer_mismatch", "payment_method", "attached to another customer");
        }
        self.set(method, "customer", json!(customer));
        self.set(method, "set_up", json!(true));
        Ok(())
    }

    /// Pays an intent with a method.
    pub(super) fn pay(&mut self, id: &str, form: &Fields) -> Answered<Value> {
        want(form, &["payment_method"])?;
        let method = self.method(form.text("payment_method"))?;
        let (owner, customer) =
            (self.get("pm_", &method)?["customer"].clone(), self.get("pi_", id)?["customer"].clone());
        if !owner.is_null() && owner != customer {
            return invalid("payment_method_customer_mismatch", "customer", "it belongs to another customer");
        }
        self.set(id, "payment_method", json!(method));
        self.set(id, "last_payment_error", Value::Null);
        // banks ask no client who is at the telephone
        let is_alone = form.text("off_session") == "true";
        let is_asked = !is_alone && form.text(MOTO) != "true";
        let is_set_up = self.get("pm_", &method)?["set_up"] == true;
        let refused = match (self.effect(&method), is_alone) {
            (Effect::Declined(code, why), _) => Some((code, why)),
            (Effect::KeptOnly, _) => Some(("card_declined", "generic_decline")),
            (Effect::ConfirmsAlways, true) => Some(("authentication_required", "authentication_required")),
            (Effect::ConfirmsOnce, true) if !is_set_up => Some(("authentication_required", "authentication_required")),
            _ => None,
        };
        if let Some((code, why)) = refused {
            self.refuse_payment(id, code, why);
            return card_error(code, why, Some(self.get("pi_", id)?));
        }
        match self.effect(&method) {
            Effect::ConfirmsAlways | Effect::ConfirmsOnce | Effect::SetUpElsewhere if is_asked => {
                self.ask_client(id, form.get("return_url"));
            }
            Effect::Debit => {
                self.set(id, "status", json!("processing"));
                self.tell("payment_intent.processing", id);
            }
            _ => self.take(id)?,
        }
        self.get("pi_", id)
    }

    fn ask_client(&mut self, id: &str, return_url: Option<&str>) {
        let page = json!({ "url": format!("https://hooks.stripe.example/redirect/{id}"), "return_url": return_url });
        let action = match return_url {
            Some(_) => json!({ "type": "redirect_to_url", "redirect_to_url": page }),
            None => json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {} }),
        };
        self.set(id, "next_action", action);
        self.set(id, "status", json!("requires_action"));
        self.tell("payment_intent.requires_action", id);
    }

    pub(super) fn refuse_payment(&mut self, id: &str, code: &str, why: &str) {
        self.set(id, "status", json!("requires_payment_method"));
        self.set(id, "payment_method", Value::Null);
        self.set(id, "next_action", Value::Null);
        self.set(id, "last_payment_error", failure(code, why));
        self.tell("payment_intent.payment_failed", id);
    }

    /// The client has refused that a method is kept, or his bank has.
    pub(super) fn refuse_setup(&mut self, id: &str) {
        self.set(id, "status", json!("requires_payment_method"));
        self.set(id, "payment_method", Value::Null);
        self.set(id, "next_action", Value::Null);
        self.set(id, "last_setup_error", failure("setup_intent_authentication_failure", ""));
        self.tell("setup_intent.setup_failed", id);
    }

    /// The bank agrees: reserved, or taken at once.
    pub(super) fn take(&mut self, id: &str) -> Answered<()> {
        let intent = self.get("pi_", id)?;
        let is_held = intent["capture_method"] == "manual";
        let charge = json!({
            "object": "charge", "amount": intent["amount"], "amount_refunded": 0, "captured": !is_held,
            "payment_intent": id, "currency": intent["currency"],
            "outcome": { "network_status": "approved_by_network", "risk_level": "normal" },
        });
        let charge = self.add("ch", charge);
        self.set(id, "latest_charge", json!(charge));
        self.set(id, "next_action", Value::Null);
        if let (Some(method), Some(customer)) = (intent["payment_method"].as_str(), intent["customer"].as_str())
            && !intent["setup_future_usage"].is_null()
        {
            self.attach(method, customer)?;
        }
        if is_held {
            self.set(id, "status", json!("requires_capture"));
            self.set(id, "amount_capturable", intent["amount"].clone());
            self.tell("payment_intent.amount_capturable_updated", id);
        } else {
            self.set(id, "status", json!("succeeded"));
            self.set(id, "amount_received", intent["amount"].clone());
            self.tell("payment_intent.succeeded", id);
            if self.effect(self.get("pi_", id)?["payment_method"].as_str().unwrap_or_default()) == Effect::Disputed {
                self.dispute(id, "needs_response");
            }
        }
        Ok(())
    }

    pub(super) fn capture(&mut self, id: &str, form: &Fields) -> Answered<Value> {
        allow(form, &["amount_to_capture"])?;
        let intent = self.get("pi_", id)?;
        if intent["status"] != "requires_capture" {
            return invalid("payment_intent_unexpected_state", "", "it could not be captured");
        }
        let held = intent["amount_capturable"].as_i64().unwrap_or(0);
        let units = form.get("amount_to_capture").map_or(Some(held), |text| text.parse().ok()).unwrap_or(0);
        if units < 1 || units > held {
            return invalid("amount_too_large", "amount_to_capture", "at most what is reserved");
        }
        self.set(id, "status", json!("succeeded"));
        self.set(id, "amount_received", json!(units));
        self.set(id, "amount_capturable", json!(0));
        self.tell("payment_intent.succeeded", id);
        self.get("pi_", id)
    }

    pub(super) fn cancel(&mut self, id: &str, form: &Fields) -> Answered<Value> {
        allow(form, &["cancellation_reason"])?;
        let intent = self.get("pi_", id)?;
        if ["succeeded", "canceled", "processing"].contains(&intent["status"].as_str().unwrap_or("")) {
            return invalid("payment_intent_unexpected_state", "", "You cannot cancel it");
        }
        self.set(id, "status", json!("canceled"));
        self.set(id, "next_action", Value::Null);
        self.set(id, "amount_capturable", json!(0));
        self.tell("payment_intent.canceled", id);
        self.get("pi_", id)
    }

    pub(super) fn new_refund(&mut self, form: &Fields) -> Answered<Value> {
        allow(form, &["payment_intent", "charge", "amount", "reason", "metadata[reference]"])?;
        want(form, &["payment_intent"])?;
        let intent = self.get("pi_", form.text("payment_intent"))?;
        if intent["status"] != "succeeded" {
            return invalid("payment_intent_unexpected_state", "payment_intent", "it has no successful charge");
        }
        let charge_id = intent["latest_charge"].as_str().unwrap_or_default().to_string();
        let back = self.get("ch_", &charge_id)?["amount_refunded"].as_i64().unwrap_or(0);
        let left = intent["amount_received"].as_i64().unwrap_or(0) - back;
        if left == 0 {
            return invalid("charge_already_refunded", "", "Charge has already been refunded.");
        }
        let units = form.get("amount").map_or(Some(left), |text| text.parse().ok()).unwrap_or(0);
        if units < 1 || units > left {
            return invalid("", "amount", "Refund amount is greater than unrefunded amount on charge");
        }
        let effect = self.effect(intent["payment_method"].as_str().unwrap_or_default());
        let status = if effect == Effect::RefundsLater { "pending" } else { "succeeded" };
        self.set(&charge_id, "amount_refunded", json!(back + units));
        let refund = json!({
            "object": "refund", "amount": units, "currency": intent["currency"], "payment_intent": intent["id"],
            "charge": charge_id, "status": status, "metadata": { "reference": form.text("metadata[reference]") },
        });
        let id = self.add("re", refund);
        self.tell("charge.refunded", &charge_id);
        self.tell("refund.updated", &id);
        self.get("re_", &id)
    }
}
