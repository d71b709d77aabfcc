//! The shapes of Authorize.Net's JSON API. JSON is read as XML over there, so members are sent in the order of its schema.

use serde::{Deserialize, Serialize};
use serde_json::Number;

/// One request, under its name.
#[derive(Serialize)]
pub(super) struct Authenticated<'a, T> {
    #[serde(rename = "merchantAuthentication")]
    pub(super) merchant: Merchant<'a>,
    #[serde(flatten)]
    pub(super) request: &'a T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Merchant<'a> {
    pub(super) name: &'a str,
    pub(super) transaction_key: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transact<'a> {
    pub(super) transaction_request: Transaction<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HostedPage<'a> {
    pub(super) transaction_request: Transaction<'a>,
    pub(super) hosted_payment_settings: Settings<'a>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction<'a> {
    pub(super) transaction_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) currency_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payment: Option<Means>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) profile: Option<Profile<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ref_trans_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<Order>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) customer: Option<Customer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bill_to: Option<BillTo>,
    #[serde(rename = "customerIP", skip_serializing_if = "Option::is_none")]
    pub(super) customer_ip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transaction_settings: Option<Settings<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) processing_options: Option<ProcessingOptions>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Means {
    #[serde(rename_all = "camelCase")]
    CreditCard {
        card_number: String,
        expiration_date: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        card_code: Option<String>,
    },
    #[serde(rename_all = "camelCase")]
    OpaqueData { data_descriptor: &'static str, data_value: String },
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Profile<'a> {
    #[serde(rename_all = "camelCase")]
    Create { create_profile: bool },
    #[serde(rename_all = "camelCase")]
    Known { customer_profile_id: &'a str, payment_profile: PaymentProfile<'a> },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PaymentProfile<'a> {
    pub(super) payment_profile_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub(super) invoice_number: String,
    pub(super) description: String,
}

#[derive(Serialize)]
pub(super) struct Customer {
    pub(super) id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) email: String,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct BillTo {
    pub(super) first_name: String,
    pub(super) last_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) company: String,
    pub(super) address: String,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) zip: String,
    pub(super) country: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) phone_number: String,
}

#[derive(Serialize)]
pub(super) struct Settings<'a> {
    pub(super) setting: Vec<Setting<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Setting<'a> {
    pub(super) setting_name: &'a str,
    pub(super) setting_value: String,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProcessingOptions {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_first_subsequent_auth: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_subsequent_auth: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_stored_credentials: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ById<'a> {
    pub(super) trans_id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batches {
    pub(super) include_statistics: bool,
    pub(super) first_settlement_date: String,
    pub(super) last_settlement_date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listing<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) batch_id: Option<&'a str>,
    pub(super) sorting: Sorting,
    pub(super) paging: Paging,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sorting {
    pub(super) order_by: &'static str,
    pub(super) order_descending: bool,
}

#[derive(Serialize)]
pub(super) struct Paging {
    pub(super) limit: usize,
    pub(super) offset: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateProfile<'a> {
    pub(super) profile: NewProfile<'a>,
    pub(super) validation_mode: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewProfile<'a> {
    pub(super) merchant_customer_id: String,
    pub(super) description: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) email: String,
    pub(super) payment_profiles: NewPaymentProfile,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPaymentProfile {
    pub(super) bill_to: BillTo,
    pub(super) payment: Means,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfProfile<'a> {
    pub(super) customer_profile_id: &'a str,
}

/// Every answer has these.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Messages {
    pub(super) result_code: String,
    #[serde(default)]
    pub(super) message: Vec<Message>,
}

#[derive(Deserialize, Debug)]
pub(super) struct Message {
    pub(super) code: String,
    pub(super) text: String,
}

#[derive(Deserialize, Debug)]
pub(super) struct Enveloped {
    pub(super) messages: Messages,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transacted {
    pub(super) transaction_response: Option<Response>,
    pub(super) profile_response: Option<Created>,
    pub(super) messages: Messages,
}

/// What became of a transaction; what is not here is not kept.
#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Response {
    pub(super) response_code: String,
    pub(super) auth_code: String,
    pub(super) avs_result_code: String,
    pub(super) cvv_result_code: String,
    pub(super) trans_id: String,
    #[serde(skip_serializing)]
    pub(super) trans_hash_sha2: String,
    pub(super) account_number: String,
    pub(super) account_type: String,
    pub(super) network_trans_id: String,
    pub(super) messages: Vec<Note>,
    pub(super) errors: Vec<Fault>,
    #[serde(skip_serializing)]
    pub(super) profile: Option<Created>,
}

#[derive(Deserialize, Serialize, Debug)]
pub(super) struct Note {
    pub(super) code: String,
    pub(super) description: String,
}

#[derive(Deserialize, Serialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fault {
    pub(super) error_code: String,
    pub(super) error_text: String,
}

#[derive(Deserialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Created {
    pub(super) customer_profile_id: String,
    pub(super) customer_payment_profile_id_list: Vec<String>,
}

#[derive(Deserialize, Debug)]
pub(super) struct Detailed {
    pub(super) transaction: Details,
}

/// A transaction as it stands; what is not here is not kept.
#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Details {
    pub(super) trans_id: String,
    pub(super) ref_trans_id: String,
    #[serde(rename = "submitTimeUTC")]
    pub(super) submit_time_utc: String,
    pub(super) transaction_type: String,
    pub(super) transaction_status: String,
    pub(super) response_reason_code: Option<Number>,
    pub(super) response_reason_description: String,
    pub(super) auth_amount: Option<Number>,
    pub(super) settle_amount: Option<Number>,
    pub(super) order: Named,
    pub(super) payment: Masked,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Named {
    pub(super) invoice_number: String,
    pub(super) description: String,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Masked {
    pub(super) credit_card: Option<MaskedCard>,
}

#[derive(Deserialize, Serialize, Debug, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct MaskedCard {
    pub(super) card_number: String,
    pub(super) card_type: String,
}

#[derive(Deserialize, Debug)]
pub(super) struct Listed {
    #[serde(default)]
    pub(super) transactions: Vec<Entry>,
}

/// A line of a list.
#[derive(Deserialize, Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) trans_id: String,
    pub(super) transaction_status: String,
    #[serde(default)]
    pub(super) invoice_number: String,
    pub(super) settle_amount: Option<Number>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchList {
    #[serde(default)]
    pub(super) batch_list: Vec<Batch>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Batch {
    pub(super) batch_id: String,
    #[serde(default)]
    pub(super) statistics: Vec<Statistic>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statistic {
    #[serde(default)]
    pub(super) refund_count: u64,
}

#[derive(Deserialize, Debug)]
pub(super) struct Page {
    pub(super) token: String,
}

#[derive(Deserialize, Debug)]
pub(super) struct Held {
    pub(super) profile: KeptProfile,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptProfile {
    pub(super) payment_profiles: Vec<KeptPaymentProfile>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptPaymentProfile {
    pub(super) customer_payment_profile_id: String,
    pub(super) payment: Masked,
}

/// A call to us.
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification {
    pub(super) notification_id: String,
    pub(super) event_type: String,
    pub(super) event_date: String,
    pub(super) payload: Payload,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(super) struct Payload {
    pub(super) entity_name: String,
    pub(super) id: String,
}
