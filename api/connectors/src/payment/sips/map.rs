//! Ours to theirs and back: references, forms, objects, and where payments stand.

use super::Account;
use super::codes::{self, Meaning, Status};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Begun, Card, ClientAction, Decline, Outcome, Payer, Payment, PaymentRequest, PaymentSource, Presence, Reference,
    SavedMethod, Take, numbers,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use comptoir_domain::Money;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// An object of theirs.
pub(super) type Object = Map<String, Value>;

/// The version of the form's interface.
const FORM: &str = "HP_2.24";

fn hash(text: &str, most: usize) -> String {
    let mut hex = HEXLOWER.encode(&Sha256::digest(text));
    hex.truncate(most);
    hex
}

/// What a payment is called there: 32 letters and digits, since no hyphen or underscore may stand in it. With 128 bits of a hash no
/// two references meet.
pub(super) fn transaction(reference: &Reference) -> String {
    hash(reference.as_str(), 32)
}

/// Where a client's cards are kept: at most 21 letters and digits.
pub(super) fn wallet(payer: &Payer) -> String {
    hash(&format!("wallet {}", payer.id), 21)
}

/// A token of ours is theirs and the wallet that it lies in.
pub(super) fn parts(token: &SecretString) -> (&str, &str) {
    token.expose_secret().split_once(':').unwrap_or(("", token.expose_secret()))
}

fn plain(text: &str, most: usize) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(most).collect()
}

/// The number of the currency, if the shop takes it.
pub(super) fn currency(account: &Account, amount: Money) -> Result<String> {
    let known = numbers::number(amount.currency()).filter(|_| account.currencies.contains(&amount.currency()));
    known.ok_or_else(|| ConnectorError::invalid("currency", "the shop does not take this currency"))
}

const fn capture_mode(take: Take) -> &'static str {
    match take {
        Take::Now => "AUTHOR_CAPTURE",
        Take::Reserve => RESERVING,
    }
}

const RESERVING: &str = "VALIDATION";

/// What both ways of a payment say.
fn beginning(account: &Account, request: &PaymentRequest) -> Result<Vec<(&'static str, String)>> {
    Ok(vec![
        ("amount", request.amount.minor().to_string()),
        ("captureMode", capture_mode(request.take).into()),
        ("currencyCode", currency(account, request.amount)?),
        ("customerId", plain(&request.payer.id, 19)),
        ("customerLanguage", request.payer.language.clone()),
        ("keyVersion", account.key_version.clone()),
        ("merchantId", account.merchant.clone()),
        ("orderId", plain(request.reference.as_str(), 32)),
        ("returnContext", request.reference.to_string()),
        ("transactionReference", transaction(&request.reference)),
    ])
}

/// The form that takes the client to their page.
pub(super) fn page(account: &Account, request: &PaymentRequest) -> Result<ClientAction> {
    let mut fields = beginning(account, request)?;
    fields.extend([
        ("automaticResponseUrl", account.callback_url.clone()),
        ("customerContact.email", request.payer.email.clone()),
        ("normalReturnUrl", request.return_to.clone()),
        ("orderChannel", "INTERNET".into()),
        ("paymentMeanBrandList", account.methods.clone()),
        ("responseEncoding", "base64".into()),
    ]);
    if request.save {
        fields.push(("merchantWalletId", wallet(&request.payer)));
        fields.push(("paymentPattern", "RECURRING_1".into()));
    }
    let line = |text: &str| text.chars().filter(|letter| *letter != '|' && !letter.is_control()).collect::<String>();
    let pairs = fields.iter().filter(|(_, value)| !value.is_empty());
    let data: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", line(value))).collect();
    let data = BASE64_STANDARD.encode(data.join("|"));
    let form = [
        ("Seal", account.algorithm.seal(&account.key, &data)?),
        ("Data", data),
        ("Encode", "base64".into()),
        ("InterfaceVersion", FORM.into()),
        ("SealAlgorithm", account.algorithm.as_str().into()),
    ];
    let fields = form.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
    Ok(ClientAction { redirect_to: account.page.clone(), fields })
}

/// A payment by a card or out of a wallet, without a page: which operation, and what it is told.
pub(super) fn order(account: &Account, request: &PaymentRequest) -> Result<(&'static str, Object)> {
    let mut object: Object =
        beginning(account, request)?.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    object.retain(|_, value| value.as_str() != Some(""));
    let payer = &request.payer;
    let contact = json!({ "email": payer.email, "firstname": payer.first_name, "lastname": payer.last_name });
    object.insert("customerContact".into(), contact);
    let mut put = |name: &str, value: &str| drop(object.insert(name.into(), value.into()));
    match &request.source {
        PaymentSource::Card(card) => {
            put("orderChannel", channel(request.presence));
            put("cardNumber", card.number.expose_secret());
            put("cardExpiryDate", &expiry(card));
            put("cardCSCValue", card.code.expose_secret());
            Ok(("checkout/cardOrder", object))
        }
        PaymentSource::Saved(token) => {
            let (wallet, mean) = parts(token);
            put("orderChannel", channel(request.presence));
            put("merchantWalletId", wallet);
            put("paymentMeanId", mean);
            put("paymentPattern", if request.presence == Presence::Nobody { "RECURRING_N" } else { "ONE_SHOT" });
            Ok(("checkout/walletOrder", object))
        }
        _ => Err(ConnectorError::invalid("source", "this gateway does not take what is offered")),
    }
}

/// By which way an order has come.
const fn channel(presence: Presence) -> &'static str {
    match presence {
        Presence::Desk => "MOTO",
        Presence::Client | Presence::Nobody => "INTERNET",
    }
}

fn expiry(card: &Card) -> String {
    format!("{:04}{:02}", card.expiry_year, card.expiry_month)
}

/// A card that goes into a wallet.
pub(super) fn added(wallet: &str, card: &Card) -> Object {
    let number = card.number.expose_secret();
    let pairs = [
        ("cardExpiryDate", expiry(card)),
        ("cardNumber", number.into()),
        ("merchantWalletId", wallet.into()),
        ("paymentMeanBrand", codes::brand(number).into()),
    ];
    pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// The text of a field; empty if there is none.
pub(super) fn text<'a>(object: &'a Object, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The card that a wallet now holds.
pub(super) fn kept(wallet: &str, mean: &str, card: &Card) -> SavedMethod {
    let number = card.number.expose_secret();
    let expires = Some((card.expiry_month, card.expiry_year));
    SavedMethod { expires, ..in_wallet(wallet, mean, codes::brand(number), number) }
}

fn in_wallet(wallet: &str, mean: &str, brand: &str, number: &str) -> SavedMethod {
    let tail: Vec<char> = number.chars().rev().take(4).take_while(char::is_ascii_digit).collect();
    SavedMethod::card(format!("{wallet}:{mean}"), brand, &tail.into_iter().rev().collect::<String>())
}

/// The card that the page has put into a wallet.
fn saved(object: &Object) -> Option<SavedMethod> {
    let mean = ["paymentMeanId", "walletStoredDataId"].into_iter().map(|name| text(object, name));
    let mean = mean.into_iter().find(|mean| !mean.is_empty())?;
    let wallet = Some(text(object, "merchantWalletId")).filter(|wallet| !wallet.is_empty())?;
    let date = text(object, "panExpiryDate");
    let month = date.get(4..6).and_then(|month| month.parse().ok()).filter(|month| (1..=12).contains(month));
    let year = date.get(..4).and_then(|year| year.parse().ok());
    let saved = in_wallet(wallet, mean, text(object, "paymentMeanBrand"), text(object, "maskedPan"));
    Some(SavedMethod { expires: month.zip(year), ..saved })
}

/// An amount that they name.
pub(super) fn amount(object: &Object, name: &str) -> Result<Option<Money>> {
    let odd = || ConnectorError::new(Kind::Unknown, "bad_answer", "the answer names no amount");
    match text(object, name) {
        "" => Ok(None),
        minor => {
            let currency = numbers::currency(text(object, "currencyCode")).ok_or_else(odd)?;
            Ok(Some(Money::from_minor(minor.parse().map_err(|_| odd())?, currency)))
        }
    }
}

/// What may be kept of an answer: no token, no wallet, no card number.
const KEPT: &[&str] = &[
    "acquirerResponseCode",
    "amount",
    "authorisationId",
    "captureDay",
    "captureMode",
    "currencyCode",
    "currentAmount",
    "holderAuthentStatus",
    "newAmount",
    "newStatus",
    "orderId",
    "paymentMeanBrand",
    "responseCode",
    "returnContext",
    "scoreColor",
    "scoreValue",
    "transactionDateTime",
    "transactionReference",
    "transactionStatus",
];

/// Answers are kept up to that length.
const LONGEST_RAW: usize = 4000;

/// What may be kept of an answer.
pub(super) fn raw(object: &Object) -> String {
    let kept = object.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    let kept: Object = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    json!(kept).to_string().chars().take(LONGEST_RAW).collect()
}

/// The outcome that a code tells.
fn outcome(object: &Object) -> Outcome {
    let code = text(object, "responseCode").to_string();
    let (meaning, words) = codes::meaning(&code, text(object, "acquirerResponseCode"));
    match meaning {
        Meaning::Done if text(object, "captureMode") == RESERVING => Outcome::Authorised,
        Meaning::Done => Outcome::Approved,
        Meaning::Pending | Meaning::Call(Kind::Unknown) => Outcome::Pending { instructions: None },
        Meaning::Soft | Meaning::Hard => {
            Outcome::Declined(Decline { hard: meaning == Meaning::Hard, code, message: words.into() })
        }
        Meaning::Call(_) => Outcome::Error { code, message: words.into() },
    }
}

/// A payment of which an answer or a notice tells what the bank has said. `asked` stands for what an answer does not repeat.
pub(super) fn told(reference: Reference, object: &Object, asked: Option<Money>) -> Result<Payment> {
    let none = || ConnectorError::new(Kind::Unknown, "bad_answer", "the answer names no amount");
    let outcome = outcome(object);
    let amount = amount(object, "amount")?.or(asked).ok_or_else(none)?;
    let is_good = matches!(outcome, Outcome::Approved | Outcome::Authorised);
    Ok(Payment {
        gateway_id: Some(transaction(&reference)),
        reference,
        amount,
        saved: if is_good { saved(object) } else { None },
        outcome,
        refunded: Money::zero(amount.currency()),
        card_country: None,
        raw: raw(object),
    })
}

/// Where a payment stands by the diagnostic. Of one that was reserved it tells what is left of it; of any other what is left is what
/// was not given back.
pub(super) fn stands(begun: &Begun, object: &Object) -> Result<Payment> {
    let asked = amount(object, "amount")?.unwrap_or(begun.amount);
    let left = amount(object, "currentAmount")?.unwrap_or(asked);
    let was_reserved = text(object, "captureMode") == RESERVING;
    let status = codes::status(text(object, "transactionStatus"));
    let outcome = match status {
        Status::ToTake | Status::Taken | Status::Back if was_reserved => Outcome::Captured,
        Status::ToTake | Status::Taken | Status::Back => Outcome::Approved,
        Status::Reserved => Outcome::Authorised,
        Status::Open => Outcome::Pending { instructions: None },
        Status::Refused => {
            let issuer = text(object, "acquirerResponseCode");
            let (meaning, words) = codes::meaning("05", issuer);
            let code = if issuer.is_empty() { "05" } else { issuer }.to_string();
            Outcome::Declined(Decline { hard: meaning == Meaning::Hard, code, message: words.into() })
        }
        Status::Released => Outcome::Voided,
    };
    let nothing = Money::zero(asked.currency());
    let refunded = match (status, was_reserved) {
        (Status::Back, _) => asked,
        (Status::ToTake | Status::Taken | Status::Released, false) => asked.minus(left)?,
        _ => nothing,
    };
    let is_part = was_reserved && matches!(status, Status::ToTake | Status::Taken);
    Ok(Payment {
        reference: begun.reference.clone(),
        gateway_id: Some(transaction(&begun.reference)),
        amount: if is_part { left } else { asked },
        outcome,
        refunded,
        saved: None,
        card_country: None,
        raw: raw(object),
    })
}

/// A payment of which nothing is known there yet.
pub(super) fn waiting(begun: &Begun, outcome: Outcome) -> Payment {
    Payment {
        reference: begun.reference.clone(),
        gateway_id: Some(transaction(&begun.reference)),
        amount: begun.amount,
        outcome,
        refunded: Money::zero(begun.amount.currency()),
        saved: None,
        card_country: None,
        raw: String::new(),
    }
}
