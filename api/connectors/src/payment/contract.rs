//! What every gateway has to pass. A [`Subject`] says how to bring about each case; what it leaves out is not asked,
//! and neither is a group that the gateway does not have.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a suite of assertions")]

use super::{
    Callback, Callbacks, CaptureRequest, Lookup, Outcome, PaymentGateway, PaymentRequest, PaymentSource, Reference,
    RefundRequest, Take,
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

/// A gateway and the sources that make it behave.
pub struct Subject<'a> {
    /// The gateway.
    pub gateway: &'a dyn PaymentGateway,
    /// Works: approved, or pending where a person settles.
    pub works: PaymentSource,
    /// Declined.
    pub declined: Option<PaymentSource>,
    /// Lost before it was acted upon.
    pub lost_before: Option<PaymentSource>,
    /// Acted upon, but the answer is lost.
    pub lost_after: Option<PaymentSource>,
    /// Decided later, with a callback.
    pub later: Option<(PaymentSource, &'a dyn CallbackFeed)>,
}

impl<'a> Subject<'a> {
    /// A gateway with only the plain case.
    pub fn new(gateway: &'a dyn PaymentGateway, works: PaymentSource) -> Self {
        Self { gateway, works, declined: None, lost_before: None, lost_after: None, later: None }
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

/// A plain request.
pub fn request(reference: &str, amount: &str, currency: &str, source: PaymentSource) -> PaymentRequest {
    PaymentRequest {
        reference: name(reference),
        amount: money(amount, currency),
        description: "Hosting, April".into(),
        source,
        take: Take::Now,
        save: false,
        at: noon(),
    }
}

fn is(error: Result<impl std::fmt::Debug, ConnectorError>, kind: Kind, retry: Retry) {
    let error = error.unwrap_err();
    assert_eq!((error.kind, error.retry), (kind, retry), "{error}");
}

/// Runs everything that applies.
pub async fn payment_gateway(subject: &Subject<'_>) {
    amounts(subject).await;
    if let Some(lookup) = subject.gateway.lookup() {
        repeats(subject, lookup).await;
        lost_calls(subject, lookup).await;
    }
    if let Some(source) = &subject.declined {
        let answer = subject.gateway.start(&request("declined", "12.10", "EUR", source.clone())).await.unwrap();
        assert!(matches!(answer.outcome, Outcome::Declined(_)), "{answer:?}");
        assert!(!answer.is_taken());
    }
    refunds(subject).await;
    reservations(subject).await;
    kept_cards(subject).await;
    if let (Some(callbacks), Some((source, feed))) = (subject.gateway.callbacks(), &subject.later) {
        told_later(subject.gateway, callbacks, source, *feed).await;
    }
}

/// Amount and currency come back as they were asked, with 2, 0 and 3 digits; nothing and less is refused.
async fn amounts(subject: &Subject<'_>) {
    for (reference, amount, currency) in [("eur", "12.10", "EUR"), ("jpy", "1210", "JPY"), ("kwd", "12.105", "KWD")] {
        let asked = request(reference, amount, currency, subject.works.clone());
        if subject.gateway.takes(asked.amount.currency()) {
            let answer = subject.gateway.start(&asked).await.unwrap();
            assert_eq!((&answer.reference, answer.amount), (&asked.reference, asked.amount));
            assert!(answer.is_taken() || matches!(answer.outcome, Outcome::Pending { .. }), "{answer:?}");
            answer.agrees_with(asked.amount).unwrap();
        }
    }
    for amount in ["0", "-0.01"] {
        let asked = request("nothing", amount, "EUR", subject.works.clone());
        is(subject.gateway.start(&asked).await, Kind::InvalidRequest, Retry::Never);
    }
}

/// The same reference is one payment; another amount under it is a contradiction; unknown ones are not found.
async fn repeats(subject: &Subject<'_>, lookup: &dyn Lookup) {
    let asked = request("repeat", "20.00", "EUR", subject.works.clone());
    let first = subject.gateway.start(&asked).await.unwrap();
    assert_eq!(subject.gateway.start(&asked).await.unwrap(), first);
    assert_eq!(lookup.fetch(&asked.reference, noon()).await.unwrap(), first);
    let other = PaymentRequest { amount: money("20.01", "EUR"), ..asked };
    is(subject.gateway.start(&other).await, Kind::Conflict, Retry::Never);
    is(lookup.fetch(&name("never-sent"), noon()).await, Kind::NotFound, Retry::Never);
}

/// After "no answer" the caller has to ask, finds the truth, and a repeat makes no second payment.
async fn lost_calls(subject: &Subject<'_>, lookup: &dyn Lookup) {
    if let Some(source) = &subject.lost_after {
        let asked = request("lost-after", "30.00", "EUR", source.clone());
        is(subject.gateway.start(&asked).await, Kind::Unknown, Retry::CheckFirst);
        let found = lookup.fetch(&asked.reference, noon()).await.unwrap();
        assert!(found.is_taken());
        assert_eq!(subject.gateway.start(&asked).await.unwrap(), found);
    }
    if let Some(source) = &subject.lost_before {
        let asked = request("lost-before", "40.00", "EUR", source.clone());
        is(subject.gateway.start(&asked).await, Kind::Unknown, Retry::CheckFirst);
        is(lookup.fetch(&asked.reference, noon()).await, Kind::NotFound, Retry::Never);
        let second = subject.gateway.start(&asked).await.unwrap();
        assert!(second.is_taken());
    }
}

/// Parts add up to no more than what was taken, and each refund happens once.
async fn refunds(subject: &Subject<'_>) {
    let (Some(refunds), Some(lookup)) = (subject.gateway.refunds(), subject.gateway.lookup()) else { return };
    let paid = subject.gateway.start(&request("paid", "50.00", "EUR", subject.works.clone())).await.unwrap();
    let part = |reference: &str, amount| RefundRequest {
        reference: name(reference),
        payment: paid.reference.clone(),
        amount: money(amount, "EUR"),
        at: noon(),
    };
    let first = refunds.refund(&part("back-1", "20.00")).await.unwrap();
    assert_eq!(first.amount, money("20.00", "EUR"));
    assert_eq!(refunds.refund(&part("back-1", "20.00")).await.unwrap(), first);
    assert_eq!(refunds.fetch_refund(&first.reference, noon()).await.unwrap(), first);
    is(refunds.refund(&part("back-1", "21.00")).await, Kind::Conflict, Retry::Never);
    is(refunds.refund(&part("back-2", "30.01")).await, Kind::Declined, Retry::Never);
    refunds.refund(&part("back-3", "30.00")).await.unwrap();
    assert_eq!(lookup.fetch(&paid.reference, noon()).await.unwrap().refunded, money("50.00", "EUR"));
    is(refunds.fetch_refund(&name("back-2"), noon()).await, Kind::NotFound, Retry::Never);
    let stranger = RefundRequest { payment: name("never-sent"), ..part("back-4", "1.00") };
    is(refunds.refund(&stranger).await, Kind::NotFound, Retry::Never);
}

/// Reserve, then take a part; or reserve and release. Each once, never both.
async fn reservations(subject: &Subject<'_>) {
    let (Some(captures), Some(voids)) = (subject.gateway.captures(), subject.gateway.voids()) else { return };
    let reserve =
        |reference| PaymentRequest { take: Take::Reserve, ..request(reference, "60.00", "EUR", subject.works.clone()) };
    let take =
        |payment: &str, amount| CaptureRequest { payment: name(payment), amount: money(amount, "EUR"), at: noon() };
    for reference in ["kept", "let-go"] {
        assert_eq!(subject.gateway.start(&reserve(reference)).await.unwrap().outcome, Outcome::Authorised);
    }
    is(captures.capture(&take("kept", "60.01")).await, Kind::Declined, Retry::Never);
    let taken = captures.capture(&take("kept", "45.00")).await.unwrap();
    assert_eq!((&taken.outcome, taken.amount), (&Outcome::Captured, money("45.00", "EUR")));
    assert_eq!(captures.capture(&take("kept", "45.00")).await.unwrap(), taken);
    is(captures.capture(&take("kept", "15.00")).await, Kind::Conflict, Retry::Never);
    is(voids.void(&name("kept"), noon()).await, Kind::Conflict, Retry::Never);
    let released = voids.void(&name("let-go"), noon()).await.unwrap();
    assert_eq!(released.outcome, Outcome::Voided);
    assert_eq!(voids.void(&name("let-go"), noon()).await.unwrap(), released);
    is(captures.capture(&take("let-go", "1.00")).await, Kind::Conflict, Retry::Never);
}

/// A card that is kept without a payment is charged by its token, as often as it is kept.
async fn kept_cards(subject: &Subject<'_>) {
    let (Some(vault), PaymentSource::Card(card)) = (subject.gateway.vault(), &subject.works) else { return };
    let kept = vault.keep(card, noon()).await.unwrap();
    assert_eq!(vault.keep(card, noon()).await.unwrap().label, kept.label);
    let by_token = request("by-token", "80.00", "EUR", PaymentSource::Saved(kept.token.into()));
    assert!(subject.gateway.start(&by_token).await.unwrap().is_taken());
}

/// Pending first, then a genuine callback; forged and stale ones are refused, a repeated one is the same event.
async fn told_later(
    gateway: &dyn PaymentGateway,
    callbacks: &dyn Callbacks,
    source: &PaymentSource,
    feed: &dyn CallbackFeed,
) {
    let asked = request("later", "70.00", "EUR", source.clone());
    assert!(matches!(gateway.start(&asked).await.unwrap().outcome, Outcome::Pending { .. }));
    let then = noon().plus(chrono::TimeDelta::days(1));
    let posted = feed.post(then).await;
    let mut events = Vec::new();
    for callback in &posted {
        let event = callbacks.verify(callback, then).await.unwrap();
        assert_eq!(callbacks.verify(callback, then).await.unwrap(), event);
        is(callbacks.verify(callback, then.plus(chrono::TimeDelta::days(1))).await, Kind::Auth, Retry::Never);
        for at in 0..callback.body.len() {
            let mut forged = callback.clone();
            forged.body.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1);
            is(callbacks.verify(&forged, then).await, Kind::Auth, Retry::Never);
        }
        let unsigned = Callback { headers: Vec::new(), ..callback.clone() };
        is(callbacks.verify(&unsigned, then).await, Kind::Auth, Retry::Never);
        events.push(event);
    }
    let event = events.iter().find(|event| event.payment.reference == asked.reference).unwrap();
    assert!(event.payment.is_taken());
    event.payment.agrees_with(asked.amount).unwrap();
    if let Some(lookup) = gateway.lookup() {
        assert_eq!(lookup.fetch(&asked.reference, then).await.unwrap(), event.payment);
    }
}
