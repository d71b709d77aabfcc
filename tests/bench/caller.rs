//! The program itself in a process of its own, and those who call it.

use crate::site::{SELLER, Site};
use serde_json::{Value, json};
use std::process::Child;
use std::time::{Duration, Instant};
use ureq::http;

const PASSWORD: &str = "demo password";

/// The server; it ends with this.
pub struct Server {
    pub process: Child,
    pub url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Someone who calls.
#[derive(Clone)]
pub struct Caller {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Server {
    pub fn start(site: &Site) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        let unlimited = ["--requests-per-minute", "100000000", "--sign-ins-per-minute", "100000"];
        let process = site.start(&[&["serve", "--listen", &listen], &unlimited[..]].concat());
        let server = Self { process, url: format!("http://{listen}") };
        let began = Instant::now();
        while std::net::TcpStream::connect(&listen).is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        // what it had to catch up with after the start is done
        std::thread::sleep(Duration::from_secs(3));
        server
    }
}

impl Caller {
    pub fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        Self { agent, url: url.into(), token: String::new() }
    }

    fn with_token(&self, token: &str) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    pub fn sign_in(&self) -> Self {
        let email = format!("owner@{SELLER}.example");
        let body = json!({"audience": "admin", "seller": SELLER, "email": email, "password": PASSWORD});
        self.with_token(text(&self.post("/v1/sessions", "sign-in", &body), "/access_token"))
    }

    pub fn page(&self, path: &str) {
        let request = http::Request::get(format!("{}{path}", self.url)).body(()).unwrap();
        let mut answer = self.agent.run(request).unwrap();
        let page = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status() == 200 && page.contains("</html>"), "{path}: {} {page}", answer.status());
    }

    pub fn get(&self, path: &str) -> Value {
        let request = http::Request::get(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        self.answer(path, self.agent.run(request.body(()).unwrap()).unwrap())
    }

    pub fn post(&self, path: &str, key: &str, body: &Value) -> Value {
        let request = http::Request::post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.answer(path, self.agent.run(request.body(body.to_string()).unwrap()).unwrap())
    }

    fn answer(&self, path: &str, mut answer: http::Response<ureq::Body>) -> Value {
        let body = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{path}: {} {body}", answer.status());
        serde_json::from_str(&body).unwrap()
    }
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

/// What is bought: hosting for a month, with a domain that the buyer has.
pub struct Shop {
    key: String,
    plan: String,
}

impl Shop {
    pub fn find(owner: &Caller) -> Self {
        let plans = owner.get("/v1/plans?limit=100");
        let plan = plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "web-s").unwrap();
        Self { key: text(&owner.get("/v1/stores"), "/data/0/publishable_key").into(), plan: text(plan, "/id").into() }
    }

    /// A client who has signed in.
    pub fn buyer(&self, owner: &Caller, number: usize) -> Caller {
        let contact =
            json!({"first_name": "Bench", "last_name": "Mark", "email": format!("bench{number}@clients.example")});
        let address = json!({"line1": "1 Main Street", "city": "Lyon", "postal_code": "69001", "country": "FR"});
        let client = json!({"kind": "person", "address": address, "contact": contact});
        let client = owner.post("/v1/clients", &format!("buyer-{number}"), &client);
        let contact = text(&client, "/primary_contact/id");
        let tokens = owner.post(&format!("/v1/contacts/{contact}/impersonate"), &format!("as-{number}"), &json!({}));
        owner.with_token(text(&tokens, "/access_token"))
    }

    pub fn quote(&self, stranger: &Caller) -> Value {
        self.quote_for(stranger, "quoted")
    }

    fn quote_for(&self, stranger: &Caller, name: &str) -> Value {
        let domain = json!({"name": format!("{name}.example"), "option": "use_own"});
        let item = json!({"plan_id": self.plan, "cycle": "1-month", "domain": domain});
        let body = json!({"cart": {"items": [item]}, "buyer": {"country": "FR", "city": "Lyon"}});
        stranger.with_token(&self.key).post("/v1/store/quotes", "", &body)
    }

    /// How long the order took, without the quote before and the payment after it.
    pub fn check_out(&self, stranger: &Caller, buyer: &Caller, call: usize) -> Duration {
        let quote = self.quote_for(stranger, &format!("bench-{call}"));
        let order = json!({"quote_token": text(&quote, "/token"), "gateway": "fake", "accept_terms": true});
        let began = Instant::now();
        let placed = buyer.post("/v1/me/orders", &format!("order-{call}"), &order);
        let card = json!({"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2035, "code": "123", "holder": "Mark"});
        let pay = json!({"gateway": "fake", "card": card});
        let took = began.elapsed();
        let invoice = text(&placed, "/invoice_id");
        let paid = buyer.post(&format!("/v1/me/invoices/{invoice}/pay"), &format!("pay-{call}"), &pay);
        assert_eq!(paid["state"], "approved", "{paid}");
        took
    }
}
