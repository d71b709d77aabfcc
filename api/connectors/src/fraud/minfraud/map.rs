//! Ours to theirs and back. Pure.

use super::findings::findings;
use super::wire::{self, Answer, Multiplied, Reason, Refusal, Transaction};
use crate::error::{ConnectorError, Kind, Result};
use crate::fraud::{CardFacts, Question};
use comptoir_domain::FraudScore;
use comptoir_domain::fraud::{FraudReason, Learned, Scored};
use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use rust_decimal::Decimal;
use serde_json::{Map, Number, json};
use sha2::Sha256;

/// Their names of payment processors by ours; those that they do not know are `other`.
const PROCESSORS: &[(&str, &str)] = &[
    ("stripe", "stripe"),
    ("paypal", "paypal"),
    ("paypal_standard", "paypal"),
    ("authorizenet", "authorizenet"),
    ("worldpay", "worldpay"),
    ("worldpay_xml", "worldpay"),
    ("bluepay", "bluepay"),
    ("fiserv", "fiserv"),
];

/// How refusals are meant, by code and else by status.
const CODES: &[(&str, Kind)] = &[
    ("JSON_INVALID", Kind::InvalidRequest),
    ("REQUEST_INVALID", Kind::InvalidRequest),
    ("INVALID_INPUT", Kind::InvalidRequest),
    ("IP_ADDRESS_INVALID", Kind::InvalidRequest),
    ("IP_ADDRESS_REQUIRED", Kind::InvalidRequest),
    ("IP_ADDRESS_RESERVED", Kind::InvalidRequest),
    ("AUTHORIZATION_INVALID", Kind::Auth),
    ("ACCOUNT_ID_REQUIRED", Kind::Auth),
    ("LICENSE_KEY_REQUIRED", Kind::Auth),
    ("INSUFFICIENT_FUNDS", Kind::Declined),
    ("PERMISSION_REQUIRED", Kind::Auth),
];

/// What is asked about an order.
pub fn transaction<'a>(asked: &'a Question, options: Options) -> Result<Transaction<'a>> {
    let billing = &asked.billing;
    let domain = asked.mail.rsplit_once('@').map_or("", |(_, domain)| domain);
    Ok(Transaction {
        device: asked.ip.map(|ip| wire::Device { ip_address: ip.to_string() }),
        event: wire::Event {
            transaction_id: &asked.transaction,
            shop_id: &asked.shop,
            time: asked.at.to_string(),
            kind: "purchase",
            party: "customer",
        },
        account: wire::Account { user_id: &asked.account },
        email: wire::Email { address: address(&asked.mail, options.hashes_mail), domain },
        billing: wire::Billing {
            first_name: &billing.first_name,
            last_name: &billing.last_name,
            company: &billing.company,
            address: &billing.line1,
            address_2: &billing.line2,
            city: &billing.city,
            region: &billing.region,
            country: billing.country.to_string(),
            postal: &billing.postal_code,
            phone_number: &billing.phone,
        },
        payment: wire::Payment { processor: processor(&asked.gateway) },
        credit_card: asked.card.as_ref().map(card),
        order: wire::Order {
            amount: number(asked.amount.decimal())?,
            currency: asked.amount.currency().to_string(),
            discount_code: asked.coupon.as_deref(),
        },
        shopping_cart: asked
            .cart
            .iter()
            .map(|line| wire::CartItem { category: &line.category, item_id: &line.item, quantity: 1 })
            .collect(),
        custom_inputs: if options.sends_custom_inputs { custom_inputs(asked) } else { Map::new() },
    })
}

/// What the seller has settled about questions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether a hash is sent in place of mail addresses.
    pub hashes_mail: bool,
    /// Whether what has to be defined in the portal is sent, too.
    pub sends_custom_inputs: bool,
}

/// A mail address, or the MD5 of it in small letters.
fn address(mail: &str, hashes: bool) -> String {
    if hashes { HEXLOWER.encode(&Md5::digest(mail.trim().to_lowercase())) } else { mail.to_string() }
}

fn processor(gateway: &str) -> &'static str {
    PROCESSORS.iter().find(|(ours, _)| *ours == gateway).map_or("other", |(_, theirs)| theirs)
}

fn card(facts: &CardFacts) -> wire::CreditCard<'_> {
    // six digits or eight, nothing between
    let digits = facts.bin.as_ref().and_then(|bin| bin.as_str().get(..8).or(bin.as_str().get(..6)));
    let is_end = |end: &&str| [2, 4].contains(&end.len()) && end.bytes().all(|digit| digit.is_ascii_digit());
    wire::CreditCard {
        issuer_id_number: digits,
        last_digits: facts.last_digits.as_deref().filter(is_end),
        country: facts.country.map(|country| country.to_string()),
    }
}

/// What hosting knows besides; the keys have to be defined in the portal.
fn custom_inputs(asked: &Question) -> Map<String, serde_json::Value> {
    let mut inputs = Map::new();
    if let Some(domain) = &asked.domain {
        inputs.insert("domain_ordered".into(), json!(domain));
    }
    inputs.insert("payment_module".into(), json!(asked.gateway));
    inputs.insert("account_age_days".into(), json!(asked.account_days));
    inputs
}

fn number(value: Decimal) -> Result<Number> {
    let number = value.normalize().to_string().parse::<Number>();
    number.map_err(|error| ConnectorError::invalid("amount", error.to_string()))
}

/// The digest of a question.
pub fn digest(body: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(body))
}

/// What was answered to a question with that digest.
pub fn answer(status: u16, body: &[u8], request_digest: String) -> Result<Scored> {
    if status != 200 {
        return Err(refusal(status, body));
    }
    let unclear = |what: String| ConnectorError::new(Kind::Unavailable, "unclear_answer", what);
    let said: Answer = serde_json::from_slice(body).map_err(|error| unclear(error.to_string()))?;
    let score = score(&said.risk_score).ok_or_else(|| unclear(format!("{} is no score", said.risk_score)))?;
    let mut reasons: Vec<FraudReason> = said.ip_address.risk_reasons.iter().map(|it| reason(it, None)).collect();
    reasons.extend(said.risk_score_reasons.iter().flat_map(multiplied));
    reasons.extend(findings(&said));
    Ok(Scored {
        id: said.id.clone(),
        score,
        ip_risk: said.ip_address.risk.as_ref().and_then(self::score),
        // an action that is not known yet decides nothing
        disposition: said.disposition.as_ref().and_then(|disposition| disposition.action.parse().ok()),
        reasons,
        warnings: said.warnings.iter().map(warning).collect(),
        learned: learned(&said),
        queries_remaining: said.queries_remaining,
        request_digest,
    })
}

/// A score as it is written; more places than two are rounded.
fn score(number: &Number) -> Option<FraudScore> {
    let text = number.to_string();
    let value = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok()?;
    FraudScore::new(value.round_dp(FraudScore::PLACES)).ok().filter(|score| *score <= FraudScore::from(100))
}

fn reason(it: &Reason, multiplier: Option<&Number>) -> FraudReason {
    let multiplier = multiplier.map(ToString::to_string);
    FraudReason { code: it.code.clone(), detail: it.reason.clone(), multiplier }
}

fn multiplied(group: &Multiplied) -> impl Iterator<Item = FraudReason> {
    group.reasons.iter().map(|it| reason(it, Some(&group.multiplier)))
}

fn warning(it: &wire::Warning) -> String {
    format!("{} {}: {}", it.code, it.input_pointer, it.warning)
}

fn learned(said: &Answer) -> Learned {
    let country = |code: &Option<String>| code.as_ref().and_then(|code| code.parse().ok());
    let traits = &said.ip_address.traits;
    let hides = [
        traits.is_anonymous,
        traits.is_anonymous_vpn,
        traits.is_public_proxy,
        traits.is_residential_proxy,
        traits.is_tor_exit_node,
    ];
    Learned {
        ip_country: country(&said.ip_address.country.iso_code),
        is_anonymous: hides.into_iter().flatten().reduce(|one, other| one || other),
        card_country: country(&said.credit_card.country),
        is_mail_disposable: said.email.is_disposable,
    }
}

/// What was refused.
pub fn refusal(status: u16, body: &[u8]) -> ConnectorError {
    let told: Refusal = serde_json::from_slice(body).unwrap_or_default();
    let by_status = match status {
        401 | 403 => Kind::Auth,
        402 => Kind::Declined,
        429 => Kind::RateLimited(None),
        415 | 500.. => Kind::Unavailable,
        _ => Kind::InvalidRequest,
    };
    let kind = CODES.iter().find(|(code, _)| *code == told.code).map_or(by_status, |(_, kind)| *kind);
    let code = if told.code.is_empty() { format!("http_{status}") } else { told.code };
    let message = if told.error.is_empty() { format!("it answered {status}") } else { told.error };
    ConnectorError::new(kind, code, message)
}

/// Whether the same question may be answered without the IP address.
pub fn is_about_address(error: &ConnectorError) -> bool {
    ["IP_ADDRESS_INVALID", "IP_ADDRESS_REQUIRED", "IP_ADDRESS_RESERVED"].contains(&error.code.as_ref())
}

/// Whether the same question may be answered if it is asked once more.
pub fn may_pass(error: &ConnectorError) -> bool {
    matches!(error.kind, Kind::Unavailable | Kind::Unknown)
}
