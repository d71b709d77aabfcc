//! A gateway for demonstrations and tests: no network, every behaviour on demand ([`MAGIC`]), and a book of its own in
//! a file of its own, so that what the shop believes can be compared with what "the bank" holds.
//!
//! Callbacks are handed out by [`FakeGateway::pending_callbacks`]; a worker posts them to the shop and then calls
//! [`FakeGateway::delivered`].

mod callback;
mod ledger;
mod magic;
mod map;
#[cfg(test)]
mod tests;

pub use callback::{sign, verify};
pub use ledger::Totals;
pub use magic::{ALWAYS_GOOD, Behaviour, MAGIC, Magic};

use super::{
    Begun, Callback, Callbacks, CaptureRequest, Captures, DisputeState, Entry, KeepRequest, Kept, Lookup, Payment,
    PaymentEvent, PaymentGateway, PaymentRequest, Reference, Refund, RefundRequest, Refunds, Vault, Voids,
};
use crate::book::Book;
use crate::error::{ConnectorError, Result};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};
use ledger::{Fact, Ledger};
use map::Decided;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Where clients enter what is paid with, and what is kept.
const ENTRIES: &[Entry] = &[Entry::Card, Entry::Page];

/// How the fake is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The secret that signs callbacks: `whsec_` and base64.
    pub secret: SecretString,
    /// The page where clients confirm; `?payment=…` is added.
    pub page: String,
    /// How long each call takes.
    pub latency: Duration,
    /// How long a later decision takes, by the caller's clock.
    pub callback_delay: chrono::TimeDelta,
}

/// A signed callback to post to the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The event's id, for [`FakeGateway::delivered`].
    pub event: String,
    /// What to post.
    pub callback: Callback,
}

/// A payment, or a card that is to be kept, as the fake's page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtPage {
    /// How much is to be paid; nothing where a card is to be kept.
    pub amount: Option<Money>,
    /// Whether the client has yet to decide.
    pub waits: bool,
    /// Where to go afterwards; empty if the shop did not say.
    pub return_to: String,
}

/// The fake gateway. Cheap to clone; clones and other processes share the book.
#[derive(Clone)]
pub struct FakeGateway {
    settings: Arc<Settings>,
    book: Arc<Book<Ledger>>,
}

impl FakeGateway {
    /// Opens the book at `path`, or begins one.
    pub fn open(path: &Path, settings: Settings) -> Result<Self> {
        Ok(Self { settings: Arc::new(settings), book: Arc::new(Book::open(path)?) })
    }

    /// Runs one decision on the book: locked, durable, off the async threads.
    async fn decide<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&Ledger, &Settings) -> Decided<T> + Send + 'static,
    ) -> Result<T> {
        tokio::time::sleep(self.settings.latency).await;
        let (book, settings) = (self.book.clone(), self.settings.clone());
        tokio::task::spawn_blocking(move || book.change(|ledger| decide(ledger, &settings))).await??
    }

    /// Lets all decisions fall that are due.
    async fn settle(&self, now: Instant) -> Result<()> {
        self.decide(move |ledger, _| (ledger.due(now), Ok(()))).await
    }

    /// The callbacks to post now, the same ones again until each is [`delivered`](Self::delivered). Some come twice.
    pub async fn pending_callbacks(&self, now: Instant) -> Result<Vec<Outgoing>> {
        self.settle(now).await?;
        let waiting = self.decide(|ledger, _| (Vec::new(), Ok(ledger.waiting()))).await?;
        let mut all = Vec::new();
        for one in waiting {
            let body = serde_json::to_vec(&one.event).map_err(|error| invalid_body(&error))?;
            let callback = sign(&self.settings.secret, &one.event.id, now, body)?;
            let outgoing = Outgoing { event: one.event.id, callback };
            all.extend(std::iter::repeat_n(outgoing, usize::from(one.copies)));
        }
        Ok(all)
    }

    /// Notes that the shop took the callback.
    pub async fn delivered(&self, event: &str) -> Result<()> {
        let event = event.to_owned();
        self.decide(move |_, _| (vec![Fact::Delivered { event }], Ok(()))).await
    }

    /// What the fake's page shows of a payment.
    pub async fn at_page(&self, gateway_id: &str) -> Result<AtPage> {
        let id = gateway_id.to_owned();
        self.decide(move |ledger, _| (Vec::new(), map::at_page(ledger, &id))).await
    }

    /// What the client does on the fake's page: agree or refuse. Answers the shop's reference.
    pub async fn confirm(&self, gateway_id: &str, agreed: bool, at: Instant) -> Result<Reference> {
        let id = gateway_id.to_owned();
        self.decide(move |ledger, _| map::confirm(ledger, &id, agreed, at)).await
    }

    /// What a payer does at his bank: disputes a payment; and what the bank decides. The shop is told by callback.
    pub async fn dispute(&self, reference: &Reference, state: DisputeState, at: Instant) -> Result<()> {
        let reference = reference.clone();
        self.decide(move |ledger, _| map::dispute(ledger, &reference, state, at)).await
    }

    /// What was taken and given back, per currency.
    pub async fn totals(&self) -> Result<BTreeMap<Currency, Totals>> {
        self.decide(|ledger, _| (Vec::new(), ledger.totals())).await
    }
}

fn invalid_body(error: &serde_json::Error) -> ConnectorError {
    ConnectorError::invalid("callback_body", error.to_string())
}

#[async_trait]
impl PaymentGateway for FakeGateway {
    fn takes(&self, _: Currency) -> bool {
        true
    }

    fn entries(&self) -> &'static [Entry] {
        ENTRIES
    }

    async fn probe(&self, at: Instant) -> Result<()> {
        self.settle(at).await
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        let request = request.clone();
        self.decide(move |ledger, settings| map::start(ledger, settings, &request)).await
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

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

#[async_trait]
impl Lookup for FakeGateway {
    async fn fetch(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        self.settle(at).await?;
        let reference = payment.reference.clone();
        let missing = ConnectorError::not_found(format!("no payment {reference}"));
        let find = move |ledger: &Ledger| ledger.payment(&reference).map(|held| held.payment.clone());
        self.decide(move |ledger, _| (Vec::new(), find(ledger).ok_or(missing))).await
    }
}

#[async_trait]
impl Refunds for FakeGateway {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let request = request.clone();
        self.decide(move |ledger, _| map::refund(ledger, &request)).await
    }

    async fn fetch_refund(&self, request: &RefundRequest) -> Result<Refund> {
        let reference = request.reference.clone();
        let missing = ConnectorError::not_found(format!("no refund {reference}"));
        self.decide(move |ledger, _| (Vec::new(), ledger.refund(&reference).cloned().ok_or(missing))).await
    }
}

#[async_trait]
impl Captures for FakeGateway {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let request = request.clone();
        self.decide(move |ledger, _| map::capture(ledger, &request)).await
    }
}

#[async_trait]
impl Voids for FakeGateway {
    async fn void(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        let reference = payment.reference.clone();
        self.decide(move |ledger, _| map::void(ledger, &reference)).await
    }
}

#[async_trait]
impl Vault for FakeGateway {
    fn keeps(&self) -> &'static [Entry] {
        ENTRIES
    }

    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let request = request.clone();
        self.decide(move |ledger, settings| map::keep(ledger, settings, &request)).await
    }

    async fn finish(&self, handle: &SecretString, _: Instant) -> Result<Kept> {
        let handle = handle.expose_secret().to_owned();
        self.decide(move |ledger, settings| (Vec::new(), map::asked(ledger, settings, &handle))).await
    }

    async fn forget(&self, _: &SecretString, _: Instant) -> Result<()> {
        // a token of the fake is the card's last digits: nothing is held
        Ok(())
    }
}

#[async_trait]
impl Callbacks for FakeGateway {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        verify(&self.settings.secret, callback, at).map(Some)
    }
}
