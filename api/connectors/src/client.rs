//! The HTTP client of all connectors: TLS with the roots of the web by the ring provider, no redirects, no proxy.

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

static TLS: LazyLock<Result<ClientConfig, rustls::Error>> = LazyLock::new(|| {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
});

/// A client that gives up after a while, yet to be built.
pub(crate) fn client(agent: &'static str, limit: Duration) -> Result<ClientBuilder, String> {
    let tls = TLS.as_ref().map_err(ToString::to_string)?.clone();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).redirect(Policy::none()).no_proxy();
    Ok(builder.timeout(limit).user_agent(agent))
}

/// An error and what lies beneath, which is where the reason is.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
