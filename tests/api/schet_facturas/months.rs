//! Documents of months: their amounts, their form, and months that were missed.

use super::{company, paper, papers, pay, plan, rub, run, settle, short, sold, sound, vostok};
use crate::api::verify::verify;
use crate::stories::billing::{GOOD, buy, care};
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use crate::support::{Actor, World};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the seller and the buyer have to say of themselves.
fn named(owner: &Actor, client: &str) {
    let settings =
        json!({"inn": "7707083893", "kpp": "773601001", "director": "Ivan Petrov", "chief_accountant": "Olga Orlova"});
    settle(owner, settings).expect(200);
    let properties = json!({"properties": [{"name": "inn", "value": "7830002293", "is_active": true}, {"name": "KPP", "value": "783801001", "is_active": true}]});
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner
        .send("PUT", &format!("/v1/clients/{client}/properties"), &headers, Some(properties.to_string().as_bytes()))
        .expect(200);
}

fn renewal(owner: &Actor, client: &str) -> String {
    owner.get(&format!("/v1/invoices?client_id={client}&status=due")).expect(200).text("/data/0/id")
}

both! {
    /// 1000.00 and 220.00 for 31 days: 27 in January are 870.967… and 191.612…; 129.03 and 28.39 are left for February, beside
    /// 24 of 28 days of the next cycle, 857.142… and 188.571….
    fn by_itself_in_russia_and_to_the_kopeck(world) {
        let owner = vostok(world);
        let roma = company(&owner, "vostok", "Roma", "RU");
        named(&owner, &roma);
        let (subscription, invoice) = sold(&owner, &roma, &plan(&owner, "bronze", "1-month", "1000.00", json!({})), "1-month");
        let story = Story::of(world);
        story.until("2026-01-31");
        assert_eq!(papers(&world.owner("vostok"), ""), Vec::<Value>::new());
        story.until("2026-02-01");
        let owner = world.owner("vostok");
        let found = papers(&owner, "");
        assert_eq!(short(&found), [paper("month", "2026-01-01..2026-02-01", &[("2026-01-05..2026-02-01", "870.97", "191.61")])]);
        let one = &found[0];
        assert_eq!((&one["number"], &one["issued_on"], &one["gross"]), (&json!("1"), &json!("2026-02-01"), &rub("1062.58")));
        let row = &one["rows"][0];
        assert_eq!((&row["unit"], &row["quantity"], &row["unit_price"]), (&json!({"code": "362", "symbol": "мес"}), &json!("1"), &json!("870.97")));
        assert_eq!((&row["description"], &row["excise"], &row["rate"], &row["corrects"]), (&json!("bronze"), &json!("без акциза"), &json!("22%"), &json!(null)));
        assert_eq!((&row["subscription_id"], &row["invoice_id"]), (&json!(subscription), &json!(invoice)));
        assert_eq!((&one["seller"]["name"], &one["seller"]["inn"], &one["seller"]["kpp"]), (&json!("Vostok Hosting"), &json!("7707083893"), &json!("773601001")));
        assert_eq!((&one["buyer"]["name"], &one["buyer"]["inn"], &one["buyer"]["kpp"]), (&json!("Roma Ltd"), &json!("7830002293"), &json!("783801001")));
        assert_eq!(one["payments"], json!([{"date": "2026-01-05", "number": "315"}]));
        assert_eq!(one["shipment"], json!({"rows": "1", "number": "1", "date": "2026-02-01"}));
        assert_eq!(one["currency"], json!({"letters": "RUB", "name": "Российский рубль", "code": "643"}));
        assert_eq!((&one["signatures"]["director"], &one["signatures"]["chief_accountant"]), (&json!("Ivan Petrov"), &json!("Olga Orlova")));
        let path = format!("/v1/schet-facturas/{}", one["id"].as_str().unwrap());
        assert_eq!(owner.get(&path).expect(200).json(), *one);
        let frozen = owner.get(&format!("{path}/frozen")).expect(200);
        let hash: String = Sha256::digest(&frozen.text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((json!(hash), frozen.header("etag").unwrap()), (one["sha256"].clone(), format!("\"{hash}\"").as_str()));
        // only those who work at the seller's see it
        let roma_herself = world.stranger.sign_in("client", "vostok", "roma@vostok-client.example", PASSWORD);
        roma_herself.get(&path).refused(401, "wrong_audience");
        pay(&owner, &renewal(&owner, &roma), "316");
        story.until("2026-03-01");
        let owner = world.owner("vostok");
        let february = paper("month", "2026-02-01..2026-03-01", &[("2026-02-01..2026-02-05", "129.03", "28.39"), ("2026-02-05..2026-03-01", "857.14", "188.57")]);
        assert_eq!(short(&papers(&owner, ""))[1..], [february]);
        assert_eq!(papers(&owner, "number=2")[0]["payments"].as_array().unwrap().len(), 2);
        assert_eq!(story.troubles(), [""; 0]);
        let (wrong, counts) = verify(world, "vostok");
        assert_eq!((wrong, counts["certificates"], counts["documented"]), (BTreeMap::new(), 2, 2));
    }

    /// 1234.56 and 271.60 for 365 days, 27 of them in January: 91.323… and 20.090…. Thirteen documents are the whole.
    fn a_year_adds_up(world) {
        let owner = vostok(world);
        let roma = company(&owner, "vostok", "Roma", "RU");
        sold(&owner, &roma, &plan(&owner, "yearly", "1-year", "1234.56", json!({})), "1-year");
        let story = Story::of(world);
        assert_eq!(run(&story), 0);
        for month in 2..=12 {
            story.sleep_until(&format!("2026-{month:02}-01"));
            assert_eq!((run(&story), run(&story)), (json!(1), json!(0)), "{month}");
        }
        story.sleep_until("2027-03-10");
        assert_eq!((run(&story), run(&story)), (json!(2), json!(0)));
        let rows: Vec<_> = short(&papers(&world.owner("vostok"), "")).into_iter().flat_map(|paper| paper.2).collect();
        assert_eq!((rows.len(), &rows[0]), (13, &("2026-01-05..2026-02-01".to_string(), "91.32".into(), "20.09".into())));
        assert!(rows.windows(2).all(|two| two[0].0.split("..").last() == two[1].0.split("..").next()), "{rows:?}");
        let minor = |amount: &String| amount.replace('.', "").parse::<i64>().unwrap();
        let sum = |part: fn(&(String, String, String)) -> &String| rows.iter().map(|row| minor(part(row))).sum::<i64>();
        assert_eq!((sum(|row| &row.1), sum(|row| &row.2)), (123_456, 27_160));
        sound(world, "vostok");
    }

    /// Three months on time and three months at once, with an upgrade in the second: the same documents.
    fn missed_months_are_caught_up_month_by_month(world) {
        let other = World::open(world.backend);
        let (on_time, late) = (lived(world, true), lived(&other, false));
        assert_eq!(on_time.iter().map(|paper| paper.0.as_str()).collect::<Vec<_>>(), ["month", "ended", "month", "month"]);
        assert_eq!(late, on_time);
        sound(&other, "vostok");
    }

    /// The law asks for documents to companies and entrepreneurs; a seller may write them to everyone.
    fn private_persons_get_none_unless_the_seller_wants_it(world) {
        let owner = world.owner("north");
        settle(&owner, json!({"enabled": true})).expect(200);
        let (petra, _) = buy(&owner, &care(&owner, json!({})), "Petra", GOOD, None);
        let story = Story::of(world);
        run(&story);
        story.sleep_until("2026-02-01");
        run(&story);
        let (owner, own) = (world.owner("north"), format!("client_id={petra}"));
        assert_eq!(papers(&owner, &own), Vec::<Value>::new());
        settle(&owner, json!({"enabled": true, "only_companies": false})).expect(200);
        assert_eq!(run(&story), 1);
        let hers = papers(&owner, &own);
        assert_eq!((hers.len(), &hers[0]["buyer"]["name"]), (1, &json!("Petra Story")));
        assert_eq!((&hers[0]["rows"][0]["rate"], &hers[0]["currency"]["code"]), (&json!("без НДС"), &json!("978")));
    }

    /// What was delivered before a day is documented elsewhere: 31 days of 10.00 from 5 January, 4 of them from 1 February on.
    fn only_from_the_day_on_that_the_seller_names(world) {
        let owner = vostok(world);
        settle(&owner, json!({"starts_on": "2026-02-01"})).expect(200);
        let roma = company(&owner, "vostok", "Roma", "RU");
        sold(&owner, &roma, &plan(&owner, "bronze", "1-month", "31.00", json!({})), "1-month");
        let story = Story::of(world);
        story.sleep_until("2026-02-01");
        assert_eq!(run(&story), 0);
        story.sleep_until("2026-03-01");
        assert_eq!(run(&story), 1);
        // 22 % of 31.00 are 6.82, of which 27 / 31 are 5.94
        let rest = paper("month", "2026-02-01..2026-03-01", &[("2026-02-01..2026-02-05", "4.00", "0.88")]);
        assert_eq!(short(&papers(&world.owner("vostok"), "")), [rest]);
        sound(world, "vostok");
    }
}

fn lived(world: &World, on_time: bool) -> Vec<super::Short> {
    let owner = vostok(world);
    let roma = company(&owner, "vostok", "Roma", "RU");
    let silver = plan(&owner, "silver", "1-month", "2000.00", json!({}));
    let bronze = plan(&owner, "bronze", "1-month", "1000.00", json!({"upgrade_to": [silver]}));
    let (subscription, _) = sold(&owner, &roma, &bronze, "1-month");
    let story = Story::of(world);
    run(&story);
    for (day, what) in [
        ("2026-01-26", "invoices"),
        ("2026-02-01", "papers"),
        ("2026-02-15", "upgrade"),
        ("2026-02-16", "papers"),
        ("2026-02-23", "invoices"),
        ("2026-03-01", "papers"),
        ("2026-03-26", "invoices"),
    ] {
        story.sleep_until(day);
        match what {
            "invoices" => drop(story.run(EventKind::ProcessInvoices)),
            "upgrade" => {
                let wish = json!({"plan_id": silver, "way": "now_with_credit", "invoice_now": true});
                crate::api::subscription_changes::act(&world.owner("vostok"), &subscription, "change-plan", &wish)
                    .expect(200);
            }
            _ if on_time => assert_eq!(run(&story), 1, "{day}"),
            _ => {}
        }
    }
    story.sleep_until("2026-04-01");
    run(&story);
    assert_eq!(run(&story), 0);
    short(&papers(&world.owner("vostok"), ""))
}
