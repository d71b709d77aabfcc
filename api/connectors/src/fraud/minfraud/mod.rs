//! MaxMind minFraud 2.0: a score for each order, by the service that is paid for.

mod findings;
mod map;
#[cfg(test)]
mod tests;
mod wire;

use super::{FraudScreen, Question, Report};
use crate::error::{ConnectorError, Result};
use crate::http::{Answer, Call, Http, Method, Reach};
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use comptoir_domain::fraud::Scored;
use map::{Options, answer, digest, is_about_address, may_pass, refusal, transaction};
use secrecy::SecretString;
use serde::Serialize;
use wire::{Feedback, Probe, ProbeEmail};

const LIVE: &str = "https://minfraud.maxmind.com";
const SANDBOX: &str = "https://sandbox.maxmind.com";
const SERVICES: &[&str] = &["score", "insights", "factors"];

/// Longer questions are refused there.
const LONGEST_QUESTION: usize = 20 * 1024;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("account_id", "Account id", FieldKind::Text(20), "100001"),
    required("license_key", "License key", FieldKind::Secret(100), "0123456789"),
    optional("service", "Service that is paid for", FieldKind::Choice(SERVICES), "insights"),
    optional("sandbox", "Ask the sandbox of MaxMind", FieldKind::Flag, "true"),
    optional("hash_mail", "Send the MD5 of mail addresses", FieldKind::Flag, "true"),
    optional("custom_inputs", "Send what is defined in the portal, too", FieldKind::Flag, "true"),
    optional("address", "Address of the service, if it is another", FieldKind::Address, LIVE),
];

/// An account.
pub struct MinFraud {
    http: Http,
    account: String,
    key: SecretString,
    service: String,
    options: Options,
}

impl MinFraud {
    /// Gets it ready; nothing is sent yet.
    pub fn new(reach: Reach, values: &Values) -> Result<Self> {
        let usual = if values.flag("sandbox") { SANDBOX } else { LIVE };
        Ok(Self {
            http: Http::new(values.or("address", usual), reach)?,
            account: values.text("account_id").into(),
            key: values.secret("license_key"),
            service: values.or("service", "score").into(),
            options: Options {
                hashes_mail: values.flag("hash_mail"),
                sends_custom_inputs: values.flag("custom_inputs"),
            },
        })
    }

    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Answer> {
        let path = format!("/minfraud/v2.0/{path}");
        let call = Call::new(Method::Post, path).basic(&self.account, &self.key);
        self.http.send(call.body("application/json", body)).await
    }

    /// Asks, and once more if that may help.
    async fn ask(&self, question: &(impl Serialize + Sync)) -> Result<Scored> {
        let body = written(question)?;
        if body.len() > LONGEST_QUESTION {
            return Err(ConnectorError::invalid("too_long", "the question has more than 20 KB"));
        }
        match self.ask_once(body.clone()).await {
            Err(error) if may_pass(&error) => self.ask_once(body).await,
            answered => answered,
        }
    }

    async fn ask_once(&self, body: Vec<u8>) -> Result<Scored> {
        let asked = digest(&body);
        let said = self.post(&self.service, body).await?;
        answer(said.status, &said.body, asked)
    }
}

#[async_trait]
impl FraudScreen for MinFraud {
    async fn score(&self, asked: &Question) -> Result<Scored> {
        let mut question = transaction(asked, self.options)?;
        match self.ask(&question).await {
            Err(error) if is_about_address(&error) && question.device.is_some() => {
                question.device = None;
                self.ask(&question).await
            }
            answered => answered,
        }
    }

    async fn report(&self, report: &Report) -> Result<()> {
        let feedback = Feedback { tag: report.tag.as_str(), minfraud_id: &report.scored, notes: &report.notes };
        let said = self.post("transactions/report", written(&feedback)?).await?;
        if said.status == 204 { Ok(()) } else { Err(refusal(said.status, &said.body)) }
    }

    /// A question about a mail domain and nothing else. It is counted like any other.
    async fn probe(&self) -> Result<Option<u64>> {
        let question = Probe { email: ProbeEmail { domain: "example.com" } };
        Ok(self.ask(&question).await?.queries_remaining)
    }
}

fn written(body: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(body).map_err(|error| ConnectorError::invalid("question", error.to_string()))
}
