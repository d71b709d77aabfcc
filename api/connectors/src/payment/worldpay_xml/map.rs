//! Our words and those of Worldpay's payment service, both ways; pure.

use super::wire::{Element, element, first, text};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Card, Decline, Dispute, DisputeState, Outcome, Payment, PaymentRequest, PaymentSource, Presence, Reference,
    SavedMethod, Take,
};
use comptoir_domain::{Currency, Money};
use roxmltree::Node;
use secrecy::ExposeSecret;
use serde_json::json;

/// What the order code of a reservation ends in. So the code alone says what was asked, which their answers do not.
const RESERVED: &str = ".reserve";

/// Where a payment stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Reserved,
    Taken,
    Waits,
    Declined,
    Released,
    GivesBack,
    /// Giving back has failed: it is taken as before.
    Keeps,
    Reversed,
}

const STANDINGS: &[(&str, Standing)] = &[
    ("AUTHORISED", Standing::Reserved),
    ("CAPTURED", Standing::Taken),
    ("SETTLED", Standing::Taken),
    ("SETTLED_BY_MERCHANT", Standing::Taken),
    ("SENT_FOR_AUTHORISATION", Standing::Waits),
    ("SHOPPER_REDIRECTED", Standing::Waits),
    ("WAITING_FOR_SHOPPER", Standing::Waits),
    ("REFUSED", Standing::Declined),
    ("ERROR", Standing::Declined),
    ("EXPIRED", Standing::Declined),
    ("REFUSED_BY_BANK", Standing::Declined),
    ("CANCELLED", Standing::Released),
    ("SENT_FOR_REFUND", Standing::GivesBack),
    ("REFUNDED", Standing::GivesBack),
    ("REFUNDED_BY_MERCHANT", Standing::GivesBack),
    ("REFUND_FAILED", Standing::Keeps),
    ("REFUND_EXPIRED", Standing::Keeps),
    ("CHARGED_BACK", Standing::Reversed),
    ("INFORMATION_REQUESTED", Standing::Keeps),
    ("INFORMATION_SUPPLIED", Standing::Keeps),
    ("CHARGEBACK_REVERSED", Standing::Keeps),
];

/// What a last event means; one that is not known has to be looked at again.
pub(super) fn standing(event: &str) -> Standing {
    let known = STANDINGS.iter().find(|(known, _)| *known == event).map(|(_, standing)| *standing);
    // a dispute that is open has taken the money back
    known.unwrap_or(if event.starts_with("DISPUTE") { Standing::Reversed } else { Standing::Waits })
}

/// What a last event means for a dispute; others that begin with `DISPUTE` leave it open.
const DISPUTES: &[(&str, DisputeState)] = &[
    ("INFORMATION_REQUESTED", DisputeState::Opened),
    ("INFORMATION_SUPPLIED", DisputeState::Opened),
    ("CHARGED_BACK", DisputeState::Lost),
    ("CHARGEBACK_REVERSED", DisputeState::Won),
];

/// What is disputed of a payment, if its last event is about that. It has no id of its own there, nor a day to answer by.
pub(super) fn dispute(code: &str, payment: Node<'_, '_>, amount: Money) -> Option<Dispute> {
    let status = text(payment, "lastEvent");
    let known = DISPUTES.iter().find(|(event, _)| *event == status).map(|(_, state)| *state);
    let state = known.or_else(|| status.starts_with("DISPUTE").then_some(DisputeState::Opened))?;
    let (id, reason) = (code.to_string(), String::new());
    Some(Dispute { id, state, amount, reason, status: cut(&status, 40), answer_by: None })
}

/// What the bank's reason means for the card: refused for ever. All others may work later.
const FOR_EVER: &[&str] = &["4", "7", "14", "15", "33", "34", "36", "41", "43", "54"];

/// Error codes: internal, invalid XML, invalid order data, security, invalid order, something missing, payment details.
pub(super) fn error_kind(code: &str, effect_of_internal: Kind) -> Kind {
    match code {
        "1" => effect_of_internal,
        "4" => Kind::Auth,
        "5" => Kind::Conflict,
        "7" => Kind::Declined,
        _ => Kind::InvalidRequest,
    }
}

/// One line of at most so many letters.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(most).collect()
}

/// The order code of a payment.
pub(super) fn code(reference: &Reference, take: Take) -> String {
    match take {
        Take::Now => reference.to_string(),
        Take::Reserve => format!("{reference}{RESERVED}"),
    }
}

/// What an order code stands for; nothing if it is not one of ours.
pub(super) fn named(code: &str) -> Option<(Reference, Take)> {
    match code.strip_suffix(RESERVED) {
        Some(reference) => Some((Reference::new(reference).ok()?, Take::Reserve)),
        None => Some((Reference::new(code).ok()?, Take::Now)),
    }
}

/// An amount: a whole number and where its point stands.
pub(super) fn amount(money: Money) -> Element {
    element("amount")
        .with("value", money.minor().to_string())
        .with("currencyCode", money.currency().as_str())
        .with("exponent", money.currency().digits().to_string())
}

/// Reads an amount.
pub(super) fn money(node: Node<'_, '_>) -> Result<Money> {
    let unclear = || ConnectorError::new(Kind::Unknown, "amount", "the gateway names an amount that is none");
    let attribute = |name| node.attribute(name).unwrap_or_default();
    let currency: Currency = attribute("currencyCode").parse().map_err(|_| unclear())?;
    let (value, exponent) = (attribute("value"), attribute("exponent").parse::<usize>().map_err(|_| unclear())?);
    if exponent > 4 || value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unclear());
    }
    let digits = format!("{value:0>width$}", width = exponent + 1);
    let (whole, fraction) = digits.split_at(digits.len() - exponent);
    let text = if exponent == 0 { whole.to_string() } else { format!("{whole}.{fraction}") };
    Money::parse(&text, currency).map_err(|_| unclear())
}

fn address(request: &PaymentRequest) -> Element {
    let payer = &request.payer;
    let lines = [
        ("firstName", &payer.first_name, 40),
        ("lastName", &payer.last_name, 40),
        ("address1", &payer.street, 84),
        ("postalCode", &payer.postcode, 12),
        ("city", &payer.city, 50),
        ("state", &payer.region, 30),
        ("countryCode", &payer.country, 2),
        ("telephoneNumber", &payer.phone, 30),
    ];
    let filled = lines.into_iter().filter(|(_, value, _)| !value.is_empty());
    element("address").holding(filled.map(|(name, value, most)| element(name).saying(cut(value, most))))
}

fn card(card: &Card, request: &PaymentRequest) -> Element {
    let date =
        element("date").with("month", format!("{:02}", card.expiry_month)).with("year", card.expiry_year.to_string());
    let code = card.code.expose_secret();
    element("CARD-SSL")
        .holding([
            element("cardNumber").saying(card.number.expose_secret()),
            element("expiryDate").holding([date]),
            element("cardHolderName").saying(cut(&card.holder, 60)),
        ])
        .holding((!code.is_empty()).then(|| element("cvc").saying(code)))
        .holding([element("cardAddress").holding([address(request)])])
}

/// How it is paid; nothing for the page.
fn means(request: &PaymentRequest) -> Option<Element> {
    match &request.source {
        PaymentSource::Card(held) => Some(card(held, request)),
        PaymentSource::Saved(token) => {
            let id = element("paymentTokenID").saying(token.expose_secret());
            Some(element("TOKEN-SSL").with("tokenScope", "merchant").holding([id]))
        }
        _ => None,
    }
}

/// That a card is to be kept, or was.
fn stored(request: &PaymentRequest) -> Option<Element> {
    let stored = element("storedCredentials");
    match (&request.source, request.presence) {
        (PaymentSource::Saved(_), Presence::Client) => Some(stored.with("usage", "USED")),
        (PaymentSource::Saved(_), Presence::Desk) => {
            Some(stored.with("usage", "USED").with("merchantInitiatedReason", "UNSCHEDULED"))
        }
        (PaymentSource::Saved(_), Presence::Nobody) => {
            Some(stored.with("usage", "USED").with("merchantInitiatedReason", "RECURRING"))
        }
        _ => request.save.then(|| stored.with("usage", "FIRST")),
    }
}

/// That it was ordered by mail or telephone. Their page is no such order: the client types there himself.
fn interaction(request: &PaymentRequest) -> Option<Element> {
    let is_typed = matches!(request.source, PaymentSource::Card(_)) && request.presence == Presence::Desk;
    is_typed.then(|| element("dynamicInteractionType").with("type", "MOTO"))
}

/// An order.
pub(super) fn order(request: &PaymentRequest, installation: &str) -> Element {
    let code = code(&request.reference, request.take);
    let delay = if request.take == Take::Now { "0" } else { "OFF" };
    let mut order = element("order").with("orderCode", code.clone());
    if !installation.is_empty() {
        order = order.with("installationId", installation);
    }
    let payment = match means(request) {
        Some(means) => {
            let mut session = element("session").with("id", code.clone());
            if !request.client_ip().is_empty() {
                session = session.with("shopperIPAddress", request.client_ip().to_string());
            }
            let details = element("paymentDetails").with("action", "AUTHORISE").holding([means]);
            details.holding((request.presence == Presence::Client).then_some(session)).holding(stored(request))
        }
        None => element("paymentMethodMask").holding([element("include").with("code", "ALL")]),
    };
    let email = element("shopperEmailAddress").saying(cut(&request.payer.email, 155));
    let shopper = (!request.payer.email.is_empty()).then(|| element("shopper").holding([email]));
    let token = element("createToken").with("tokenScope", "merchant").holding([
        element("tokenEventReference").saying(code),
        element("tokenReason").saying("kept for later payments"),
    ]);
    let description = if request.description.is_empty() { request.reference.as_str() } else { &request.description };
    order
        .with("captureDelay", delay)
        .holding([element("description").saying(cut(description, 50)), amount(request.amount), payment])
        .holding(shopper)
        .holding(request.save.then_some(token))
        .holding(interaction(request))
}

/// The error in an answer.
pub(super) fn error(answer: Node<'_, '_>) -> Option<(String, String)> {
    let error = first(answer, "error")?;
    Some((error.attribute("code").unwrap_or_default().into(), cut(error.text().unwrap_or_default().trim(), 300)))
}

fn decline(payment: Node<'_, '_>, event: &str) -> Decline {
    let reason = first(payment, "ISO8583ReturnCode");
    let attribute = |name| reason.and_then(|reason| reason.attribute(name)).unwrap_or_default();
    let code = attribute("code");
    let message = cut(attribute("description"), 300);
    let named = if code.is_empty() { event } else { code };
    Decline { hard: FOR_EVER.contains(&code.trim_start_matches('0')), code: named.into(), message }
}

/// A payment as it stands, from the `payment` of an answer.
pub(super) fn payment(code: &str, payment: Node<'_, '_>) -> Result<Payment> {
    let strange = || ConnectorError::new(Kind::Conflict, "another_payment", "the answer is about no payment of ours");
    let (reference, take) = named(code).ok_or_else(strange)?;
    let event = text(payment, "lastEvent");
    let amount = payment.children().find(|node| node.has_tag_name("amount"));
    let amount = money(amount.ok_or_else(|| ConnectorError::new(Kind::Unknown, "amount", "no amount is named"))?)?;
    let nothing = Money::zero(amount.currency());
    let balance = first(payment, "balance").and_then(|balance| first(balance, "amount")).map(money).transpose()?;
    let taken = if take == Take::Now { Outcome::Approved } else { Outcome::Captured };
    let (outcome, refunded) = match (standing(&event), take) {
        (Standing::Reserved, Take::Now) => (Outcome::Approved, nothing),
        (Standing::Reserved, Take::Reserve) => (Outcome::Authorised, nothing),
        (Standing::Taken | Standing::Keeps, _) => (taken, nothing),
        (Standing::GivesBack, _) => (taken, amount.minus(balance.unwrap_or(nothing))?),
        (Standing::Reversed, _) => (taken, amount),
        (Standing::Waits, _) => (Outcome::Pending { instructions: None }, nothing),
        (Standing::Declined, _) => (Outcome::Declined(decline(payment, &event)), nothing),
        // a sale that was let go before it was captured is one that was given back
        (Standing::Released, Take::Now) => (taken, amount),
        (Standing::Released, Take::Reserve) => (Outcome::Voided, nothing),
    };
    let raw = json!({
        "orderCode": code,
        "lastEvent": cut(&event, 40),
        "paymentMethod": cut(&text(payment, "paymentMethod"), 40),
        "amount": amount,
        "authorisation": cut(first(payment, "AuthorisationId").and_then(|node| node.attribute("id")).unwrap_or_default(), 40),
        "reason": decline(payment, "").code,
    });
    let raw = raw.to_string();
    let (gateway_id, card_country) = (Some(code.into()), None);
    Ok(Payment { reference, gateway_id, amount, outcome, refunded, saved: None, card_country, raw })
}

/// What was kept with a payment: the token that the answer names.
pub(super) fn saved(status: Node<'_, '_>, source: &PaymentSource) -> Option<SavedMethod> {
    let (token, PaymentSource::Card(card)) = (text(status, "paymentTokenID"), source) else { return None };
    let method = text(status, "paymentMethod");
    let brand = method.split(['-', '_']).next().unwrap_or_default();
    let number = card.number.expose_secret();
    let four: String = number.chars().skip(number.chars().count().saturating_sub(4)).collect();
    let expires = Some((card.expiry_month, card.expiry_year));
    (!token.is_empty()).then(|| SavedMethod { expires, ..SavedMethod::card(token, brand, &four) })
}
