//! A mixed population: monthly, quarterly and yearly contracts that begin on different days, some with two contracts,
//! some with a coupon, with cards that are good, good once, or lose their answer, and some that pay by transfer.

use crate::api::orders::shopper;
use crate::support::story::Story;
use crate::support::{Actor, World};
use serde_json::{Value, json};

/// Good for ever; good while the client is there, declined when charged alone.
const CARDS: [&str; 2] = ["4242424242424242", "4000000000000127"];

/// Its plan and its coupon, in north's corner shop.
pub struct Offer {
    plan: String,
}

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

impl Offer {
    /// Puts it on sale.
    pub fn new(owner: &Actor) -> Self {
        let prices = [("1-month", "9.99"), ("3-month", "27.50"), ("1-year", "100.01")]
            .map(|(cycle, amount)| json!({"cycle": cycle, "currency": "EUR", "recurring": eur(amount)}));
        let plan = crate::stories::billing::care(owner, json!({ "prices": prices }));
        let third = json!({"name": "Third", "code": "THIRD", "value": {"percent": "33.3"}, "cycles": 3});
        owner.post("/v1/coupons", third).expect(201);
        Self { plan }
    }

    /// Someone comes and buys; `n` decides what and how.
    fn sell(&self, owner: &Actor, n: usize) {
        let mut client = crate::support::world::client("north", &format!("Client {n}"), &format!("Pop{n}"));
        client["contact"].as_object_mut().unwrap().remove("password");
        let made = owner.post("/v1/clients", client).expect(201);
        let contact = made.text("/primary_contact/id");
        let tokens = owner.act(&format!("/v1/contacts/{contact}/impersonate")).expect(201);
        let me = owner.with_token(tokens.text("/access_token"));
        let item = |cycle: &str| json!({"plan_id": self.plan, "cycle": cycle});
        let items = match n % 6 {
            0 => vec![item("1-month"), item("3-month")],
            1 => vec![item("1-month"), item("1-month")],
            2 => vec![item("1-year")],
            _ => vec![item("1-month")],
        };
        let coupon = (n % 5 == 3).then_some("THIRD");
        let cart = json!({"cart": {"items": items, "coupon": coupon}, "buyer": {"country": "FR", "city": "Village"}});
        let quote = shopper(owner).post("/v1/store/quotes", cart).expect(200);
        let by_transfer = n % 10 == 9;
        let gateway = if by_transfer { "transfer" } else { "fake" };
        let order = json!({"quote_token": quote.text("/token"), "gateway": gateway, "accept_terms": true});
        let placed = me.post_once("/v1/me/orders", &format!("population-{n}"), order).expect(201);
        let invoice = placed.text("/invoice_id");
        if by_transfer {
            let paid = json!({"method": "transfer", "reference": format!("R-{n}")});
            owner.post_once(&format!("/v1/invoices/{invoice}/payments"), &format!("paid-{n}"), paid).expect(201);
            return;
        }
        let card = CARDS[usize::from(n % 10 == 7)];
        let pay = json!({"gateway": "fake", "save": true,
            "card": {"number": card, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Pop"}});
        owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("pay-{n}"), pay).expect(200);
    }
}

/// So many clients buy, in equal parts on some days; the world then stands at noon of the last.
pub fn settle_in(world: &World, days: &[&str], clients: usize) {
    let mut offer = None;
    for (at, day) in days.iter().enumerate() {
        Story::of(world).sleep_until(day);
        let owner = world.owner("north");
        let offer = offer.get_or_insert_with(|| Offer::new(&owner));
        (0..clients).filter(|n| n % days.len() == at).for_each(|n| offer.sell(&owner, n));
    }
}
