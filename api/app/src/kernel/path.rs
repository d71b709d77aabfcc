//! Ids in the path. One that is malformed or of another kind names nothing: 404, like one that belongs to someone else.

use crate::kernel::problem::ApiError;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use comptoir_domain::Problem;
use std::future::{Ready, ready};
use std::str::FromStr;

/// The parameter `{id}` of the path.
pub struct Id<T>(pub T);

impl<T: FromStr + 'static> FromRequest for Id<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parameter(request, "id").map(Self))
    }
}

/// A named parameter of the path.
pub fn parameter<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, ApiError> {
    let value = request.match_info().get(name).and_then(|text| text.parse().ok());
    value.ok_or_else(|| Problem::not_found().into())
}
