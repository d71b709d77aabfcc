//! The way into a sandbox: the outermost middleware. A request to `/sandboxes/{id}/…` goes on as a request to `/…` in the
//! house of the sandbox, which nothing behind this needs to know: whoever asks for the house finds that one.

use crate::kernel::middleware::{Mount, refuse};
use crate::kernel::problem::ApiError;
use crate::kernel::state::AppState;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Extensions, ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{HeaderMap, HeaderValue, LOCATION};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use comptoir_db::{Db, Outcome, Scope, sandboxes, sellers};
use comptoir_domain::people::SellerStatus;
use comptoir_domain::{Problem, SandboxId};
use std::rc::Rc;
use std::sync::Arc;

/// What the addresses of sandboxes begin with.
pub const PREFIX: &str = "/sandboxes/";

/// The middleware.
pub async fn enter(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some((name, uri)) = inside(request.uri()) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let house = match find(&request, &name).await {
        Ok(house) => house,
        Err(error) => return Ok(refuse(request, error)),
    };
    let mount = format!("{PREFIX}{name}");
    request.extensions_mut().insert(Mount(mount.clone()));
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
    let mut shared = Extensions::new();
    shared.insert(web::Data::from(house));
    request.add_data_container(Rc::new(shared));
    let mut response = next.call(request).await?.map_into_boxed_body();
    lead_inside(response.headers_mut(), &mount);
    Ok(response)
}

/// The name of the sandbox that an address leads into, and the address inside.
fn inside(uri: &Uri) -> Option<(String, Uri)> {
    let whole = uri.path_and_query()?.as_str().strip_prefix(PREFIX)?;
    let end = whole.find(['/', '?']).unwrap_or(whole.len());
    let (name, rest) = whole.split_at_checked(end)?;
    let slash = if rest.starts_with('/') { "" } else { "/" };
    Some((name.to_string(), format!("{slash}{rest}").parse().ok()?))
}

/// The house of a sandbox, if it can be entered. One of a seller whom the provider has suspended cannot.
async fn find(request: &ServiceRequest, name: &str) -> Result<Arc<AppState>, ApiError> {
    let live = crate::kernel::call::state_of(request.request())?;
    let id: SandboxId = name.parse().map_err(|_| Problem::not_found())?;
    let Some(sandboxes) = &live.sandboxes else { return Err(Problem::not_found().into()) };
    let row = live.store.read(move |db| open_one(db, id)).await?.ok_or_else(Problem::not_found)?;
    Ok(sandboxes.house(&live, &row).await?)
}

fn open_one(db: &mut Db, id: SandboxId) -> Outcome<Option<sandboxes::SandboxRow>> {
    let Some(row) = sandboxes::by_address(db, id)?.filter(|row| row.state.is_open()) else { return Ok(None) };
    let seller = sellers::own(db, Scope::of(row.seller_id))?;
    Ok(Some(row).filter(|_| seller.status == SellerStatus::Active))
}

/// An answer that leads to an address of the house leads to the one in the sandbox.
fn lead_inside(headers: &mut HeaderMap, mount: &str) {
    let within = |place: &&str| place.starts_with('/') && !place.starts_with("//") && !place.starts_with(PREFIX);
    let place = headers.get(LOCATION).and_then(|value| value.to_str().ok()).filter(within);
    if let Some(inside) = place.and_then(|place| HeaderValue::from_str(&format!("{mount}{place}")).ok()) {
        headers.insert(LOCATION, inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_inside_or_not() {
        for (outside, name, within) in [
            ("/sandboxes/sbx_1/v1/clients?limit=2&sort=-id", "sbx_1", "/v1/clients?limit=2&sort=-id"),
            ("/sandboxes/sbx_1", "sbx_1", "/"),
            ("/sandboxes/sbx_1?a=b", "sbx_1", "/?a=b"),
            ("/sandboxes/sbx_1/", "sbx_1", "/"),
            ("/sandboxes/sbx_1/stores/a%20b/", "sbx_1", "/stores/a%20b/"),
            ("/sandboxes/sbx_1/sandboxes/sbx_2/v1/x", "sbx_1", "/sandboxes/sbx_2/v1/x"),
        ] {
            let (found, uri) = inside(&outside.parse().unwrap()).unwrap();
            assert_eq!((found.as_str(), uri.to_string().as_str()), (name, within), "{outside}");
        }
        for outside in ["/", "/v1/sandboxes/sbx_1", "/sandboxes", "/sandboxesx/sbx_1"] {
            assert!(inside(&outside.parse().unwrap()).is_none(), "{outside}");
        }
    }

    #[test]
    fn answers_lead_inside_once() {
        for (place, after) in [
            ("/v1/clients/cli_1", "/sandboxes/sbx_1/v1/clients/cli_1"),
            ("/sandboxes/sbx_1/stores/a/b/", "/sandboxes/sbx_1/stores/a/b/"),
            ("https://pay.example/", "https://pay.example/"),
            ("//pay.example/", "//pay.example/"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, HeaderValue::from_static(place));
            lead_inside(&mut headers, "/sandboxes/sbx_1");
            assert_eq!(headers.get(LOCATION).unwrap(), after);
        }
    }
}
