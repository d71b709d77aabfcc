//! Unpaid: reminded, suspended, let back in, or ended; each step once, by the default policy.

use super::billing::{GOOD, buy, care, email, invoices};
use crate::support::story::Story;
use crate::support::{Actor, World};
use serde_json::{Value, json};

/// Paid while the client is there, declined when charged alone.
const DRY: &str = "4000000000000127";

pub fn status(owner: &Actor, subscription: &str) -> String {
    owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).text("/status")
}

/// Someone whose card is good for the order only, at noon of a day.
pub fn debtor(world: &World, until: &str) -> (String, String, Story) {
    let owner = world.owner("north");
    let plan = care(&owner, json!({}));
    let (client, subscription) = buy(&owner, &plan, "Dora", DRY, None);
    let story = Story::of(world);
    story.until(until);
    assert_eq!(story.troubles(), [""; 0]);
    (client, subscription, story)
}

/// How many mails of some kind Dora got.
fn count(story: &Story, subject: &str) -> usize {
    story.mails(&email("Dora")).iter().filter(|mail| mail.starts_with(subject)).count()
}

both! {
    /// The renewal is due on 5 February. Charged and declined on 4, 5, 8 and 13 February (one, three, five days after each
    /// refusal); reminded on 2, 6 and 12 February; suspended on the 19th. Paid on the 20th, active the same day.
    fn declined_reminded_suspended_paid_reactivated(world) {
        let (client, subscription, story) = debtor(world, "2026-02-18");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "active");
        assert_eq!((count(&story, "Rappel"), count(&story, "Paiement refusé")), (3, 4));
        story.until("2026-02-19");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "suspended");
        let debts = owner.get(&format!("/v1/invoices?client_id={client}&status=overdue")).json();
        assert_eq!(debts["data"].as_array().unwrap().len(), 1);
        let debt = debts["data"][0]["id"].as_str().unwrap().to_string();
        let steps = owner.get(&format!("/v1/activities?kind=invoice.dunned&subject_id={debt}&sort=created_at")).json();
        let steps: Vec<_> = steps["data"].as_array().unwrap().iter().map(|fact| (fact["happened_at"].as_str().unwrap()[..10].to_string(), fact["payload"]["step"].as_str().unwrap().to_string())).collect();
        let want = [("2026-02-02", "remind:-3"), ("2026-02-06", "remind:1"), ("2026-02-12", "remind:7"), ("2026-02-19", "suspend")];
        assert_eq!(steps, want.map(|(on, step)| (on.to_string(), step.to_string())));
        let charges = owner.get(&format!("/v1/transactions?client_id={client}&state=declined&sort=created_at")).json();
        let days: Vec<_> = charges["data"].as_array().unwrap().iter().map(|row| row["created_at"].as_str().unwrap()[..10].to_string()).collect();
        assert_eq!(days, ["2026-02-04", "2026-02-05", "2026-02-08", "2026-02-13"]);
        // while it is suspended nothing new is invoiced
        assert_eq!(invoices(&owner, &client).len(), 2);
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "at-last", json!({"method": "cash"})).expect(201);
        story.until("2026-02-20");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "active");
        // held on the 19th, free on the 20th: that day of the period that was paid is gone, the next one is whole
        story.until("2026-03-01");
        let last = invoices(&world.owner("north"), &client).pop().unwrap();
        assert_eq!((last.0.as_str(), last.1.as_str(), last.2.as_str()), ("2026-02-23", "2026-03-05..2026-04-05", "10.00"));
    }

    /// A hold set by hand survives a payment and the run that lets others back in.
    fn a_hold_by_hand_survives_a_payment(world) {
        let (client, subscription, story) = debtor(world, "2026-02-19");
        let owner = world.owner("north");
        hold(world, &subscription);
        let debt = owner.get(&format!("/v1/invoices?client_id={client}&status=overdue")).text("/data/0/id");
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "cash", json!({"method": "cash"})).expect(201);
        story.until("2026-02-21");
        let owner = world.owner("north");
        let now = owner.get(&format!("/v1/subscriptions/{subscription}")).json();
        let open = now["holds"].as_array().unwrap().iter().filter(|hold| hold["lifted_at"].is_null());
        let kinds: Vec<_> = open.map(|hold| hold["kind"].as_str().unwrap()).collect();
        assert_eq!((now["status"].as_str(), kinds), (Some("suspended"), vec!["by_hand"]));
    }

    /// Nothing is paid for two months: 5 February and 60 days is 6 April.
    fn what_stays_unpaid_is_cancelled(world) {
        let (_, subscription, story) = debtor(world, "2026-04-05");
        assert_eq!(status(&world.owner("north"), &subscription), "suspended");
        story.until("2026-04-06");
        assert_eq!(status(&world.owner("north"), &subscription), "cancelled");
    }

    /// The group's own policy in place of the seller's, for an invoice due on 5 February: reminded on the 12th, suspended
    /// on the 20th (15 days), handed over on 17 March (40 days). Paid then, it is active the day after.
    fn a_group_duns_its_own_way_up_to_debt_collection(world) {
        let (client, subscription, story) = debtor(world, "2026-01-06");
        let owner = world.owner("north");
        let dunning = json!({"reminders": [7], "suspend_after": 15, "collections_after": 40, "cancel_after": 90});
        let group = owner.post("/v1/client-groups", json!({"name": "Slow", "dunning": dunning})).expect(201).text("/id");
        owner.patch(&format!("/v1/clients/{client}"), json!({"group": {"client_group_id": group}})).expect(200);
        story.until("2026-03-16");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "suspended");
        let foreseen = owner.post("/v1/events/preview", json!({"kind": "process_suspensions", "as_of": "2026-03-17"})).expect(200).json();
        assert_eq!((&foreseen["count"], &foreseen["items"][0]["action"], &foreseen["items"][0]["subject_id"]), (&json!(1), &json!("hand_over"), &json!(subscription)));
        story.until("2026-03-17");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "collections");
        let want = [("2026-02-12", "remind", Some(7)), ("2026-02-20", "suspend", None), ("2026-03-17", "collections", None)];
        assert_eq!(history(&owner, &client), steps(&want));
        // page by page, the newest first
        let page = owner.get(&format!("/v1/clients/{client}/dunning-steps?limit=2")).expect(200).json();
        let rest = owner.get(&format!("/v1/clients/{client}/dunning-steps?limit=2&cursor={}", page["next_cursor"].as_str().unwrap())).expect(200).json();
        let seen: Vec<_> = [&page, &rest].iter().flat_map(|page| page["data"].as_array().unwrap()).map(|step| step["step"].clone()).collect();
        assert_eq!((seen, &rest["next_cursor"]), (vec![json!("collections"), json!("suspend"), json!("remind")], &Value::Null));
        // nothing more is invoiced, and payment lets it back in
        assert_eq!(invoices(&owner, &client).len(), 2);
        let debt = owner.get(&format!("/v1/invoices?client_id={client}&status=overdue")).text("/data/0/id");
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "at-last", json!({"method": "cash"})).expect(201);
        story.until("2026-03-18");
        assert_eq!(status(&world.owner("north"), &subscription), "active");
    }

    /// In collections while someone also holds it by hand: paid, it is suspended for that reason alone.
    fn debt_collection_ends_with_the_debt_whatever_else_holds(world) {
        let (client, subscription, story) = debtor(world, "2026-01-06");
        let owner = world.owner("north");
        let mut settings = owner.get("/v1/settings").expect(200).json();
        settings["dunning"]["collections_after"] = json!(30);
        owner.send("PUT", "/v1/settings", &[("content-type", "application/json"), ("if-match", "*")], Some(settings.to_string().as_bytes())).expect(200);
        // due on 5 February: 30 days later it is 7 March
        story.until("2026-03-07");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "collections");
        hold(world, &subscription);
        let debt = owner.get(&format!("/v1/invoices?client_id={client}&status=overdue")).text("/data/0/id");
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "cash", json!({"method": "cash"})).expect(201);
        story.until("2026-03-09");
        assert_eq!(status(&world.owner("north"), &subscription), "suspended");
    }

    /// The guide: who is exempt is not suspended. Reminded on 2, 6 and 12 February as everyone; still active in June. When
    /// the group is exempt no more, the next run suspends.
    fn who_is_exempt_is_reminded_only(world) {
        let (client, subscription, story) = debtor(world, "2026-01-06");
        let owner = world.owner("north");
        let group = owner.post("/v1/client-groups", json!({"name": "Spared", "exempt_from_suspension": true})).expect(201).text("/id");
        owner.patch(&format!("/v1/clients/{client}"), json!({"group": {"client_group_id": group}})).expect(200);
        story.until("2026-02-20");
        let owner = world.owner("north");
        let want = [("2026-02-02", "remind", Some(-3)), ("2026-02-06", "remind", Some(1)), ("2026-02-12", "remind", Some(7))];
        assert_eq!((status(&owner, &subscription).as_str(), history(&owner, &client)), ("active", steps(&want)));
        assert_eq!(owner.post("/v1/events/preview", json!({"kind": "process_suspensions", "as_of": "2026-02-21"})).expect(200).json()["count"], 0);
        owner.patch(&format!("/v1/client-groups/{group}"), json!({"exempt_from_suspension": false})).expect(200);
        story.until("2026-02-21");
        assert_eq!(status(&world.owner("north"), &subscription), "suspended");
        // and who is exempt from then on is not dunned any further
        let owner = world.owner("north");
        owner.patch(&format!("/v1/clients/{client}"), json!({"group": {"exempt_from_suspension": true}})).expect(200);
        assert_eq!(owner.post("/v1/events/preview", json!({"kind": "process_suspensions", "as_of": "2026-04-30"})).expect(200).json()["count"], 0);
    }

    /// The house slept from January to May: one reminder, and the client gets his days before anything is cancelled.
    fn after_a_long_sleep_only_the_newest_reminder_is_sent(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (_, subscription) = buy(&owner, &plan, "Dora", GOOD, None);
        let client = owner.get(&format!("/v1/subscriptions/{subscription}")).text("/client_id");
        let methods = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200);
        let (method, version) = (methods.text("/data/0/id"), methods.json()["data"][0]["version"].to_string());
        owner.send("DELETE", &format!("/v1/payment-methods/{method}"), &[("if-match", &format!("\"{version}\""))], None).expect(204);
        let story = Story::of(world);
        story.until("2026-02-01");
        story.sleep_until("2026-04-30");
        story.until("2026-05-01");
        assert_eq!(count(&story, "Rappel"), 1);
        assert_eq!(status(&world.owner("north"), &subscription), "suspended");
    }
}

/// What was done about a client's unpaid invoices, by day: step and, for reminders, the day they are for.
fn history(owner: &Actor, client: &str) -> Vec<(String, String, Option<i64>)> {
    let steps = owner.get(&format!("/v1/clients/{client}/dunning-steps?sort=created_at")).expect(200).json();
    let one = |step: &Value| {
        let text = |name: &str| step[name].as_str().unwrap().to_string();
        (text("happened_on"), text("step"), step["days_after_due"].as_i64())
    };
    steps["data"].as_array().unwrap().iter().map(one).collect()
}

fn steps(steps: &[(&str, &str, Option<i64>)]) -> Vec<(String, String, Option<i64>)> {
    steps.iter().map(|(on, step, days)| (on.to_string(), step.to_string(), *days)).collect()
}

/// Someone suspends it by hand while it is held for debts. The route wants a panel; the rule beneath does not.
fn hold(world: &World, subscription: &str) {
    use comptoir_app::kernel::clock::fresh;
    use comptoir_db::Scope;
    use comptoir_db::subscriptions::{HoldRow, insert_hold};
    use comptoir_domain::subscriptions::HoldKind;
    let seller: comptoir_domain::SellerId = world.owner("north").get("/v1/seller").text("/id").parse().unwrap();
    let now = world.server.business.now();
    let row = HoldRow {
        seller_id: Scope::of(seller).seller(),
        id: fresh(),
        subscription_id: subscription.parse().unwrap(),
        kind: HoldKind::ByHand,
        reason: "asked for".into(),
        placed_on: now.utc().date_naive(),
        placed_at: now,
        lifted_on: None,
        lifted_at: None,
    };
    insert_hold(&mut world.database.connect(), &row).unwrap();
}
