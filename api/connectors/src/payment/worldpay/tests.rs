use super::map::Verdict;
use super::*;
use crate::http::Reach;
use crate::payment::contract::{self, Client, Subject, request};
use crate::payment::{CaptureRequest, PaymentSource, Reference, RefundRequest};
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::worldpay as simulator;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

struct Bench {
    service: Running<simulator::Worldpay>,
    gateway: Arc<dyn PaymentGateway>,
}

fn gateway(address: &str, live: bool, admin: bool) -> Arc<dyn PaymentGateway> {
    let reach = Reach { limit: Duration::from_millis(400), local: true };
    let site = Site { live, callback_url: "https://shop.example/v1/gateway-callbacks/worldpay/main".into(), reach };
    let mut values = BTreeMap::from([
        ("installation".to_string(), json!(simulator::INSTALLATION)),
        ("callback_password".into(), json!(simulator::CALLBACK_PASSWORD)),
        ("md5_secret".into(), json!(simulator::MD5_SECRET)),
        ("address".into(), json!(address)),
    ]);
    if admin {
        values.insert("admin_installation".into(), json!(simulator::ADMIN_INSTALLATION));
        values.insert("admin_password".into(), json!(simulator::ADMIN_PASSWORD));
    }
    build(&site, &Values::new(&values)).unwrap()
}

fn bench() -> Bench {
    let service = Running::start(simulator::Worldpay::default());
    let gateway = gateway(&service.url, false, true);
    Bench { service, gateway }
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn pay(reference: &str, amount: &str) -> PaymentRequest {
    request(reference, amount, "GBP", PaymentSource::HostedPage)
}

fn pounds(amount: &str) -> Money {
    Money::parse(amount, "GBP".parse().unwrap()).unwrap()
}

async fn form(gateway: &dyn PaymentGateway, asked: &PaymentRequest) -> Vec<(String, String)> {
    let Outcome::ActionNeeded(action) = gateway.start(asked).await.unwrap().outcome else { panic!("no page") };
    action.fields
}

impl Bench {
    /// Begins a payment, has it paid, and reads what is posted.
    async fn paid(&self, asked: &PaymentRequest) -> Payment {
        let fields = form(&*self.gateway, asked).await;
        let body = self.service.with(|service| service.pay(&fields, true, noon().micros() / 1000));
        self.read(body).await.unwrap().unwrap().payment
    }

    async fn read(&self, body: Vec<u8>) -> Result<Option<PaymentEvent>> {
        let callback = Callback { body, ..Callback::default() };
        self.gateway.callbacks().unwrap().verify(&callback, noon()).await
    }
}

#[async_trait]
impl Client for Bench {
    async fn confirm(&self, action: &ClientAction, agreed: bool, at: Instant) -> Vec<Callback> {
        assert_eq!(action.redirect_to, format!("{}/wcc/purchase", self.service.url));
        let body = self.service.with(|service| service.pay(&action.fields, agreed, at.micros() / 1000));
        vec![Callback { body, ..Callback::default() }]
    }
}

#[tokio::test]
async fn passes_the_contract() {
    let bench = bench();
    let page = Subject::page_only(&*bench.gateway);
    contract::payment_gateway(&Subject { page: Some(&bench), signed: false, currency: "GBP", ..page }).await;
}

/// The page's vector.
#[test]
fn signs_as_the_page_says() {
    let form = [("cartId", "INV-1"), ("instId", "12345"), ("currency", "GBP"), ("amount", "19.99")];
    let form = form.map(|(name, value)| (name.to_string(), value.to_string()));
    let [(_, fields), (_, tag)] = map::signature(&form, &"mySecret".into());
    assert_eq!(fields, "amount:currency:instId:cartId");
    assert_eq!(tag, "b2c69dd8397ad2ecf352809ab2d4bd3d");
}

#[tokio::test]
async fn the_form_says_what_is_to_be_paid() {
    let bench = bench();
    let fields = form(&*bench.gateway, &PaymentRequest { description: "x".repeat(300), ..pay("r1", "12.10") }).await;
    let value = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((value("cartId"), value("amount"), value("currency")), (Some("r1"), Some("12.10"), Some("GBP")));
    assert_eq!((value("testMode"), value("authMode"), value("name")), (Some("100"), Some("A"), Some("Anna Ünal")));
    assert_eq!(value("MC_callback"), Some("shop.example/v1/gateway-callbacks/worldpay/main"));
    assert_eq!(value("desc").unwrap().len(), 255);
    let yen = request("r2", "1210", "JPY", PaymentSource::HostedPage);
    assert!(form(&*bench.gateway, &yen).await.contains(&("amount".into(), "1210".into())));
}

#[tokio::test]
async fn a_response_without_the_password_is_forged() {
    let bench = bench();
    let fields = form(&*bench.gateway, &pay("r1", "12.10")).await;
    let body = bench.service.with(|service| service.pay(&fields, true, noon().micros() / 1000));
    let text = String::from_utf8(body).unwrap();
    assert!(bench.read(text.clone().into_bytes()).await.unwrap().is_some());
    for given in ["response+passwork", "response+passwor", ""] {
        let forged = text.replace("response+password", given);
        assert_ne!(forged, text);
        assert_eq!(bench.read(forged.into_bytes()).await.unwrap_err().kind, Kind::Auth);
    }
    let elsewhere = text.replace("instId=12345", "instId=12349");
    assert_eq!(bench.read(elsewhere.into_bytes()).await.unwrap_err().kind, Kind::Auth);
    let late = Callback { body: text.clone().into_bytes(), ..Callback::default() };
    let much_later = noon().plus(chrono::TimeDelta::days(2));
    let callbacks = bench.gateway.callbacks().unwrap();
    assert_eq!(callbacks.verify(&late, much_later).await.unwrap_err().code, "stale_callback");
    // a test is no payment where money is real
    let live = gateway(&bench.service.url, true, false);
    assert_eq!(live.callbacks().unwrap().verify(&late, noon()).await.unwrap_err().kind, Kind::Auth);
    let real = Callback { body: text.replace("testMode=100", "testMode=0").into_bytes(), ..Callback::default() };
    assert!(live.callbacks().unwrap().verify(&real, noon()).await.unwrap().is_some());
}

/// What was authorised counts, not what was asked.
#[tokio::test]
async fn another_amount_than_asked_is_noticed() {
    let bench = bench();
    let asked = pay("r1", "12.10");
    let fields = form(&*bench.gateway, &asked).await;
    let body = bench.service.with(|service| service.pay(&fields, true, noon().micros() / 1000));
    let text = String::from_utf8(body).unwrap();
    for (from, to) in [("authAmount=12.10", "authAmount=0.10"), ("authCurrency=GBP", "authCurrency=USD")] {
        let event = bench.read(text.replace(from, to).into_bytes()).await.unwrap().unwrap();
        assert_eq!(event.payment.agrees_with(asked.amount).unwrap_err().kind, Kind::Conflict);
    }
}

#[tokio::test]
async fn an_agreement_that_ends_is_no_payment() {
    let bench = bench();
    let body = "callbackPW=response+password&instId=12345&futurePayId=7&futurePayStatusChange=Customer+Cancelled";
    assert_eq!(bench.read(body.into()).await, Ok(None));
}

#[tokio::test]
async fn gives_back_in_parts_and_never_more() {
    let bench = bench();
    let asked = pay("r1", "50.00");
    let paid = bench.paid(&asked).await;
    let refunds = bench.gateway.refunds().unwrap();
    let back = |amount| RefundRequest {
        reference: Reference::new("b").unwrap(),
        payment: asked.begun(paid.gateway_id.clone()),
        amount: pounds(amount),
        at: noon(),
    };
    assert_eq!(refunds.refund(&back("20.00")).await.unwrap().amount, pounds("20.00"));
    assert_eq!(refunds.refund(&back("30.01")).await.unwrap_err().kind, Kind::Declined);
    assert_eq!(refunds.refund(&back("50.00")).await.unwrap_err().kind, Kind::Declined);
    bench.service.trouble(Trouble::LostAfter);
    assert_eq!(refunds.refund(&back("30.00")).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(bench.service.with(|service| service.paid[0].refunded), 5000);
    bench.service.trouble(Trouble::FailedAfter);
    assert_eq!(refunds.refund(&back("1.00")).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(refunds.fetch_refund(&back("20.00")).await.unwrap_err().kind, Kind::Unavailable);
    let nameless = RefundRequest { payment: asked.begun(None), ..back("1.00") };
    assert_eq!(refunds.refund(&nameless).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test]
async fn what_is_reserved_is_taken_as_a_whole() {
    let bench = bench();
    let asked = PaymentRequest { take: Take::Reserve, ..pay("r1", "60.00") };
    let held = bench.paid(&asked).await;
    assert_eq!(held.outcome, Outcome::Authorised);
    let take =
        |amount| CaptureRequest { payment: asked.begun(held.gateway_id.clone()), amount: pounds(amount), at: noon() };
    let captures = bench.gateway.captures().unwrap();
    assert_eq!(captures.capture(&take("45.00")).await.unwrap_err().kind, Kind::InvalidRequest);
    assert_eq!(captures.capture(&take("60.00")).await.unwrap().outcome, Outcome::Captured);
    assert!(!bench.service.with(|service| service.paid[0].is_reserved));
}

#[tokio::test]
async fn without_remote_administration_there_is_only_the_page() {
    let bench = bench();
    let plain = gateway(&bench.service.url, false, false);
    assert!(plain.refunds().is_none() && plain.captures().is_none());
    let reserve = PaymentRequest { take: Take::Reserve, ..pay("r1", "60.00") };
    assert_eq!(plain.start(&reserve).await.unwrap_err().kind, Kind::InvalidRequest);
    let saved = request("r2", "1.00", "GBP", PaymentSource::Saved("7".into()));
    assert_eq!(plain.start(&saved).await.unwrap_err().kind, Kind::InvalidRequest);
}

#[test]
fn lines_of_remote_administration() {
    for (line, verdict) in [
        ("A,1260000001,A,Authorised", Verdict::Done),
        ("A,1260000001,N,Refused", Verdict::Refused),
        ("E,Problem cancelling agreement", Verdict::Refused),
        ("<html>", Verdict::Unclear),
        ("", Verdict::Unclear),
        ("A,1260000001", Verdict::Unclear),
    ] {
        assert_eq!(map::verdict(line), verdict, "{line}");
    }
}

#[tokio::test]
async fn nobody_else_learns_the_passwords() {
    let bench = bench();
    let asked = pay("r1", "12.10");
    let (begun, paid) = (bench.gateway.start(&asked).await.unwrap(), bench.paid(&asked).await);
    let forged = bench.read(b"callbackPW=x".to_vec()).await.unwrap_err();
    for shown in [format!("{begun:?}"), format!("{paid:?}"), forged.to_string()] {
        for secret in [simulator::CALLBACK_PASSWORD, simulator::MD5_SECRET, simulator::ADMIN_PASSWORD] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
