//! What all simulators share: an HTTP server on a free port, one call at a time, and trouble for the next calls.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use std::collections::VecDeque;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// A call as it came in.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, without `?`.
    pub query: String,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Asked {
    /// The first header of that name (small letters); empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The fields of a form in the body.
    pub fn form(&self) -> Fields {
        Fields(url::form_urlencoded::parse(&self.body).into_owned().collect())
    }

    /// The fields of the query.
    pub fn parameters(&self) -> Fields {
        Fields(url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect())
    }
}

/// Names and values in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same, or nothing.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Said {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Said {
    /// JSON with a status.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self { status, headers: vec![("content-type", "application/json".into())], body: value.to_string().into() }
    }

    /// Text of some kind with a status.
    pub fn text(status: u16, media_type: &str, body: impl Into<String>) -> Self {
        Self { status, headers: vec![("content-type", media_type.into())], body: body.into().into_bytes() }
    }

    /// With a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Trouble for one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// Nothing is done, and nothing answered.
    LostBefore,
    /// It is done, and nothing answered.
    LostAfter,
    /// Nothing is done: 503.
    DownBefore,
    /// It is done, and 500 answered.
    FailedAfter,
    /// It is done, after so many milliseconds.
    Slow(u64),
}

/// A service: what it does with a call.
pub trait Service: Send + 'static {
    /// Does it and answers.
    fn answer(&mut self, asked: &Asked) -> Said;
}

struct Inside<S> {
    service: S,
    troubles: VecDeque<(&'static str, Trouble)>,
    asked: Vec<Asked>,
}

/// A running service; it stops when dropped.
pub struct Running<S> {
    /// Where it listens: `http://127.0.0.1:…`.
    pub url: String,
    inside: Arc<Mutex<Inside<S>>>,
    handle: actix_web::dev::ServerHandle,
}

impl<S: Service> Running<S> {
    /// Starts a service.
    pub fn start(service: S) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inside = Arc::new(Mutex::new(Inside { service, troubles: VecDeque::new(), asked: Vec::new() }));
        let (sender, receiver) = std::sync::mpsc::channel();
        let shared = Arc::clone(&inside);
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    let shared = web::Data::from(Arc::clone(&shared));
                    App::new()
                        .app_data(shared)
                        .app_data(web::PayloadConfig::new(MOST))
                        .default_service(web::to(serve::<S>))
                };
                let server = HttpServer::new(app).workers(2).keep_alive(KEPT_OPEN).disable_signals();
                let server = server.listen(listener).unwrap().run();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = receiver.recv().unwrap();
        Self { url, inside, handle }
    }

    fn inside(&self) -> MutexGuard<'_, Inside<S>> {
        self.inside.lock().unwrap()
    }

    /// The next calls meet with trouble, one each.
    pub fn trouble(&self, trouble: Trouble) {
        self.trouble_for("", trouble);
    }

    /// The next call whose body has this word in it meets with trouble.
    pub fn trouble_for(&self, word: &'static str, trouble: Trouble) {
        self.inside().troubles.push_back((word, trouble));
    }

    /// No call meets with trouble from now on.
    pub fn calm(&self) {
        self.inside().troubles.clear();
    }

    /// Looks at the books of the service, or changes them.
    pub fn with<T>(&self, look: impl FnOnce(&mut S) -> T) -> T {
        look(&mut self.inside().service)
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<Asked> {
        self.inside().asked.clone()
    }
}

impl<S> Drop for Running<S> {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// More than is asked of any service.
const MOST: usize = 16 * 1024 * 1024;

/// Longer than any test: one who asks again must not meet a door that is just being closed.
const KEPT_OPEN: Duration = Duration::from_secs(3_600);

/// Longer than any connector under test waits.
const FOR_EVER: Duration = Duration::from_secs(20);

async fn serve<S: Service>(
    shared: web::Data<Mutex<Inside<S>>>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let text = |value: &actix_web::http::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let asked = Asked {
        method: request.method().to_string(),
        path: request.path().into(),
        query: request.query_string().into(),
        headers: request.headers().iter().map(|(name, value)| (name.as_str().into(), text(value))).collect(),
        body: body.to_vec(),
    };
    let (trouble, said) = {
        let mut inside = shared.lock().unwrap();
        let text = asked.text();
        let next = inside.troubles.iter().position(|(word, _)| text.contains(word));
        let trouble = next.and_then(|at| inside.troubles.remove(at)).map(|(_, trouble)| trouble);
        inside.asked.push(asked.clone());
        let is_done = !matches!(trouble, Some(Trouble::LostBefore | Trouble::DownBefore));
        (trouble, is_done.then(|| inside.service.answer(&asked)))
    };
    match trouble {
        Some(Trouble::LostBefore | Trouble::LostAfter) => actix_web::rt::time::sleep(FOR_EVER).await,
        Some(Trouble::Slow(time)) => actix_web::rt::time::sleep(Duration::from_millis(time)).await,
        Some(Trouble::DownBefore) => return HttpResponse::ServiceUnavailable().body("down"),
        Some(Trouble::FailedAfter) => return HttpResponse::InternalServerError().body("failed"),
        None => {}
    }
    let Some(said) = said else { return HttpResponse::GatewayTimeout().finish() };
    let status = actix_web::http::StatusCode::from_u16(said.status).unwrap();
    let mut response = HttpResponse::build(status);
    for (name, value) in said.headers {
        response.append_header((name, value));
    }
    response.body(said.body)
}
