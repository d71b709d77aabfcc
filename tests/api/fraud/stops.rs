//! What is never done before an order is decided, and never after it was refused.

use super::{ask_fake, decide, place, state, switch_on};
use crate::api::payments::{card, taken};
use crate::support::Answer;
use crate::support::house::House;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use serde_json::json;

const GOOD: &str = "4242424242424242";

/// By whoever has ordered.
fn try_to_pay(world: &crate::support::World, placed: &Answer, key: &str) -> Answer {
    let client = world.stranger.with_token(placed.text("/tokens/access_token"));
    client.post_once(&format!("/v1/me/invoices/{}/pay", placed.text("/order/invoice_id")), key, card(GOOD))
}

both! {
    /// New, held and refused: no card is charged, by the client or by the seller. Accepted, it is.
    fn nothing_is_charged_before(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        ask_fake(&owner);
        let placed = place(&owner, "score-45", "fake");
        let order = placed.text("/order/id");
        let by_seller = |key: &str| owner.post_once(&format!("/v1/invoices/{}/pay", placed.text("/order/invoice_id")), key, card(GOOD));
        try_to_pay(world, &placed, "new").refused(409, "conflict");
        by_seller("new-s").refused(409, "conflict");
        House::built_in(world).work();
        assert_eq!(state(&owner, &order), "waiting_for_validation");
        try_to_pay(world, &placed, "held").refused(409, "conflict");
        by_seller("held-s").refused(409, "conflict");
        owner.act(&format!("/v1/invoices/{}/issue", placed.text("/order/invoice_id"))).refused(409, "conflict");
        owner.act(&format!("/v1/orders/{order}/release")).refused(409, "wrong_state");
        assert_eq!(taken(world, "EUR"), 0);
        decide(&owner, &order, "accept", "").expect(200);
        try_to_pay(world, &placed, "accepted").expect(200);
        assert_eq!((taken(world, "EUR"), state(&owner, &order)), (1500, "provisioning".into()));
    }

    /// Where the seller sets up before he is paid, too.
    fn nothing_is_set_up_before(world) {
        let owner = world.owner("north");
        crate::stories::provisioning::put(&owner, &json!({"fraud": {"is_on": true}, "provisioning": {"require": [], "mode": "automatic"}})).expect(200);
        ask_fake(&owner);
        let placed = place(&owner, "score-45", "transfer");
        let subscription = placed.text("/order/subscription_ids/0");
        let desired = || owner.get(&format!("/v1/services?subscription_id={subscription}")).expect(200).text("/data/0/desired");
        let house = House::built_in(world);
        house.work();
        Story::of(world).run(EventKind::ProcessSync);
        assert_eq!((state(&owner, &placed.text("/order/id")), desired()), ("waiting_for_validation".into(), "absent".into()));
        decide(&owner, &placed.text("/order/id"), "accept", "").expect(200);
        assert_eq!(desired(), "active");
    }

    /// An order that waits to be checked is not given up for not being paid.
    fn whoever_is_kept_waiting_is_not_late(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        ask_fake(&owner);
        let order = place(&owner, "score-5", "fake").text("/order/id");
        let story = Story::of(world);
        story.sleep_until("2026-01-12");
        story.run(EventKind::ExpireOrders);
        let owner = world.owner("north");
        assert_eq!(state(&owner, &order), "new");
        story.run(EventKind::ProcessSync);
        story.run(EventKind::ExpireOrders);
        // from now on it has as long as anyone
        assert_eq!(state(&owner, &order), "waiting_for_payment");
        story.sleep_until("2026-01-16");
        story.run(EventKind::ExpireOrders);
        assert_eq!(state(&world.owner("north"), &order), "cancelled");
    }
}
