//! What there is to buy: a ladder of three plans in four cycles with a set-up fee and fees for changes, an add-on, coupons,
//! a discount for some cycles of the middle one, a group that gives more, and a tax.

use crate::api::orders::corner;
use crate::stories::billing::care;
use crate::support::Actor;
use serde_json::{Value, json};

/// The ids of what is on sale.
pub struct Offer {
    pub store: String,
    pub plans: Vec<String>,
    pub add_on: String,
    pub group: String,
}

/// The cycles everything comes in.
pub const CYCLES: &[&str] = &["1-month", "3-month", "4-week", "1-year"];
/// The coupons: unlimited, for three cycles, a fixed amount, and one for the first thirty.
pub const COUPONS: &[&str] = &["ALWAYS", "THREE", "FIVER", "THIRTY"];

pub fn eur(amount: impl std::fmt::Display) -> Value {
    json!({"amount": amount.to_string(), "currency": "EUR"})
}

/// An object with more in it.
pub fn with(mut one: Value, more: &Value) -> Value {
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one
}

/// A price in each cycle: odd cents, so that shares of them do not come out even.
fn prices(a_month: u32, more: &Value) -> Value {
    let price = |(cycle, times): (&&str, u32)| {
        let minor = a_month * times - times * 7;
        let mut price =
            json!({"cycle": cycle, "currency": "EUR", "recurring": eur(format!("{}.{:02}", minor / 100, minor % 100))});
        price.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        price
    };
    CYCLES.iter().zip([1, 3, 1, 11]).map(price).collect()
}

impl Offer {
    /// Puts it on sale.
    pub fn new(owner: &Actor) -> Self {
        let tax = owner.post("/v1/tax-policies", json!({"name": "Histories"})).expect(201).text("/id");
        let rule = json!({"tax_policy_id": tax, "name": "TVA", "location": {"area": "FR"}, "rate": {"percent": "5.5"}, "stage": "on_price"});
        owner.post("/v1/tax-rules", rule).expect(201);
        let asked = json!({"name": "Care", "question": "More?"});
        let add_on_group = owner.post("/v1/add-on-groups", asked).expect(201).text("/id");
        let add_on = json!({"add_on_group_id": add_on_group, "code": "calls", "name": "Calls",
            "prices": prices(317, &json!({"setup": eur("1.99")}))});
        let add_on = owner.post("/v1/add-ons", add_on).expect(201).text("/id");
        owner.act(&format!("/v1/add-ons/{add_on}/activate")).expect(200);
        let fees = json!({"setup": eur("4.99"), "upgrade": eur("2.50"), "downgrade": eur("1.50")});
        let plan = |code: &str, a_month: u32| {
            care(
                owner,
                json!({"code": code, "name": code, "tax_policy_id": tax, "add_on_ids": [add_on], "prices": prices(a_month, &fees)}),
            )
        };
        let plans = vec![plan("low", 999), plan("mid", 1_903), plan("top", 4_117)];
        let later = |base: &str, a_month: u32, fees: &Value| {
            for price in prices(a_month, fees).as_array().unwrap() {
                let price = with(price.clone(), &json!({"valid_from": "2026-03-01"}));
                owner.post(&format!("{base}/prices"), price).expect(201);
            }
        };
        for (plan, a_month) in plans.iter().zip([1_099, 2_011, 3_999]) {
            later(&format!("/v1/plans/{plan}"), a_month, &fees);
        }
        later(&format!("/v1/add-ons/{add_on}"), 299, &json!({"setup": eur("1.99")}));
        for (at, id) in plans.iter().enumerate() {
            let ways = json!({"upgrade_to": plans[at + 1..], "downgrade_to": plans[..at]});
            owner.patch(&format!("/v1/plans/{id}"), ways).expect(200);
        }
        for (code, more) in COUPONS.iter().zip([
            json!({"value": {"percent": "12.5"}}),
            json!({"value": {"percent": "33.3"}, "cycles": 3, "free_setup": true}),
            json!({"value": {"fixed": eur("5.00")}, "cycles": 4}),
            json!({"value": {"percent": "50"}, "cycles": 2, "max_uses": 30, "max_uses_per_client": 1}),
        ]) {
            owner.post("/v1/coupons", with(json!({"name": code, "code": code}), &more)).expect(201);
        }
        let bound: Vec<_> = CYCLES.iter().map(|cycle| json!({"plan_id": plans[1], "cycle": cycle})).collect();
        owner
            .post("/v1/discounts", json!({"name": "Middle", "percent": "20", "cycles": 5, "plans": bound}))
            .expect(201);
        let group = json!({"name": "Regulars", "guaranteed_discount": "7", "maximum_discount": "25"});
        let group = owner.post("/v1/client-groups", group).expect(201).text("/id");
        Self { store: corner(owner)["id"].as_str().unwrap().into(), plans, add_on, group }
    }
}
