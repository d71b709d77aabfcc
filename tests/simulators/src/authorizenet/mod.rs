//! Authorize.Net's JSON API as its page describes it: member order, credentials, duplicates, settlement, customer profiles,
//! the hosted page and signed webhooks.

mod transactions;

use crate::shell::{Asked, Said, Service};
use data_encoding::HEXUPPER;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha512;

pub const LOGIN: &str = "5KP3u95bQpv";
pub const TRANSACTION_KEY: &str = "346HZ32z3fP4hTG2";

/// The key of the page's vectors: `AB`, 64 times.
pub fn signature_key() -> String {
    "AB".repeat(64)
}

/// The page's cards; any other number is none.
const CARDS: &[(&str, &str)] = &[
    ("4007000000027", "Visa"),
    ("4012888818888", "Visa"),
    ("4111111111111111", "Visa"),
    ("5424000000000015", "MasterCard"),
    ("2223000010309703", "MasterCard"),
    ("370000000000002", "AmericanExpress"),
    ("6011000000000012", "Discover"),
];

/// What their fields make of the card 4111111111111111.
pub const NONCE: &str = "eyJjb2RlIjoiNTBfMl8wNjAwMDUy";

/// The schema's order.
const ORDER: &[&str] = &[
    "merchantAuthentication",
    "transactionType",
    "amount",
    "currencyCode",
    "payment",
    "profile",
    "refTransId",
    "order",
    "customer",
    "billTo",
    "customerIP",
    "transactionSettings",
    "processingOptions",
    "hostedPaymentSettings",
];

/// The same of a customer profile.
const PROFILE_ORDER: &[&str] = &[
    "merchantAuthentication",
    "profile",
    "merchantCustomerId",
    "description",
    "email",
    "paymentProfiles",
    "billTo",
    "payment",
    "validationMode",
];

#[derive(Clone, Debug, Default)]
struct Transaction {
    id: String,
    refers_to: String,
    kind: String,
    status: String,
    reason: u32,
    authorised: i64,
    settled: i64,
    invoice: String,
    description: String,
    customer: String,
    card: String,
    brand: String,
}

#[derive(Clone, Debug)]
struct Profile {
    id: String,
    name: String,
    card: String,
    brand: String,
}

/// A call to us: headers and body.
pub type Post = (Vec<(String, String)>, Vec<u8>);

/// The books.
#[derive(Default)]
pub struct AuthorizeNet {
    transactions: Vec<Transaction>,
    profiles: Vec<Profile>,
    pages: Vec<(String, Value)>,
    posts: u32,
    /// What is settled at once, not in the night: payments whose description begins so.
    pub settles: Option<&'static str>,
    /// Takes this, whatever is asked.
    pub takes_instead: Option<&'static str>,
    /// Answers do not sign their amounts.
    pub is_unsigned: bool,
}

/// The signature of the page, with the key as bytes.
pub fn sign(key: &[u8], text: &[u8]) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).unwrap();
    mac.update(text);
    HEXUPPER.encode(&mac.finalize().into_bytes())
}

fn cents(amount: &str) -> Option<i64> {
    let (whole, fraction) = amount.split_once('.')?;
    (fraction.len() == 2).then(|| format!("{whole}{fraction}").parse().ok())?
}

/// As JSON numbers are written: without zeros at the end.
fn number(cents: i64) -> Value {
    serde_json::from_str(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn refused(code: &str, text: &str) -> Value {
    json!({"messages": {"resultCode": "Error", "message": [{"code": code, "text": text}]}})
}

fn good(mut value: Value) -> Value {
    value["messages"] = json!({"resultCode": "Ok", "message": [{"code": "I00001", "text": "Successful."}]});
    value
}

impl Service for AuthorizeNet {
    fn answer(&mut self, asked: &Asked) -> Said {
        let value = self.decide(asked);
        let body = format!("\u{feff}{value}").into_bytes();
        Said { status: 200, headers: vec![("content-type", "application/json; charset=utf-8".into())], body }
    }
}

impl AuthorizeNet {
    fn decide(&mut self, asked: &Asked) -> Value {
        let body = asked.text();
        let is_json = asked.header("content-type").starts_with("application/json");
        if asked.method != "POST" || asked.path != "/xml/v1/request.api" || !is_json {
            return refused("E00003", "not a request");
        }
        let Ok(Value::Object(outer)) = serde_json::from_str(&body) else { return refused("E00003", "no JSON") };
        let order = if body.contains("\"createCustomerProfileRequest\"") { PROFILE_ORDER } else { ORDER };
        let places: Vec<_> = order.iter().filter_map(|name| body.find(&format!("\"{name}\":"))).collect();
        let (Some((name, request)), true) = (outer.iter().next(), outer.len() == 1 && places.is_sorted()) else {
            return refused("E00003", "the element has invalid child elements");
        };
        let login = text(request, "/merchantAuthentication/name");
        if (login, text(request, "/merchantAuthentication/transactionKey")) != (LOGIN, TRANSACTION_KEY) {
            return refused("E00007", "User authentication failed due to invalid authentication values.");
        }
        match name.as_str() {
            "createTransactionRequest" => self.transact(&request["transactionRequest"]),
            "getTransactionDetailsRequest" => self.details(text(request, "/transId")),
            "getUnsettledTransactionListRequest" => self.list(request, false),
            "getTransactionListRequest" => self.list(request, text(request, "/batchId") == "1"),
            "getSettledBatchListRequest" => self.batches(request),
            "createCustomerProfileRequest" => self.create_profile(request),
            "getCustomerProfileRequest" => self.profile(text(request, "/customerProfileId")),
            "deleteCustomerProfileRequest" => self.delete_profile(text(request, "/customerProfileId")),
            "getHostedPaymentPageRequest" => self.page(&request["transactionRequest"]),
            _ => refused("E00003", "unknown request"),
        }
    }

    fn transact(&mut self, asked: &Value) -> Value {
        let fits = [("/order/invoiceNumber", 20), ("/order/description", 255), ("/customer/id", 20)]
            .iter()
            .all(|(pointer, most)| text(asked, pointer).chars().count() <= *most);
        let settings = asked.pointer("/transactionSettings/setting").and_then(Value::as_array);
        let is_known = |setting: &Value| {
            let names = ["duplicateWindow", "emailCustomer", "recurringBilling", "testRequest", "allowPartialAuth"];
            names.contains(&text(setting, "/settingName"))
        };
        if !fits || !settings.is_none_or(|all| all.iter().all(is_known)) {
            return refused("E00013", "a field is invalid");
        }
        match text(asked, "/transactionType") {
            kind @ ("authCaptureTransaction" | "authOnlyTransaction") => self.charge(asked, kind),
            "priorAuthCaptureTransaction" => self.capture(asked),
            "voidTransaction" => self.void(text(asked, "/refTransId")),
            "refundTransaction" => self.refund(asked),
            _ => refused("E00013", "transactionType is invalid"),
        }
    }

    fn details(&mut self, id: &str) -> Value {
        let Some(held) = self.find(id) else { return refused("E00040", "The record cannot be found.") };
        let mut transaction = json!({
            "transId": held.id, "submitTimeUTC": "2026-03-31T11:59:58.127Z", "transactionType": held.kind,
            "transactionStatus": held.status, "responseCode": 1, "responseReasonCode": held.reason,
            "responseReasonDescription": "Approval", "authAmount": number(held.authorised),
            "settleAmount": number(held.settled),
            "order": {"invoiceNumber": held.invoice, "description": held.description},
            "payment": {"creditCard": {
                "cardNumber": format!("XXXX{}", last_four(&held.card)), "expirationDate": "XXXX", "cardType": held.brand,
            }},
        });
        if !held.refers_to.is_empty() {
            transaction["refTransId"] = json!(held.refers_to);
        }
        good(json!({ "transaction": transaction }))
    }

    fn list(&self, asked: &Value, settled: bool) -> Value {
        let limit = asked.pointer("/paging/limit").and_then(Value::as_u64).unwrap_or(1000).min(1000) as usize;
        let offset = asked.pointer("/paging/offset").and_then(Value::as_u64).unwrap_or(1) as usize;
        let wanted = self.transactions.iter().rev().filter(|other| is_settled(other) == settled);
        let page: Vec<_> = wanted
            .skip((offset - 1) * limit)
            .take(limit)
            .map(|held| {
                json!({
                    "transId": held.id, "submitTimeUTC": "2026-03-31T11:59:58.127Z", "transactionStatus": held.status,
                    "invoiceNumber": held.invoice, "accountType": held.brand,
                    "accountNumber": format!("XXXX{}", last_four(&held.card)), "settleAmount": number(held.settled),
                })
            })
            .collect();
        good(json!({"totalNumInResultSet": page.len(), "transactions": page}))
    }

    fn batches(&self, asked: &Value) -> Value {
        let day = |name| text(asked, name).parse::<chrono::DateTime<chrono::Utc>>();
        let (Ok(first), Ok(last)) = (day("/firstSettlementDate"), day("/lastSettlementDate")) else {
            return refused("E00013", "a date is invalid");
        };
        if last < first || last - first > chrono::TimeDelta::days(31) {
            return refused("E00013", "the range is invalid");
        }
        let is_refund = |held: &&Transaction| held.status == "refundSettledSuccessfully";
        let refunds = self.transactions.iter().filter(is_refund).count();
        let statistics = json!([{"accountType": "Visa", "refundCount": refunds}]);
        good(
            json!({"batchList": [{"batchId": "1", "settlementState": "settledSuccessfully", "statistics": statistics}]}),
        )
    }

    fn add_profile(&mut self, name: &str, card: &str, brand: &str) -> String {
        let id = format!("{}", 900_000_001 + self.profiles.len());
        let [name, card, brand] = [name, card, brand].map(str::to_string);
        self.profiles.push(Profile { id: id.clone(), name, card, brand });
        id
    }

    fn create_profile(&mut self, asked: &Value) -> Value {
        let name = text(asked, "/profile/merchantCustomerId");
        let mode = text(asked, "/validationMode");
        if name.len() > 20 || !["none", "testMode", "liveMode"].contains(&mode) {
            return refused("E00013", "a field is invalid");
        }
        if let Some(other) = self.profiles.iter().find(|profile| profile.name == name) {
            return refused("E00039", &format!("A duplicate record with ID {} already exists.", other.id));
        }
        let Some((card, brand)) = self.card(&asked["profile"]["paymentProfiles"]) else {
            return refused("E00027", "The credit card number is invalid.");
        };
        let id = self.add_profile(name, &card, &brand);
        good(json!({"customerProfileId": id, "customerPaymentProfileIdList": [format!("9{id}")]}))
    }

    fn profile(&self, id: &str) -> Value {
        let Some(held) = self.profiles.iter().find(|profile| profile.id == id) else {
            return refused("E00040", "The record cannot be found.");
        };
        let card = json!({"cardNumber": format!("XXXX{}", last_four(&held.card)), "expirationDate": "XXXX",
            "cardType": held.brand});
        let method = json!({"customerPaymentProfileId": format!("9{id}"), "payment": {"creditCard": card}});
        good(json!({"profile": {"customerProfileId": id, "paymentProfiles": [method]}}))
    }

    fn delete_profile(&mut self, id: &str) -> Value {
        let before = self.profiles.len();
        self.profiles.retain(|profile| profile.id != id);
        if self.profiles.len() == before { refused("E00040", "The record cannot be found.") } else { good(json!({})) }
    }

    fn page(&mut self, asked: &Value) -> Value {
        let token = format!("page-{}", self.pages.len());
        self.pages.push((token.clone(), asked.clone()));
        good(json!({ "token": token }))
    }

    /// A client at the page pays with a card, or with one that is declined after it was looked at; what is posted to us.
    pub fn pay(&mut self, token: &str, agreed: bool) -> Vec<Post> {
        let (_, mut asked) = self.pages.iter().find(|(known, _)| known == token).cloned().unwrap();
        asked["payment"] = json!({"creditCard": {"cardNumber": CARDS[0].0, "expirationDate": "2030-12"}});
        if !agreed {
            asked["billTo"]["zip"] = json!("46282");
        }
        let answer = self.transact(&asked);
        let id = text(&answer, "/transactionResponse/transId").to_string();
        let event = if agreed { "authcapture.created" } else { "fraud.declined" };
        vec![self.post(event, &id)]
    }

    /// A genuine call about a transaction.
    pub fn post(&mut self, event: &str, id: &str) -> Post {
        self.posts += 1;
        let body = json!({
            "notificationId": format!("d0e8e7fe-c3e7-4add-a480-{:012}", self.posts),
            "eventType": format!("net.authorize.payment.{event}"), "eventDate": "2026-03-31T12:00:00.1230Z",
            "webhookId": "63d6fea2-aa13-4b1d-a204-f5fbc15942b7",
            "payload": {"responseCode": 1, "entityName": "transaction", "id": id},
        });
        let body = body.to_string().into_bytes();
        // libraries take the key as it is here
        let signature = format!("sha512={}", sign(signature_key().as_bytes(), &body));
        (vec![("x-anet-signature".into(), signature)], body)
    }

    /// What a transaction is called here, by the words of its description; with its status.
    pub fn standing(&self, description: &str) -> Vec<(String, String)> {
        let named = self.transactions.iter().filter(|held| held.description.starts_with(description));
        named.map(|held| (held.id.clone(), held.status.clone())).collect()
    }

    /// Changes a status by hand, as the night or a person does.
    pub fn set(&mut self, id: &str, status: &str) {
        self.find(id).unwrap().status = status.into();
    }

    /// How many cards are kept.
    pub fn kept(&self) -> usize {
        self.profiles.len()
    }
}

fn is_settled(held: &Transaction) -> bool {
    ["settledSuccessfully", "refundSettledSuccessfully"].contains(&held.status.as_str())
}

fn last_four(number: &str) -> &str {
    &number[number.len().saturating_sub(4)..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER_PERMISSIVE;

    /// The page's vectors.
    #[test]
    fn signs_as_the_page_says() {
        let text_key = signature_key();
        let signature = "B6FDDCE1937CB88BBC33FEEFFD17F3C3C5587EE04BE2A3E8DDC78D13CAFC8126CC61AAA43C47A5769722F45B44093245CAA5599CC6A9CEC8F4E8A3C6E5F6E299";
        assert_eq!(sign(text_key.as_bytes(), br#"{"notificationId":"1"}"#), signature);
        let key = HEXLOWER_PERMISSIVE.decode(text_key.as_bytes()).unwrap();
        let hash = "A89132606AD93C107FBB231AF4601AFAA2E798A8969FB9E286E424EC146FFA687A114FE64887CB330DA751E84E65EBC6E6D359DDE9F88DA7FE0B8EF614938343";
        assert_eq!(sign(&key, b"^login^2149186848^10.00^"), hash);
    }
}
