//! An answer: status, headers and a JSON body, made inside the transaction so that it can be remembered with it.

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

/// What a call answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers besides the usual ones.
    pub headers: Vec<(String, String)>,
    /// The text, JSON unless a header says otherwise; empty for none.
    pub body: String,
    /// A file that is sent instead of the text.
    file: Option<Vec<u8>>,
    /// What is remembered in place of the body when the body holds a secret.
    remembered: Option<String>,
}

impl Reply {
    fn new(status: u16, body: String) -> Self {
        Self { status, headers: Vec::new(), body, file: None, remembered: None }
    }

    /// A remembered answer.
    pub fn replayed(status: u16, headers: Vec<(String, String)>, body: String) -> Self {
        Self { status, headers, body, file: None, remembered: None }.header("idempotency-replayed", "true")
    }

    /// 200.
    pub fn ok(view: &impl Serialize) -> Self {
        Self::new(200, json(view))
    }

    /// 200, with JSON that was written earlier, byte for byte.
    pub fn written(json: String) -> Self {
        Self::new(200, json)
    }

    /// 200, with a table as CSV.
    pub fn csv(table: String) -> Self {
        Self::new(200, table).header("content-type", "text/csv; charset=utf-8")
    }

    /// 200, with a file to be saved under a name.
    pub fn file(bytes: Vec<u8>, name: &str) -> Self {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
        let name: String = name.chars().map(|letter| if plain(letter) { letter } else { '-' }).collect();
        let reply = Self { file: Some(bytes), ..Self::new(200, String::new()) };
        let reply = reply.header("content-type", "application/octet-stream");
        reply.header("content-disposition", format!("attachment; filename=\"{name}\""))
    }

    /// 200, with a page for whoever wants one.
    pub fn html(page: &str) -> Self {
        Self::new(200, page.into()).header("content-type", "text/html; charset=utf-8")
    }

    /// 201, at an address.
    pub fn created(view: &impl Serialize, location: impl Into<String>) -> Self {
        Self::new(201, json(view)).header("location", location)
    }

    /// 202: it will be done.
    pub fn accepted() -> Self {
        Self::new(202, String::new())
    }

    /// 202, with what is there so far.
    pub fn accepted_with(view: &impl Serialize) -> Self {
        Self::new(202, json(view))
    }

    /// 204.
    pub fn no_content() -> Self {
        Self::new(204, String::new())
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With the ETag of a version.
    pub fn version(self, version: i64) -> Self {
        self.header("etag", format!("\"{version}\""))
    }

    /// Says what to remember instead of a body that holds a secret.
    pub fn remember(mut self, view: &impl Serialize) -> Self {
        self.remembered = Some(json(view));
        self
    }

    /// The body to keep for a repeated request.
    pub fn memory(&self) -> &str {
        self.remembered.as_deref().unwrap_or(&self.body)
    }
}

/// The views are plain data with text keys, which always has a JSON form.
fn json(view: &impl Serialize) -> String {
    serde_json::to_string(view).unwrap_or_else(|error| {
        tracing::error!(%error, "a view has no JSON form");
        "null".into()
    })
}

impl Responder for Reply {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let etag = self.headers.iter().find(|(name, _)| name == "etag").map(|(_, value)| value.as_str());
        let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let unchanged = request.method().is_safe()
            && etag.is_some()
            && known.is_some_and(|known| known.split(',').any(|tag| Some(tag.trim()) == etag));
        let status = if unchanged {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        };
        let mut response = HttpResponse::build(status);
        for (name, value) in &self.headers {
            response.insert_header((name.as_str(), value.as_str()));
        }
        if let Some(bytes) = self.file.filter(|_| !unchanged) {
            return response.body(bytes);
        }
        if unchanged || self.body.is_empty() {
            return response.finish();
        }
        if !self.headers.iter().any(|(name, _)| name == "content-type") {
            response.content_type("application/json");
        }
        response.body(self.body)
    }
}
