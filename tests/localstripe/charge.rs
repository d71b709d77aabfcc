//! Holds the connector to Stripe against localstripe, which knows nothing of it. What localstripe lacks is not asked here:
//! the hosted page, keys against repetition, the search, 3-D Secure by a page, webhooks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use comptoir_connectors::Kind;
use comptoir_connectors::http::Reach;
use comptoir_connectors::payment::registry::{Site, find};
use comptoir_connectors::payment::{
    CaptureRequest, Outcome, Payer, Payment, PaymentGateway, PaymentRequest, PaymentSource, Presence, Reference,
    RefundRequest, Take,
};
use comptoir_connectors::settings::Values;
use comptoir_domain::{Instant, Money};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("scripts/localstripe says what {name} is"))
}

fn gateway() -> Arc<dyn PaymentGateway> {
    let given = [("secret_key", "sk_test_1".to_string()), ("address", variable("LOCALSTRIPE"))];
    let given = BTreeMap::from(given.map(|(name, value)| (name.to_string(), json!(value))));
    let reach = Reach { limit: Duration::from_secs(10), local: true };
    let site = Site { live: false, callback_url: "https://shop.example/callbacks".into(), reach };
    (find("stripe").unwrap().build)(&site, &Values::new(&given)).unwrap()
}

/// localstripe lives by the clock on the wall, and what is listed begins before that.
fn at() -> Instant {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

fn euro(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

fn request(reference: &str, card: &str, take: Take) -> PaymentRequest {
    PaymentRequest {
        reference: Reference::new(reference).unwrap(),
        amount: euro("60.00"),
        description: "Hosting, April".into(),
        source: PaymentSource::Saved(variable(card).into()),
        take,
        save: false,
        presence: Presence::Nobody,
        payer: Payer::default(),
        return_to: "https://shop.example/invoices/7".into(),
        at: at(),
    }
}

async fn start(gateway: &dyn PaymentGateway, asked: &PaymentRequest) -> Payment {
    let payment = gateway.start(asked).await.unwrap();
    assert_eq!((&payment.reference, payment.amount), (&asked.reference, asked.amount));
    payment
}

#[tokio::test]
async fn charges_and_gives_back() {
    let gateway = gateway();
    gateway.probe(at()).await.unwrap();
    let asked = request("charged", "LOCALSTRIPE_GOOD", Take::Now);
    let paid = start(&*gateway, &asked).await;
    assert_eq!(paid.outcome, Outcome::Approved);
    let found = gateway.lookup().unwrap().fetch(&asked.begun(None), at()).await.unwrap();
    assert_eq!((&found.gateway_id, &found.outcome), (&paid.gateway_id, &paid.outcome));
    let refunds = gateway.refunds().unwrap();
    let back = |reference: &str, amount| RefundRequest {
        reference: Reference::new(reference).unwrap(),
        payment: asked.begun(paid.gateway_id.clone()),
        amount: euro(amount),
        at: at(),
    };
    assert_eq!(refunds.fetch_refund(&back("back-1", "20.00")).await.unwrap_err().kind, Kind::NotFound);
    let first = refunds.refund(&back("back-1", "20.00")).await.unwrap();
    assert_eq!(refunds.refund(&back("back-1", "20.00")).await.unwrap().gateway_id, first.gateway_id);
    refunds.refund(&back("back-2", "40.00")).await.unwrap();
    let whole = gateway.lookup().unwrap().fetch(&asked.begun(paid.gateway_id), at()).await.unwrap();
    assert_eq!(whole.refunded, euro("60.00"));
}

#[tokio::test]
async fn reserves_takes_and_releases() {
    let gateway = gateway();
    let (captures, voids) = (gateway.captures().unwrap(), gateway.voids().unwrap());
    let mut held = Vec::new();
    for reference in ["taken", "released"] {
        let asked = request(reference, "LOCALSTRIPE_GOOD", Take::Reserve);
        let payment = start(&*gateway, &asked).await;
        assert_eq!(payment.outcome, Outcome::Authorised);
        held.push(asked.begun(payment.gateway_id));
    }
    let [taken, released] = held.try_into().unwrap();
    let take = CaptureRequest { payment: taken.clone(), amount: euro("60.00"), at: at() };
    assert_eq!(captures.capture(&take).await.unwrap().outcome, Outcome::Captured);
    assert_eq!(voids.void(&taken, at()).await.unwrap_err().kind, Kind::Conflict);
    assert_eq!(voids.void(&released, at()).await.unwrap().outcome, Outcome::Voided);
    assert_eq!(voids.void(&released, at()).await.unwrap().outcome, Outcome::Voided);
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_what_was_kept_is_forgotten() {
    let gateway = gateway();
    let refused = start(&*gateway, &request("refused", "LOCALSTRIPE_BAD", Take::Now)).await;
    assert!(matches!(&refused.outcome, Outcome::Declined(decline) if decline.code == "card_declined"), "{refused:?}");
    let vault = gateway.vault().unwrap();
    vault.forget(&variable("LOCALSTRIPE_BAD").into(), at()).await.unwrap();
    let strange = request("strange", "LOCALSTRIPE_NOBODY", Take::Now);
    assert_eq!(gateway.start(&strange).await.unwrap_err().kind, Kind::NotFound);
}
