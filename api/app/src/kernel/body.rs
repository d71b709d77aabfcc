//! A JSON body: read whole within a limit, understood completely or refused with the place that is wrong.

use crate::kernel::AppState;
use crate::kernel::problem::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use comptoir_domain::{Code, Problem};
use sha2::{Digest, Sha256};
use std::future::Future;
use std::pin::Pin;

/// A body of type `T`.
pub struct Body<T>(pub T);

impl<T> Body<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// SHA-256 of the raw body, left with the request for the idempotency record.
pub struct BodyHash(pub [u8; 32]);

impl<T: serde::de::DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let limit = request.app_data::<web::Data<AppState>>().map_or(0, |state| state.settings.body_limit);
            let bytes = read_all(&request, payload, limit).await?;
            let kind = request.content_type().to_ascii_lowercase();
            if kind != "application/json" && kind != "application/merge-patch+json" {
                return Err(Problem::new(Code::UnsupportedMediaType, format!("the body is {kind:?}")).into());
            }
            request.extensions_mut().insert(BodyHash(Sha256::digest(&bytes).into()));
            Ok(Self(understand(&bytes)?))
        })
    }
}

/// A body of any kind, byte for byte: signatures are made over it.
pub struct RawBody(pub Vec<u8>);

impl FromRequest for RawBody {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let limit = request.app_data::<web::Data<AppState>>().map_or(0, |state| state.settings.body_limit);
            read_all(&request, payload, limit).await.map(Self)
        })
    }
}

/// A file, byte for byte, which may be larger than other bodies.
pub struct FileBody(pub Vec<u8>);

/// 20 MB.
const LARGEST_FILE: usize = 20 * 1024 * 1024;

impl FromRequest for FileBody {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = read_all(&request, payload, LARGEST_FILE).await?;
            request.extensions_mut().insert(BodyHash(Sha256::digest(&bytes).into()));
            Ok(Self(bytes))
        })
    }
}

async fn read_all(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<Vec<u8>, ApiError> {
    use actix_web::web::Buf;
    use std::future::poll_fn;
    let too_large = || ApiError::from(Problem::new(Code::BodyTooLarge, format!("at most {limit} bytes")));
    let announced = request
        .headers()
        .get("content-length")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    let mut payload = Pin::new(&mut payload);
    while let Some(chunk) = poll_fn(|context| futures_core::Stream::poll_next(payload.as_mut(), context)).await {
        let chunk =
            chunk.map_err(|error| Problem::new(Code::MalformedBody, format!("the body ended early: {error}")))?;
        if bytes.len() + chunk.remaining() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn understand<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Problem::new(Code::MalformedBody, format!("not UTF-8 from byte {} on", error.valid_up_to()))
    })?;
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refusal(&error))?;
    json.end().map_err(|error| Problem::new(Code::MalformedBody, format!("after the value: {error}")))?;
    Ok(value)
}

/// What chrono says of a text that is no day.
const NO_DAY: &[&str] = &[
    "input is out of range",
    "input contains invalid characters",
    "premature end of input",
    "trailing input",
    "no possible date and time matching input",
];

/// Tells apart what is not JSON at all and what is JSON of another shape.
fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    let place = format!(" at line {} column {}", inner.line(), inner.column());
    let text = inner.to_string();
    // what was sent is shown again where it is wrong; it may be the number of a card in the wrong place
    let text = masked(text.strip_suffix(&place).unwrap_or(&text));
    let text = if NO_DAY.contains(&text.as_str()) { format!("{text}: a day is written 2026-12-31") } else { text };
    if matches!(inner.classify(), serde_json::error::Category::Syntax | serde_json::error::Category::Eof) {
        return Problem::new(Code::MalformedBody, format!("{text} (line {}, column {})", inner.line(), inner.column()));
    }
    let code = match text.split(' ').next() {
        Some("unknown") if text.starts_with("unknown field") => "unknown_field",
        Some("unknown") => "unknown_value",
        Some("missing") => "required",
        Some("duplicate") => "duplicate_field",
        _ => "invalid",
    };
    let mut pointer = pointer(error.path());
    if matches!(code, "required" | "unknown_field" | "duplicate_field") {
        // the path ends at the object: the message names the field
        if let Some(field) = text.split('`').nth(1) {
            let tail = format!("/{field}");
            if !pointer.ends_with(&tail) {
                pointer.push_str(&tail);
            }
        }
    }
    Problem::new(Code::InvalidBody, "the body does not fit the schema: see errors").at(pointer, code, text)
}

/// A text in which of numbers as long as those of cards and accounts only the last four digits can be read.
fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let end = number.find(|letter: char| !(letter.is_ascii_digit() || letter == ' ' || letter == '-'));
        let (number, after) = number.split_at(end.unwrap_or(number.len()));
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        shown.push_str(before);
        if digits < 12 {
            shown.push_str(number);
        } else {
            let last = number.trim_end().len().saturating_sub(4);
            shown.extend(number.char_indices().map(|(at, letter)| if at < last { '•' } else { letter }));
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_masked() {
        assert_eq!(masked("string \"4242424242424242\", expected u8"), "string \"••••••••••••4242\", expected u8");
        assert_eq!(masked("`4242 4242-4242 4242`"), "`•••••••••••••••4242`");
        assert_eq!(
            masked("integer `4242424242424242`, 2026-12-31, 12345678901"),
            "integer `••••••••••••4242`, 2026-12-31, 12345678901"
        );
    }

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        name: String,
        inner: Vec<Inner>,
    }

    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        on: chrono::NaiveDate,
    }

    fn refused(text: &[u8]) -> (Code, Vec<(String, &'static str)>) {
        let problem = understand::<Outer>(text).unwrap_err();
        (problem.code, problem.fields.into_iter().map(|field| (field.pointer, field.code)).collect())
    }

    #[test]
    fn names_the_place() {
        for (text, pointer, code) in [
            (r#"{"name":"a","inner":[],"x":1}"#, "/x", "unknown_field"),
            (r#"{"name":"a","inner":[{"on":"2026-01-01","y":2}]}"#, "/inner/0/y", "unknown_field"),
            (r#"{"name":"a","inner":[{}]}"#, "/inner/0/on", "required"),
            (r#"{"name":1,"inner":[]}"#, "/name", "invalid"),
            (r#"{"name":"a","inner":[{"on":"2026-02-30"}]}"#, "/inner/0/on", "invalid"),
            (r#"{"name":"a","name":"b","inner":[]}"#, "/name", "duplicate_field"),
        ] {
            assert_eq!(refused(text.as_bytes()), (Code::InvalidBody, vec![(pointer.to_string(), code)]), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for text in [&b""[..], b"{", b"{}x", b"\xff{}", b"{\"name\":\"\xc3\x28\"}"] {
            assert_eq!(refused(text).0, if text == b"{}x" { Code::InvalidBody } else { Code::MalformedBody });
        }
    }
}
