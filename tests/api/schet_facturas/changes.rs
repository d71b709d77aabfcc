//! What changes on the way: upgrades, add-ons, cancellations and credit notes.

use super::{company, paper, papers, plan, rub, run, settle, short, sold, sound, vostok};
use crate::api::price_moves::dearer;
use crate::api::subscription_changes::{Ladder, act, item_of};
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use serde_json::json;

both! {
    /// The guide's example. On 15 January 21 of 31 days are left: 677.42 and 149.03 come back, 322.58 and 70.97 stay for ten days
    /// of Bronze. Silver costs 1354.84 and 298.06 for these 21 days, of which 17 lie in January: 1096.775… and 241.286….
    fn bronze_is_documented_when_it_becomes_silver(world) {
        let owner = vostok(world);
        let roma = company(&owner, "vostok", "Roma", "RU");
        let silver = plan(&owner, "silver", "1-month", "2000.00", json!({}));
        let bronze = plan(&owner, "bronze", "1-month", "1000.00", json!({"upgrade_to": [silver]}));
        let (subscription, _) = sold(&owner, &roma, &bronze, "1-month");
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        assert_eq!(run(&story), 0);
        let wish = json!({"plan_id": silver, "way": "now_with_credit", "invoice_now": true});
        act(&world.owner("vostok"), &subscription, "change-plan", &wish).expect(200);
        story.sleep_until("2026-01-16");
        assert_eq!((run(&story), run(&story)), (json!(1), json!(0)));
        let owner = world.owner("vostok");
        let found = papers(&owner, "");
        let at_once = paper("ended", "2026-01-05..2026-01-15", &[("2026-01-05..2026-01-15", "322.58", "70.97")]);
        assert_eq!((short(&found), &found[0]["rows"][0]["description"]), (vec![at_once], &json!("bronze")));
        story.sleep_until("2026-02-01");
        assert_eq!(run(&story), 1);
        let owner = world.owner("vostok");
        let january = paper("month", "2026-01-01..2026-02-01", &[("2026-01-15..2026-02-01", "1096.78", "241.29")]);
        assert_eq!(short(&papers(&owner, "kind=month")), [january]);
        assert_eq!(papers(&owner, &format!("subscription_id={subscription}&issued_on_lt=2026-02-01")).len(), 1);
        sound(world, "vostok");
    }

    /// A client takes an add-on on 15 January, 3.10 × 21 / 31 = 2.10, and on 20 January two of them: 1.60 come back for 16 days,
    /// 0.50 stay for five. Two cost 6.20 × 16 / 31 = 3.20, of which 12 of 16 days lie in January. Nothing is taxed.
    fn an_add_on_that_a_client_changes_has_ended(world) {
        let owner = world.owner("north");
        settle(&owner, json!({"enabled": true})).expect(200);
        let ladder = Ladder::of(&owner);
        let mia = company(&owner, "north", "Mia", "FR");
        let (subscription, _) = sold(&owner, &mia, &ladder.care, "1-month");
        let story = Story::of(world);
        let herself = || world.stranger.sign_in("client", "north", "mia@north-client.example", PASSWORD);
        story.sleep_until("2026-01-15");
        let path = format!("/v1/me/subscriptions/{subscription}");
        herself().post_once(&format!("{path}/add-ons"), "one", json!({"add_on_id": ladder.add_on})).expect(200);
        story.sleep_until("2026-01-20");
        let item = item_of(&world.owner("north"), &subscription, "Calls");
        assert_eq!(run(&story), 0);
        herself().post_once(&format!("{path}/items/{item}/change"), "two", json!({"quantity": 2})).expect(200);
        story.sleep_until("2026-01-21");
        assert_eq!(run(&story), 1);
        let owner = world.owner("north");
        let found = papers(&owner, "");
        let at_once = paper("ended", "2026-01-15..2026-01-20", &[("2026-01-15..2026-01-20", "0.50", "0.00")]);
        assert_eq!((short(&found), &found[0]["rows"][0]["description"]), (vec![at_once], &json!("Care: Calls")));
        story.sleep_until("2026-02-01");
        run(&story);
        let owner = world.owner("north");
        let found = papers(&owner, &format!("kind=month&client_id={mia}"));
        // 10.00 × 27 / 31 = 8.709…
        let rows = [("2026-01-05..2026-02-01", "8.71", "0.00"), ("2026-01-20..2026-02-01", "2.40", "0.00")];
        assert_eq!(short(&found), [paper("month", "2026-01-01..2026-02-01", &rows)]);
        assert_eq!((&found[0]["rows"][1]["quantity"], &found[0]["rows"][1]["unit_price"]), (&json!("2"), &json!("1.2")));
        sound(world, "north");
    }

    /// Care costs 12.00 in place of 10.00 from 5 February on, and is the same Care: nothing has ended. 10.00 × 4 / 31 = 1.290…, of
    /// which 8.71 are documented, and 12.00 × 24 / 28 = 10.285….
    fn what_goes_on_at_another_price_has_not_ended(world) {
        let owner = world.owner("north");
        settle(&owner, json!({"enabled": true})).expect(200);
        let ladder = Ladder::of(&owner);
        let mia = company(&owner, "north", "Mia", "FR");
        let (subscription, _) = sold(&owner, &mia, &ladder.care, "1-month");
        dearer(&owner, &ladder.care, "2026-01-06");
        let story = Story::of(world);
        run(&story);
        story.sleep_until("2026-01-20");
        act(&world.owner("north"), &subscription, "move-price", &json!({"reason": "dearer"})).expect(200);
        story.until("2026-02-06");
        let own = format!("client_id={mia}");
        assert_eq!(papers(&world.owner("north"), &own).len(), 1);
        story.sleep_until("2026-03-01");
        run(&story);
        let found = short(&papers(&world.owner("north"), &own));
        let rows = [("2026-02-01..2026-02-05", "1.29", "0.00"), ("2026-02-05..2026-03-01", "10.29", "0.00")];
        assert_eq!(found[1..], [paper("month", "2026-02-01..2026-03-01", &rows)]);
    }

    /// Cancelled on 20 January without a refund: all that was charged is for the fifteen days that were delivered.
    fn a_cancellation_is_documented_at_once(world) {
        let owner = vostok(world);
        let roma = company(&owner, "vostok", "Roma", "RU");
        let (subscription, _) = sold(&owner, &roma, &plan(&owner, "bronze", "1-month", "1000.00", json!({})), "1-month");
        let story = Story::of(world);
        run(&story);
        story.sleep_until("2026-01-20");
        world.owner("vostok").post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "now"})).expect(200);
        story.sleep_until("2026-01-21");
        assert_eq!((run(&story), run(&story)), (json!(1), json!(0)));
        let whole = paper("ended", "2026-01-05..2026-01-20", &[("2026-01-05..2026-01-20", "1000.00", "220.00")]);
        assert_eq!(short(&papers(&world.owner("vostok"), "")), [whole]);
        story.sleep_until("2026-05-01");
        assert_eq!(run(&story), 0);
    }

    /// 870.97 and 191.61 are documented when 500.00 and 110.00 come back, so that 500.00 and 110.00 stay: 370.97 and 81.61 too
    /// much. For February nothing of the line is left.
    fn a_credit_note_corrects_what_is_documented(world) {
        let owner = vostok(world);
        let roma = company(&owner, "vostok", "Roma", "RU");
        let (_, invoice) = sold(&owner, &roma, &plan(&owner, "bronze", "1-month", "1000.00", json!({})), "1-month");
        let story = Story::of(world);
        run(&story);
        story.sleep_until("2026-02-01");
        assert_eq!(run(&story), 1);
        story.sleep_until("2026-02-10");
        let owner = world.owner("vostok");
        let line = owner.get(&format!("/v1/invoices/{invoice}")).expect(200).text("/lines/0/id");
        let note = json!({"extent": "lines", "lines": [{"line_id": line, "amount": rub("500.00")}], "comment": "it was slow"});
        owner.post(&format!("/v1/invoices/{invoice}/credit-notes"), note).expect(201);
        story.sleep_until("2026-02-11");
        assert_eq!((run(&story), run(&story)), (json!(1), json!(0)));
        let owner = world.owner("vostok");
        let found = papers(&owner, "kind=correction");
        let back = paper("correction", "2026-01-05..2026-02-01", &[("2026-01-05..2026-02-01", "-370.97", "-81.61")]);
        assert_eq!(short(&found), [back]);
        assert_eq!(found[0]["rows"][0]["corrects"], json!({"date": "2026-02-01", "number": "1"}));
        assert_eq!((&found[0]["number"], &found[0]["gross"]), (&json!("2"), &rub("-452.58")));
        story.sleep_until("2026-04-01");
        assert_eq!(run(&story), 0);
        assert_eq!(papers(&world.owner("vostok"), &format!("invoice_id={invoice}")).len(), 2);
        sound(world, "vostok");
    }

    /// What is charged once belongs to the month in which it was invoiced, in pieces.
    fn a_one_off_invoice_is_documented_with_its_month(world) {
        let owner = vostok(world);
        let roma = company(&owner, "vostok", "Roma", "RU");
        let lines = json!([{"description": "Moving your site", "quantity": "3", "unit_price": "33.33"}]);
        owner.post("/v1/invoices", json!({"client_id": roma, "currency": "RUB", "lines": lines, "issue": true})).expect(201);
        // a draft is nothing yet
        owner.post("/v1/invoices", json!({"client_id": roma, "currency": "RUB", "lines": lines})).expect(201);
        let story = Story::of(world);
        run(&story);
        story.sleep_until("2026-02-01");
        assert_eq!((run(&story), run(&story)), (json!(1), json!(0)));
        let row = papers(&world.owner("vostok"), "")[0]["rows"][0].clone();
        assert_eq!((&row["unit"]["symbol"], &row["quantity"], &row["unit_price"], &row["period"]), (&json!("шт"), &json!("3"), &json!("33.33"), &json!(null)));
        // 22 % of 99.99 are 21.9978
        assert_eq!((&row["net"], &row["tax"], &row["gross"]), (&rub("99.99"), &rub("22.00"), &rub("121.99")));
    }
}
