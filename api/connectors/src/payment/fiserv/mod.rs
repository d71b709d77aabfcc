//! Fiserv Commerce Hub, which took the place of LinkPoint and its successors: cards in our store, kept under tokens.
//!
//! Each transaction bears an id of ours, made of our reference, and before anything is sent it is asked for. It makes no calls
//! to us.

mod ask;
mod map;
#[cfg(test)]
mod tests;
mod undo;
mod wire;

use super::{
    Begun, Captures, Entry, KeepRequest, Kept, Lookup, Payment, PaymentGateway, PaymentRequest, PaymentSource, Refunds,
    Vault, Voids,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Http;
use crate::payment::registry::Site;
use crate::settings::{Field, FieldKind, Values, optional, required};
use ask::Effect;
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant};
use map::Part;
use secrecy::SecretString;
use std::sync::Arc;
use wire::{Merchant, Request};

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("api_key", "API key", FieldKind::Text(100), "nHrjIHMnkpDNYRCGgGSDp0fTpvkmGbQ3"),
    required("api_secret", "API secret", FieldKind::Secret(200), "a secret of the developer's account"),
    required("merchant", "Merchant id", FieldKind::Text(40), "100008000003683"),
    required("terminal", "Terminal id", FieldKind::Text(40), "10000001"),
    optional(
        "address",
        "Address of the service, if it is another",
        FieldKind::Address,
        "https://connect.fiservapis.com/ch",
    ),
];

const LIVE: &str = "https://connect.fiservapis.com/ch";
const TEST: &str = "https://connect-cert.fiservapps.com/ch";

const CHARGES: &str = "/payments/v1/charges";
const TOKENS: &str = "/payments-vas/v1/tokens";

const ENTRIES: &[Entry] = &[Entry::Card];

/// A merchant at Commerce Hub.
pub struct Fiserv {
    http: Http,
    api_key: String,
    api_secret: SecretString,
    merchant: String,
    terminal: String,
}

/// Gets it ready.
pub fn build(site: &Site, values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    Ok(Arc::new(Fiserv {
        http: Http::new(values.or("address", if site.live { LIVE } else { TEST }), site.reach)?,
        api_key: values.text("api_key").into(),
        api_secret: values.secret("api_secret"),
        merchant: values.text("merchant").into(),
        terminal: values.text("terminal").into(),
    }))
}

#[async_trait]
impl PaymentGateway for Fiserv {
    fn takes(&self, _: Currency) -> bool {
        true
    }

    fn entries(&self) -> &'static [Entry] {
        ENTRIES
    }

    async fn probe(&self, at: Instant) -> Result<()> {
        self.find("comptoir.probe".into(), at).await.map(|_| ())
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(ENTRIES)?;
        let charge = map::charge(request, self.merchant())?;
        if let Some(payment) = self.standing(&request.begun(None), request.at).await? {
            return same(payment, request);
        }
        let reply = match self.send(CHARGES, &charge, request.at, Effect::Some).await {
            // another call with the reference may have come first
            Err(error) if matches!(error.kind, Kind::InvalidRequest | Kind::Conflict) => {
                let found = self.standing(&request.begun(None), request.at).await?;
                return same(found.ok_or(error)?, request);
            }
            reply => reply?,
        };
        let saved = map::saved(&reply.payment_tokens, &request.source).filter(|_| request.save);
        Ok(Payment { saved, ..map::payment(&request.reference, request.amount, &reply, None)? })
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

    fn vault(&self) -> Option<&dyn Vault> {
        Some(self)
    }
}

/// The payment of the reference, if it is over what is asked.
fn same(payment: Payment, request: &PaymentRequest) -> Result<Payment> {
    if payment.amount == request.amount {
        return Ok(payment);
    }
    let message = format!("the reference was used for {}, now for {}", payment.amount, request.amount);
    Err(ConnectorError::new(Kind::Conflict, "reference_reused", message))
}

impl Fiserv {
    fn merchant(&self) -> Merchant<'_> {
        Merchant { merchant_id: &self.merchant, terminal_id: &self.terminal }
    }

    /// A payment as it stands; nothing if it is not known.
    async fn standing(&self, payment: &Begun, at: Instant) -> Result<Option<Payment>> {
        let part = |part| self.find(map::name(&payment.reference, part), at);
        let Some(paid) = part(Part::Payment).await? else { return Ok(None) };
        let mut then = None;
        if map::standing(&paid) == map::Standing::Reserved {
            then = part(Part::Capture).await?.filter(|reply| map::standing(reply) == map::Standing::Taken);
            if then.is_none() {
                then = part(Part::Void).await?;
            }
        }
        let mut found = map::payment(&payment.reference, payment.amount, &paid, then.as_ref())?;
        if found.is_taken() {
            for refund in self.refunds_of(payment, at).await? {
                if let Some(amount) = refund.amount() {
                    found.refunded = found.refunded.plus(amount?)?;
                }
            }
        }
        Ok(Some(found))
    }

    /// The same, where it has to be known.
    async fn known(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let missing = || ConnectorError::not_found(format!("no payment {}", payment.reference));
        self.standing(payment, at).await?.ok_or_else(missing)
    }
}

#[async_trait]
impl Lookup for Fiserv {
    async fn fetch(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        self.known(payment, at).await
    }
}

#[async_trait]
impl Vault for Fiserv {
    fn keeps(&self) -> &'static [Entry] {
        &[Entry::Card]
    }

    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let PaymentSource::Card(_) = request.source else {
            return Err(ConnectorError::invalid("source", "this gateway keeps cards"));
        };
        let source = Some(map::source(&request.source)?);
        let asked = Request { source, merchant_details: self.merchant(), ..Request::default() };
        let reply = self.send(TOKENS, &asked, request.at, Effect::None).await?;
        map::saved(&reply.payment_tokens, &request.source).map(Kept::Saved).ok_or_else(|| {
            let decline = map::decline(&reply);
            ConnectorError::new(Kind::Declined, decline.code, decline.message)
        })
    }

    /// Their tokens stand for a card's number, whoever asks: there is nothing of ours to be forgotten.
    async fn forget(&self, _: &SecretString, _: Instant) -> Result<()> {
        Ok(())
    }
}
