//! What the scheduler does about debits: it charges stored accounts, closes batches, and takes for paid what nobody sent back.

use super::{GERMAN, debit, debtor, invoice, open_batch, put, sepa, state, store};
use crate::api::invoices::get;
use crate::api::verify::verify;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use serde_json::json;
use std::collections::BTreeMap;

both! {
    /// What comes due is debited from the default account: once, and only while its mandate can be used. The invoice is due on
    /// the 15th; the queue looks a day before.
    fn the_queue_debits_accounts(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let two = debtor(&owner, "Dora", "7.00");
        store(&owner, &one.client, GERMAN);
        store(&owner, &two.client, "FR1420041010050500013M02606");
        let mandate = owner.get(&format!("/v1/mandates?client_id={}", two.client)).expect(200).text("/data/0/id");
        owner.post(&format!("/v1/mandates/{mandate}/revoke"), json!({"reason": "Left"})).expect(200);
        let story = Story::of(world);
        story.sleep_until("2026-01-14");
        story.run(EventKind::ProcessPaymentQueue);
        story.run(EventKind::ProcessPaymentQueue);
        let owner = world.owner("north");
        let all = owner.get("/v1/bank-debits").expect(200).json();
        let debits: Vec<_> = all["data"].as_array().unwrap().iter().map(|debit| debit["transaction"]["invoice_id"].clone()).collect();
        assert_eq!(debits, [json!(one.invoice)]);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// A batch is closed on the third day, or with the second debit. Five working days after the due date, 15 January, what
    /// nobody sent back is paid: on Thursday the 22nd.
    fn batches_close_and_debits_settle_by_themselves(world) {
        let owner = world.owner("north");
        let mut plugin = sepa();
        plugin["settings"]["settle_days"] = json!("5");
        owner.post("/v1/gateways", plugin).expect(201);
        put(&owner, "/v1/settings", json!({"bank_files": {"process_after_days": 3, "process_after_transactions": 2}})).expect(200);
        let one = debtor(&owner, "Carla", "60.00");
        assert_eq!(get(&owner, &one.invoice)["due_on"], "2026-01-15");
        let method = store(&owner, &one.client, GERMAN);
        let first = debit(&owner, &one.invoice, &method).expect(202).text("/id");
        let batch = open_batch(&owner);
        let story = Story::of(world);
        let closed = |batch: &str| world.owner("north").get(&format!("/v1/bank-batches/{batch}")).expect(200).text("/state");
        story.sleep_until("2026-01-07");
        assert_eq!((story.run(EventKind::ProcessBatchFiles)["closed"].clone(), closed(&batch)), (json!(0), "open".into()));
        story.sleep_until("2026-01-08");
        assert_eq!((story.run(EventKind::ProcessBatchFiles)["closed"].clone(), closed(&batch)), (json!(1), "in_progress".into()));
        let owner = world.owner("north");
        for amount in ["7.00", "8.00"] {
            debit(&owner, &invoice(&owner, &one.client, amount), &method).expect(202);
        }
        let second = open_batch(&owner);
        assert_eq!((story.run(EventKind::ProcessBatchFiles)["closed"].clone(), closed(&second)), (json!(1), "in_progress".into()));
        story.sleep_until("2026-01-21");
        assert_eq!(story.run(EventKind::ProcessBatchFiles)["settled"], json!(0));
        story.sleep_until("2026-01-22");
        assert_eq!(story.run(EventKind::ProcessBatchFiles)["settled"], json!(1));
        let owner = world.owner("north");
        assert_eq!((state(&owner, &first), get(&owner, &one.invoice)["status"].clone()), ("approved".into(), json!("paid")));
        assert_eq!(closed(&batch), "completed");
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }
}
