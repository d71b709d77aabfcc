//! Questions to VIES and its answers. A fault comes with status 200 too, so it is looked for before anything else.

use crate::vat::VatReply;
use comptoir_domain::taxes::{VatNumber, VatOutcome};
use serde::Deserialize;
use serde_json::json;

/// What it says about the number of the one who asks.
pub(super) const WRONG_REQUESTER: &str = "INVALID_REQUESTER_INFO";

/// What it says about a number that its member cannot have.
const WRONG_NUMBER: &str = "INVALID_INPUT";

/// How a member says that it tells no names.
const NOT_TOLD: &str = "---";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Answer {
    action_succeed: Option<bool>,
    error_wrappers: Vec<Fault>,
    valid: Option<bool>,
    request_identifier: Option<String>,
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Fault {
    error: String,
}

/// The body of a question.
pub(super) fn question(number: &VatNumber, requester: Option<&VatNumber>) -> String {
    let mut body = json!({ "countryCode": number.prefix(), "vatNumber": number.number() });
    if let (Some(requester), Some(body)) = (requester, body.as_object_mut()) {
        body.insert("requesterMemberStateCode".into(), json!(requester.prefix()));
        body.insert("requesterNumber".into(), json!(requester.number()));
    }
    body.to_string()
}

/// What an answer says.
pub(super) fn answer(status: u16, text: &[u8]) -> VatReply {
    let unknown = |reason: String| VatReply::of(VatOutcome::Unavailable, reason);
    let Ok(answer) = serde_json::from_slice::<Answer>(text) else {
        return unknown(format!("HTTP {status} without an answer that can be read"));
    };
    if let Some(fault) = answer.error_wrappers.into_iter().next() {
        return match fault.error.as_str() {
            WRONG_NUMBER => VatReply::of(VatOutcome::Invalid, fault.error),
            _ => unknown(fault.error),
        };
    }
    let told = |text: Option<String>| text.filter(|text| text != NOT_TOLD).unwrap_or_default();
    match answer.valid {
        Some(valid) if status == 200 && answer.action_succeed != Some(false) => VatReply {
            outcome: if valid { VatOutcome::Valid } else { VatOutcome::Invalid },
            reason: String::new(),
            consultation: told(answer.request_identifier),
            name: told(answer.name),
            address: told(answer.address),
        },
        _ => unknown(format!("HTTP {status} without an answer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> VatNumber {
        VatNumber::parse(text).unwrap()
    }

    #[test]
    fn questions_name_both_sides() {
        let (greek, german) = (number("GR094259216"), number("DE136695976"));
        let asked: serde_json::Value = serde_json::from_str(&question(&greek, Some(&german))).unwrap();
        let want = json!({ "countryCode": "EL", "vatNumber": "094259216", "requesterMemberStateCode": "DE", "requesterNumber": "136695976" });
        assert_eq!(asked, want);
        assert!(!question(&greek, None).contains("requester"));
    }

    /// The codes of the service: only `valid` and `INVALID_INPUT` are answers, everything else says nothing.
    #[test]
    fn a_fault_is_no_answer() {
        let fault = |code: &str| json!({ "actionSucceed": false, "errorWrappers": [{ "error": code }] }).to_string();
        for code in [
            "SERVICE_UNAVAILABLE",
            "MS_UNAVAILABLE",
            "TIMEOUT",
            "GLOBAL_MAX_CONCURRENT_REQ",
            "GLOBAL_MAX_CONCURRENT_REQ_TIME",
            "MS_MAX_CONCURRENT_REQ",
            "MS_MAX_CONCURRENT_REQ_TIME",
            "VAT_BLOCKED",
            "IP_BLOCKED",
            "SERVER_BUSY",
            "INVALID_REQUESTER_INFO",
        ] {
            for status in [200, 400, 500] {
                assert_eq!(
                    answer(status, fault(code).as_bytes()),
                    VatReply::of(VatOutcome::Unavailable, code),
                    "{code}"
                );
            }
        }
        assert_eq!(answer(200, fault("INVALID_INPUT").as_bytes()).outcome, VatOutcome::Invalid);
        // a fault may come with the field that an answer has
        let both = br#"{"actionSucceed":false,"errorWrappers":[{"error":"TIMEOUT"}],"valid":false}"#;
        assert_eq!(answer(200, both).outcome, VatOutcome::Unavailable);
        for nonsense in
            [&b"<html>"[..], b"", b"{}", b"[]", br#"{"actionSucceed":false,"valid":true}"#, br#"{"valid":null}"#]
        {
            assert_eq!(answer(200, nonsense).outcome, VatOutcome::Unavailable);
        }
        assert_eq!(answer(502, br#"{"valid":false}"#).outcome, VatOutcome::Unavailable);
    }

    #[test]
    fn answers_are_read() {
        let text = br#"{"countryCode":"AT","vatNumber":"U13585627","requestDate":"2026-11-23+01:00","valid":true,
            "requestIdentifier":"WAPIAAAAY","name":"Muster GmbH","address":"Ring 1\n1010 Wien"}"#;
        let reply = answer(200, text);
        assert_eq!(
            (reply.outcome, reply.consultation.as_str(), reply.name.as_str()),
            (VatOutcome::Valid, "WAPIAAAAY", "Muster GmbH")
        );
        let silent = answer(200, br#"{"valid":true,"name":"---","address":"---","requestIdentifier":null}"#);
        assert_eq!(silent, VatReply::of(VatOutcome::Valid, ""));
        assert_eq!(answer(200, br#"{"valid":false}"#), VatReply::of(VatOutcome::Invalid, ""));
    }
}
