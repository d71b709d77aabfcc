//! A check that asks nobody, for trying things out: the first three digits of a number say what comes, as at the test
//! service of VIES. Any other number is in use.

use super::{VatCheck, VatReply};
use async_trait::async_trait;
use comptoir_domain::taxes::{VatNumber, VatOutcome};

/// What comes for numbers that begin with these digits.
const MAGIC: &[(&str, VatOutcome, &str)] = &[
    ("200", VatOutcome::Invalid, ""),
    ("300", VatOutcome::Unavailable, "SERVICE_UNAVAILABLE"),
    ("301", VatOutcome::Unavailable, "MS_UNAVAILABLE"),
    ("302", VatOutcome::Unavailable, "TIMEOUT"),
];

/// The check.
pub struct FakeVatCheck;

#[async_trait]
impl VatCheck for FakeVatCheck {
    async fn check(&self, number: &VatNumber, requester: Option<&VatNumber>) -> VatReply {
        let magic = MAGIC.iter().find(|(digits, ..)| number.number().starts_with(digits));
        let (outcome, reason) = magic.map_or((VatOutcome::Valid, ""), |(_, outcome, reason)| (*outcome, *reason));
        let mut reply = VatReply::of(outcome, reason);
        if outcome == VatOutcome::Valid {
            reply.name = format!("Owner of {number}");
            reply.consultation = requester.map(|_| format!("FAKE{}", number.number())).unwrap_or_default();
        }
        reply
    }
}
