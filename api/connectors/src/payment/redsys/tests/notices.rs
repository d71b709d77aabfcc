//! What is posted to us, and what is told when we ask.

use super::*;

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

#[test]
fn answers_to_queries_that_say_nothing() {
    for text in [
        "",
        "<a/>",
        "<a><consultaOperacionesReturn/></a>",
        "<a><consultaOperacionesReturn>&lt;Messages/&gt;</consultaOperacionesReturn></a>",
    ] {
        assert_eq!(query::operations(text, "1234").err().unwrap().kind, Kind::Unavailable);
    }
}
