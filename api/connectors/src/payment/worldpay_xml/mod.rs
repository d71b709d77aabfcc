//! Worldpay's payment service (WPG) in XML: cards in our store, its page, and cards kept under tokens.
//!
//! The order code is our reference and can be used once, so nothing is done twice. A bank that wants the client to confirm
//! a card is answered by a decline that says so: its page is the place for that.

mod ask;
mod callback;
mod map;
#[cfg(test)]
mod tests;
mod undo;
mod wire;

use super::{
    Begun, Callbacks, Captures, ClientAction, Decline, Entry, Lookup, Outcome, Payment, PaymentGateway, PaymentRequest,
    PaymentSource, Refunds, Take, Voids,
};
use crate::error::{Kind, Result};
use crate::http::Http;
use crate::payment::registry::Site;
use crate::settings::{Field, FieldKind, Values, optional, required};
use ask::{Effect, failure, read, unclear};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};
use secrecy::SecretString;
use std::sync::Arc;
use wire::{element, first};

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("merchant", "Merchant code", FieldKind::Text(50), "MYSHOP"),
    required("user", "User of the XML service", FieldKind::Text(50), "XMLUSER1"),
    required("password", "Password of the XML service", FieldKind::Secret(100), "secret"),
    optional("installation", "Installation id of the payment page", FieldKind::Text(20), "12345"),
    optional("address", "Address of the service, if it is another", FieldKind::Address, "https://secure.worldpay.com"),
];

const LIVE: &str = "https://secure.worldpay.com";
const TEST: &str = "https://secure-test.worldpay.com";
const PATH: &str = "/jsp/merchant/xml/paymentService.jsp";

const ENTRIES: &[Entry] = &[Entry::Card, Entry::Page];

/// A merchant's account.
pub struct WorldpayXml {
    http: Http,
    merchant: String,
    user: String,
    password: SecretString,
    installation: String,
}

/// Gets it ready.
pub fn build(site: &Site, values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    Ok(Arc::new(WorldpayXml {
        http: Http::new(values.or("address", if site.live { LIVE } else { TEST }), site.reach)?,
        merchant: values.text("merchant").into(),
        user: values.text("user").into(),
        password: values.secret("password"),
        installation: values.text("installation").into(),
    }))
}

#[async_trait]
impl PaymentGateway for WorldpayXml {
    fn takes(&self, _: Currency) -> bool {
        true
    }

    fn entries(&self) -> &'static [Entry] {
        ENTRIES
    }

    /// Asks for an order that does not exist: the answer shows whether we are known.
    async fn probe(&self, _: Instant) -> Result<()> {
        match self.inquire("comptoir.probe").await {
            Err(error) if error.kind != Kind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(ENTRIES)?;
        let submit = element("submit").holding([map::order(request, &self.installation)]);
        let answer = self.send(submit, Effect::Some).await?;
        let document = read(&answer, Effect::Some)?;
        let root = document.root_element();
        match map::error(root) {
            // the code was used before: what became of it
            Some((code, _)) if code == "5" => return self.earlier(request).await,
            Some((code, message)) if code == "7" => {
                return Ok(begun(request, Outcome::Declined(Decline { hard: true, code, message })));
            }
            Some(refused) => return Err(failure(refused, Effect::Some)),
            None => {}
        }
        if first(root, "challengeRequired").is_some() {
            let message = "the bank wants the client to confirm: the payment page can do that".into();
            let decline = Decline { hard: false, code: "challenge_required".into(), message };
            return Ok(begun(request, Outcome::Declined(decline)));
        }
        if let (PaymentSource::HostedPage, Some(page)) = (&request.source, first(root, "reference")) {
            return page_of(request, page.text().unwrap_or_default().trim());
        }
        let code = map::code(&request.reference, request.take);
        let payment = first(root, "payment").ok_or_else(unclear)?;
        let saved = map::saved(root, &request.source).filter(|_| request.save);
        Ok(Payment { saved, ..map::payment(&code, payment)? })
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        Some(self)
    }

    fn captures(&self) -> Option<&dyn Captures> {
        Some(self)
    }

    fn voids(&self) -> Option<&dyn Voids> {
        Some(self)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

fn begun(request: &PaymentRequest, outcome: Outcome) -> Payment {
    Payment {
        reference: request.reference.clone(),
        gateway_id: Some(map::code(&request.reference, request.take)),
        amount: request.amount,
        outcome,
        refunded: Money::zero(request.amount.currency()),
        saved: None,
        card_country: None,
        raw: String::new(),
    }
}

/// The page of an order, which is told where the client goes afterwards.
fn page_of(request: &PaymentRequest, page: &str) -> Result<Payment> {
    let mut address = url::Url::parse(page).map_err(|_| unclear())?;
    for name in ["successURL", "pendingURL", "failureURL", "cancelURL"] {
        address.query_pairs_mut().append_pair(name, &request.return_to);
    }
    Ok(begun(request, Outcome::ActionNeeded(ClientAction { redirect_to: address.into(), fields: Vec::new() })))
}

#[async_trait]
impl Lookup for WorldpayXml {
    async fn fetch(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        if let Some(code) = &payment.gateway_id {
            return self.inquire(code).await;
        }
        match self.inquire(&map::code(&payment.reference, Take::Now)).await {
            Err(error) if error.kind == Kind::NotFound => {
                self.inquire(&map::code(&payment.reference, Take::Reserve)).await
            }
            found => found,
        }
    }
}
