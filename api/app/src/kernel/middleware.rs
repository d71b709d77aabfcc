//! Around every request: its name, who sends it, its line in the log, its counters, the headers that protect, and the
//! body of every refusal.

use crate::kernel::call::Authentication;
use crate::kernel::clock::fresh;
use crate::kernel::problem::{ApiError, ProblemView};
use crate::kernel::state::AppState;
use crate::sessions::authenticate;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};
use comptoir_domain::{ActivityId, Code, Id, Problem};
use std::time::Instant;

/// The name of a request: taken from `X-Request-Id` if that is sane, else made.
#[derive(Clone)]
pub struct RequestId(pub String);

/// What stood before the path and was taken off on the way into a sandbox.
#[derive(Clone)]
pub struct Mount(pub String);

/// The path that was called.
fn called(request: &ServiceRequest) -> String {
    let mount = request.extensions().get::<Mount>().map(|mount| mount.0.clone()).unwrap_or_default();
    mount + request.path()
}

/// Refuses a request that nothing else has seen.
pub fn refuse(request: ServiceRequest, error: ApiError) -> ServiceResponse<BoxBody> {
    let (id, path) = (request_id(&request), called(&request));
    let mut response = as_problem(request.error_response(error), &path, &id, None);
    protect(response.headers_mut(), &id);
    response
}

/// The middleware. What handlers and extractors refuse leaves it as a problem document.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().to_string(), called(&request));
    let state = request.app_data::<web::Data<AppState>>().cloned();
    if let Some(state) = state
        .as_ref()
        .filter(|_| request.headers().contains_key(header::AUTHORIZATION) && request.path().starts_with("/v1/"))
    {
        let found = Authentication(authenticate::caller(state, request.request()).await);
        request.extensions_mut().insert(found);
    }
    let response = next.call(request).await?.map_into_boxed_body();
    let mut response = as_problem(response, &path, &id, state.as_ref().map(|state| state.get_ref()));
    protect(response.headers_mut(), &id);
    let (status, took) = (response.status().as_u16(), started.elapsed());
    tracing::info!(
        request_id = id,
        method,
        path,
        status,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "answered"
    );
    if let Some(state) = state {
        state.metrics.requests.with_label_values(&[method.as_str(), status.to_string().as_str()]).inc();
        state.metrics.request_seconds.inc_by(took.as_secs_f64());
    }
    Ok(response)
}

fn request_id(request: &ServiceRequest) -> String {
    let given = request.headers().get("x-request-id").and_then(|value| value.to_str().ok());
    let sane = |text: &&str| {
        (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    given.filter(sane).map(String::from).unwrap_or_else(|| fresh::<ActivityId>().uuid().simple().to_string())
}

/// Gives a refusal its body, whoever raised it.
fn as_problem(
    response: ServiceResponse<BoxBody>,
    path: &str,
    id: &str,
    state: Option<&AppState>,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let has_body = response.headers().contains_key(header::CONTENT_TYPE);
    if !(status.is_client_error() || status.is_server_error()) || (has_body && response.response().error().is_none()) {
        return response;
    }
    let raised = response.response().error().and_then(|error| error.as_error::<ApiError>());
    let retry_after = raised.and_then(|error| error.retry_after);
    let problem = raised.map(|error| error.problem.clone()).unwrap_or_else(|| by_status(status.as_u16()));
    if let Some(state) = state {
        state.metrics.problems.with_label_values(&[problem.code.word()]).inc();
    }
    let view = ProblemView::new(&problem, path, id);
    let status = actix_web::http::StatusCode::from_u16(view.status).unwrap_or(status);
    let mut answer = HttpResponse::build(status);
    if let Some(seconds) = retry_after {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if status.as_u16() == 401 {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if let Some(allow) = response.headers().get(header::ALLOW) {
        answer.insert_header((header::ALLOW, allow.clone()));
    }
    let body = serde_json::to_string(&view).unwrap_or_default();
    let answer = answer.content_type("application/problem+json").body(body);
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, answer)
}

/// For what the framework refuses by itself.
fn by_status(status: u16) -> Problem {
    let code = match status {
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        413 => Code::BodyTooLarge,
        415 => Code::UnsupportedMediaType,
        400..=499 => Code::MalformedBody,
        _ => Code::Internal,
    };
    Problem::new(code, code.title())
}

fn protect(headers: &mut header::HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(header::REFERRER_POLICY) {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
