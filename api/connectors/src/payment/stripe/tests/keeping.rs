//! Methods that are kept, with a payment and without one.

use super::*;
use crate::payment::{KeepRequest, Kept, MethodKind};

/// Set up once with the client, a card passes without him.
#[tokio::test]
async fn a_card_that_was_confirmed_once_is_charged_alone() {
    let bench = Bench::new();
    let first = PaymentRequest { save: true, ..request("first", "5.00", "EUR", bench.token("4000002500003155")) };
    let begun = bench.gateway.start(&first).await.unwrap();
    bench.running.with(|stripe| stripe.visit(&page(&begun), true));
    let kept = bench.gateway.fetch(&first.begun(begun.gateway_id), noon()).await.unwrap().saved.unwrap();
    assert_eq!((kept.label.as_str(), kept.expires), ("visa •••• 3155", Some((12, 2034))));
    let source = PaymentSource::Saved(kept.token.into());
    let alone = PaymentRequest { presence: Presence::Nobody, ..request("alone", "6.00", "EUR", source) };
    assert_eq!(bench.gateway.start(&alone).await.unwrap().outcome, Outcome::Approved);
}

/// A card that the bank refuses is not kept, nor one that it wants to confirm while its client cannot go there.
#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let bench = Bench::new();
    for (number, return_to) in [("4000002760003184", ""), ("4000000000009987", "https://shop.example/account/")] {
        let wanted = KeepRequest { return_to: return_to.into(), ..contract::keep(number, bench.token(number)) };
        assert_eq!(bench.gateway.keep(&wanted).await.unwrap_err().kind, Kind::Declined, "{number}");
    }
    let no_token = bench.gateway.forget(&"pm_1/../customers".into(), noon()).await;
    assert_eq!(no_token.unwrap_err().kind, Kind::InvalidRequest);
}

/// Kept with the client's word and without a payment, a card passes without him. Each number has a fingerprint of its own.
#[tokio::test]
async fn a_card_that_was_confirmed_when_it_was_kept_is_charged_alone() {
    let bench = Bench::new();
    let keep = async |reference: &str, number: &str| {
        let asked = contract::keep(reference, bench.token(number));
        let Kept::ActionNeeded { handle, action } = bench.gateway.keep(&asked).await.unwrap() else { panic!("kept") };
        bench.running.with(|stripe| stripe.visit(&action.redirect_to, true));
        contract::saved(bench.gateway.finish(&handle.into(), noon()).await.unwrap())
    };
    let (one, again) = (keep("one", "4000002500003155").await, keep("again", "4000002500003155").await);
    let other = keep("other", "4000002760003184").await;
    assert_eq!((one.label.as_str(), one.kind, one.expires), ("visa •••• 3155", MethodKind::Card, Some((12, 2034))));
    assert_eq!((one.brand.as_deref(), one.last_four.as_deref()), (Some("visa"), Some("3155")));
    assert!(one.fingerprint.is_some() && one.fingerprint == again.fingerprint && one.token != again.token);
    assert_ne!(one.fingerprint, other.fingerprint);
    let alone = PaymentRequest {
        presence: Presence::Nobody,
        ..request("alone", "6.00", "EUR", PaymentSource::Saved(one.token.into()))
    };
    assert_eq!(bench.gateway.start(&alone).await.unwrap().outcome, Outcome::Approved);
}

/// A bank debit is an account, as is shown of it.
#[tokio::test]
async fn an_account_is_no_card() {
    let bench = Bench::new();
    let kept = bench.gateway.keep(&contract::keep("iban", bench.token("DE89370400440532013000"))).await.unwrap();
    let kept = contract::saved(kept);
    assert_eq!((kept.kind, kept.brand, kept.last_four.as_deref()), (MethodKind::BankAccount, None, Some("3000")));
    assert_eq!(kept.label, "sepa_debit •••• 3000");
}
