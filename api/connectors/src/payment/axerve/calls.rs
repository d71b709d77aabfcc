//! The calls that are sent, and what follows from their answers.

use super::codes::{self, Meaning};
use super::wire::{Said, envelope, texts};
use super::{Axerve, Way, map};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use crate::payment::{Begun, Card, ClientAction, Outcome, Payment, PaymentRequest};
use comptoir_domain::Money;
use secrecy::ExposeSecret;

/// A service, and the element that its answers stand in.
type Service = (&'static str, &'static str);

const PAYMENTS: Service = ("/gestpay/GestPayWS/WSs2s.asmx", "GestPayS2S");
const CRYPT: Service = ("/gestpay/GestPayWS/WsCryptDecrypt.asmx", "GestPayCryptDecrypt");
const PAGE: &str = "/pagam/pagam.aspx";

impl Axerve {
    /// Sends an operation; what the answer says of it is for the caller to see.
    async fn send(&self, service: Service, operation: &str, arguments: &str) -> Result<Said> {
        let body = envelope(&self.account.namespace, operation, arguments);
        let action = format!("\"{}{operation}\"", self.account.namespace);
        let call =
            Call::new(Method::Post, service.0).body("text/xml; charset=utf-8", body).header("soapaction", action);
        Said::read(&self.http.send(call).await?.text(), service.1)
    }

    /// The same for what has no card to be refused: anything but good is an error.
    async fn order(&self, service: Service, operation: &str, arguments: &str) -> Result<Said> {
        let said = self.send(service, operation, arguments).await?;
        if said.text("transactionresult") == "OK" { Ok(said) } else { Err(failure(&said)) }
    }

    fn account_only(&self, more: &[(&str, &str)]) -> String {
        let shop = [("shopLogin", self.account.shop.as_str())];
        let key = [("apikey", self.account.key.expose_secret())];
        texts(&[&shop, more, &key].concat())
    }

    /// Charges a card or a token. What says that the call was not taken is an error; that the card was refused is an answer.
    pub(super) async fn pagam(&self, request: &PaymentRequest) -> Result<Said> {
        let said = self.send(PAYMENTS, "callPagamS2S", &map::pagam(&self.account, request)?).await?;
        match codes::meaning(said.code()) {
            Meaning::Call(_) if said.text("transactionresult") == "KO" => Err(failure(&said)),
            _ => Ok(said),
        }
    }

    /// Sends the client to the bank's page; nothing is charged yet.
    pub(super) async fn to_page(&self, request: &PaymentRequest) -> Result<Payment> {
        let said = self.order(CRYPT, "Encrypt", &map::encrypt(&self.account, request)?).await?;
        let action = self.page(said.text("cryptdecryptstring"));
        Ok(map::waiting(&request.begun(None), Outcome::ActionNeeded(action)))
    }

    fn page(&self, crypt: &str) -> ClientAction {
        let pairs = [("a", self.account.shop.as_str()), ("b", crypt)];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        ClientAction { redirect_to: format!("{}{PAGE}?{query}", self.account.page), fields: Vec::new() }
    }

    /// What a message says that the bank has encrypted.
    pub(super) async fn decrypt(&self, crypt: &str) -> Result<Said> {
        self.send(CRYPT, "Decrypt", &self.account_only(&[("CryptedString", crypt)])).await
    }

    /// What became of the payment of that name. A question changes nothing, so without an answer nothing was done.
    pub(super) async fn read(&self, id: &str) -> Result<Said> {
        let arguments = self.account_only(&[("shopTransactionId", id)]);
        let said = self.send(PAYMENTS, "callReadTrxS2S", &arguments).await.and_then(|said| {
            // a payment that was refused is found as well
            let is_found = said.text("transactionresult") != "KO" || !said.text("banktransactionid").is_empty();
            if is_found { Ok(said) } else { Err(failure(&said)) }
        });
        said.map_err(|error| match error.kind {
            Kind::Unknown => ConnectorError::new(Kind::Unavailable, error.code, error.message),
            _ => error,
        })
    }

    /// The payment as it stands: by the page, if the client was there, else by what was tried directly.
    pub(super) async fn known(&self, begun: &Begun) -> Result<Payment> {
        for way in [Way::Page, Way::Direct] {
            match self.read(&map::id(&begun.reference, way)).await {
                Ok(said) if codes::meaning(said.code()) == Meaning::NeedsClient => {
                    return self.to_page(&map::again(begun)).await;
                }
                Ok(said) => return map::stands(&self.account, begun, &said),
                Err(error) if error.kind == Kind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Err(ConnectorError::not_found(format!("no payment {}", begun.reference)))
    }

    /// The same for one that was begun: where the client was sent to the page, whether it went there nobody can know.
    pub(super) async fn stands(&self, begun: &Begun) -> Result<Payment> {
        let is_out = begun.gateway_id.as_deref() == Some(map::id(&begun.reference, Way::Page).as_str());
        match self.known(begun).await {
            Err(error) if error.kind == Kind::NotFound && is_out => {
                Ok(map::waiting(begun, Outcome::Pending { instructions: None }))
            }
            other => other,
        }
    }

    /// The bank's number of a payment.
    async fn number(&self, begun: &Begun) -> Result<String> {
        let is_number = |id: &&String| id.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(number) = begun.gateway_id.as_ref().filter(is_number) {
            return Ok(number.clone());
        }
        let none = || ConnectorError::new(Kind::Conflict, "no_number", "the bank has not taken it yet");
        self.known(begun).await?.gateway_id.filter(|id| is_number(&id)).ok_or_else(none)
    }

    /// Takes what is reserved, or a part of it.
    pub(super) async fn settle(&self, begun: &Begun, amount: Money) -> Result<Payment> {
        let (text, currency) = map::written(amount)?;
        let number = self.number(begun).await?;
        let arguments = self.account_only(&[("uicCode", currency), ("amount", &text), ("bankTransID", &number)]);
        let done = self.order(PAYMENTS, "callSettleS2S", &arguments).await;
        self.ended(begun, done, &Outcome::Captured, Some(amount)).await
    }

    /// Releases what is reserved.
    pub(super) async fn delete(&self, begun: &Begun) -> Result<Payment> {
        let number = self.number(begun).await?;
        let done = self.order(PAYMENTS, "callDeleteS2S", &self.account_only(&[("bankTransactionId", &number)])).await;
        self.ended(begun, done, &Outcome::Voided, None).await
    }

    /// The payment after its reservation has ended. What was refused may have been done before: then the same is the same
    /// answer.
    async fn ended(
        &self,
        begun: &Begun,
        done: Result<Said>,
        wanted: &Outcome,
        amount: Option<Money>,
    ) -> Result<Payment> {
        let error = match done {
            Ok(_) => return self.known(begun).await,
            Err(error) if matches!(error.kind, Kind::Conflict | Kind::NotFound) => error,
            Err(error) => return Err(error),
        };
        let known = self.known(begun).await?;
        match &known.outcome {
            Outcome::Authorised => Err(error),
            outcome if outcome == wanted && amount.is_none_or(|amount| amount == known.amount) => Ok(known),
            _ => Err(ConnectorError::new(Kind::Conflict, error.code, "it was taken or released before")),
        }
    }

    /// Gives money back.
    pub(super) async fn give_back(&self, begun: &Begun, amount: Money) -> Result<Said> {
        let (text, currency) = map::written(amount)?;
        let number = self.number(begun).await?;
        let arguments = self.account_only(&[("uicCode", currency), ("amount", &text), ("bankTransactionId", &number)]);
        self.order(PAYMENTS, "callRefundS2S", &arguments).await
    }

    /// Keeps a card.
    pub(super) async fn request_token(&self, card: &Card) -> Result<Said> {
        self.order(PAYMENTS, "CallRequestTokenS2S", &map::token(&self.account, card)).await
    }

    /// Has a token forgotten.
    pub(super) async fn delete_token(&self, token: &str) -> Result<Said> {
        let shop = ("shopLogin", self.account.shop.as_str());
        let arguments = texts(&[("tokenValue", token), shop, ("apikey", self.account.key.expose_secret())]);
        self.order(PAYMENTS, "callDeleteTokenS2S", &arguments).await
    }
}

/// What an answer says that is not good.
pub(super) fn failure(said: &Said) -> ConnectorError {
    let kind = match codes::meaning(said.code()) {
        Meaning::Call(kind) => kind,
        Meaning::Failed => Kind::Unavailable,
        Meaning::Soft | Meaning::Hard | Meaning::NeedsClient => Kind::Declined,
    };
    ConnectorError::new(kind, said.code().to_string(), said.words())
}
