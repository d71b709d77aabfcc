//! Cheque and bank transfer: available without any gateway (PAY-01). Starting one only tells the client what to do; a
//! person settles it when the money is there. Nothing outside is called, so nothing can be asked or refunded.

use super::{Entry, Outcome, Payment, PaymentGateway, PaymentRequest, PaymentSource};
use crate::error::{ConnectorError, Result};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};

/// How the money comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By post.
    Cheque,
    /// Through the bank.
    BankTransfer,
}

/// One way to pay by hand.
#[derive(Clone, Debug)]
pub struct Manual {
    /// How the money comes.
    pub way: Way,
    /// What the client reads; `{reference}` and `{amount}` are filled in.
    pub instructions: String,
}

#[async_trait]
impl PaymentGateway for Manual {
    fn takes(&self, _: Currency) -> bool {
        true
    }

    fn entries(&self) -> &'static [Entry] {
        &[Entry::Offline]
    }

    async fn probe(&self, _: Instant) -> Result<()> {
        Ok(())
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(self.entries())?;
        if !matches!(request.source, PaymentSource::Offline) {
            return Err(ConnectorError::invalid("source", "nothing is kept for a cheque or transfer"));
        }
        Ok(Payment {
            reference: request.reference.clone(),
            gateway_id: None,
            amount: request.amount,
            outcome: Outcome::Pending { instructions: Some(self.fill(request)) },
            refunded: Money::zero(request.amount.currency()),
            saved: None,
            card_country: None,
            raw: String::new(),
        })
    }
}

impl Manual {
    fn fill(&self, request: &PaymentRequest) -> String {
        self.instructions
            .replace("{reference}", request.reference.as_str())
            .replace("{amount}", &request.amount.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::contract::{self, Subject};

    #[tokio::test]
    async fn passes_the_contract_and_says_what_to_do() {
        let manual =
            Manual { way: Way::BankTransfer, instructions: "Send {amount} to FR76…, naming {reference}.".into() };
        contract::payment_gateway(&Subject::new(&manual, PaymentSource::Offline)).await;
        let asked = contract::request("r-7", "12.10", "EUR", PaymentSource::Offline);
        let want = Outcome::Pending { instructions: Some("Send 12.10 EUR to FR76…, naming r-7.".into()) };
        assert_eq!(manual.start(&asked).await.unwrap().outcome, want);
    }
}
