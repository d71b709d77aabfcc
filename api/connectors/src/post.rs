//! One request to an address that someone else has chosen (webhooks): the name is resolved first, every address checked, and the connection made to a checked
//! address, so that a name cannot point elsewhere in between. No redirects, no proxy, ten seconds.

use crate::client::causes;
use comptoir_domain::webhooks::{check_url, is_public};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::time::Duration;
use url::{Host, Url};

const LIMIT: Duration = Duration::from_secs(10);

/// Posts a JSON body; the status, or why there is none. `local` allows loopback and private addresses.
pub async fn post(url: &str, local: bool, headers: &[(&'static str, String)], body: String) -> Result<u16, String> {
    let url =
        check_url(url, local).map_err(|problem| problem.fields.into_iter().map(|it| it.detail).collect::<String>())?;
    let work = async {
        let addresses = resolve(&url, local).await?;
        let client = client(&url, &addresses)?;
        let answer = client.post(url.clone()).headers(header_map(headers)?).body(body).send().await;
        answer.map(|answer| answer.status().as_u16()).map_err(|error| causes(&error.without_url()))
    };
    tokio::time::timeout(LIMIT, work).await.unwrap_or_else(|_| Err("no answer within 10 seconds".into()))
}

async fn resolve(url: &Url, local: bool) -> Result<Vec<SocketAddr>, String> {
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => {
            let found = tokio::net::lookup_host((name, port)).await;
            found.map_err(|error| format!("the name cannot be resolved: {error}"))?.collect()
        }
        None => Vec::new(),
    };
    if found.is_empty() {
        return Err("the name has no address".into());
    }
    match found.iter().find(|address| !local && !is_public(address.ip())) {
        Some(address) => Err(format!("{} is not on the public Internet", address.ip())),
        None => Ok(found),
    }
}

fn client(url: &Url, addresses: &[SocketAddr]) -> Result<reqwest::Client, String> {
    let builder = crate::client::client("Comptoir-Webhooks/1", LIMIT)?;
    let builder = builder.resolve_to_addrs(url.host_str().unwrap_or_default(), addresses);
    builder.build().map_err(|error| causes(&error))
}

fn header_map(headers: &[(&'static str, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    map.insert("content-type", HeaderValue::from_static("application/json"));
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).map_err(|error| error.to_string())?;
        map.insert(HeaderName::from_static(name), value);
    }
    Ok(map)
}
