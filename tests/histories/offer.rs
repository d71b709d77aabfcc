//! What there is to buy: a ladder of three plans and one to try in four cycles with a set-up fee and fees for changes, an
//! add-on, coupons, a discount for some cycles of the middle one, a group that gives more, and a tax; in two currencies,
//! in one store with the tax on top and in the other within the prices.

use crate::api::orders::corner;
use crate::stories::billing::care;
use crate::support::Actor;
use serde_json::{Value, json};

/// The ids of what is on sale.
pub struct Offer {
    /// One in EUR with net prices, one in USD with gross ones.
    pub stores: [String; 2],
    /// The ladder from below, and last the one that is free for its first days.
    pub plans: Vec<String>,
    pub add_on: String,
    pub group: String,
}

/// The cycles everything comes in.
pub const CYCLES: &[&str] = &["1-month", "3-month", "4-week", "1-year"];
/// The coupons: unlimited, for three cycles, a fixed amount, and one for the first thirty.
pub const COUPONS: &[&str] = &["ALWAYS", "THREE", "FIVER", "THIRTY"];

/// The currencies of the stores.
pub const CURRENCIES: [&str; 2] = ["EUR", "USD"];

pub fn eur(amount: impl std::fmt::Display) -> Value {
    money("EUR", amount)
}

/// An amount in a currency.
pub fn money(currency: impl Into<Value>, amount: impl std::fmt::Display) -> Value {
    json!({"amount": amount.to_string(), "currency": currency.into()})
}

/// An object with more in it.
pub fn with(mut one: Value, more: &Value) -> Value {
    one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one
}

/// A price in each cycle and currency, with fees: odd cents, so that shares of them do not come out even.
fn prices(a_month: u32, fees: &[(&str, &str)]) -> Value {
    let price = |currency: &str, (cycle, times): (&&str, u32)| {
        let minor = a_month * times - times * 7;
        let recurring = money(currency, format!("{}.{:02}", minor / 100, minor % 100));
        let mut price = json!({"cycle": cycle, "currency": currency, "recurring": recurring});
        for (fee, amount) in fees {
            price[fee] = money(currency, amount);
        }
        price
    };
    let cycles = || CYCLES.iter().zip([1, 3, 1, 11]);
    CURRENCIES.iter().flat_map(|currency| cycles().map(move |cycle| price(currency, cycle))).collect()
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
            "prices": prices(317, &[("setup", "1.99")])});
        let add_on = owner.post("/v1/add-ons", add_on).expect(201).text("/id");
        owner.act(&format!("/v1/add-ons/{add_on}/activate")).expect(200);
        let stores = [corner(owner)["id"].as_str().unwrap().to_string(), overseas(owner)];
        let fees = [("setup", "4.99"), ("upgrade", "2.50"), ("downgrade", "1.50")];
        let plan = |code: &str, a_month: u32, trial_days: u32| {
            let wanted = json!({"code": code, "name": code, "tax_policy_id": tax, "add_on_ids": [add_on],
                "trial_days": trial_days, "prices": prices(a_month, &fees)});
            let id = care(owner, wanted);
            owner.patch(&format!("/v1/plans/{id}"), json!({ "store_ids": stores })).expect(200);
            id
        };
        let plans = vec![plan("low", 999, 0), plan("mid", 1_903, 0), plan("top", 4_117, 0), plan("try", 1_501, 17)];
        let later = |base: &str, a_month: u32, fees: &[(&str, &str)]| {
            for price in prices(a_month, fees).as_array().unwrap() {
                let price = with(price.clone(), &json!({"valid_from": "2026-03-01"}));
                owner.post(&format!("{base}/prices"), price).expect(201);
            }
        };
        for (plan, a_month) in plans.iter().zip([1_099, 2_011, 3_999, 1_507]) {
            later(&format!("/v1/plans/{plan}"), a_month, &fees);
        }
        later(&format!("/v1/add-ons/{add_on}"), 299, &[("setup", "1.99")]);
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
        Self { stores, plans, add_on, group }
    }
}

/// The store across the sea: its prices hold the taxes.
fn overseas(owner: &Actor) -> String {
    let store = json!({"code": "overseas", "name": "Overseas", "kind": "client", "currency": "USD", "locales": ["en"],
        "price_basis": "gross", "gateways": ["fake", "transfer"], "domain_options": ["use_own"], "require_vat_number": false});
    owner.post("/v1/stores", store).expect(201).text("/id")
}
