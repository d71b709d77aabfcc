//! Payments whose gateway has not told what became of them: it is asked every minute, ten times, then they are ended (PAY-01).

use crate::api::invoices::{books_balance, get, issued};
use crate::api::payments::{pay, taken};
use crate::support::story::Story;
use crate::support::{Answer, World};
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::stripe::Stripe;
use serde_json::json;

/// The card of the fake whose answer is lost after it took the money; one that decides after a minute; one that never does.
const LOST: &str = "4000000000000069";
const LATER: &str = "4000000000000077";
const NEVER: &str = "4000000000000101";

fn state(world: &World, payment: &Answer) -> String {
    world.owner("north").get(&format!("/v1/transactions/{}", payment.text("/id"))).expect(200).text("/state")
}

/// When gateways were asked, and when they will be.
fn moments(world: &World) -> Vec<String> {
    let all = world.owner("north").get("/v1/events?kind=check_payments&limit=100").expect(200).json();
    let mut moments: Vec<_> =
        all["data"].as_array().unwrap().iter().map(|event| event["run_at"].as_str().unwrap().to_string()).collect();
    moments.sort();
    moments
}

both! {
    /// Two answers are missing at 9:00. Both payments are asked about together at 9:01, and nobody asks again.
    fn the_next_minute_brings_the_answer(world) {
        let owner = world.owner("north");
        let [lost, later] = [LOST, LATER].map(|number| {
            let id = issued(&owner, "USD", &[("1", "25.00")]);
            (pay(&owner, &id, number, number).expect(202), id)
        });
        assert_eq!((lost.0.text("/state"), later.0.text("/state")), ("unknown".into(), "pending".into()));
        let story = Story::of(world);
        story.until_instant("2026-01-05T09:00:59Z");
        assert_eq!(state(world, &lost.0), "unknown");
        story.until_instant("2026-01-05T09:01:00Z");
        for (payment, invoice) in [&lost, &later] {
            assert_eq!((state(world, payment), &get(&world.owner("north"), invoice)["status"]), ("approved".into(), &json!("paid")));
        }
        story.until_instant("2026-01-05T09:30:00Z");
        assert_eq!((moments(world), taken(world, "USD")), (vec!["2026-01-05T09:01:00Z".to_string()], 5000));
        books_balance(&world.owner("north"));
    }

    /// A gateway that goes on deciding is asked ten times. It may yet take the money, so the payment stays as it is.
    fn ten_times_and_no_more(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        let payment = pay(&owner, &id, NEVER, "never").expect(202);
        let story = Story::of(world);
        story.until_instant("2026-01-05T10:00:00Z");
        assert_eq!(state(world, &payment), "pending");
        let asked = moments(world);
        assert_eq!((asked.first().unwrap().as_str(), asked.len()), ("2026-01-05T09:01:00Z", 10), "{asked:?}");
        assert_eq!(asked.last().unwrap(), "2026-01-05T09:10:00Z", "{asked:?}");
    }

    /// Asked every half minute, twice; Stripe has reserved 25.00, but is down whenever it is asked. Then the reservation is
    /// released, and the payment is an error after which another card may pay.
    fn what_nobody_tells_is_ended(world) {
        let owner = world.owner("north");
        let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
        let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe.url});
        owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
        let rule = json!({"collection": {"check_every_seconds": 30, "checks": 2}}).to_string();
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        owner.send("PUT", "/v1/settings", &headers, Some(rule.as_bytes())).expect(200);
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        stripe.trouble(Trouble::FailedAfter);
        let body = json!({"gateway": "stripe", "token": "pm_card_visa", "authorise_only": true});
        let payment = owner.post_once(&format!("/v1/invoices/{id}/pay"), "stripe", body).expect(202);
        stripe.calm();
        assert_eq!(payment.text("/state"), "unknown");
        let story = Story::of(world);
        // a question is a search, and else a list
        let silent = || (0..2).for_each(|_| stripe.trouble(Trouble::DownBefore));
        silent();
        story.until_instant("2026-01-05T09:00:30Z");
        assert_eq!(state(world, &payment), "unknown");
        // once more, and this time it is ended
        silent();
        story.until_instant("2026-01-05T09:01:00Z");
        let ended = owner.get(&format!("/v1/transactions/{}", payment.text("/id"))).expect(200);
        assert_eq!((ended.text("/state"), ended.text("/code")), ("error".into(), "unanswered".into()));
        assert_eq!(owner.get("/v1/todos?kind=payment_unknown&state=open").expect(200).json()["data"], json!([]));
        pay(&owner, &id, "4242424242424242", "other").expect(200);
        books_balance(&world.owner("north"));
    }

    /// The answer to a refund is lost, too; a minute later Stripe says that it was made.
    fn refunds_are_asked_about_too(world) {
        let owner = world.owner("north");
        let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
        let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe.url});
        owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        let body = json!({"gateway": "stripe", "token": "pm_card_visa"});
        let payment = owner.post_once(&format!("/v1/invoices/{id}/pay"), "stripe", body).expect(200).text("/id");
        stripe.trouble_for("payment_intent=", Trouble::FailedAfter);
        let wish = json!({"credit_note": {"extent": "whole"}, "reason": "Lost"});
        let refund = owner.post_once(&format!("/v1/transactions/{payment}/refund"), "lost", wish).expect(202);
        assert_eq!(refund.text("/state"), "unknown");
        let story = Story::of(world);
        story.until_instant("2026-01-05T09:01:00Z");
        assert_eq!(state(world, &refund), "approved");
        story.until_instant("2026-01-05T09:30:00Z");
        assert_eq!(moments(world), ["2026-01-05T09:01:00Z"]);
        books_balance(&world.owner("north"));
    }

    /// None leaves it to the hourly run; wrong numbers are refused where they are.
    fn it_can_be_settled(world) {
        let owner = world.owner("north");
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        let put = |rule: serde_json::Value| {
            let rule = json!({"collection": rule}).to_string();
            owner.send("PUT", "/v1/settings", &headers, Some(rule.as_bytes()))
        };
        put(json!({"check_every_seconds": 9})).refused(422, "validation_failed").names("/collection/check_every_seconds");
        put(json!({"checks": 101})).refused(422, "validation_failed").names("/collection/checks");
        put(json!({"checks": 0})).expect(200);
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        let payment = pay(&owner, &id, LOST, "lost").expect(202);
        let story = Story::of(world);
        story.until_instant("2026-01-05T09:30:00Z");
        assert_eq!((state(world, &payment), moments(world)), ("unknown".into(), Vec::new()));
        story.until_instant("2026-01-05T12:00:00Z");
        assert_eq!((state(world, &payment), taken(world, "USD")), ("approved".into(), 2500));
    }
}
