//! Stripe as its page describes it: key, version, form fields, keys against repetition, intents, sessions at the hosted page,
//! refunds and signed events. Objects are kept as the JSON that is answered. Its clock stands until a test moves it.

mod calls;
mod cards;
mod client;
mod disputes;
mod money;

pub use cards::{CARDS, Effect};

use crate::shell::{Asked, Fields, Said, Service};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// An account in test mode.
pub struct Stripe {
    pub secret_key: String,
    pub webhook_secret: String,
    /// Seconds since 1970.
    pub now: i64,
    /// After how many seconds the search knows a payment.
    pub search_lag: i64,
    /// Whether the account may name orders by telephone.
    pub has_moto: bool,
    /// All objects by their ids, which sort by age.
    pub objects: BTreeMap<String, Value>,
    /// Events that were not posted yet.
    events: Vec<Value>,
    keys: HashMap<String, (Asked, Said)>,
    count: u32,
}

/// An event as it is posted.
#[derive(Clone, Debug)]
pub struct Posted {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// A refusal of a call.
pub(crate) struct Refusal {
    status: u16,
    error: Value,
}

pub(crate) type Answered<T> = Result<T, Refusal>;

pub(crate) fn refuse<T>(status: u16, kind: &str, code: &str, param: &str, message: &str) -> Answered<T> {
    let error = json!({ "type": kind, "code": code, "param": param, "message": message });
    Err(Refusal { status, error })
}

pub(crate) fn invalid<T>(code: &str, param: &str, message: &str) -> Answered<T> {
    refuse(400, "invalid_request_error", code, param, message)
}

fn missing<T>(id: &str) -> Answered<T> {
    refuse(404, "invalid_request_error", "resource_missing", "id", &format!("No such object: '{id}'"))
}

impl Stripe {
    /// An account without customers, at a time.
    pub fn new(secret_key: &str, webhook_secret: &str, now: i64) -> Self {
        Self {
            secret_key: secret_key.into(),
            webhook_secret: webhook_secret.into(),
            now,
            search_lag: 60,
            has_moto: false,
            objects: BTreeMap::new(),
            events: Vec::new(),
            keys: HashMap::new(),
            count: 0,
        }
    }

    /// Keeps a new object under an id that is made for it.
    fn add(&mut self, prefix: &str, mut object: Value) -> String {
        self.count += 1;
        let id = format!("{prefix}_{:06}Sim", self.count);
        object["id"] = json!(id);
        object["created"] = json!(self.now);
        object["livemode"] = json!(false);
        self.objects.insert(id.clone(), object);
        id
    }

    /// An object of some kind.
    fn get(&self, prefix: &str, id: &str) -> Answered<Value> {
        match self.objects.get(id).filter(|_| id.starts_with(prefix)) {
            Some(object) => Ok(object.clone()),
            None => missing(id),
        }
    }

    fn set(&mut self, id: &str, field: &str, value: Value) {
        if let Some(object) = self.objects.get_mut(id) {
            object[field] = value;
        }
    }

    /// Notes that something happened to an object.
    fn tell(&mut self, kind: &str, id: &str) {
        self.count += 1;
        let event = json!({
            "id": format!("evt_{:06}Sim", self.count), "object": "event", "api_version": "2025-09-30.clover",
            "created": self.now, "type": kind, "livemode": false, "data": { "object": self.objects.get(id) },
            "request": { "id": null, "idempotency_key": null },
        });
        self.events.push(event);
    }

    fn authenticate(&self, asked: &Asked) -> Answered<()> {
        if asked.header("authorization") == format!("Bearer {}", self.secret_key) {
            return Ok(());
        }
        refuse(401, "invalid_request_error", "", "", "Invalid API Key provided")
    }

    fn respond(&mut self, asked: &Asked) -> Answered<Value> {
        self.authenticate(asked)?;
        let path: Vec<&str> = asked.path.trim_start_matches("/v1/").split('/').collect();
        let post = asked.method == "POST";
        let (form, query) = (asked.form(), asked.parameters());
        let object = match (post, path.as_slice()) {
            (true, ["customers"]) => self.new_customer(&form)?,
            (true, ["payment_intents"]) => self.new_intent(&form)?,
            (true, ["payment_intents", id, "confirm"]) => self.confirm(id, &form)?,
            (true, ["payment_intents", id, "capture"]) => self.capture(id, &form)?,
            (true, ["payment_intents", id, "cancel"]) => self.cancel(id, &form)?,
            (true, ["setup_intents"]) => self.new_setup(&form)?,
            (true, ["checkout", "sessions"]) => self.new_session(&form)?,
            (true, ["checkout", "sessions", id, "expire"]) => self.expire_session(id)?,
            (true, ["refunds"]) => self.new_refund(&form)?,
            (true, ["payment_methods", id, "detach"]) => self.detach(id)?,
            (false, ["payment_intents", "search"]) => return Ok(self.search(&query)),
            (false, ["payment_intents"]) => return self.list("pi_", &query),
            (false, ["refunds"]) => return self.list("re_", &query),
            (false, ["setup_intents", id]) => self.get("seti_", id)?,
            (false, ["payment_intents", id]) => self.get("pi_", id)?,
            (false, ["checkout", "sessions", id]) => self.get("cs_", id)?,
            (false, ["disputes", id]) => self.get("du_", id)?,
            (false, ["payment_methods", id]) => self.get("pm_", id)?,
            _ => return refuse(404, "invalid_request_error", "", "", "Unrecognized request URL"),
        };
        let wanted = if post { form } else { query };
        let mut object = object;
        wanted.0.iter().filter(|(name, _)| name == "expand[]").for_each(|(_, path)| self.expand(&mut object, path));
        Ok(object)
    }

    /// Puts whole objects where ids stand: `payment_intent.latest_charge`.
    fn expand(&self, object: &mut Value, path: &str) {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let Some(field) = object.get_mut(name) else { return };
        if let Some(whole) = field.as_str().and_then(|id| self.objects.get(id)) {
            *field = whole.clone();
        }
        if !rest.is_empty() {
            self.expand(field, rest);
        }
    }

    /// The newest first, a page at a time.
    fn list(&self, prefix: &str, query: &Fields) -> Answered<Value> {
        allow(query, &["limit", "starting_after", "created[gte]", "payment_intent", "customer"])?;
        let limit: usize = query.get("limit").map_or(10, |text| text.parse().unwrap_or(0));
        if !(1..=100).contains(&limit) {
            return invalid("parameter_invalid_integer", "limit", "between 1 and 100");
        }
        let since: i64 = query.get("created[gte]").map_or(0, |text| text.parse().unwrap_or(i64::MAX));
        let after = query.get("starting_after");
        let fits = |object: &&Value, name| query.get(name).is_none_or(|wanted| object[name] == wanted);
        let mut found = self.objects.iter().rev().filter(|(id, _)| id.starts_with(prefix));
        if let Some(after) = after {
            found.find(|(id, _)| *id == after);
        }
        let found = found.map(|(_, object)| object);
        let found = found.filter(|object| fits(object, "payment_intent") && fits(object, "customer"));
        let mut data: Vec<_> =
            found.filter(|object| object["created"].as_i64() >= Some(since)).take(limit + 1).cloned().collect();
        let has_more = data.len() > limit;
        data.truncate(limit);
        Ok(json!({ "object": "list", "has_more": has_more, "data": data }))
    }

    /// `metadata['reference']:'…'`, among what is old enough to be known.
    fn search(&self, query: &Fields) -> Value {
        let wanted =
            query.text("query").strip_prefix("metadata['reference']:'").and_then(|rest| rest.strip_suffix('\''));
        let known = self.now - self.search_lag;
        let found = self.objects.iter().filter(|(id, object)| {
            id.starts_with("pi_")
                && object["created"].as_i64() <= Some(known)
                && object["metadata"]["reference"].as_str() == wanted
        });
        let data: Vec<_> = found.map(|(_, object)| object.clone()).collect();
        json!({ "object": "search_result", "has_more": false, "data": data })
    }

    /// One key, one answer: again the first one, unless something else is asked.
    fn once(&mut self, asked: &Asked) -> Said {
        let key = asked.header("idempotency-key");
        if key.is_empty() || key.len() > 255 {
            return said(invalid("parameter_invalid", "", "an idempotency key of at most 255 characters is wanted"));
        }
        if let Some((first, answer)) = self.keys.get(key) {
            let is_same = (&first.path, &first.body) == (&asked.path, &asked.body);
            let message = "Keys for idempotent requests can only be used with the same parameters";
            let other = || said(refuse(400, "idempotency_error", "", "", message));
            return if is_same { answer.clone().header("idempotent-replayed", "true") } else { other() };
        }
        let answer = said(self.respond(asked));
        if answer.status != 401 {
            self.keys.insert(key.into(), (asked.clone(), answer.clone()));
        }
        answer
    }

    /// Forgets all keys, as it does after a day.
    pub fn forget_keys(&mut self) {
        self.keys.clear();
    }
}

fn said(answered: Answered<Value>) -> Said {
    let answer = match answered {
        Ok(object) => Said::json(200, &object),
        Err(refusal) => Said::json(refusal.status, &json!({ "error": refusal.error })),
    };
    answer.header("request-id", "req_sim")
}

/// Refuses parameters that do not exist.
fn allow(fields: &Fields, known: &[&str]) -> Answered<()> {
    match fields.0.iter().find(|(name, _)| name != "expand[]" && !known.contains(&name.as_str())) {
        Some((name, _)) => invalid("parameter_unknown", name, &format!("Received unknown parameter: {name}")),
        None => Ok(()),
    }
}

/// Parameters that have to be there.
fn want(fields: &Fields, needed: &[&str]) -> Answered<()> {
    match needed.iter().find(|name| fields.text(name).is_empty()) {
        Some(name) => invalid("parameter_missing", name, &format!("Missing required param: {name}")),
        None => Ok(()),
    }
}

impl Service for Stripe {
    fn answer(&mut self, asked: &Asked) -> Said {
        if asked.header("stripe-version").is_empty() {
            return said(invalid("parameter_missing", "", "a version is wanted"));
        }
        if asked.method == "POST" { self.once(asked) } else { said(self.respond(asked)) }
    }
}
