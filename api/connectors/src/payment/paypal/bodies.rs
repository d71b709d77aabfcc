//! What we ask of PayPal, as JSON. Pure.

use super::look::Look;
use super::map::to_paypal;
use crate::error::{ConnectorError, Result};
use crate::payment::{KeepRequest, PaymentRequest, PaymentSource, Presence, RefundRequest, Take};
use comptoir_domain::Money;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

/// Longest texts of the API.
const TEXT: usize = 127;
const NAME: usize = 140;
const EMAIL: usize = 254;

fn text(value: &str, most: usize) -> String {
    value.chars().filter(|letter| !letter.is_control()).take(most).collect()
}

/// Fields that say something.
fn filled(fields: &[(&str, String)]) -> Map<String, Value> {
    let filled = fields.iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| ((*name).to_string(), json!(value))).collect()
}

fn amount(money: Money) -> Result<Map<String, Value>> {
    Ok(filled(&[("currency_code", money.currency().as_str().into()), ("value", to_paypal(money)?)]))
}

/// A kept method: what it is (`paypal`, `card`) and its id in PayPal's vault.
pub(super) fn kept(token: &SecretString) -> Result<(&str, &str)> {
    let known = token.expose_secret().split_once('/');
    known.filter(|(kind, id)| ["paypal", "card"].contains(kind) && is_plain(id)).ok_or_else(|| {
        ConnectorError::invalid("token", "expected what it is and its id in the vault, as paypal/8kk8451t")
    })
}

/// Whether it can be an id of PayPal's, which can stand in a path.
pub(super) fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// An order. Our reference is its invoice number, too: PayPal takes the money for one only once, whatever else goes wrong.
pub(super) fn order(request: &PaymentRequest, look: &Look) -> Result<Value> {
    let intent = match request.take {
        Take::Now => "CAPTURE",
        Take::Reserve => "AUTHORIZE",
    };
    let source = match &request.source {
        PaymentSource::HostedPage => json!({ "paypal": wallet(request, &look.brand_name) }),
        PaymentSource::Saved(token) => {
            let (kind, id) = kept(token)?;
            let (initiator, pace) = match request.presence {
                Presence::Client => ("CUSTOMER", "ONE_TIME"),
                Presence::Desk => ("MERCHANT", "UNSCHEDULED"),
                Presence::Nobody => ("MERCHANT", "RECURRING"),
            };
            let use_of_it = json!({ "payment_initiator": initiator, "payment_type": pace, "usage": "SUBSEQUENT" });
            json!({ kind: { "vault_id": id, "stored_credential": use_of_it } })
        }
        PaymentSource::Card(_) | PaymentSource::Token(_) | PaymentSource::Offline => {
            return Err(ConnectorError::invalid("source", "PayPal is paid at its page, or by what it keeps"));
        }
    };
    Ok(json!({ "intent": intent, "purchase_units": [unit(request, look)?], "payment_source": source }))
}

/// What is paid for: one thing, whose price is the amount.
fn unit(request: &PaymentRequest, look: &Look) -> Result<Value> {
    let price = amount(request.amount)?;
    let mut unit = Map::from_iter([
        ("custom_id".to_string(), json!(request.reference)),
        ("invoice_id".into(), json!(request.reference)),
        ("description".into(), json!(text(&request.description, TEXT))),
    ]);
    let name = if look.item_name.is_empty() { &request.description } else { &look.item_name };
    let mut item = filled(&[("name", text(name, TEXT)), ("image_url", look.image_url.clone())]);
    let mut whole = price.clone();
    // a thing without a name is refused
    if item.contains_key("name") {
        whole.insert("breakdown".into(), json!({ "item_total": price }));
        item.extend([("quantity".to_string(), json!("1")), ("unit_amount".into(), json!(price))]);
        unit.insert("items".into(), json!([item]));
    }
    unit.insert("amount".into(), json!(whole));
    Ok(Value::Object(unit))
}

/// The client's wallet, which he opens at PayPal's page.
fn wallet(request: &PaymentRequest, brand: &str) -> Map<String, Value> {
    let payer = &request.payer;
    let mut context = filled(&[
        ("return_url", request.return_to.clone()),
        ("cancel_url", request.return_to.clone()),
        ("brand_name", text(brand, TEXT)),
    ]);
    context.insert("user_action".into(), json!("PAY_NOW"));
    context.insert("shipping_preference".into(), json!("NO_SHIPPING"));
    let mut wallet = filled(&[("email_address", text(&payer.email, EMAIL))]);
    wallet.insert("experience_context".into(), Value::Object(context));
    if !payer.first_name.is_empty() && !payer.last_name.is_empty() {
        let name = json!({ "given_name": text(&payer.first_name, NAME), "surname": text(&payer.last_name, NAME) });
        wallet.insert("name".into(), name);
    }
    if request.save {
        let vault = json!({ "store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT", "customer_type": "CONSUMER" });
        wallet.insert("attributes".into(), json!({ "vault": vault }));
    }
    wallet
}

/// Takes a reserved amount or a part of it, and releases the rest.
pub(super) fn capture(money: Money) -> Result<Value> {
    Ok(json!({ "amount": amount(money)?, "final_capture": true }))
}

/// Gives money back, under our reference.
pub(super) fn refund(request: &RefundRequest) -> Result<Value> {
    Ok(json!({ "amount": amount(request.amount)?, "invoice_id": request.reference }))
}

/// What a client is to agree to at PayPal's page: that his wallet is charged without him.
pub(super) fn agreement(request: &KeepRequest, brand: &str) -> Value {
    let mut context = filled(&[
        ("return_url", request.return_to.clone()),
        ("cancel_url", request.return_to.clone()),
        ("brand_name", text(brand, TEXT)),
    ]);
    context.insert("shipping_preference".into(), json!("NO_SHIPPING"));
    let wallet = json!({ "usage_type": "MERCHANT", "customer_type": "CONSUMER", "experience_context": context });
    json!({ "payment_source": { "paypal": wallet } })
}

/// Keeps what the client has agreed to at PayPal's.
pub(super) fn keep(setup_token: &str) -> Value {
    json!({ "payment_source": { "token": { "id": setup_token, "type": "SETUP_TOKEN" } } })
}
