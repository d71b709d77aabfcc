//! What could not be set up has failed, and what belongs to a fraud is one (SUB-02): neither is invoiced, then or later, and
//! both come back. The world begins on 5 January 2026; a month costs 10.00 and is invoiced ten days ahead.

use crate::api::orders::wish;
use crate::api::services::{Ordered, mails, order, paid, pay, standing};
use crate::api::verify::verify;
use crate::stories::billing::invoices;
use crate::stories::provisioning::require;
use crate::support::house::{House, fake};
use crate::support::story::Story;
use crate::support::{Actor, World};
use comptoir_connectors::panel::fake::{FakePanel, Trouble};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

fn house(world: &World, panel: &FakePanel) -> House {
    House::with(world, |settings| settings, Some(Arc::new(panel.clone())))
}

/// From where to where, and why, the earliest first.
fn history(owner: &Actor, subscription: &str) -> Vec<[String; 3]> {
    let list = owner.get(&format!("/v1/subscriptions/{subscription}/status-history")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    rows.iter().map(|row| [text(&row["from"]), text(&row["to"]), text(&row["reason"])]).collect()
}

fn step(from: &str, to: &str, reason: &str) -> [String; 3] {
    [from.into(), to.into(), reason.into()]
}

fn client_of(owner: &Actor, ordered: &Ordered) -> String {
    owner.get(&format!("/v1/subscriptions/{}", ordered.subscription)).expect(200).text("/client_id")
}

fn desired(owner: &Actor, ordered: &Ordered) -> String {
    owner.get(&format!("/v1/services/{}", ordered.service)).expect(200).text("/desired")
}

/// The days that a client's invoices charge, the earliest first.
fn days(owner: &Actor, client: &str) -> Vec<String> {
    invoices(owner, client).into_iter().map(|row| row.1).collect()
}

fn sound(world: &World) {
    assert_eq!(verify(world, "north").0, BTreeMap::new());
}

both! {
    /// Refused by its panel on the 5th, set up on 20 February. The month that was paid stays paid; the one from 5 February on is
    /// charged from the 20th only: 13 of 28 days, 10.00 × 13 / 28 = 4.64.
    fn what_cannot_be_set_up_fails_until_it_works(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = house(world, &panel);
        let nora = paid(&owner, "Nora", "nora.example");
        let client = client_of(&owner, &nora);
        panel.fail_next(Trouble::Refused);
        house.work();
        assert_eq!(standing(&owner, &nora), ["provisioning", "failed", "absent"]);
        let failed = step("pending", "failed", "it could not be set up (attempt 1)");
        assert_eq!(history(&owner, &nora.subscription).last().unwrap(), &failed);
        assert_eq!(owner.get("/v1/activities?kind=subscription.failed").expect(200).json()["data"].as_array().unwrap().len(), 1);
        owner.post(&format!("/v1/subscriptions/{}/status", nora.subscription), json!({"status": "active"})).refused(409, "wrong_state");
        let story = Story::of(world);
        story.sleep_until("2026-02-20");
        story.run(EventKind::ProcessInvoices);
        let owner = world.owner("north");
        assert_eq!(days(&owner, &client).len(), 1, "nothing is charged while it does not work");
        house.sync();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        assert_eq!(history(&owner, &nora.subscription).last().unwrap(), &step("failed", "active", ""));
        assert_eq!(mails(&owner, "subscription_info", "nora@new.example"), 1);
        story.run(EventKind::ProcessInvoices);
        let charged: Vec<_> = invoices(&owner, &client).into_iter().map(|row| (row.1, row.2)).collect();
        assert_eq!(charged[1], ("2026-02-20..2026-03-05".to_string(), "4.64".to_string()));
        sound(world);
    }

    /// Shut on the 5th with its client, open again on 27 January, a day after its renewal was to be invoiced: that is made then,
    /// for the whole of the cycle from 5 February on.
    fn a_frauds_subscriptions_are_shut_and_come_back(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = house(world, &panel);
        let nora = paid(&owner, "Nora", "nora.example");
        let client = client_of(&owner, &nora);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        owner.post(&format!("/v1/clients/{client}/mark_fraudulent"), json!({"reason": "a stolen card"})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "fraudulent", "suspended"]);
        assert_eq!(history(&owner, &nora.subscription).last().unwrap(), &step("active", "fraudulent", "a stolen card"));
        // neither by hand nor through the panel it gets out
        let at = |what: &str| format!("/v1/subscriptions/{}/{what}", nora.subscription);
        owner.post(&at("status"), json!({"status": "active"})).refused(409, "wrong_state");
        owner.post(&at("activate"), json!({})).refused(409, "wrong_state");
        let story = Story::of(world);
        story.sleep_until("2026-01-27");
        story.run(EventKind::ProcessInvoices);
        let owner = world.owner("north");
        assert_eq!(days(&owner, &client).len(), 1);
        owner.post(&format!("/v1/clients/{client}/activate"), json!({"reason": "it was his own"})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        assert_eq!(history(&owner, &nora.subscription).last().unwrap(), &step("fraudulent", "active", "it was his own"));
        story.run(EventKind::ProcessInvoices);
        assert_eq!(days(&owner, &client)[1], "2026-02-05..2026-03-05");
        sound(world);
    }

    /// Paid while its client was taken for a fraud: nothing is set up for him, and everything once he is not.
    fn what_a_fraud_has_paid_waits_for_the_acquittal(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = house(world, &panel);
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        let client = client_of(&owner, &nora);
        owner.post(&format!("/v1/clients/{client}/mark_fraudulent"), json!({})).expect(200);
        pay(&owner, &nora.invoice);
        house.work();
        assert_eq!(standing(&owner, &nora), ["paid", "fraudulent", "absent"]);
        assert_eq!(desired(&owner, &nora), "absent");
        owner.post(&format!("/v1/clients/{client}/activate"), json!({})).expect(200);
        assert_eq!(standing(&owner, &nora)[1], "pending");
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        sound(world);
    }

    /// The same where a person releases what is set up: an acquittal is no release.
    fn an_acquittal_is_no_release(world) {
        let owner = world.owner("north");
        require(&owner, &["paid"], "manual");
        let (_folder, panel) = fake();
        let house = house(world, &panel);
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        let client = client_of(&owner, &nora);
        owner.post(&format!("/v1/clients/{client}/mark_fraudulent"), json!({})).expect(200);
        pay(&owner, &nora.invoice);
        owner.post(&format!("/v1/clients/{client}/activate"), json!({})).expect(200);
        house.work();
        assert_eq!((standing(&owner, &nora), desired(&owner, &nora)), (["paid", "pending", "absent"].map(String::from), "absent".into()));
        owner.act(&format!("/v1/orders/{}/release", nora.order)).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        sound(world);
    }

    /// Marked while it is being set up: it never is, and what is held for another reason is held afterwards, too.
    fn other_holds_outlast_the_acquittal(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = house(world, &panel);
        let nora = paid(&owner, "Nora", "nora.example");
        let client = client_of(&owner, &nora);
        owner.post(&format!("/v1/clients/{client}/mark_fraudulent"), json!({})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora)[1..], ["fraudulent", "absent"]);
        owner.post(&format!("/v1/clients/{client}/activate"), json!({})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora)[1..], ["active", "active"]);
        owner.post(&format!("/v1/subscriptions/{}/suspend", nora.subscription), json!({})).expect(200);
        owner.post(&format!("/v1/clients/{client}/mark_fraudulent"), json!({})).expect(200);
        owner.post(&format!("/v1/clients/{client}/activate"), json!({})).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora)[1..], ["suspended", "suspended"]);
        sound(world);
    }
}
