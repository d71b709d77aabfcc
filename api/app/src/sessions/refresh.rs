//! The next pair of tokens. Each refresh token works once; the second use of one ends the session, because then somebody
//! else has it too.

use crate::kernel::{Answer, Body, Reply, Visitor, keys};
use crate::sessions::sign_in::tokens_of;
use crate::sessions::views::TokensView;
use actix_web::post;
use comptoir_db::{Db, Outcome, Scope, sessions};
use comptoir_domain::{Code, Instant, Problem};

/// A refresh token.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "cr_0123456789abcdefghijklmnopqrstuv"}))]
pub struct Refresh {
    /// The token of the last answer.
    pub refresh_token: String,
}

/// Get the next pair of tokens
#[utoipa::path(tag = "sessions", request_body = Refresh, security(()), responses((status = 200, body = TokensView, description = "The next pair")))]
#[post("/v1/sessions/refresh")]
pub async fn refresh_session(visitor: Visitor, body: Body<Refresh>) -> Answer {
    let state = &visitor.state;
    let (old, new, now) = (keys::hash(&body.0.refresh_token), keys::secret("cr"), state.machine.now());
    let fresh = keys::hash(&new);
    let session = state.store.write(move |tx| rotate(tx, &old, &fresh, now)).await?;
    let session = session.ok_or_else(|| Problem::new(Code::SessionEnded, "sign in again"))?;
    Ok(Reply::ok(&tokens_of(&session, new, state.token_key(), now)?))
}

/// The session with its new token; `None` if there is none that lives. That a stolen token ends its session must be
/// committed, so it is a result and not a refusal.
fn rotate(tx: &mut Db, old: &[u8], fresh: &[u8], now: Instant) -> Outcome<Option<sessions::SessionRow>> {
    let Some(session) = sessions::by_refresh_hash(tx, old)? else { return Ok(None) };
    if session.ended_at.is_some() || session.expires_at <= now {
        return Ok(None);
    }
    if session.refresh_hash != old || !sessions::rotate(tx, &session, fresh, now)? {
        tracing::warn!(session = %session.id, "a refresh token was used twice: session ended");
        sessions::end(tx, Scope::of(session.seller_id), session.id, now)?;
        return Ok(None);
    }
    Ok(Some(session))
}
