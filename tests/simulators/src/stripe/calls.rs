//! What can be asked for: which parameters there are, which are needed, and what is made of them.

use super::cards::Effect;
use super::{Answered, Stripe, allow, invalid, want};
use crate::shell::Fields;
use serde_json::{Value, json};

const INTENT: &[&str] = &[
    "amount",
    "currency",
    "customer",
    "payment_method",
    "confirm",
    "off_session",
    "capture_method",
    "setup_future_usage",
    "automatic_payment_methods[enabled]",
    "automatic_payment_methods[allow_redirects]",
    "description",
    "statement_descriptor_suffix",
    "receipt_email",
    "metadata[reference]",
    "return_url",
    "error_on_requires_action",
];

const CUSTOMER: &[&str] = &[
    "name",
    "email",
    "phone",
    "address[line1]",
    "address[postal_code]",
    "address[city]",
    "address[state]",
    "address[country]",
    "metadata[client]",
];

const SETUP: &[&str] = &[
    "customer",
    "payment_method",
    "usage",
    "confirm",
    "automatic_payment_methods[enabled]",
    "automatic_payment_methods[allow_redirects]",
    "return_url",
];

const SESSION: &[&str] = &[
    "mode",
    "success_url",
    "cancel_url",
    "line_items[0][price_data][currency]",
    "line_items[0][price_data][unit_amount]",
    "line_items[0][price_data][product_data][name]",
    "line_items[0][quantity]",
    "customer",
    "customer_email",
    "client_reference_id",
    "payment_intent_data[setup_future_usage]",
    "payment_intent_data[capture_method]",
    "payment_intent_data[metadata][reference]",
    "payment_intent_data[metadata][entry]",
    "payment_intent_data[description]",
];

/// What only accounts know that may take orders by telephone.
pub(super) const MOTO: &str = "payment_method_options[card][moto]";

/// Three decimals, of which the last is 0.
const THREE: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

fn amount(form: &Fields, name: &str, currency: &str) -> Answered<i64> {
    match form.text(name).parse::<i64>() {
        Ok(units) if units <= 0 => invalid("parameter_invalid_integer", name, "greater than or equal to 1"),
        Ok(units) if THREE.contains(&currency) && units % 10 != 0 => {
            invalid("parameter_invalid_integer", name, "the last digit must be 0")
        }
        Ok(units) => Ok(units),
        Err(_) => invalid("parameter_invalid_integer", name, "Invalid integer"),
    }
}

fn currency(form: &Fields, name: &str) -> Answered<String> {
    let code = form.text(name);
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Ok(code.into());
    }
    invalid("parameter_invalid", name, "three small letters")
}

fn address(form: &Fields, name: &str) -> Answered<()> {
    let is_one = form.get(name).is_none_or(|text| text.starts_with("https://") || text.starts_with("http://"));
    if is_one { Ok(()) } else { invalid("url_invalid", name, "Not a valid URL") }
}

impl Stripe {
    pub(super) fn new_customer(&mut self, form: &Fields) -> Answered<Value> {
        allow(form, CUSTOMER)?;
        let id = self.add("cus", json!({ "object": "customer", "name": form.get("name"), "email": form.get("email") }));
        self.get("cus_", &id)
    }

    pub(super) fn new_intent(&mut self, form: &Fields) -> Answered<Value> {
        let moto: &[&str] = if self.has_moto { &[MOTO] } else { &[] };
        allow(form, &[INTENT, moto].concat())?;
        want(form, &["amount", "currency"])?;
        if form.get(MOTO).is_some() && form.get("off_session").is_some() {
            return invalid("parameter_invalid", "off_session", "an order by telephone has its client there");
        }
        address(form, "return_url")?;
        let currency = currency(form, "currency")?;
        let amount = amount(form, "amount", &currency)?;
        let customer = form.get("customer");
        if let Some(id) = customer {
            self.get("cus_", id)?;
        }
        if form.text("off_session") == "true" && form.text("confirm") != "true" {
            return invalid("parameter_invalid", "off_session", "only with confirm");
        }
        let pages_are_off = form.text("automatic_payment_methods[allow_redirects]") == "never";
        if form.text("confirm") == "true" && form.get("return_url").is_none() && !pages_are_off {
            return invalid("parameter_missing", "return_url", "You must provide a `return_url`");
        }
        let intent = json!({
            "object": "payment_intent", "status": "requires_confirmation", "amount": amount, "amount_received": 0,
            "amount_capturable": 0, "currency": currency, "customer": customer, "payment_method": null,
            "capture_method": form.get("capture_method").unwrap_or("automatic_async"),
            "setup_future_usage": form.get("setup_future_usage"), "description": form.get("description"),
            "metadata": { "reference": form.text("metadata[reference]") }, "latest_charge": null,
            "last_payment_error": null, "next_action": null,
        });
        let id = self.add("pi", intent);
        self.set(&id, "client_secret", json!(format!("{id}_secret_k3y")));
        if form.text("confirm") != "true" {
            return self.get("pi_", &id);
        }
        self.pay(&id, form)
    }

    pub(super) fn confirm(&mut self, id: &str, form: &Fields) -> Answered<Value> {
        allow(form, &["payment_method", "return_url", "off_session"])?;
        address(form, "return_url")?;
        let intent = self.get("pi_", id)?;
        if !["requires_payment_method", "requires_confirmation"].contains(&intent["status"].as_str().unwrap_or("")) {
            return invalid("payment_intent_unexpected_state", "", "it cannot be confirmed any more");
        }
        self.pay(id, form)
    }

    pub(super) fn new_setup(&mut self, form: &Fields) -> Answered<Value> {
        allow(form, SETUP)?;
        want(form, &["customer", "payment_method"])?;
        let customer = form.text("customer");
        self.get("cus_", customer)?;
        address(form, "return_url")?;
        let pages_are_off = form.text("automatic_payment_methods[allow_redirects]") == "never";
        if form.text("confirm") == "true" && form.get("return_url").is_none() != pages_are_off {
            return invalid("parameter_missing", "return_url", "either a `return_url` or no redirects");
        }
        let method = self.method(form.text("payment_method"))?;
        if let Effect::Declined(code, why) = self.effect(&method) {
            let setup =
                json!({ "object": "setup_intent", "status": "requires_payment_method", "payment_method": null });
            self.add("seti", setup);
            return super::money::card_error(code, why, None);
        }
        let waits = matches!(self.effect(&method), Effect::ConfirmsAlways | Effect::ConfirmsOnce);
        let setup = json!({
            "object": "setup_intent", "status": if waits { "requires_action" } else { "succeeded" },
            "customer": customer, "payment_method": method, "usage": form.get("usage"), "last_setup_error": null,
            "client_secret": "seti_secret_k3y",
        });
        let id = self.add("seti", setup);
        if !waits {
            self.set_up(&id)?;
        } else if let Some(back) = form.get("return_url") {
            let page = format!("https://hooks.stripe.example/3d_secure_2/redirect/{id}");
            let to_page = json!({ "type": "redirect_to_url", "redirect_to_url": { "url": page, "return_url": back } });
            self.set(&id, "next_action", to_page);
        }
        self.get("seti_", &id)
    }

    /// The bank agrees that a method is kept.
    pub(super) fn set_up(&mut self, id: &str) -> Answered<()> {
        let setup = self.get("seti_", id)?;
        let [method, customer] = ["payment_method", "customer"].map(|name| setup[name].as_str().unwrap_or_default());
        self.attach(method, customer)?;
        self.set(id, "status", json!("succeeded"));
        self.set(id, "next_action", Value::Null);
        self.tell("setup_intent.succeeded", id);
        Ok(())
    }

    pub(super) fn new_session(&mut self, form: &Fields) -> Answered<Value> {
        allow(form, SESSION)?;
        let item = "line_items[0][price_data]";
        let (price, money) = (format!("{item}[unit_amount]"), format!("{item}[currency]"));
        want(form, &["mode", "success_url", "line_items[0][quantity]", &price, &money])?;
        address(form, "success_url")?;
        address(form, "cancel_url")?;
        if form.get("customer").is_some() && form.get("customer_email").is_some() {
            return invalid("parameter_invalid", "customer_email", "not both");
        }
        if let Some(id) = form.get("customer") {
            self.get("cus_", id)?;
        }
        let currency = currency(form, &money)?;
        let amount = amount(form, &price, &currency)?;
        let data = |name: &str| form.get(&format!("payment_intent_data[{name}]")).map(str::to_string);
        let session = json!({
            "object": "checkout.session", "mode": form.text("mode"), "status": "open", "payment_status": "unpaid",
            "amount_total": amount, "currency": currency, "client_reference_id": form.get("client_reference_id"),
            "customer": form.get("customer"), "payment_intent": null, "expires_at": self.now + 86_400,
            "success_url": form.get("success_url"), "cancel_url": form.get("cancel_url"),
            // not shown by the real one: what its intent will have
            "simulated": {
                "capture_method": data("capture_method").unwrap_or_else(|| "automatic_async".into()),
                "setup_future_usage": data("setup_future_usage"), "description": data("description"),
                "metadata": { "reference": data("metadata][reference"), "entry": data("metadata][entry") },
            },
        });
        let id = self.add("cs", session);
        self.set(&id, "url", json!(format!("https://checkout.stripe.example/c/pay/{id}")));
        self.get("cs_", &id)
    }

    pub(super) fn expire_session(&mut self, id: &str) -> Answered<Value> {
        if self.get("cs_", id)?["status"] != "open" {
            return invalid("", "", "Only Checkout Sessions with a status in [\"open\"] can be expired");
        }
        self.set(id, "status", json!("expired"));
        self.set(id, "url", Value::Null);
        self.tell("checkout.session.expired", id);
        self.get("cs_", id)
    }

    pub(super) fn detach(&mut self, id: &str) -> Answered<Value> {
        let method = self.get("pm_", id)?;
        if method["customer"].is_null() {
            return invalid("", "", "The payment method you provided is not attached to a customer");
        }
        self.set(id, "customer", Value::Null);
        self.tell("payment_method.detached", id);
        self.get("pm_", id)
    }
}
