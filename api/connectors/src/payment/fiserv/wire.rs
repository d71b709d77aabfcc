//! The shapes of Commerce Hub's JSON.

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// A request; each operation has some of these.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<Source>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transaction_details: Option<TransactionDetails>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transaction_interaction: Option<Interaction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stored_credentials: Option<StoredCredentials>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reference_transaction_details: Option<Referred>,
    pub(super) merchant_details: Merchant<'a>,
}

#[derive(Serialize, Deserialize, Debug, Clone)]
pub(super) struct Amount {
    pub(super) total: Number,
    pub(super) currency: String,
}

#[derive(Serialize)]
#[serde(tag = "sourceType")]
pub(super) enum Source {
    PaymentCard {
        card: CardData,
    },
    #[serde(rename_all = "camelCase")]
    PaymentToken {
        token_data: String,
        token_source: String,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CardData {
    pub(super) card_data: String,
    pub(super) expiration_month: String,
    pub(super) expiration_year: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) security_code: Option<String>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransactionDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) capture_flag: Option<bool>,
    pub(super) merchant_transaction_id: String,
    pub(super) merchant_order_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) create_token: Option<bool>,
}

#[derive(Serialize)]
pub(super) struct Interaction {
    pub(super) origin: &'static str,
}

#[derive(Serialize)]
pub(super) struct StoredCredentials {
    pub(super) scheduled: bool,
    pub(super) initiator: &'static str,
    pub(super) sequence: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Referred {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reference_transaction_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reference_merchant_transaction_id: Option<String>,
}

#[derive(Serialize, Default, Clone, Copy)]
#[serde(rename_all = "camelCase")]
pub(super) struct Merchant<'a> {
    pub(super) merchant_id: &'a str,
    pub(super) terminal_id: &'a str,
}

/// An answer; what is not here is not kept.
#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Reply {
    pub(super) gateway_response: GatewayResponse,
    pub(super) payment_receipt: Receipt,
    #[serde(skip_serializing)]
    pub(super) payment_tokens: Vec<Token>,
    pub(super) error: Vec<Fault>,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct GatewayResponse {
    pub(super) transaction_type: String,
    pub(super) transaction_state: String,
    pub(super) transaction_processing_details: Processing,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Processing {
    pub(super) order_id: String,
    pub(super) transaction_id: String,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Receipt {
    pub(super) approved_amount: Option<Amount>,
    pub(super) processor_response_details: Processor,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Processor {
    pub(super) approval_status: String,
    pub(super) approval_code: String,
    pub(super) response_code: String,
    pub(super) response_message: String,
    pub(super) host_response_code: String,
}

#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Token {
    pub(super) token_data: String,
    pub(super) token_source: String,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(default)]
pub(super) struct Fault {
    pub(super) code: String,
    pub(super) field: String,
    pub(super) message: String,
}

/// What an inquiry finds: one or a list.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Found {
    Many(Vec<Reply>),
    One(Box<Reply>),
}
