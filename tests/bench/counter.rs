//! What the server answers: the program itself in a process of its own, asked by four callers without pause.

use crate::meter::{memory, percentile};
use crate::site::{SELLER, Site};
use serde_json::{Value, json};
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use ureq::http;

pub const HEADING: &str = "\
| four callers | a second | half within | 99 of 100 within | memory after |
|---|---:|---:|---:|---:|";

const CALLERS: usize = 4;
const PASSWORD: &str = "demo password";

/// The server; it ends with this.
struct Server {
    process: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Someone who calls.
#[derive(Clone)]
struct Caller {
    agent: ureq::Agent,
    url: String,
    token: String,
}

/// The lines of the table.
pub fn measure(site: Site, calls: usize) -> Vec<String> {
    let server = Server::start(&site);
    let at_rest = memory(server.process.id());
    let stranger = Caller::new(&server.url);
    let owner = stranger.sign_in();
    let shop = Shop::find(&owner);
    let buyers: Vec<Caller> = (0..CALLERS).map(|number| shop.buyer(&owner, number)).collect();
    let mut lines = vec![format!("| the server at rest | | | | {at_rest} MB |")];
    let mut add = |what: &str, calls: usize, work: &(dyn Fn(usize, usize) + Sync)| {
        let (wall, mut times) = load(calls, work);
        lines.push(line(what, wall, &mut times, &server));
    };
    let home = format!("/stores/{SELLER}/boutique/fr-FR/");
    add("a page of the catalogue", calls * 10, &|_, _| stranger.page(&home));
    add("the cart, rendered", calls * 4, &|_, _| stranger.page(&format!("{home}cart/")));
    add("a quote", calls * 2, &|_, _| {
        shop.quote(&stranger);
    });
    add("a checkout (quote, order, card)", calls, &|caller, call| shop.check_out(&stranger, &buyers[caller], call));
    lines
}

fn line(what: &str, wall: Duration, times: &mut [Duration], server: &Server) -> String {
    let millis = |time: Duration| format!("{}.{:01} ms", time.as_millis(), time.as_micros() / 100 % 10);
    format!(
        "| {what} | {} | {} | {} | {} MB |",
        u128::try_from(times.len()).unwrap() * 1_000_000 / wall.as_micros(),
        millis(percentile(times, 50)),
        millis(percentile(times, 99)),
        memory(server.process.id()),
    )
}

/// So many calls in all; how long they took together and each. `work` hears who calls, and for the how-manieth time.
fn load(calls: usize, work: &(dyn Fn(usize, usize) + Sync)) -> (Duration, Vec<Duration>) {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let one = |caller: usize| {
        let mut times = Vec::new();
        loop {
            let call = next.fetch_add(1, Ordering::Relaxed);
            if call >= calls {
                return times;
            }
            let began = Instant::now();
            work(caller, call);
            times.push(began.elapsed());
        }
    };
    let times = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|caller| scope.spawn(move || one(caller))).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    (began.elapsed(), times)
}

impl Server {
    fn start(site: &Site) -> Self {
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
    fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        Self { agent, url: url.into(), token: String::new() }
    }

    fn with_token(&self, token: &str) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    fn sign_in(&self) -> Self {
        let email = format!("owner@{SELLER}.example");
        let body = json!({"audience": "admin", "seller": SELLER, "email": email, "password": PASSWORD});
        self.with_token(text(&self.post("/v1/sessions", "sign-in", &body), "/access_token"))
    }

    fn page(&self, path: &str) {
        let request = http::Request::get(format!("{}{path}", self.url)).body(()).unwrap();
        let mut answer = self.agent.run(request).unwrap();
        let page = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status() == 200 && page.contains("</html>"), "{path}: {} {page}", answer.status());
    }

    fn get(&self, path: &str) -> Value {
        let request = http::Request::get(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {}", self.token));
        self.answer(path, self.agent.run(request.body(()).unwrap()).unwrap())
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> Value {
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

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

/// What is bought: hosting for a month, with a domain that the buyer has.
struct Shop {
    key: String,
    plan: String,
}

impl Shop {
    fn find(owner: &Caller) -> Self {
        let plans = owner.get("/v1/plans?limit=100");
        let plan = plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "web-s").unwrap();
        Self { key: text(&owner.get("/v1/stores"), "/data/0/publishable_key").into(), plan: text(plan, "/id").into() }
    }

    /// A client who has signed in.
    fn buyer(&self, owner: &Caller, number: usize) -> Caller {
        let contact =
            json!({"first_name": "Bench", "last_name": "Mark", "email": format!("bench{number}@clients.example")});
        let address = json!({"line1": "1 Main Street", "city": "Lyon", "postal_code": "69001", "country": "FR"});
        let client = json!({"kind": "person", "address": address, "contact": contact});
        let client = owner.post("/v1/clients", &format!("buyer-{number}"), &client);
        let contact = text(&client, "/primary_contact/id");
        let tokens = owner.post(&format!("/v1/contacts/{contact}/impersonate"), &format!("as-{number}"), &json!({}));
        owner.with_token(text(&tokens, "/access_token"))
    }

    fn quote(&self, stranger: &Caller) -> Value {
        self.quote_for(stranger, "quoted")
    }

    fn quote_for(&self, stranger: &Caller, name: &str) -> Value {
        let domain = json!({"name": format!("{name}.example"), "option": "use_own"});
        let item = json!({"plan_id": self.plan, "cycle": "1-month", "domain": domain});
        let body = json!({"cart": {"items": [item]}, "buyer": {"country": "FR", "city": "Lyon"}});
        stranger.with_token(&self.key).post("/v1/store/quotes", "", &body)
    }

    fn check_out(&self, stranger: &Caller, buyer: &Caller, call: usize) {
        let quote = self.quote_for(stranger, &format!("bench-{call}"));
        let order = json!({"quote_token": text(&quote, "/token"), "gateway": "fake", "accept_terms": true});
        let placed = buyer.post("/v1/me/orders", &format!("order-{call}"), &order);
        let card = json!({"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2035, "code": "123", "holder": "Mark"});
        let pay = json!({"gateway": "fake", "card": card});
        let invoice = text(&placed, "/invoice_id");
        let paid = buyer.post(&format!("/v1/me/invoices/{invoice}/pay"), &format!("pay-{call}"), &pay);
        assert_eq!(paid["state"], "approved", "{paid}");
    }
}
