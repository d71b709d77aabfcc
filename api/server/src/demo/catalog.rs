//! What the sellers of the demonstration sell, by the calls that a seller would make.

use crate::config::Failed;
use crate::demo::caller::{Caller, text};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The file that describes the demonstration.
#[derive(Deserialize)]
pub struct Cast {
    pub sellers: Vec<DemoSeller>,
    pub first_names: Vec<String>,
    pub last_names: Vec<String>,
    pub trades: Vec<String>,
}

/// A seller of the demonstration. The first one is the provider.
#[derive(Clone, Deserialize)]
pub struct DemoSeller {
    pub code: String,
    #[serde(default)]
    pub company: String,
    #[serde(default)]
    pub owner: String,
    pub store: String,
    pub store_name: String,
    pub currency: String,
    pub locales: Vec<String>,
    pub theme: String,
    pub price_basis: String,
    #[serde(default)]
    pub time_zone: String,
    #[serde(default)]
    pub line1: String,
    pub city: String,
    pub state: String,
    pub country: String,
    pub postal_code: String,
    pub taxes: Vec<Value>,
    pub words: BTreeMap<String, String>,
}

/// Reads the file.
pub fn cast() -> Result<Cast, Failed> {
    Ok(serde_json::from_str(include_str!("catalog.json"))?)
}

/// What shoppers need to know of a seller's store.
pub struct Shelf {
    pub key: String,
    /// Hosting plans, the smallest first.
    pub hosting: Vec<String>,
    pub domain: String,
    pub certificate: String,
    pub care: String,
    pub backup: String,
}

/// The seller of a shelf at work.
struct Clerk<'a> {
    api: &'a Caller,
    seller: &'a DemoSeller,
    store: String,
    policy: String,
}

/// Sets up taxes, a store, add-ons and plans.
pub fn furnish(api: &Caller, seller: &DemoSeller) -> Result<Shelf, Failed> {
    let policy = text(&api.post("/v1/tax-policies", &json!({ "name": "Services" }))?, "/id")?.to_string();
    for tax in &seller.taxes {
        let mut rule = tax.clone();
        if let Some(rule) = rule.as_object_mut() {
            rule.insert("tax_policy_id".into(), json!(policy));
        }
        api.post("/v1/tax-rules", &rule)?;
    }
    let store = api.post(
        "/v1/stores",
        &json!({
            "code": seller.store, "name": seller.store_name, "kind": "client", "currency": seller.currency,
            "locales": seller.locales, "price_basis": seller.price_basis, "gateways": ["fake", "transfer", "cheque"],
            "domain_options": ["register", "use_own"], "theme": seller.theme,
        }),
    )?;
    let clerk = Clerk { api, seller, store: text(&store, "/id")?.to_string(), policy };
    let disk = clerk.add_on("disk", ("3.00", "30.00"), &json!({ "disk_space": 20_000_000_000_u64 }))?;
    let backup = clerk.add_on("backup", ("2.00", "20.00"), &json!({}))?;
    let add_ons = [disk, backup.clone()];
    let small = clerk.hosting("s", ("6.00", "60.00"), &add_ons, &[], 10)?;
    let medium = clerk.hosting("m", ("14.00", "140.00"), &add_ons, &[&small], 30)?;
    let large = clerk.hosting("l", ("29.00", "290.00"), &add_ons, &[&medium, &small], 100)?;
    api.patch(&format!("/v1/plans/{small}"), &json!({ "upgrade_to": [medium, large] }))?;
    api.patch(&format!("/v1/plans/{medium}"), &json!({ "upgrade_to": [large] }))?;
    for ending in ["example", "test"] {
        api.post("/v1/tlds", &json!({ "name": ending }))?;
    }
    api.post("/v1/registrars", &json!({ "name": "Demo", "kind": "fake" }))?;
    api.post(
        "/v1/coupons",
        &json!({ "name": "Welcome", "code": "WELCOME", "value": { "percent": "20" }, "cycles": 3, "max_uses": 40 }),
    )?;
    Ok(Shelf {
        key: text(&store, "/publishable_key")?.to_string(),
        hosting: vec![small, medium, large],
        domain: clerk.yearly("domain", "12.00", &json!({ "tlds": ["example", "test"], "lead_days": 30 }))?,
        certificate: clerk.yearly("certificate", "30.00", &json!({}))?,
        care: clerk.care()?,
        backup,
    })
}

impl Clerk<'_> {
    fn word(&self, name: &str) -> &str {
        self.seller.words.get(name).map_or("", String::as_str)
    }

    fn price(&self, cycle: &str, amount: &str) -> Value {
        let currency = &self.seller.currency;
        json!({ "cycle": cycle, "currency": currency, "recurring": { "amount": amount, "currency": currency } })
    }

    /// A price for a month, and one for a year.
    fn prices(&self, (month, year): (&str, &str)) -> Value {
        json!([self.price("1-month", month), self.price("1-year", year)])
    }

    fn add_on(&self, code: &str, prices: (&str, &str), properties: &Value) -> Result<String, Failed> {
        let group = json!({ "name": self.word(code), "question": self.word(&format!("{code}_question")) });
        let group = self.api.post("/v1/add-on-groups", &group)?;
        let add_on = json!({
            "add_on_group_id": text(&group, "/id")?, "code": code, "name": self.word(&format!("{code}_add")),
            "properties": properties, "tax_policy_id": self.policy,
            "prices": self.prices(prices),
        });
        let id = text(&self.api.post("/v1/add-ons", &add_on)?, "/id")?.to_string();
        self.api.post(&format!("/v1/add-ons/{id}/activate"), &json!({}))?;
        Ok(id)
    }

    /// A hosting plan.
    fn hosting(
        &self,
        code: &str,
        prices: (&str, &str),
        add_ons: &[String],
        downgrade_to: &[&String],
        gigabytes: u64,
    ) -> Result<String, Failed> {
        let features = ["HTTPS", "IPv6", "SSH"];
        self.plan(json!({
            "code": format!("web-{code}"), "name": self.word(code), "description": self.word(&format!("{code}_text")),
            "kind": "hosting", "features": features, "position": gigabytes, "add_on_ids": add_ons, "downgrade_to": downgrade_to,
            "properties": { "disk_space": gigabytes * 1_000_000_000, "domains": gigabytes / 5, "script_php": true },
            "prices": self.prices(prices),
        }))
    }

    fn yearly(&self, kind: &str, price: &str, more: &Value) -> Result<String, Failed> {
        let mut plan = json!({
            "code": kind, "name": self.word(kind), "description": self.word(&format!("{kind}_text")), "kind": kind,
            "position": 200, "prices": [self.price("1-year", price)],
        });
        if let (Some(plan), Some(more)) = (plan.as_object_mut(), more.as_object()) {
            plan.extend(more.clone());
        }
        self.plan(plan)
    }

    fn care(&self) -> Result<String, Failed> {
        self.plan(json!({
            "code": "care", "name": self.word("care"), "description": self.word("care_text"), "kind": "generic",
            "position": 300,
            "prices": [self.price("1-month", "25.00")],
        }))
    }

    fn plan(&self, mut plan: Value) -> Result<String, Failed> {
        if let Some(plan) = plan.as_object_mut() {
            plan.insert("store_ids".into(), json!([self.store]));
            plan.insert("tax_policy_id".into(), json!(self.policy));
        }
        let id = text(&self.api.post("/v1/plans", &plan)?, "/id")?.to_string();
        self.api.post(&format!("/v1/plans/{id}/activate"), &json!({}))?;
        Ok(id)
    }
}
