//! The house put together: all routes, around them the middleware, and the API document that follows from them.

use crate::kernel::documentation::{Base, complete};
use crate::kernel::middleware::around;
use crate::kernel::routes::Routes;
use crate::kernel::state::AppState;
use crate::kernel::{ApiError, call};
use actix_cors::Cors;
use actix_web::dev::{ResourceDef, Server};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, Responder, web};
use comptoir_domain::{Code, Problem};
use std::net::TcpListener;
use std::sync::{Arc, LazyLock};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;

/// All routes of the API, by capability.
fn routes(config: &mut Routes) {
    crate::sessions::routes(config);
    crate::password_resets::routes(config);
    crate::sellers::routes(config);
    crate::settings::routes(config);
    crate::resellers::routes(config);
    crate::roles::routes(config);
    crate::administrators::routes(config);
    crate::api_keys::routes(config);
    // before `/v1/clients/{id}/{action}`, which would take its addresses
    crate::credits::routes(config);
    crate::client_accounts::routes(config);
    crate::client_groups::routes(config);
    crate::client_properties::routes(config);
    crate::dunning::routes(config);
    crate::taxes::routes(config);
    crate::exchange_rates::routes(config);
    crate::clients::routes(config);
    crate::contacts::routes(config);
    crate::activities::routes(config);
    crate::subscriptions::routes(config);
    crate::services::routes(config);
    crate::usage::routes(config);
    crate::quotes::routes(config);
    crate::coupons::routes(config);
    crate::discounts::routes(config);
    crate::stores::routes(config);
    crate::hosting::routes(config);
    crate::plans::routes(config);
    crate::certificate_providers::routes(config);
    crate::registrars::routes(config);
    crate::tlds::routes(config);
    crate::prices::routes(config);
    crate::overuse_prices::routes(config);
    crate::add_on_groups::routes(config);
    crate::add_ons::routes(config);
    crate::invoices::routes(config);
    crate::schet_facturas::routes(config);
    crate::gateways::routes(config);
    crate::payments::routes(config);
    crate::payment_methods::routes(config);
    // `/v1/administrators/{id}/bank-account` stands beside those of administrators
    crate::bank::routes(config);
    crate::disputes::routes(config);
    crate::payment_queue::routes(config);
    crate::encryption::routes(config);
    crate::ledger::routes(config);
    crate::ledger_templates::routes(config);
    crate::reports::routes(config);
    crate::events::routes(config);
    crate::todos::routes(config);
    // `/v1/orders/{id}/fraud-check` stands beside those of orders
    crate::fraud::routes(config);
    crate::orders::routes(config);
    crate::mails::routes(config);
    crate::webhooks::routes(config);
    crate::me::routes(config);
    crate::sandboxes::routes(config);
    crate::operations::routes(config);
    crate::verify::routes(config);
}

/// The API document.
pub static DOCUMENT: LazyLock<serde_json::Value> = LazyLock::new(|| {
    let app = App::new().into_utoipa_app().openapi(Base::openapi());
    let (_, declared) = app.configure(|config| routes(&mut Routes::Document(config))).split_for_parts();
    complete(&declared)
});

/// The API document as text, for people and diffs.
pub fn document_text() -> String {
    serde_json::to_string_pretty(&*DOCUMENT).unwrap_or_default() + "\n"
}

/// Starts to serve on sockets that are already bound.
pub fn serve(state: Arc<AppState>, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let state = web::Data::from(state);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .configure(|config| routes(&mut Routes::Server(config)))
            .route("/healthz", web::get().to(healthz))
            .route("/readyz", web::get().to(readyz))
            .route("/metrics", web::get().to(metrics))
            .route("/openapi.json", web::get().to(openapi))
            .service(
                utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}")
                    .config(utoipa_swagger_ui::Config::from("/openapi.json")),
            )
            .service(crate::gateways::fake_page::show_fake_page)
            .service(crate::gateways::fake_page::decide_at_fake_page)
            .configure(crate::shop::routes)
            .route("/widgets/{name}", web::get().to(widget))
            .default_service(web::to(move |request: HttpRequest| std::future::ready(nowhere(&request))))
            .wrap(from_fn(around))
            .wrap(cors(&state.settings.cors_origins))
            // outermost: all of the above sees the address inside the sandbox, and its house
            .wrap(from_fn(crate::sandboxes::enter::enter))
    });
    Ok(server.workers(workers).shutdown_timeout(20).listen(listener)?.run())
}

fn cors(origins: &[String]) -> Cors {
    let exposed = [header::ETAG.as_str(), "location", "retry-after", "x-request-id", "idempotency-replayed"];
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let headers = ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-request-id"];
    let rules = Cors::default().allowed_methods(methods).allowed_headers(headers).expose_headers(exposed).max_age(3600);
    // what a shopper may see, any web site may show: it is read with a publishable key and without cookies
    let rules = rules.allowed_origin_fn(|_, request| {
        ["/v1/store/", "/widgets/"].iter().any(|start| request.uri.path().starts_with(start))
    });
    origins.iter().fold(rules, |rules, origin| rules.allowed_origin(origin))
}

/// The widgets that other web sites load.
const WIDGETS: &[(&str, &str)] = &[
    ("comptoir-catalog.js", include_str!("../../../widgets/js/comptoir-catalog.js")),
    ("comptoir-domain-search.js", include_str!("../../../widgets/js/comptoir-domain-search.js")),
];

async fn widget(name: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let found = WIDGETS.iter().find(|(known, _)| *known == name.as_str()).ok_or_else(Problem::not_found)?;
    let answer = HttpResponse::Ok()
        .content_type("text/javascript; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .body(found.1);
    Ok(answer)
}

async fn healthz() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// Ready when the database answers; it was migrated before the socket was opened.
async fn readyz(state: web::Data<AppState>) -> Result<HttpResponse, ApiError> {
    state.store.read(comptoir_db::sellers::provider).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}

/// The counters, for whoever has the token.
async fn metrics(state: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let wanted = state.settings.metrics_token.clone().ok_or_else(Problem::not_found)?;
    let given = call::bearer(&request)?;
    if !bool::from(subtle::ConstantTimeEq::ct_eq(given.as_bytes(), wanted.as_bytes())) {
        return Err(Problem::new(Code::Unauthenticated, "this is not the token for /metrics").into());
    }
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(state.metrics.text()))
}

async fn openapi() -> impl Responder {
    HttpResponse::Ok().content_type("application/json").body(document_text())
}

/// Every address of the document, with its methods.
static KNOWN_ADDRESSES: LazyLock<Vec<(ResourceDef, String)>> = LazyLock::new(|| {
    let paths = DOCUMENT.get("paths").and_then(serde_json::Value::as_object).into_iter().flatten();
    paths
        .map(|(path, operations)| {
            let methods = operations.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
            (ResourceDef::new(path.as_str()), methods.collect::<Vec<_>>().join(", "))
        })
        .collect()
});

/// Tells a wrong method from a wrong address.
fn nowhere(request: &HttpRequest) -> HttpResponse {
    match KNOWN_ADDRESSES.iter().find(|(address, _)| address.is_match(request.path())) {
        Some((_, methods)) => {
            HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, methods.as_str())).finish()
        }
        None => HttpResponse::new(StatusCode::NOT_FOUND),
    }
}
