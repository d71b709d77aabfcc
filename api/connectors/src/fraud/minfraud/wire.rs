//! The shapes of minFraud 2.0: what is sent, and as much of the answers as is read.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// A question. Sections that are not known are left out.
#[derive(Clone, Debug, Serialize)]
pub struct Transaction<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
    pub event: Event<'a>,
    pub account: Account<'a>,
    pub email: Email<'a>,
    pub billing: Billing<'a>,
    pub payment: Payment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_card: Option<CreditCard<'a>>,
    pub order: Order<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shopping_cart: Vec<CartItem<'a>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub custom_inputs: Map<String, Value>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Device {
    pub ip_address: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct Event<'a> {
    pub transaction_id: &'a str,
    pub shop_id: &'a str,
    pub time: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub party: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Account<'a> {
    pub user_id: &'a str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Email<'a> {
    pub address: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub domain: &'a str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Billing<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pub first_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub last_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub company: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub address: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub address_2: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub city: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub region: &'a str,
    pub country: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub postal: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub phone_number: &'a str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Payment {
    pub processor: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct CreditCard<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer_id_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_digits: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Order<'a> {
    pub amount: Number,
    pub currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_code: Option<&'a str>,
}

#[derive(Clone, Debug, Serialize)]
pub struct CartItem<'a> {
    pub category: &'a str,
    pub item_id: &'a str,
    pub quantity: u32,
}

/// What is asked to see whether we are known: a mail domain and nothing else.
#[derive(Clone, Debug, Serialize)]
pub struct Probe {
    pub email: ProbeEmail,
}

#[derive(Clone, Debug, Serialize)]
pub struct ProbeEmail {
    pub domain: &'static str,
}

/// What is told later.
#[derive(Clone, Debug, Serialize)]
pub struct Feedback<'a> {
    pub tag: &'static str,
    pub minfraud_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub notes: &'a str,
}

/// A refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Refusal {
    pub code: String,
    pub error: String,
}

/// An answer.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub id: String,
    pub risk_score: Number,
    #[serde(default)]
    pub ip_address: IpAddress,
    #[serde(default)]
    pub disposition: Option<Disposition>,
    #[serde(default)]
    pub queries_remaining: Option<u64>,
    #[serde(default)]
    pub warnings: Vec<Warning>,
    #[serde(default)]
    pub credit_card: CardAnswer,
    #[serde(default)]
    pub email: EmailAnswer,
    #[serde(default)]
    pub risk_score_reasons: Vec<Multiplied>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IpAddress {
    pub risk: Option<Number>,
    pub country: IpCountry,
    pub traits: Traits,
    pub risk_reasons: Vec<Reason>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct IpCountry {
    pub iso_code: Option<String>,
}

/// Whose an address is, and what hides who is behind it. Where a service tells none of it, nothing is there.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Traits {
    pub isp: Option<String>,
    pub user_type: Option<String>,
    pub is_hosting_provider: Option<bool>,
    pub is_anonymous: Option<bool>,
    pub is_anonymous_vpn: Option<bool>,
    pub is_public_proxy: Option<bool>,
    pub is_residential_proxy: Option<bool>,
    pub is_tor_exit_node: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub struct Disposition {
    pub action: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Warning {
    pub code: String,
    pub warning: String,
    pub input_pointer: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CardAnswer {
    pub issuer: Issuer,
    pub brand: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub country: Option<String>,
    pub is_prepaid: Option<bool>,
    pub is_virtual: Option<bool>,
    pub is_issued_in_billing_address_country: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Issuer {
    pub name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmailAnswer {
    pub is_disposable: Option<bool>,
    pub is_high_risk: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reason {
    pub code: String,
    pub reason: String,
}

#[derive(Debug, Deserialize)]
pub struct Multiplied {
    pub multiplier: Number,
    #[serde(default)]
    pub reasons: Vec<Reason>,
}
