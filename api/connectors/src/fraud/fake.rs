//! A scorer that asks nobody, for trying things out: the first part of the mail address says what comes. `score-75@…` is a score of
//! 75, `reject@…` and `review@…` are refused and held by rules there, `proxy@…` comes from an anonymous address, `down@…` gets no
//! answer, and `unpaid@…` one that nobody has paid for. Anybody else scores 0.1.

use super::{FraudScreen, Question, Report};
use crate::error::{ConnectorError, Kind, Result};
use async_trait::async_trait;
use comptoir_domain::FraudScore;
use comptoir_domain::fraud::{FraudDisposition, Learned, Scored};
use data_encoding::HEXLOWER;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

/// The scorer.
pub struct FakeScreen;

#[async_trait]
impl FraudScreen for FakeScreen {
    async fn score(&self, asked: &Question) -> Result<Scored> {
        let name = asked.mail.split('@').next().unwrap_or_default();
        let (score, disposition) = match name {
            "down" => return Err(ConnectorError::new(Kind::Unavailable, "down", "the fake scorer plays dead")),
            "unpaid" => return Err(ConnectorError::new(Kind::Declined, "INSUFFICIENT_FUNDS", "nothing is paid for")),
            "reject" => (None, Some(FraudDisposition::Reject)),
            "review" => (None, Some(FraudDisposition::ManualReview)),
            name => (name.strip_prefix("score-").and_then(|score| score.parse::<FraudScore>().ok()), None),
        };
        let usual = || FraudScore::new(Decimal::new(1, 1)).unwrap_or_default();
        Ok(Scored {
            id: format!("fake-{}", asked.transaction),
            score: score.unwrap_or_else(usual),
            ip_risk: None,
            disposition,
            reasons: Vec::new(),
            warnings: Vec::new(),
            learned: Learned { is_anonymous: (name == "proxy").then_some(true), ..Learned::default() },
            queries_remaining: None,
            request_digest: HEXLOWER.encode(&Sha256::digest(format!("{}:{}", asked.transaction, asked.mail))),
        })
    }

    async fn report(&self, report: &Report) -> Result<()> {
        match report.scored.strip_prefix("fake-") {
            Some(_) => Ok(()),
            None => Err(ConnectorError::not_found("the fake scorer has never given that answer")),
        }
    }

    async fn probe(&self) -> Result<Option<u64>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fraud::contract::{self, question};

    #[tokio::test]
    async fn passes_the_contract() {
        contract::fraud_screen(&FakeScreen).await;
    }

    #[tokio::test]
    async fn the_mail_address_says_what_comes() {
        let answer = |name: &str| {
            let asked = question("ord_1", &format!("{name}@shop.example"));
            async move { FakeScreen.score(&asked).await }
        };
        assert_eq!(answer("reject").await.unwrap().disposition, Some(FraudDisposition::Reject));
        assert_eq!(answer("review").await.unwrap().disposition, Some(FraudDisposition::ManualReview));
        assert_eq!(answer("proxy").await.unwrap().learned.is_anonymous, Some(true));
        assert_eq!(answer("down").await.unwrap_err().kind, Kind::Unavailable);
        assert_eq!(answer("unpaid").await.unwrap_err().code, "INSUFFICIENT_FUNDS");
        assert_eq!(answer("anna").await.unwrap().score.to_string(), "0.1");
    }
}
