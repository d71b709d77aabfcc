use super::*;
use crate::error::Kind;
use crate::http::Reach;
use crate::payment::contract::{self, Client, Subject, request};
use crate::payment::{CaptureRequest, Card, ClientAction, Decline, DisputeState, Presence, RefundRequest, Take};
use chrono::TimeDelta;
use comptoir_simulators::authorizenet::{self as simulator, LOGIN, NONCE, TRANSACTION_KEY, signature_key};
use comptoir_simulators::shell::{Running, Trouble};
use secrecy::ExposeSecret;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const VISA: &str = "4007000000027";

struct Bench {
    service: Running<simulator::AuthorizeNet>,
    gateway: Arc<dyn PaymentGateway>,
}

fn gateway(address: &str, key: &str) -> Arc<dyn PaymentGateway> {
    let reach = Reach { limit: Duration::from_millis(400), local: true };
    let site = Site { live: false, callback_url: String::new(), reach };
    let values = BTreeMap::from([
        ("login".to_string(), json!(LOGIN)),
        ("transaction_key".into(), json!(key)),
        ("signature_key".into(), json!(signature_key())),
        ("currency".into(), json!("USD")),
        ("address".into(), json!(address)),
    ]);
    build(&site, &Values::new(&values)).unwrap()
}

/// Only these payments are settled at once.
fn bench(settles: Option<&'static str>) -> Bench {
    let service = Running::start(simulator::AuthorizeNet::default());
    service.with(|service| service.settles = settles);
    let gateway = gateway(&service.url, TRANSACTION_KEY);
    Bench { service, gateway }
}

fn card(number: &str) -> PaymentSource {
    PaymentSource::Card(Card {
        number: number.into(),
        expiry_month: 12,
        expiry_year: 2030,
        code: "987".into(),
        holder: "Anna Ünal".into(),
    })
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn dollars(amount: &str) -> Money {
    Money::parse(amount, "USD".parse().unwrap()).unwrap()
}

fn pay(reference: &str, amount: &str) -> PaymentRequest {
    request(reference, amount, "USD", card(VISA))
}

fn refund(of: &PaymentRequest, payment: &Payment, reference: &str, amount: &str) -> RefundRequest {
    RefundRequest {
        reference: Reference::new(reference).unwrap(),
        payment: of.begun(payment.gateway_id.clone()),
        amount: dollars(amount),
        at: noon(),
    }
}

fn posted((headers, body): simulator::Post) -> Callback {
    Callback { query: String::new(), headers, body }
}

#[async_trait]
impl Client for Bench {
    async fn confirm(&self, action: &ClientAction, agreed: bool, _: Instant) -> Vec<Callback> {
        assert_eq!(action.redirect_to, "https://test.authorize.net/payment/payment");
        let [(name, token)] = &action.fields[..] else { panic!("{action:?}") };
        assert_eq!(name, "token");
        self.service.with(|service| service.pay(token, agreed)).into_iter().map(posted).collect()
    }
}

/// A charge is two calls: the search for what already is, and the charge.
fn second(service: &Running<simulator::AuthorizeNet>, trouble: Trouble) {
    service.trouble(Trouble::Slow(0));
    service.trouble(trouble);
}

#[tokio::test]
async fn passes_the_contract() {
    for source in [card(VISA), PaymentSource::Token(NONCE.into())] {
        let bench = bench(Some("paid"));
        let trouble = |trouble| {
            let trouble = match trouble {
                contract::Trouble::LostBefore => Trouble::LostBefore,
                contract::Trouble::LostAfter => Trouble::LostAfter,
                contract::Trouble::FailedAfter => Trouble::FailedAfter,
            };
            second(&bench.service, trouble);
        };
        let subject = Subject {
            declined: Some(card("4242424242424242")),
            page: Some(&bench),
            currency: "USD",
            ..Subject::new(&*bench.gateway, source).troubled(&trouble)
        };
        contract::payment_gateway(&subject).await;
    }
}

/// The page's vectors: the key is text for calls to us, and bytes for the amounts of answers.
#[test]
fn signs_as_the_page_says() {
    let text_key = signature_key();
    let signature = "B6FDDCE1937CB88BBC33FEEFFD17F3C3C5587EE04BE2A3E8DDC78D13CAFC8126CC61AAA43C47A5769722F45B44093245CAA5599CC6A9CEC8F4E8A3C6E5F6E299";
    assert_eq!(callback::signed(text_key.as_bytes(), br#"{"notificationId":"1"}"#), signature);
    let hash = "A89132606AD93C107FBB231AF4601AFAA2E798A8969FB9E286E424EC146FFA687A114FE64887CB330DA751E84E65EBC6E6D359DDE9F88DA7FE0B8EF614938343";
    let key = callback::key(&text_key.into()).unwrap();
    assert!(callback::vouches(&key, "login", "2149186848", "10.00", hash));
    assert!(callback::vouches(&key, "login", "2149186848", "10.00", &hash.to_lowercase()));
    assert!(!callback::vouches(&key, "login", "2149186848", "10.01", hash));
}

#[tokio::test]
async fn wrong_credentials_are_noticed_and_not_shown() {
    let bench = bench(None);
    let error = gateway(&bench.service.url, "wrong").probe(noon()).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_ref()), (Kind::Auth, "E00007"));
    assert!(!error.to_string().contains("wrong"));
}

/// 46282 is the page's postcode of a soft decline; the number of no card is a hard one.
#[tokio::test]
async fn declines_are_hard_or_soft() {
    let bench = bench(None);
    let mut soft = pay("soft", "12.10");
    soft.payer.postcode = "46282".into();
    let hard = request("hard", "12.10", "USD", card("4242424242424242"));
    let gone = request("gone", "12.10", "USD", PaymentSource::Saved("12/912".into()));
    for (asked, wanted, code) in [(soft, false, "2"), (hard, true, "6"), (gone, true, "E00040")] {
        let answer = bench.gateway.start(&asked).await.unwrap();
        let Outcome::Declined(Decline { hard, code: said, .. }) = answer.outcome else { panic!("{answer:?}") };
        assert_eq!((hard, said.as_str()), (wanted, code));
    }
}

#[test]
fn reasons_and_statuses_are_those_of_the_page() {
    let of = |code: &str, reason: &str| {
        let errors = vec![wire::Fault { error_code: reason.into(), error_text: "x".into() }];
        let response =
            wire::Response { response_code: code.into(), trans_id: "1".into(), errors, ..Default::default() };
        map::outcome(&response, Take::Now)
    };
    let declined = |outcome: Outcome| if let Outcome::Declined(decline) = outcome { Some(decline.hard) } else { None };
    assert_eq!(of("1", "1"), Outcome::Approved);
    for (code, reason, hard) in [("2", "2", false), ("2", "4", true), ("3", "8", true), ("3", "27", false)] {
        assert_eq!(declined(of(code, reason)), Some(hard), "{reason}");
    }
    for held in ["252", "253"] {
        assert_eq!(of("4", held), Outcome::Pending { instructions: None });
    }
    for failed in ["5", "16", "47", "54"] {
        assert!(matches!(of("3", failed), Outcome::Error { .. }), "{failed}");
    }
    use map::Standing::{Failed, GivesBack, Released, Reserved, Reversed, Settled, Taken, Waits};
    let statuses = [
        ("authorizedPendingCapture", Reserved),
        ("capturedPendingSettlement", Taken),
        ("settledSuccessfully", Settled),
        ("expired", Released),
        ("underReview", Waits),
        ("refundSettledSuccessfully", GivesBack),
        ("generalError", Failed),
        ("chargeback", Reversed),
        ("somethingNew", Waits),
    ];
    for (status, wanted) in statuses {
        assert_eq!(map::standing(status), wanted, "{status}");
    }
}

/// Test mode answers well and takes nothing; its transaction 0 is none.
#[test]
fn test_mode_is_no_payment() {
    let response = wire::Response { response_code: "1".into(), trans_id: "0".into(), ..Default::default() };
    assert!(matches!(map::outcome(&response, Take::Now), Outcome::Error { .. }));
    assert_eq!(map::id("0"), None);
}

#[tokio::test]
async fn another_amount_than_asked_is_noticed() {
    let bench = bench(None);
    for is_unsigned in [false, true] {
        bench.service.with(|service| (service.takes_instead, service.is_unsigned) = (Some("12.11"), is_unsigned));
        let asked = pay(if is_unsigned { "unsigned" } else { "signed" }, "12.10");
        let answer = bench.gateway.start(&asked).await.unwrap();
        assert_eq!(answer.amount, dollars("12.11"));
        assert_eq!(answer.agrees_with(asked.amount).unwrap_err().kind, Kind::Conflict);
    }
}

/// Found before settlement and after it, without the id that was lost.
#[tokio::test]
async fn a_lost_payment_is_found_again() {
    let bench = bench(None);
    let asked = pay("txn_0phg3n1k0000000000000000ab", "12.10");
    second(&bench.service, Trouble::LostAfter);
    assert_eq!(bench.gateway.start(&asked).await.unwrap_err().kind, Kind::Unknown);
    let lookup = bench.gateway.lookup().unwrap();
    for status in ["capturedPendingSettlement", "settledSuccessfully"] {
        let held = bench.service.with(|service| service.standing(asked.reference.as_str()));
        bench.service.with(|service| service.set(&held[0].0, status));
        let found = lookup.fetch(&asked.begun(None), noon().plus(TimeDelta::days(40))).await.unwrap();
        assert_eq!(
            (found.gateway_id.as_deref(), found.amount, found.is_taken()),
            (Some(&*held[0].0), asked.amount, true)
        );
    }
    // what is settled since is refused by the gateway itself as a duplicate, and then looked up
    assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
    assert_eq!(bench.service.with(|service| service.standing("txn_").len()), 1);
}

/// Both ask first and find nothing, and only one charge is made.
#[tokio::test]
async fn two_calls_at_once_are_one_payment() {
    let bench = bench(None);
    let asked = pay("r1", "12.10");
    let (one, other) = tokio::join!(bench.gateway.start(&asked), bench.gateway.start(&asked));
    assert_eq!(one.unwrap().gateway_id, other.unwrap().gateway_id);
    assert_eq!(bench.service.with(|service| service.standing("r1").len()), 1);
}

#[tokio::test]
async fn what_fails_before_it_is_sent_did_nothing() {
    let bench = bench(None);
    bench.service.trouble(Trouble::DownBefore);
    assert_eq!(bench.gateway.start(&pay("one", "1.00")).await.unwrap_err().kind, Kind::Unavailable);
    let nobody = gateway("http://127.0.0.1:9", TRANSACTION_KEY);
    assert_eq!(nobody.start(&pay("two", "1.00")).await.unwrap_err().kind, Kind::Unavailable);
    second(&bench.service, Trouble::DownBefore);
    assert_eq!(bench.gateway.start(&pay("three", "1.00")).await.unwrap_err().kind, Kind::Unknown);
}

/// Before it is settled all of it is undone, once; a part waits.
#[tokio::test]
async fn a_refund_before_settlement_undoes_the_whole() {
    let bench = bench(None);
    let asked = pay("paid", "50.00");
    let paid = bench.gateway.start(&asked).await.unwrap();
    let refunds = bench.gateway.refunds().unwrap();
    let part = refunds.refund(&refund(&asked, &paid, "part", "20.00")).await.unwrap_err();
    assert_eq!((part.kind, part.code.as_ref()), (Kind::Unavailable, "not_settled"));
    let whole = refund(&asked, &paid, "whole", "50.00");
    let first = refunds.refund(&whole).await.unwrap();
    assert_eq!((first.amount, &first.gateway_id), (dollars("50.00"), &paid.gateway_id));
    assert_eq!(refunds.refund(&whole).await.unwrap().amount, first.amount);
    assert_eq!(refunds.fetch_refund(&whole).await.unwrap().amount, first.amount);
    let now = bench.gateway.lookup().unwrap().fetch(&whole.payment, noon()).await.unwrap();
    assert_eq!((now.refunded, now.amount), (dollars("50.00"), dollars("50.00")));
}

/// Two refunds of the same amount are two; settled ones are found in their batch.
#[tokio::test]
async fn refunds_are_told_apart() {
    let bench = bench(Some("paid"));
    let asked = pay("paid", "50.00");
    let paid = bench.gateway.start(&asked).await.unwrap();
    let refunds = bench.gateway.refunds().unwrap();
    let mut ids = Vec::new();
    for reference in ["back-1", "back-2", "back-1"] {
        let given = refunds.refund(&refund(&asked, &paid, reference, "10.00")).await.unwrap();
        let id = given.gateway_id.unwrap();
        bench.service.with(|service| service.set(&id, "refundSettledSuccessfully"));
        ids.push(id);
    }
    assert!(ids[0] == ids[2] && ids[0] != ids[1]);
    let now = bench.gateway.lookup().unwrap().fetch(&asked.begun(paid.gateway_id), noon()).await.unwrap();
    assert_eq!(now.refunded, dollars("20.00"));
}

/// Our references are longer than their invoice numbers: the letters are the same each time and differ with the reference.
#[test]
fn invoice_numbers_fit_and_are_made_of_the_reference_alone() {
    let name = |text: &str| Reference::new(text).unwrap();
    let (one, two) = (name("txn_0phg3n1k0000000000000000ab"), name("txn_0phg3n1k0000000000000000ac"));
    let number = map::invoice(&one, &one);
    assert_eq!((number.len(), &number), (20, &map::invoice(&one, &one)));
    assert_ne!(map::lot(&one), map::lot(&two));
    assert!(map::invoice(&one, &two).starts_with(&map::lot(&one)) && map::invoice(&one, &two) != number);
}

/// Their filters judge by the address of the client; that of whoever types for him is not it.
#[tokio::test]
async fn the_address_is_that_of_a_client_who_is_there() {
    let bench = bench(None);
    for (presence, address) in
        [(Presence::Client, json!("192.0.2.7")), (Presence::Desk, json!(null)), (Presence::Nobody, json!(null))]
    {
        bench.gateway.start(&PaymentRequest { presence, ..pay(&format!("{presence:?}"), "9.00") }).await.unwrap();
        let sent = bench.service.asked().into_iter().rfind(|asked| asked.text().contains("authCapture")).unwrap();
        let sent: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!(sent["createTransactionRequest"]["transactionRequest"]["customerIP"], address, "{presence:?}");
    }
}

/// Their fields are not longer than the schema allows, and the order of members is checked by the simulator.
#[tokio::test]
async fn long_names_are_cut() {
    let bench = bench(None);
    let mut asked = pay(&"r".repeat(40), "1.00");
    asked.description = "é\n".repeat(300);
    asked.payer.first_name = "ü".repeat(90);
    asked.payer.id = "c".repeat(60);
    assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
    let body = bench.service.asked().last().unwrap().text();
    assert!(body.contains(&"ü".repeat(50)) && !body.contains(&"ü".repeat(51)));
}

#[tokio::test]
async fn nobody_else_learns_numbers_and_keys() {
    let bench = bench(None);
    let paid = bench.gateway.start(&PaymentRequest { save: true, ..pay("kept", "9.00") }).await.unwrap();
    let found = bench.gateway.lookup().unwrap().fetch(&pay("kept", "9.00").begun(None), noon()).await.unwrap();
    let refused = bench.gateway.start(&request("r", "9.00", "USD", card("4242424242424242"))).await.unwrap();
    for shown in [format!("{paid:?}"), format!("{found:?}"), format!("{refused:?}")] {
        for secret in [VISA, "4242424242424242", "987", TRANSACTION_KEY, &signature_key()] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
    assert_eq!(paid.saved.unwrap().label, "visa •••• 0027");
}

/// A card is kept once however often the call is repeated, another one beside it; each is forgotten for itself.
#[tokio::test]
async fn each_card_is_kept_for_itself() {
    let bench = bench(None);
    let vault = bench.gateway.vault().unwrap();
    let keep = |number| contract::keep("kept", card(number));
    let visa = contract::saved(vault.keep(&keep(VISA)).await.unwrap());
    assert_eq!(contract::saved(vault.keep(&keep(VISA)).await.unwrap()), visa);
    let other = contract::saved(vault.keep(&keep("5424000000000015")).await.unwrap());
    assert_eq!((other.label.as_str(), other.expires), ("mastercard •••• 0015", Some((12, 2030))));
    assert_eq!(bench.service.with(|service| service.kept()), 2);
    let refused = vault.keep(&keep("4242424242424242")).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Declined);
    vault.forget(&visa.token.into(), noon()).await.unwrap();
    assert_eq!(bench.service.with(|service| service.kept()), 1);
}

#[tokio::test]
async fn a_capture_that_was_lost_is_found_done() {
    let bench = bench(None);
    let asked = PaymentRequest { take: Take::Reserve, ..pay("held", "60.00") };
    let held = bench.gateway.start(&asked).await.unwrap();
    let payment = asked.begun(held.gateway_id);
    let capture = CaptureRequest { payment, amount: dollars("45.00"), at: noon() };
    let captures = bench.gateway.captures().unwrap();
    second(&bench.service, Trouble::LostAfter);
    assert_eq!(captures.capture(&capture).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(captures.capture(&capture).await.unwrap().amount, dollars("45.00"));
}

/// Calls about refunds are about the payment; those about other things, or other shops' payments, are about nothing of ours.
#[tokio::test]
async fn calls_are_about_payments_of_ours() {
    let bench = bench(Some("paid"));
    let asked = pay("paid", "50.00");
    let paid = bench.gateway.start(&asked).await.unwrap();
    let back = refund(&asked, &paid, "back", "20.00");
    let given = bench.gateway.refunds().unwrap().refund(&back).await.unwrap();
    let callbacks = bench.gateway.callbacks().unwrap();
    let id = given.gateway_id.unwrap();
    let call = posted(bench.service.with(|service| service.post("refund.created", &id)));
    let event = callbacks.verify(&call, noon()).await.unwrap().unwrap();
    assert_eq!((event.payment.reference, event.payment.refunded), (asked.reference, dollars("20.00")));
    assert_eq!(event.at, "2026-03-31T12:00:00.123Z".parse().unwrap());
    let stranger = posted(bench.service.with(|service| service.post("authcapture.created", "1")));
    assert_eq!(callbacks.verify(&stranger, noon()).await.unwrap_err().kind, Kind::NotFound);
}

/// Statuses of the page that say that the bank has taken the money back.
#[tokio::test]
async fn what_a_bank_takes_back_is_told() {
    let bench = bench(Some("paid"));
    let paid = bench.gateway.start(&pay("paid", "50.00")).await.unwrap();
    let id = paid.gateway_id.unwrap();
    for (status, want) in [("settledSuccessfully", None), ("returnedItem", Some(())), ("chargeback", Some(()))] {
        bench.service.with(|service| service.set(&id, status));
        let call = posted(bench.service.with(|service| service.post("authcapture.created", &id)));
        let event = bench.gateway.callbacks().unwrap().verify(&call, noon()).await.unwrap().unwrap();
        let told = event.dispute.map(|dispute| (dispute.id, dispute.state, dispute.amount, dispute.reason));
        assert_eq!(told, want.map(|()| (id.clone(), DisputeState::Lost, dollars("50.00"), status.to_string())));
        assert_eq!(event.payment.refunded, dollars(if want.is_some() { "50.00" } else { "0.00" }));
    }
}

#[test]
fn tokens_hold_two_ids() {
    let token: SecretString = map::token("12", "34").into();
    assert_eq!((map::ids(&token).unwrap(), token.expose_secret()), (("12", "34"), "12/34"));
    assert!(map::ids(&"12".into()).is_err());
}
