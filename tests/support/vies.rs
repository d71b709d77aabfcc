//! A VIES that runs here and speaks as its interface is described: what it says depends on the first three digits of the
//! number, as at the test service of the European Commission.

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A running service; it stops when dropped.
pub struct Vies {
    pub url: String,
    asked: Arc<Mutex<Vec<Value>>>,
    handle: actix_web::dev::ServerHandle,
}

/// The faults of the test service.
const FAULTS: &[(&str, &str)] = &[
    ("201", "INVALID_INPUT"),
    ("300", "SERVICE_UNAVAILABLE"),
    ("301", "MS_UNAVAILABLE"),
    ("302", "TIMEOUT"),
    ("400", "VAT_BLOCKED"),
    ("500", "GLOBAL_MAX_CONCURRENT_REQ"),
    ("600", "MS_MAX_CONCURRENT_REQ"),
];

impl Vies {
    /// Starts one.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/rest-api", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<Value>>>::default();
        let (sender, receiver) = std::sync::mpsc::channel();
        let book = Arc::clone(&asked);
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    let book = web::Data::from(Arc::clone(&book));
                    App::new().app_data(book).route("/rest-api/check-vat-number", web::post().to(answer))
                };
                let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
                sender.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let handle = receiver.recv().unwrap();
        Self { url, asked, handle }
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Vies {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer(book: web::Data<Mutex<Vec<Value>>>, question: web::Json<Value>) -> HttpResponse {
    book.lock().unwrap().push(question.0.clone());
    let number = question["vatNumber"].as_str().unwrap_or_default();
    let fault = |code: &str| json!({"actionSucceed": false, "errorWrappers": [{"error": code}]});
    if number.starts_with("502") {
        return HttpResponse::BadGateway().body("<html>Bad Gateway</html>");
    }
    // our own number is not known there
    if question["requesterNumber"] == "202222220" {
        return HttpResponse::Ok().json(fault("INVALID_REQUESTER_INFO"));
    }
    if let Some((_, code)) = FAULTS.iter().find(|(digits, _)| number.starts_with(digits)) {
        return HttpResponse::Ok().json(fault(code));
    }
    let valid = !number.starts_with("200");
    let proof = question.get("requesterNumber").filter(|_| valid).map(|_| "WAPIAAAAYtest0001");
    HttpResponse::Ok().json(json!({
        "countryCode": question["countryCode"], "vatNumber": number, "requestDate": "2026-01-05T10:00:00.000Z", "valid": valid,
        "requestIdentifier": proof, "name": if valid { "Muster GmbH" } else { "---" }, "address": "---",
    }))
}
