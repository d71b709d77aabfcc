//! Access tokens: signed for ten minutes, naming who, whose, what for and under which session. The session is looked up
//! on each call, so ending it takes effect at once.

use comptoir_domain::people::Audience;
use comptoir_domain::{Code, Instant, Problem, SellerId, SessionId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};

/// How long an access token is good for, in seconds.
pub const LIFETIME: i64 = 600;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Claims {
    /// The administrator or contact.
    pub sub: String,
    /// The seller.
    pub sel: SellerId,
    /// Who it speaks for.
    pub aud: Audience,
    /// The session it belongs to.
    pub sid: SessionId,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Good until, seconds since 1970.
    pub exp: i64,
}

/// Signs a token.
pub fn issue(key: &[u8], claims: &Claims) -> Result<String, Problem> {
    let signed = jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(key));
    signed.map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

/// Reads a token whose signature is right and whose time has not run out by the machine clock.
pub fn read(key: &[u8], token: &str, now: Instant) -> Result<Claims, Problem> {
    let mut rules = Validation::new(Algorithm::HS256);
    // time is compared with our own clock below, the audience by the route
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.set_required_spec_claims::<&str>(&[]);
    let refused = |_| Problem::new(Code::Unauthenticated, "the access token is not one of ours: sign in again");
    let claims = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key), &rules).map_err(refused)?.claims;
    if now.seconds() >= claims.exp {
        return Err(Problem::new(
            Code::Unauthenticated,
            "the access token has expired: refresh it at /v1/sessions/refresh",
        ));
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::fresh;

    fn claims(now: Instant) -> Claims {
        let (sel, sid) = (fresh(), fresh());
        Claims {
            sub: "adm_x".into(),
            sel,
            aud: Audience::Admin,
            sid,
            iat: now.seconds(),
            exp: now.seconds() + LIFETIME,
        }
    }

    #[test]
    fn ends_after_ten_minutes_and_cannot_be_forged() {
        let now: Instant = "2026-11-23T10:00:00Z".parse().unwrap();
        let claims = claims(now);
        let token = issue(b"key", &claims).unwrap();
        assert_eq!(read(b"key", &token, now.plus(chrono::TimeDelta::seconds(599))), Ok(claims));
        assert!(read(b"key", &token, now.plus(chrono::TimeDelta::seconds(600))).is_err());
        assert!(read(b"other", &token, now).is_err());
        // a token that names no algorithm
        let body = token.split('.').nth(1).unwrap();
        assert!(read(b"key", &format!("eyJhbGciOiJub25lIn0.{body}."), now).is_err());
    }
}
