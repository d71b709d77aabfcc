//! How connectors speak to the outside: one request, one answer, within a time and a size. No redirects, no proxy, no private
//! addresses unless they are allowed; the log has host, path, status and duration, never a body or a header.
//!
//! What could not be sent surely did nothing ([`Kind::Unavailable`]); what was sent and got no answer may have been done
//! ([`Kind::Unknown`]).

use crate::client::{causes, client};
use crate::error::{ConnectorError, Kind, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use comptoir_domain::webhooks::is_public;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use secrecy::{ExposeSecret, SecretString};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use url::{Host, Url};

/// Answers of gateways and registrars are some kilobytes; lists may be longer.
const LONGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Speaks to one place.
#[derive(Clone)]
pub struct Http {
    root: Url,
    client: reqwest::Client,
}

/// How long to wait, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How long a call may take.
    pub limit: Duration,
    /// Whether loopback and private addresses are allowed.
    pub local: bool,
}

/// The verb of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Asks.
    Get,
    /// Does.
    Post,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: Vec<(&'static str, SecretString)>,
    body: Vec<u8>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header names in small letters, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Call {
    /// A call of a path below the root, which may have a query.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<SecretString>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a bearer's token.
    #[must_use]
    pub fn bearer(self, token: &SecretString) -> Self {
        self.header("authorization", format!("Bearer {}", token.expose_secret()))
    }

    /// With a name and a password.
    #[must_use]
    pub fn basic(self, name: &str, password: &SecretString) -> Self {
        let pair = format!("{name}:{}", password.expose_secret());
        self.header("authorization", format!("Basic {}", BASE64_STANDARD.encode(pair)))
    }

    /// With a body.
    #[must_use]
    pub fn body(self, media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let call = self.header("content-type", media_type);
        Self { body: body.into(), ..call }
    }

    /// With form fields.
    #[must_use]
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, fields: &[(K, V)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        fields.iter().for_each(|(name, value)| {
            form.append_pair(name.as_ref(), value.as_ref());
        });
        self.body("application/x-www-form-urlencoded", form.finish())
    }
}

impl Answer {
    /// The first header of that name (small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Http {
    /// Gets ready to speak to what is below `root`; nothing is sent yet.
    pub fn new(root: &str, reach: Reach) -> Result<Self> {
        let wrong = |message: String| ConnectorError::invalid("address", message);
        let root = Url::parse(root).map_err(|error| wrong(format!("{root}: {error}")))?;
        let private = match root.host() {
            Some(Host::Ipv4(address)) => !is_public(address.into()),
            Some(Host::Ipv6(address)) => !is_public(address.into()),
            Some(Host::Domain(_)) => false,
            None => return Err(wrong("it has no host".into())),
        };
        if !reach.local && (private || root.scheme() != "https") {
            return Err(wrong("https at a public address is wanted".into()));
        }
        let builder = client("Comptoir/1", reach.limit).map_err(wrong)?;
        let builder = if reach.local { builder } else { builder.dns_resolver(Arc::new(PublicOnly)) };
        let client = builder.build().map_err(|error| wrong(causes(&error)))?;
        Ok(Self { root, client })
    }

    /// Sends a call.
    pub async fn send(&self, call: Call) -> Result<Answer> {
        let text = format!("{}{}", self.root.as_str().trim_end_matches('/'), call.path);
        let url = Url::parse(&text).map_err(|error| ConnectorError::invalid("address", error.to_string()))?;
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self.client.request(method, url.clone()).body(call.body);
        for (name, value) in &call.headers {
            let mut value = reqwest::header::HeaderValue::from_str(value.expose_secret())
                .map_err(|_| ConnectorError::invalid("header", format!("{name} cannot be sent")))?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        let began = tokio::time::Instant::now();
        let answer = read(request).await;
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        let (host, path) = (url.host_str().unwrap_or_default(), url.path());
        tracing::debug!(host, path, status, took = ?began.elapsed(), "called");
        answer
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Answer> {
    let mut response = request.send().await.map_err(no_answer)?;
    let status = response.status().as_u16();
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_string(), text(value))).collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            return Err(ConnectorError::new(Kind::Unknown, "too_long", "the answer is too long to be one"));
        }
    }
    Ok(Answer { status, headers, body })
}

fn no_answer(error: reqwest::Error) -> ConnectorError {
    let (kind, code) = if error.is_connect() || error.is_builder() {
        (Kind::Unavailable, "no_connection")
    } else {
        (Kind::Unknown, "no_answer")
    };
    ConnectorError::new(kind, code, causes(&error.without_url()))
}

/// Finds addresses of names, and only those that are on the public Internet.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            match found.iter().find(|address| !is_public(address.ip())) {
                Some(address) => Err(format!("{} is not on the public Internet", address.ip()).into()),
                None => {
                    let found: Addrs = Box::new(found.into_iter());
                    Ok(found)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Reach = Reach { limit: Duration::from_millis(300), local: true };

    #[test]
    fn only_public_and_encrypted_places_unless_it_is_allowed() {
        let far = Reach { local: false, ..HERE };
        for root in ["http://gateway.example", "https://127.0.0.1", "https://[::1]/x", "https://10.1.2.3", "nothing"] {
            assert!(Http::new(root, far).is_err(), "{root}");
        }
        assert!(Http::new("https://gateway.example/v1", far).is_ok() && Http::new("http://127.0.0.1:1", HERE).is_ok());
    }

    #[tokio::test]
    async fn a_name_of_ours_is_no_way_in() {
        let far = Http::new("https://localhost/v1", Reach { local: false, ..HERE }).unwrap();
        let error = far.send(Call::new(Method::Get, "/")).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable);
        assert!(error.message.contains("not on the public Internet"), "{}", error.message);
    }

    /// Nobody listens at the discard port; somebody who listens and says nothing may have done it.
    #[tokio::test]
    async fn not_sent_and_not_answered_are_two_things() {
        let nobody = Http::new("http://127.0.0.1:9", HERE).unwrap();
        assert_eq!(nobody.send(Call::new(Method::Post, "/pay")).await.unwrap_err().kind, Kind::Unavailable);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let silent = Http::new(&format!("http://{}", listener.local_addr().unwrap()), HERE).unwrap();
        let call = Call::new(Method::Post, "/pay").bearer(&"sk_secret".into());
        assert!(!format!("{call:?}").contains("sk_secret"));
        let error = silent.send(call).await.unwrap_err();
        assert_eq!((error.kind, error.retry), (Kind::Unknown, crate::Retry::CheckFirst));
    }
}
