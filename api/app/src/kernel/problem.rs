//! The only file that turns refusals into HTTP: RFC 9457 problem documents.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use comptoir_db::Failure;
use comptoir_domain::{Code, Problem};
use std::panic::Location;

/// A refusal on its way to the caller.
#[derive(Debug)]
pub struct ApiError {
    /// What the caller is told.
    pub problem: Problem,
    /// Seconds to wait before trying again, for 429 and 503.
    pub retry_after: Option<u64>,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(out)
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self { problem, retry_after: None }
    }
}

impl From<Failure> for ApiError {
    /// What the caller must not see is logged here, with the place it was raised at.
    #[track_caller]
    fn from(failure: Failure) -> Self {
        let problem = failure.problem();
        if problem.code.status() >= 500 {
            tracing::error!(%failure, at = %Location::caller(), "request failed");
        }
        let retry_after = (problem.code == Code::Busy).then_some(1);
        Self { problem, retry_after }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Without a body: the middleware writes it, since it knows the request.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// A problem document, as sent.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProblemView {
    /// Identifies the kind of problem; the path of its explanation in the documentation.
    #[schema(example = "/docs/problems#validation_failed")]
    pub r#type: String,
    /// One line for people.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// The kind of problem as a stable word.
    #[schema(example = "validation_failed")]
    pub code: String,
    /// What happened and what to do next.
    pub detail: String,
    /// The path that was called.
    pub instance: String,
    /// Name this when you ask for help.
    pub request_id: String,
    /// The places that are wrong, if the problem has places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblemView>,
    /// The new quote, where the old one no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::quotes::views::QuoteView>)]
    pub quote: Option<serde_json::Value>,
}

/// What is wrong with one place of a request.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldProblemView {
    /// A JSON pointer into the body (`/contact/email`), `?name` for a parameter of the query, or `{name}` for a part of the path.
    pub pointer: String,
    /// A stable word.
    pub code: String,
    /// For people.
    pub detail: String,
}

impl ProblemView {
    /// The document for a problem met at a path.
    pub fn new(problem: &Problem, path: &str, request_id: &str) -> Self {
        let code = problem.code.word();
        let errors = problem.fields.iter().map(|field| FieldProblemView {
            pointer: field.pointer.clone(),
            code: field.code.into(),
            detail: field.detail.clone(),
        });
        Self {
            r#type: format!("/docs/problems#{code}"),
            title: problem.code.title().into(),
            status: problem.code.status(),
            code: code.into(),
            detail: problem.detail.to_string(),
            instance: path.into(),
            request_id: request_id.into(),
            errors: errors.collect(),
            quote: problem.quote.as_deref().cloned(),
        }
    }
}
