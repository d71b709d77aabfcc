//! Statuses by hand and where subscriptions stood (SUB-02): what may be set, what is named instead, what is not charged, and
//! the record of it. The world begins on 5 January 2026.

use crate::api::invoices::books_balance;
use crate::api::services::paid;
use crate::api::verify::verify;
use crate::stories::billing::{GOOD, buy, care};
use crate::stories::dunning::{debtor, status};
use crate::support::house::House;
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use crate::support::{Actor, Answer, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn set(owner: &Actor, subscription: &str, to: &str, reason: &str) -> Answer {
    owner.post(&format!("/v1/subscriptions/{subscription}/status"), json!({"status": to, "reason": reason}))
}

/// From, to, reason and who of each change, the first one first.
fn history(owner: &Actor, subscription: &str) -> Vec<[String; 4]> {
    let list = owner.get(&format!("/v1/subscriptions/{subscription}/status-history?limit=100")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    let text = |value: &Value| value.as_str().unwrap_or("-").to_string();
    rows.iter().map(|row| ["from", "to", "reason", "actor_kind"].map(|name| text(&row[name]))).collect()
}

fn sound(world: &World) {
    books_balance(&world.owner("north"));
    assert_eq!(verify(world, "north").0, BTreeMap::new());
}

/// Days and nets of the lines of all invoices of a client.
fn charged(owner: &Actor, client: &str) -> Vec<(String, String)> {
    let list = owner.get(&format!("/v1/invoices?client_id={client}&limit=100")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    let one = |row: &Value| {
        let invoice = owner.get(&format!("/v1/invoices/{}", row["id"].as_str().unwrap())).expect(200);
        let days = format!("{}..{}", invoice.text("/lines/0/period/from"), invoice.text("/lines/0/period/to"));
        (days, invoice.text("/net/amount"))
    };
    rows.iter().map(one).collect()
}

fn rows(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(days, net)| ((*days).into(), (*net).into())).collect()
}

both! {
    /// Each step by whom and why; the client sees its own, without who it was.
    fn every_change_is_on_record(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (_, subscription) = buy(&owner, &plan, "Hugo", GOOD, None);
        let (_, other) = buy(&owner, &plan, "Olga", GOOD, None);
        let stopped = set(&owner, &subscription, "stopped", "waits for texts").expect(200);
        assert_eq!((stopped.text("/status"), stopped.text("/status_reason")), ("stopped".into(), "waits for texts".into()));
        // staying there is no change
        set(&owner, &subscription, "stopped", "still waits").expect(200);
        set(&owner, &subscription, "in_progress", "").expect(200);
        set(&owner, &subscription, "active", "done").expect(200);
        owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "now", "reason": "moves"})).expect(200);
        let want = [
            ["-", "pending", "", "shopper"],
            ["pending", "active", "", "administrator"],
            ["active", "stopped", "waits for texts", "administrator"],
            ["stopped", "in_progress", "", "administrator"],
            ["in_progress", "active", "done", "administrator"],
            ["active", "cancelled", "moves", "administrator"],
        ];
        assert_eq!(history(&owner, &subscription), want.map(|row| row.map(String::from)));
        let named = owner.get(&format!("/v1/subscriptions/{subscription}/status-history?limit=3")).expect(200).json();
        let newest = &named["data"][0];
        assert_eq!((&newest["to"], &newest["actor_name"], named["next_cursor"].is_string()), (&json!("cancelled"), &json!("Owner"), true));
        let me = world.stranger.sign_in("client", "north", "hugo@story.example", PASSWORD);
        let own = me.get(&format!("/v1/me/subscriptions/{subscription}/status-history?limit=100")).expect(200).json();
        assert_eq!(own["data"].as_array().unwrap().len(), want.len());
        assert!(!own.to_string().contains("Owner"), "{own}");
        me.get(&format!("/v1/me/subscriptions/{other}/status-history")).refused(404, "not_found");
        sound(world);
    }

    /// The guide: stopped subscriptions are not invoiced. Stopped from 15 January to 15 March: February is never charged, and
    /// of the cycle from 5 March on 21 of 31 days: 10.00 × 21 / 31 = 6.77. So it is where suspended ones are invoiced, too.
    fn what_rests_is_not_charged_later(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, subscription) = buy(&owner, &plan, "Rosa", GOOD, None);
        let mut settings = owner.get("/v1/settings").expect(200).json();
        settings["billing"]["invoice_suspended"] = json!(true);
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        owner.send("PUT", "/v1/settings", &headers, Some(settings.to_string().as_bytes())).expect(200);
        let story = Story::of(world);
        story.until("2026-01-15");
        let owner = world.owner("north");
        set(&owner, &subscription, "stopped", "").expect(200);
        story.until("2026-02-20");
        set(&world.owner("north"), &subscription, "inactive", "").expect(200);
        story.until("2026-03-15");
        let owner = world.owner("north");
        assert_eq!(charged(&owner, &client), rows(&[("2026-01-05..2026-02-05", "10.00")]));
        set(&owner, &subscription, "active", "").expect(200);
        story.until("2026-03-27");
        assert_eq!(charged(&world.owner("north"), &client), rows(&[
            ("2026-01-05..2026-02-05", "10.00"),
            ("2026-03-15..2026-04-05", "6.77"),
            ("2026-04-05..2026-05-05", "10.00"),
        ]));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// A run that comes late finds the same: the rest is known by its days, not by who ran when.
    fn a_late_run_leaves_the_rest_out(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, subscription) = buy(&owner, &plan, "Late", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        set(&world.owner("north"), &subscription, "stopped", "").expect(200);
        story.sleep_until("2026-03-15");
        set(&world.owner("north"), &subscription, "active", "").expect(200);
        story.until("2026-03-27");
        assert_eq!(charged(&world.owner("north"), &client)[1..], rows(&[
            ("2026-03-15..2026-04-05", "6.77"),
            ("2026-04-05..2026-05-05", "10.00"),
        ]));
        sound(world);
    }

    /// Suspended for debt on 19 February and noted as inactive: payment ends the hold, the note stays, and ends by hand.
    fn a_note_survives_a_payment(world) {
        let (client, subscription, story) = debtor(world, "2026-02-19");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "suspended");
        let held = set(&owner, &subscription, "active", "").refused(409, "wrong_state");
        assert!(held.text("/detail").contains("held (overdue)"), "{}", held.text);
        set(&owner, &subscription, "inactive", "asked for").expect(200);
        let debt = owner.get(&format!("/v1/invoices?client_id={client}&status=overdue")).text("/data/0/id");
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "cash", json!({"method": "cash"})).expect(201);
        story.until("2026-02-21");
        let owner = world.owner("north");
        let now = owner.get(&format!("/v1/subscriptions/{subscription}")).json();
        assert_eq!((&now["status"], now["holds"][0]["lifted_at"].is_string()), (&json!("inactive"), true));
        set(&owner, &subscription, "active", "").expect(200);
        let last = history(&owner, &subscription).split_off(2);
        assert_eq!(last.iter().map(|row| (row[1].as_str(), row[3].as_str())).collect::<Vec<_>>(),
            [("suspended", "system"), ("inactive", "administrator"), ("active", "administrator")]);
        sound(world);
    }

    /// Suspended by hand, without a panel: a hold like any other, that only a hand lifts.
    fn suspended_by_hand_stays_so_when_the_debt_is_paid(world) {
        let (client, subscription, story) = debtor(world, "2026-02-19");
        let owner = world.owner("north");
        let both = set(&owner, &subscription, "suspended", "abuse").expect(200);
        assert_eq!(both.json()["holds"].as_array().unwrap().len(), 2);
        let debt = owner.get(&format!("/v1/invoices?client_id={client}&status=overdue")).text("/data/0/id");
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "cash", json!({"method": "cash"})).expect(201);
        story.until("2026-02-21");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "suspended");
        let free = set(&owner, &subscription, "active", "cleared").expect(200);
        assert!(free.json()["holds"].as_array().unwrap().iter().all(|hold| hold["lifted_at"].is_string()));
        sound(world);
    }

    /// SUB-03: what a panel delivers is suspended by the panel's calls. A note leaves it alone.
    fn with_a_panel_its_calls_are_named(world) {
        let owner = world.owner("north");
        let ordered = paid(&owner, "Petra", "petra.example");
        House::built_in(world).work();
        let id = &ordered.subscription;
        assert_eq!(status(&owner, id), "active");
        let problem = set(&owner, id, "suspended", "").refused(409, "wrong_state");
        assert!(problem.text("/detail").ends_with("call POST /v1/subscriptions/{id}/suspend instead"), "{}", problem.text);
        owner.post(&format!("/v1/subscriptions/{id}/suspend"), json!({})).expect(200);
        let problem = set(&owner, id, "active", "").refused(409, "wrong_state");
        assert!(problem.text("/detail").ends_with("call POST /v1/subscriptions/{id}/activate instead"), "{}", problem.text);
        owner.post(&format!("/v1/subscriptions/{id}/activate"), json!({})).expect(200);
        let noted = set(&owner, id, "stopped", "").expect(200).json();
        assert_eq!((&noted["status"], &noted["services"][0]["desired"]), (&json!("stopped"), &json!("active")));
        set(&owner, id, "active", "").expect(200);
    }

    /// The guide's warning, and whatever else is no matter of a hand.
    fn wrong_statuses_are_refused(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (_, subscription) = buy(&owner, &plan, "Nein", GOOD, None);
        let before = world.database.digest();
        for (to, words) in [
            ("cancelled", "call POST /v1/subscriptions/{id}/cancel instead"),
            ("transferred", "call POST /v1/subscriptions/{id}/transfer instead"),
            ("expired", "never by hand"),
            ("pending", "never by hand"),
            ("collections", "suspend it first"),
        ] {
            let problem = set(&owner, &subscription, to, "").refused(409, "wrong_state");
            assert!(problem.text("/detail").contains(words), "{to}: {}", problem.text);
        }
        set(&owner, &subscription, "stopped", &"x".repeat(501)).expect(422).names("/reason");
        let path = format!("/v1/subscriptions/{subscription}/status");
        owner.post(&path, json!({"status": "lost"})).expect(422).names("/status");
        owner.post(&path, json!({})).expect(422);
        assert_eq!(world.database.digest(), before, "nothing is written");
        world.contact("north").post(&path, json!({"status": "stopped"})).refused(401, "wrong_audience");
    }

    /// The table as data: active always, pending once, suspended by setting (guide); what may follow is what is allowed.
    fn the_statuses_are_listed(world) {
        let owner = world.owner("north");
        let all = owner.get("/v1/subscription-statuses").expect(200).json();
        let all = all["statuses"].as_array().unwrap();
        assert_eq!(all.len(), 17);
        let of = |status: &str| all.iter().find(|row| row["status"] == status).unwrap();
        let invoiced = ["active", "pending", "suspended", "stopped"].map(|status| of(status)["invoiced"].as_str().unwrap());
        assert_eq!(invoiced, ["yes", "once", "setting", "no"]);
        assert_eq!(of("cancelled")["instead"], "POST /v1/subscriptions/{id}/cancel");
        assert_eq!((&of("cancelled")["next_by_hand"], &of("cancelled")["next_by_system"]), (&json!([]), &json!([])));
        assert_eq!(of("active")["next_by_hand"], json!(["suspended", "sent", "stopped", "started", "in_progress", "inactive", "collections"]));
    }
}
