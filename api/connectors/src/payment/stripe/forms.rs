//! What we ask of Stripe, as form fields. Pure.

use super::amount::to_stripe;
use crate::error::{ConnectorError, Result};
use crate::payment::{Payer, PaymentRequest, PaymentSource, Presence, RefundRequest, Take};
use secrecy::{ExposeSecret, SecretString};

/// Names with brackets, and values.
pub(super) type Form = Vec<(&'static str, String)>;

/// What an intent is asked to bring along: the refunded sum and what the client sees of its card.
pub(super) const WHOLE_INTENT: &[&str] = &["latest_charge", "payment_method"];
/// The same of a session's intent.
pub(super) const WHOLE_SESSION: &[&str] =
    &["payment_intent", "payment_intent.latest_charge", "payment_intent.payment_method"];
/// What an intent to keep a method is asked to bring along.
pub(super) const WHOLE_SETUP: &[&str] = &["payment_method"];

/// Longest texts that we send. Stripe cuts none, it refuses.
const NAME: usize = 200;
const PHONE: usize = 20;
const DESCRIPTION: usize = 250;

fn text(value: &str, most: usize) -> String {
    value.chars().filter(|letter| !letter.is_control()).take(most).collect()
}

fn expanded(form: &mut Form, what: &[&str]) {
    form.extend(what.iter().map(|name| ("expand[]", (*name).to_string())));
}

/// A kept method: the customer to whom it is attached, and itself. Charging it takes both.
pub(super) fn kept(token: &SecretString) -> Result<(&str, &str)> {
    let plain = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    token
        .expose_secret()
        .split_once('/')
        .filter(|(customer, method)| plain(customer) && plain(method))
        .ok_or_else(|| ConnectorError::invalid("token", "expected customer and payment method, as cus_…/pm_…"))
}

/// Whoever a method is kept for. Each kept method has its own: which belong to one client is known here.
pub(super) fn customer(payer: &Payer) -> Form {
    let person = format!("{} {}", payer.first_name, payer.last_name);
    let name = if payer.company.is_empty() { person.trim() } else { &payer.company };
    let fields = [
        ("name", text(name, NAME)),
        ("email", text(&payer.email, NAME)),
        ("phone", text(&payer.phone, PHONE)),
        ("address[line1]", text(&payer.street, NAME)),
        ("address[postal_code]", text(&payer.postcode, PHONE)),
        ("address[city]", text(&payer.city, NAME)),
        ("address[state]", text(&payer.region, NAME)),
        ("address[country]", text(&payer.country, 2)),
        ("metadata[client]", text(&payer.id, NAME)),
    ];
    fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// What says who is there. Telephone orders are only named so for accounts that may (`moto`); without that the client confirms
/// a card at a page, as if he had typed it, and what is kept is charged as if nobody were there.
fn presence(request: &PaymentRequest, moto: bool) -> Option<(&'static str, String)> {
    let is_kept = matches!(request.source, PaymentSource::Saved(_));
    match (request.presence, moto) {
        (Presence::Desk, true) => Some(("payment_method_options[card][moto]", "true".into())),
        (Presence::Nobody, _) => Some(("off_session", "true".into())),
        (Presence::Desk, false) if is_kept => Some(("off_session", "true".into())),
        _ => None,
    }
}

/// A payment with a method that Stripe already knows, confirmed at once.
pub(super) fn intent(request: &PaymentRequest, method: &str, customer: Option<&str>, moto: bool) -> Result<Form> {
    let mut form = vec![
        ("amount", to_stripe(request.amount)?.to_string()),
        ("currency", request.amount.currency().as_str().to_ascii_lowercase()),
        ("payment_method", method.to_string()),
        ("confirm", "true".into()),
        ("capture_method", capture_method(request.take).into()),
        ("automatic_payment_methods[enabled]", "true".into()),
        ("description", text(&request.description, DESCRIPTION)),
        ("metadata[reference]", request.reference.to_string()),
    ];
    form.extend(customer.map(|id| ("customer", id.to_string())));
    if request.save {
        form.push(("setup_future_usage", "off_session".into()));
    }
    form.push(way_back(&request.return_to));
    form.extend(presence(request, moto));
    expanded(&mut form, WHOLE_INTENT);
    Ok(form)
}

/// The same payment once more, with the client who is to confirm it.
pub(super) fn confirm(method: &str, return_to: &str) -> Form {
    let mut form = vec![("payment_method", method.to_string()), ("return_url", return_to.to_string())];
    expanded(&mut form, WHOLE_INTENT);
    form
}

/// A stay at the hosted page. Its intent bears a mark, because until the page is left its failures are not the last word.
pub(super) fn session(request: &PaymentRequest, customer: Option<&str>) -> Result<Form> {
    let mut form = vec![
        ("mode", "payment".into()),
        ("line_items[0][quantity]", "1".into()),
        ("line_items[0][price_data][currency]", request.amount.currency().as_str().to_ascii_lowercase()),
        ("line_items[0][price_data][unit_amount]", to_stripe(request.amount)?.to_string()),
        ("line_items[0][price_data][product_data][name]", text(&request.description, DESCRIPTION)),
        ("success_url", request.return_to.clone()),
        ("cancel_url", request.return_to.clone()),
        ("client_reference_id", request.reference.to_string()),
        ("payment_intent_data[metadata][reference]", request.reference.to_string()),
        ("payment_intent_data[metadata][entry]", PAGE.into()),
        ("payment_intent_data[capture_method]", capture_method(request.take).into()),
        ("payment_intent_data[description]", text(&request.description, DESCRIPTION)),
    ];
    match customer {
        Some(id) => form.push(("customer", id.to_string())),
        None if !request.payer.email.is_empty() => form.push(("customer_email", text(&request.payer.email, NAME))),
        None => {}
    }
    if request.save {
        form.push(("payment_intent_data[setup_future_usage]", "off_session".into()));
    }
    Ok(form)
}

/// The mark of an intent that the hosted page makes.
pub(super) const PAGE: &str = "page";

const fn capture_method(take: Take) -> &'static str {
    match take {
        Take::Now => "automatic",
        Take::Reserve => "manual",
    }
}

/// Has a method kept for payments without the client, who may be sent to a page if he can come back from it.
pub(super) fn setup(method: &str, customer: &str, return_to: &str) -> Form {
    let mut form = vec![
        ("customer", customer.to_string()),
        ("payment_method", method.to_string()),
        ("usage", "off_session".into()),
        ("confirm", "true".into()),
        ("automatic_payment_methods[enabled]", "true".into()),
        way_back(return_to),
    ];
    expanded(&mut form, WHOLE_SETUP);
    form
}

/// Where the client comes back to from a page; without such a place only what needs no page is done.
fn way_back(return_to: &str) -> (&'static str, String) {
    match return_to {
        "" => ("automatic_payment_methods[allow_redirects]", "never".into()),
        address => ("return_url", address.into()),
    }
}

/// Takes what was reserved, or a part of it.
pub(super) fn capture(units: i64) -> Form {
    let mut form = vec![("amount_to_capture", units.to_string())];
    expanded(&mut form, WHOLE_INTENT);
    form
}

/// Releases what was reserved.
pub(super) fn cancel() -> Form {
    let mut form = Form::new();
    expanded(&mut form, WHOLE_INTENT);
    form
}

/// Gives money back.
pub(super) fn refund(request: &RefundRequest, intent: &str) -> Result<Form> {
    Ok(vec![
        ("payment_intent", intent.to_string()),
        ("amount", to_stripe(request.amount)?.to_string()),
        ("metadata[reference]", request.reference.to_string()),
    ])
}
