//! The page of the fake gateway, where clients confirm a payment, or that a card is kept, or refuse it, as they would at their
//! bank. It sends them back to the address that the shop has named, and to no other; the shop then asks what became of it.

use crate::kernel::AppState;
use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use comptoir_connectors::Kind;
use comptoir_connectors::payment::fake::AtPage;
use minijinja::{Environment, context};
use serde::Deserialize;
use url::Url;

const TEMPLATE: &str = include_str!("../../templates/fake-gateway.html");

/// Which payment.
#[derive(Deserialize)]
pub struct Asked {
    payment: String,
}

/// What the client has decided.
#[derive(Deserialize)]
pub struct Decided {
    payment: String,
    agreed: bool,
}

/// Shows a payment.
#[get("/fake-gateway")]
pub async fn show_fake_page(state: web::Data<AppState>, asked: web::Query<Asked>) -> HttpResponse {
    match state.gateways.fake().at_page(&asked.payment).await {
        Ok(found) => page(&asked.payment, &found),
        Err(error) => failed(error.kind),
    }
}

/// Takes the client's decision.
#[post("/fake-gateway")]
pub async fn decide_at_fake_page(state: web::Data<AppState>, decided: web::Form<Decided>) -> HttpResponse {
    let fake = state.gateways.fake();
    if let Err(error) = fake.confirm(&decided.payment, decided.agreed, state.machine.now()).await {
        return failed(error.kind);
    }
    match fake.at_page(&decided.payment).await {
        Ok(found) => match way_back(&found) {
            Some(url) => HttpResponse::SeeOther().insert_header((header::LOCATION, url.as_str())).finish(),
            None => page(&decided.payment, &found),
        },
        Err(error) => failed(error.kind),
    }
}

/// Where the client came from, if that is an address of the web.
fn way_back(found: &AtPage) -> Option<Url> {
    Url::parse(&found.return_to).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

fn page(payment: &str, found: &AtPage) -> HttpResponse {
    let mut env = Environment::new();
    let shown = env.add_template("fake-gateway.html", TEMPLATE).and_then(|()| {
        let return_to = way_back(found).map(String::from);
        let values = context! { payment, amount => found.amount.map(|amount| amount.to_string()), waits => found.waits, return_to };
        env.get_template("fake-gateway.html")?.render(values)
    });
    match shown {
        Ok(text) => HttpResponse::Ok()
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ))
            .content_type("text/html; charset=utf-8")
            .body(text),
        Err(error) => {
            tracing::error!(%error, "the fake's page");
            HttpResponse::InternalServerError().finish()
        }
    }
}

fn failed(kind: Kind) -> HttpResponse {
    if kind == Kind::NotFound {
        HttpResponse::NotFound().body("no such payment")
    } else {
        HttpResponse::ServiceUnavailable().finish()
    }
}
