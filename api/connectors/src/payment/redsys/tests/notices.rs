//! What is posted to us, and what is told when we ask.

use super::*;
use proptest::prelude::*;

#[tokio::test]
async fn what_the_bank_does_by_hand_is_looked_up() {
    let bench = Bench::new(seal::V1);
    let paid = bench.start("by-hand", card(theirs::CARD)).await.unwrap();
    let refund = RefundRequest {
        reference: crate::payment::Reference::new("back").unwrap(),
        payment: request("by-hand", "12.10", "EUR", PaymentSource::HostedPage).begun(paid.gateway_id),
        amount: euro("2.10"),
        at: noon(),
    };
    bench.gateway.refund(&refund).await.unwrap();
    let told = bench.there.with(|there| {
        let back = theirs::Operation { data: "by-hand".into(), ..there.operations[1].clone() };
        there.notification(&back).1
    });
    let event = bench.gateway.verify(&posted(told), noon()).await.unwrap().unwrap();
    assert_eq!((event.payment.amount, event.payment.refunded), (euro("12.10"), euro("2.10")));
    assert!(event.payment.is_taken());
}

#[tokio::test]
async fn notices_about_others_are_nothing() {
    let bench = Bench::new(seal::V1);
    bench.start("mine", card(theirs::CARD)).await.unwrap();
    let mine = bench.there.with(|there| there.operations[0].clone());
    let read = async |operation: &theirs::Operation| {
        let (_, body) = bench.there.with(|there| there.notification(operation));
        bench.gateway.verify(&posted(body), noon()).await.unwrap()
    };
    assert!(read(&mine).await.is_some());
    for data in ["", "another", "not a reference!"] {
        assert_eq!(read(&theirs::Operation { data: data.into(), ..mine.clone() }).await, None);
    }
    bench.there.with(|there| there.terminal = "2".into());
    assert_eq!(read(&mine).await, None);
}

/// Of an empty order number the older signature makes an empty key, which anybody has.
#[tokio::test]
async fn a_notice_without_an_order_is_forged() {
    let bench = Bench::new(seal::V1);
    for order in ["", "123"] {
        let fields = serde_json::json!({ "Ds_Order": order, "Ds_Response": "0000", "Ds_MerchantData": "mine" });
        let text = seal::pack(seal::V1, &fields);
        let signature = seal::sign(seal::V1, "sq7HjrUOBfKmC576ILgskD5srU870gJ7", order, &text);
        let form = [("Ds_SignatureVersion", seal::V1), ("Ds_MerchantParameters", &text), ("Ds_Signature", &signature)];
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        assert_eq!(bench.gateway.verify(&posted(body.finish()), noon()).await.unwrap_err().kind, Kind::Auth);
    }
}

fn genuine(version: &'static str) -> (Redsys, Callback) {
    let bench = Bench::new(version);
    let form =
        tokio::runtime::Runtime::new().unwrap().block_on(bench.start("mine", PaymentSource::HostedPage)).unwrap();
    let Outcome::ActionNeeded(action) = form.outcome else { panic!() };
    let (_, body) = bench.there.with(|there| there.visit(&action.fields, true)).unwrap();
    (Bench::at("http://127.0.0.1:9", &[("signature", version)]), posted(body))
}

/// Anything may be posted: nothing of it panics, and nothing but the genuine is taken for it.
#[test]
fn whatever_is_posted_is_not_taken_for_genuine() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for version in VERSIONS {
        let (gateway, good) = genuine(version);
        let event = runtime.block_on(gateway.verify(&good, noon())).unwrap();
        assert!(event.is_some());
        let check = |body: Vec<u8>| match runtime.block_on(gateway.verify(&Callback { body, ..good.clone() }, noon())) {
            Ok(read) => assert_eq!(read, event),
            Err(error) => assert_eq!(error.kind, Kind::Auth, "{error}"),
        };
        let cases = ProptestConfig::with_cases(200);
        proptest!(cases.clone(), |(body in proptest::collection::vec(any::<u8>(), 0..300))| check(body));
        let three = "Ds_SignatureVersion=[A-Z0-9_]{0,14}&Ds_MerchantParameters=[A-Za-z0-9_=-]{0,80}&Ds_Signature=[A-Za-z0-9_=-]{0,90}";
        proptest!(cases.clone(), |(body in three)| check(body.into_bytes()));
        proptest!(cases, |(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>())| {
            let mut body = good.body.clone();
            let at = at.index(body.len());
            if cut { body.truncate(at) } else { body[at] = byte }
            check(body);
        });
    }
}

#[test]
fn answers_to_queries_never_panic() {
    proptest!(|(text in "(<[a-zA-Z:/_]{1,12}>|&lt;|&gt;|[a-z0-9 ]{0,5}){0,20}")| drop(query::operations(&text, "1234")));
    for text in [
        "",
        "<a/>",
        "<a><consultaOperacionesReturn/></a>",
        "<a><consultaOperacionesReturn>&lt;Messages/&gt;</consultaOperacionesReturn></a>",
    ] {
        assert_eq!(query::operations(text, "1234").err().unwrap().kind, Kind::Unavailable);
    }
}
