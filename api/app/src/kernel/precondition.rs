//! `If-Match`: whoever changes a thing says which version he has seen, so that two people never overwrite each other.

use crate::kernel::problem::ApiError;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest};
use comptoir_domain::{Code, Problem};
use std::future::{Ready, ready};

/// The versions that the caller accepts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IfMatch {
    /// `*`: whatever it is now.
    Any,
    /// One of these.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// Refuses when the thing has moved on.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        match self {
            Self::Versions(seen) if !seen.contains(&version) => Err(Problem::new(
                Code::Stale,
                format!("it has the ETag \"{version}\" now: read it again and repeat your change"),
            )),
            _ => Ok(()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        text.split(',').map(version).collect::<Option<Vec<i64>>>().map(Self::Versions)
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(header::IF_MATCH) else {
            return ready(Err(
                Problem::new(Code::PreconditionRequired, "read it first; the answer carries the ETag").into()
            ));
        };
        let wrong = || Problem::new(Code::InvalidHeader, "If-Match must be a strong ETag such as \"3\", or *").into();
        ready(value.to_str().ok().and_then(Self::parse).ok_or_else(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags() {
        assert_eq!(IfMatch::parse("*"), Some(IfMatch::Any));
        assert_eq!(IfMatch::parse("\"3\", \"4\""), Some(IfMatch::Versions(vec![3, 4])));
        for text in ["", "3", "W/\"3\"", "\"a\"", "\"3"] {
            assert_eq!(IfMatch::parse(text), None, "{text}");
        }
        assert!(IfMatch::Versions(vec![3]).check(4).is_err() && IfMatch::Any.check(4).is_ok());
    }
}
