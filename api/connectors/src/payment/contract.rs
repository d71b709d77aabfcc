//! What every gateway has to pass. A [`Subject`] says how to bring about each case; what it leaves out is not asked,
//! and neither is a group that the gateway does not have.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a suite of assertions")]

mod keeping;

pub use keeping::{keep, saved};

use super::{
    Callback, Callbacks, CaptureRequest, ClientAction, Entry, Lookup, Outcome, Payer, PaymentEvent, PaymentGateway,
    PaymentRequest, PaymentSource, Presence, Reference, RefundRequest, Take,
};
use crate::error::{ConnectorError, Kind, Result, Retry};
use async_trait::async_trait;
use comptoir_domain::{Instant, Money};

/// Hands out genuine callbacks of a simulated gateway.
#[async_trait]
pub trait CallbackFeed: Send + Sync {
    /// What the gateway would post at that time.
    async fn post(&self, at: Instant) -> Vec<Callback>;
}

/// A client at a page of the gateway's, or of the bank's.
#[async_trait]
pub trait Client: Send + Sync {
    /// Agrees or refuses; what the gateway then posts to us.
    async fn confirm(&self, action: &ClientAction, agreed: bool, at: Instant) -> Vec<Callback>;
}

/// What is to happen to the next call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// It is lost on the way there: nothing is done.
    LostBefore,
    /// It is done, and the answer is lost.
    LostAfter,
    /// It is done, and the answer is that the gateway has failed.
    FailedAfter,
}

/// A gateway and the sources that make it behave.
pub struct Subject<'a> {
    /// The gateway.
    pub gateway: &'a dyn PaymentGateway,
    /// Works: approved, or pending where a person settles. None for a gateway that has only a page.
    pub works: Option<PaymentSource>,
    /// Declined.
    pub declined: Option<PaymentSource>,
    /// Lost before it was acted upon.
    pub lost_before: Option<PaymentSource>,
    /// Acted upon, but the answer is lost.
    pub lost_after: Option<PaymentSource>,
    /// Brings trouble to the next call of a gateway whose sources do not.
    pub trouble: Option<&'a (dyn Fn(Trouble) + Sync)>,
    /// Decided later, with a callback.
    pub later: Option<(PaymentSource, &'a dyn CallbackFeed)>,
    /// Pays at the gateway's page.
    pub page: Option<&'a dyn Client>,
    /// Kept only if the client confirms it at a page.
    pub confirmed: Option<PaymentSource>,
    /// Whether its callbacks are signed. A mere password makes what comes with it genuine, whatever it says.
    pub signed: bool,
    /// The currency of all but the first case.
    pub currency: &'a str,
}

impl<'a> Subject<'a> {
    /// A gateway with only the plain case.
    pub fn new(gateway: &'a dyn PaymentGateway, works: PaymentSource) -> Self {
        Self { works: Some(works), ..Self::page_only(gateway) }
    }

    /// A gateway to whose page clients are sent.
    pub fn page_only(gateway: &'a dyn PaymentGateway) -> Self {
        let (works, declined, lost_before, lost_after) = (None, None, None, None);
        let (trouble, later, page, confirmed) = (None, None, None, None);
        let (signed, currency) = (true, "EUR");
        Self { gateway, works, declined, lost_before, lost_after, trouble, later, page, confirmed, signed, currency }
    }

    /// A gateway that meets with trouble on demand, whatever it is paid with.
    pub fn troubled(self, trouble: &'a (dyn Fn(Trouble) + Sync)) -> Self {
        let (lost_before, lost_after) = (self.works.clone(), self.works.clone());
        Self { lost_before, lost_after, trouble: Some(trouble), ..self }
    }

    fn meet(&self, trouble: Trouble) {
        self.trouble.into_iter().for_each(|meet| meet(trouble));
    }

    fn request(&self, reference: &str, amount: &str, source: PaymentSource) -> PaymentRequest {
        request(reference, amount, self.currency, source)
    }
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn money(amount: &str, currency: &str) -> Money {
    Money::parse(amount, currency.parse().unwrap()).unwrap()
}

fn name(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

/// Somebody who pays.
pub fn payer() -> Payer {
    let text = |text: &str| text.to_string();
    Payer {
        id: text("cli_7"),
        first_name: text("Anna"),
        last_name: text("Ünal"),
        company: text("Blumen & Söhne"),
        email: text("anna@example.org"),
        phone: text("+49 30 555 0100"),
        street: text("Lange Straße 5"),
        postcode: text("10115"),
        city: text("Berlin"),
        region: text("BE"),
        country: text("DE"),
        language: text("de"),
        ip: text("192.0.2.7"),
    }
}

/// A plain request, with the client there.
pub fn request(reference: &str, amount: &str, currency: &str, source: PaymentSource) -> PaymentRequest {
    PaymentRequest {
        reference: name(reference),
        amount: money(amount, currency),
        description: "Hosting, April".into(),
        source,
        take: Take::Now,
        save: false,
        presence: Presence::Client,
        payer: payer(),
        return_to: "https://shop.example/invoices/7".into(),
        at: noon(),
    }
}

fn is(error: Result<impl std::fmt::Debug, ConnectorError>, kind: Kind, retry: Retry) {
    let error = error.unwrap_err();
    assert_eq!((error.kind, error.retry), (kind, retry), "{error}");
}

/// Runs everything that applies.
pub async fn payment_gateway(subject: &Subject<'_>) {
    subject.gateway.probe(noon()).await.unwrap();
    nothing_is_refused(subject).await;
    if let Some(works) = &subject.works {
        amounts(subject, works).await;
        by_telephone(subject, works).await;
        if let Some(lookup) = subject.gateway.lookup() {
            repeats(subject, works, lookup).await;
            lost_calls(subject, lookup).await;
        }
        refunds(subject, works).await;
        reservations(subject, works).await;
    }
    if let Some(vault) = subject.gateway.vault() {
        keeping::kept_methods(subject, vault).await;
    }
    if let Some(source) = &subject.declined {
        let answer = subject.gateway.start(&subject.request("declined", "12.10", source.clone())).await.unwrap();
        assert!(matches!(answer.outcome, Outcome::Declined(_)), "{answer:?}");
        assert!(!answer.is_taken());
    }
    if let (Some(callbacks), Some((source, feed))) = (subject.gateway.callbacks(), &subject.later) {
        told_later(subject, callbacks, source, *feed).await;
    }
    if let Some(client) = subject.page {
        by_page(subject, client).await;
    }
}

/// Nothing, and less, is never asked for; neither is what the gateway does not take.
async fn nothing_is_refused(subject: &Subject<'_>) {
    let source = subject.works.clone().unwrap_or(PaymentSource::HostedPage);
    for amount in ["0", "-0.01"] {
        let asked = subject.request("nothing", amount, source.clone());
        is(subject.gateway.start(&asked).await, Kind::InvalidRequest, Retry::Never);
    }
    let offered = [PaymentSource::Token("tok".into()), PaymentSource::HostedPage, PaymentSource::Offline];
    for source in offered {
        if source.entry().is_some_and(|entry| !subject.gateway.entries().contains(&entry)) {
            let asked = subject.request("unfit", "5.00", source);
            is(subject.gateway.start(&asked).await, Kind::InvalidRequest, Retry::Never);
        }
    }
}

/// Amount and currency come back as they were asked, with 2, 0 and 3 digits.
async fn amounts(subject: &Subject<'_>, works: &PaymentSource) {
    let kinds = [("eur", "12.10", "EUR"), ("usd", "12.10", "USD"), ("jpy", "1210", "JPY"), ("kwd", "12.100", "KWD")];
    for (reference, amount, currency) in kinds {
        let asked = request(reference, amount, currency, works.clone());
        if subject.gateway.takes(asked.amount.currency()) {
            let answer = subject.gateway.start(&asked).await.unwrap();
            assert_eq!((&answer.reference, answer.amount), (&asked.reference, asked.amount));
            assert!(answer.is_taken() || matches!(answer.outcome, Outcome::Pending { .. }), "{answer:?}");
            answer.agrees_with(asked.amount).unwrap();
        }
    }
}

/// What staff type for a client pays like what he types himself.
async fn by_telephone(subject: &Subject<'_>, works: &PaymentSource) {
    let asked = PaymentRequest { presence: Presence::Desk, ..subject.request("telephone", "13.10", works.clone()) };
    let answer = subject.gateway.start(&asked).await.unwrap();
    assert!(answer.is_taken() || matches!(answer.outcome, Outcome::Pending { .. }), "{answer:?}");
    answer.agrees_with(asked.amount).unwrap();
}

/// The same reference is one payment; another amount under it is a contradiction; unknown ones are not found.
async fn repeats(subject: &Subject<'_>, works: &PaymentSource, lookup: &dyn Lookup) {
    let asked = subject.request("repeat", "20.00", works.clone());
    let first = subject.gateway.start(&asked).await.unwrap();
    same(&subject.gateway.start(&asked).await.unwrap(), &first);
    same(&lookup.fetch(&asked.begun(first.gateway_id.clone()), noon()).await.unwrap(), &first);
    let other = PaymentRequest { amount: money("20.01", subject.currency), ..asked };
    is(subject.gateway.start(&other).await, Kind::Conflict, Retry::Never);
    let never = subject.request("never-sent", "1.00", works.clone()).begun(None);
    let error = lookup.fetch(&never, noon()).await.unwrap_err();
    assert!(matches!(error.kind, Kind::NotFound | Kind::Unavailable), "{error}");
}

/// The same payment: what it is and what became of it, in whatever words the gateway told it.
fn same(one: &super::Payment, other: &super::Payment) {
    let facts =
        |of: &super::Payment| (of.reference.clone(), of.gateway_id.clone(), of.amount, of.outcome.clone(), of.refunded);
    assert_eq!(facts(one), facts(other));
}

/// After "no answer" the caller has to ask, finds the truth, and a repeat makes no second payment.
async fn lost_calls(subject: &Subject<'_>, lookup: &dyn Lookup) {
    for (reference, trouble) in [("lost-after", Trouble::LostAfter), ("failed-after", Trouble::FailedAfter)] {
        let Some(source) = &subject.lost_after else { continue };
        if trouble == Trouble::FailedAfter && subject.trouble.is_none() {
            continue;
        }
        let asked = subject.request(reference, "30.00", source.clone());
        subject.meet(trouble);
        is(subject.gateway.start(&asked).await, Kind::Unknown, Retry::CheckFirst);
        match lookup.fetch(&asked.begun(None), noon()).await {
            Ok(found) => {
                assert!(found.is_taken());
                same(&subject.gateway.start(&asked).await.unwrap(), &found);
            }
            // it can only be asked by an id that was lost: a person has to look
            Err(error) => assert_eq!(error.kind, Kind::Unavailable, "{error}"),
        }
    }
    if let Some(source) = &subject.lost_before {
        let asked = subject.request("lost-before", "40.00", source.clone());
        subject.meet(Trouble::LostBefore);
        is(subject.gateway.start(&asked).await, Kind::Unknown, Retry::CheckFirst);
        let error = lookup.fetch(&asked.begun(None), noon()).await.unwrap_err();
        assert!(matches!(error.kind, Kind::NotFound | Kind::Unavailable), "{error}");
        let second = subject.gateway.start(&asked).await.unwrap();
        assert!(second.is_taken());
    }
}

/// Parts add up to no more than what was taken, and each refund happens once.
async fn refunds(subject: &Subject<'_>, works: &PaymentSource) {
    let (Some(refunds), Some(lookup)) = (subject.gateway.refunds(), subject.gateway.lookup()) else { return };
    let asked = subject.request("paid", "50.00", works.clone());
    let paid = subject.gateway.start(&asked).await.unwrap();
    let begun = asked.begun(paid.gateway_id.clone());
    let part = |reference: &str, amount| RefundRequest {
        reference: name(reference),
        payment: begun.clone(),
        amount: money(amount, subject.currency),
        at: noon(),
    };
    let first = refunds.refund(&part("back-1", "20.00")).await.unwrap();
    assert_eq!(first.amount, money("20.00", subject.currency));
    if refunds.are_keyed() {
        assert_eq!(refunds.refund(&part("back-1", "20.00")).await.unwrap().gateway_id, first.gateway_id);
        let found = refunds.fetch_refund(&part("back-1", "20.00")).await.unwrap();
        assert_eq!((found.amount, &found.payment), (first.amount, &paid.reference));
        is(refunds.refund(&part("back-1", "21.00")).await, Kind::Conflict, Retry::Never);
        is(refunds.fetch_refund(&part("back-2", "30.01")).await, Kind::NotFound, Retry::Never);
    }
    is(refunds.refund(&part("back-2", "30.01")).await, Kind::Declined, Retry::Never);
    refunds.refund(&part("back-3", "30.00")).await.unwrap();
    assert_eq!(lookup.fetch(&begun, noon()).await.unwrap().refunded, money("50.00", subject.currency));
    let never = subject.request("never-sent", "1.00", works.clone()).begun(None);
    let stranger = RefundRequest { payment: never, ..part("back-4", "1.00") };
    is(refunds.refund(&stranger).await, Kind::NotFound, Retry::Never);
}

/// Reserve, then take a part; or reserve and release. Each once, never both.
async fn reservations(subject: &Subject<'_>, works: &PaymentSource) {
    let (Some(captures), Some(voids)) = (subject.gateway.captures(), subject.gateway.voids()) else { return };
    let mut held = Vec::new();
    for reference in ["kept", "let-go"] {
        let asked = PaymentRequest { take: Take::Reserve, ..subject.request(reference, "60.00", works.clone()) };
        let answer = subject.gateway.start(&asked).await.unwrap();
        assert_eq!(answer.outcome, Outcome::Authorised);
        held.push(asked.begun(answer.gateway_id));
    }
    let [kept, let_go] = held.try_into().unwrap();
    let take = |payment: &super::Begun, amount| CaptureRequest {
        payment: payment.clone(),
        amount: money(amount, subject.currency),
        at: noon(),
    };
    is(captures.capture(&take(&kept, "60.01")).await, Kind::Declined, Retry::Never);
    let taken = captures.capture(&take(&kept, "45.00")).await.unwrap();
    assert_eq!((&taken.outcome, taken.amount), (&Outcome::Captured, money("45.00", subject.currency)));
    same(&captures.capture(&take(&kept, "45.00")).await.unwrap(), &taken);
    is(captures.capture(&take(&kept, "15.00")).await, Kind::Conflict, Retry::Never);
    is(voids.void(&kept, noon()).await, Kind::Conflict, Retry::Never);
    let released = voids.void(&let_go, noon()).await.unwrap();
    assert_eq!(released.outcome, Outcome::Voided);
    same(&voids.void(&let_go, noon()).await.unwrap(), &released);
    is(captures.capture(&take(&let_go, "1.00")).await, Kind::Conflict, Retry::Never);
}

/// The client is sent to a page, agrees or refuses there, and the gateway tells us.
async fn by_page(subject: &Subject<'_>, client: &dyn Client) {
    let callbacks = subject.gateway.callbacks().unwrap();
    assert!(subject.gateway.entries().contains(&Entry::Page));
    for (reference, agreed) in [("page-yes", true), ("page-no", false)] {
        let asked = subject.request(reference, "33.00", PaymentSource::HostedPage);
        let begun = subject.gateway.start(&asked).await.unwrap();
        let Outcome::ActionNeeded(action) = &begun.outcome else { panic!("{begun:?}") };
        let posted = client.confirm(action, agreed, noon()).await;
        if !agreed && posted.is_empty() {
            // some say nothing when a client goes away, for he may come back
            if let Some(lookup) = subject.gateway.lookup() {
                assert!(!lookup.fetch(&asked.begun(begun.gateway_id), noon()).await.unwrap().is_taken());
            }
            continue;
        }
        let event = genuine(subject, callbacks, &posted, noon())
            .await
            .into_iter()
            .find(|event| event.payment.reference == asked.reference && event.payment.is_taken() == agreed);
        let event = event.unwrap();
        event.payment.agrees_with(asked.amount).unwrap();
        if let Some(lookup) = subject.gateway.lookup() {
            let found = lookup.fetch(&asked.begun(event.payment.gateway_id.clone()), noon()).await.unwrap();
            assert_eq!((found.is_taken(), found.amount), (agreed, asked.amount));
        }
    }
}

/// Pending first, then a genuine callback.
async fn told_later(subject: &Subject<'_>, callbacks: &dyn Callbacks, source: &PaymentSource, feed: &dyn CallbackFeed) {
    let asked = subject.request("later", "70.00", source.clone());
    let begun = subject.gateway.start(&asked).await.unwrap();
    assert!(matches!(begun.outcome, Outcome::Pending { .. }));
    let then = noon().plus(chrono::TimeDelta::days(1));
    let posted = feed.post(then).await;
    let events = genuine(subject, callbacks, &posted, then).await;
    let event = events.iter().find(|event| event.payment.reference == asked.reference).unwrap();
    assert!(event.payment.is_taken());
    event.payment.agrees_with(asked.amount).unwrap();
    if let Some(lookup) = subject.gateway.lookup() {
        same(&lookup.fetch(&asked.begun(begun.gateway_id), then).await.unwrap(), &event.payment);
    }
}

/// Reads callbacks; a repeated one is the same event, and one with any byte changed, or without its headers, is not taken.
async fn genuine(
    subject: &Subject<'_>,
    callbacks: &dyn Callbacks,
    posted: &[Callback],
    at: Instant,
) -> Vec<PaymentEvent> {
    let mut events = Vec::new();
    for callback in posted {
        let Some(event) = callbacks.verify(callback, at).await.unwrap() else { continue };
        assert_eq!(callbacks.verify(callback, at).await.unwrap().as_ref(), Some(&event));
        for forged in forgeries(callback) {
            // a byte that says nothing may change, or it is about nothing of ours; what is said may not
            match callbacks.verify(&forged, at).await {
                Ok(read) if read.is_none() || !subject.signed => {}
                Ok(read) => assert_eq!(read.as_ref(), Some(&event), "{}", String::from_utf8_lossy(&forged.body)),
                Err(error) => assert!(matches!(error.kind, Kind::Auth | Kind::InvalidRequest | Kind::NotFound)),
            }
        }
        events.push(event);
    }
    assert!(!events.is_empty());
    events
}

/// The same call with one byte of its body or its query changed, and without its headers.
fn forgeries(callback: &Callback) -> Vec<Callback> {
    let body = (0..callback.body.len()).map(|at| {
        let mut forged = callback.clone();
        forged.body.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
        forged
    });
    let query = (0..callback.query.len()).filter_map(|at| {
        let mut bytes = callback.query.clone().into_bytes();
        bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
        Some(Callback { query: String::from_utf8(bytes).ok()?, ..callback.clone() })
    });
    let unsigned = (!callback.headers.is_empty()).then(|| Callback { headers: Vec::new(), ..callback.clone() });
    body.chain(query).chain(unsigned).collect()
}
