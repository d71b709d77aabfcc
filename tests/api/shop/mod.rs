//! The stores as shoppers meet them: the whole way from the home page to the paid invoice in a browser without JavaScript,
//! and all that can go wrong on it.

mod account;
mod buying;
mod by_account;
mod catalogue;
mod elsewhere;
mod methods;
mod offers;

use crate::support::browser::{Browser, Filled, Seen};
use crate::support::world::PASSWORD;
use crate::support::{Actor, World};
use serde_json::{Value, json};

pub const STORE: &str = "/stores/north/corner/en";

/// North's shop, where a fifth is added for taxes.
pub fn open(world: &World) -> (Actor, Browser) {
    let owner = world.owner("north");
    let policies = owner.get("/v1/tax-policies").expect(200).json();
    let standard = policies["data"].as_array().unwrap().iter().find(|policy| policy["name"] == "Standard").unwrap();
    let rule = json!({"tax_policy_id": standard["id"], "name": "VAT", "location": {"area": "FR"}, "rate": {"percent": "20"}, "stage": "on_price"});
    owner.post("/v1/tax-rules", rule).expect(201);
    (owner, Browser::new(&world.server.url))
}

/// What someone new types at checkout.
pub fn someone(form: Filled, name: &str) -> Filled {
    let email = format!("{}@new.example", name.to_lowercase());
    form.all(&[
        ("first_name", name),
        ("last_name", "New"),
        ("street", "3 place du Marché"),
        ("postal_code", "21000"),
        ("city", "Dijon"),
        ("country", "FR"),
        ("email", &email),
        ("password", PASSWORD),
    ])
}

pub fn card(form: Filled, number: &str) -> Filled {
    form.all(&[("number", number), ("expiry", "08/30"), ("code", "123"), ("holder", "Nora New")])
}

/// The starter plan for a month, for a name that the shopper has.
pub fn fill(browser: &Browser, domain: &str) -> Seen {
    let plan = browser.open(&format!("{STORE}/plans/starter/")).expect(200);
    let search = browser.submit(&plan.form("/cart/add").with("cycle", "1-month")).expect(200).at("/domains/search");
    let found =
        browser.submit(&search.form("/domains/search").with("want", "use_own").with("name", domain)).expect(200);
    browser.submit(&found.form("/cart/domain")).expect(200).at("/cart/")
}

/// The form of the checkout, with a cart that has been filled.
pub fn checkout(browser: &Browser, domain: &str) -> Filled {
    fill(browser, domain);
    browser.open(&format!("{STORE}/checkout/")).expect(200).form("/checkout/")
}

/// An order of someone new that waits for its card.
pub fn order(browser: &Browser, name: &str) -> Seen {
    let form = someone(checkout(browser, &format!("{}.example", name.to_lowercase())), name);
    browser.submit(&form.with("payment", "fake")).expect(200)
}

pub fn sum(page: &Seen) -> Vec<String> {
    page.texts("aside dl.totals dd")
}

pub fn list(owner: &Actor, path: &str) -> Vec<Value> {
    owner.get(path).expect(200).json()["data"].as_array().unwrap().clone()
}

impl World {
    pub fn seller_ids(&self, seller: &str, prefix: &str) -> String {
        self.seller(seller).ids[prefix].clone()
    }
}
