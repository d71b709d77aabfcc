//! Webhooks: signed, tried again, never sent where they must not go.

use crate::api::mails::house;
use crate::support::server::settings;
use crate::support::{Actor, Answer, World};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use comptoir_app::kernel::keys;
use comptoir_app::webhooks::{deliver_one, due};
use comptoir_app::{AppState, Settings};
use comptoir_connectors::mail::Outbox;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// An endpoint with a delivery that waits.
pub fn furnish(owner: &Actor, code: &str) {
    let wish = json!({"url": format!("https://{code}.example/hook"), "kinds": ["webhook_endpoint.updated"]});
    let id = owner.post("/v1/webhook-endpoints", wish).expect(201).text("/endpoint/id");
    owner.patch(&format!("/v1/webhook-endpoints/{id}"), json!({"description": "Books"})).expect(200);
}

/// What the receiver got.
struct Message {
    headers: BTreeMap<String, String>,
    body: String,
}

/// Answers with these statuses in turn, then with 204.
struct Listener {
    url: String,
    got: Receiver<Message>,
}

impl Listener {
    fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, got) = channel();
        std::thread::spawn(move || {
            let mut statuses = statuses.iter();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                let mut headers = BTreeMap::new();
                loop {
                    let mut line = String::new();
                    lines.read_line(&mut line).unwrap();
                    if line.trim().is_empty() {
                        break;
                    }
                    if let Some((name, value)) = line.split_once(": ") {
                        headers.insert(name.to_lowercase(), value.trim().to_string());
                    }
                }
                let mut body = vec![0; headers["content-length"].parse().unwrap()];
                lines.read_exact(&mut body).unwrap();
                if sender.send(Message { headers, body: String::from_utf8(body).unwrap() }).is_err() {
                    return;
                }
                let status = statuses.next().unwrap_or(&204);
                // a redirect that must not be followed
                let answer = format!(
                    "HTTP/1.1 {status} Test\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, got }
    }

    fn count(&self) -> usize {
        self.got.try_iter().count()
    }
}

fn open_settings() -> Settings {
    Settings { local_webhooks: true, ..settings() }
}

fn state(world: &World, settings: Settings) -> AppState {
    house(world, Arc::new(Outbox::new(Path::new("unused"))), settings)
}

/// Delivers what is due to endpoints of `owner`, and says where each delivery stands.
fn deliver(state: &AppState) -> Vec<String> {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut states = Vec::new();
        for delivery in due(state, 50).await.unwrap() {
            states.push(deliver_one(state, delivery).await.unwrap().to_string());
        }
        states
    })
}

/// Gets the endpoints of the template and their deliveries out of the way.
fn clear(world: &World) {
    use comptoir_db::schema::webhook_endpoints;
    diesel::RunQueryDsl::execute(diesel::delete(webhook_endpoints::table), &mut world.database.connect()).unwrap();
}

fn endpoint(owner: &Actor, url: &str) -> Answer {
    owner.post("/v1/webhook-endpoints", json!({"url": url, "kinds": ["role.created"]})).expect(201)
}

fn happen(owner: &Actor, name: &str) {
    owner.post("/v1/roles", json!({"name": name, "permissions": []})).expect(201);
}

/// Verifies a signature as the specification says: HMAC-SHA-256 over `id.timestamp.body`.
fn signed_by(message: &Message, secret: &str) -> bool {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let part = |name: &str| message.headers[name].clone();
    let content = format!("{}.{}.{}", part("webhook-id"), part("webhook-timestamp"), message.body);
    let mine = format!("v1,{}", BASE64_STANDARD.encode(keys::sign(&key, content.as_bytes())));
    part("webhook-signature").split(' ').any(|signature| signature == mine)
}

fn advance(world: &World, by: TimeDelta) {
    world.server.machine.advance_to(world.server.machine.now().plus(by));
}

fn world_of(world: &World) -> World {
    World::with_settings(world.backend, open_settings())
}

both! {
    fn fails_twice_then_is_accepted(world) {
        let world = &world_of(world);
        clear(world);
        let (owner, listener) = (world.owner("north"), Listener::start(&[500, 302]));
        let made = endpoint(&owner, &listener.url);
        let id = made.text("/endpoint/id");
        happen(&owner, "Watched");
        owner.post("/v1/api-keys", json!({"name": "Unwatched", "permissions": []})).expect(201);
        let state = state(world, open_settings());
        // the pauses after the first and the second try are 5 seconds and 5 minutes
        assert_eq!(deliver(&state), ["pending"]);
        assert!(deliver(&state).is_empty());
        advance(world, TimeDelta::seconds(5));
        assert_eq!(deliver(&state), ["pending"]);
        let waiting = owner.get(&format!("/v1/webhook-endpoints/{id}/deliveries")).expect(200).json();
        assert_eq!((&waiting["data"][0]["last_status"], &waiting["data"][0]["attempts"]), (&json!(302), &json!(2)));
        advance(world, TimeDelta::minutes(5));
        assert_eq!(deliver(&state), ["delivered"]);
        let messages: Vec<Message> = listener.got.try_iter().collect();
        assert_eq!(messages.len(), 3);
        for message in &messages {
            assert!(signed_by(message, &made.text("/secret")) && !signed_by(message, "whsec_c2VjcmV0"));
            assert_eq!((&message.headers["webhook-id"], &message.body), (&messages[0].headers["webhook-id"], &messages[0].body));
            assert_eq!(message.headers["content-type"], "application/json");
        }
        let body: Value = serde_json::from_str(&messages[0].body).unwrap();
        assert_eq!((&body["type"], &body["data"]["payload"]["name"]), (&json!("role.created"), &json!("Watched")));
        assert_eq!(body["timestamp"], json!(crate::support::server::epoch()));
        let fact = owner.get(&format!("/v1/activities/{}", messages[0].headers["webhook-id"])).expect(200);
        assert_eq!(fact.text("/subject_id"), body["data"]["subject_id"].as_str().unwrap());
        // replayed: the same message once more
        let delivery = waiting["data"][0]["id"].as_str().unwrap();
        let replayed = owner.act(&format!("/v1/webhook-endpoints/{id}/deliveries/{delivery}/replay")).expect(200).json();
        assert_eq!((&replayed["state"], &replayed["attempts"]), (&json!("pending"), &json!(0)));
        assert_eq!(deliver(&state), ["delivered"]);
        assert_eq!(listener.got.try_iter().next().unwrap().headers["webhook-id"], messages[0].headers["webhook-id"]);
    }

    fn both_secrets_sign_for_a_day(world) {
        let world = &world_of(world);
        clear(world);
        let (owner, listener) = (world.owner("north"), Listener::start(&[]));
        let made = endpoint(&owner, &listener.url);
        let (path, old) = (format!("/v1/webhook-endpoints/{}", made.text("/endpoint/id")), made.text("/secret"));
        let new = owner.act(&format!("{path}/rotate")).expect(200).text("/secret");
        assert_ne!(old, new);
        for secret in [&old, &new] {
            assert!(!owner.get(&path).text.contains(secret.as_str()));
            assert!(!world.database.digest()["webhook_endpoints"].contains(&secret[6..]));
        }
        let state = state(world, open_settings());
        happen(&owner, "One");
        assert_eq!(deliver(&state), ["delivered"]);
        let message = listener.got.try_iter().next().unwrap();
        assert!(signed_by(&message, &new) && signed_by(&message, &old));
        advance(world, TimeDelta::hours(24));
        let owner = world.owner("north");
        happen(&owner, "Two");
        assert_eq!(deliver(&state), ["delivered"]);
        let message = listener.got.try_iter().next().unwrap();
        assert!(signed_by(&message, &new) && !signed_by(&message, &old));
    }

    fn gone_is_gone(world) {
        let world = &world_of(world);
        clear(world);
        let (owner, listener) = (world.owner("north"), Listener::start(&[410]));
        let path = format!("/v1/webhook-endpoints/{}", endpoint(&owner, &listener.url).text("/endpoint/id"));
        happen(&owner, "One");
        let state = state(world, open_settings());
        assert_eq!(deliver(&state), ["failed"]);
        let view = owner.get(&path).expect(200).json();
        assert_eq!((&view["state"], &view["failures"]), (&json!("disabled"), &json!(1)));
        happen(&owner, "Two");
        assert!(deliver(&state).is_empty());
        let list = owner.get(&format!("{path}/deliveries")).expect(200).json();
        let delivery = list["data"][0]["id"].as_str().unwrap();
        owner.act(&format!("{path}/deliveries/{delivery}/replay")).refused(409, "wrong_state");
        owner.patch(&path, json!({"state": "enabled"})).expect(200);
        owner.act(&format!("{path}/deliveries/{delivery}/replay")).expect(200);
        assert_eq!((deliver(&state), listener.count()), (vec!["delivered".to_string()], 2));
        assert_eq!(owner.get(&path).json()["failures"], 0);
        owner.delete(&path).expect(204);
        owner.get(&path).refused(404, "not_found");
    }

    fn nothing_is_sent_to_private_places(world) {
        let owner = world.owner("north");
        let before = world.database.digest();
        for (url, pointer) in [("http://example.com/", "/url"), ("https://127.0.0.1/", "/url"), ("https://[::1]/", "/url"), ("https://u:p@example.com/", "/url")] {
            owner.post("/v1/webhook-endpoints", json!({"url": url})).refused(422, "validation_failed").names(pointer);
        }
        owner.post("/v1/webhook-endpoints", json!({"url": "https://a.example/", "kinds": ["client.created", "Everything"]})).refused(422, "validation_failed").names("/kinds/1");
        assert_eq!(world.database.digest(), before);
        // an endpoint that was fine as long as it was allowed
        let open = &world_of(world);
        clear(open);
        let (owner, listener) = (open.owner("north"), Listener::start(&[]));
        let path = format!("/v1/webhook-endpoints/{}/deliveries", endpoint(&owner, &listener.url).text("/endpoint/id"));
        happen(&owner, "One");
        assert_eq!((deliver(&state(open, settings())), listener.count()), (vec!["pending".to_string()], 0));
        assert_eq!(owner.get(&path).json()["data"][0]["last_error"], "it must begin with https://");
    }
}
