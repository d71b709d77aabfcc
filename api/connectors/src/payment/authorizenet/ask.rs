//! One question to Authorize.Net and its answer, and the lists in which payments are looked for.

use super::map;
use super::wire::{
    Authenticated, BatchList, Batches, ById, Detailed, Details, Entry, Enveloped, Listed, Listing, Merchant, Messages,
    Paging, Response, Sorting, Transact, Transacted, Transaction,
};
use super::{AuthorizeNet, PATH};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use crate::payment::Reference;
use chrono::TimeDelta;
use comptoir_domain::Instant;
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Lines of a list in one answer; the most they give.
const LINES: usize = 1000;

/// More than a million lines are no list of one day.
const MOST_PAGES: usize = 1000;

/// The longest span of days whose batches they list.
const SPAN: TimeDelta = TimeDelta::days(31);

/// Whether a question changes something: without an answer it may then have been done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    Some,
}

impl Effect {
    fn no_answer(self) -> Kind {
        if self == Effect::Some { Kind::Unknown } else { Kind::Unavailable }
    }
}

impl AuthorizeNet {
    /// Sends a request under its name; the answer without the mark it begins with.
    async fn send(&self, name: &str, request: &impl Serialize, effect: Effect) -> Result<Vec<u8>> {
        let key = self.transaction_key.expose_secret();
        let merchant = Merchant { name: &self.login, transaction_key: key };
        let body = serde_json::to_vec(&BTreeMap::from([(name, Authenticated { merchant, request })]))
            .map_err(|error| ConnectorError::invalid("request", error.to_string()))?;
        let sent = self.http.send(Call::new(Method::Post, PATH).body("application/json", body)).await;
        let answer = sent.map_err(|error| match error.kind {
            Kind::Unknown => ConnectorError::new(effect.no_answer(), error.code, error.message),
            _ => error,
        })?;
        let kind = match answer.status {
            200..=299 => {
                let body = answer.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&answer.body);
                return Ok(body.to_vec());
            }
            429 => Kind::RateLimited(None),
            400..=499 => Kind::InvalidRequest,
            _ => effect.no_answer(),
        };
        Err(ConnectorError::new(kind, format!("http_{}", answer.status), "the gateway failed"))
    }

    /// Asks, and reads an answer that is not an error.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        name: &str,
        request: &impl Serialize,
        effect: Effect,
    ) -> Result<T> {
        let body = self.send(name, request, effect).await?;
        accepted(&read::<Enveloped>(&body, effect)?.messages)?;
        read(&body, effect)
    }

    /// Sends a transaction, which may be refused as one.
    pub(super) async fn transact(&self, transaction: Transaction<'_>) -> Result<(Transacted, Response)> {
        let request = Transact { transaction_request: transaction };
        let body = self.send("createTransactionRequest", &request, Effect::Some).await?;
        let mut transacted: Transacted = read(&body, Effect::Some)?;
        match transacted.transaction_response.take().filter(|response| !response.response_code.is_empty()) {
            Some(response) => Ok((transacted, response)),
            None => {
                accepted(&transacted.messages)?;
                Err(ConnectorError::new(Kind::Unknown, "no_transaction", "the answer names no transaction"))
            }
        }
    }

    /// A transaction as it stands.
    pub(super) async fn details(&self, id: &str) -> Result<Details> {
        let request = ById { trans_id: id };
        let detailed: Detailed = self.ask("getTransactionDetailsRequest", &request, Effect::None).await?;
        Ok(detailed.transaction)
    }

    /// A list to its end, only what belongs to a payment or to its refunds.
    async fn lines(&self, name: &str, batch: Option<&str>, lot: &str) -> Result<Vec<Entry>> {
        let mut found = Vec::new();
        for offset in 1..=MOST_PAGES {
            let sorting = Sorting { order_by: "submitTimeUTC", order_descending: true };
            let request = Listing { batch_id: batch, sorting, paging: Paging { limit: LINES, offset } };
            let page: Listed = self.ask(name, &request, Effect::None).await?;
            let is_last = page.transactions.len() < LINES;
            found.extend(page.transactions.into_iter().filter(|line| line.invoice_number.starts_with(lot)));
            if is_last {
                return Ok(found);
            }
        }
        Err(ConnectorError::new(Kind::Unavailable, "too_long", "the list has no end"))
    }

    /// What is not settled yet, of a payment and of its refunds.
    pub(super) async fn unsettled(&self, payment: &Reference) -> Result<Vec<Entry>> {
        self.lines("getUnsettledTransactionListRequest", None, &map::lot(payment)).await
    }

    /// All of a payment and of its refunds since some time; of settled batches only those with refunds, if only those are
    /// wanted.
    pub(super) async fn all(
        &self,
        payment: &Reference,
        since: Instant,
        at: Instant,
        only_refunds: bool,
    ) -> Result<Vec<Entry>> {
        let mut found = self.unsettled(payment).await?;
        let mut from = since;
        while from <= at {
            let to = at.min(from.plus(SPAN));
            let request = Batches {
                include_statistics: true,
                first_settlement_date: from.to_string(),
                last_settlement_date: to.to_string(),
            };
            let batches: BatchList = self.ask("getSettledBatchListRequest", &request, Effect::None).await?;
            let wanted = batches
                .batch_list
                .iter()
                .filter(|batch| !only_refunds || batch.statistics.iter().any(|statistic| statistic.refund_count > 0));
            for batch in wanted {
                let name = "getTransactionListRequest";
                found.extend(self.lines(name, Some(&batch.batch_id), &map::lot(payment)).await?);
            }
            from = to.plus(TimeDelta::seconds(1));
        }
        Ok(found)
    }

    /// The transaction that is the payment, among lines; the newest, but one that went well before one that did not.
    pub(super) async fn payment_among(&self, reference: &Reference, lines: &[Entry]) -> Result<Option<Details>> {
        let number = map::invoice(reference, reference);
        let is_lost = |line: &&Entry| map::standing(&line.transaction_status) == map::Standing::Declined;
        let mut candidates: Vec<&Entry> = lines.iter().filter(|line| line.invoice_number == number).collect();
        candidates.sort_by_key(is_lost);
        for line in candidates {
            let details = self.details(&line.trans_id).await?;
            if map::is_of(&details, reference) {
                return Ok(Some(details));
            }
        }
        Ok(None)
    }
}

fn read<T: DeserializeOwned>(body: &[u8], effect: Effect) -> Result<T> {
    serde_json::from_slice(body)
        .map_err(|error| ConnectorError::new(effect.no_answer(), "answer", format!("it cannot be read: {error}")))
}

fn accepted(messages: &Messages) -> Result<()> {
    if messages.result_code == "Ok" { Ok(()) } else { Err(map::refused(&messages.message)) }
}
