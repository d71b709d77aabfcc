//! The static part of a store: pages and pictures from the folder that [`super::shelf`] has written.

use super::Shown;
use super::visit::html_answer;
use crate::kernel::ApiError;
use crate::kernel::call::state_of;
use crate::kernel::path::parameter;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Scope, web};
use comptoir_domain::people::SellerStatus;
use comptoir_domain::{Code, Locale, Problem};
use comptoir_storefront::pages::{MessageKind, MessagePage};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// What may be served, by how its name ends.
const KINDS: &[(&str, &str)] = &[
    (".html", "text/html; charset=utf-8"),
    (".css", "text/css; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".xml", "application/xml"),
    (".txt", "text/plain; charset=utf-8"),
    (".png", "image/png"),
    (".jpg", "image/jpeg"),
    (".webp", "image/webp"),
    (".woff2", "font/woff2"),
];

/// Content-hashed names never change their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Pages are asked for again each time, which costs no more than a 304.
const ASK_AGAIN: &str = "no-cache";

/// The addresses that no page has taken.
pub fn routes(scope: Scope) -> Scope {
    scope
        .route("", web::get().to(into_store))
        .route("/{tail:.*}", web::get().to(serve))
        .route("/{tail:.*}", web::head().to(serve))
}

/// Addresses of a store end with a slash.
async fn into_store(request: HttpRequest) -> HttpResponse {
    let here = format!("{}/", request.path());
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, here)).finish()
}

async fn serve(request: HttpRequest) -> Shown {
    let state = state_of(&request)?;
    let (seller, store): (String, String) = (parameter(&request, "seller")?, parameter(&request, "store")?);
    let tail: String = parameter(&request, "tail")?;
    let (seller, store, standing) = state.shelf.standing(&state, seller, store).await?;
    let locale = tail.split('/').next().and_then(|first| first.parse::<Locale>().ok());
    let say = |kind, status| {
        let page = MessagePage::new(kind);
        let html = standing.shop.render(locale.unwrap_or(standing.shop.site().store.locale), &page);
        html.map(|html| html_answer(status, html, "no-store")).map_err(|error| out_of_order(&error))
    };
    let is_page = !tail.starts_with("assets/");
    if is_page && (!store.is_open || seller.status == SellerStatus::Suspended) {
        return say(MessageKind::Suspended, StatusCode::SERVICE_UNAVAILABLE);
    }
    let Some(path) = inside(&tail) else { return say(MessageKind::NotFound, StatusCode::NOT_FOUND) };
    let whole = standing.folder.join(&path);
    let read = tokio::task::spawn_blocking(move || {
        if whole.is_dir() { Read::Folder } else { std::fs::read(&whole).map_or(Read::Nothing, Read::File) }
    });
    match read.await.unwrap_or(Read::Nothing) {
        Read::File(bytes) => Ok(file(&request, &path, bytes)),
        Read::Folder => Ok(into_store(request.clone()).await),
        Read::Nothing => say(MessageKind::NotFound, StatusCode::NOT_FOUND),
    }
}

enum Read {
    File(Vec<u8>),
    Folder,
    Nothing,
}

/// The file that an address means, if it can only lie inside the folder.
fn inside(tail: &str) -> Option<PathBuf> {
    let page = if tail.is_empty() || tail.ends_with('/') { format!("{tail}index.html") } else { tail.to_string() };
    let plain = |part: &str| {
        let letters = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        letters && !part.is_empty() && !part.starts_with('.')
    };
    page.split('/').all(plain).then(|| PathBuf::from(page))
}

fn file(request: &HttpRequest, path: &Path, bytes: Vec<u8>) -> HttpResponse {
    let name = path.to_str().unwrap_or_default();
    let etag = format!("\"{}\"", HEXLOWER.encode(Sha256::digest(&bytes).get(..16).unwrap_or_default()));
    let cache = if name.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN };
    let known = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == etag)) {
        return HttpResponse::NotModified()
            .insert_header((header::ETAG, etag))
            .insert_header((header::CACHE_CONTROL, cache))
            .finish();
    }
    let kind = KINDS.iter().find(|(end, _)| name.ends_with(end)).map_or("application/octet-stream", |(_, kind)| kind);
    if name.ends_with(".html") {
        let mut answer = html_answer(StatusCode::OK, bytes, cache);
        if let Ok(etag) = header::HeaderValue::from_str(&etag) {
            answer.headers_mut().insert(header::ETAG, etag);
        }
        return answer;
    }
    HttpResponse::Ok()
        .insert_header((header::ETAG, etag))
        .insert_header((header::CACHE_CONTROL, cache))
        .content_type(kind)
        .body(bytes)
}

fn out_of_order(error: &comptoir_storefront::StorefrontError) -> ApiError {
    tracing::error!(%error, "a page could not be made");
    Problem::new(Code::Internal, "the page could not be made").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_is_read() {
        let file = |tail| inside(tail).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(file("").as_deref(), Some("index.html"));
        assert_eq!(file("en-US/plans/web-s/").as_deref(), Some("en-US/plans/web-s/index.html"));
        assert_eq!(file("robots.txt").as_deref(), Some("robots.txt"));
        for tail in ["../x", "a/../../x", "/etc/passwd", ".next/x", "a//b", "a%2fb", "a\\b", "en-US/.."] {
            assert_eq!(file(tail), None, "{tail}");
        }
    }
}
