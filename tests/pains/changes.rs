//! Pains 7 to 10: changes that are charged wrongly, or that cannot be made.

use crate::api::by_hand::vat;
use crate::api::subscription_changes::{Ladder, act, documents, rows, sound};
use crate::stories::billing::{GOOD, buy, buy_item, care, email, invoices};
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use crate::support::{Actor, World};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

/// The gross of every document of a client, oldest first, as they are printed.
fn grosses(owner: &Actor, client: &str) -> Vec<String> {
    let list = owner.get(&format!("/v1/invoices?client_id={client}&limit=100")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    rows.iter().map(|row| row["gross"]["amount"].as_str().unwrap().into()).collect()
}

/// A plan that costs 120.00 a year or 36.00 a quarter; someone has it for a year from 5 January on.
fn for_a_year(owner: &Actor, names: [&str; 2]) -> (String, [(String, String); 2]) {
    let price = |cycle: &str, amount: &str| json!({"cycle": cycle, "currency": "EUR", "recurring": {"amount": amount, "currency": "EUR"}});
    let plan = care(owner, json!({"prices": [price("1-year", "120.00"), price("3-month", "36.00")]}));
    let bought = names.map(|name| buy_item(owner, json!({"plan_id": plan, "cycle": "1-year"}), name, GOOD, None));
    (plan, bought)
}

/// Changes at once, with credit and without a fee, and is invoiced at once.
fn now(plan: &str, cycle: &str) -> Value {
    json!({"plan_id": plan, "cycle": cycle, "way": "now_with_credit", "invoice_now": true, "without_fee": true})
}

fn run(world: &World, day: &str) -> Value {
    let story = Story::of(world);
    story.sleep_until(day);
    story.run(EventKind::ProcessInvoices)
}

both! {
    /// Elsewhere a plan or an add-on that came in the middle of a cycle cost a whole one, or nothing until the next. Here
    /// 1 July comes 177 days after 5 January: of a year of 365 days 188 are left. The add-on of 31.00 costs 31 × 188 / 365 =
    /// 15.97; from the plan of 100.00 to that of 400.00, 51.51 come back and 206.03 are charged.
    fn pain_07_no_proration_on_an_upgrade(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let yearly = json!({"plan_id": ladder.care, "cycle": "1-year"});
        let (up, upgraded) = buy_item(&owner, yearly.clone(), "Uma", GOOD, None);
        let (more, extended) = buy_item(&owner, yearly, "Mona", GOOD, None);
        Story::of(world).sleep_until("2026-07-01");
        let owner = world.owner("north");
        act(&owner, &upgraded, "change-plan", &now(&ladder.max, "1-year")).expect(200);
        let calls = json!({"add_on_id": ladder.add_on, "way": "now_with_credit", "invoice_now": true});
        act(&owner, &extended, "add-ons", &calls).expect(200);
        // 206.03 less 51.51 are left to pay
        assert_eq!(documents(&owner, &up), rows(&[
            ("invoice", "2026-01-05..2027-01-05", "100.00", "0.00"),
            ("credit_note", "2026-07-01..2027-01-05", "-51.51", "0.00"),
            ("invoice", "2026-07-01..2027-01-05", "206.03", "154.52"),
        ]));
        assert_eq!(documents(&owner, &more)[1..], rows(&[("invoice", "2026-07-01..2027-01-05", "15.97", "15.97")]));
        // the next year is one invoice each, at the new price: 400.00, and 100.00 + 31.00
        assert_eq!(run(world, "2026-12-26"), json!({"invoices": 2, "parked": 0}));
        let owner = world.owner("north");
        assert_eq!((documents(&owner, &up).pop().unwrap().2, documents(&owner, &more).pop().unwrap().2), ("400.00".into(), "131.00".into()));
        sound(world);
    }

    /// Elsewhere an upgrade paid the client, since the old price was taken with its options and without its discount and the
    /// new one bare, and the second upgrade in a month gave back the first plan once more. Here, with 20 % off and 20 % VAT:
    /// 5 January: 8.00 and 2.48 for the add-on are 10.48 + 2.10 = 12.58 (1.60 of the tax is the plan's).
    /// 15 January, 21 of 31 days: 8.00 × 21/31 = 5.42 + 1.60 × 5.42/8.00 = 1.08 come back, 20 × 21/31 × 0.8 = 10.84 + 2.17.
    /// 25 January, 11 of 31: of that 10.84 × 11/21 = 5.68 + 1.14, and of the add-on, which the third plan has not, 2.48 ×
    /// 11/31 = 0.88 + 0.50 × 0.88/2.48 = 0.18; 40 × 11/31 × 0.8 = 11.35 + 2.27 are charged.
    fn pain_08_a_credit_has_the_wrong_sign_or_base(world) {
        let owner = world.owner("north");
        owner.act(&format!("/v1/tax-policies/{}/make-default", vat(&owner))).expect(200);
        let ladder = Ladder::of(&owner);
        owner.post("/v1/coupons", json!({"name": "Fifth", "code": "FIFTH", "value": {"percent": "20"}})).expect(201);
        let item = json!({"plan_id": ladder.care, "cycle": "1-month", "add_on_ids": [ladder.add_on]});
        let (client, subscription) = buy_item(&owner, item, "Zoe", GOOD, Some("FIFTH"));
        for (day, plan) in [("2026-01-15", &ladder.plus), ("2026-01-25", &ladder.max)] {
            Story::of(world).sleep_until(day);
            let owner = world.owner("north");
            let wanted = now(plan, "1-month");
            let seen = owner.post(&format!("/v1/subscriptions/{subscription}/change-plan/preview"), wanted.clone()).expect(200);
            let before = grosses(&owner, &client).len();
            act(&owner, &subscription, "change-plan", &wanted).expect(200);
            // what was previewed is what is written, the charge as the last of them
            let written = grosses(&owner, &client)[before..].to_vec();
            assert_eq!(written.last(), Some(&seen.text("/invoices/0/totals/gross/amount")));
        }
        let owner = world.owner("north");
        let found = documents(&owner, &client);
        let nets: Vec<_> = found.iter().map(|row| row.2.as_str()).collect();
        assert_eq!(nets[..3], ["10.48", "-5.42", "10.84"]);
        let mut second = nets[3..5].to_vec();
        second.sort_unstable();
        assert_eq!((second, nets[5]), (vec!["-0.88", "-5.68"], "11.35"));
        let mut all = grosses(&owner, &client);
        all[3..5].sort();
        assert_eq!(all, ["12.58", "-6.50", "13.01", "-1.06", "-6.82", "13.62"]);
        // 12.58 − 6.50 + 13.01 − 1.06 − 6.82 + 13.62 = 24.83, of which 12.58 are paid: 12.25 are open on the last
        let open: Vec<_> = found.into_iter().map(|row| row.3).filter(|open| open != "0.00").collect();
        assert_eq!(open, ["12.25"]);
        sound(world);
    }

    /// Elsewhere a change from a year to quarters was billed four quarters at once, and changing to and fro made money. Here
    /// 5 April comes after 90 of 365 days: 120 × 275/365 = 90.41 come back, one quarter of 36.00 is charged and paid by
    /// it, 54.41 are left. Back to a year on the same day the 36.00 return and 120.00 are charged: the 90 days have cost
    /// 29.59 = 120 × 90/365 as before, and 120.00 − 90.41 = 29.59 are asked for. A client by itself waits for the year's
    /// end, and calling it off and keeping it meanwhile changes nothing: 36.00 for the first quarter of 2027.
    fn pain_09_a_shorter_cycle_overcharges_or_is_abused(world) {
        let owner = world.owner("north");
        let (plan, [(switching, first), (waiting, second)]) = for_a_year(&owner, ["Yara", "Wim"]);
        Story::of(world).sleep_until("2026-04-05");
        let owner = world.owner("north");
        let preview = owner.post(&format!("/v1/subscriptions/{first}/change-plan/preview"), now(&plan, "3-month")).expect(200);
        assert_eq!((preview.text("/direction"), preview.text("/credits/0/net/amount"), preview.text("/invoices/0/totals/net/amount")),
            ("downgrade".into(), "-90.41".into(), "36.00".into()));
        act(&owner, &first, "change-plan", &now(&plan, "3-month")).expect(200);
        assert_eq!(documents(&owner, &switching)[1..], rows(&[
            ("credit_note", "2026-04-05..2027-01-05", "-90.41", "0.00"),
            ("invoice", "2026-04-05..2026-07-05", "36.00", "0.00"),
        ]));
        let credit = |owner: &Actor| owner.get(&format!("/v1/clients/{switching}/credits")).expect(200).text("/balances/0/amount");
        assert_eq!(credit(&owner), "54.41");
        act(&owner, &first, "change-plan", &now(&plan, "1-year")).expect(200);
        assert_eq!(documents(&owner, &switching)[3..], rows(&[
            ("credit_note", "2026-04-05..2026-07-05", "-36.00", "0.00"),
            ("invoice", "2026-04-05..2027-04-05", "120.00", "29.59"),
        ]));
        assert_eq!(credit(&owner), "0.00");
        let herself = world.stranger.sign_in("client", "north", &email("Wim"), PASSWORD);
        let later = json!({"plan_id": plan, "cycle": "3-month"});
        let path = format!("/v1/me/subscriptions/{second}/change-plan");
        herself.post_once(&path, "shorter", later).expect(200);
        // nothing opens the year that is paid: called off, it ends with the year; kept after all, it is one contract
        owner.post(&format!("/v1/subscriptions/{second}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        let ends = owner.get(&format!("/v1/subscriptions/{second}")).text("/ends_on");
        assert_eq!((ends.as_str(), documents(&owner, &waiting).len()), ("2027-01-05", 1));
        owner.act(&format!("/v1/subscriptions/{second}/keep")).expect(200);
        assert_eq!(run(world, "2026-12-25"), json!({"invoices": 0, "parked": 0}));
        assert_eq!(run(world, "2026-12-26"), json!({"invoices": 1, "parked": 0}));
        assert_eq!(documents(&world.owner("north"), &waiting)[1..], rows(&[("invoice", "2027-01-05..2027-04-05", "36.00", "36.00")]));
        sound(world);
    }

    /// Elsewhere an upgrade was refused while the renewal was open: cancel it by hand, upgrade, write it again. Here one
    /// renewal is a draft, which makes way, and February is invoiced at 20.00 by the run; the other is overdue: 10 February
    /// leaves 23 of 28 days, 10 × 23/28 = 8.21 are taken off it (1.79 stay to be paid), 20 × 23/28 = 16.43 charged.
    fn pain_10_an_open_renewal_blocks_the_upgrade(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (drafted, first) = buy(&owner, &ladder.care, "Dora", GOOD, None);
        let (overdue, second) = buy(&owner, &ladder.care, "Otto", GOOD, None);
        let made = owner.post("/v1/invoices/generate", json!({"client_ids": [drafted], "cycles": 1})).expect(200);
        assert_eq!(made.text("/results/0/invoices/0/status"), "draft");
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        act(&owner, &first, "change-plan", &now(&ladder.plus, "1-month")).expect(200);
        assert_eq!(run(world, "2026-01-26"), json!({"invoices": 2, "parked": 0}));
        let owner = world.owner("north");
        assert_eq!(documents(&owner, &drafted)[3..], rows(&[("invoice", "2026-02-05..2026-03-05", "20.00", "20.00")]));
        Story::of(world).sleep_until("2026-02-10");
        let owner = world.owner("north");
        assert_eq!(owner.get(&format!("/v1/invoices?client_id={overdue}&status=overdue")).json()["data"].as_array().unwrap().len(), 1);
        let mut wanted = now(&ladder.plus, "1-month");
        wanted["reason"] = json!("larger");
        act(&owner, &second, "change-plan", &wanted).expect(200);
        assert_eq!(documents(&owner, &overdue)[1..], rows(&[
            ("invoice", "2026-02-05..2026-03-05", "10.00", "1.79"),
            ("credit_note", "2026-02-10..2026-03-05", "-8.21", "0.00"),
            ("invoice", "2026-02-10..2026-03-05", "16.43", "16.43"),
        ]));
        assert_eq!(run(world, "2026-02-23"), json!({"invoices": 2, "parked": 0}));
        let owner = world.owner("north");
        for client in [&drafted, &overdue] {
            let march = invoices(&owner, client).pop().unwrap();
            assert_eq!((march.1.as_str(), march.2.as_str()), ("2026-03-05..2026-04-05", "20.00"));
        }
        sound(world);
    }
}
