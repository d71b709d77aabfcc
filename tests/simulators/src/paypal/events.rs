//! Events as they are posted, and the question whether one is genuine. What is signed is
//! `transmission id|time|webhook id|CRC-32 of the body`; here with a shared secret in the place of PayPal's certificate, which
//! only the judge needs.

use super::{Answered, PayPal, refuse};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

const SIGNER: &[u8] = b"in the place of a certificate";
const CERT: &str = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42";

/// An event as it is posted.
#[derive(Clone, Debug)]
pub struct Posted {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// IEEE CRC-32.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

fn signature(id: &str, time: &str, webhook: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SIGNER).unwrap();
    mac.update(format!("{id}|{time}|{webhook}|{}", crc32(body)).as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An instant of the year 2026, which is all that is needed here.
fn written(seconds: i64) -> String {
    const BEGIN: i64 = 1_767_225_600; // 2026-01-01
    const MONTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut day, rest) = ((seconds - BEGIN) / 86_400, (seconds - BEGIN) % 86_400);
    let mut month = 0;
    while day >= MONTHS[month] {
        day -= MONTHS[month];
        month += 1;
    }
    format!("2026-{:02}-{:02}T{:02}:{:02}:{:02}Z", month + 1, day + 1, rest / 3600, rest / 60 % 60, rest % 60)
}

impl PayPal {
    /// Notes that something happened.
    pub(super) fn tell(&mut self, kind: &str, resource: Value) {
        let id = self.name("WH-");
        let event = json!({
            "id": id, "event_version": "1.0", "event_type": kind, "resource_type": "simulated", "summary": "It happened.",
            "create_time": written(self.now), "resource": resource,
        });
        self.events.push(event);
    }

    /// The events since the last time, signed at the present.
    pub fn posts(&mut self) -> Vec<Posted> {
        let events = std::mem::take(&mut self.events);
        // with the blanks that PayPal's own have, and none of ours would
        let written = |event: &Value| serde_json::to_string_pretty(event).unwrap().into_bytes();
        events.iter().map(|event| self.sign(written(event))).collect()
    }

    /// Signs a body as it would be posted at the present.
    pub fn sign(&mut self, body: Vec<u8>) -> Posted {
        let (id, time) = (self.name("t-"), written(self.now));
        let signature = signature(&id, &time, &self.webhook_id, &body);
        let headers = [
            ("paypal-auth-algo", "SHA256withRSA"),
            ("paypal-cert-url", CERT),
            ("paypal-transmission-id", &id),
            ("paypal-transmission-sig", &signature),
            ("paypal-transmission-time", &time),
        ];
        Posted { headers: headers.map(|(name, value)| (name.into(), value.into())).to_vec(), body }
    }

    /// Whether an event is genuine: the body counts as it stands in the question.
    pub(super) fn judge(&self, question: &str) -> Answered<Value> {
        let Ok(asked) = serde_json::from_str::<Value>(question) else { return refuse(400, "INVALID_REQUEST", "") };
        let said = |name: &str| asked[name].as_str().unwrap_or_default().to_string();
        let names = ["auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id"];
        if names.iter().any(|name| said(name).is_empty()) || !asked["webhook_event"].is_object() {
            return refuse(400, "VALIDATION_ERROR", "MISSING_REQUIRED_PARAMETER");
        }
        let mark = "\"webhook_event\":";
        let event = &question[question.find(mark).unwrap() + mark.len()..];
        let mut values = serde_json::Deserializer::from_str(event).into_iter::<Value>();
        let _ = values.next();
        let body = &event.as_bytes()[..values.byte_offset()];
        let wanted = signature(&said("transmission_id"), &said("transmission_time"), &self.webhook_id, body);
        let is_genuine = said("transmission_sig") == wanted
            && said("webhook_id") == self.webhook_id
            && said("auth_algo") == "SHA256withRSA"
            && said("cert_url") == CERT;
        Ok(json!({ "verification_status": if is_genuine { "SUCCESS" } else { "FAILURE" } }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the page.
    #[test]
    fn sums_as_published() {
        assert_eq!(crc32(br#"{"id":"WH-1"}"#), 838_965_618);
        assert_eq!(written(1_774_958_400), "2026-03-31T12:00:00Z");
    }
}
