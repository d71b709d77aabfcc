//! What a client reads and sees at PayPal's (PAY-01), and the sum of an event's bytes.

use super::*;
use crate::payment::registry;

async fn order_of(more: &[(&str, &str)], change: impl FnOnce(&mut PaymentRequest)) -> Value {
    let bench = Bench::set_up(SECRET, more);
    bench.at_page("page", change).await;
    let sent = bench.running.asked().into_iter().rfind(|call| call.path == "/v2/checkout/orders").unwrap();
    serde_json::from_slice(&sent.body).unwrap()
}

/// One thing at the price of the whole; its name is what is paid for, or what the seller has settled.
#[tokio::test]
async fn an_order_names_what_is_paid_for() {
    let price = json!({"currency_code": "EUR", "value": "33.00"});
    let plain = order_of(&[], |_| {}).await;
    let unit = &plain["purchase_units"][0];
    assert_eq!(unit["items"], json!([{"name": "Hosting, April", "quantity": "1", "unit_amount": price}]));
    assert_eq!(unit["amount"], json!({"currency_code": "EUR", "value": "33.00", "breakdown": {"item_total": price}}));
    assert_eq!(plain["payment_source"]["paypal"]["experience_context"]["brand_name"], "Sunny");
    let image = "https://hosting.example/logo.png";
    let dressed = order_of(&[("item_name", "Web hosting"), ("image_url", image)], |_| {}).await;
    let unit = &dressed["purchase_units"][0];
    let item = json!({"name": "Web hosting", "image_url": image, "quantity": "1", "unit_amount": price});
    assert_eq!((&unit["items"], &unit["description"]), (&json!([item]), &json!("Hosting, April")));
}

/// Names are cut to what PayPal takes; a thing without a name is not sent, for PayPal would refuse the order.
#[tokio::test]
async fn names_fit() {
    let long = order_of(&[], |asked| asked.description = "ü".repeat(200)).await;
    assert_eq!(long["purchase_units"][0]["items"][0]["name"], "ü".repeat(127));
    let unit = &order_of(&[], |asked| asked.description.clear()).await["purchase_units"][0];
    assert_eq!((&unit["items"], &unit["amount"]["breakdown"]), (&Value::Null, &Value::Null));
}

/// A picture that PayPal would refuse each order for is refused when it is settled.
#[test]
fn pictures_that_paypal_refuses_are_not_settled() {
    let connector = registry::find("paypal").unwrap();
    let reach = Reach { limit: Duration::from_secs(1), local: false };
    let site = Site { live: false, callback_url: String::new(), reach };
    let built = |image: &str| {
        let given = [("client_id", "app"), ("client_secret", SECRET), ("image_url", image)];
        let given = given.map(|(name, value)| (name.to_string(), json!(value)));
        (connector.build)(&site, &Values::new(&given.into())).map(drop)
    };
    assert_eq!(built("https://hosting.example/logo.png"), Ok(()));
    let error = built("https://hosting.example/logo.svg").unwrap_err();
    assert_eq!((error.kind, error.code.as_ref()), (Kind::InvalidRequest, "image_url"));
}

/// The page's vector of a sum, 838965618, holds at PayPal's (its simulator has the test). We do not sum up ourselves: the body of
/// that vector reaches PayPal's judge byte for byte, or the sum and with it the signature would differ.
#[tokio::test]
async fn the_body_of_the_vector_is_judged_as_it_came() {
    let bench = Bench::new();
    let signed = |body: &[u8]| {
        let posted = bench.running.with(|paypal| paypal.sign(body.to_vec()));
        Callback { query: String::new(), headers: posted.headers, body: posted.body }
    };
    let genuine = signed(br#"{"id":"WH-1"}"#);
    let read = bench.gateway.verify(&genuine, noon()).await;
    assert!(read.as_ref().err().is_none_or(|error| error.kind != Kind::Auth), "{read:?}");
    let spaced = Callback { body: br#"{"id": "WH-1"}"#.to_vec(), ..genuine };
    assert_eq!(bench.gateway.verify(&spaced, noon()).await.unwrap_err().kind, Kind::Auth);
}
