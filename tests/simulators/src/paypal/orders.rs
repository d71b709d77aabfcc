//! Orders, and what is taken, reserved and given back of them.

use super::client::Wallet;
use super::{Answered, PayPal, missing, not_done, refuse};
use serde_json::{Value, json};

pub(super) fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// Hundredths of an amount that PayPal would take.
pub(super) fn hundredths(amount: &Value) -> Answered<i64> {
    let (value, currency) = (text(amount, "/value"), text(amount, "/currency_code"));
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_whole = ["HUF", "JPY", "TWD"].contains(&currency);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if currency.len() != 3 || whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 2 {
        return refuse(400, "INVALID_REQUEST", "INVALID_PARAMETER_SYNTAX");
    }
    if is_whole && !fraction.is_empty() {
        return not_done("DECIMALS_NOT_SUPPORTED");
    }
    format!("{whole}{fraction:0<2}").parse().or_else(|_| not_done("INVALID_PARAMETER_VALUE"))
}

/// Things have names and prices, and their sum is that of the breakdown and of the whole.
fn add_up(unit: &Value) -> Answered<()> {
    let Some(items) = unit["items"].as_array() else { return Ok(()) };
    let mut sum = 0;
    for item in items {
        let length = text(item, "/name").chars().count();
        let is_picture = |url: &str| {
            url.starts_with("https:")
                && ["gif", "jpg", "jpeg", "png"].iter().any(|end| url.ends_with(&format!(".{end}")))
        };
        let Ok(quantity) = text(item, "/quantity").parse::<i64>() else {
            return refuse(400, "INVALID_REQUEST", "INVALID_PARAMETER_VALUE");
        };
        if !(1..=127).contains(&length) || !item["image_url"].as_str().is_none_or(is_picture) {
            return refuse(400, "INVALID_REQUEST", "INVALID_PARAMETER_VALUE");
        }
        sum += quantity * hundredths(&item["unit_amount"])?;
    }
    let total = &unit["amount"]["breakdown"]["item_total"];
    if total.is_null() {
        return not_done("ITEM_TOTAL_REQUIRED");
    }
    if hundredths(total)? != sum {
        return not_done("ITEM_TOTAL_MISMATCH");
    }
    if hundredths(&unit["amount"])? == sum { Ok(()) } else { not_done("AMOUNT_MISMATCH") }
}

impl PayPal {
    pub(super) fn order(&self, id: &str) -> Answered<Value> {
        self.orders.get(id).cloned().map_or_else(missing, Ok)
    }

    pub(super) fn new_order(&mut self, body: &Value) -> Answered<Value> {
        let intent = text(body, "/intent");
        let unit = &body["purchase_units"][0];
        if !["CAPTURE", "AUTHORIZE"].contains(&intent) || unit.is_null() {
            return refuse(400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER");
        }
        if hundredths(&unit["amount"])? == 0 {
            return not_done("CANNOT_BE_ZERO_OR_NEGATIVE");
        }
        let limits = [("/custom_id", 127), ("/invoice_id", 127), ("/description", 127)];
        if limits.iter().any(|(path, most)| text(unit, path).chars().count() > *most) {
            return refuse(400, "INVALID_REQUEST", "INVALID_STRING_LENGTH");
        }
        add_up(unit)?;
        let (source, wallet) = self.source(&body["payment_source"])?;
        if wallet.is_some() && self.is_paid(text(unit, "/invoice_id")) {
            return not_done("DUPLICATE_INVOICE_ID");
        }
        if wallet == Some(Wallet::Declines) {
            return not_done("INSTRUMENT_DECLINED");
        }
        let id = self.name("5O");
        let link = |rel: &str, href: String| json!({ "rel": rel, "href": href, "method": "GET" });
        let mut order = json!({
            "id": id, "intent": intent, "status": "PAYER_ACTION_REQUIRED", "purchase_units": [unit],
            "payment_source": source,
            "links": [
                link("self", format!("https://api-m.sandbox.paypal.com/v2/checkout/orders/{id}")),
                link("payer-action", format!("https://www.sandbox.paypal.example/checkoutnow?token={id}")),
            ],
        });
        order["purchase_units"][0]["reference_id"] = json!("default");
        self.orders.insert(id.clone(), order);
        if let Some(wallet) = wallet {
            self.wallets.insert(id.clone(), wallet);
            self.orders.get_mut(&id).unwrap()["status"] = json!("APPROVED");
            return self.complete(&id, intent);
        }
        self.order(&id)
    }

    /// With what is paid: a wallet that has to be opened at the page, or a kept one.
    fn source(&self, wanted: &Value) -> Answered<(Value, Option<Wallet>)> {
        let Some((kind, source)) = wanted.as_object().and_then(|kinds| kinds.iter().next()) else {
            return refuse(400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER");
        };
        if let Some(id) = source["vault_id"].as_str() {
            let Some((kept, wallet)) = self.vault.get(id) else { return missing() };
            let said = &source["stored_credential"];
            let is_said = ["MERCHANT", "CUSTOMER"].contains(&text(said, "/payment_initiator"))
                && ["RECURRING", "UNSCHEDULED", "ONE_TIME"].contains(&text(said, "/payment_type"))
                && ["FIRST", "SUBSEQUENT"].contains(&text(said, "/usage"));
            if !is_said || kept.get(kind).is_none() {
                return refuse(400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER");
            }
            return Ok((kept.clone(), Some(*wallet)));
        }
        let context = &source["experience_context"];
        let has_way_back = ["/return_url", "/cancel_url"].iter().all(|path| text(context, path).starts_with("http"));
        let is_long = text(context, "/brand_name").chars().count() > 127;
        if kind != "paypal" || !has_way_back || is_long {
            return refuse(400, "INVALID_REQUEST", "MISSING_REQUIRED_PARAMETER");
        }
        Ok((wanted.clone(), None))
    }

    fn is_paid(&self, invoice: &str) -> bool {
        self.orders.values().any(|order| {
            let unit = &order["purchase_units"][0];
            unit["invoice_id"] == invoice && order["status"] == "COMPLETED"
        })
    }

    /// Takes or reserves what the client has agreed to.
    pub(super) fn complete(&mut self, id: &str, intent: &str) -> Answered<Value> {
        let order = self.order(id)?;
        let unit = &order["purchase_units"][0];
        match order["status"].as_str() {
            Some("APPROVED") => {}
            Some("COMPLETED") if intent == "CAPTURE" => return not_done("ORDER_ALREADY_CAPTURED"),
            Some("COMPLETED") => return not_done("ORDER_ALREADY_AUTHORIZED"),
            _ => return not_done("ORDER_NOT_APPROVED"),
        }
        if order["intent"] != intent {
            return not_done("ACTION_DOES_NOT_MATCH_INTENT");
        }
        if self.is_paid(text(unit, "/invoice_id")) {
            return not_done("DUPLICATE_INVOICE_ID");
        }
        let wallet = self.wallets.get(id).copied().unwrap_or(Wallet::Pays);
        if wallet == Wallet::Declines {
            self.orders.get_mut(id).unwrap()["status"] = json!("PAYER_ACTION_REQUIRED");
            return not_done("INSTRUMENT_DECLINED");
        }
        let (kind, prefix, status, event) = match (intent, wallet) {
            ("AUTHORIZE", _) => ("authorizations", "AU", "CREATED", "PAYMENT.AUTHORIZATION.CREATED"),
            (_, Wallet::Later) => ("captures", "CA", "PENDING", "PAYMENT.CAPTURE.PENDING"),
            _ => ("captures", "CA", "COMPLETED", "PAYMENT.CAPTURE.COMPLETED"),
        };
        let mut step = self.new_step(prefix, id, status, &unit["amount"]);
        if status == "PENDING" {
            step["status_details"] = json!({ "reason": "ECHECK" });
        }
        self.store(id, kind, step.clone());
        self.orders.get_mut(id).unwrap()["status"] = json!("COMPLETED");
        self.keep_if_asked(id, wallet);
        self.tell(event, step);
        self.order(id)
    }

    fn new_step(&mut self, prefix: &str, order: &str, status: &str, amount: &Value) -> Value {
        let id = self.name(prefix);
        let invoice = self.orders[order]["purchase_units"][0]["invoice_id"].clone();
        json!({
            "id": id, "status": status, "amount": amount, "invoice_id": invoice,
            "supplementary_data": { "related_ids": { "order_id": order } },
        })
    }

    fn store(&mut self, order: &str, kind: &str, step: Value) {
        let payments = &mut self.orders.get_mut(order).unwrap()["purchase_units"][0]["payments"];
        if payments[kind].is_null() {
            payments[kind] = json!([]);
        }
        payments[kind].as_array_mut().unwrap().push(step);
    }

    fn keep_if_asked(&mut self, id: &str, wallet: Wallet) {
        let wanted = self.orders[id]["payment_source"]["paypal"]["attributes"]["vault"]["store_in_vault"].clone();
        if wanted == "ON_SUCCESS" {
            let email = self.orders[id]["payment_source"]["paypal"]["email_address"].clone();
            let token = self.name("v");
            self.vault.insert(token.clone(), (json!({ "paypal": { "email_address": email } }), wallet));
            let kept = json!({ "id": token, "status": "VAULTED", "customer": { "id": "c1" } });
            self.orders.get_mut(id).unwrap()["payment_source"]["paypal"]["attributes"]["vault"] = kept;
        }
    }

    /// The order of a capture or an authorisation, and itself.
    pub(super) fn step(&self, kind: &str, id: &str) -> Answered<(String, Value)> {
        let found = self.orders.iter().find_map(|(order, value)| {
            let steps = value["purchase_units"][0]["payments"][kind].as_array()?;
            Some((order.clone(), steps.iter().find(|step| step["id"] == id)?.clone()))
        });
        found.map_or_else(missing, Ok)
    }

    pub(super) fn change(&mut self, kind: &str, id: &str, status: &str) {
        let orders = self.orders.values_mut();
        let lists = orders.filter_map(|order| order["purchase_units"][0]["payments"][kind].as_array_mut());
        lists.flatten().filter(|step| step["id"] == id).for_each(|step| step["status"] = json!(status));
    }

    pub(super) fn capture(&mut self, id: &str, body: &Value) -> Answered<Value> {
        let (order, held) = self.step("authorizations", id)?;
        match held["status"].as_str() {
            Some("CREATED") => {}
            Some("VOIDED") => return not_done("AUTHORIZATION_VOIDED"),
            _ => return not_done("AUTHORIZATION_ALREADY_CAPTURED"),
        }
        if hundredths(&body["amount"])? > hundredths(&held["amount"])? {
            return not_done("MAX_CAPTURE_AMOUNT_EXCEEDED");
        }
        let step = self.new_step("CA", &order, "COMPLETED", &body["amount"]);
        self.store(&order, "captures", step.clone());
        self.change("authorizations", id, "CAPTURED");
        self.tell("PAYMENT.CAPTURE.COMPLETED", step.clone());
        Ok(step)
    }

    pub(super) fn void(&mut self, id: &str) -> Answered<Value> {
        let (_, held) = self.step("authorizations", id)?;
        match held["status"].as_str() {
            Some("CREATED") => {}
            Some("VOIDED") => return not_done("AUTHORIZATION_VOIDED"),
            _ => return not_done("AUTHORIZATION_ALREADY_CAPTURED"),
        }
        self.change("authorizations", id, "VOIDED");
        let step = self.step("authorizations", id)?.1;
        self.tell("PAYMENT.AUTHORIZATION.VOIDED", step);
        Ok(Value::Null)
    }

    pub(super) fn refund(&mut self, id: &str, body: &Value) -> Answered<Value> {
        let (order, taken) = self.step("captures", id)?;
        let none = Vec::new();
        let made = self.orders[&order]["purchase_units"][0]["payments"]["refunds"].as_array().unwrap_or(&none);
        let back: i64 = made.iter().map(|refund| hundredths(&refund["amount"]).unwrap_or(0)).sum();
        let left = hundredths(&taken["amount"])? - back;
        if left == 0 {
            return not_done("CAPTURE_FULLY_REFUNDED");
        }
        let wanted = if body["amount"].is_null() { taken["amount"].clone() } else { body["amount"].clone() };
        if hundredths(&wanted)? > left {
            return not_done("REFUND_AMOUNT_EXCEEDED");
        }
        let refund = self.name("RE");
        let above = format!("https://api-m.sandbox.paypal.com/v2/payments/captures/{id}");
        let refund = json!({
            "id": refund, "status": "COMPLETED", "amount": wanted, "invoice_id": body["invoice_id"],
            "links": [{ "rel": "up", "href": above, "method": "GET" }],
        });
        self.store(&order, "refunds", refund.clone());
        self.change("captures", id, if hundredths(&wanted)? == left { "REFUNDED" } else { "PARTIALLY_REFUNDED" });
        self.tell("PAYMENT.CAPTURE.REFUNDED", refund.clone());
        Ok(refund)
    }
}
