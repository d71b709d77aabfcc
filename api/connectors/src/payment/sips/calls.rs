//! The calls that are sent, and what follows from their answers.

use super::codes::{self, Meaning};
use super::map::{self, Object};
use super::seal::{self, Algorithm};
use super::{Sips, codes::Status};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use crate::payment::{Begun, Card, Outcome, Payment, Reference, SavedMethod};
use comptoir_domain::Money;
use serde_json::{Value, json};

/// Each group of operations has a version of its own.
const VERSIONS: &[(&str, &str)] = &[
    ("checkout/", "IR_WS_2.20"),
    ("cashManagement/", "CR_WS_2.20"),
    ("diagnostic/", "DR_WS_2.20"),
    ("wallet/", "WR_WS_2.20"),
];

impl Sips {
    /// Sends an operation with its seal; the answer is sealed too, on the live service always.
    pub(super) async fn send(&self, operation: &str, mut object: Object) -> Result<Object> {
        let account = &self.account;
        let version =
            VERSIONS.iter().find(|(group, _)| operation.starts_with(group)).map_or("", |(_, version)| version);
        let fixed = [
            ("merchantId", account.merchant.as_str()),
            ("keyVersion", &account.key_version),
            ("interfaceVersion", version),
            ("sealAlgorithm", account.algorithm.as_str()),
        ];
        fixed.into_iter().for_each(|(name, value)| drop(object.insert(name.into(), value.into())));
        let seal = account.algorithm.seal(&account.key, &seal::text(&object))?;
        object.insert("seal".into(), seal.into());
        let call = Call::new(Method::Post, format!("/rs-services/v2/{operation}"));
        let call =
            call.body("application/json", json!(object).to_string()).header("accept", "application/json".to_string());
        let answer = self.office.send(call).await?;
        let odd = |message: String| ConnectorError::new(Kind::Unknown, "bad_answer", message);
        let said: Object = serde_json::from_slice(&answer.body)
            .map_err(|_| odd(format!("HTTP {} without an answer that can be read", answer.status)))?;
        let algorithm = match map::text(&said, "sealAlgorithm") {
            "" => account.algorithm,
            name => Algorithm::of(name),
        };
        let is_good = match map::text(&said, "seal") {
            "" => !self.account.live,
            seal => algorithm.fits(&account.key, &seal::text(&said), seal)?,
        };
        if is_good { Ok(said) } else { Err(odd("the seal of the answer does not fit".into())) }
    }

    /// The same for what has no card to be refused: anything but good is an error.
    async fn demand(&self, operation: &str, object: Object) -> Result<Object> {
        let said = self.send(operation, object).await?;
        let code = map::text(&said, "responseCode").to_string();
        let (meaning, words) = codes::meaning(&code, "");
        let kind = match meaning {
            Meaning::Done => return Ok(said),
            Meaning::Soft if code == codes::SEAL => Kind::Auth,
            Meaning::Soft | Meaning::Hard => Kind::Declined,
            Meaning::Pending => Kind::Unknown,
            Meaning::Call(kind) => kind,
        };
        Err(ConnectorError::new(kind, code, words))
    }

    /// What the diagnostic tells of a payment. A question changes nothing, so without an answer nothing was done.
    pub(super) async fn diagnose(&self, reference: &Reference) -> Result<Object> {
        let object = named(reference);
        self.demand("diagnostic/getTransactionData", object).await.map_err(|error| match error.kind {
            Kind::Unknown => ConnectorError::new(Kind::Unavailable, error.code, error.message),
            _ => error,
        })
    }

    /// The payment as it stands. One whose form is out may not have come there yet.
    pub(super) async fn stands(&self, begun: &Begun) -> Result<Payment> {
        match self.diagnose(&begun.reference).await {
            Ok(said) => map::stands(begun, &said),
            Err(error) if error.kind == Kind::NotFound && begun.gateway_id.is_some() => {
                Ok(map::waiting(begun, Outcome::Pending { instructions: None }))
            }
            Err(error) => Err(error),
        }
    }

    /// An operation with the money of a payment.
    async fn cash(&self, operation: &str, begun: &Begun, amount: Money) -> Result<Object> {
        let mut object = named(&begun.reference);
        object.insert("operationAmount".into(), amount.minor().to_string().into());
        object.insert("currencyCode".into(), map::currency(&self.account, amount)?.into());
        self.demand(operation, object).await
    }

    /// Takes what is reserved, or a part of it; what was done before is the same answer.
    pub(super) async fn validate(&self, begun: &Begun, amount: Money) -> Result<Payment> {
        let known = map::stands(begun, &self.diagnose(&begun.reference).await?)?;
        match known.outcome {
            Outcome::Authorised => {
                self.cash("cashManagement/validate", begun, amount).await?;
                map::stands(begun, &self.diagnose(&begun.reference).await?)
            }
            Outcome::Captured if known.amount == amount => Ok(known),
            _ => Err(done_before()),
        }
    }

    /// Releases what is reserved; what was done before is the same answer.
    pub(super) async fn release(&self, begun: &Begun) -> Result<Payment> {
        let known = map::stands(begun, &self.diagnose(&begun.reference).await?)?;
        match known.outcome {
            Outcome::Authorised => {
                self.cash("cashManagement/cancel", begun, known.amount).await?;
                map::stands(begun, &self.diagnose(&begun.reference).await?)
            }
            Outcome::Voided => Ok(known),
            _ => Err(done_before()),
        }
    }

    /// Gives money back: before it was taken by calling it off, afterwards by a refund.
    pub(super) async fn give_back(&self, begun: &Begun, amount: Money) -> Result<Object> {
        let said = self.diagnose(&begun.reference).await?;
        let operation = match codes::status(map::text(&said, "transactionStatus")) {
            Status::ToTake => "cashManagement/cancel",
            Status::Taken | Status::Back => "cashManagement/refund",
            _ => return Err(ConnectorError::new(Kind::Declined, "nothing_taken", "nothing was taken, or all is back")),
        };
        self.cash(operation, begun, amount).await.map_err(|error| match error.kind {
            Kind::Conflict => ConnectorError::new(Kind::Declined, error.code, error.message),
            _ => error,
        })
    }

    /// Puts a card into a wallet.
    pub(super) async fn add(&self, wallet: &str, card: &Card) -> Result<SavedMethod> {
        let said = self.send("wallet/addCard", map::added(wallet, card)).await?;
        let code = wallet_code(&said);
        match map::text(&said, "paymentMeanId") {
            mean if code == "00" && !mean.is_empty() => Ok(map::kept(wallet, mean, card)),
            _ => Err(wallet_error(code)),
        }
    }

    /// Takes a card out of its wallet. One that is not there is forgotten.
    pub(super) async fn remove(&self, wallet: &str, mean: &str) -> Result<()> {
        let pairs = [("merchantWalletId", wallet), ("paymentMeanId", mean)];
        let object = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let said = self.send("wallet/deletePaymentMean", object).await?;
        match wallet_code(&said) {
            "00" | "01" => Ok(()),
            code => Err(wallet_error(code)),
        }
    }
}

fn named(reference: &Reference) -> Object {
    Object::from_iter([("transactionReference".to_string(), Value::from(map::transaction(reference)))])
}

/// Wallets have a code of their own.
fn wallet_code(said: &Object) -> &str {
    let code = map::text(said, "walletResponseCode");
    if code.is_empty() { map::text(said, "responseCode") } else { code }
}

fn wallet_error(code: &str) -> ConnectorError {
    let (meaning, words) = codes::meaning(code, "");
    let kind = match meaning {
        Meaning::Call(kind) => kind,
        _ if code == codes::SEAL => Kind::Auth,
        _ => Kind::Declined,
    };
    ConnectorError::new(kind, code.to_string(), words)
}

fn done_before() -> ConnectorError {
    ConnectorError::new(Kind::Conflict, "wrong_state", "it was taken or released before")
}
