//! VIES, by which the members of the Union answer for their VAT numbers: its REST interface, without key. Each member has
//! its own machine behind it, and often one of them rests.

mod map;

use super::{VatCheck, VatReply};
use crate::client::{causes, client};
use async_trait::async_trait;
use comptoir_domain::taxes::{VatNumber, VatOutcome};
use std::time::Duration;
use url::Url;

/// Where the European Commission runs it.
pub const ADDRESS: &str = "https://ec.europa.eu/taxation_customs/vies/rest-api";

/// Some members take their time.
const LIMIT: Duration = Duration::from_secs(20);

/// Answers are a few hundred bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The service at an address.
pub struct Vies {
    check: Url,
    client: reqwest::Client,
}

impl Vies {
    /// Gets ready; nothing is sent yet.
    pub fn new(address: &str) -> Result<Self, String> {
        let check = format!("{}/check-vat-number", address.trim_end_matches('/'));
        let check = Url::parse(&check).map_err(|error| format!("{address}: {error}"))?;
        let client = client("Comptoir/1", LIMIT)?.build().map_err(|error| causes(&error))?;
        Ok(Self { check, client })
    }

    async fn ask(&self, number: &VatNumber, requester: Option<&VatNumber>) -> VatReply {
        let body = map::question(number, requester);
        let request = self.client.post(self.check.clone()).header("content-type", "application/json").body(body);
        let read = async {
            let mut response = request.send().await?;
            let mut text = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                text.extend_from_slice(&chunk);
                if text.len() > LONGEST_ANSWER {
                    break;
                }
            }
            Ok::<_, reqwest::Error>((response.status().as_u16(), text))
        };
        match read.await {
            Ok((status, text)) => map::answer(status, &text),
            Err(error) => VatReply::of(VatOutcome::Unavailable, causes(&error.without_url())),
        }
    }
}

#[async_trait]
impl VatCheck for Vies {
    async fn check(&self, number: &VatNumber, requester: Option<&VatNumber>) -> VatReply {
        let reply = self.ask(number, requester).await;
        // our own number is not known there: then without proof
        if requester.is_some() && reply.reason == map::WRONG_REQUESTER {
            return self.ask(number, None).await;
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody listens at the discard port.
    #[tokio::test]
    async fn who_cannot_be_reached_has_said_nothing() {
        let vies = Vies::new("http://127.0.0.1:9/rest-api").unwrap();
        let said = vies.check(&VatNumber::parse("LU15027442").unwrap(), None).await;
        assert_eq!(said.outcome, VatOutcome::Unavailable);
        assert!(!said.reason.is_empty() && !said.reason.contains("127.0.0.1:9/"), "{}", said.reason);
        assert!(Vies::new("no address").is_err());
    }
}
