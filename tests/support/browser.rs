//! A browser without JavaScript: it keeps cookies as a browser does, fills the forms it sees and follows redirects.

use scraper::{ElementRef, Html, Selector};
use std::cell::RefCell;
use std::collections::BTreeMap;
use ureq::http;

/// A browser with its cookies.
pub struct Browser {
    url: String,
    agent: ureq::Agent,
    /// Name and path, with the value and the attributes.
    cookies: RefCell<BTreeMap<(String, String), (String, String)>>,
}

/// A page as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub status: u16,
    pub path: String,
    pub html: String,
    pub headers: http::HeaderMap,
}

/// A form that is ready to send.
#[derive(Debug, Clone)]
pub struct Filled {
    pub action: String,
    pub fields: Vec<(String, String)>,
    is_get: bool,
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        Self { url: url.into(), agent, cookies: RefCell::default() }
    }

    /// Opens an address and follows where it leads.
    #[track_caller]
    pub fn open(&self, path: &str) -> Seen {
        self.follow(self.send("GET", path, None))
    }

    /// Sends a form and follows where it leads.
    #[track_caller]
    pub fn submit(&self, form: &Filled) -> Seen {
        self.follow(self.send_form(form))
    }

    /// Sends a form and stays.
    #[track_caller]
    pub fn send_form(&self, form: &Filled) -> Seen {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(&form.fields);
        let body = body.finish();
        if form.is_get {
            return self.send("GET", &format!("{}?{body}", form.action), None);
        }
        self.send("POST", &form.action, Some(body))
    }

    #[track_caller]
    fn follow(&self, mut seen: Seen) -> Seen {
        for _ in 0..5 {
            let Some(to) = seen.headers.get("location").filter(|_| (300..400).contains(&seen.status)) else {
                return seen;
            };
            let to = to.to_str().unwrap().split('#').next().unwrap().to_string();
            seen = self.send("GET", &to, None);
        }
        panic!("{} leads on and on", seen.path);
    }

    #[track_caller]
    pub fn send(&self, method: &str, path: &str, body: Option<String>) -> Seen {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let cookies = self.cookies.borrow();
        let sent = cookies.iter().filter(|((_, below), _)| path.starts_with(below.as_str()));
        let sent: Vec<_> = sent.map(|((name, _), (value, _))| format!("{name}={value}")).collect();
        drop(cookies);
        if !sent.is_empty() {
            request = request.header("cookie", sent.join("; "));
        }
        let response = match body {
            Some(body) => {
                let request = request.header("content-type", "application/x-www-form-urlencoded");
                self.agent.run(request.body(body).unwrap())
            }
            None => self.agent.run(request.body(()).unwrap()),
        };
        let mut response = response.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let html = response.body_mut().read_to_string().unwrap();
        for header in response.headers().get_all("set-cookie") {
            self.keep(header.to_str().unwrap());
        }
        Seen { status: response.status().as_u16(), path: path.into(), html, headers: response.headers().clone() }
    }

    fn keep(&self, header: &str) {
        let (pair, attributes) = header.split_once(';').unwrap_or((header, ""));
        let (name, value) = pair.split_once('=').unwrap();
        let named = |wanted: &str| {
            let mut found = attributes.split(';').filter_map(|one| one.trim().split_once('='));
            found.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.to_string())
        };
        let key = (name.to_string(), named("path").unwrap_or_else(|| "/".into()));
        if named("max-age").as_deref() == Some("0") {
            self.cookies.borrow_mut().remove(&key);
        } else {
            self.cookies.borrow_mut().insert(key, (value.into(), attributes.to_string()));
        }
    }

    /// The attributes of the cookie of that name; none if there is no such cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .borrow()
            .iter()
            .find(|((known, _), _)| known == name)
            .map(|(_, (_, attributes))| attributes.clone())
    }

    /// The same browser before anything else happens to this one: what a second click sends.
    pub fn twin(&self) -> Self {
        Self { url: self.url.clone(), agent: self.agent.clone(), cookies: self.cookies.clone() }
    }

    /// Forgets everything, as a new window does that keeps no cookies.
    pub fn forget(&self) {
        self.cookies.borrow_mut().clear();
    }
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Seen {
    /// Insists on a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.main());
        self
    }

    /// Insists that the page is at an address that ends so.
    #[track_caller]
    pub fn at(self, end: &str) -> Self {
        let path = self.path.split('?').next().unwrap();
        assert!(path.ends_with(end), "{} is not at {end}: {}", self.path, self.main());
        self
    }

    /// What stands in the main part.
    pub fn main(&self) -> String {
        self.texts("main").pop().unwrap_or_else(|| self.html.clone())
    }

    /// What stands in each element that fits.
    pub fn texts(&self, wanted: &str) -> Vec<String> {
        Html::parse_document(&self.html).select(&selector(wanted)).map(words).collect()
    }

    /// The codes at the fields: which fields are marked as wrong.
    pub fn wrong_fields(&self) -> Vec<String> {
        let page = Html::parse_document(&self.html);
        let wrong = selector("main [aria-invalid]");
        page.select(&wrong).filter_map(|element| element.attr("name").map(String::from)).collect()
    }

    /// An attribute of each element that fits.
    pub fn attributes(&self, wanted: &str, name: &str) -> Vec<String> {
        let page = Html::parse_document(&self.html);
        page.select(&selector(wanted)).filter_map(|element| element.attr(name).map(String::from)).collect()
    }

    /// A link in the main part by its text.
    #[track_caller]
    pub fn link(&self, text: &str) -> String {
        let page = Html::parse_document(&self.html);
        let found = page.select(&selector("main a[href]")).find(|link| words(*link).contains(text));
        let found = found.unwrap_or_else(|| panic!("{} has no link {text}: {}", self.path, self.main()));
        found.attr("href").unwrap().to_string()
    }

    /// The form that is sent to an address that ends so, with what a browser would send of it.
    #[track_caller]
    pub fn form(&self, action: &str) -> Filled {
        let page = Html::parse_document(&self.html);
        let form =
            page.select(&selector("form")).find(|form| form.attr("action").is_some_and(|to| to.ends_with(action)));
        let form = form.unwrap_or_else(|| panic!("{} has no form for {action}: {}", self.path, self.main()));
        let mut fields = Vec::new();
        for input in form.select(&selector("input, select")) {
            let Some(name) = input.attr("name").map(String::from) else { continue };
            if input.value().name() == "select" {
                let chosen = input.select(&selector("option[selected]")).next();
                fields.push((name, chosen.and_then(|option| option.attr("value")).unwrap_or_default().to_string()));
                continue;
            }
            let choice = matches!(input.attr("type"), Some("radio" | "checkbox"));
            if !choice || input.attr("checked").is_some() {
                fields.push((name, input.attr("value").unwrap_or_default().to_string()));
            }
        }
        let is_get = form.attr("method") != Some("post");
        Filled { action: form.attr("action").unwrap().into(), fields, is_get }
    }
}

impl Filled {
    /// Types into a field, or chooses.
    #[track_caller]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.into(), value.into()));
        self
    }

    /// Types into several.
    pub fn all(self, pairs: &[(&str, &str)]) -> Self {
        pairs.iter().fold(self, |form, (name, value)| form.with(name, *value))
    }

    /// What a field holds.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}
