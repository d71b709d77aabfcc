//! Our words and Authorize.Net's, both ways; pure.

use super::wire::{
    BillTo, Created, Customer, Details, Entry, Means, Message, Order, PaymentProfile, ProcessingOptions, Profile,
    Response, Setting, Settings, Transaction,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Card, Decline, Dispute, DisputeState, Outcome, Payer, Payment, PaymentRequest, PaymentSource, Presence, Reference,
    SavedMethod, Take,
};
use comptoir_domain::{Currency, Money};
use data_encoding::BASE32_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Number;
use sha2::{Digest, Sha256};

/// For so many seconds the gateway refuses the same invoice number with the same card and amount; the most it offers.
const DUPLICATE_WINDOW: &str = "28800";

/// Letters of an invoice number that name the payment; the other eight name the payment again, or a refund of it.
const OF_PAYMENT: usize = 12;

/// What a reason means for the method: whether it is refused for ever. Reasons that are not here are failures.
const DECLINES: &[(&str, bool)] = &[
    ("2", false),
    ("3", false),
    ("4", true),
    ("6", true),
    ("37", true),
    ("315", true),
    ("7", true),
    ("316", true),
    ("8", true),
    ("317", true),
    ("17", true),
    ("28", true),
    ("27", false),
    ("44", false),
    ("45", false),
    ("65", false),
];

/// Of requests that became no transaction.
const REFUSALS: &[(&str, Kind)] = &[
    ("E00001", Kind::Unknown),
    ("E00003", Kind::InvalidRequest),
    ("E00007", Kind::Auth),
    ("E00013", Kind::InvalidRequest),
    ("E00027", Kind::Declined),
    ("E00039", Kind::Conflict),
    ("E00040", Kind::NotFound),
    ("E00042", Kind::Conflict),
];

/// Where a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    Reserved,
    /// Taken, and to be settled in the night; until then it can only be undone as a whole.
    Taken,
    Settled,
    Declined,
    Released,
    Waits,
    GivesBack,
    Failed,
    /// Taken, and taken back by the bank.
    Reversed,
}

const STANDINGS: &[(&str, Standing)] = &[
    ("authorizedPendingCapture", Standing::Reserved),
    ("capturedPendingSettlement", Standing::Taken),
    ("settledSuccessfully", Standing::Settled),
    ("declined", Standing::Declined),
    ("voided", Standing::Released),
    ("expired", Standing::Released),
    ("FDSPendingReview", Standing::Waits),
    ("FDSAuthorizedPendingReview", Standing::Waits),
    ("underReview", Standing::Waits),
    ("refundPendingSettlement", Standing::GivesBack),
    ("refundSettledSuccessfully", Standing::GivesBack),
    ("couldNotVoid", Standing::Failed),
    ("generalError", Standing::Failed),
    ("communicationError", Standing::Failed),
    ("settlementError", Standing::Failed),
    ("returnedItem", Standing::Reversed),
    ("chargeback", Standing::Reversed),
];

/// What a status means; one that is not known has to be looked at again.
pub(super) fn standing(status: &str) -> Standing {
    STANDINGS.iter().find(|(known, _)| *known == status).map_or(Standing::Waits, |(_, standing)| *standing)
}

/// A sale or a reservation at once; other transactions refer to one.
const SALE: &str = "authCaptureTransaction";

/// Letters that stand for a text.
pub(super) fn digest(text: &str) -> String {
    BASE32_NOPAD.encode(&Sha256::digest(text))
}

/// The letters that the invoice numbers of a payment and of its refunds have in common: 60 bits of a digest, as theirs are
/// too short for our references. Should two ever be the same, the description tells them apart.
pub(super) fn lot(payment: &Reference) -> String {
    digest(payment.as_str()).chars().take(OF_PAYMENT).collect()
}

/// The invoice number of a payment (`of` itself) or of a refund of it, 20 letters.
pub(super) fn invoice(payment: &Reference, of: &Reference) -> String {
    lot(payment) + &digest(of.as_str()).chars().skip(OF_PAYMENT).take(8).collect::<String>()
}

/// A text of theirs: one line, cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(most).collect()
}

/// The description begins with our reference, which so comes back whole.
pub(super) fn order(payment: &Reference, of: &Reference, description: &str) -> Order {
    let description = cut(&format!("{of} {description}"), 255);
    Order { invoice_number: invoice(payment, of), description: description.trim_end().into() }
}

/// Our reference in a description.
pub(super) fn named(details: &Details) -> Option<Reference> {
    Reference::new(details.order.description.split(' ').next()?).ok()
}

/// Whether a transaction is the payment of that reference.
pub(super) fn is_of(details: &Details, reference: &Reference) -> bool {
    named(details).as_ref() == Some(reference) && details.order.invoice_number == invoice(reference, reference)
}

pub(super) fn bill_to(payer: &Payer) -> BillTo {
    BillTo {
        first_name: cut(&payer.first_name, 50),
        last_name: cut(&payer.last_name, 50),
        company: cut(&payer.company, 50),
        address: cut(&payer.street, 60),
        city: cut(&payer.city, 40),
        state: cut(&payer.region, 40),
        zip: cut(&payer.postcode, 20),
        country: cut(&payer.country, 60),
        phone_number: cut(&payer.phone, 25),
    }
}

/// A card, or what their fields have made of one.
pub(super) fn means(source: &PaymentSource) -> Option<Means> {
    match source {
        PaymentSource::Card(card) => Some(Means::CreditCard {
            card_number: card.number.expose_secret().into(),
            expiration_date: format!("{}-{:02}", card.expiry_year, card.expiry_month),
            card_code: Some(card.code.expose_secret().to_string()).filter(|code| !code.is_empty()),
        }),
        PaymentSource::Token(nonce) => Some(Means::OpaqueData {
            data_descriptor: "COMMON.ACCEPT.INAPP.PAYMENT",
            data_value: nonce.expose_secret().into(),
        }),
        _ => None,
    }
}

/// Our token of a profile: its id, and that of the one method in it.
pub(super) fn token(profile: &str, method: &str) -> String {
    format!("{profile}/{method}")
}

/// The two ids of a token.
pub(super) fn ids(token: &SecretString) -> Result<(&str, &str)> {
    let parts = token.expose_secret().split_once('/');
    parts.ok_or_else(|| ConnectorError::invalid("token", "this is no token of this gateway"))
}

pub(super) fn setting<'a>(name: &'a str, value: impl Into<String>) -> Setting<'a> {
    Setting { setting_name: name, setting_value: value.into() }
}

/// What is charged, but not how it is paid.
pub(super) fn bill<'a>(request: &PaymentRequest, currency: &'a str) -> Transaction<'a> {
    let payer = &request.payer;
    Transaction {
        transaction_type: match request.take {
            Take::Now => SALE,
            Take::Reserve => "authOnlyTransaction",
        },
        amount: Some(request.amount.decimal().to_string()),
        currency_code: Some(currency),
        order: Some(order(&request.reference, &request.reference, &request.description)),
        customer: Some(Customer { id: cut(&payer.id, 20), email: cut(&payer.email, 255) }),
        bill_to: Some(bill_to(payer)),
        ..Transaction::default()
    }
}

/// A charge.
pub(super) fn charge<'a>(request: &'a PaymentRequest, currency: &'a str) -> Result<Transaction<'a>> {
    let bill = bill(request, currency);
    let address = Some(request.client_ip().to_string()).filter(|ip| (1..=15).contains(&ip.len()));
    let is_saved = matches!(request.source, PaymentSource::Saved(_));
    let alone = request.presence == Presence::Nobody;
    let profile = match &request.source {
        PaymentSource::Saved(token) => {
            let (customer_profile_id, payment_profile_id) = ids(token)?;
            Some(Profile::Known { customer_profile_id, payment_profile: PaymentProfile { payment_profile_id } })
        }
        _ => request.save.then_some(Profile::Create { create_profile: true }),
    };
    let settings = vec![
        setting("duplicateWindow", DUPLICATE_WINDOW),
        setting("emailCustomer", "false"),
        setting("recurringBilling", if is_saved && alone { "true" } else { "false" }),
    ];
    let options = ProcessingOptions {
        is_first_subsequent_auth: request.save && !is_saved,
        is_subsequent_auth: is_saved && alone,
        is_stored_credentials: is_saved && !alone,
    };
    Ok(Transaction {
        payment: means(&request.source),
        profile,
        // what a profile knows must not be sent again, and each profile is a customer of its own
        customer: bill.customer.filter(|_| !is_saved).map(|customer| Customer {
            id: if request.save { lot(&request.reference) } else { customer.id },
            ..customer
        }),
        bill_to: bill.bill_to.filter(|_| !is_saved),
        customer_ip: address,
        transaction_settings: Some(Settings { setting: settings }),
        processing_options: Some(options).filter(|_| is_saved || request.save),
        ..bill
    })
}

/// A refund of a settled payment; the last digits of its card have to be said again.
pub(super) fn refund<'a>(payment: &'a Details, order: Order, amount: Money) -> Result<Transaction<'a>> {
    let card = payment.payment.credit_card.as_ref();
    let card = card.ok_or_else(|| ConnectorError::invalid("card", "the gateway names no card to give back to"))?;
    let setting = vec![setting("duplicateWindow", DUPLICATE_WINDOW)];
    Ok(Transaction {
        transaction_type: "refundTransaction",
        amount: Some(amount.decimal().to_string()),
        payment: Some(Means::CreditCard {
            card_number: last_four(&card.card_number),
            expiration_date: "XXXX".into(),
            card_code: None,
        }),
        ref_trans_id: Some(&payment.trans_id),
        order: Some(order),
        transaction_settings: Some(Settings { setting }),
        ..Transaction::default()
    })
}

pub(super) fn last_four(masked: &str) -> String {
    masked.chars().skip(masked.chars().count().saturating_sub(4)).collect()
}

/// What was refused before it became a transaction.
pub(super) fn refused(messages: &[Message]) -> ConnectorError {
    let (code, text) = messages.first().map_or(("", ""), |message| (message.code.as_str(), message.text.as_str()));
    let kind = REFUSALS.iter().find(|(known, _)| *known == code).map_or(Kind::InvalidRequest, |(_, kind)| *kind);
    ConnectorError::new(kind, code.to_string(), cut(text, 300))
}

/// The reason of an answer: code and text.
pub(super) fn reason(response: &Response) -> (String, String) {
    let fault = response.errors.first().map(|fault| (fault.error_code.clone(), fault.error_text.clone()));
    let note = || response.messages.first().map(|note| (note.code.clone(), note.description.clone()));
    let (code, text) = fault.or_else(note).unwrap_or_default();
    (code, cut(&text, 300))
}

fn refusal((code, message): (String, String), by_bank: bool) -> Outcome {
    match DECLINES.iter().find(|(known, _)| *known == code) {
        Some((_, hard)) => Outcome::Declined(Decline { hard: *hard, code, message }),
        None if by_bank => Outcome::Declined(Decline { hard: false, code, message }),
        None => Outcome::Error { code, message },
    }
}

/// What became of a charge.
pub(super) fn outcome(response: &Response, take: Take) -> Outcome {
    if id(&response.trans_id).is_none() && response.response_code == "1" {
        let message = "the account is in test mode: nothing was taken";
        return Outcome::Error { code: "test_mode".into(), message: message.into() };
    }
    match (response.response_code.as_str(), take) {
        ("1", Take::Now) => Outcome::Approved,
        ("1", Take::Reserve) => Outcome::Authorised,
        ("4" | "5", _) => Outcome::Pending { instructions: None },
        (code, _) => refusal(reason(response), code == "2"),
    }
}

/// Their id of a transaction; in test mode it is `0`, which names nothing.
pub(super) fn id(trans_id: &str) -> Option<String> {
    Some(trans_id.to_string()).filter(|id| !id.is_empty() && id != "0")
}

/// An amount as they write it, in the account's only currency.
pub(super) fn money(amount: Option<&Number>, currency: Currency) -> Result<Money> {
    let text = amount.map_or_else(|| "0".to_string(), Number::to_string);
    Money::parse(&text, currency).map_err(|error| {
        ConnectorError::new(Kind::Unknown, "amount", format!("the gateway names an amount that is none: {error}"))
    })
}

/// What was given back, among the lines that belong to a payment.
pub(super) fn given_back(lines: &[Entry], currency: Currency) -> Result<Money> {
    let back = lines.iter().filter(|line| standing(&line.transaction_status) == Standing::GivesBack);
    back.map(|line| money(line.settle_amount.as_ref(), currency))
        .try_fold(Money::zero(currency), |sum, amount| Ok(sum.plus(amount?)?))
}

/// A payment as it stands. A sale that was undone before it was settled is one that was given back.
pub(super) fn payment(reference: &Reference, details: &Details, back: Money) -> Result<Payment> {
    let currency = back.currency();
    let (reserved, settled) =
        (money(details.auth_amount.as_ref(), currency)?, money(details.settle_amount.as_ref(), currency)?);
    let is_sale = details.transaction_type == SALE;
    let taken = if is_sale { Outcome::Approved } else { Outcome::Captured };
    let code = || details.response_reason_code.as_ref().map_or_else(String::new, Number::to_string);
    let why = || (code(), cut(&details.response_reason_description, 300));
    let (outcome, amount, refunded) = match standing(&details.transaction_status) {
        Standing::Reserved => (Outcome::Authorised, reserved, back),
        Standing::Taken | Standing::Settled => (taken, settled, back),
        Standing::Reversed => (taken, settled, settled),
        Standing::Released if is_sale => (taken, reserved, reserved),
        Standing::Released => (Outcome::Voided, reserved, back),
        Standing::Declined => (refusal(why(), true), reserved, back),
        Standing::Failed => {
            let code = details.transaction_status.clone();
            (Outcome::Error { code, message: why().1 }, reserved, back)
        }
        Standing::Waits | Standing::GivesBack => (Outcome::Pending { instructions: None }, reserved, back),
    };
    Ok(Payment {
        reference: reference.clone(),
        gateway_id: id(&details.trans_id),
        amount,
        outcome,
        refunded,
        saved: None,
        card_country: None,
        raw: raw(details),
    })
}

/// What the bank has taken back. Nobody asks us there: it is over when we hear of it.
pub(super) fn dispute(details: &Details, payment: &Payment) -> Option<Dispute> {
    let status = Some(details.transaction_status.clone()).filter(|it| standing(it) == Standing::Reversed)?;
    Some(Dispute {
        id: details.trans_id.clone(),
        state: DisputeState::Lost,
        amount: payment.amount,
        reason: status.clone(),
        status,
        answer_by: None,
    })
}

/// What we keep of an answer: the fields we know, none of which is secret, in a few thousand letters at most.
pub(super) fn raw(kept: &impl Serialize) -> String {
    cut(&serde_json::to_string(kept).unwrap_or_default(), 4000)
}

/// A method as clients know it.
pub(super) fn saved(profile: &str, method: &str, brand: &str, masked: &str, card: Option<&Card>) -> SavedMethod {
    let expires = card.map(|card| (card.expiry_month, card.expiry_year));
    SavedMethod { expires, ..SavedMethod::card(token(profile, method), brand, &last_four(masked)) }
}

/// What was kept with a charge.
pub(super) fn kept(created: &Created, response: &Response, source: &PaymentSource) -> Option<SavedMethod> {
    let method = created.customer_payment_profile_id_list.first()?;
    let (brand, masked) = (&response.account_type, &response.account_number);
    Some(saved(&created.customer_profile_id, method, brand, masked, card(source)))
}

pub(super) fn card(source: &PaymentSource) -> Option<&Card> {
    if let PaymentSource::Card(card) = source { Some(card) } else { None }
}
