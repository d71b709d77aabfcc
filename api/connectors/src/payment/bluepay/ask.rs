//! A transaction sent to BluePay, and the question what became of one.

use super::map::{self, Form, Part, Row, Told};
use super::{Begun, BluePay, QUERY, TRANSACT, seal};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use comptoir_domain::Instant;

impl BluePay {
    /// Sends a transaction. The answer is a redirect, whose address says what came of it.
    pub(super) async fn transact(&self, mut form: Form) -> Result<Told> {
        form.push(("MERCHANT", self.account.clone()));
        form.push(("MODE", self.mode.into()));
        form.push(("RESPONSEVERSION", "8".into()));
        form.push(("TPS_HASH_TYPE", self.hash_type.clone()));
        let seal = seal::seal(&self.hash_type, &self.secret_key, &map::sealed(&form))?;
        form.push(("TAMPER_PROOF_SEAL", seal));
        let answer = self.http.send(Call::new(Method::Post, TRANSACT).form(&form)).await?;
        let query = answer.header("location").and_then(|place| place.split_once('?')).map(|(_, query)| query);
        let failed = "the answer says nothing of the transaction";
        let query =
            query.ok_or_else(|| ConnectorError::new(Kind::Unknown, format!("http_{}", answer.status), failed))?;
        Ok(Told::read(query.as_bytes()))
    }

    /// The transaction of an order id.
    pub(super) async fn find(&self, order: &str, from: Instant, to: Instant) -> Result<Option<Row>> {
        let (start, end) = map::days(from, to);
        let seal = seal::seal(&self.hash_type, &self.secret_key, &format!("{}{start}{end}", self.account))?;
        let form = [
            ("ACCOUNT_ID", self.account.as_str()),
            ("REPORT_START_DATE", &start),
            ("REPORT_END_DATE", &end),
            ("TPS_HASH_TYPE", &self.hash_type),
            ("TAMPER_PROOF_SEAL", &seal),
            ("order_id", order),
        ];
        let asked = self.http.send(Call::new(Method::Post, QUERY).form(&form)).await;
        // a question that is not answered has done nothing
        let answer = asked.map_err(|error| match error.kind {
            Kind::Unknown => ConnectorError::new(Kind::Unavailable, error.code, error.message),
            _ => error,
        })?;
        if answer.status >= 500 {
            let code = format!("http_{}", answer.status);
            return Err(ConnectorError::new(Kind::Unavailable, code, "the gateway failed"));
        }
        map::row(&Told::read(&answer.body), self.currency)
    }

    pub(super) async fn part(&self, payment: &Begun, part: Part, at: Instant) -> Result<Option<Row>> {
        self.find(&map::order(&payment.reference, part), payment.at, at).await
    }
}
