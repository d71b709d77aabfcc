//! Fiserv Commerce Hub as its page describes it: signed calls that are fresh and not repeated, charges, captures, cancels,
//! refunds, inquiries by the merchant's transaction id, and tokens.

use crate::shell::{Asked, Said, Service};
use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashSet;

pub const API_KEY: &str = "nHrjIHMnkpDNYRCGgGSDp0fTpvkmGbQ3";
pub const API_SECRET: &str = "api secret";
pub const MERCHANT: &str = "100008000003683";
pub const TERMINAL: &str = "10000001";

/// 2026-03-31T12:00:00Z, when everything here happens, in milliseconds.
const NOW: i64 = 1_774_958_400_000;
const SKEW: i64 = 5 * 60 * 1000;

/// Works; 4012000033330026 lacks funds (51), 4788250000028299 is stolen (43).
const GOOD: &str = "4788250000028291";

#[derive(Clone, Debug)]
struct Row {
    id: String,
    name: String,
    order: String,
    kind: &'static str,
    state: &'static str,
    cents: i64,
    currency: String,
    master: String,
    reason: &'static str,
}

/// The books.
#[derive(Default)]
pub struct Fiserv {
    rows: Vec<Row>,
    tokens: Vec<(String, String)>,
    calls: HashSet<String>,
    /// Approves this many hundredths, whatever is asked.
    pub approves_instead: Option<i64>,
}

/// The code over parts; not in letters.
pub fn mac(secret: &str, parts: [&[u8]; 4]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A number with at most so many places, in thousandths.
fn thousandths(value: &Value) -> Option<i64> {
    let total = value.pointer("/amount/total").filter(|total| total.is_number())?.to_string();
    let (whole, fraction) = total.split_once('.').unwrap_or((&total, ""));
    (fraction.len() <= 3).then(|| format!("{whole}{fraction:0<3}").parse().ok())?
}

fn number(thousandths: i64) -> Value {
    serde_json::from_str(&format!("{}.{:03}", thousandths / 1000, thousandths % 1000)).unwrap()
}

fn refused(status: u16, code: &str, message: &str) -> Said {
    Said::json(status, &json!({"error": [{"type": "GATEWAY", "code": code, "message": message}]}))
}

impl Service for Fiserv {
    fn answer(&mut self, asked: &Asked) -> Said {
        let header = |name| asked.header(name);
        let parts = [header("api-key"), header("client-request-id"), header("timestamp")].map(str::as_bytes);
        let code = BASE64_STANDARD.encode(mac(API_SECRET, [parts[0], parts[1], parts[2], &asked.body]));
        let is_fresh = header("timestamp").parse::<i64>().is_ok_and(|time| (time - NOW).abs() <= SKEW);
        let is_signed = header("authorization") == code && header("auth-token-type") == "HMAC";
        if !is_signed || !is_fresh || header("api-key") != API_KEY {
            return refused(401, "401", "Unauthorized");
        }
        if header("client-request-id").is_empty() || !self.calls.insert(header("client-request-id").into()) {
            return refused(400, "104", "the request id was used before");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&asked.body) else { return refused(400, "102", "no JSON") };
        let merchant = (text(&body, "/merchantDetails/merchantId"), text(&body, "/merchantDetails/terminalId"));
        if asked.method != "POST" || merchant != (MERCHANT, TERMINAL) {
            return refused(403, "403", "no such merchant");
        }
        match asked.path.as_str() {
            "/payments/v1/charges" => self.charge(&body),
            "/payments/v1/cancels" => {
                self.follow(&body, "CANCEL", text(&body, "/referenceTransactionDetails/referenceTransactionId"))
            }
            "/payments/v1/refunds" => {
                self.follow(&body, "REFUND", text(&body, "/referenceTransactionDetails/referenceTransactionId"))
            }
            "/payments/v1/transaction-inquiry" => self.inquire(&body),
            "/payments-vas/v1/tokens" => self.tokenise(&body),
            path => match path.strip_prefix("/payments/v1/charges/").and_then(|rest| rest.strip_suffix("/capture")) {
                Some(id) => self.follow(&body, "CAPTURE", id),
                None => refused(404, "404", "no such path"),
            },
        }
    }
}

impl Fiserv {
    fn reply(row: &Row) -> Value {
        let (status, message) = if row.reason.is_empty() { ("APPROVED", "APPROVAL") } else { ("DECLINED", "Declined") };
        let mut reply = json!({
            "gatewayResponse": {"transactionType": row.kind, "transactionState": row.state,
                "transactionProcessingDetails": {"orderId": row.order, "transactionId": row.id, "apiTraceId": "362866ac"}},
            "paymentReceipt": {"processorResponseDetails": {"approvalStatus": status, "approvalCode": "OK5882",
                "responseCode": "000", "responseMessage": message, "hostResponseCode": row.reason}},
        });
        if row.reason.is_empty() {
            reply["paymentReceipt"]["approvedAmount"] = json!({"total": number(row.cents), "currency": row.currency});
        }
        reply
    }

    fn enter(&mut self, row: Row) -> Value {
        let row = Row { id: format!("{}", 84_356_531_300_u64 + self.rows.len() as u64), ..row };
        let reply = Self::reply(&row);
        self.rows.push(row);
        reply
    }

    fn add_token(&mut self, card: &str) -> Value {
        let data = format!("8519371934460{:04}", self.tokens.len());
        self.tokens.push((data.clone(), card.into()));
        json!([{"tokenData": data, "tokenSource": "TRANSARMOR", "tokenResponseCode": "000"}])
    }

    fn charge(&mut self, body: &Value) -> Said {
        let [name, order] = ["merchantTransactionId", "merchantOrderId"]
            .map(|field| text(body, &format!("/transactionDetails/{field}")).to_string());
        let currency = text(body, "/amount/currency").to_string();
        let (Some(cents), Some(captured)) =
            (thousandths(body).filter(|cents| *cents > 0), body.pointer("/transactionDetails/captureFlag"))
        else {
            return refused(400, "105", "a field is missing or wrong");
        };
        if !["ECOM", "MOTO", "POS"].contains(&text(body, "/transactionInteraction/origin")) {
            return refused(400, "105", "the origin is none");
        }
        if name.is_empty() || currency.len() != 3 || self.rows.iter().any(|row| row.name == name) {
            return refused(400, "104", "merchantTransactionId was used before");
        }
        let card = match text(body, "/source/sourceType") {
            "PaymentToken" if text(body, "/source/tokenSource") == "TRANSARMOR" => {
                let data = text(body, "/source/tokenData");
                self.tokens.iter().find(|(known, _)| known == data).map(|(_, card)| card.clone())
            }
            "PaymentCard" if text(body, "/source/card/expirationYear").len() == 4 => {
                Some(text(body, "/source/card/cardData").to_string())
            }
            _ => None,
        };
        let Some(card) = card else { return refused(400, "105", "the source cannot be used") };
        let reason = match card.as_str() {
            GOOD => "",
            "4788250000028299" => "43",
            _ => "51",
        };
        let state = match (reason, captured) {
            ("", Value::Bool(true)) => "CAPTURED",
            ("", _) => "AUTHORIZED",
            _ => "DECLINED",
        };
        let cents = self.approves_instead.take().map_or(cents, |hundredths| hundredths * 10);
        let (id, master, kind) = (String::new(), String::new(), "CHARGE");
        let mut reply = self.enter(Row { id, name, order, kind, state, cents, currency, master, reason });
        if body.pointer("/transactionDetails/createToken") == Some(&json!(true)) && reason.is_empty() {
            reply["paymentTokens"] = self.add_token(&card);
        }
        Said::json(if reason.is_empty() { 201 } else { 402 }, &reply)
    }

    fn follow(&mut self, body: &Value, kind: &'static str, id: &str) -> Said {
        let [name, order] = ["merchantTransactionId", "merchantOrderId"]
            .map(|field| text(body, &format!("/transactionDetails/{field}")).to_string());
        let Some(master) = self.rows.iter().find(|row| row.id == id && row.kind == "CHARGE").cloned() else {
            return refused(404, "404", "no such transaction");
        };
        if name.is_empty() || self.rows.iter().any(|row| row.name == name) {
            return refused(400, "104", "merchantTransactionId was used before");
        }
        let of = |kind: &str| {
            self.rows
                .iter()
                .filter(|row| row.master == id && row.kind == kind && row.reason.is_empty())
                .map(|row| row.cents)
                .sum::<i64>()
        };
        let (captured, back, released) = (of("CAPTURE"), of("REFUND"), of("CANCEL"));
        let taken = if master.state == "AUTHORIZED" { captured } else { master.cents };
        let cents = thousandths(body).unwrap_or(master.cents);
        let (state, is_fine) = match kind {
            "CAPTURE" => {
                ("CAPTURED", master.state == "AUTHORIZED" && captured == 0 && released == 0 && cents <= master.cents)
            }
            "CANCEL" => ("VOIDED", released == 0 && captured == 0 && back == 0),
            _ => ("SUCCEEDED", back + cents <= taken && released == 0),
        };
        if !is_fine {
            return refused(400, "110", "not allowed in this state");
        }
        let (id, currency) = (String::new(), master.currency);
        let row = Row { id, name, order, kind, state, cents, currency, master: master.id, reason: "" };
        Said::json(201, &self.enter(row))
    }

    fn inquire(&self, body: &Value) -> Said {
        let name = text(body, "/referenceTransactionDetails/referenceMerchantTransactionId");
        match self.rows.iter().find(|row| row.name == name) {
            Some(row) => Said::json(200, &json!([Self::reply(row)])),
            None => refused(404, "404", "no such transaction"),
        }
    }

    fn tokenise(&mut self, body: &Value) -> Said {
        let card = text(body, "/source/card/cardData").to_string();
        if card.len() < 15 {
            return refused(400, "105", "the card number is wrong");
        }
        let tokens = self.add_token(&card);
        Said::json(201, &json!({"gatewayResponse": {"transactionState": "SUCCEEDED"}, "paymentTokens": tokens}))
    }

    /// How many transactions of a kind went well, and their sum in thousandths.
    pub fn sum(&self, kind: &str) -> (usize, i64) {
        let good: Vec<_> =
            self.rows.iter().filter(|row| row.kind == kind && row.reason.is_empty()).map(|row| row.cents).collect();
        (good.len(), good.iter().sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page's vector of Payeezy: the same code, but over other parts and in letters before it is in base 64.
    #[test]
    fn signs_as_the_page_says() {
        let parts: [&[u8]; 4] = [b"APIKEY1234567890", b"1700000000000", b"TOKEN", br#"{"a":1}"#];
        let letters: String = mac("APISECRET", parts).iter().map(|byte| format!("{byte:02x}")).collect();
        let wanted = "M2EyYTYyOTZhMTc3OGNiMzk0MjM0NTZjNWVkMmJkNzdiNWY2ZDUzZDhmZDM4OTAxYjgxNmUyMTU1YzJmMjA2ZA==";
        assert_eq!(BASE64_STANDARD.encode(letters), wanted);
    }
}
