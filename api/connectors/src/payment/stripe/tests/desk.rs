//! What staff type for a client who is at the telephone.

use super::*;

/// What the last payment said about who is there.
fn said(bench: &Bench) -> [Option<String>; 2] {
    let asked = bench.running.asked().into_iter().rfind(|asked| asked.path == "/v1/payment_intents").unwrap();
    ["off_session", "payment_method_options[card][moto]"].map(|name| asked.form().get(name).map(str::to_string))
}

/// By who is there, by what is charged, and by whether the account may take orders by telephone.
#[tokio::test]
async fn each_payment_says_who_is_there() {
    let none = || [None, None];
    let alone = || [Some("true".to_string()), None];
    let moto = || [None, Some("true".to_string())];
    for has_moto in [false, true] {
        let bench = Bench::set_up(KEY, has_moto);
        bench.running.with(|stripe| stripe.has_moto = has_moto);
        let first = PaymentRequest { save: true, ..request("first", "5.00", "EUR", bench.token("4242424242424242")) };
        let kept = bench.gateway.start(&first).await.unwrap().saved.unwrap();
        let stored = || PaymentSource::Saved(kept.token.clone().into());
        let typed = || bench.token("4242424242424242");
        let table = [
            ("typed-client", Presence::Client, typed(), none()),
            ("typed-desk", Presence::Desk, typed(), if has_moto { moto() } else { none() }),
            ("kept-client", Presence::Client, stored(), none()),
            ("kept-desk", Presence::Desk, stored(), if has_moto { moto() } else { alone() }),
            ("kept-nobody", Presence::Nobody, stored(), alone()),
        ];
        for (reference, presence, source, want) in table {
            let asked = PaymentRequest { presence, ..request(reference, "12.10", "EUR", source) };
            assert_eq!(bench.gateway.start(&asked).await.unwrap().outcome, Outcome::Approved, "{reference}");
            assert_eq!(said(&bench), want, "{reference}, {has_moto}");
        }
    }
}

/// Banks that would ask the client do not ask one at the telephone; without the setting they do.
#[tokio::test]
async fn banks_ask_nobody_at_the_telephone() {
    for has_moto in [false, true] {
        let bench = Bench::set_up(KEY, has_moto);
        bench.running.with(|stripe| stripe.has_moto = has_moto);
        let source = bench.token("4000002760003184");
        let asked = PaymentRequest { presence: Presence::Desk, ..request("desk", "12.10", "EUR", source) };
        let begun = bench.gateway.start(&asked).await.unwrap();
        assert_eq!(begun.outcome == Outcome::Approved, has_moto);
        assert_eq!(matches!(begun.outcome, Outcome::ActionNeeded(_)), !has_moto);
    }
}

/// An account that may not is told so by Stripe, and nothing is charged.
#[tokio::test]
async fn an_account_that_may_not_is_told_so() {
    let bench = Bench::set_up(KEY, true);
    let source = bench.token("4242424242424242");
    let asked = PaymentRequest { presence: Presence::Desk, ..request("desk", "12.10", "EUR", source) };
    let error = bench.gateway.start(&asked).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_ref()), (Kind::InvalidRequest, "parameter_unknown"));
    assert!(bench.running.with(|stripe| stripe.objects.keys().all(|id| !id.starts_with("pi_"))));
}
