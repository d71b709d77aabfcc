//! Remote administration: giving back, and taking what was reserved. Its answer is one line, which names no amount.

use super::map::{self, Verdict};
use super::{Captures, Outcome, Payment, Refunds, TRANSACTION, Worldpay};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use crate::payment::{CaptureRequest, Refund, RefundRequest};
use async_trait::async_trait;
use comptoir_domain::Money;
use secrecy::ExposeSecret;

impl Worldpay {
    /// One operation on a transaction; their line of answer.
    async fn administer(&self, transaction: Option<&str>, operation: &[(&str, String)]) -> Result<String> {
        let missing =
            || ConnectorError::new(Kind::Unavailable, "no_id", "it can only be asked by its own id, which is unknown");
        let transaction = transaction.ok_or_else(missing)?;
        let absent = || ConnectorError::invalid("admin_installation", "remote administration is not set up");
        let admin = self.admin.as_ref().ok_or_else(absent)?;
        let mut fields = vec![
            ("instId", admin.installation.clone()),
            ("authPW", admin.password.expose_secret().into()),
            ("transId", transaction.into()),
            ("testMode", if self.live { "0" } else { "100" }.into()),
        ];
        fields.extend(operation.iter().cloned());
        let answer = self.http.send(Call::new(Method::Post, TRANSACTION).form(&fields)).await?;
        if answer.status != 200 {
            let failed = "the gateway failed, and may have done it";
            return Err(ConnectorError::new(Kind::Unknown, format!("http_{}", answer.status), failed));
        }
        let line = map::one_line(&answer.text(), 300);
        match map::verdict(&line) {
            Verdict::Done => Ok(line),
            Verdict::Refused => Err(ConnectorError::new(Kind::Declined, "refused", line)),
            Verdict::Unclear => Err(ConnectorError::new(Kind::Unknown, "answer", "the answer cannot be read")),
        }
    }
}

#[async_trait]
impl Refunds for Worldpay {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let (asked, payment) = (request.amount, &request.payment);
        if asked.minor() <= 0 || asked.currency() != payment.amount.currency() {
            return Err(ConnectorError::invalid("amount", "expected more than nothing, in the payment's currency"));
        }
        let operation = if asked == payment.amount {
            vec![("op", "refund-full".to_string())]
        } else {
            let currency = asked.currency().as_str().to_string();
            vec![("op", "refund-partial".into()), ("amount", asked.decimal().to_string()), ("currency", currency)]
        };
        let raw = self.administer(payment.gateway_id.as_deref(), &operation).await?;
        // its answer names no amount
        let reference = request.reference.clone();
        Ok(Refund {
            reference,
            payment: payment.reference.clone(),
            gateway_id: None,
            amount: asked,
            is_pending: false,
            raw,
        })
    }

    fn are_keyed(&self) -> bool {
        false
    }

    async fn fetch_refund(&self, _: &RefundRequest) -> Result<Refund> {
        Err(ConnectorError::new(Kind::Unavailable, "cannot_be_asked", "this gateway cannot be asked about refunds"))
    }
}

#[async_trait]
impl Captures for Worldpay {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let payment = &request.payment;
        if request.amount != payment.amount {
            return Err(ConnectorError::invalid("amount", "only all that was reserved can be taken"));
        }
        let operation = [("op", "postAuth-full".to_string())];
        let raw = self.administer(payment.gateway_id.as_deref(), &operation).await?;
        Ok(Payment {
            reference: payment.reference.clone(),
            gateway_id: payment.gateway_id.clone(),
            amount: request.amount,
            outcome: Outcome::Captured,
            refunded: Money::zero(request.amount.currency()),
            saved: None,
            card_country: None,
            raw,
        })
    }
}
